"""Surface area in the grid: exact on planes of the grid, convergent elsewhere, with notices."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.geometry import Surface
from emtwin.grid import Grid
from emtwin.voxel import Body, voxelise
from emtwin.voxel.audit.face_area import area_in_grid
from tests.unit.voxel.shapes import METAL, box, plate, rotated, sheet, solid, sphere


def test_planes_of_the_grid_have_their_exact_area() -> None:
    lines = np.array([0.0, 1.0, 2.0, 5.0, 6.0])
    grid = Grid(lines, lines, lines)
    assert area_in_grid(solid("a", box((1, 1, 1), (5, 5, 2))), grid) == pytest.approx(2 * 16 + 16)
    assert area_in_grid(sheet("p", plate((1, 5), (1, 2), 2.0)), grid) == pytest.approx(4.0)


def errors(surface: Surface, counts: tuple[int, ...]) -> list[float]:
    """Relative errors of the area on uniform grids of 10 m."""
    body = Body("b", surface, "solid", METAL, 1)
    grids = [Grid.uniform((n, n, n), 10.0 / n) for n in counts]
    return [abs(area_in_grid(body, grid) / surface.area - 1.0) for grid in grids]


def test_a_sphere_is_not_inflated() -> None:
    """Its staircase is 1.5 times too large on any grid."""
    assert errors(sphere(3.0, (5.03, 4.98, 5.01), 60), (40,))[0] < 0.005


def test_a_turned_box_converges_with_the_first_order() -> None:
    """Links that cross two faces near an edge are lost: a share of about cell x edges / area."""
    coarse, fine = errors(rotated(box((2, 3, 4), (8, 7, 6.5)), 3), (40, 80))
    assert coarse < 0.25 * 4 * (6 + 4 + 2.5) / (2 * (24 + 15 + 10))
    assert fine < 0.65 * coarse


def test_what_two_crossings_of_one_link_hide_is_missing() -> None:
    """A plate of 0.2 between the cell centres has its rim at most, and its area is told."""
    grid = Grid.uniform((10, 10, 10), 1.0)
    flat = solid("flat", box((1, 1, 4.6), (7, 7, 4.8)))
    assert area_in_grid(flat, grid) == 0.0
    blocks = [flat, solid("thick", box((1, 1, 1), (7, 7, 3.45)), METAL)]
    model = voxelise(blocks[1:], grid)
    assert model.audit[0].area_after == pytest.approx(2 * 36 + 24 * 2)
    assert model.audit[0].area_error == pytest.approx((72 + 48) / (72 + 24 * 2.45) - 1)


def test_a_dielectric_has_no_faces_in_the_grid() -> None:
    (audit,) = voxelise(
        [solid("d", box((1, 1, 4.6), (7, 7, 4.8)))], Grid.uniform((9,) * 3, 1)
    ).audit
    assert audit.area_after is None
    assert audit.area_error == 0.0


def test_area_and_few_edges_are_told() -> None:
    """2.2 x 2.2 x 0.8 becomes one layer of 3 x 3 cells; a cube of 0.6 one cell of 12 edges."""
    grid = Grid.uniform((10, 10, 10), 1.0)
    flat = solid("flat", box((1.4, 1.4, 1.2), (3.6, 3.6, 2.0)), METAL)
    dot = solid("dot", box((7.2, 7.2, 7.2), (7.8, 7.8, 7.8)), METAL)
    notices = [str(notice) for notice in voxelise([flat, dot], grid).notices]
    assert any(
        text.startswith(
            "area-error: the surface area of part 'flat' changed by +79%, from 1.67e+05"
        )
        for text in notices
    )
    assert (
        "few-edges: part 'dot' got only 12 edges of the grid: it is hardly more than a cell; use "
        "finer cells there if its shape matters"
    ) in notices
