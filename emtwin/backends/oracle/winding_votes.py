"""Rays along one axis through all cell centres: which cells they find inside a surface."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.backends.base import Box
from emtwin.backends.oracle.views import line

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ON_SURFACE = 1e-12
_PAIRS = 1 << 18  # of a column and a triangle, looked at together


def winding_votes(a: SimpleNamespace, box: Box, _step: int) -> None:
    """Add to each cell one vote from below and one from above if its winding number is positive.

    From below the winding number is the sum over the crossings before the centre, 1 where the ray
    enters and -1 where it leaves; from above, less the sum over those beyond.
    """
    first = line(a.first, a.first.array.size - a.first.offset)
    columns = np.arange(box.lo[0], box.hi[0])
    tile = columns // a.n_q // a.tile * a.tiles_q + columns % a.n_q // a.tile
    counts = first[tile + 1] - first[tile]
    part = np.cumsum(counts) // _PAIRS
    for number in range(int(part[-1]) + 1 if part.size else 0):
        here = part == number
        _vote(a, columns[here], first[tile[here]], counts[here])


def _vote(a: SimpleNamespace, columns: Ints, first: Ints, counts: Ints) -> None:
    """Votes of the cells of some columns."""
    which = np.repeat(np.arange(columns.size), counts)
    place = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts - first, counts)
    triangle = line(a.listed, a.listed.array.size - a.listed.offset)[place]
    w = int(a.axis)
    p, q = (1 if w == 0 else 0), (1 if w == 2 else 2)
    x = line(a.centres_p, a.centres_p.array.size - a.centres_p.offset)[columns // a.n_q][which]
    y = line(a.centres_q, a.n_q)[columns % a.n_q][which]
    corners, turn = _ordered(a, triangle)
    one, two, three = (corners[:, n][:, [p, q]].T for n in range(3))
    around = _turns(one, two, x, y) + _turns(two, three, x, y) - _turns(one, three, x, y)
    hit = np.flatnonzero(around)
    side = around[hit] * (-1 if w == 1 else 1)
    leaves = side * turn[hit]
    k = first_beyond(corners[hit], side, x[hit], y[hit], (p, q, w), line(a.centres_w, a.n_w))
    change = np.zeros((columns.size, a.n_w + 1), np.int64)
    np.add.at(change, (which[hit], k), -leaves)
    total = change.sum(axis=1, keepdims=True)
    crossed = np.unique(which[hit])
    start = a.state.offset + columns // a.n_q * a.stride_p + columns % a.n_q * a.stride_q
    cells = start[crossed, None] + np.arange(a.n_w) * a.stride_w
    before = a.state.array[cells].astype(np.int64)
    # Five bits hold the change: it is known modulo 32, but for what lies before the first centre.
    stored = (before // 8 + change[crossed, :-1] + 16) % 32 - 16
    stored[:, 0] = change[crossed, 0]
    below = np.cumsum(stored, axis=1)
    votes = before % 8 + (below > 0) + (below > total[crossed])
    a.state.array[cells] = (votes % 8).astype(np.uint8)


def _ordered(a: SimpleNamespace, triangle: Ints) -> tuple[Floats, Ints]:
    """Corners of triangles in rising order of their numbers, and 1 or -1 for how they then turn."""
    numbers = a.triangles.array[a.triangles.offset :].reshape(-1, 3)[triangle]
    first, second, third = numbers.T
    swaps = (second < first).astype(np.int64) + (third < second) + (third < first)
    points = a.points.array[a.points.offset :].reshape(-1, 3)
    return points[np.sort(numbers, axis=1)], 1 - swaps % 2 * 2


def _left_of(a: Floats, b: Floats, x: Floats, y: Floats) -> NDArray[np.bool_]:
    """Whether the points (x, y) are left of the lines a -> b."""
    p, q = b - a
    one, other = p * (y - a[1]), q * (x - a[0])
    clear = np.abs(one - other) > ON_SURFACE * (np.abs(one) + np.abs(other))
    oblique = np.abs(p - q) > ON_SURFACE * (np.abs(p) + np.abs(q))
    result: NDArray[np.bool_] = np.where(clear, one > other, np.where(oblique, p > q, q < 0.0))
    return result


def _turns(a: Floats, b: Floats, x: Floats, y: Floats) -> Ints:
    """What the directed edges a -> b add to winding numbers around (x, y)."""
    upward = a[1] <= y
    crossed = upward != (b[1] <= y)
    result: Ints = np.where(crossed, _left_of(a, b, x, y) - 1 + upward, 0)
    return result


def _shifted_side(n: Floats) -> Ints:
    """Side of planes with the normals `n`, shape (m, 3), to which points on them are shifted."""
    total = (n[:, 0] + n[:, 1]) + n[:, 2]
    bound = ON_SURFACE * ((np.abs(n[:, 0]) + np.abs(n[:, 1])) + np.abs(n[:, 2]))
    candidates = (total, n[:, 0], n[:, 1])
    decides = np.select([np.abs(c) > bound for c in candidates], candidates, n[:, 2])
    result: Ints = np.where(decides > 0.0, 1, -1)
    return result


def first_beyond(
    corners: Floats,
    side: Ints,
    x: Floats,
    y: Floats,
    axes: tuple[int, int, int],
    centres: Floats,
) -> Ints:
    """First centres along an axis beyond triangles that rays at (x, y) cross.

    Parameters
    ----------
    corners : ndarray of float64
        Triangles, shape (n, 3 corners, 3 axes).
    side : ndarray of int64
        Side of their normals to which the rays go, 1 or -1.
    x, y : ndarray of float64
        Where the rays are across the axis.
    axes : tuple of int
        The two axes across, and that of the rays.
    centres : ndarray of float64
        Centres along the rays, rising.

    Returns
    -------
    ndarray of int64
        Their indices; the number of centres where none is beyond.
    """
    p, q, w = axes
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    u, v = b - a, c - a
    n = np.stack([u[:, i] * v[:, j] - u[:, j] * v[:, i] for i, j in ((1, 2), (2, 0), (0, 1))], 1)
    one, other = n[:, p] * (x - a[:, p]), n[:, q] * (y - a[:, q])
    across, size = one + other, np.abs(one) + np.abs(other)
    low, high = corners[:, :, w].min(axis=1), corners[:, :, w].max(axis=1)
    on_it_counts = side * _shifted_side(n) > 0

    def is_beyond(k: Ints) -> NDArray[Any]:
        """Whether centre k of each ray lies beyond its triangle."""
        along = n[:, w] * (centres[k] - a[:, w])
        height = side * (across + along)
        near = np.abs(height) <= ON_SURFACE * (size + np.abs(along))
        within = np.where(near, on_it_counts, height > 0.0)
        return np.where(centres[k] > high, True, (centres[k] >= low) & within)

    before, beyond = np.zeros(len(side), np.int64), np.full(len(side), centres.size)
    while np.any(open_ := before < beyond):
        k = np.minimum((before + beyond) // 2, centres.size - 1)
        found = is_beyond(k)
        beyond = np.where(open_ & found, k, beyond)
        before = np.where(open_ & ~found, k + 1, before)
    return before
