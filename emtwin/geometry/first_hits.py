"""The first triangle that each of many short rays meets.

The rays go down a tree of boxes together, a block of pairs of ray and box at a time, so memory is
bounded whatever the number of rays and triangles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry.box_tree import BoxTree, box_tree
from emtwin.geometry.space_curve import along_curve

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_RAYS = 1 << 15  # that go down the tree together
_PAIRS = 1 << 18  # of ray and box looked at together
_EDGE = 1e-9  # barycentric: a ray through an edge meets both triangles rather than none
_PARALLEL = 1e-12  # sine of the angle below which a ray lies in the plane of a triangle
_ROUNDING = 1e-12  # of the largest coordinate: boxes are taken that much larger


@dataclass(frozen=True, eq=False)
class FirstHits:
    """What rays meet first.

    Parameters
    ----------
    distance : ndarray of float64
        From the start of each ray in metres, shape (n,); inf where it meets nothing.
    triangle : ndarray of int64
        Triangle, shape (n,), -1 where it meets nothing.
    """

    distance: Floats
    triangle: Ints


def first_hits(
    corners: Floats, starts: Floats, ways: Floats, own: Ints, reach: float | Floats, behind: float
) -> FirstHits:
    """The nearest triangle along each ray.

    Parameters
    ----------
    corners : ndarray of float64
        Corners of the triangles in metres, shape (m, 3 corners, 3 axes).
    starts : ndarray of float64
        Where the rays start in metres, shape (n, 3).
    ways : ndarray of float64
        Unit vectors along them, shape (n, 3).
    own : ndarray of int64
        Triangle that each ray starts on and does not meet, shape (n,); -1 for none.
    reach : float or ndarray of float64
        Length of the rays in metres, one for all or shape (n,).
    behind : float
        How far behind its start a ray meets triangles too, metres: those that touch there.

    Returns
    -------
    FirstHits
        In the order of the rays. Triangles in whose plane a ray lies are passed over.

    References
    ----------
    T. Moeller, B. Trumbore, Fast, minimum storage ray/triangle intersection, Journal of Graphics
    Tools 2 (1997), 21-28.
    """
    found = FirstHits(np.full(len(starts), np.inf), np.full(len(starts), -1, dtype=np.int64))
    if not len(starts) or not len(corners):
        return found
    search = _Search(corners, box_tree(corners), starts, ways, own, behind, found)
    span = float(np.ptp(starts, axis=0).max()) or 1.0
    order = along_curve(starts, starts.min(axis=0), span, 10)
    bound = np.full(len(starts), reach, dtype=np.float64)
    for rays in np.array_split(order, -(-len(order) // _RAYS)):
        stack = [np.stack([rays, np.ones_like(rays)])]
        while stack:
            pairs = stack.pop()
            if pairs.shape[1] > _PAIRS:
                stack.append(pairs[:, :-_PAIRS])
                pairs = pairs[:, -_PAIRS:]
            below = search.down(pairs, bound)
            if below.shape[1]:
                stack.append(below)
    return found


class _Search:
    """Rays and the tree that they go down."""

    def __init__(
        self,
        corners: Floats,
        tree: BoxTree,
        starts: Floats,
        ways: Floats,
        own: Ints,
        behind: float,
        found: FirstHits,
    ) -> None:
        slack = _ROUNDING * float(np.abs(corners).max()) + behind
        self.corners, self.tree, self.own, self.found = corners, tree, own, found
        self.starts, self.ways, self.behind = starts, ways, behind
        # One array per axis: gathering columns is several times faster than rows of three.
        # An empty box lies at +inf with both ends, where no ray gets to.
        self.lo = [np.ascontiguousarray(tree.lo[:, a] - slack) for a in range(3)]
        self.hi = [
            np.where(np.isinf(tree.lo[:, a]), np.inf, tree.hi[:, a] + slack) for a in range(3)
        ]
        safe = np.where(np.abs(ways) < 1e-300, 1e-300, ways)
        self.start = [np.ascontiguousarray(starts[:, a]) for a in range(3)]
        self.inverse = [np.ascontiguousarray(1.0 / safe[:, a]) for a in range(3)]

    def down(self, pairs: Ints, bound: Floats) -> Ints:
        """Pairs of rays and the halves of the boxes that they meet; triangles are met here."""
        ray, node = pairs
        enter, leave = np.full(ray.size, -self.behind), bound[ray]
        for axis in range(3):
            start, inverse = self.start[axis][ray], self.inverse[axis][ray]
            with np.errstate(over="ignore"):
                one = (self.lo[axis][node] - start) * inverse
                other = (self.hi[axis][node] - start) * inverse
            np.maximum(enter, np.minimum(one, other), out=enter)
            np.minimum(leave, np.maximum(one, other), out=leave)
        met = enter <= leave
        ray, node = ray[met], node[met]
        bottom = node >= self.tree.leaves
        self._meet(ray[bottom], self.tree.order[node[bottom] - self.tree.leaves], bound)
        ray, node = np.repeat(ray[~bottom], 2), np.repeat(2 * node[~bottom], 2)
        node[1::2] += 1
        return np.stack([ray, node])

    def _meet(self, ray: Ints, triangle: Ints, bound: Floats) -> None:
        """Keep the triangles that rays meet nearer than anything before."""
        other = triangle != self.own[ray]
        ray, triangle = ray[other], triangle[other]
        a, b, c = (self.corners[triangle, n] for n in range(3))
        way, u, v = self.ways[ray], b - a, c - a
        from_a = self.starts[ray] - a
        normal = np.cross(u, v)
        area = _dot(normal, normal)
        across = _dot(normal, way)
        plain = np.abs(across) > _PARALLEL * np.sqrt(area)
        safe = np.where(plain, across, 1.0)
        turned = np.cross(from_a, way)
        along_u, along_v = -_dot(v, turned) / safe, _dot(u, turned) / safe
        distance = -_dot(from_a, normal) / safe
        hit = plain & (along_u >= -_EDGE) & (along_v >= -_EDGE) & (along_u + along_v <= 1 + _EDGE)
        hit &= (distance >= -self.behind) & (distance <= bound[ray])
        ray, triangle, distance = ray[hit], triangle[hit], distance[hit]
        # The nearest of each ray last, so that it is the one that stays.
        last = np.argsort(-distance, kind="stable")
        self.found.triangle[ray[last]] = triangle[last]
        self.found.distance[ray[last]] = bound[ray[last]] = distance[last]


def _dot(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", a, b), dtype=np.float64)
