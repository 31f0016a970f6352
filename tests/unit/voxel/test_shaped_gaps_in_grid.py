"""What the planner and the audit make of round and oblique gaps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from emtwin.geometry import Surface
from emtwin.grid import Grid
from emtwin.voxel import (
    Body,
    Box,
    GapInGrid,
    Plan,
    Resolution,
    ShapedGap,
    audit_netlist,
    check_gaps,
    find_gaps,
    plan,
    voxelise,
)
from emtwin.voxel.gaps.bridges import bridge_notices
from emtwin.voxel.gaps.flat import gap_notices
from tests.unit.voxel.round_parts import ring, rod, turned
from tests.unit.voxel.shapes import METAL, box, rotated, solid

MM = 1e-3


def bodies(*surfaces: Surface) -> list[Body]:
    return [solid("abc"[n], surface, METAL) for n, surface in enumerate(surfaces)]


def annulus(width: float) -> list[Body]:
    """A shaft in a hole, with a gap of this width on all sides."""
    return bodies(rod(5 * MM, 6 * MM, 48), ring(5 * MM + width, 10 * MM, 6 * MM, 48))


def planned(parts: list[Body], **changes: Any) -> Plan:
    lo = np.min([body.surface.lo for body in parts], axis=0)
    hi = np.max([body.surface.hi for body in parts], axis=0)
    options: dict[str, Any] = {
        "fixed": ((), (), ()),
        "refined": Box(tuple(lo), tuple(hi)),
        "finest_cell": 2 * MM,
        "coarsest_cell": 5 * MM,
        "extent": Box(tuple(lo - 0.01), tuple(hi + 0.01)),
        "absorber_cells": ((0, 0), (0, 0), (0, 0)),
        "smallest_cell": 0.2 * MM,
        "resolution": Resolution(1e9, 10.0, find_gaps(parts, 4 * MM)),
    }
    return plan(parts, **(options | changes))


def in_grid(parts: list[Body], grid: Plan) -> GapInGrid:
    """The one gap on the voxelised parts."""
    (found,) = check_gaps(voxelise(parts, grid.grid), grid.gaps)
    return found


def names(notices: Any) -> list[str]:
    return [notice.name for notice in notices]


def test_a_round_gap_gets_two_cells_on_all_sides_and_stays_open() -> None:
    parts = annulus(0.5 * MM)
    result = planned(parts)
    found = in_grid(parts, result)
    assert found.gap.cells is not None
    assert found.gap.cells >= 2
    assert (found.state, found.bridged) == ("open", 0.0)
    assert audit_netlist(voxelise(parts, result.grid)).changes == ()
    assert names(result.notices) == ["gaps-refined"]
    assert "round gap of 0.499 mm between a and b over 33 mm" in result.notices[0].message
    assert "cells there are as small as 0.25 mm" in result.notices[0].message
    assert result.notices[0].rank == "information"
    assert gap_notices(result.gaps) == []
    # Small along x and y where the ring crosses them, and nowhere along z.
    assert max(np.diff(result.grid.z)) > 1 * MM
    for lines in (result.grid.x, result.grid.y):
        middle = (lines[1:] + lines[:-1]) / 2
        assert np.diff(lines)[np.abs(np.abs(middle) - 5.25 * MM) < 0.2 * MM].max() <= 0.25 * MM


def test_a_round_gap_that_the_grid_closes_is_told_and_changes_the_netlist() -> None:
    parts = annulus(0.5 * MM)
    result = planned(parts, smallest_cell=1 * MM)
    found = in_grid(parts, result)
    assert (found.state, found.bridged) == ("closed", 1.0)
    assert found.gap.cells == 0
    (notice,) = gap_notices(result.gaps)
    assert notice.name == "gap-closed"
    assert "round gap of 0.499 mm between a and b over 33 mm at (" in notice.message
    assert "accuracy.smallest_cell of 0.25 mm resolves it" in notice.message
    assert "so the grid closes it, and metal conducts" in notice.message
    assert [change.kind for change in audit_netlist(voxelise(parts, result.grid)).changes]
    assert names(result.notices) == []


def test_a_gap_that_is_closed_on_one_side_only_is_bridged() -> None:
    """Gap of 0.15 to 2.85 mm: cells of 0.5 mm close the narrow side and leave the wide one."""
    parts = bodies(rod(5 * MM, 6 * MM, 48, at=(1.35 * MM, 0)), ring(6.5 * MM, 10 * MM, 6 * MM, 48))
    result = planned(parts, smallest_cell=0.5 * MM)
    checked = check_gaps(voxelise(parts, result.grid), result.gaps)
    assert any(found.state == "bridged" and 0.0 < found.bridged < 0.6 for found in checked)
    told = names([*gap_notices(result.gaps), *bridge_notices(checked)])
    assert "gap-bridged" in told
    assert "gap-closed" in told or "gap-coarse" in told
    (closed, *_) = gap_notices(result.gaps)
    assert "where it is narrowest" in closed.message


@pytest.mark.parametrize("degrees", [10.0, 30.0, 45.0])
def test_an_oblique_slot_stays_open(degrees: float) -> None:
    blocks = box((0, 0, 0), (0.02, 0.02, 0.004)), box((0, 0, 0.005), (0.02, 0.02, 0.008))
    parts = bodies(*(turned(block, 0, degrees) for block in blocks))
    result = planned(parts)
    found = in_grid(parts, result)
    assert found.gap.cells is not None
    assert found.gap.cells >= 2
    assert found.state == "open"
    assert names(result.notices) == ["gaps-refined"]


@pytest.mark.parametrize("seed", range(3))
def test_a_slot_in_any_direction_stays_open(seed: int) -> None:
    blocks = box((0, 0, 0), (0.01, 0.01, 0.003)), box((0, 0, 0.004), (0.01, 0.01, 0.007))
    parts = bodies(*(rotated(block, seed, np.zeros(3)) for block in blocks))
    found = in_grid(parts, planned(parts))
    assert found.state == "open"
    assert found.gap.cells is not None
    assert found.gap.cells >= 2


def test_a_gap_that_is_not_to_be_refined_keeps_the_cells_that_it_has() -> None:
    parts = annulus(0.5 * MM)
    (gap,) = find_gaps(parts, 4 * MM)
    left = planned(parts, resolution=Resolution(1e9, 10.0, (replace(gap, refined=False),)))
    plain = planned(parts, resolution=Resolution(1e9, 10.0))
    assert left.grid.shape == plain.grid.shape
    (notice,) = gap_notices(left.gaps)
    assert notice.name == "gap-closed"
    assert "accuracy.memory forbids the cells of 0.25 mm that resolve it" in notice.message


def test_finer_levels_divide_a_round_gap_further() -> None:
    parts = annulus(1 * MM)
    half = Resolution(1e9, 10.0, find_gaps(parts, 4 * MM), factor=0.5)
    cells = planned(parts, resolution=half).gaps[0].cells
    assert cells is not None
    assert cells >= 4


def test_cells_across_are_counted_where_there_are_fewest() -> None:
    (gap,) = find_gaps(annulus(1 * MM), 4 * MM)
    assert isinstance(gap, ShapedGap)
    lines = np.linspace(-0.011, 0.011, 45)  # cells of 0.489 mm
    assert gap.on(Grid(lines, lines, np.linspace(-0.001, 0.007, 5))).cells == 2
    assert gap.on(Grid(lines[::4], lines[::4], np.linspace(-0.001, 0.007, 5))).cells == 0
