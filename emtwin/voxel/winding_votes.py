"""What the rays through all cell centres see of a surface: six votes for every cell.

Along each axis a ray counts the surface from below and from above. Around a closed surface whose
normals agree all six find the same winding number, so they decide; elsewhere they may differ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend, Box, Stage
from emtwin.geometry import Surface

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Span = tuple[Ints, Ints]

ALL_VOTES = 6

_COINCIDENT = 1e-12  # of the grid's extent: points so near a cell centre have its coordinate
_LARGEST_TILE = 32


def winding_votes(
    surface: Surface, centres: tuple[Floats, Floats, Floats], backend: Backend
) -> NDArray[np.uint8]:
    """Number of directions, out of six, from which each cell centre is found inside.

    Parameters
    ----------
    surface : Surface
        Surface with outward normals, in metres.
    centres : tuple of ndarray of float64
        Cell centres per axis in metres.
    backend : Backend
        Where to count.

    Returns
    -------
    ndarray of uint8
        0 to 6 for every cell; it may be memory of the backend.
    """
    shape = tuple(c.size for c in centres)
    points = _snapped(surface.points, centres)
    a, b, c = surface.triangles.T
    even = np.int32(0) + (a < b) + (b < c) + (c < a) == 2  # order of the corners' numbers
    shared = {
        "corners": backend.adopt(points[np.sort(surface.triangles, axis=1)]),
        "turn": backend.adopt(np.where(even, 1, -1).astype(np.int32)),
        "state": backend.zeros(int(np.prod(shape)), np.uint8),
    }
    spans = [columns_met(points[:, axis], surface.triangles, centres[axis]) for axis in range(3)]
    stages = [_rays(axis, spans, centres, backend, shared) for axis in range(3)]
    backend.program(stages).run(0, 1)
    votes: NDArray[np.uint8] = backend.view(shared["state"]).reshape(shape)
    return votes


def _snapped(points: Floats, centres: tuple[Floats, ...]) -> Floats:
    """Points, each coordinate moved onto a cell centre that it misses by rounding only."""
    result = points.copy()
    for axis, c in enumerate(centres):
        after = np.clip(np.searchsorted(c, points[:, axis]), 0, c.size - 1)
        near = _COINCIDENT * max(abs(c[0]), abs(c[-1]))
        for nearest in (c[after], c[np.maximum(after - 1, 0)]):
            close = np.abs(points[:, axis] - nearest) <= near
            result[close, axis] = nearest[close]
    return result


def _rays(
    axis: int,
    spans: list[Span],
    centres: tuple[Floats, ...],
    backend: Backend,
    shared: dict[str, object],
) -> Stage:
    """Stage that casts the rays along one axis."""
    p, q = (a for a in range(3) if a != axis)
    shape = [c.size for c in centres]
    bins = Bins.of(spans[p], spans[q], (shape[p], shape[q]))
    strides = (shape[1] * shape[2], shape[2], 1)
    arguments = shared | {
        "first": backend.adopt(bins.first),
        "listed": backend.adopt(bins.listed),
        "centres_p": backend.upload(centres[p]),
        "centres_q": backend.upload(centres[q]),
        "centres_w": backend.upload(centres[axis]),
        "stride_p": strides[p],
        "stride_q": strides[q],
        "stride_w": strides[axis],
        "n_q": shape[q],
        "n_w": shape[axis],
        "tile": bins.tile,
        "tiles_q": bins.tiles_q,
        "axis": axis,
    }
    return Stage("winding_votes", Box.items(shape[p] * shape[q]), arguments)


@dataclass(frozen=True, eq=False)
class Bins:
    """Triangles by the tile of columns that they may meet.

    Parameters
    ----------
    first : ndarray of int64, shape (tiles + 1,)
        Where the triangles of each tile begin in `listed`.
    listed : ndarray of int64
        Numbers of triangles.
    tile : int
        Columns of a tile along either axis.
    tiles_q : int
        Tiles along the second axis, which runs faster.
    """

    first: Ints
    listed: Ints
    tile: int
    tiles_q: int

    @classmethod
    def of(cls, span_p: Span, span_q: Span, columns: tuple[int, int]) -> Bins:
        """Sort triangles onto tiles.

        Parameters
        ----------
        span_p, span_q : tuple of ndarray of int64
            First column along either axis that each triangle may meet, and the one after the last.
        columns : tuple of int
            Number of columns along either axis.
        """
        met = (span_p[0] < span_p[1]) & (span_q[0] < span_q[1])
        lo_p, hi_p, lo_q, hi_q = (end[met] for span in (span_p, span_q) for end in span)
        tile = _tile(np.minimum(hi_p - lo_p, hi_q - lo_q))
        lo_p, lo_q, hi_p, hi_q = lo_p // tile, lo_q // tile, (hi_p - 1) // tile, (hi_q - 1) // tile
        n_q = hi_q - lo_q + 1
        counts = (hi_p - lo_p + 1) * n_q
        which = np.repeat(np.arange(counts.size), counts)
        place = np.arange(which.size) - np.repeat(np.cumsum(counts) - counts, counts)
        tiles_p, tiles_q = (-(-count // tile) for count in columns)
        number = (lo_p[which] + place // n_q[which]) * tiles_q + lo_q[which] + place % n_q[which]
        each = np.bincount(number, minlength=tiles_p * tiles_q)
        # One number for tile and triangle: sorting those is many times faster than an order.
        pairs = np.sort(number * met.size + np.flatnonzero(met)[which])
        listed = pairs % max(met.size, 1)
        return cls(np.concatenate([[0], np.cumsum(each)]), listed, tile, tiles_q)


def columns_met(values: Floats, triangles: Ints, centres: Floats) -> Span:
    """Columns through `centres` that triangles may meet.

    Parameters
    ----------
    values : ndarray of float64
        A coordinate of the points.
    triangles : ndarray of int64
        Three point numbers each, shape (m, 3).
    centres : ndarray of float64
        Places of the columns, rising.

    Returns
    -------
    tuple of ndarray of int64
        First column that each triangle may meet, and the one after the last.
    """
    a, b, c = triangles.T
    first, last = np.searchsorted(centres, values), np.searchsorted(centres, values, "right")
    return extremes(first, last, a, b, c)


def extremes(first: Ints, last: Ints, a: Ints, b: Ints, c: Ints) -> Span:
    """Least and largest of what belongs to the corners `a`, `b`, `c` of triangles.

    Parameters
    ----------
    first, last : ndarray of int64
        A number for each point, to be least and largest.
    a, b, c : ndarray of int64
        Point numbers.

    Returns
    -------
    tuple of ndarray of int64
        Least of `first`, largest of `last` for each triangle.
    """
    return (
        np.minimum(np.minimum(first[a], first[b]), first[c]),
        np.maximum(np.maximum(last[a], last[b]), last[c]),
    )


def _tile(extents: Ints) -> int:
    """A power of two near what a triangle usually covers, so that the list stays short."""
    usual = float(extents.mean()) if extents.size else 1.0
    return int(min(2 ** np.ceil(np.log2(max(usual, 1.0))), _LARGEST_TILE))
