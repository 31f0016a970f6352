"""Triangles and edges cut into small pieces, so that their middles sample a surface evenly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def cut_triangles(corners: Floats, longest: float) -> tuple[Floats, Ints]:
    """Cut triangles along their length, then the strips across it.

    Parameters
    ----------
    corners : ndarray of float64
        Corners in metres, shape (n, 3 corners, 3 axes).
    longest : float
        About the longest side of a piece in metres; none is more than twice as long.

    Returns
    -------
    pieces : ndarray of float64
        Corners of the pieces in metres, shape (k, 3, 3), turned as their triangles are.
    of : ndarray of int64
        Triangle of each piece, shape (k,).
    """
    strips, of_strip = _strips(corners, longest)
    pieces, of = _strips(strips, longest)
    return pieces, of_strip[of]


def _strips(corners: Floats, longest: float) -> tuple[Floats, Ints]:
    """Strips along the shortest side of each triangle, as two triangles each; the tip is one."""
    sides = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)
    tip = (sides.argmin(axis=1) + 2) % 3
    rows = np.arange(len(corners))
    a, b, c = (corners[rows, (tip + n) % 3] for n in range(3))
    number = np.maximum(np.ceil(sides.max(axis=1) / longest * (1 - 1e-12)), 1).astype(np.int64)
    of = np.repeat(rows, number)
    level = np.arange(len(of)) - np.repeat(np.cumsum(number) - number, number)
    near, far = (((level + n) / number[of])[:, None] for n in range(2))
    along_b, along_c = (b - a)[of], (c - a)[of]
    p, q = a[of] + near * along_b, a[of] + far * along_b
    r, s = a[of] + far * along_c, a[of] + near * along_c
    quad = level > 0
    pieces = np.concatenate([np.stack([p, q, r], axis=1), np.stack([p, r, s], axis=1)[quad]])
    return pieces, np.concatenate([of, of[quad]])


def cut_edges(ends: Floats, longest: float) -> tuple[Floats, Ints]:
    """Cut edges into equal pieces that are not longer than a bound.

    Parameters
    ----------
    ends : ndarray of float64
        Ends in metres, shape (n, 2 ends, 3 axes).
    longest : float
        Longest piece in metres.

    Returns
    -------
    pieces : ndarray of float64
        Ends of the pieces in metres, shape (k, 2, 3).
    of : ndarray of int64
        Edge of each piece, shape (k,).
    """
    lengths = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)
    number = np.maximum(np.ceil(lengths / longest * (1 - 1e-12)), 1).astype(np.int64)
    of = np.repeat(np.arange(len(ends)), number)
    within = np.arange(len(of)) - np.repeat(np.cumsum(number) - number, number)
    share = np.stack([within, within + 1], axis=1) / number[of][:, None]
    start, way = ends[of, 0], ends[of, 1] - ends[of, 0]
    return start[:, None] + share[..., None] * way[:, None], of


def pieces_needed(corners: Floats, longest: float) -> float:
    """About how many pieces `cut_triangles` makes."""
    sides = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)
    vectors = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    areas = np.linalg.norm(vectors, axis=1) / 2.0
    return float((1.0 + 2.0 * sides.max(axis=1) / longest + 5.0 * areas / longest**2).sum())
