"""Faces of metal parts across one axis: flat facets, and rims of sheets.

A face lies at one coordinate of the axis and looks up it, down it or, as a sheet does, both ways.
Its footprint is what it covers of the other two axes: triangles, or for a rim a length.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry.surface import Surface
from emtwin.geometry.topology import connected, edges_of
from emtwin.voxel.bodies import Body

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SAME = 1e-8
"""Coordinates this near (metres) are one place."""

_FLAT = 1e-7  # of the part's diagonal: corners of an aligned facet agree this well
_TILT = 0.02  # radians: a facet that leans less counts as aligned


@dataclass(frozen=True, eq=False)
class Face:
    """A flat facet across an axis, or a straight rim of a sheet.

    Parameters
    ----------
    part : str
        Name of its part.
    at : float
        Its coordinate along the axis, metres.
    looks : int
        1 where metal lies below it, -1 where it lies above, 0 for a sheet that the axis crosses.
    lo, hi : ndarray of float64, shape (2,)
        Bounds on the other two axes in rising order, metres.
    triangles : ndarray of float64, shape (n, 3, 2), or None
        Footprint of a facet; None for a rim, whose bounds are its footprint.
    """

    part: str
    at: float
    looks: int
    lo: Floats
    hi: Floats
    triangles: Floats | None

    @property
    def rim(self) -> bool:
        """Whether it is the rim of a sheet."""
        return self.triangles is None

    @property
    def fills_its_bounds(self) -> bool:
        """Whether a facet is a rectangle, so that it hides whatever lies behind its bounds."""
        if self.triangles is None:
            return False
        u, v = (self.triangles[:, n] - self.triangles[:, 0] for n in (1, 2))
        area = np.abs(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]).sum() / 2
        return bool(area >= np.prod(self.hi - self.lo) * (1 - 1e-9))

    def cuts(self, side: int) -> Floats:
        """Coordinates on one of the other axes at which the footprint may change, metres."""
        if self.triangles is None:
            return np.array([self.lo[side], self.hi[side]])
        return np.unique(self.triangles[..., side])

    def covers(self, points: Floats) -> Flags:
        """Which of points, shape (n, 2) in metres, lie in the footprint."""
        if self.triangles is None or not len(points):
            within = (points >= self.lo - SAME) & (points <= self.hi + SAME)
            return np.asarray(within.all(axis=1))
        lo, hi = points.min(axis=0) - SAME, points.max(axis=0) + SAME
        corners = self.triangles
        near = ((corners.max(axis=1) >= lo) & (corners.min(axis=1) <= hi)).all(axis=1)
        found = np.zeros(len(points), dtype=bool)
        for triangle in corners[near]:
            found |= _inside(points, triangle)
        return found


def faces(bodies: Sequence[Body], axis: int) -> list[Face]:
    """Every face of the metal parts across `axis`, by rising coordinate."""
    found = [face for body in bodies if body.material.metal for face in _faces(body, axis)]
    return sorted(found, key=lambda face: face.at)


def aligned(surface: Surface, axis: int) -> tuple[Flags, Flags]:
    """Facets across an axis, and those that lean by less than a degree.

    Parameters
    ----------
    surface : Surface
        Triangles.
    axis : int
        Axis, 0 to 2.

    Returns
    -------
    exact : ndarray of bool, shape (m,)
        Those that lie across it.
    leaning : ndarray of bool, shape (m,)
        Those that nearly do.
    """
    corners = surface.corners[:, :, axis]
    spread = corners.max(axis=1) - corners.min(axis=1)
    exact = spread <= _FLAT * np.linalg.norm(surface.hi - surface.lo)
    upright = np.abs(surface.area_vectors[:, axis]) >= np.cos(_TILT) * surface.areas
    return exact, upright & ~exact & (surface.areas > 0.0)


class MetalSolids:
    """The solid metal parts, to ask whether a point lies in one.

    Parameters
    ----------
    bodies : sequence of Body
        Parts; the others are passed over.
    """

    def __init__(self, bodies: Sequence[Body]) -> None:
        self._surfaces = [b.surface for b in bodies if b.kind == "solid" and b.material.metal]
        self._lo = np.array([surface.lo for surface in self._surfaces]).reshape(-1, 3)
        self._hi = np.array([surface.hi for surface in self._surfaces]).reshape(-1, 3)

    def hold(self, point: Floats, axis: int) -> bool:
        """Whether a point in metres lies inside, by a ray along `axis`."""
        others = [a for a in range(3) if a != axis]
        around = ((self._lo < point) & (point < self._hi)).all(axis=1)
        for number in np.flatnonzero(around):
            corners = self._surfaces[number].corners
            flat = corners[:, :, others]
            near = (flat.min(axis=1) <= point[others]).all(axis=1)
            near &= (flat.max(axis=1) >= point[others]).all(axis=1)
            crossings = _crossings(corners[near], point, axis, others)
            if np.count_nonzero(crossings > point[axis]) % 2:
                return True
        return False


def _faces(body: Body, axis: int) -> Iterator[Face]:
    surface, others = body.surface, [a for a in range(3) if a != axis]
    exact, leaning = aligned(surface, axis)
    upward = surface.area_vectors[:, axis] > 0.0
    sheet = body.kind == "sheet"
    outward = 1 if sheet or surface.signed_volume >= 0.0 else -1
    for up in (True, False):
        chosen = np.flatnonzero((exact | leaning) & (upward == up))
        for piece in _pieces(surface, chosen):
            corners = surface.corners[piece]
            weights = surface.areas[piece]
            if weights.sum() == 0.0:
                continue
            flat = corners[:, :, others]
            yield Face(
                body.name,
                float(np.average(corners[:, :, axis].mean(axis=1), weights=weights)),
                0 if sheet else outward * (1 if up else -1),
                flat.min(axis=(0, 1)),
                flat.max(axis=(0, 1)),
                flat,
            )
    if sheet:
        yield from _rims(body, axis, others)


def _pieces(surface: Surface, chosen: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Triangles by connected piece; those that share a point are one."""
    if chosen.size <= 1 or (chosen.size == 2 and _touch(*surface.triangles[chosen])):
        return [chosen] if chosen.size else []
    n = chosen.size
    points, columns = np.unique(surface.triangles[chosen], return_inverse=True)
    label = connected(np.repeat(np.arange(n), 3), n + columns.ravel(), n + len(points))[:n]
    order = np.argsort(label, kind="stable")
    return np.split(chosen[order], np.flatnonzero(np.diff(label[order])) + 1)


