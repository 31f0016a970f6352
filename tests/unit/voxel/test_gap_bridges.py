"""Gaps that the grid leaves open, closes, or bridges."""

from __future__ import annotations

from emtwin.grid import Grid
from emtwin.voxel import Body, find_gaps, voxelise
from emtwin.voxel.gaps.bridges import GapInGrid, bridge_notices, check_gaps
from tests.unit.voxel.shapes import METAL, box, plate, sheet, solid
from tests.unit.voxel.test_netlist import together

GRID = Grid.uniform((20, 12, 12), 1.0)


def checked(*bodies: Body) -> list[GapInGrid]:
    """Gaps across x of `bodies`."""
    gaps = [gap.on(GRID) for gap in find_gaps(bodies, 3.0) if gap.axis == 0]
    return list(check_gaps(voxelise(bodies, GRID), gaps))


def boxes(gap: float) -> tuple[Body, Body]:
    return (
        solid("a", box((1, 1, 1), (4, 8, 8)), METAL),
        solid("b", box((4 + gap, 1, 1), (9, 8, 8)), METAL),
    )


def test_a_gap_of_two_cells_is_open_and_one_below_half_a_cell_is_closed() -> None:
    (wide,), (narrow,) = checked(*boxes(2.0)), checked(*boxes(0.4))
    assert (wide.state, wide.bridged) == ("open", 0.0)
    assert (narrow.state, narrow.bridged) == ("closed", 1.0)


def test_a_slot_in_a_sheet_is_open_though_metal_goes_across_at_its_ends() -> None:
    lid = sheet("lid", plate((1, 6, 8, 13), (1, 3, 9, 11), 5.0, holes=((1, 1),)))
    (slot,) = checked(lid)
    assert slot.gap.parts == ("lid", "lid")
    assert slot.state == "open"


def test_metal_of_its_own_parts_that_crosses_the_gap_is_told() -> None:
    """A clip of one cell touches the lines y = 4 and 5, z = 4 and 5 of 6 x 6 inside."""
    a, b = boxes(2.0)
    (gap,) = (gap.on(GRID) for gap in find_gaps([a, b], 3.0))
    clip = box((4, 4, 4), (6, 5, 5))
    of_its_own = solid("a", together(a.surface, clip), METAL)
    (found,) = check_gaps(voxelise([of_its_own, b], GRID), [gap])
    assert (found.state, found.bridged) == ("bridged", 4 / 36)
    (notice,) = bridge_notices([found])
    assert notice.name == "gap-bridged"
    assert "gap of 2e+03 mm along x between a and b over 7e+03 mm" in notice.message
    assert "metal of the grid leads across it on 11% of the lines through it" in notice.message
    (drawn,) = check_gaps(voxelise([a, b, solid("clip", clip, METAL)], GRID), [gap])
    assert drawn.state == "open"
