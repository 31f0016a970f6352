"""Outline and copper as polygons with holes, and polygons as surfaces. Needs shapely."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError
from emtwin.geometry.kicad.board import Board, Drawing, Fill, Pad, Track
from emtwin.geometry.surface import Surface

if TYPE_CHECKING:
    from shapely import Polygon
    from shapely.geometry.base import BaseGeometry

Points = NDArray[np.float64]

SMOOTH = 2e-5
"""Corners that change an edge by less than this, in metres, are left out of surfaces."""


def shapely() -> Any:
    """The library, or an error that says how to get it."""
    try:
        import shapely
        import shapely.ops
    except ImportError:
        raise InputError.single(
            "circuit boards need the package shapely, which is not installed",
            remedy="pip install 'emtwin[pcb]'",
        ) from None
    return shapely


def polygons(shape: BaseGeometry) -> list[Polygon]:
    """Polygons with an area that `shape` consists of."""
    parts = getattr(shape, "geoms", [shape])
    found = [p for one in parts for p in getattr(one, "geoms", [one])]
    return [p for p in found if p.geom_type == "Polygon" and p.area > 0]


def union(shapes: Iterable[BaseGeometry]) -> BaseGeometry:
    """Everything that lies in one of the shapes, as valid polygons."""
    lib = shapely()
    return lib.MultiPolygon(polygons(lib.union_all(list(shapes))))


def region(points: Points) -> BaseGeometry:
    """What a closed line encloses, even where it touches itself (cuts to holes)."""
    lib = shapely()
    if len(points) < 3:
        return lib.MultiPolygon()
    rough = lib.make_valid(lib.Polygon(points), method="structure", keep_collapsed=False)
    return lib.MultiPolygon(polygons(rough))


def outline_of(board: Board, detail: float) -> BaseGeometry:
    """The board's face: loops within loops are holes, and drilled holes from `detail` up too.

    Parameters
    ----------
    board : Board
        The board.
    detail : float
        Least diameter of a hole that is kept, metres.

    Returns
    -------
    MultiPolygon
        In metres, y up.
    """
    lib = shapely()
    face = lib.MultiPolygon()
    for loop in board.outline:
        face = lib.symmetric_difference(face, region(loop))
    drilled = [hole_shape(pad) for pad in board.pads if not pad.plated and max(pad.hole) >= detail]
    return without_small_holes(union([lib.difference(face, lib.union_all(drilled))]), detail)


def filled(fills: Sequence[Fill]) -> BaseGeometry:
    """Copper of filled polygons."""
    return union(
        region(fill.points).buffer(fill.stroke / 2) if fill.stroke else region(fill.points)
        for fill in fills
    )


def track_shape(track: Track) -> BaseGeometry:
    """Copper of a track with its round ends."""
    shape: BaseGeometry = shapely().LineString(track.points).buffer(track.width / 2)
    return shape


def drawing_shape(drawing: Drawing) -> BaseGeometry:
    """What a drawing covers."""
    lib = shapely()
    line = lib.LineString(drawing.points).buffer(drawing.stroke / 2)
    return union([line, region(drawing.points)] if drawing.filled else [line])


def pad_shape(pad: Pad) -> BaseGeometry:
    """Copper of a pad."""
    lib = shapely()
    anchor = lib.affinity.translate(_pad_body(pad), *pad.offset)
    own = union([anchor, *map(drawing_shape, pad.drawings)]) if pad.drawings else anchor
    turned = lib.affinity.rotate(own, pad.rotation, origin=(0, 0), use_radians=True)
    shape: BaseGeometry = lib.affinity.translate(turned, *pad.position)
    return shape


def hole_shape(pad: Pad) -> BaseGeometry:
    """Hole of a pad: a disc, or a slot."""
    lib = shapely()
    width, height = pad.hole
    turned = lib.affinity.rotate(_slot(width, height), pad.rotation, (0, 0), use_radians=True)
    shape: BaseGeometry = lib.affinity.translate(turned, *pad.position)
    return shape


def _slot(width: float, height: float) -> BaseGeometry:
    """Disc, or box with round ends, about the origin."""
    lib, radius = shapely(), min(width, height) / 2
    end = (width / 2 - radius, height / 2 - radius)
    spine = lib.LineString([(-end[0], -end[1]), end]) if any(end) else lib.Point(0, 0)
    return spine.buffer(radius)


def _pad_body(pad: Pad) -> BaseGeometry:
    """Copper of a pad but for its drawings, along its own axes about the middle of its copper."""
    lib = shapely()
    width, height = pad.size
    if min(width, height) <= 0:
        return lib.Polygon()
    if pad.shape in ("circle", "oval"):
        return _slot(width, height)
    if pad.shape == "trapezoid":
        x, y, dx, dy = (value / 2 for value in (*pad.size, *pad.taper))
        corners = [(-x - dy, -y - dx), (x + dy, -y + dx), (x - dy, y - dx), (dy - x, y + dx)]
        return lib.Polygon(corners).convex_hull
    if pad.shape == "roundrect":
        return _rounded(pad)
    return lib.box(-width / 2, -height / 2, width / 2, height / 2)


def _rounded(pad: Pad) -> BaseGeometry:
    """Box with round corners, some of them cut instead."""
    lib = shapely()
    width, height = pad.size
    least = min(width, height)
    radius = min(max(pad.corner, 0.0), 0.5) * least
    box = lib.box(-width / 2, -height / 2, width / 2, height / 2)
    if radius == least / 2:
        body = _slot(width, height)
    else:
        body = box.buffer(-radius, join_style="mitre").buffer(radius) if radius else box
    share = min(max(pad.chamfer, 0.0), 0.5) * least
    for right, up in pad.cut if share else ():
        x, y = right * width / 2, up * height / 2
        a, b = x - right * share, y - up * share
        (x0, x1), (y0, y1) = sorted((x, x - right * radius)), sorted((y, y - up * radius))
        rest = lib.box(x0, y0, x1, y1)
        body = union([body, rest]).difference(lib.Polygon([(x, y), (a, y), (x, b)]))
    return body


def without_small_holes(shape: BaseGeometry, detail: float) -> BaseGeometry:
    """The shape with every hole filled that fits into a square of `detail` metres."""
    lib = shapely()
    return lib.MultiPolygon(
        [
            lib.Polygon(p.exterior, [ring for ring in p.interiors if _extent(ring) > detail])
            for p in polygons(shape)
        ]
    )


def _extent(ring: Any) -> float:
    low_x, low_y, high_x, high_y = ring.bounds
    return float(max(high_x - low_x, high_y - low_y))


def sheet_surface(shape: BaseGeometry, height: float) -> Surface:
    """Triangles of a flat shape.

    Parameters
    ----------
    shape : MultiPolygon
        In metres, one polygon at least.
    height : float
        Its z coordinate in metres.

    Returns
    -------
    Surface
        An open surface.
    """
    flat, triangles = _triangles(shape)
    return Surface(np.column_stack([flat, np.full(len(flat), height)]), triangles)


def solid_surface(shape: BaseGeometry, low: float, high: float) -> Surface:
    """Closed surface of a plate.

    Parameters
    ----------
    shape : MultiPolygon
        Its face in metres, one polygon at least.
    low, high : float
        z coordinates of its faces in metres.

    Returns
    -------
    Surface
        Normals point outward.
    """
    flat, triangles = _triangles(shape)
    count = len(flat)
    points = np.concatenate([np.column_stack([flat, np.full(count, z)]) for z in (low, high)])
    # Every side of one triangle only is an edge of the face; the wall stands on it.
    sides = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    _, first, times = np.unique(np.sort(sides, 1), axis=0, return_index=True, return_counts=True)
    a, b = sides[first[times == 1]].T
    walls = np.concatenate(
        [np.column_stack([a, b, b + count]), np.column_stack([a, b + count, a + count])]
    )
    return Surface(points, np.concatenate([triangles[:, ::-1], triangles + count, walls]))


def _triangles(shape: BaseGeometry) -> tuple[Points, NDArray[np.int64]]:
    """Distinct corners, shape (n, 2), and triangles counter-clockwise, shape (m, 3)."""
    lib = shapely()
    corners = np.array([list(t) for p in polygons(shape.simplify(SMOOTH)) for t in _cut(lib, p)])
    points, index = np.unique(corners.reshape(-1, 2), axis=0, return_inverse=True)
    triangles = index.reshape(-1, 3)
    a, b, c = (points[triangles[:, n]] for n in range(3))
    clockwise = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0] < 0
    triangles[clockwise] = triangles[clockwise][:, ::-1]
    return points, triangles


def _cut(lib: Any, polygon: Polygon) -> Iterator[Points]:
    for triangle in lib.constrained_delaunay_triangles(polygon).geoms:
        yield np.asarray(triangle.exterior.coords)[:3]
