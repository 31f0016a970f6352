"""How the triangles of a surface meet along their edges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry.surface import Surface


@dataclass(frozen=True)
class Topology:
    """How the triangles of a surface meet along their edges.

    Parameters
    ----------
    edges : int
        Number of distinct edges.
    boundary : int
        Edges of one triangle only: the rim of an open surface.
    odd : int
        Edges of three, five, ... triangles: walls that meet in a T.
    crowded : int
        Edges of four, six, ... triangles: solids that touch in a line.
    disagreeing : int
        Edges of two triangles that run through them in the same direction, so that
        their normals point to opposite sides.
    example : tuple of float or None
        Midpoint in metres of one boundary or odd edge, to find it in the CAD model.
    """

    edges: int
    boundary: int
    odd: int
    crowded: int
    disagreeing: int
    example: tuple[float, float, float] | None

    @property
    def closed(self) -> bool:
        """Whether every edge has an even number of triangles, so that inside is defined."""
        return self.boundary == 0 and self.odd == 0

    @property
    def manifold(self) -> bool:
        """Whether no edge has more than two triangles."""
        return self.odd == 0 and self.crowded == 0

    @property
    def consistent(self) -> bool:
        """Whether the normals of all neighbours agree."""
        return self.disagreeing == 0


@dataclass(frozen=True, eq=False)
class Edges:
    """Every distinct edge of some triangles, and which sides lie on it.

    Side `s` of triangle `t` out of m is number ``s m + t``, as in `directed_edges`.

    Parameters
    ----------
    ends : ndarray of int64
        The two points of each edge, the lower index first, shape (e, 2).
    counts : ndarray of int64
        Number of triangles on each edge, shape (e,).
    of_side : ndarray of int64
        Edge of every side, shape (3 m,).
    forward : ndarray of bool
        Whether the side runs from the edge's first point to its second, shape (3 m,).
    """

    ends: NDArray[np.int64]
    counts: NDArray[np.int64]
    of_side: NDArray[np.int64]
    forward: NDArray[np.bool_]

    @property
    def disagreeing(self) -> NDArray[np.bool_]:
        """Edges of two triangles that run through both in the same direction, shape (e,)."""
        runs = np.bincount(self.of_side, self.forward, len(self.counts))
        return np.asarray((self.counts == 2) & (runs != 1), dtype=np.bool_)

    def pairs(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The two sides on every edge that has just two triangles."""
        order = np.argsort(self.of_side, kind="stable")
        last = np.cumsum(self.counts)[self.counts == 2]
        return order[last - 2], order[last - 1]


def edges_of(triangles: NDArray[np.int64]) -> Edges:
    """The edges of `triangles`, shape (m, 3), whose points are welded."""
    directed = directed_edges(triangles)
    low, high = directed.min(axis=1), directed.max(axis=1)
    # One integer per edge: sorting those is ten times faster than sorting rows.
    span = int(high.max()) + 1
    keys, of_side, counts = np.unique(low * span + high, return_inverse=True, return_counts=True)
    ends = np.stack([keys // span, keys % span], axis=1)
    return Edges(ends, counts, of_side.ravel(), directed[:, 0] < directed[:, 1])


def topology(surface: Surface) -> Topology:
    """Count how the triangles of `surface` meet; its points must be welded."""
    edges = edges_of(surface.triangles)
    counts = edges.counts
    faulty = edges.ends[(counts % 2) == 1]
    return Topology(
        edges=len(counts),
        boundary=int((counts == 1).sum()),
        odd=int(((counts > 1) & (counts % 2 == 1)).sum()),
        crowded=int(((counts > 2) & (counts % 2 == 0)).sum()),
        disagreeing=int(edges.disagreeing.sum()),
        example=_midpoint(surface, faulty[0]) if len(faulty) else None,
    )


def boundary_edges(surface: Surface) -> NDArray[np.int64]:
    """Point pairs of the edges with one triangle only, shape (n, 2)."""
    edges = edges_of(surface.triangles)
    rim: NDArray[np.int64] = edges.ends[edges.counts == 1]
    return rim


def directed_edges(triangles: NDArray[np.int64]) -> NDArray[np.int64]:
    """The three edges of every triangle in its own direction, shape (3 m, 2)."""
    return np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])


def connected(first: NDArray[np.int64], second: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Number of the piece that each of `n` things belongs to, given linked pairs, shape (n,)."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array((np.ones(len(first), dtype=np.int8), (first, second)), shape=(n, n))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def _midpoint(surface: Surface, pair: NDArray[np.int64]) -> tuple[float, float, float]:
    x, y, z = surface.points[pair].mean(axis=0)
    return float(x), float(y), float(z)
