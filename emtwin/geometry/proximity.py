"""Where surfaces come nearest to each other, for many pairs of surfaces at once.

Every surface gets a tree of boxes over its triangles, sorted along a space-filling curve. All
pairs go down their two trees together, a block of box pairs at a time: what is farther apart than
the nearest points found so far is left out, what is left at the bottom is measured exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry.box_tree import BoxTree, box_tree
from emtwin.geometry.surface import Surface
from emtwin.geometry.triangle_pairs import plane_distance, triangle_distance

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_BLOCK = 1 << 15  # pairs of boxes that are looked at together
_MEASURED = 1 << 13  # pairs of triangles that are measured before the rest is looked at again


@dataclass(frozen=True, eq=False)
class Nearest:
    """Nearest points of pairs of surfaces.

    Parameters
    ----------
    distance : ndarray of float64
        Metres, shape (pairs,); inf where it is above the limit, 0 where the surfaces touch.
    on_first, on_second : ndarray of float64
        The points in metres, shape (pairs, 3); of no meaning where the distance is inf.
    """

    distance: Floats
    on_first: Floats
    on_second: Floats


class BoxTrees:
    """Trees of boxes over the triangles of some surfaces.

    Parameters
    ----------
    surfaces : sequence of Surface
        Surfaces in metres; the pairs of `nearest` are numbers into this sequence.
    """

    def __init__(self, surfaces: Sequence[Surface]) -> None:
        trees = [box_tree(surface.corners) for surface in surfaces]
        corners = [_filled(tree, s.corners) for tree, s in zip(trees, surfaces, strict=True)]
        self.leaves = np.array([tree.leaves for tree in trees], dtype=np.int64)
        self.first_node = np.cumsum([0, *2 * self.leaves[:-1]])
        self.first_leaf = np.cumsum([0, *self.leaves[:-1]])
        self.lo = np.concatenate([tree.lo for tree in trees])
        self.hi = np.concatenate([tree.hi for tree in trees])
        self.corners = np.concatenate(corners)
        self.sample = np.concatenate([_samples(leaf_corners) for leaf_corners in corners])

    def nearest(self, pairs: Ints, limit: float, touching: float = 0.0) -> Nearest:
        """Nearest points of each pair of surfaces.

        Parameters
        ----------
        pairs : ndarray of int64
            Numbers of two surfaces each, shape (n, 2).
        limit : float
            Distance in metres above which a pair is left alone; inf for none.
        touching : float, default 0
            Distance in metres from which on two surfaces touch: any two points as near as that
            are taken, not the nearest ones.

        Returns
        -------
        Nearest
            Distances and points.
        """
        found = Nearest(
            np.full(len(pairs), np.inf), np.zeros((len(pairs), 3)), np.zeros((len(pairs), 3))
        )
        bound = np.full(len(pairs), np.nextafter(limit, np.inf))
        ones = np.ones(len(pairs), dtype=np.int64)
        stack = [np.stack([np.arange(len(pairs)), ones, ones], axis=1)]
        while stack:
            block = stack.pop()
            if len(block) > _BLOCK:
                stack.append(block[:-_BLOCK])
                block = block[-_BLOCK:]
            block = self._near(block, pairs, bound, found, touching)
            a, b = block[:, 1], block[:, 2]
            at_bottom = [n >= self.leaves[pairs[block[:, 0], s]] for s, n in ((0, a), (1, b))]
            bottom = at_bottom[0] & at_bottom[1]
            below = self._children(block[~bottom], at_bottom[0][~bottom], at_bottom[1][~bottom])
            ready = block[bottom]
            self._measure(ready[-_MEASURED:], pairs, bound, found)
            stack += [rest for rest in (ready[:-_MEASURED], below) if len(rest)]
        return found

    def _near(
        self, block: Ints, pairs: Ints, bound: Floats, found: Nearest, touching: float
    ) -> Ints:
        """Entries that can still hold something nearer, the nearest boxes last."""
        which = block[:, 0]
        open_ = bound[which] > touching
        block, which = block[open_], which[open_]
        a, b = (self.first_node[pairs[which, s]] + block[:, s + 1] for s in (0, 1))
        apart = np.maximum(0.0, np.maximum(self.lo[a] - self.hi[b], self.lo[b] - self.hi[a]))
        lower = np.sqrt(np.einsum("ij,ij->i", apart, apart))
        near = lower < bound[which]
        block, which, lower, a, b = (v[near] for v in (block, which, lower, a, b))
        p, q = self.sample[a], self.sample[b]
        _keep(which, np.linalg.norm(p - q, axis=1), p, q, bound, found)
        kept = np.flatnonzero(lower < bound[which])
        return block[kept[np.argsort(-lower[kept], kind="stable")]]

    def _measure(self, block: Ints, pairs: Ints, bound: Floats, found: Nearest) -> None:
        """Measure pairs of triangles and keep the nearest of each pair of surfaces."""
        if not len(block):
            return
        which = block[:, 0]
        leaf = [
            self.first_leaf[pairs[which, s]] + block[:, s + 1] - self.leaves[pairs[which, s]]
            for s in (0, 1)
        ]
        first, second = (self.corners[n] for n in leaf)
        lower = np.maximum(plane_distance(first, second), plane_distance(second, first))
        kept = lower * (1.0 - 1e-9) < bound[which]
        which, first, second = which[kept], first[kept], second[kept]
        distance, p, q = triangle_distance(first, second)
        _keep(which, distance, p, q, bound, found)

    def _children(
        self, block: Ints, first_ends: NDArray[np.bool_], second_ends: NDArray[np.bool_]
    ) -> Ints:
        """Every entry's pairs of halves; a box at the bottom of its tree stays whole."""
        result = []
        for s, t in ((0, 0), (0, 1), (1, 0), (1, 1)):
            wanted = ~((s == 1) & first_ends) & ~((t == 1) & second_ends)
            a = np.where(first_ends, block[:, 1], 2 * block[:, 1] + s)
            b = np.where(second_ends, block[:, 2], 2 * block[:, 2] + t)
            result.append(np.stack([block[:, 0], a, b], axis=1)[wanted])
        return np.concatenate(result)


