"""Edges, audit, conductors, and every message of the voxeliser."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.errors import InputError
from emtwin.geometry import Surface
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.voxel import check_terminal, conductors, parts_at, voxelise
from emtwin.voxel.edges import _distinct
from tests.unit.voxel.shapes import METAL, PLASTIC, WET, box, plate, sheet, solid

GRID = Grid.uniform((8, 8, 8), 1.0)


def test_empty_grid_is_vacuum() -> None:
    model, empty = voxelise([], GRID), Medium.vacuum(GRID)
    assert model.medium.rows == 2
    for ids, expected in zip(model.medium.ids, empty.ids, strict=True):
        assert np.array_equal(ids, expected)
    assert conductors(model) == ()


def test_edge_takes_the_mean_of_its_cells_weighted_with_their_cross_section() -> None:
    lines = np.array([0.0, 1.0, 2.0, 5.0])
    grid = Grid(lines, lines, lines)
    # Cell (1, 1) around the x-edge at y = 2, z = 2 is wet: 1 of (1 + 3) x (1 + 3) m2.
    model = voxelise([solid("w", box((0, 1, 1), (5, 2, 2)), WET)], grid)
    row = model.medium.ids_x[1, 2, 2]
    assert model.medium.permittivity[row] == pytest.approx(1 + 79 / 16, rel=1e-6)
    assert model.medium.conductivity[row] == pytest.approx(1 / 16, rel=1e-6)
    # At y = 1, z = 1 all four cells are 1 m2.
    row = model.medium.ids_x[1, 1, 1]
    assert model.medium.permittivity[row] == pytest.approx(1 + 79 / 4, rel=1e-6)


def test_edge_on_the_outer_boundary_takes_the_cells_that_exist() -> None:
    model = voxelise([solid("w", box((0, 0, 0), (8, 8, 4)), WET)], GRID)
    assert model.medium.permittivity[model.medium.ids_x[0, 0, 0]] == pytest.approx(80.0)
    assert model.medium.permittivity[model.medium.ids_x[3, 0, 4]] == pytest.approx(40.5)


def test_background_replaces_vacuum() -> None:
    model = voxelise([], GRID, WET)
    assert (model.medium.permittivity[model.medium.ids_y[:, :-1]] == 80.0).all()


def test_every_edge_of_a_metal_cell_is_metal() -> None:
    model = voxelise([solid("m", box((3, 3, 3), (4, 4, 4)), METAL)], GRID)
    assert model.audit[0].edges == 12
    assert sum(int((ids == 0).sum()) for ids in model.medium.ids) == 12 + 3 * 81


def test_dielectric_counts_the_edges_that_it_touches() -> None:
    model = voxelise([solid("d", box((3, 3, 3), (5, 5, 5)))], GRID)
    assert model.audit[0].edges == 3 * 2 * 3 * 3


def test_rows_are_rounded_more_when_they_would_not_fit() -> None:
    eps = np.linspace(1.0, 2.0, 5000)
    first, inverse = _distinct(eps, np.zeros(5000), 100)
    assert first.size <= 100
    assert np.abs(eps[first][inverse] / eps - 1.0).max() < 1.1e-2
    with pytest.raises(InputError, match="rows, but ids hold 5"):
        _distinct(eps, np.zeros(5000), 5)


def test_parts_that_touch_are_one_conductor() -> None:
    bodies = [
        solid("frame", box((1, 1, 1), (3, 3, 3)), METAL, 2),
        sheet("plane", plate((3, 5), (1, 3), 3.0), 1),
        solid("battery", box((5, 5, 5), (7, 7, 7)), METAL, 3),
    ]
    model = voxelise(bodies, GRID)
    assert {c.parts for c in conductors(model)} == {("frame", "plane"), ("battery",)}
    assert (
        conductors(model)[0].edges == 54 + 10
    )  # the plate shares two of its twelve edges with the block


def test_terminal_names_the_part_of_highest_priority() -> None:
    bodies = [
        solid("frame", box((1, 1, 1), (3, 3, 3)), METAL, 2),
        sheet("plane", plate((3, 5), (1, 3), 3.0), 1),
        solid("housing", box((5, 5, 5), (7, 7, 7)), PLASTIC, 3),
    ]
    model = voxelise(bodies, GRID)
    assert check_terminal(model, Node(5, 3, 3)) == "plane"
    assert parts_at(model, Node(3, 3, 3)) == ("frame", "plane")
    assert check_terminal(model, Node(3, 3, 3)) == "frame"
    assert check_terminal(model, Node(6, 6, 6)) is None
    assert check_terminal(model, Node(0, 0, 0)) is None
    assert check_terminal(model, Node(8, 8, 8)) is None


def test_metal_post_between_cell_centres_is_an_error() -> None:
    post = solid("post", box((3.6, 3.6, 1), (3.9, 3.9, 6)), METAL)
    with pytest.raises(InputError, match=r"part 'post': .*no edge.*no cell centre lies inside"):
        voxelise([post], GRID)


def test_part_that_others_cover_is_an_error() -> None:
    bodies = [
        solid("inlay", box((2, 2, 2), (4, 4, 4)), WET, 1),
        solid("block", box((1, 1, 1), (6, 6, 6)), PLASTIC, 2),
    ]
    with pytest.raises(InputError, match=r"'inlay': .*all its cells went to block"):
        voxelise(bodies, GRID)


def test_sheet_between_cell_centres_is_an_error() -> None:
    with pytest.raises(InputError, match=r"'tab': .*lies between the cell centres"):
        voxelise([sheet("tab", plate((1.6, 2.4), (1.6, 2.4), 3.0))], GRID)


def test_open_solid_outside_part_and_wrong_sheet_come_at_once() -> None:
    closed = box((1, 1, 1), (3, 3, 3))
    bodies = [
        solid("leaky", Surface(closed.points, closed.triangles[:2])),
        solid("away", box((1, 1, 1), (3, 3, 9))),
    ]
    with pytest.raises(InputError) as caught:
        voxelise(bodies, GRID)
    text = str(caught.value)
    assert len(caught.value.problems) == 2
    assert "part 'leaky': as a solid it is too open: the surface has 1 hole" in text
    assert "part 'away': it spans z = 1000 to 9000 mm, but the grid ends at 0 and 8000 mm" in text


def test_large_change_of_volume_is_a_notice() -> None:
    model = voxelise([solid("rod", box((1, 1, 1.4), (6, 6, 2.6)), METAL)], GRID)
    assert [n.name for n in model.notices] == ["volume-error", "area-error"]
    assert "'rod' changed by +67%" in model.notices[0].message


def test_disagreeing_normals_are_turned_and_noted() -> None:
    closed = box((1, 1, 1), (3, 3, 3))
    triangles = closed.triangles.copy()
    triangles[4] = triangles[4][::-1]
    audit = voxelise([solid("b", Surface(closed.points, triangles))], GRID).audit[0]
    assert audit.volume_before == pytest.approx(8.0)
    assert audit.notes == ("normals turned: they disagreed at 3 edges",)


def test_staircase_is_noted() -> None:
    slanted = plate((1, 6), (1, 6), 2.0)
    points = slanted.points + np.outer(slanted.points[:, 0], [0, 0, 0.4])
    audit = voxelise([sheet("s", Surface(points, slanted.triangles))], GRID).audit[0]
    assert audit.notes == ("staircased: 100% of its area is oblique to the grid",)
