"""Where a surface goes through itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry.surface import Surface

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_PAIRS = 1_000_000
"""Pairs of triangles that are looked at; beyond, the search is incomplete and says so."""

_CHUNK = 200_000  # pairs tested at once, about 100 MB


@dataclass(frozen=True, eq=False)
class Intersections:
    """Triangles that go through each other.

    Parameters
    ----------
    pairs : ndarray of int64
        Pairs of triangles, shape (n, 2).
    searched : float
        Share of the neighbouring pairs that was looked at, 1 if the search is complete.
    """

    pairs: Ints
    searched: float


def self_intersections(surface: Surface, most_pairs: int = MOST_PAIRS) -> Intersections:
    """Pairs of triangles without a common point that cross each other.

    Triangles in one plane, and neighbours that fold onto each other, are not found.

    Parameters
    ----------
    surface : Surface
        Welded surface.
    most_pairs : int
        Bound of the search: pairs of triangles whose boxes share a cell of the search grid.

    Returns
    -------
    Intersections
        What was found, and how much was searched.
    """
    pairs, searched = _neighbours(surface, most_pairs)
    found = [
        chunk[_cross(surface, chunk)]
        for chunk in np.array_split(pairs, max(1, -(-len(pairs) // _CHUNK)))
    ]
    return Intersections(np.concatenate(found), searched)


def _neighbours(surface: Surface, most_pairs: int) -> tuple[Ints, float]:
    """Pairs of triangles whose boxes overlap and that share no point, found on a coarse grid."""
    lo, hi = surface.corners.min(axis=1), surface.corners.max(axis=1)
    cell, triangle = _cells(lo, hi)
    order = np.argsort(cell, kind="stable")
    triangle = triangle[order]
    _, start, counts = np.unique(cell[order], return_index=True, return_counts=True)
    # The j-th triangle of a cell is paired with those before it.
    rank = np.arange(len(triangle)) - np.repeat(start, counts)
    every = int(rank.sum())
    ends = np.cumsum(rank)
    kept = int(np.searchsorted(ends, most_pairs, side="right"))
    rank = rank[:kept]
    second = np.repeat(np.arange(kept), rank)
    within = np.arange(len(second)) - np.repeat(np.cumsum(rank) - rank, rank)
    first = triangle[second - 1 - within]
    second = triangle[second]
    near = (lo[first] <= hi[second]).all(axis=1) & (lo[second] <= hi[first]).all(axis=1)
    pairs = np.unique(np.sort(np.stack([first[near], second[near]], axis=1), axis=1), axis=0)
    a, b = surface.triangles[pairs[:, 0]], surface.triangles[pairs[:, 1]]
    apart = (a[:, :, None] != b[:, None, :]).all(axis=(1, 2))
    return pairs[apart], 1.0 if every <= most_pairs else len(within) / every


def _cells(lo: Floats, hi: Floats) -> tuple[Ints, Ints]:
    """Every cell of the search grid with each triangle whose box reaches into it."""
    origin, extent = lo.min(axis=0), hi.max(axis=0) - lo.min(axis=0)
    # A cell of the usual triangle's size, but never so small that large triangles fill millions.
    usual = float(np.percentile((hi - lo).max(axis=1), 75.0))
    size = max(usual, float(extent.max()) / 256.0, np.finfo(float).tiny)
    first = np.floor((lo - origin) / size).astype(np.int64)
    number = np.floor((hi - origin) / size).astype(np.int64) - first + 1
    shape = number.prod(axis=1)
    triangle = np.repeat(np.arange(len(lo)), shape)
    within = np.arange(len(triangle)) - np.repeat(np.cumsum(shape) - shape, shape)
    n = number[triangle]
    index = first[triangle] + np.stack(
        [within // (n[:, 1] * n[:, 2]), within // n[:, 2] % n[:, 1], within % n[:, 2]], axis=1
    )
    span = index.max(axis=0) + 1
    return (index[:, 0] * span[1] + index[:, 1]) * span[2] + index[:, 2], triangle


def _cross(surface: Surface, pairs: Ints) -> NDArray[np.bool_]:
    """Whether a side of one triangle goes through the inside of the other, shape (n,)."""
    first, second = surface.corners[pairs[:, 0]], surface.corners[pairs[:, 1]]
    result = np.zeros(len(pairs), dtype=bool)
    for edges, face in ((first, second), (second, first)):
        for corner in range(3):
            result |= _pierces(edges[:, corner], edges[:, (corner + 1) % 3], face)
    return result


def _pierces(p: Floats, q: Floats, face: Floats) -> NDArray[np.bool_]:
    """Whether the segments from `p` to `q`, shape (n, 3), go through triangles, shape (n, 3, 3)."""
    a, b, c = np.moveaxis(face, 1, 0)
    normal = np.cross(b - a, c - a)
    # A segment that only touches the plane does not cross it; one through a side does.
    slack = 1e-9 * np.linalg.norm(normal, axis=1) * np.linalg.norm(q - p, axis=1)
    above, below = _dot(normal, p - a), _dot(normal, q - a)
    apart = ((above > slack) & (below < -slack)) | ((above < -slack) & (below > slack))
    way = q - p
    shares = np.stack(
        [_dot(way, np.cross(s - p, t - p)) for s, t in ((b, c), (c, a), (a, b))], axis=1
    )
    total = np.abs(shares.sum(axis=1, keepdims=True))
    inside = (shares >= -1e-9 * total).all(axis=1) | (shares <= 1e-9 * total).all(axis=1)
    return np.asarray(apart & inside, dtype=np.bool_)


def _dot(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", a, b), dtype=np.float64)
