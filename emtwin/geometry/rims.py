"""Rims of open surfaces: the holes, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry.surface import Surface
from emtwin.geometry.topology import Edges, connected, edges_of

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Rims:
    """The loops of edges that have one triangle only.

    Parameters
    ----------
    lengths : ndarray of float64
        Length of each rim in metres, shape (n,), the largest area first.
    areas : ndarray of float64
        Area in square metres of the fan from each rim to its middle, shape (n,).
    extents : ndarray of float64
        Diagonal of the bounding box of each rim in metres, shape (n,).
    middles : ndarray of float64
        Middle of each rim in metres, shape (n, 3).
    missing : float
        Share of the closed surface's area that is missing: fans over surface and fans.
    """

    lengths: NDArray[np.float64]
    areas: NDArray[np.float64]
    extents: NDArray[np.float64]
    middles: NDArray[np.float64]
    missing: float

    def __len__(self) -> int:
        return len(self.lengths)


def rims_of(surface: Surface) -> Rims:
    """Rims of a welded surface."""
    ends, loop = rim_loops(edges_of(surface.triangles))
    n = int(loop.max()) + 1 if len(loop) else 0
    p, q = surface.points[ends[:, 0]], surface.points[ends[:, 1]]
    lengths = np.linalg.norm(q - p, axis=1)
    length = np.bincount(loop, lengths, n).astype(np.float64)
    weight = lengths / np.maximum(length, np.finfo(float).tiny)[loop]
    middle = np.zeros((n, 3))
    np.add.at(middle, loop, weight[:, None] * (p + q) / 2.0)
    fans = np.linalg.norm(np.cross(p - middle[loop], q - middle[loop]), axis=1) / 2.0
    area = np.bincount(loop, fans, n).astype(np.float64)
    lo, hi = np.full((n, 3), np.inf), np.full((n, 3), -np.inf)
    np.minimum.at(lo, loop, np.minimum(p, q))
    np.maximum.at(hi, loop, np.maximum(p, q))
    order = np.argsort(-area, kind="stable")
    return Rims(
        length[order],
        area[order],
        np.linalg.norm(hi - lo, axis=1)[order],
        middle[order],
        float(area.sum() / max(area.sum() + surface.area, np.finfo(float).tiny)),
    )


def rim_loops(edges: Edges) -> tuple[Ints, Ints]:
    """End points of the edges with one triangle, shape (n, 2), and the loop of each, shape (n,)."""
    ends = edges.ends[edges.counts == 1]
    points, compact = np.unique(ends, return_inverse=True)
    if not len(ends):
        return ends, np.zeros(0, dtype=np.int64)
    compact = compact.reshape(ends.shape)
    label = connected(compact[:, 0], compact[:, 1], len(points))
    return ends, label[compact[:, 0]]
