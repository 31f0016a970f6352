"""Where rays along an axis, through all cell centres, cross a surface.

Every decision about an edge is taken once, from its two points in a fixed order, and
shared by both its triangles. With half-open comparisons a ray that hits an edge or a
corner then behaves as if all cell centres were shifted by an infinitely small amount
towards +x, +y, +z: no crossing is lost or counted twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry import Surface

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Crossings:
    """Crossings of the rays along one axis.

    Parameters
    ----------
    u, v : ndarray of int64
        Cell indices of each ray along the two axes that follow cyclically, shape (n,).
    w : ndarray of int64
        Index along the ray of the first cell whose centre lies beyond the crossing,
        shape (n,); equal to the number of cells if none does.
    height : ndarray of float64
        Coordinate of the crossing along the axis in metres, shape (n,).
    triangle : ndarray of int64
        Number of the triangle that is crossed, shape (n,).
    side : ndarray of int64
        1 where the triangle's normal points along the ray, which then leaves the body, -1 where
        it points against it, shape (n,).
    """

    u: Ints
    v: Ints
    w: Ints
    height: Floats
    triangle: Ints
    side: Ints


def crossings(surface: Surface, axis: int, centres: tuple[Floats, ...]) -> Crossings:
    """All crossings of `surface` with the rays along `axis`.

    Parameters
    ----------
    surface : Surface
        Triangles, open or closed, in metres.
    axis : int
        Direction of the rays, 0 to 2.
    centres : tuple of ndarray of float64
        Cell centres per axis in metres.

    Returns
    -------
    Crossings
        One entry per crossing, in no particular order.
    """
    along_u, along_v = (axis + 1) % 3, (axis + 2) % 3
    points = surface.points
    triangle, row = _rows(points[surface.triangles, along_v], centres[along_v])
    triangles = surface.triangles[triangle]
    first, last = _spans(points, triangles, row, along_u, along_v, centres)
    counts = last - first
    which = np.repeat(np.arange(len(row)), counts)
    u = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + first[which]
    v = row[which]
    corners = points[triangles[which]]
    height, side = _heights(corners, axis, centres[along_u][u], centres[along_v][v])
    w = np.searchsorted(centres[axis], height)
    return Crossings(u, v, w, height, triangle[which], side)


def _rows(v: Floats, centres: Floats) -> tuple[Ints, Ints]:
    """Pairs of a triangle and a row of rays that meets it, for corners `v`, shape (m, 3)."""
    first = np.searchsorted(centres, v.min(axis=1))
    counts = np.searchsorted(centres, v.max(axis=1)) - first
    triangle = np.repeat(np.arange(len(v)), counts)
    start = np.repeat(np.cumsum(counts) - counts, counts)
    return triangle, np.arange(counts.sum()) - start + first[triangle]


def _spans(
    points: Floats,
    triangles: Ints,
    row: Ints,
    along_u: int,
    along_v: int,
    centres: tuple[Floats, ...],
) -> tuple[Ints, Ints]:
    """First ray and the one after the last that each triangle covers in its row."""
    level = centres[along_v][row]
    end = np.iinfo(np.int64).max
    first = np.full(len(row), end)
    last = np.full(len(row), -1)
    for corner in range(3):
        pair = np.sort(triangles[:, [corner, (corner + 1) % 3]], axis=1)
        a, b = points[pair[:, 0]], points[pair[:, 1]]
        crossed = (a[:, along_v] <= level) != (b[:, along_v] <= level)
        a, b, share = a[crossed], b[crossed], level[crossed]
        share = (share - a[:, along_v]) / (b[:, along_v] - a[:, along_v])
        at = a[:, along_u] + share * (b[:, along_u] - a[:, along_u])
        ray = np.searchsorted(centres[along_u], at)
        first[crossed] = np.minimum(first[crossed], ray)
        last[crossed] = np.maximum(last[crossed], ray)
    return np.where(last < 0, 0, first), np.where(last < 0, 0, last)


def _heights(corners: Floats, axis: int, u: Floats, v: Floats) -> tuple[Floats, Ints]:
    """Coordinate along `axis` of each triangle at (u, v), within its range, and its side."""
    a = corners[:, 0]
    p, q = corners[:, 1] - a, corners[:, 2] - a
    i, j = (axis + 1) % 3, (axis + 2) % 3
    du, dv = u - a[:, i], v - a[:, j]
    area = p[:, i] * q[:, j] - p[:, j] * q[:, i]
    safe = np.where(area == 0.0, 1.0, area)
    s = (du * q[:, j] - dv * q[:, i]) / safe
    t = (p[:, i] * dv - p[:, j] * du) / safe
    height = a[:, axis] + s * p[:, axis] + t * q[:, axis]
    along = corners[:, :, axis]
    height = np.clip(height, along.min(axis=1), along.max(axis=1))
    return np.asarray(height, dtype=np.float64), np.where(area < 0.0, -1, 1)
