"""Gaps between conductors of any shape: round, oblique, wedges.

Ways from metal to metal that are neighbours, across the same two parts, in about the same
direction and of about the same width, are one gap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import Notice
from emtwin.grid import Grid
from emtwin.voxel.bodies import Body, Box
from emtwin.voxel.gaps.crossings import Crossings, buried, find_crossings
from emtwin.voxel.gaps.flat import CELLS_ACROSS, CellNeed, Gap, described
from emtwin.voxel.gaps.metal_faces import NO_AXIS
from emtwin.voxel.gaps.way_groups import linked, nodes
from emtwin.voxel.netlist.cad import touching_distance

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MOSTLY = 0.5  # share of a gap that is flat along an axis: that part is left to the flat search
_PLANE = float(np.sin(np.deg2rad(4.0)) ** 2)  # spread of the normals of a gap between planes
_LEVEL = float(np.cos(0.02))  # a direction that leans less lies along an axis
_SMALL = 0.02  # a component of a direction that does not count
_LONGEST = 4.0  # widths: no cell has to be longer along an axis that hardly crosses a gap
_PLACES = 32  # along each axis at which the cells of one gap are told apart


@dataclass(frozen=True, eq=False, kw_only=True)
class ShapedGap(Gap):
    """A gap whose faces are not flat across an axis.

    Parameters
    ----------
    ways : Crossings
        Ways across it, evenly spread over it.
    smallest, typical : float
        Smallest and median width, metres.
    narrowest : tuple of float
        Where it has its smallest width, metres.
    kind : {"flat", "oblique", "round"}
        Between planes along an axis, between planes in another direction, or curved.
    course : float
        Length of the gap in metres: round the ring, or the larger extent.

    Notes
    -----
    `axis` is the axis that the gap's direction is nearest to, and `box` holds all of it. A wedge
    has the width of its narrow end.
    """

    ways: Crossings = field(repr=False)
    smallest: float
    typical: float
    narrowest: tuple[float, float, float]
    kind: Literal["flat", "oblique", "round"]
    course: float

    @property
    def width(self) -> float:
        """Smallest width in metres."""
        return self.smallest

    @property
    def length(self) -> float:
        """Its course in metres."""
        return self.course

    @property
    def place(self) -> tuple[float, float, float]:
        """Where it is narrowest, metres."""
        return self.narrowest

    @property
    def headline(self) -> str:
        """Shape, width and direction in words."""
        width = f"{self.width * 1e3:.3g} mm"
        if self.where_few:
            width += f" ({self.typical * 1e3:.3g} mm typically)"
        if self.kind == "round":
            return f"round gap of {width}"
        if self.kind == "flat":
            return f"gap of {width} along {'xyz'[self.axis]}"
        vector = ", ".join(f"{x:.2g}" for x in _mean_direction(self.ways))
        return f"oblique gap of {width} along ({vector})"

    @property
    def where_few(self) -> str:
        """Which part of the gap a number of cells is about."""
        return " where it is narrowest" if self.typical > 1.05 * self.width else ""

    @property
    def cell_needed(self) -> float:
        """Largest cell that puts two cells across everywhere, metres."""
        return float(_sizes(self.ways).min(axis=1).min())

    def needs(self, smallest: float) -> Iterator[CellNeed]:
        """Cells that put two across, where the smallest cell allows them."""
        if not self.refined:
            return
        sizes = _sizes(self.ways)
        kept = sizes.min(axis=1) >= smallest
        ways, sizes = self.ways[kept], sizes[kept]
        if len(ways):
            for axis in range(3):
                yield from _along(ways, sizes[:, axis], axis)

    def on(self, grid: Grid) -> ShapedGap:
        """The same gap with the cells that a grid has across it where it has fewest."""
        axis = np.abs(self.ways.normal).argmax(axis=1)
        cells, size = np.zeros(len(self.ways), dtype=np.int64), np.zeros(len(self.ways))
        for along in range(3):
            rows = np.flatnonzero(axis == along)
            lo, hi = across(self.ways[rows], along)
            centres, lines = grid.centres[along], grid.lines[along]
            slack = 1e-9 * (hi - lo)
            first = np.searchsorted(centres, lo - slack)
            cells[rows] = np.searchsorted(centres, hi + slack, side="right") - first
            middle = np.searchsorted(lines, (lo + hi) / 2) - 1
            size[rows] = np.diff(lines)[np.clip(middle, 0, len(centres) - 1)]
        fewest = np.flatnonzero(cells == cells.min())
        return replace(self, cells=int(cells.min()), cell=float(size[fewest].min()))


def shaped_gaps(
    bodies: Sequence[Body], widest: float, flat: Sequence[Gap]
) -> tuple[tuple[ShapedGap, ...], tuple[Gap, ...]]:
    """Find the gaps that are not flat along an axis.

    Parameters
    ----------
    bodies : sequence of Body
        Parts; those that are no metal are passed over.
    widest : float
        Largest width, metres.
    flat : sequence of Gap
        Gaps along an axis that are known already.

    Returns
    -------
    shaped : tuple of ShapedGap
        Those at least as long as wide.
    left : tuple of Gap
        Those of `flat` that are no facets of a curved gap.
    """
    tolerance = touching_distance([body.surface for body in bodies if body.material.metal])
    ways, spacing = find_crossings(bodies, widest, tolerance)
    node = nodes(ways, spacing)
    example = np.unique(node, return_index=True)[1]
    ways = ways[~buried(bodies, ways[example])[node]]
    label = linked(ways, spacing)
    flats = _left_to_flat_search(ways, label)
    ways, label = ways[~flats], label[~flats]
    if flats.any():
        label = linked(ways, spacing)
    names = [body.name for body in bodies]
    order = np.argsort(label, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(label[order])) + 1) if len(ways) else []
    found = [gap for rows in groups if (gap := _gap(names, ways[rows])) is not None]
    left = tuple(gap for gap in flat if not any(_facet_of(gap, curved) for curved in found))
    return tuple(sorted(found, key=lambda gap: (gap.parts, gap.place))), left


def refined_notices(found: Sequence[Gap], finest: float) -> Iterator[Notice]:
    """A notice of the round and oblique gaps for which a grid has cells below `finest` metres."""
    narrow = [
        gap
        for gap in found
        if isinstance(gap, ShapedGap)
        and (gap.cells or 0) >= CELLS_ACROSS
        and gap.cell_needed < finest
    ]
    if narrow:
        worst = min(narrow, key=lambda gap: gap.cell_needed)
        more = f", and {len(narrow) - 1} wider ones" if len(narrow) > 1 else ""
        yield Notice(
            "gaps-refined",
            f"{described(worst)}{more}: cells there are as small as {1e3 * worst.cell_needed:.3g} "
            f"mm along every axis that crosses it, so that {CELLS_ACROSS} lie across it",
            rank="information",
        )


def across(ways: Crossings, axis: int) -> tuple[Floats, Floats]:
    """Where a line along an axis through the middle of each way enters and leaves the gap."""
    half = ways.width / (2.0 * np.abs(ways.normal[:, axis]))
    middle = ways.middle[:, axis]
    return middle - half, middle + half


def _sizes(ways: Crossings) -> Floats:
    """Largest cell along each axis that puts two across each way, metres, shape (n, 3).

    Along an axis a the gap is ``width / |n_a|`` wide, with n its direction. The two staircases
    leave an edge across free if the projection of a cell on n, the sum of ``h_a |n_a|``, is at most
    the width. Each axis gets a share of the width: at most a half, at most what its longest useful
    cell takes, and the smaller components of n first.
    """
    component = np.abs(ways.normal)
    component[component < _SMALL] = 0.0
    order = np.argsort(component, axis=1)
    rising = np.take_along_axis(component, order, axis=1)
    first = np.minimum(1.0 / 3.0, _LONGEST * rising[:, 0])
    second = np.minimum((1.0 - first) / 2.0, _LONGEST * rising[:, 1])
    third = np.minimum(1.0 / CELLS_ACROSS, 1.0 - first - second)
    share = np.empty_like(component)
    np.put_along_axis(share, order, np.stack([first, second, third], axis=1), axis=1)
    counts = component > 0.0
    size = share * ways.width[:, None] / np.where(counts, component, 1.0)
    return np.where(counts, size, np.inf)


def _along(ways: Crossings, sizes: Floats, axis: int) -> Iterator[CellNeed]:
    """Smallest size at each place along one axis."""
    rows = np.isfinite(sizes)
    ways, sizes = ways[rows], sizes[rows]
    if not len(ways):
        return
    lo, hi = _extent(ways, axis)
    # A line along the axis nearest to its direction leaves an oblique gap beyond its ends.
    nearest = np.abs(ways.normal[:, axis]) >= np.abs(ways.normal).max(axis=1)
    enter, leave = across(ways, axis)
    lo = np.where(nearest, np.minimum(lo, enter), lo)
    hi = np.where(nearest, np.maximum(hi, leave), hi)
    edges = np.linspace(lo.min(), hi.max(), _PLACES + 1)
    first = np.clip(np.searchsorted(edges, lo, side="right") - 1, 0, _PLACES - 1)
    last = np.clip(np.searchsorted(edges, hi, side="left"), 1, _PLACES)
    number = np.maximum(last - first, 1)
    place = np.repeat(first, number) + (
        np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    )
    least = np.full(_PLACES, np.inf)
    np.minimum.at(least, np.minimum(place, _PLACES - 1), np.repeat(sizes, number))
    for n in np.flatnonzero(np.isfinite(least)):
        yield CellNeed(axis, float(edges[n]), float(edges[n + 1]), float(least[n]))


def _extent(ways: Crossings, axis: int) -> tuple[Floats, Floats]:
    """Bounds of the part of the gap that each way stands for."""
    corners = ways.corners[:, :, axis]
    shift = (ways.end - ways.start)[:, axis]
    lo, hi = corners.min(axis=1), corners.max(axis=1)
    return np.minimum(lo, lo + shift), np.maximum(hi, hi + shift)


def _left_to_flat_search(ways: Crossings, label: Ints) -> NDArray[np.bool_]:
    """Ways between faces across an axis, in gaps that are mostly made of such."""
    flat = ways.axis != NO_AXIS
    weight = ways.area + ways.run * ways.length
    total = np.bincount(label, weight)
    share = np.bincount(label, weight * flat) / np.where(total > 0.0, total, 1.0)
    return np.asarray(flat & (share[label] > _MOSTLY), dtype=np.bool_)


def _gap(names: Sequence[str], ways: Crossings) -> ShapedGap | None:
    """The gap that some ways are, or nothing where it is shorter than wide."""
    first, second = (names[n] for n in np.sort(ways.parts, axis=1)[0])
    weight = ways.area + ways.run * ways.length
    outer = np.einsum("n,ni,nj->ij", weight / weight.sum(), ways.normal, ways.normal)
    spread, frame = np.linalg.eigh(outer)
    middle = ways.corners + ((ways.end - ways.start) / 2.0)[:, None, :]
    extent = np.ptp(middle.reshape(-1, 3) @ frame, axis=0)
    mean = np.abs(frame[:, 2])
    kind: Literal["flat", "oblique", "round"] = "round"
    if 1.0 - spread[2] <= _PLANE:
        kind = "flat" if mean.max() >= _LEVEL else "oblique"
    course = float(extent[:2].max()) if kind != "round" else _round_course(ways, extent, spread)
    if course < float(ways.width.min()) * (1 - 1e-6):
        return None
    ends = [_extent(ways, axis) for axis in range(3)]
    lo, hi = ([float(f(end[n])) for end in ends] for n, f in ((0, np.min), (1, np.max)))
    box = Box((lo[0], lo[1], lo[2]), (hi[0], hi[1], hi[2]))
    x, y, z = ways.middle[ways.width.argmin()].tolist()
    return ShapedGap(
        (first, second),
        int(mean.argmax()),
        box,
        bool((ways.area == 0.0).all()),
        ways=ways,
        smallest=float(ways.width.min()),
        typical=float(np.median(ways.length)),
        narrowest=(x, y, z),
        kind=kind,
        course=course,
    )


def _round_course(ways: Crossings, extent: Floats, spread: Floats) -> float:
    """Length of a curved gap: along the ring where its directions lie in a plane."""
    both = len(np.unique(ways.parts[:, 0])) == len(np.unique(ways.parts))
    sides = 2.0 if both else 1.0
    area, run = float(ways.area.sum()) / sides, float(ways.run.sum()) / sides
    depth = float(extent[0])
    if spread[0] <= _PLANE and area > 0.0 and depth > 0.0:
        return max(area / depth, depth)
    return max(run, float(extent.max()))


def _mean_direction(ways: Crossings) -> Floats:
    """Direction across an oblique gap, its largest component positive."""
    outer = np.einsum("n,ni,nj->ij", ways.area + ways.run, ways.normal, ways.normal)
    vector = np.linalg.eigh(outer)[1][:, 2]
    return np.asarray(vector * np.sign(vector[np.abs(vector).argmax()]), dtype=np.float64)


def _facet_of(flat: Gap, curved: ShapedGap) -> bool:
    """Whether a flat gap is a facet of a curved one: ways along its axis fill its box."""
    if sorted(flat.parts) != sorted(curved.parts):
        return False
    middle, slack = curved.ways.middle, 0.01 * flat.width
    lo, hi = np.array(flat.box.lo) - slack, np.array(flat.box.hi) + slack
    rows = (curved.ways.axis == flat.axis) & ((middle >= lo) & (middle <= hi)).all(axis=1)
    area = float(np.prod([flat.box.hi[a] - flat.box.lo[a] for a in range(3) if a != flat.axis]))
    whole, filled = (area, curved.ways.area) if area > 0.0 else (flat.length, curved.ways.run)
    return float(filled[rows].sum()) > _MOSTLY * whole