def _touch(one: NDArray[np.int64], other: NDArray[np.int64]) -> bool:
    return not set(one.tolist()).isdisjoint(other.tolist())


def _rims(body: Body, axis: int, others: list[int]) -> Iterator[Face]:
    """Straight rims that run along one of the other axes, joined to whole lengths."""
    surface = body.surface
    ends, opposite = open_edges(surface)
    flat = _FLAT * float(np.linalg.norm(surface.hi - surface.lo))
    across = np.abs(ends[:, 0, axis] - ends[:, 1, axis]) <= flat
    for along, beside in (others, others[::-1]):
        straight = across & (np.abs(ends[:, 0, beside] - ends[:, 1, beside]) <= flat)
        metal = opposite[:, axis] - ends[:, 0, axis]
        for looks in (1, -1):
            chosen = np.flatnonzero(straight & (looks * metal < -flat))
            places = np.round(ends[chosen, 0][:, [axis, beside]] / SAME).astype(np.int64)
            for at, side, low, high in _lengths(ends[chosen], places, (axis, beside, along)):
                lo, hi = np.empty(2), np.empty(2)
                lo[others.index(along)], hi[others.index(along)] = low, high
                lo[others.index(beside)] = hi[others.index(beside)] = side
                yield Face(body.name, at, looks, lo, hi, None)


def _lengths(
    ends: Floats, places: NDArray[np.int64], axes: tuple[int, int, int]
) -> Iterator[tuple[float, float, float, float]]:
    """Edges on one line joined where they touch: place, and where each length begins and ends."""
    axis, beside, along = axes
    if not len(ends):
        return
    _, line = np.unique(places, axis=0, return_inverse=True)
    for number in range(int(line.max()) + 1):
        edges = ends[line.ravel() == number]
        spans = np.sort(edges[:, :, along], axis=1)
        spans = spans[np.argsort(spans[:, 0])]
        reach = np.maximum.accumulate(spans[:, 1])
        first = np.concatenate(([True], spans[1:, 0] > reach[:-1] + SAME))
        last = np.append(np.flatnonzero(first)[1:] - 1, len(spans) - 1)
        for begin, end in zip(np.flatnonzero(first), last, strict=True):
            place = edges[0, 0]
            yield (
                float(place[axis]),
                float(place[beside]),
                float(spans[begin, 0]),
                float(reach[end]),
            )


def open_edges(surface: Surface) -> tuple[Floats, Floats]:
    """Edges of one triangle only, shape (n, 2, 3), and the third corner of that triangle."""
    edges = edges_of(surface.triangles)
    open_ = edges.counts == 1
    side = np.flatnonzero(open_[edges.of_side])
    side = side[np.argsort(edges.of_side[side])]
    corner, triangle = np.divmod(side, len(surface.triangles))
    third = surface.triangles[triangle, (corner + 2) % 3]
    return surface.points[edges.ends[open_]], surface.points[third]


def _inside(points: Floats, triangle: Floats) -> Flags:
    """Points in a triangle of the plane, its edges included."""
    found = np.ones(len(points), dtype=bool)
    a, b, c = triangle
    turn = np.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))
    for start, end in ((a, b), (b, c), (c, a)):
        along = end - start
        side = along[0] * (points[:, 1] - start[1]) - along[1] * (points[:, 0] - start[0])
        found &= turn * side >= -SAME * np.hypot(*along)
    return found


def _crossings(corners: Floats, point: Floats, axis: int, others: list[int]) -> Floats:
    """Where a line along `axis` through a point meets triangles, metres."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    u, v = (b - a)[:, others], (c - a)[:, others]
    w = point[others] - a[:, others]
    area = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        s = (w[:, 0] * v[:, 1] - w[:, 1] * v[:, 0]) / area
        t = (u[:, 0] * w[:, 1] - u[:, 1] * w[:, 0]) / area
        height = a[:, axis] + s * (b - a)[:, axis] + t * (c - a)[:, axis]
    hit = (area != 0.0) & (s >= 0.0) & (t >= 0.0) & (s + t < 1.0)
    return np.asarray(height[hit], dtype=np.float64)
