"""Sheets: metal faces are tight, and openings stay open."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.errors import InputError
from emtwin.geometry import Surface
from emtwin.grid import Grid
from emtwin.voxel import Body, voxelise
from tests.unit.voxel.floods import flooded
from tests.unit.voxel.shapes import PLASTIC, box, plate, rotated, sheet, solid, sphere

GRID = Grid.uniform((10, 10, 10), 1.0)


def test_plate_in_a_grid_plane_gives_exactly_its_faces() -> None:
    model = voxelise([sheet("p", plate((2, 7), (3, 8), 5.0))], GRID)
    expected = np.full((10, 10, 11), -1)
    expected[2:7, 3:8, 5] = 0
    assert np.array_equal(model.sheet_part_z, expected)
    assert (model.sheet_part_x == -1).all()
    assert (model.sheet_part_y == -1).all()
    assert model.audit[0].edges == 2 * 5 * 6


def test_metal_edges_are_the_rims_of_metal_faces() -> None:
    model = voxelise([sheet("p", plate((2, 7), (3, 8), 5.0))], GRID)
    x_edges, y_edges = np.zeros((11, 11, 11), bool), np.zeros((11, 11, 11), bool)
    x_edges[2:7, 3:9, 5] = True
    y_edges[2:8, 3:8, 5] = True
    assert np.array_equal(model.metal_part_x == 0, x_edges)
    assert np.array_equal(model.metal_part_y == 0, y_edges)
    assert (model.metal_part_z == -1).all()
    assert np.array_equal(model.medium.ids_x[:-1] == 0, x_edges[:-1])


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_plate_across_every_axis(order: tuple[int, int, int]) -> None:
    model = voxelise([sheet("p", plate((2, 7), (3, 8), 5.0).permuted(order))], GRID)
    counts = [int((part >= 0).sum()) for part in model.sheet_part]
    assert counts == [25 if old == 2 else 0 for old in order]


def test_plate_on_the_outer_face_of_the_grid_is_kept() -> None:
    model = voxelise([sheet("floor", plate((0, 10), (0, 10), 0.0))], GRID)
    assert (model.sheet_part_z[:, :, 0] == 0).all()
    assert (model.sheet_part_z[:, :, 1:] == -1).all()


def test_slot_of_one_cell_stays_open() -> None:
    model = voxelise([sheet("p", plate((1, 4, 5, 9), (2, 4, 7, 9), 5.0, ((1, 1),)))], GRID)
    assert (model.sheet_part_z[4, 4:7, 5] == -1).all()
    # e_x across the slot is free between its ends, where the field of a slot lives.
    assert (model.metal_part_x[4, 5:7, 5] == -1).all()
    assert (model.metal_part_x[4, [4, 7], 5] == 0).all()
    assert (model.metal_part_y[4:6, 4:7, 5] == 0).all()


@pytest.mark.parametrize(
    "surface",
    [
        box((2, 3, 2), (8, 8, 7)),
        box((2.5, 2.5, 2.5), (7.5, 6.5, 8.5)),
        rotated(box((3, 3, 3), (7, 7, 7.5)), 1),
        rotated(box((3, 3, 3), (7, 7, 7.5)), 7),
        sphere(3.3, (5.1, 4.9, 5.0)),
        sphere(3.0, (5.0, 5.0, 5.0), rings=12),
    ],
)
def test_closed_shield_is_tight_and_holds_what_the_solid_holds(surface: Surface) -> None:
    model = voxelise([sheet("shield", surface)], GRID)
    filled = voxelise([solid("body", surface)], GRID)
    assert np.array_equal(~flooded(model), filled.cell_part == 0)


def test_shield_without_lid_is_flooded() -> None:
    closed = box((2, 3, 2), (8, 8, 7))
    model = voxelise([sheet("tray", Surface(closed.points, closed.triangles[:-2]))], GRID)
    assert flooded(model).all()


def test_sheet_inside_a_dielectric_of_higher_priority_is_metal_all_the_same() -> None:
    board = solid("board", box((1, 1, 4), (9, 9, 6)), PLASTIC, 9)
    model = voxelise([board, sheet("plane", plate((2, 8), (2, 8), 5.0), 1)], GRID)
    assert model.metal_part_x[4, 4, 5] == 1
    assert model.medium.ids_x[4, 4, 5] == 0


def test_open_surface_of_a_dielectric_is_an_error() -> None:
    body = Body("cover", plate((2, 7), (3, 8), 5.0), "sheet", PLASTIC, 1)
    with pytest.raises(InputError, match=r"'cover': it is a sheet .*4 open edges.* of plastic"):
        voxelise([body], GRID)
