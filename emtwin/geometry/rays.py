"""How often straight rays along an axis cross a surface, for a few thousand points at most.

The scanline of `emtwin.voxel` answers the same for all cell centres of a grid; here the points
are few and lie anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry.surface import Surface

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_PAIRS = 2_000_000  # pairs of point and triangle held at once, about 200 MB


@dataclass(frozen=True, eq=False)
class Hits:
    """Where the lines through some points cross triangles.

    Parameters
    ----------
    point : ndarray of int64
        Index of the point whose line crosses, shape (n,).
    triangle : ndarray of int64
        Triangle that it crosses, shape (n,).
    height : ndarray of float64
        Coordinate along the line minus that of the point in metres, shape (n,).
    """

    point: Ints
    triangle: Ints
    height: Floats


def line_hits(surface: Surface, points: Floats, axis: int) -> Hits:
    """Crossings of the lines along `axis` through `points` with `surface`.

    A line through an edge or corner may be lost or counted twice: choose the points at random.

    Parameters
    ----------
    surface : Surface
        Triangles in metres.
    points : ndarray of float64
        Points in metres, shape (n, 3).
    axis : int
        Direction of the lines, 0 to 2.

    Returns
    -------
    Hits
        In no particular order.
    """
    order = np.argsort(points[:, (axis + 1) % 3])
    found = [
        _crossed(surface, points, axis, order[at], triangle)
        for triangle, at in _near(surface, points[order], axis)
    ]
    if not found:
        return Hits(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    return Hits(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _near(surface: Surface, points: Floats, axis: int) -> Iterator[tuple[Ints, Ints]]:
    """Triangles with the points (sorted along the first axis across) within their range there."""
    across = surface.corners[:, :, (axis + 1) % 3]
    values = points[:, (axis + 1) % 3]
    first = np.searchsorted(values, across.min(axis=1))
    counts = np.searchsorted(values, across.max(axis=1), side="right") - first
    touched = np.flatnonzero(counts)
    # Chunks of whole triangles, each of about `_PAIRS` pairs.
    chunk = np.cumsum(counts[touched]) // _PAIRS
    for group in np.split(touched, np.flatnonzero(np.diff(chunk)) + 1):
        number = counts[group]
        start = np.repeat(np.cumsum(number) - number, number)
        yield (
            np.repeat(group, number),
            np.arange(number.sum()) - start + np.repeat(first[group], number),
        )


def _crossed(
    surface: Surface, points: Floats, axis: int, point: Ints, triangle: Ints
) -> tuple[Ints, Ints, Floats]:
    """Those pairs whose line goes through the triangle, with the height of the crossing."""
    u, v = (axis + 1) % 3, (axis + 2) % 3
    across = surface.corners[:, :, v]
    near = (across.min(axis=1)[triangle] <= points[point, v]) & (
        points[point, v] <= across.max(axis=1)[triangle]
    )
    point, triangle = point[near], triangle[near]
    a, b, c = np.moveaxis(surface.corners[triangle] - points[point][:, None, :], 1, 0)
    # Twice the areas between the point and each side: all of one sign means inside.
    sides = [p[:, u] * q[:, v] - p[:, v] * q[:, u] for p, q in ((b, c), (c, a), (a, b))]
    weights = np.stack(sides, axis=1)
    inside = (weights > 0).all(axis=1) | (weights < 0).all(axis=1)
    weights = weights[inside]
    heights = np.stack([a[inside, axis], b[inside, axis], c[inside, axis]], axis=1)
    total = weights.sum(axis=1)
    return point[inside], triangle[inside], (weights * heights).sum(axis=1) / total
