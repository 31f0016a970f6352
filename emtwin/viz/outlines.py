"""Lines of a surface: where it bends or ends, and where a plane cuts it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def feature_edges(points: NDArray[np.float64], triangles: NDArray[np.int64]) -> NDArray[np.int64]:
    """Edges of a surface that bound it or where it bends by more than 25 degrees.

    Parameters
    ----------
    points : ndarray
        Shape (n, 3), metres.
    triangles : ndarray
        Shape (m, 3), indices into `points`.

    Returns
    -------
    ndarray
        Shape (e, 2), indices into `points`.
    """
    corners = points[triangles]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-300)
    sides = np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    edges, owner, count = np.unique(sides, axis=0, return_inverse=True, return_counts=True)
    order = np.argsort(owner.ravel(), kind="stable") // 3
    first = np.concatenate(([0], np.cumsum(count)[:-1]))
    second = np.minimum(first + 1, order.size - 1)
    bend = np.abs(np.einsum("ij,ij->i", normal[order[first]], normal[order[second]]))
    return np.asarray(edges[(count != 2) | (bend < np.cos(np.radians(25.0)))])


def cut(triangles: NDArray[np.float64], axis: int, at: float) -> NDArray[np.float64]:
    """Segments in which `triangles` cross the plane where coordinate `axis` equals `at`.

    Parameters
    ----------
    triangles : ndarray
        Corners, shape (m, 3, 3), metres.
    axis : int
        Normal of the plane, 0, 1 or 2.
    at : float
        Place of the plane, metres.

    Returns
    -------
    ndarray
        Shape (n, 2, 3), metres.
    """
    above = triangles[:, :, axis] > at
    crossing = triangles[above.any(axis=1) & ~above.all(axis=1)]
    ends = []
    for triangle in crossing:
        high = triangle[:, axis] > at
        lone = int(np.argmax(high if high.sum() == 1 else ~high))
        start = triangle[lone]
        others = triangle[[(lone + 1) % 3, (lone + 2) % 3]]
        share = (at - start[axis]) / (others[:, axis] - start[axis])
        ends.append(start + share[:, None] * (others - start))
    return np.array(ends).reshape(-1, 2, 3)
