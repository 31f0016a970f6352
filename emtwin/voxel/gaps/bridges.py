"""Whether the gaps that were found before meshing are still open in the grid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import Notice
from emtwin.geometry.first_hits import first_hits
from emtwin.grid import Grid
from emtwin.voxel.gaps.flat import Gap, described
from emtwin.voxel.gaps.metal_faces import facets
from emtwin.voxel.gaps.shaped import ShapedGap, across
from emtwin.voxel.model import VoxelModel
from emtwin.voxel.netlist.cad import touching_distance

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Way = tuple[Flags, Floats]


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
    shaped = [gap for gap in gaps if isinstance(gap, ShapedGap)]
    ways = [_bridged_ways(model, gap) for gap in shaped]
    beyond = _beyond(model, shaped, ways)
    checked = (
        _checked_ways(gap, bridged, ends)
        for gap, (bridged, _), ends in zip(shaped, ways, beyond, strict=True)
    )
    return tuple(
        next(checked) if isinstance(gap, ShapedGap) else _checked(model, gap) for gap in gaps
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


def _checked_ways(gap: ShapedGap, bridged: Flags, beyond: Flags) -> GapInGrid:
    """What became of a gap whose ways are bridged on the lines nearest to them, or not.

    A line `beyond` metal as drawn is at the end of the gap, where its own metal goes across.
    """
    counted = ~beyond if not beyond.all() else np.ones(len(beyond), dtype=bool)
    weight = (gap.ways.area + gap.ways.run * gap.ways.length)[counted]
    share = float(weight[bridged[counted]].sum() / weight.sum())
    if bridged[counted].all():
        return GapInGrid(gap, "closed", 1.0)
    return GapInGrid(gap, "bridged" if share > 0.0 else "open", share)


def _bridged_ways(model: VoxelModel, gap: ShapedGap) -> Way:
    """Whether metal leads from face to face on the line nearest to each way, and how to get there.

    Returns the flags, and vectors in metres from the middle of each way to that of the gap on the
    line, shape (n, 3).
    """
    ways, own = gap.ways, [n for n, body in enumerate(model.bodies) if body.name in gap.parts]
    bridged, shift = np.zeros(len(ways), dtype=bool), np.zeros((len(ways), 3))
    nearest_axis = np.abs(ways.normal).argmax(axis=1)
    for axis in range(3):
        rows = np.flatnonzero(nearest_axis == axis)
        if not rows.size:
            continue
        chosen = ways[rows]
        (lo, hi), middle, normal = across(chosen, axis), chosen.middle, chosen.normal
        index = [_nearest(lines, middle[:, a]) for a, lines in enumerate(model.grid.lines)]
        for other in range(3):
            if other != axis:
                step = model.grid.lines[other][index[other]] - middle[:, other]
                shift[rows, other] = step
                # Beside the way, the gap lies elsewhere along the axis: it follows its faces.
                shift[rows, axis] -= step * normal[:, other] / normal[:, axis]
        along = shift[rows, axis]
        first, last = (_nearest(model.grid.lines[axis], side + along) for side in (lo, hi))
        bridged[rows] = _free_edges(model, own, axis, index, first, last) == 0
    return bridged, shift


def _beyond(model: VoxelModel, gaps: Sequence[ShapedGap], found: Sequence[Way]) -> list[Flags]:
    """Whether metal as drawn lies between the middle of each bridged way and its line."""
    result = [np.zeros(len(bridged), dtype=bool) for bridged, _ in found]
    if not any(bridged.any() for bridged, _ in found):
        return result
    starts = np.concatenate([g.ways.middle[b] for g, (b, _) in zip(gaps, found, strict=True)])
    steps = np.concatenate([shift[bridged] for bridged, shift in found])
    length = np.linalg.norm(steps, axis=1)
    ways = steps / np.where(length > 0.0, length, 1.0)[:, None]
    slack = touching_distance([b.surface for b in model.bodies if b.material.metal])
    none = np.full(len(starts), -1)
    hits = first_hits(facets(model.bodies).corners, starts, ways, none, length + slack, 0.0)
    ends = np.cumsum([int(bridged.sum()) for bridged, _ in found])[:-1]
    for flags, (bridged, _), met in zip(
        result, found, np.split(hits.triangle >= 0, ends), strict=True
    ):
        flags[bridged] = met
    return result


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


def _nearest(lines: Floats, places: Floats) -> Ints:
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
