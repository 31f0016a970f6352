"""What induction refuses, what it warns of, and the numbers it makes of a field."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from emtwin.constants import EPS0
from emtwin.errors import InputError
from emtwin.geometry import Surface
from emtwin.grid import Grid
from emtwin.materials import Material, lookup
from emtwin.quasistatic.induced import induce
from emtwin.quasistatic.induced_field import InducedField
from emtwin.quasistatic.sources import UniformField
from emtwin.quasistatic.tissues import tissue_admittivity
from emtwin.rational import PoleResidue
from emtwin.voxel import Body, voxelise
from tests.unit.voxel.shapes import box

GRID = Grid.uniform((4, 4, 4), 0.01)
UPRIGHT = UniformField((0.0, 0.0, 1.0))


@pytest.mark.parametrize(
    ("kappa", "frequency", "message"),
    [
        (np.ones((4, 4, 3)), 1e3, r"admittivity has shape \(4, 4, 3\), but the grid has cells"),
        (np.full((4, 4, 4), -1.0), 1e3, "finite and not negative"),
        (np.full((4, 4, 4), 1.0 - 1.0j), 1e3, "finite and not negative"),
        (np.full((4, 4, 4), np.nan), 1e3, "finite and not negative"),
        (np.zeros((4, 4, 4)), 1e3, "nothing conducts"),
        (np.ones((4, 4, 4)), 0.0, "needs a frequency above 0, got 0 Hz"),
    ],
)
def test_impossible_bodies(kappa: NDArray[np.float64], frequency: float, message: str) -> None:
    with pytest.raises(InputError, match=message):
        induce(GRID, kappa, UPRIGHT, frequency)


def test_the_reaction_of_the_currents_is_checked() -> None:
    """A bar of radius 20 mm: named above w mu0 sigma a^2 / 8 = 2 %, refused above a quarter."""
    sigma = 0.02 * 8 / (2 * np.pi * 1e3 * 4e-7 * np.pi * 0.02**2)
    assert induce(GRID, np.full(GRID.shape, 0.99 * sigma), UPRIGHT, 1e3).notices == ()
    found = induce(GRID, np.full(GRID.shape, 2 * sigma), UPRIGHT, 1e3)
    assert [notice.name for notice in found.notices] == ["reaction-neglected"]
    assert found.reaction == pytest.approx(0.04, rel=1e-6)
    with pytest.raises(InputError, match=r"induced currents is 26% .* too large for that\n.*shell"):
        induce(GRID, np.full(GRID.shape, 13 * sigma), UPRIGHT, 1e3)


def test_the_reaction_is_that_of_the_worst_piece() -> None:
    """Two bars of radius 5 mm, 20 mm apart, react as one of them, not as what is around both."""
    kappa = np.zeros(GRID.shape)
    kappa[0, 0], kappa[3, 3] = 1e3, 2e3
    found = induce(GRID, kappa, UPRIGHT, 1e3)
    expected = 2 * np.pi * 1e3 * 4e-7 * np.pi * 2e3 * 0.005**2 / 8
    assert found.reaction == pytest.approx(expected, rel=1e-6)


def test_a_body_as_large_as_the_wave_is_named() -> None:
    found = induce(GRID, np.full(GRID.shape, 1e-3), UPRIGHT, 300e6)
    assert [notice.name for notice in found.notices] == ["not-quasi-static"]


def field_of(values: list[float]) -> InducedField:
    """Cells of 1, 1, 2 and 4 mm in a row, with E along y."""
    grid = Grid(np.array([0, 1, 2, 4, 8]) * 1e-3, np.array([0, 1e-3]), np.array([0, 1e-3]))
    edges = np.zeros((3, *grid.nodes), complex)
    steps = np.array(values)
    # Edges between cells of alternating halves, so that the mean of two is the wanted value.
    line = [0.0]
    for step in steps:
        line.append(2 * step - line[-1])
    edges[1, :, 0, :] = np.array(line)[:, None]
    kappa = np.broadcast_to(np.where(steps > 0, 0.3, 0.0)[None, :, None, None], (3, 4, 1, 1))
    return InducedField(grid, kappa, 50.0, edges, 0.0, 0.0, 0.0, ())


def test_percentiles_go_by_volume() -> None:
    """|E| = 4, 3, 2, 1 in 1, 1, 2 and 4 mm: half of the volume is at 1."""
    found = field_of([4.0, 3.0, 2.0, 1.0])
    assert found.magnitude[:, 0, 0] == pytest.approx([4, 3, 2, 1])
    assert [found.percentile(p) for p in (50, 75, 87.5, 99, 100)] == [1, 2, 3, 4, 4]
    assert found.peak() == 4
    assert found.peak(np.array([0, 0, 1, 1], bool)[:, None, None]) == 2


def test_insulators_do_not_count() -> None:
    found = field_of([4.0, 3.0, 0.0, 1.0])
    assert found.percentile(50) == 1
    with pytest.raises(InputError, match="none of the chosen cells conducts"):
        found.percentile(cells=np.array([0, 0, 1, 0], bool)[:, None, None])


def body(name: str, lo: float, material: Material, priority: int = 0) -> Body:
    """A cube of 20 mm at x = `lo`."""
    shape: Surface = box((lo, 0.01, 0.01), (lo + 0.02, 0.03, 0.03))
    return Body(name, shape, "solid", material, priority)


def test_tissues_of_a_voxel_model() -> None:
    """Conductivity, losses of poles, displacement; a body without loss insulates."""
    grid = Grid.uniform((8, 4, 4), 0.01)
    relaxing = PoleResidue(0.0, (-1e6,), (5e9,))
    wet = Material("wet", 80.0, 0.1, False, "made up", poles=relaxing)
    dry = Material("dry", 3.0, 0.0, False, "made up")
    model = voxelise([body("wet", 0.01, wet), body("dry", 0.05, dry)], grid)
    omega = 2 * np.pi * 1e5
    susceptibility = 5e9 / (1j * omega + 1e6)
    expected = 0.1 + 1j * omega * EPS0 * (80 + susceptibility)
    found = tissue_admittivity(model, 1e5)
    assert found.shape == (3, 8, 4, 4)
    assert found[:, 1, 1, 1] == pytest.approx([expected] * 3, rel=1e-12)
    assert np.count_nonzero(found) == 3 * 8
    real = tissue_admittivity(model, 1e5, displacement=False)
    assert real[:, 2, 2, 2] == pytest.approx([expected.real] * 3, rel=1e-12)
    assert not np.iscomplexobj(real)


def test_metal_is_refused() -> None:
    grid = Grid.uniform((8, 4, 4), 0.01)
    model = voxelise([body("plate", 0.01, lookup("copper"))], grid)
    with pytest.raises(
        InputError, match=r"'plate' is metal: the field of its own currents.*\n.*shell"
    ):
        tissue_admittivity(model, 1e5)
