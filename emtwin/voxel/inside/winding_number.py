"""Generalised winding number of a surface that need not be closed, around any points.

The triangles are sorted along a space-filling curve and halved again and again, which gives a
complete binary tree without a search; it is stored parent first, so that one loop walks over it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend, Box, Stage
from emtwin.geometry import Surface
from emtwin.geometry.space_curve import along_curve

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Numbers = NDArray[np.int32]

FAR = 3.0
"""Radii of a node beyond which it is taken as a whole."""

POINTS_AT_ONCE = 1 << 20

_LEAF = 8  # triangles, about
_BITS = 20  # of the curve, per axis


@dataclass(frozen=True, eq=False)
class Tree:
    """Triangles in groups of groups.

    Parameters
    ----------
    corners : ndarray of float64
        Triangles along the curve in metres, shape (m, 3 corners, 3 axes).
    begin, end : ndarray of int32
        First triangle of each node and the one after its last, shape (nodes,), int32.
    skip : ndarray of int32
        Node that follows when a node and all below it are done with, shape (nodes,).
    centre : ndarray of float64
        Middle of each node, weighted with area, in metres, shape (nodes, 3).
    far_squared : ndarray of float64
        Square of the distance beyond which a node is taken as a whole, shape (nodes,).
    dipole : ndarray of float64
        Sum of area vectors, shape (nodes, 3).
    """

    corners: Floats
    begin: Numbers
    end: Numbers
    skip: Numbers
    centre: Floats
    far_squared: Floats
    dipole: Floats

    @classmethod
    def of(cls, surface: Surface) -> Tree:
        """Tree of the triangles of `surface`."""
        span = max(float((surface.hi - surface.lo).max()), np.finfo(float).tiny)
        order = along_curve(surface.corners.mean(axis=1), surface.lo, span, _BITS)
        corners, areas = surface.corners[order], surface.area_vectors[order]
        begin, end, skip = _ranges(len(corners))
        middle, size = corners.mean(axis=1), surface.areas[order]
        weight = _sums(size, begin)
        centre = _sums(middle * size[:, None], begin)
        centre /= np.maximum(weight, np.finfo(float).tiny)[:, None]
        centre = np.where(weight[:, None] > 0.0, centre, middle[begin])
        radius = _radii(corners, centre, begin, end)
        dipole = _sums(areas, begin)
        return cls(corners, begin, end, skip, centre, (FAR * radius) ** 2, dipole)


def winding_number(tree: Tree, points: Floats, backend: Backend) -> Floats:
    """How often the surface of `tree` goes around each of `points`.

    Parameters
    ----------
    tree : Tree
        The surface.
    points : ndarray of float64
        Points in metres, shape (n, 3).
    backend : Backend
        Where to sum.

    Returns
    -------
    ndarray of float64
        1 inside a closed surface with outward normals, 0 outside, shape (n,); between them where
        it has holes. A point in the plane of a triangle sees nothing of that one.
    """
    names = ("centre", "far_squared", "dipole", "skip", "begin", "end", "corners")
    arguments = {name: backend.adopt(getattr(tree, name)) for name in names}
    arguments["nodes"] = tree.skip.size
    starts = range(0, max(len(points), 1), POINTS_AT_ONCE)
    parts = [_around(points[n : n + POINTS_AT_ONCE], arguments, backend) for n in starts]
    return np.concatenate(parts)


def numbers_bytes(surface: Surface, count: int) -> int:
    """Memory of the backend that winding numbers take.

    Parameters
    ----------
    surface : Surface
        Surface.
    count : int
        Number of points.
    """
    leaves = 2 * len(surface.triangles) // _LEAF + 1  # at most: halves of halves of all triangles
    point = 24 + sum(np.dtype(kind).itemsize for kind in _PARTS.values())
    return surface.corners.nbytes + 2 * leaves * _NODE + point * min(count, POINTS_AT_ONCE)


def _around(points: Floats, tree: Mapping[str, Any], backend: Backend) -> Floats:
    """Winding numbers around some points."""
    results = {name: backend.zeros(len(points), kind) for name, kind in _PARTS.items()}
    arguments = {**tree, **results, "points": backend.upload(points)}
    backend.program([Stage("winding_number", Box.items(len(points)), arguments)]).run(0, 1)
    far, re, im, turned = (backend.view(results[name]) for name in _PARTS)
    half_angles = np.arctan2(im + 0.0, re) + 2.0 * np.pi * turned
    return np.asarray(far / (4.0 * np.pi) + half_angles / (2.0 * np.pi), dtype=np.float64)


_PARTS = {"far": np.float64, "re": np.float64, "im": np.float64, "turned": np.int32}
_NODE = 68  # bytes: seven numbers of double precision, three integers


def _ranges(count: int) -> tuple[Numbers, Numbers, Numbers]:
    """First triangle, the one after the last, and the next node of every node."""
    depth = max(int(np.ceil(np.log2(count / _LEAF))), 0)
    begin = np.zeros(2 ** (depth + 1) - 1, np.int32)
    end, skip = begin.copy(), begin.copy()
    for level in range(depth + 1):
        number, place = np.arange(2**level), _of_level(begin.size, level)
        begin[place] = number * count >> level
        end[place] = (number + 1) * count >> level
        skip[place] = place + 2 ** (depth - level + 1) - 1
    return begin, end, skip


def _sums(values: Floats, begin: Numbers) -> Floats:
    """Sum of the values of each node, level by level."""
    result = np.zeros(begin.shape + values.shape[1:])
    for level in range(_levels(begin.size)):
        nodes = _of_level(begin.size, level)
        result[nodes] = np.add.reduceat(values, begin[nodes], axis=0)
    return result


def _radii(corners: Floats, centre: Floats, begin: Numbers, end: Numbers) -> Floats:
    """Distance of the farthest corner of each node from its centre."""
    sizes = end - begin
    result = np.zeros(begin.size)
    for level in range(_levels(begin.size)):
        nodes = _of_level(begin.size, level)
        which = np.repeat(nodes, sizes[nodes])
        distance = np.linalg.norm(corners - centre[which, None], axis=2).max(axis=1)
        result[nodes] = np.maximum.reduceat(distance, begin[nodes])
    return result


def _levels(count: int) -> int:
    """Levels of a complete binary tree of `count` nodes."""
    return (count + 1).bit_length() - 1


def _of_level(count: int, level: int) -> Ints:
    """Numbers of the nodes of a level, from left to right."""
    depth = _levels(count) - 1
    # A node comes one after its parent, or that and the size of its elder sibling's tree.
    number, place = np.arange(2**level), np.full(2**level, level)
    for above in range(1, level + 1):
        place += ((number >> (level - above)) & 1) * (2 ** (depth - above + 1) - 1)
    return place
