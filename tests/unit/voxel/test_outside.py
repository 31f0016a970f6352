"""Which cells are outside the device."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.benches.views import surface_cells
from emtwin.grid import Grid
from emtwin.voxel import voxelise
from emtwin.voxel.inside.outside import outside
from tests.unit.voxel.floods import flooded
from tests.unit.voxel.shapes import METAL, hollow, rotated, sheet, solid, sphere

GRID = Grid.uniform((12, 12, 12), 1.0)


@pytest.mark.parametrize("seed", range(4))
def test_outside_is_what_a_flood_reaches(seed: int) -> None:
    """A closed ball as a sheet, then with holes where an axis passes its middle."""
    model = voxelise([sheet("ball", rotated(sphere(3.7, (6, 6, 6)), seed))], GRID)
    closed = [part >= 0 for part in model.sheet_part]
    blocked = np.zeros(GRID.shape, dtype=bool)
    assert np.array_equal(outside(blocked, closed), flooded(model))
    assert not outside(blocked, closed)[6, 6, 6]
    np.moveaxis(closed[seed % 3], seed % 3, 0)[:, 6, 6] = False  # a hole on either side
    assert outside(blocked, closed)[6, 6, 6]


def test_surface_of_a_thin_walled_box_is_its_outer_side() -> None:
    """No cell of the cavity is one of the outer surface; all 6 x 64 beside the walls are."""
    case, _ = hollow((2, 2, 2), (10, 10, 10), 0.2)
    cells = surface_cells(voxelise([solid("case", case, METAL)], GRID))
    inside = ((cells >= 2) & (cells < 10)).all(axis=1)
    assert not inside.any()
    assert len(cells) == 6 * 64
