"""Whether a surface is closed, is manifold, and its normals agree."""

from __future__ import annotations

from collections import deque
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


def topology(surface: Surface) -> Topology:
    """Count how the triangles of `surface` meet; its points must be welded."""
    directed = directed_edges(surface.triangles)
    pairs = np.sort(directed, axis=1)
    unique, inverse, counts = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
    forward = np.bincount(inverse.ravel(), directed[:, 0] < directed[:, 1], len(unique))
    faulty = unique[(counts % 2) == 1]
    return Topology(
        edges=len(unique),
        boundary=int((counts == 1).sum()),
        odd=int(((counts > 1) & (counts % 2 == 1)).sum()),
        crowded=int(((counts > 2) & (counts % 2 == 0)).sum()),
        disagreeing=int(((counts == 2) & (forward != 1)).sum()),
        example=_midpoint(surface, faulty[0]) if len(faulty) else None,
    )


def boundary_edges(surface: Surface) -> NDArray[np.int64]:
    """Point pairs of the edges with one triangle only, shape (n, 2)."""
    pairs = np.sort(directed_edges(surface.triangles), axis=1)
    unique, counts = np.unique(pairs, axis=0, return_counts=True)
    rim: NDArray[np.int64] = unique[counts == 1]
    return rim


def directed_edges(triangles: NDArray[np.int64]) -> NDArray[np.int64]:
    """The three edges of every triangle in its own direction, shape (3 m, 2)."""
    return np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])


def oriented(surface: Surface) -> Surface:
    """Surface whose normals agree within each piece and enclose a positive volume.

    A surface whose normals agree already keeps every triangle, apart from a common
    flip, because its inner shells (cavities) are then meant as they are.
    """
    if topology(surface).consistent:
        return surface if surface.signed_volume >= 0.0 else _flipped(surface, None)
    turned = Surface(surface.points, _agreeing(surface.triangles))
    pieces = _pieces(turned.triangles)
    volumes = np.bincount(pieces, _cone_volumes(turned))
    return _flipped(turned, volumes[pieces] < 0.0)


def _agreeing(triangles: NDArray[np.int64]) -> NDArray[np.int64]:
    """Triangles turned so that neighbours agree, piece by piece, breadth first."""
    result = triangles.copy()
    neighbours = _neighbours(triangles)
    seen = np.zeros(len(triangles), dtype=bool)
    for start in range(len(triangles)):
        if seen[start]:
            continue
        seen[start] = True
        queue = deque([start])
        while queue:
            current = queue.popleft()
            for other in neighbours[current]:
                if not seen[other]:
                    if _same_direction(result[current], result[other]):
                        result[other] = result[other][::-1]
                    seen[other] = True
                    queue.append(other)
    return result


def _neighbours(triangles: NDArray[np.int64]) -> list[list[int]]:
    """Triangles beyond the two-triangle edges of each triangle."""
    _, inverse, counts = np.unique(
        np.sort(directed_edges(triangles), axis=1),
        axis=0,
        return_inverse=True,
        return_counts=True,
    )
    order = np.argsort(inverse.ravel(), kind="stable") % len(triangles)
    ends = np.cumsum(counts)
    result: list[list[int]] = [[] for _ in triangles]
    for last in ends[counts == 2]:
        a, b = int(order[last - 2]), int(order[last - 1])
        result[a].append(b)
        result[b].append(a)
    return result


def _same_direction(first: NDArray[np.int64], second: NDArray[np.int64]) -> bool:
    edges = {(int(first[i]), int(first[(i + 1) % 3])) for i in range(3)}
    return any((int(second[i]), int(second[(i + 1) % 3])) in edges for i in range(3))


def _pieces(triangles: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number of the connected piece of every triangle, shape (m,)."""
    label = np.arange(int(triangles.max()) + 1)
    while True:
        # Each round hands the lowest number around; path halving keeps the rounds few.
        lowest = label[triangles].min(axis=1)
        before = label.copy()
        np.minimum.at(label, triangles.ravel(), np.repeat(lowest, 3))
        label = label[label]
        if np.array_equal(before, label):
            _, numbers = np.unique(label[triangles[:, 0]], return_inverse=True)
            return numbers.ravel()


def _cone_volumes(surface: Surface) -> NDArray[np.float64]:
    centred = surface.corners - surface.lo
    a, b, c = centred[:, 0], centred[:, 1], centred[:, 2]
    return np.asarray(np.einsum("ij,ij->i", a, np.cross(b, c)) / 6.0, dtype=np.float64)


def _flipped(surface: Surface, which: NDArray[np.bool_] | None) -> Surface:
    triangles = surface.triangles.copy()
    chosen = np.ones(len(triangles), dtype=bool) if which is None else which
    triangles[chosen] = triangles[chosen][:, ::-1]
    return Surface(surface.points, triangles)


def _midpoint(surface: Surface, pair: NDArray[np.int64]) -> tuple[float, float, float]:
    x, y, z = surface.points[pair].mean(axis=0)
    return float(x), float(y), float(z)
