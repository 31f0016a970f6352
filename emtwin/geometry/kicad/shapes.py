"""Outline and copper as polygons with holes, and polygons as surfaces. Needs shapely."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError
from emtwin.geometry.kicad.board import Board, Fill, Pad, Track
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
    drilled = [
        lib.Point(pad.position).buffer(pad.drill / 2)
        for pad in board.pads
        if not pad.plated and pad.drill >= detail
    ]
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


def pad_shape(pad: Pad) -> BaseGeometry:
    """Copper of a pad; a trapezoid or custom pad as its rectangle."""
    lib = shapely()
    width, height = pad.size
    radius = {"circle": 0.5, "oval": 0.5, "roundrect": pad.corner}.get(pad.shape, 0.0)
    round_by = min(max(radius, 0.0), 0.5) * min(width, height)
    inner = lib.box(
        round_by - width / 2, round_by - height / 2, width / 2 - round_by, height / 2 - round_by
    )
    # A box of no width (an oval, a circle) is no polygon: its diagonal grows to the same pad.
    if round_by * 2 >= min(width, height):
        half = (width / 2 - round_by, height / 2 - round_by)
        inner = lib.LineString([(-half[0], -half[1]), half])
    grown = inner.buffer(round_by) if round_by else inner
    turned = lib.affinity.rotate(grown, pad.rotation, origin=(0, 0), use_radians=True)
    shape: BaseGeometry = lib.affinity.translate(turned, *pad.position)
    return shape


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
