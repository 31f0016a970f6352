"""Surface area in the grid: exact on planes of the grid, convergent elsewhere, with notices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from emtwin.errors import Notice
from emtwin.geometry import Surface
from emtwin.grid import Grid
from emtwin.voxel import Body, voxelise
from emtwin.voxel.audit.face_area import area_in_grid
from emtwin.voxel.walls.thickness import union_size
from tests.unit.geometry.damage import joined
from tests.unit.voxel.shapes import METAL, box, hollow, plate, rotated, sheet, solid, sphere


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


def test_both_sides_of_a_wall_on_cell_faces_count() -> None:
    """A shield of 0.2 on cells of 1 has no cell of its own, and all of its area."""
    grid = Grid.uniform((14, 14, 14), 1.0)
    outer, wall = 2 * (80 + 80 + 64), 0.2
    inner = 2 * ((10 - 2 * wall) * (8 - 2 * wall) * 2 + (8 - 2 * wall) ** 2)
    surface, _ = hollow((1.9, 2.9, 2.9), (11.9, 10.9, 10.9), wall)
    model = voxelise([solid("s", surface, METAL)], grid)
    assert model.audit[0].cells == 0
    assert model.audit[0].area_before == pytest.approx(outer + inner)
    assert model.audit[0].area_after == pytest.approx(2 * outer)
    assert model.audit[0].notes == ("walls on 448 cell faces, which hold no volume",)
    assert model.notices == ()


def test_area_that_a_part_with_walls_loses_is_told() -> None:
    """Thirty blades of 0.1 x 0.5 x 3 on a plate: most lie between the lines of the centres."""
    grid = Grid.uniform((12, 12, 12), 1.0)
    blades = [box((1.6 + 0.25 * n, 2.6, 4.0), (1.7 + 0.25 * n, 3.4, 9.0)) for n in range(30)]
    comb = joined(box((1.5, 1.5, 3.8), (10.0, 10.0, 4.0)), *blades)
    model = voxelise([solid("comb", comb, METAL)], grid)
    assert model.walls[0].faces
    assert "area-error" in {notice.name for notice in model.notices}


def test_shells_that_cross_count_once() -> None:
    """Two boxes of 6 x 4 x 4 that share 2 x 4 x 4: a bar of 10 x 4 x 4."""
    both = joined(box((1, 4, 4), (7, 8, 8)), box((5, 4, 4), (11, 8, 8)))
    crossing = Notice("self-intersections", "as read")
    body = replace(solid("bar", both, METAL), notices=(crossing,))
    (audit,) = voxelise([body], Grid.uniform((24, 24, 24), 0.5)).audit
    assert audit.volume_before == pytest.approx(160.0, rel=0.002)
    assert audit.volume_after == pytest.approx(160.0)
    assert audit.area_before == pytest.approx(192.0, rel=0.002)
    assert audit.area_after == pytest.approx(192.0)


def test_thin_walls_that_cross_have_their_volume() -> None:
    """Two walls of 0.05 that meet in a corner of 0.05 x 0.05, in planes of the axes."""
    corner = joined(box((0, 0, 0), (6, 0.05, 4)), box((0, 0, 0), (0.05, 5, 4)))
    volume, area = union_size(corner)
    assert volume == pytest.approx(4 * 0.05 * (6 + 5 - 0.05), rel=0.005)
    assert area == pytest.approx(4 * 2 * (6 + 5) + 2 * 0.05 * 10.95, rel=0.005)


def test_a_dielectric_has_no_faces_in_the_grid() -> None:
    (audit,) = voxelise(
        [solid("d", box((1, 1, 4.6), (7, 7, 4.8)))], Grid.uniform((9,) * 3, 1)
    ).audit
    assert audit.area_after is None
    assert audit.area_error == 0.0


def test_only_a_thin_metal_part_is_faces_alone() -> None:
    """No cell centre lies in it; a dielectric as thin is a share of cells, a block is cells."""
    grid, thin = Grid.uniform((10, 10, 10), 1.0), box((1, 1, 4.6), (7, 7, 4.8))
    block = solid("block", box((1, 1, 1), (7, 7, 4)), METAL)
    bodies = solid("foil", thin, METAL), solid("film", thin), block
    found = [voxelise([body], grid).audit[0].as_faces for body in bodies]
    assert found == [True, False, False]


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
