"""Capacitances: closed forms, published values, and how the error falls."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.constants import EPS0, MU0, TWO_PI
from emtwin.grid import Grid, Painter
from emtwin.materials import Material
from emtwin.quasistatic import StaticScene, Walls, capacitances, inductances, widened
from emtwin.quasistatic.port import Port
from tests.physics.static_scenes import (
    LATTICE_RADIUS,
    cube_eighth,
    permuted,
    random_scene,
    round_line,
    scaled,
    wire_pair,
    with_metal,
)
from tests.validation import Validated

CUBE = 0.6606781540
"""Capacitance of a cube of edge a over 4 pi eps0 a (Helsing and Perfekt, Appl. Comput. Harmon.
Anal. 34, 2013, p. 445)."""


def layered(*layers: Material) -> StaticScene:
    """Plates at the ends of z with layers of 1 mm between them; mirrors round them, as guards."""
    z = 1e-3 * np.concatenate([n + np.array([0, 0.2, 0.5]) for n in range(len(layers))])
    grid = Grid(
        1e-3 * np.array([0, 1.0, 3.0]), 1e-3 * np.array([0, 2.0]), np.append(z, 1e-3 * len(layers))
    )
    painter = Painter(grid)
    for n, material in enumerate(layers):
        painter.box((-1, -1, n * 1e-3), (1, 1, (n + 1) * 1e-3), material)
    side, plates = ("magnetic", "magnetic"), ("electric", "electric")
    return StaticScene(grid, painter.medium(), Walls(side, side, plates))


AREA = 6e-6
GLASS = Material("glass", 6.0, 0.0, False, "test")
OIL = Material("oil", 2.0, 1e-9, False, "test")
GEL = Material("gel", 40.0, 0.2, False, "test")


def test_guarded_plates(validated: Validated) -> None:
    """Two layers in series: C = A / (d1 / eps1 + d2 / eps2), which the cells give exactly.

    1e-8 is the share of the residual of 1e-10.
    """
    found = capacitances(layered(GLASS, OIL)).matrix
    expected = AREA * EPS0 / (1e-3 / 6 + 1e-3 / 2)
    np.testing.assert_allclose(found, expected * np.array([[1, -1], [-1, 1]]), rtol=1e-8)
    validated(
        "plates of 6 mm2 with guards, layers of 1 mm (eps 6 and 2), capacitance",
        1e12 * found[0, 0], 1e12 * expected, 1e-8,
        relative=True, reference="closed form", unit="pF",
    )  # fmt: skip


@pytest.mark.parametrize("frequency", [1.0, 50.0, 1e5, 1e9])
def test_layers_that_conduct(frequency: float) -> None:
    """Maxwell and Wagner's two layers: 1 / Y = sum of d / ((sigma + jw eps) A).

    At 1 Hz the gel is 200 million times the better conductor, at 1 GHz both are dielectrics. The
    residual of 1e-10 counts against the currents of the better one, and the energy has its square:
    (1e-10 times the contrast)^2, and 1e-8 for round-off.
    """
    jw = 2j * np.pi * frequency
    found = capacitances(layered(GEL, OIL), frequency)
    y = [AREA * (m.conductivity + jw * EPS0 * m.permittivity) / 1e-3 for m in (GEL, OIL)]
    admittance = 1 / (1 / y[0] + 1 / y[1])
    obtained = found.conductance[0, 0] + jw * found.capacitance[0, 0]
    contrast = abs(y[0] / y[1])
    assert abs(obtained / admittance - 1) < 1e-8 + (1e-10 * contrast) ** 2


def test_isolated_cube(validated: Validated) -> None:
    """0.6606782 x 4 pi eps0 a; the error falls with the cell, and what is left of it when the
    first order is taken away is below 0.5 %.

    At its edges the charge grows as r^-1/3, and the outermost cells hold it as if the cube were
    a fifth of a cell larger all round: first order, which two grids take away. The walls are at
    3 m and beyond.
    """
    unit = 4 * np.pi * EPS0
    c = np.array([8 * capacitances(cube_eighth(n, 12 + n)).matrix[0, 0] for n in (3, 6, 12)])
    errors = c / unit / CUBE - 1
    order = np.log2(errors[:-1] / errors[1:])
    assert np.all(errors > 0)
    assert np.all((order > 0.8) & (order < 1.25))
    validated(
        "isolated cube of 1 m from grids of 1/12 and 1/24 m, capacitance over 4 pi eps0 a",
        (2 * c[2] - c[1]) / unit, CUBE, 0.005,
        relative=True, reference="Helsing and Perfekt 2013",
    )  # fmt: skip


def test_open_walls(validated: Validated) -> None:
    """The cube with walls at 0.5 m from it, against the same grid with 8 m more.

    Its field there has next to its charge only the moment of order 4 (symmetry), (a / r)^4 times
    some 0.1 of it, which the condition takes for charge. Not to be right at corners and
    edges of the box costs more: 1 %. An electric wall there, a shell of radius 1.2 m or so, is off
    by a / (b - a) = 1.2 or so.
    """
    near = cube_eighth(6, 6, 1.0)
    far, _ = widened(near, 8.0, 1.2)
    c = [float(capacitances(scene).matrix[0, 0]) for scene in (near, far)]
    half = ("magnetic", "electric")
    shut = StaticScene(near.grid, near.medium, Walls(half, half, half))
    walled = float(capacitances(shut).matrix[0, 0])
    validated(
        "open walls half an edge from a cube, capacitance against walls 8 m away",
        c[0] / c[1], 1.0, 0.01, reference="far walls",
    )  # fmt: skip
    assert walled > 1.5 * c[1]


def test_coaxial_line(validated: Validated) -> None:
    """C' = 2 pi eps0 / ln(b / a), L' = mu0 / 2 pi ln(b / a), and L' C' = mu0 eps0 to round-off.

    b = 30 cells, where the staircase may be half a cell off: 1.7 % of b, 0.33 % of the logarithm.
    a = 0.1985 cells, the radius that a line of nodes has. On the same edges the potential
    and A_z obey the same equation, so the product is exact in the discrete world too.
    """
    scene = round_line(30)
    node = scene.grid.nearest_node((0, 0, 0))
    port = Port("gap", node, node._replace(k=1))
    inductance = inductances(scene, [port]).matrix[0, 0] / 1e-3
    ends = ("electric", "electric")
    line = StaticScene(
        scene.grid, with_metal(scene.medium, [(2, node)]), Walls(ends, ends, ("magnetic",) * 2)
    )
    capacitance = -capacitances(line).matrix[0, 1] / 1e-3
    assert inductance * capacitance == pytest.approx(MU0 * EPS0, rel=1e-8)
    ratio = np.log(30 / LATTICE_RADIUS)
    for name, obtained, expected, unit in (
        ("capacitance", 1e12 * capacitance, 1e12 * TWO_PI * EPS0 / ratio, "pF/m"),
        ("inductance", 1e9 * inductance, 1e9 * MU0 / TWO_PI * ratio, "nH/m"),
    ):
        validated(
            f"coaxial line, 30 mm and 0.1985 mm, cells of 1 mm, {name}",
            obtained, expected, 0.004, relative=True, reference="closed form", unit=unit,
        )  # fmt: skip


@pytest.mark.parametrize("apart", [4, 8])
def test_two_wires_over_a_plane(apart: int, validated: Validated) -> None:
    """L of two lines at height h, s apart: own mu0 / 2 pi ln(2 h / a), mutual
    mu0 / 4 pi ln(1 + 4 h^2 / s^2); C is mu0 eps0 times its inverse.

    h = 8 cells. The next moment of a wire that the lattice spreads over a cell is (1 / h)^2 / 6 of
    the field, 0.3 %; the same for 1 / s: 1 % at 4 cells. Walls at 300 mm act on what is left of
    the pair's field there, (h / r)^2 = 0.1 %.
    """
    h, scene = 8, wire_pair(8, apart, 35)
    nodes = [scene.grid.nearest_node((0, 1e-3 * y, 1e-3 * h)) for y in (0, apart)]
    ports = [Port(f"wire {n}", node, node._replace(i=1)) for n, node in enumerate(nodes)]
    found = inductances(scene, ports, far="magnetic").matrix / 1e-3
    own = MU0 / TWO_PI * np.log(2 * h / LATTICE_RADIUS)
    mutual = MU0 / 2 / TWO_PI * np.log(1 + 4 * h**2 / apart**2)
    for name, obtained, expected, part in (
        ("own", found[0, 0], own, 0.003),
        ("mutual", found[0, 1], mutual, 0.01),
    ):
        validated(
            f"two wires 8 mm over a plane, {apart} mm apart, cells of 1 mm, {name} inductance",
            1e9 * obtained, 1e9 * expected, part,
            relative=True, reference="closed form", unit="nH/m",
        )  # fmt: skip
    np.testing.assert_allclose(found, found.T, rtol=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_capacitances_are_symmetric_positive_and_screen(seed: int) -> None:
    """Positive semi-definite, off-diagonals and sums of rows of the signs of capacitors."""
    c = capacitances(random_scene(seed)).matrix
    np.testing.assert_array_equal(c, c.T)
    assert np.linalg.eigvalsh(c)[0] > -1e-9 * c.max()
    assert (c - np.diag(np.diag(c)) <= 1e-9 * c.max()).all()
    assert (c.sum(axis=1) >= -1e-9 * c.max()).all()


@pytest.mark.parametrize("order", [(1, 2, 0), (2, 1, 0)])
def test_axes_in_another_order(order: tuple[int, int, int]) -> None:
    """The same capacitances, to the square of the residual."""
    scene = random_scene(3)
    other = np.sort(np.linalg.eigvalsh(capacitances(permuted(scene, order)).matrix))
    expected = np.sort(np.linalg.eigvalsh(capacitances(scene).matrix))
    np.testing.assert_allclose(other, expected, rtol=1e-9, atol=1e-9 * expected.max())


def test_a_larger_device_has_the_larger_capacitances() -> None:
    """Twice the size, twice the capacitance, bit by bit."""
    scene = random_scene(2)
    one, two = (capacitances(scaled(scene, f)).matrix for f in (1.0, 2.0))
    np.testing.assert_array_equal(two, 2 * one)
