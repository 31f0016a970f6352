"""A tree of boxes over triangles, for searches that start from points, rays or other triangles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry.space_curve import along_curve

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_BITS = 10  # of the curve along which triangles are sorted, per axis


@dataclass(frozen=True, eq=False)
class BoxTree:
    """Boxes of a complete binary tree: node n has the halves 2 n and 2 n + 1, node 1 is the root.

    Parameters
    ----------
    lo, hi : ndarray of float64
        Corners of the box of every node in metres, shape (2 leaves, 3); the boxes of the leaves
        beyond the last triangle are infinitely far from everything.
    order : ndarray of int64
        Triangle of each leaf, shape (triangles,): leaf k is node ``leaves + k``.
    leaves : int
        Number of leaves, a power of two.
    """

    lo: Floats
    hi: Floats
    order: Ints
    leaves: int


def box_tree(corners: Floats) -> BoxTree:
    """Tree over triangles.

    Parameters
    ----------
    corners : ndarray of float64
        Corners in metres, shape (n, 3 corners, 3 axes), n at least 1.

    Returns
    -------
    BoxTree
        Triangles that are near in space are near in the tree.
    """
    middle = corners.mean(axis=1)
    span = float(np.ptp(middle, axis=0).max()) or 1.0
    order = along_curve(middle, middle.min(axis=0), span, _BITS)
    number, leaves = len(corners), 1 << (len(corners) - 1).bit_length()
    lo, hi = np.full((2 * leaves, 3), np.inf), np.full((2 * leaves, 3), -np.inf)
    lo[leaves : leaves + number] = corners.min(axis=1)[order]
    hi[leaves : leaves + number] = corners.max(axis=1)[order]
    row = leaves
    while row > 1:
        half = row // 2
        lo[half:row] = lo[row : 2 * row].reshape(half, 2, 3).min(axis=1)
        hi[half:row] = hi[row : 2 * row].reshape(half, 2, 3).max(axis=1)
        row = half
    return BoxTree(lo, hi, order, leaves)
