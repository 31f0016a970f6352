"""Triangles sorted onto columns of cells: a column then looks at few of them.

A triangle is listed at every tile of columns that the box around it meets. How large tiles are
decides about time and memory, not about results: within a tile triangles keep their order, and a
column gets nothing from those that it does not meet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Numbers = NDArray[np.int32]
Span = tuple[Numbers, Numbers]

PAIRS_PER_TRIANGLE = 8
"""Most tiles that triangles of a large surface are listed at, on average."""

SHORT_LIST = 1 << 20
"""Pairs of a tile and a triangle that a small surface may have."""

_USUAL_LARGEST_TILE = 32  # columns along either axis, where the list is short enough


def places(values: Floats, lines: Floats, near: float = 0.0) -> Numbers:
    """Where values are among rising lines: 2 k between lines k - 1 and k, 2 k + 1 on line k.

    Parameters
    ----------
    values : ndarray of float64
        Coordinates in metres.
    lines : ndarray of float64
        Places of the lines in metres, rising.
    near : float
        Distance from a line in metres up to which a value is on it; less than half of what is
        between two lines.

    Returns
    -------
    ndarray of int32
        One place for each value, shape of `values`.
    """
    next_ = np.searchsorted(lines + near, values)
    on_it = values >= np.append(lines - near, np.inf)[next_]
    return (2 * next_ + on_it).astype(np.int32)


def extremes(of_points: Numbers, corners: Ints) -> Span:
    """Least and largest of what belongs to the corners of triangles.

    Parameters
    ----------
    of_points : ndarray of int32
        A number for each point.
    corners : ndarray of int64, shape (3, m)
        Point numbers of the first, the second and the third corners.

    Returns
    -------
    tuple of ndarray of int32
        Least and largest number for each triangle.
    """
    a, b, c = (np.take(of_points, numbers) for numbers in corners)
    return np.minimum(np.minimum(a, b), c), np.maximum(np.maximum(a, b), c)


def columns_met(extent: Span) -> Span:
    """Columns through lines that triangles may meet.

    Parameters
    ----------
    extent : tuple of ndarray of int32
        Least and largest place of each triangle among the lines.

    Returns
    -------
    tuple of ndarray of int32
        First column that each triangle may meet, and the one after the last.
    """
    return extent[0] >> 1, (extent[1] + 1) >> 1


def columns_between_met(extent: Span, columns: int) -> Span:
    """Columns between neighbouring lines that triangles may meet.

    Parameters
    ----------
    extent : tuple of ndarray of int32
        Least and largest place of each triangle among the lines.
    columns : int
        Number of columns, one less than there are lines.

    Returns
    -------
    tuple of ndarray of int32
        First column that each triangle may meet, and the one after the last.
    """
    return np.maximum(((extent[0] + 1) >> 1) - 1, 0), np.minimum(extent[1] >> 1, columns)


def within(span: Span, start: int, stop: int) -> Span:
    """What of the columns `start` to `stop` triangles may meet, counted from `start`.

    Parameters
    ----------
    span : tuple of ndarray of int32
        First column that each triangle may meet, and the one after the last.
    start, stop : int
        First column that is looked at, and the one after the last.
    """
    return np.clip(span[0], start, stop) - start, np.clip(span[1], start, stop) - start


@dataclass(frozen=True, eq=False)
class Bins:
    """Triangles by the tile of columns that they may meet.

    Parameters
    ----------
    first : ndarray of int64, shape (tiles + 1,)
        Where the triangles of each tile begin in `listed`.
    listed : ndarray of int32
        Numbers of triangles, rising within a tile.
    tile : int
        Columns of a tile along either axis, a power of two.
    tiles_q : int
        Tiles along the second axis, which runs faster.
    """

    first: Ints
    listed: Numbers
    tile: int
    tiles_q: int

    @classmethod
    def of(cls, span_p: Span, span_q: Span, columns: tuple[int, int]) -> Bins:
        """Sort triangles onto tiles.

        Parameters
        ----------
        span_p, span_q : tuple of ndarray of int32
            First column along either axis that each triangle may meet, and the one after the last.
        columns : tuple of int
            Number of columns along either axis.
        """
        met = np.flatnonzero((span_p[0] < span_p[1]) & (span_q[0] < span_q[1])).astype(np.int32)
        p, q = ((span[0][met], span[1][met] - 1) for span in (span_p, span_q))
        shift = _shift(p, q, columns)
        p, q = ((low >> shift, high >> shift) for low, high in (p, q))
        tiles_p, tiles_q = (((count - 1) >> shift) + 1 for count in columns)
        # Row by row of tiles, then tile by tile of each row.
        rows, wide = p[1] - p[0] + 1, q[1] - q[0] + 1
        wide = np.repeat(wide, rows)
        number = _runs(_runs(p[0], rows) * tiles_q + np.repeat(q[0], rows), wide)
        triangle = np.repeat(np.repeat(met, rows), wide)
        first, listed = _counted(number, triangle, tiles_p * tiles_q)
        return cls(first, listed, 1 << shift, tiles_q)


def _runs(first: Ints | Numbers, counts: Numbers) -> Ints:
    """Numbers that rise by one, `counts` of them from each of `first` on."""
    ends = np.cumsum(counts, dtype=np.int64)
    before = ends - counts
    result: Ints = np.arange(ends[-1] if ends.size else 0) + np.repeat(first - before, counts)
    return result


def _counted(number: Ints, triangle: Numbers, tiles: int) -> tuple[Ints, Numbers]:
    """Where each tile's triangles begin, and the triangles by tile: a counting sort."""
    from scipy.sparse import coo_array

    shape = (tiles, int(triangle.max(initial=0)) + 1)
    there = np.ones(triangle.size, np.int8)
    lists = coo_array((there, (number, triangle)), shape=shape).tocsr()
    return lists.indptr.astype(np.int64), lists.indices.astype(np.int32, copy=False)


def _shift(p: Span, q: Span, columns: tuple[int, int]) -> int:
    """Logarithm of the tile: near what a triangle usually covers, and larger for long lists.

    Parameters
    ----------
    p, q : tuple of ndarray of int32
        First and last column of each triangle along either axis.
    columns : tuple of int
        Number of columns along either axis.
    """
    count = p[0].size
    if not count:
        return 0
    most = max(PAIRS_PER_TRIANGLE * count, SHORT_LIST)
    usual = float(np.minimum(p[1] - p[0], q[1] - q[0]).mean()) + 1.0
    shift = int(np.ceil(np.log2(min(usual, _USUAL_LARGEST_TILE))))
    while 1 << shift < max(columns):
        n_p, n_q = ((high >> shift) - (low >> shift) + 1 for low, high in (p, q))
        if int(np.dot(n_p.astype(np.int64), n_q)) <= most:
            break
        shift += 1
    return shift
