"""The material table and the ids that point into it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from emtwin.errors import GridError
from emtwin.grid import Grid
from emtwin.grid.medium import MAX_ROWS, PEC_ROW, VACUUM_ROW, Medium

GRID = Grid.uniform((3, 4, 5), 1e-3)


def test_vacuum_fills_every_edge_that_exists() -> None:
    medium = Medium.vacuum(GRID)
    assert medium.rows == 2
    assert [int(ids.sum()) for ids in medium.ids] == [3 * 5 * 6, 4 * 4 * 6, 4 * 5 * 5]
    assert (medium.ids_y[:, -1] == PEC_ROW).all()
    assert medium.permittivity[VACUUM_ROW] == 1.0
    assert medium.conductivity[VACUUM_ROW] == 0.0


def test_medium_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        Medium.vacuum(GRID).ids_x[0, 0, 0] = 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"permittivity": np.array([1.0, np.nan])}, r"permittivity must be finite"),
        ({"conductivity": np.array([0.0, -1.0])}, r"conductivity .* not negative, got -1"),
        ({"conductivity": np.zeros(3)}, r"2 values of permittivity but 3 of conductivity"),
        ({"permittivity": np.ones(1)}, r"at least the rows .* shape \(1,\)"),
        ({"permittivity": np.ones(MAX_ROWS + 1)}, r"65537 material rows, .* at most 65536"),
        ({"ids_y": np.ones((4, 5, 5))}, r"ids_y has shape \(4, 5, 5\), but ids_x has \(4, 5, 6\)"),
        ({"ids_z": np.full((4, 5, 6), 2)}, r"ids_z holds row 2, but the table has 2 rows"),
    ],
)
def test_bad_tables(changes: dict[str, Any], message: str) -> None:
    values = {name: getattr(Medium.vacuum(GRID), name) for name in Medium.__dataclass_fields__}
    with pytest.raises(GridError, match=message):
        Medium(**(values | changes))
