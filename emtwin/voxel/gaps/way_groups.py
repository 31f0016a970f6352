"""Which ways across free space are neighbours and so belong to one gap.

Neighbours are near, lead between the same two parts, in about the same direction, and are about as
long.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry.topology import connected
from emtwin.voxel.gaps.crossings import Crossings

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_ALIGNED = float(np.cos(np.deg2rad(35.0)))  # directions of neighbours deviate by less
_OCTAVES = 1.25  # widths of neighbours differ by a smaller power of two
_NEAR = 1.8  # spacings between neighbours
_LARGEST = 1 << 40  # number of a node before the numbers in use are counted anew


def nodes(ways: Crossings, spacing: float) -> Ints:
    """Number ways by what they share: a box in space, a direction and a width.

    Parameters
    ----------
    ways : Crossings
        Ways.
    spacing : float
        Side of the boxes in metres.

    Returns
    -------
    ndarray of int64
        Shape (n,), from 0 without holes.
    """
    middle, normal = ways.middle, _upward(ways)
    if not len(ways):
        return np.zeros(0, dtype=np.int64)
    columns = [*np.sort(ways.parts, axis=1).T]
    columns += [*np.floor((middle - middle.min(axis=0)) / spacing).T]
    columns += [*np.round(2.0 * normal).T, np.floor(np.log2(ways.length))]
    number = np.zeros(len(ways), dtype=np.int64)
    for column in columns:
        level = column.astype(np.int64) - int(column.min())
        number = number * (int(level.max()) + 1) + level
        if int(number.max()) > _LARGEST:
            number = np.unique(number, return_inverse=True)[1].ravel()
    return np.asarray(np.unique(number, return_inverse=True)[1].ravel(), dtype=np.int64)


def _upward(ways: Crossings) -> Floats:
    """Directions of ways with a positive largest component: a way has no sense."""
    dominant = np.abs(ways.normal).argmax(axis=1)
    sense = np.sign(ways.normal[np.arange(len(ways)), dominant])
    return np.asarray(ways.normal * sense[:, None], dtype=np.float64)


def linked(ways: Crossings, spacing: float) -> Ints:
    """Number ways by the gap that they belong to.

    Parameters
    ----------
    ways : Crossings
        Ways.
    spacing : float
        How far neighbours are apart at most along a gap, metres.

    Returns
    -------
    ndarray of int64
        Shape (n,), from 0 without holes.
    """
    from scipy.spatial import cKDTree

    if not len(ways):
        return np.zeros(0, dtype=np.int64)
    # Ways that share a node are linked already: far fewer are left to link.
    node = nodes(ways, spacing)
    count = np.bincount(node)
    pair = np.unique(np.sort(ways.parts, axis=1), axis=0, return_inverse=True)[1].ravel()
    place, way = (
        np.stack([np.bincount(node, column) for column in v.T], axis=1) / count[:, None]
        for v in (ways.middle, _upward(ways))
    )
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    width = np.bincount(node, np.log2(ways.length)) / count
    apart = 2.0 * _NEAR * spacing * np.round(np.bincount(node, pair) / count)
    links = cKDTree(np.column_stack([place, apart])).query_pairs(
        _NEAR * spacing, output_type="ndarray"
    )
    a, b = links.T
    same = np.abs(np.einsum("ij,ij->i", way[a], way[b])) > _ALIGNED
    same &= np.abs(width[a] - width[b]) < _OCTAVES
    return connected(a[same], b[same], len(count))[node]
