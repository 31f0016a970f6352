"""Exact distance of triangles, many pairs at once.

The nearest points of two triangles that do not cut each other lie on an edge of each, or at a
corner of one and inside the other. So nine pairs of edges and six corners decide; where an edge
goes through the other triangle the distance is zero.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_PARALLEL = 1e-12  # share of |u|^2 |v|^2 below which two directions count as parallel


def triangle_distance(first: Floats, second: Floats) -> tuple[Floats, Floats, Floats]:
    """Distance of each pair of triangles, and where they are nearest.

    Parameters
    ----------
    first, second : ndarray of float64
        Corners in metres, shape (n, 3 corners, 3 axes).

    Returns
    -------
    distance : ndarray of float64
        Metres, shape (n,); 0 where they touch or cut each other.
    on_first, on_second : ndarray of float64
        One pair of nearest points in metres, shape (n, 3).

    References
    ----------
    C. Ericson, Real-Time Collision Detection, 2005, section 5.1 (nearest points of primitives).
    """
    best = np.full(len(first), np.inf)
    on_first, on_second = first[:, 0].copy(), second[:, 0].copy()
    for squared, p, q in _candidates(first, second):
        nearer = squared < best
        best[nearer] = squared[nearer]
        on_first[nearer], on_second[nearer] = p[nearer], q[nearer]
    return np.sqrt(best), on_first, on_second


def plane_distance(first: Floats, second: Floats) -> Floats:
    """Lower bound of each pair's distance: that of `second` from the plane of `first`, metres."""
    normal = _normal(first)
    length = np.sqrt(_dot(normal, normal))
    heights = np.einsum("nca,na->nc", second - first[:, :1], normal)
    apart = np.maximum(heights.min(axis=1), -heights.max(axis=1))
    return _ratio(np.maximum(apart, 0.0), length)


def _candidates(first: Floats, second: Floats) -> Iterator[tuple[Floats, Floats, Floats]]:
    """Squared distance and points of every combination that can be the nearest."""
    for i in range(3):
        for j in range(3):
            p, q = _segments(
                first[:, i], first[:, (i + 1) % 3], second[:, j], second[:, (j + 1) % 3]
            )
            yield _squared(p - q), p, q
    for i in range(3):
        squared, foot = _above(first[:, i], second)
        yield squared, first[:, i], foot
        squared, foot = _above(second[:, i], first)
        yield squared, foot, second[:, i]
    for i in range(3):
        squared, hole = _through(first[:, i], first[:, (i + 1) % 3], second)
        yield squared, hole, hole
        squared, hole = _through(second[:, i], second[:, (i + 1) % 3], first)
        yield squared, hole, hole


def _segments(a: Floats, b: Floats, c: Floats, d: Floats) -> tuple[Floats, Floats]:
    """Nearest points of the segments a-b and c-d."""
    u, v, w = b - a, d - c, a - c
    uu, vv, uv = _dot(u, u), _dot(v, v), _dot(u, v)
    uw, vw = _dot(u, w), _dot(v, w)
    area = uu * vv - uv * uv
    skew = area > _PARALLEL * uu * vv
    s = np.where(skew, np.clip(_ratio(uv * vw - uw * vv, area), 0.0, 1.0), 0.0)
    t = np.clip(_ratio(uv * s + vw, vv), 0.0, 1.0)
    s = np.clip(_ratio(uv * t - uw, uu), 0.0, 1.0)
    return a + s[:, None] * u, c + t[:, None] * v


def _above(point: Floats, triangle: Floats) -> tuple[Floats, Floats]:
    """Squared height of points over triangles and the foot; inf where the foot is outside."""
    normal = _normal(triangle)
    length = _dot(normal, normal)
    share = _ratio(_dot(point - triangle[:, 0], normal), length)
    foot = point - share[:, None] * normal
    inside = (length > 0.0) & _holds(triangle, normal, foot)
    return np.where(inside, _squared(point - foot), np.inf), foot


def _through(a: Floats, b: Floats, triangle: Floats) -> tuple[Floats, Floats]:
    """0 and the point where the segments a-b go through the triangles; inf elsewhere."""
    normal = _normal(triangle)
    from_a, from_b = (_dot(end - triangle[:, 0], normal) for end in (a, b))
    share = np.clip(_ratio(from_a, from_a - from_b), 0.0, 1.0)
    hole = a + share[:, None] * (b - a)
    cut = (from_a * from_b < 0.0) & _holds(triangle, normal, hole)
    return np.where(cut, 0.0, np.inf), hole


def _holds(triangle: Floats, normal: Floats, point: Floats) -> NDArray[np.bool_]:
    """Whether points of the plane lie inside the triangle or on its rim."""
    inside = np.ones(len(point), dtype=bool)
    for i in range(3):
        along = triangle[:, (i + 1) % 3] - triangle[:, i]
        inside &= _dot(np.cross(along, point - triangle[:, i]), normal) >= 0.0
    return inside


def _normal(triangle: Floats) -> Floats:
    edges = triangle[:, 1] - triangle[:, 0], triangle[:, 2] - triangle[:, 0]
    return np.asarray(np.cross(*edges), dtype=np.float64)


def _dot(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", a, b), dtype=np.float64)


def _squared(a: Floats) -> Floats:
    return _dot(a, a)


def _ratio(above: Floats, below: Floats) -> Floats:
    return above / np.where(below == 0.0, 1.0, below)
