"""Gaps that the grid cannot resolve, as slots of the solver's sub-cell model.

A straight gap in a conducting wall, closed at both ends and narrower than the cell over it, need
not be meshed: the wall is closed over that row of cells, and the row stands for the slot
(`emtwin.solver.sheets.slots`). What is no such gap (open at an end, between two blocks, under a
part) keeps what the grid has made of it, and a notice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from emtwin.errors import GridError, Notice
from emtwin.grid import Grid, Node
from emtwin.grid.medium import PEC_ROW, Medium
from emtwin.solver import Slot, with_slots
from emtwin.voxel import Gap, GapInGrid, ShapedGap
from emtwin.voxel.gaps.flat import CELLS_ACROSS, described

SLOT: Final = "slot"


def with_gap_slots(
    grid: Grid, medium: Medium, gaps: Sequence[GapInGrid]
) -> tuple[Medium, tuple[GapInGrid, ...]]:
    """The medium with a slot for every gap that can be one.

    Parameters
    ----------
    grid : Grid
        The grid.
    medium : Medium
        The device on it.
    gaps : sequence of GapInGrid
        Its gaps, with the cells that each got.

    Returns
    -------
    medium : Medium
        With rows of its own for each slot.
    gaps : tuple of GapInGrid
        In their order, those that became a slot in the state ``slot``.
    """
    done = []
    for found in gaps:
        straight = not isinstance(found.gap, ShapedGap)
        if straight and (found.gap.cells or 0) < CELLS_ACROSS:
            for slot in _candidates(grid, found.gap):
                try:
                    medium = with_slots(grid, _closed(medium, slot), [slot])
                except GridError:
                    continue
                found = replace(found, state=SLOT)
                break
        done.append(found)
    return medium, tuple(done)


def slot_notices(gaps: Sequence[GapInGrid]) -> Iterator[Notice]:
    """A notice for every gap that stands as a slot."""
    for found in gaps:
        if found.state == SLOT:
            yield Notice(
                "gap-as-slot",
                f"{described(found.gap)}: narrower than its cells of "
                f"{1e3 * (found.gap.cell or 0.0):.3g} mm, so a slot of that width stands for it in "
                "a row of cells of the wall",
                rank="information",
            )


def _candidates(grid: Grid, gap: Gap) -> Iterator[Slot]:
    """Rows of cells that may stand for a gap: the wall on one plane of nodes, or a cell thick."""
    across = gap.axis
    size = {a: gap.box.hi[a] - gap.box.lo[a] for a in range(3) if a != across}
    through, along = sorted(size, key=lambda a: size[a])
    middle = (gap.box.lo[across] + gap.box.hi[across]) / 2
    row = int(np.clip(np.searchsorted(grid.lines[across], middle) - 1, 0, None))
    ends = [_nearest(grid, along, side[along]) for side in (gap.box.lo, gap.box.hi)]
    planes = [_nearest(grid, through, side[through]) for side in (gap.box.lo, gap.box.hi)]
    for first, last in dict.fromkeys([(planes[0], planes[1]), *((p, p) for p in planes)]):
        lo, hi = [0, 0, 0], [0, 0, 0]
        lo[along], hi[along] = ends
        lo[across], hi[across] = row, row + 1
        lo[through], hi[through] = first, last
        yield Slot(
            "gap between " + " and ".join(dict.fromkeys(gap.parts)),
            Node(*lo),
            Node(*hi),
            gap.width,
            size[through],
            "xyz"[through],
        )


def _nearest(grid: Grid, axis: int, at: float) -> int:
    return int(np.abs(grid.lines[axis] - at).argmin())


def _closed(medium: Medium, slot: Slot) -> Medium:
    """The wall without the opening that the grid may have there, a whole cell wide."""
    _, across, _ = slot.axes
    ids = [values.copy() for values in medium.ids]
    for place in slot.row():
        if all(0 <= n < limit for n, limit in zip(place, ids[across].shape, strict=True)):
            ids[across][place] = PEC_ROW
    return replace(medium, ids_x=ids[0], ids_y=ids[1], ids_z=ids[2])
