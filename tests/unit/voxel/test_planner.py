"""The mesh planner keeps lines, cell sizes and growth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emtwin.errors import GridError
from emtwin.voxel import Body, Box, Plan, plan
from tests.unit.voxel.shapes import METAL, box, plate, sheet, solid

EXTENT = Box((-1.0, -1.0, -1.0), (1.0, 1.0, 1.0))
REFINED = Box((-0.1, -0.1, -0.1), (0.1, 0.1, 0.1))


def planned(bodies: list[Body], along_x: tuple[float, ...] = (), **changes: Any) -> Plan:
    """Plan with the usual sizes; `along_x` are fixed lines."""
    options: dict[str, Any] = {
        "fixed": (along_x, (), ()),
        "refined": REFINED,
        "finest_cell": 0.01,
        "coarsest_cell": 0.06,
        "extent": EXTENT,
        "absorber_cells": ((3, 4), (0, 2), (0, 0)),
        "smallest_cell": 0.002,
    }
    return plan(bodies, **(options | changes))


def growth(lines: np.ndarray) -> float:
    """Largest ratio of neighbouring cells."""
    sizes = np.diff(lines)
    return float(np.maximum(sizes[1:] / sizes[:-1], sizes[:-1] / sizes[1:]).max())


def holds(lines: np.ndarray, at: float) -> bool:
    """Whether `at` is a line."""
    return bool(np.abs(lines - at).min() < 1e-12)


def test_sizes_growth_extent_and_absorber() -> None:
    result = planned([])
    x, y, z = result.grid.lines
    assert result.notices == ()
    assert growth(x) <= 1.3
    inside = (x[1:] <= 0.1) & (x[:-1] >= -0.1)
    assert np.diff(x)[inside].max() <= 0.01 * (1 + 1e-9)
    assert np.diff(x).max() <= 0.06 * (1 + 1e-9)
    assert np.diff(x).max() > 0.04
    assert x[3] == -1.0
    assert x[-5] == 1.0
    assert np.allclose(np.diff(x)[:4], np.diff(x)[0])
    assert y[0] == -1.0
    assert (z[0], z[-1]) == (-1.0, 1.0)


def test_facets_rims_and_fixed_lines_become_lines() -> None:
    body = solid("b", box((-0.0512, -0.03, 0.001), (0.0333, 0.04, 0.0777)))
    slot = sheet("s", plate((-0.08, -0.07, -0.0651, 0.09), (-0.02, 0.0, 0.05), 0.02, ((1, 0),)))
    result = planned([body, slot], along_x=(0.0123,))
    x, y, z = result.grid.lines
    for at in (-0.0512, 0.0333, -0.08, -0.07, -0.0651, 0.09, 0.0123):
        assert holds(x, at)
    assert holds(y, 0.0)
    assert holds(z, 0.02)
    assert max(growth(lines) for lines in result.grid.lines) <= 1.3
    assert result.notices == ()


def test_of_two_near_lines_the_lower_rank_moves_and_a_notice_says_so() -> None:
    plastic = solid("cover", box((0.0, -0.05, -0.05), (0.0505, 0.05, 0.05)))
    metal = solid("block", box((0.0, -0.05, -0.05), (0.05, 0.05, 0.05)), METAL, 2)
    result = planned([plastic, metal], along_x=(0.001,))
    x = result.grid.x
    assert holds(x, 0.05)
    assert not holds(x, 0.0505)
    assert holds(x, 0.001)
    assert not holds(x, 0.0)
    assert [notice.name for notice in result.notices] == ["lines-merged"]
    text = result.notices[0].message
    assert "block at 0 mm moved by 1 mm to a fixed line" in text
    assert "cover at 50.5 mm moved by 0.5 mm to block" in text


def test_growth_that_lines_force_is_a_notice() -> None:
    result = planned([], along_x=(0.0, 0.0031), smallest_cell=0.003, finest_cell=0.01)
    close = np.array([0.0, 0.0031])
    assert all(holds(result.grid.x, at) for at in close)
    assert growth(result.grid.x) <= 1.3
    # Gaps of 1.9 smallest cells beside gaps of one cannot be divided any further.
    forced = planned([], along_x=(0.0, 0.003, 0.0087, 0.0117), smallest_cell=0.003)
    assert [notice.name for notice in forced.notices] == ["grading-exceeded"]
    assert "factor 1.90" in forced.notices[0].message


@settings(max_examples=60)
@given(
    fixed=st.lists(st.floats(-0.95, 0.95), max_size=12),
    finest=st.floats(0.004, 0.03),
    smallest=st.floats(0.0005, 0.002),
)
def test_any_lines_are_kept_or_named_and_growth_is_held_or_named(
    fixed: list[float], finest: float, smallest: float
) -> None:
    result = planned([], along_x=tuple(fixed), finest_cell=finest, smallest_cell=smallest)
    x = result.grid.x
    names = [notice.name for notice in result.notices]
    assert growth(x) <= 1.3 * (1 + 1e-6) or "grading-exceeded" in names
    assert all(holds(x, at) or np.abs(x - at).min() < smallest for at in fixed)
    if not all(holds(x, at) for at in fixed):
        assert "lines-merged" in names or min(np.abs(x - at).min() for at in fixed) < 2e-9
    inside = (x[1:] <= 0.1) & (x[:-1] >= -0.1)
    assert np.diff(x)[inside].max() <= finest * (1 + 1e-9)
    assert np.diff(x).max() <= 0.06 * (1 + 1e-9)
    assert np.diff(x).min() >= 0.5 * smallest


@settings(max_examples=60)
@given(st.lists(st.floats(4.0, 30.0), min_size=1, max_size=8))
def test_growth_holds_between_lines_that_are_four_smallest_cells_apart(gaps: list[float]) -> None:
    fixed = -0.09 + 0.001 * np.cumsum(gaps)
    result = planned([], along_x=tuple(fixed), smallest_cell=0.001)
    assert growth(result.grid.x) <= 1.3 * (1 + 1e-6)
    assert result.notices == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"finest_cell": -1.0}, r"finest_cell: must be positive, got -1 m"),
        ({"coarsest_cell": 0.005}, r"smallest cell .*finest .*coarsest .*5 mm. must be in this"),
        ({"growth": 1.0}, r"growth: must be above 1"),
        ({"extent": Box((1.0, -1.0, -1.0), (-1.0, 1.0, 1.0))}, r"extent: .* along x is empty"),
        ({"fixed": ((), (3.0,), ())}, r"fixed: y = 3000 mm lies outside the grid"),
    ],
)
def test_bad_sizes_and_places(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(GridError, match=message):
        planned([], **changes)


def test_part_outside_the_extent_is_named() -> None:
    with pytest.raises(GridError, match=r"part 'far': it spans z = 0 to 2000 mm and leaves"):
        planned([solid("far", box((0, 0, 0), (0.1, 0.1, 2.0)))])