def _keep(
    which: Ints, distance: Floats, p: Floats, q: Floats, bound: Floats, found: Nearest
) -> None:
    """Keep the nearest points of each pair of surfaces, if they are nearer than its bound."""
    better = np.flatnonzero(distance < bound[which])
    order = better[np.lexsort((distance[better], which[better]))]
    chosen = order[np.unique(which[order], return_index=True)[1]]
    bound[which[chosen]] = found.distance[which[chosen]] = distance[chosen]
    found.on_first[which[chosen]], found.on_second[which[chosen]] = p[chosen], q[chosen]


def _filled(tree: BoxTree, corners: Floats) -> Floats:
    """Triangles in the order of the leaves; those beyond the last are points at the origin."""
    return np.concatenate([corners[tree.order], np.zeros((tree.leaves - len(corners), 3, 3))])


def _samples(corners: Floats) -> Floats:
    """A corner of one triangle below every node of the tree, shape (nodes, 3)."""
    leaves = len(corners)
    result = np.zeros((2 * leaves, 3))
    result[leaves:] = corners[:, 0]
    row = leaves
    while row > 1:
        result[row // 2 : row] = result[row : 2 * row : 2]
        row //= 2
    return result


def near_boxes(surfaces: Sequence[Surface], limit: float) -> Ints:
    """Pairs of surfaces whose bounding boxes are at most `limit` metres apart, shape (n, 2)."""
    lo, hi = (
        np.array([getattr(s, side) for s in surfaces]).reshape(-1, 3) for side in ("lo", "hi")
    )
    found = []
    for number in range(len(surfaces) - 1):
        apart = np.maximum(lo[number] - hi[number + 1 :], lo[number + 1 :] - hi[number])
        others = np.flatnonzero((apart <= limit).all(axis=1)) + number + 1
        found.append(np.stack([np.full(others.size, number), others], axis=1))
    return np.concatenate(found) if found else np.zeros((0, 2), dtype=np.int64)


def winding(surface: Surface, point: Floats) -> float:
    """How often `surface` winds round `point`: about 1 or -1 inside, about 0 outside.

    Parameters
    ----------
    surface : Surface
        Triangles whose normals agree; holes make the number a fraction.
    point : ndarray of float64
        Metres, shape (3,).

    Returns
    -------
    float
        Sum of the signed solid angles of the triangles, divided by 4 pi.

    References
    ----------
    A. van Oosterom, J. Strackee, The solid angle of a plane triangle, IEEE Transactions on
    Biomedical Engineering 30 (1983), 125-126.
    """
    a, b, c = (surface.corners[:, n] - point for n in range(3))
    la, lb, lc = (np.linalg.norm(v, axis=1) for v in (a, b, c))
    ab, bc, ca = (np.einsum("ij,ij->i", *v) for v in ((a, b), (b, c), (c, a)))
    volume = np.einsum("ij,ij->i", a, np.cross(b, c))
    angles = 2.0 * np.arctan2(volume, la * lb * lc + ab * lc + bc * la + ca * lb)
    return float(angles.sum() / (4.0 * np.pi))
