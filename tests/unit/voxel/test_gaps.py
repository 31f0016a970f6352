"""Gaps between conductors: found, described, and held against a grid."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.grid import Grid
from emtwin.voxel import Body, Gap, find_gaps
from emtwin.voxel.gaps.flat import gap_notices
from tests.unit.voxel.shapes import METAL, PLASTIC, box, plate, sheet, solid

SLOTTED = plate((0.0, 0.04, 0.043, 0.1), (0.0, 0.01, 0.05, 0.06), 0.02, ((1, 1),))
"""A plate of 100 x 60 mm with a slot of 3 x 40 mm."""


def metal(name: str, lo: tuple[float, float, float], hi: tuple[float, float, float]) -> Body:
    """A solid metal box."""
    return solid(name, box(lo, hi), METAL)


FRAME = metal("frame", (0.0, 0.0, 0.0), (0.1, 0.08, 0.01))
COVER = metal("cover", (0.02, 0.0, 0.0103), (0.09, 0.08, 0.02))


def only(gaps: tuple[Gap, ...]) -> Gap:
    """The one gap that was found."""
    assert len(gaps) == 1
    return gaps[0]


def test_two_blocks_face_each_other_over_what_they_share() -> None:
    gap = only(find_gaps([FRAME, COVER], 0.016))
    assert gap.parts == ("frame", "cover")
    assert gap.axis == 2
    assert not gap.rims
    assert gap.width == pytest.approx(0.3e-3)
    assert gap.length == pytest.approx(0.08)
    assert np.allclose(gap.box.lo, (0.02, 0.0, 0.01))
    assert np.allclose(gap.box.hi, (0.09, 0.08, 0.0103))


def test_a_slot_in_a_sheet_is_a_gap_between_its_rims() -> None:
    gap = only(find_gaps([sheet("wall", SLOTTED)], 0.016))
    assert gap.parts == ("wall", "wall")
    assert gap.rims
    assert (gap.axis, gap.length) == pytest.approx((0, 0.04))
    assert gap.width == pytest.approx(3e-3)
    assert gap.box.lo[2] == gap.box.hi[2] == 0.02


@pytest.mark.parametrize("order", [(1, 2, 0), (2, 0, 1), (0, 2, 1)])
def test_axes_may_be_exchanged(order: tuple[int, int, int]) -> None:
    gap = only(find_gaps([sheet("wall", SLOTTED.permuted(order))], 0.016))
    assert gap.axis == order.index(0)
    assert (gap.width, gap.length) == pytest.approx((3e-3, 0.04))


def test_a_slot_that_another_sheet_bridges_is_no_gap() -> None:
    patch = sheet("patch", plate((0.03, 0.05), (0.005, 0.055), 0.02))
    assert find_gaps([sheet("wall", SLOTTED), patch], 0.016) == ()


def test_a_slot_that_is_half_bridged_is_half_as_long() -> None:
    patch = sheet("patch", plate((0.03, 0.05), (0.0, 0.03), 0.02))
    gaps = find_gaps([sheet("wall", SLOTTED), patch], 0.016)
    along_x = [gap for gap in gaps if gap.axis == 0]
    assert [gap.length for gap in along_x] == [pytest.approx(0.02)]
    assert along_x[0].box.lo[1] == pytest.approx(0.03)


def test_a_rim_that_ends_before_a_wall() -> None:
    board = sheet("plane", plate((0.005, 0.06), (0.01, 0.05), 0.02))
    wall = metal("wall", (-0.01, 0.0, 0.0), (0.0, 0.06, 0.04))
    gap = only(find_gaps([board, wall], 0.016))
    assert gap.parts == ("wall", "plane")
    assert not gap.rims
    assert (gap.width, gap.length) == pytest.approx((5e-3, 0.04))


def test_a_part_between_hides_a_gap_and_makes_two() -> None:
    lower = metal("lower", (0.0, 0.0, 0.0), (0.1, 0.1, 0.01))
    upper = metal("upper", (0.0, 0.0, 0.02), (0.1, 0.1, 0.03))
    middle = metal("middle", (0.0, 0.0, 0.013), (0.1, 0.1, 0.016))
    gaps = find_gaps([lower, upper, middle], 0.016)
    assert [gap.parts for gap in gaps] == [("lower", "middle"), ("middle", "upper")]


def test_plastic_wide_and_short_gaps_and_the_inside_of_metal_are_left_out() -> None:
    plastic = solid("a", box((0.0, 0.0, 0.0), (0.1, 0.1, 0.01)), PLASTIC)
    assert find_gaps([plastic, COVER], 0.016) == ()
    assert find_gaps([FRAME, COVER], 0.2e-3) == ()
    pins = [
        metal("a", (0.0, 0.0, 0.0), (0.01, 0.001, 0.001)),
        metal("b", (0.015, 0.0, 0.0), (0.025, 0.001, 0.001)),
    ]
    assert find_gaps(pins, 0.016) == ()
    block = metal("block", (-0.1, -0.1, -0.1), (0.2, 0.2, 0.2))
    assert find_gaps([FRAME, COVER, block], 0.016) == ()


def test_a_wall_of_two_facets_is_no_gap() -> None:
    assert find_gaps([metal("wall", (0.0, 0.0, 0.0), (0.1, 0.1, 0.001))], 0.016) == ()


def on_lines(gap: Gap, *lines: float) -> Gap:
    """The gap on a grid with these lines along its axis."""
    others = np.array([-1.0, 1.0])
    axes = [np.array(lines) if axis == gap.axis else others for axis in range(3)]
    return gap.on(Grid(*axes))


def test_cells_across_are_counted_on_the_grid() -> None:
    gap = find_gaps([FRAME, COVER], 0.016)[0]
    open_ = on_lines(gap, 0.0, 0.01, 0.01015, 0.0103, 0.02)
    assert (open_.cells, open_.cell) == pytest.approx((2, 0.15e-3))
    assert gap_notices([open_]) == []
    assert on_lines(gap, 0.0, 0.01, 0.0103, 0.02).cells == 1


def test_notices_name_parts_size_and_effect() -> None:
    gap = find_gaps([FRAME, COVER], 0.016)[0]
    closed = on_lines(gap, 0.0, 0.0085, 0.01, 0.0115, 0.02)
    coarse = on_lines(gap, 0.0, 0.01, 0.0103, 0.02)
    first, second = gap_notices([closed, closed, coarse])
    assert first.name == "gap-closed"
    assert first.message == (
        "gap of 0.3 mm along z between frame and cover over 80 mm at (55, 40, 10.15) mm, "
        "and 1 more like it: cells there are 1.5 mm, so the grid closes it, and metal "
        "conducts and shields where the device has a gap; accuracy.smallest_cell of 0.15 mm "
        "resolves it"
    )
    assert second.name == "gap-coarse"
    assert "cells there are 0.3 mm, one across it, where its field needs 2" in second.message
