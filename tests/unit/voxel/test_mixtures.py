"""Cells that solids fill in part, and what their edges make of it."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.geometry import Surface
from emtwin.grid import Grid
from emtwin.materials import Material, lookup
from emtwin.voxel import Body, voxelise
from emtwin.voxel.mixtures import mixtures
from tests.unit.voxel.shapes import METAL, PLASTIC, WET, box, solid

MM = 1e-3
GRID = Grid.uniform((8, 6, 6), 5 * MM)
COAT = Material("coat", 1.0, 20.0, False, "test")


def wall(start: float, thickness: float, material: Material) -> Body:
    """Wall across x over the whole grid, its place and thickness in millimetres."""
    corners = (start * MM, 0, 0), ((start + thickness) * MM, 30 * MM, 30 * MM)
    return solid("wall", box(*corners), material)


@pytest.mark.parametrize("start", [10.2, 11.9, 13.0, 14.1, 17.4])
@pytest.mark.parametrize("material", [PLASTIC, COAT])
def test_thin_wall_keeps_permittivity_and_conductivity_times_thickness(
    start: float, material: Material
) -> None:
    """2 mm on cells of 5 mm, with or without a cell centre in it, within a cell or across a line.

    For fields along a thin sheet only (eps - 1) t and sigma t count: their sums over the edges that
    cross a line along x, each standing for its dual spacing, are those of the wall, to the rounding
    of rows.
    """
    model = voxelise([wall(start, 2.0, material)], GRID)
    dual = np.diff(np.concatenate([[0.0], GRID.centres[0], [40 * MM]]))
    for ids in (model.medium.ids_y[:, 2, 3], model.medium.ids_z[:, 3, 2]):
        eps, sigma = model.medium.permittivity[ids], model.medium.conductivity[ids]
        expected = (material.permittivity - 1) * 2 * MM
        assert (eps - 1) @ dual == pytest.approx(expected, rel=1e-5, abs=1e-12)
        assert sigma @ dual == pytest.approx(material.conductivity * 2 * MM, rel=1e-5, abs=1e-15)
    assert model.audit[0].volume_after == pytest.approx(2 * 30 * 30 * MM**3)
    assert model.audit[0].edges > 0
    assert [notice.name for notice in model.notices] == []


def test_higher_priority_takes_its_share_first() -> None:
    """Cell x = 10 to 15 mm: WET holds 40 %, PLASTIC claims 100 % of it and keeps 60 %."""
    wet = solid("wet", box((10 * MM, 0, 0), (12 * MM, 30 * MM, 30 * MM)), WET, 2)
    found = mixtures([wall(5, 15, PLASTIC), wet], GRID, voxelised([wet]), lookup("vacuum"))
    assert found.permittivity == pytest.approx(0.4 * 80 + 0.6 * 3)
    assert found.conductivity == pytest.approx(0.4 * 1.0)
    assert found.flat.size == 6 * 6


def voxelised(bodies: list[Body]) -> np.ndarray:
    """Owners of cells of the bodies after a wall of number 0 that owns the rest."""
    return np.where(voxelise(bodies, GRID).cell_part < 0, 0, 1).astype(np.int16)


def test_neighbours_of_one_material_are_no_mixture() -> None:
    two = [wall(5, 7, PLASTIC), wall(12, 8, PLASTIC)]
    owners = voxelise(two, GRID).cell_part
    assert mixtures(two, GRID, owners, lookup("vacuum")).flat.size == 0


def test_share_of_a_conductor_is_left_out() -> None:
    """Metal to 12 mm does not own the cell from 10 to 15 mm: WET from there to 14 mm stands for it.

    Of the 3 mm without metal WET has 2 mm and vacuum 1 mm.
    """
    bodies = [wall(5, 7, METAL), wall(12, 2, WET)]
    model = voxelise(bodies, GRID)
    found = mixtures(bodies, GRID, model.cell_part, lookup("vacuum"))
    assert found.permittivity == pytest.approx((2 * 80 + 1) / 3)
    assert (model.medium.ids_y[2, :-1] == 0).all()


def test_cells_of_a_conductor_are_no_mixture() -> None:
    bodies = [wall(5, 8, METAL), wall(13, 7, WET)]
    found = mixtures(bodies, GRID, voxelise(bodies, GRID).cell_part, lookup("vacuum"))
    assert found.flat.size == 0


def test_metal_alone_has_no_mixture() -> None:
    bodies = [wall(5, 7, METAL)]
    assert mixtures(bodies, GRID, voxelise(bodies, GRID).cell_part, lookup("vacuum")).volumes == {}


def test_open_dielectric_keeps_whole_cells() -> None:
    whole = wall(5, 8, PLASTIC)
    open_ = Body("w", Surface(whole.surface.points, whole.surface.triangles[1:]), "solid", WET, 1)
    found = mixtures([open_], GRID, np.full(GRID.shape, -1, np.int16), lookup("vacuum"))
    assert found.flat.size == 0
    assert found.volumes == {}


@pytest.mark.parametrize("order", [(1, 2, 0), (0, 2, 1)])
def test_permuting_the_axes_permutes_the_mixtures(order: tuple[int, int, int]) -> None:
    bodies = [
        wall(6, 7, WET),
        solid("bar", box((2e-3, 3e-3, 4e-3), (0.031, 0.012, 0.021)), PLASTIC),
    ]
    bodies[1] = Body("bar", bodies[1].surface, "solid", PLASTIC, 2)
    model = voxelise(bodies, GRID)
    turned = [
        Body(b.name, b.surface.permuted(order), b.kind, b.material, b.priority) for b in bodies
    ]
    other = voxelise(turned, Grid(*(GRID.lines[axis] for axis in order)))
    for new, old in enumerate(order):
        eps = model.medium.permittivity[model.medium.ids[old]].transpose(order)
        assert np.allclose(other.medium.permittivity[other.medium.ids[new]], eps, rtol=3e-6)
