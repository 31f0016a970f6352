"""Whether the gaps that were found before meshing are still open in the grid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import Notice
from emtwin.grid import Grid
from emtwin.voxel.gaps import Gap, described
from emtwin.voxel.model import VoxelModel
from emtwin.voxel.shaped_gaps import ShapedGap, across

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class GapInGrid:
    """A gap between conductors, as the grid has it.

    Parameters
    ----------
    gap : Gap
        The gap as drawn, with the cells that the plan put across it.
    state : {"open", "bridged", "closed", "slot"}
        ``closed``: no cell is left between its faces anywhere; ``bridged``: metal edges of its own
        parts lead from face to face somewhere inside it; ``slot``: the solver's model of a narrow
        slot stands for it; ``open`` otherwise.
    bridged : float
        Share of the grid lines through it, across its width, that are metal of its own parts.
    """

    gap: Gap
    state: Literal["open", "bridged", "closed", "slot"]
    bridged: float


def check_gaps(model: VoxelModel, gaps: Sequence[Gap]) -> tuple[GapInGrid, ...]:
    """Look whether metal of the grid bridges each gap.

    Parameters
    ----------
    model : VoxelModel
        Voxelised device.
    gaps : sequence of Gap
        Gaps as `find_gaps` gives them.

    Returns
    -------
    tuple of GapInGrid
        One per gap, in their order.
    """
    return tuple(
        _checked_ways(model, gap) if isinstance(gap, ShapedGap) else _checked(model, gap)
        for gap in gaps
    )


def bridge_notices(gaps: Sequence[GapInGrid]) -> Iterator[Notice]:
    """A notice for every gap with cells across it that metal bridges nevertheless."""
    for found in gaps:
        if found.state == "bridged":
            yield Notice(
                "gap-bridged",
                f"{described(found.gap)}: metal of the grid leads across it on "
                f"{found.bridged:.0%} of the lines through it, so that it is shorter or shut; use "
                "finer cells there",
            )


def _checked(model: VoxelModel, gap: Gap) -> GapInGrid:
    ends = [
        int(np.abs(model.grid.lines[gap.axis] - side[gap.axis]).argmin())
        for side in (gap.box.lo, gap.box.hi)
    ]
    if ends[0] >= ends[1]:
        return GapInGrid(gap, "closed", 1.0)
    index = [_inner(model.grid, gap, axis) for axis in range(3)]
    index[gap.axis] = np.arange(*ends)
    own = [n for n, body in enumerate(model.bodies) if body.name in gap.parts]
    # What other parts put across was drawn there, or is a contact that the netlist tells of.
    across = np.isin(model.metal_part[gap.axis][np.ix_(*index)], own)
    bridged = across.all(axis=gap.axis)
    share = float(bridged.mean()) if bridged.size else 0.0
    return GapInGrid(gap, "bridged" if share > 0.0 else "open", share)


def _checked_ways(model: VoxelModel, gap: ShapedGap) -> GapInGrid:
    """Whether metal leads from face to face on the grid line nearest to each way across."""
    ways, own = gap.ways, [n for n, body in enumerate(model.bodies) if body.name in gap.parts]
    bridged = np.zeros(len(ways), dtype=bool)
    nearest_axis = np.abs(ways.normal).argmax(axis=1)
    for axis in range(3):
        rows = np.flatnonzero(nearest_axis == axis)
        if not rows.size:
            continue
        chosen = ways[rows]
        (lo, hi), normal = across(chosen, axis), chosen.normal
        index: list[Ints] = [np.zeros(0, dtype=np.int64)] * 3
        for other in range(3):
            if other == axis:
                continue
            lines, place = model.grid.lines[other], chosen.middle[:, other]
            index[other] = _nearest(lines, place)
            # Beside the way, the gap lies elsewhere along the axis: it follows its faces.
            shift = (lines[index[other]] - place) * normal[:, other] / normal[:, axis]
            lo, hi = lo - shift, hi - shift
        first, last = (_nearest(model.grid.lines[axis], side) for side in (lo, hi))
        bridged[rows] = _free_edges(model, own, axis, index, first, last) == 0
    weight = ways.area + ways.run * ways.length
    share = float(weight[bridged].sum() / weight.sum())
    state: Literal["open", "bridged", "closed"] = "bridged" if bridged.any() else "open"
    return GapInGrid(gap, "closed" if bridged.all() else state, share)


def _free_edges(
    model: VoxelModel, own: Sequence[int], axis: int, index: Sequence[Ints], first: Ints, last: Ints
) -> Ints:
    """Edges along an axis, from line to line, that are no metal of some parts."""
    low = [int(n.min()) for n in (*index[:axis], first, *index[axis + 1 :])]
    high = [int(n.max()) + 1 for n in (*index[:axis], last, *index[axis + 1 :])]
    window = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    free = ~np.isin(model.metal_part[axis][window], own)
    before = np.zeros([n + (a == axis) for a, n in enumerate(free.shape)], dtype=np.int64)
    np.cumsum(free, axis=axis, out=before[tuple(slice(a == axis, None) for a in range(3))])
    place = [n - a for n, a in zip(index, low, strict=True)]
    place[axis] = first - low[axis]
    place_last = [*place[:axis], last - low[axis], *place[axis + 1 :]]
    return np.asarray(before[tuple(place_last)] - before[tuple(place)], dtype=np.int64)


def _nearest(lines: NDArray[np.float64], places: NDArray[np.float64]) -> Ints:
    """Number of the line nearest to each place."""
    after = np.clip(np.searchsorted(lines, places), 1, len(lines) - 1)
    lower = places - lines[after - 1] < lines[after] - places
    return np.asarray(after - lower, dtype=np.int64)


def _inner(grid: Grid, gap: Gap, axis: int) -> Ints:
    """Lines through the inside of a gap; where it is flat, the line that it lies on.

    The outermost lines are left out: at the ends of a slot its own metal goes across.
    """
    lines, lo, hi = grid.lines[axis], gap.box.lo[axis], gap.box.hi[axis]
    first, last = (int(np.abs(lines - side).argmin()) for side in (lo, hi))
    if first == last:
        return np.array([first])
    return np.arange(first + 1, last)
