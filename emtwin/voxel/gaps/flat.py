"""Gaps between flat faces of conductors, and how many cells the grid puts across them.

A gap lies between two metal faces that look at each other along an axis with no metal between:
facets of two parts or of one, rims of sheets, or a rim and a facet. A slot cut into a sheet is a
gap between two rims. Gaps of other shapes: `emtwin.voxel.gaps.shaped`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import Notice
from emtwin.grid import Grid
from emtwin.voxel.bodies import Body, Box
from emtwin.voxel.gaps.facing import SAME, Face, MetalSolids, faces

Floats = NDArray[np.float64]

CELLS_ACROSS = 2
"""Cells that the field in a gap needs at least."""

_SAMPLES = 32  # along each axis of an overlap
_BESIDE = np.array([1.37e-3, -2.11e-3])  # of an overlap's size


class CellNeed(NamedTuple):
    """Largest cell in metres along an axis between two coordinates, for two cells across a gap."""

    axis: int
    lo: float
    hi: float
    size: float


@dataclass(frozen=True)
class Gap:
    """Two metal faces that look at each other.

    Parameters
    ----------
    parts : tuple of (str, str)
        Part below and part above; the same name twice for a slot in one part.
    axis : int
        Axis across the gap, 0 to 2.
    box : Box
        Where it is: from face to face along `axis`, and the extent over which they overlap along
        the other two.
    rims : bool
        Between two rims of sheets: a slot or seam in a sheet.
    cells : int or None
        Cells whose middle lies in it, 0 where the grid closes it; None before there is a grid.
    cell : float or None
        Size of the smallest of them, or of the cell nearest to it, metres.
    refined : bool
        Whether the grid is to have two cells across it; the memory may forbid that.
    """

    parts: tuple[str, str]
    axis: int
    box: Box
    rims: bool
    cells: int | None = None
    cell: float | None = None
    refined: bool = True

    @property
    def width(self) -> float:
        """Distance of the two faces in metres."""
        return self.box.hi[self.axis] - self.box.lo[self.axis]

    @property
    def length(self) -> float:
        """Larger extent over which they overlap, metres."""
        return max(self.box.hi[a] - self.box.lo[a] for a in range(3) if a != self.axis)

    @property
    def place(self) -> tuple[float, float, float]:
        """Its middle, metres."""
        x, y, z = (np.add(self.box.lo, self.box.hi) / 2).tolist()
        return x, y, z

    @property
    def headline(self) -> str:
        """Width and direction in words."""
        return f"gap of {self.width * 1e3:.3g} mm along {'xyz'[self.axis]}"

    @property
    def where_few(self) -> str:
        """Which part of the gap the number of cells is about, where it is not all of it."""
        return ""

    @property
    def cell_needed(self) -> float:
        """Largest cell that puts two cells across, metres."""
        return self.width / CELLS_ACROSS

    def needs(self, smallest: float) -> Iterator[CellNeed]:
        """Cells that put two across; nothing where they would be below `smallest`, in metres."""
        if self.refined and self.cell_needed >= smallest:
            lo, hi = self.box.lo[self.axis], self.box.hi[self.axis]
            yield CellNeed(self.axis, lo, hi, self.cell_needed)

    def on(self, grid: Grid) -> Gap:
        """The same gap with the cells that a grid has across it."""
        lines, centres = grid.lines[self.axis], grid.centres[self.axis]
        lo, hi = self.box.lo[self.axis], self.box.hi[self.axis]
        inside = np.flatnonzero((centres > lo) & (centres < hi))
        nearest = np.array([np.abs(centres - (lo + hi) / 2).argmin()])
        sizes = np.diff(lines)[inside if inside.size else nearest]
        return replace(self, cells=int(inside.size), cell=float(sizes.min()))


def flat_gaps(bodies: Sequence[Body], widest: float) -> tuple[Gap, ...]:
    """Find the gaps between flat faces of metal parts up to a width.

    Parameters
    ----------
    bodies : sequence of Body
        Parts; those that are no metal are passed over.
    widest : float
        Largest width, metres.

    Returns
    -------
    tuple of Gap
        Those at least as long as wide, by axis and place.
    """
    every, solids = [faces(bodies, axis) for axis in range(3)], MetalSolids(bodies)
    return tuple(gap for axis in range(3) for gap in _along(solids, every, axis, widest))


def gap_notices(found: Sequence[Gap]) -> list[Notice]:
    """What the grid does to gaps that it gives fewer than two cells.

    Parameters
    ----------
    found : sequence of Gap
        Gaps on a grid.

    Returns
    -------
    list of Notice
        ``gap-closed`` and ``gap-coarse``, one for each pair of parts.
    """
    groups: dict[tuple[bool, tuple[str, str]], list[Gap]] = {}
    for gap in found:
        if gap.cells is not None and gap.cells < CELLS_ACROSS:
            first, second = sorted(gap.parts)
            groups.setdefault((gap.cells == 0, (first, second)), []).append(gap)
    return [_notice(closed, group) for (closed, _), group in groups.items()]


def enough(cell: float) -> str:
    """A cell in millimetres with three digits, rounded down: a larger one would not resolve it."""
    size = 1e3 * cell
    if size <= 0.0:
        return "0"
    step = 10.0 ** (math.floor(math.log10(size)) - 2)
    return f"{math.floor(size / step * (1.0 + 1e-9)) * step:.3g}"


def _notice(closed: bool, group: Sequence[Gap]) -> Notice:
    worst = max(group, key=lambda gap: gap.length)
    more = f", and {len(group) - 1} more like it" if len(group) > 1 else ""
    least = min(gap.cell_needed for gap in group)
    head = f"{described(worst)}{more}: cells there are {1e3 * (worst.cell or 0.0):.3g} mm"
    effect = (
        f"so the grid closes it{worst.where_few}, and metal conducts and shields where the device "
        "has a gap"
        if closed
        else f"one across it{worst.where_few}, where its field needs {CELLS_ACROSS}"
    )
    remedy = (
        f"accuracy.smallest_cell of {enough(least)} mm resolves it"
        if worst.refined
        else f"accuracy.memory forbids the cells of {enough(least)} mm that resolve it"
    )
    return Notice("gap-closed" if closed else "gap-coarse", f"{head}, {effect}; {remedy}")


def described(gap: Gap) -> str:
    """Width, parts, length and place of a gap in words."""
    first, second = gap.parts
    where = f"in {first}" if first == second else f"between {first} and {second}"
    place = ", ".join(f"{x * 1e3:.4g}" for x in gap.place)
    return f"{gap.headline} {where} over {gap.length * 1e3:.3g} mm at ({place}) mm"


def _along(
    solids: MetalSolids, every: Sequence[Sequence[Face]], axis: int, widest: float
) -> Iterator[Gap]:
    """Gaps along one axis."""
    here = every[axis]
    if not here:
        return
    at = np.array([face.at for face in here])
    lo, hi = np.array([f.lo for f in here]), np.array([f.hi for f in here])
    down = np.array([face.looks <= 0 for face in here])
    full = np.array([face.fills_its_bounds for face in here])
    for face in here:
        if face.looks < 0:
            continue
        first = int(np.searchsorted(at, face.at + SAME, side="right"))
        last = int(np.searchsorted(at, face.at + widest * (1 - 1e-9), side="left"))
        near = np.arange(first, last)
        low, high = np.maximum(lo[near], face.lo), np.minimum(hi[near], face.hi)
        meets = (high - low >= -SAME).all(axis=1) & ((high - low) > SAME).any(axis=1)
        for n in np.flatnonzero(meets & down[near]):
            between = near[meets & (at[near] < at[near[n]] - SAME)]
            hides = (lo[between] <= low[n] + SAME) & (hi[between] >= high[n] - SAME)
            if (full[between] & hides.all(axis=1)).any():
                continue
            pair = face, here[near[n]]
            gap = _gap(solids, every, axis, pair, [here[k] for k in between])
            if gap is not None:
                yield gap


def _gap(
    solids: MetalSolids,
    every: Sequence[Sequence[Face]],
    axis: int,
    pair: tuple[Face, Face],
    between: Sequence[Face],
) -> Gap | None:
    """The gap of two faces, or nothing where they do not see each other."""
    low, high = pair
    bridges = _bridges(every, axis, low, high)
    cells = _cells(low, high, between, bridges)
    if not cells.size:
        return None
    middles = cells.mean(axis=2)
    seen = low.covers(middles) & high.covers(middles)
    for face in between:
        seen &= ~face.covers(middles)
    centre = (low.at + high.at) / 2
    for bridge in bridges:
        seen &= ~bridge.holds(centre, middles)
    if not seen.any():
        return None
    others = [a for a in range(3) if a != axis]
    size = np.diff(cells[seen], axis=2)[..., 0]
    point = np.empty(3)
    point[axis] = centre
    largest = np.argmax(size.sum(axis=1))
    # Beside the middle, where the diagonals of quadrilaterals cross: a line there counts twice.
    point[others] = middles[seen][largest] + _BESIDE * size[largest]
    lo, hi = np.full(3, low.at), np.full(3, high.at)
    lo[others], hi[others] = cells[seen][..., 0].min(axis=0), cells[seen][..., 1].max(axis=0)
    box = Box(tuple(lo.tolist()), tuple(hi.tolist()))
    gap = Gap((low.part, high.part), axis, box, low.rim and high.rim)
    too_short = gap.length < gap.width * (1 - 1e-6)
    return None if too_short or solids.hold(point, axis) else gap


def _cells(low: Face, high: Face, between: Sequence[Face], bridges: Sequence[_Bridge]) -> Floats:
    """Rectangles in which two footprints overlap at most, shape (n, 2 axes, 2 ends), metres."""
    spans = []
    for side in range(2):
        ends = max(low.lo[side], high.lo[side]), min(low.hi[side], high.hi[side])
        if ends[1] - ends[0] <= SAME:
            spans.append(np.array([[ends[0], ends[0]]]))
            continue
        inner = [low.cuts(side), high.cuts(side)]
        inner += [np.array([face.lo[side], face.hi[side]]) for face in between]
        inner += [bridge.cuts for bridge in bridges if bridge.side != side]
        cuts = np.unique(np.clip(np.concatenate(inner), *ends))
        cuts = cuts[np.append(True, np.diff(cuts) > SAME)]
        if cuts.size > _SAMPLES:
            cuts = np.linspace(ends[0], ends[1], _SAMPLES + 1)
        spans.append(np.stack([cuts[:-1], cuts[1:]], axis=1))
    flat = any(np.ptp(span) <= SAME for span in spans)
    if flat and not (low.rim or high.rim):
        return np.empty((0, 2, 2))
    u, v = np.meshgrid(np.arange(len(spans[0])), np.arange(len(spans[1])), indexing="ij")
    return np.stack([spans[0][u.ravel()], spans[1][v.ravel()]], axis=1)


@dataclass(frozen=True, eq=False)
class _Bridge:
    """A sheet along the axis of a gap that may close it: its face, and where that lies.

    `side` is the one of the gap's two other axes that crosses the sheet; `columns` are the columns
    of the face's coordinates that hold the gap's axis and the remaining axis.
    """

    face: Face
    side: int
    columns: tuple[int, int]

    @property
    def cuts(self) -> Floats:
        return self.face.cuts(self.columns[1])

    def holds(self, centre: float, middles: Floats) -> NDArray[np.bool_]:
        """Which points, at `centre` along the gap's axis, lie in the sheet."""
        points = np.empty((len(middles), 2))
        points[:, self.columns[0]] = centre
        points[:, self.columns[1]] = middles[:, 1 - self.side]
        level = np.abs(middles[:, self.side] - self.face.at) <= SAME
        return np.asarray(level & self.face.covers(points))


def _bridges(every: Sequence[Sequence[Face]], axis: int, low: Face, high: Face) -> list[_Bridge]:
    """Sheets in the plane of a rim that reach into the gap before it."""
    if not (low.rim or high.rim):
        return []
    centre, found = (low.at + high.at) / 2, []
    others = [a for a in range(3) if a != axis]
    for side, normal in enumerate(others):
        level = max(low.lo[side], high.lo[side]) - SAME, min(low.hi[side], high.hi[side]) + SAME
        plane = [a for a in range(3) if a != normal]
        columns = plane.index(axis), plane.index(others[1 - side])
        found += [
            _Bridge(face, side, columns)
            for face in every[normal]
            if face.looks == 0
            and level[0] <= face.at <= level[1]
            and face.lo[columns[0]] <= centre <= face.hi[columns[0]]
        ]
    return found
