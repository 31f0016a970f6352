"""Points along a space-filling curve, so that neighbours in the order are near in space."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def along_curve(
    points: NDArray[np.float64], lo: NDArray[np.float64], span: float, bits: int
) -> NDArray[np.int64]:
    """Order of `points` along a Z curve (Morton).

    Parameters
    ----------
    points : ndarray of float64
        Points in metres, shape (n, 3).
    lo : ndarray of float64
        Lower corner of the cube that the curve fills in metres, shape (3,).
    span : float
        Side of that cube in metres, above 0.
    bits : int
        Steps of the curve along each axis as a power of two, 20 at most.

    Returns
    -------
    ndarray of int64
        Numbers of the points, shape (n,).
    """
    steps = ((points - lo) / span * (2**bits - 1)).astype(np.int64)
    key = np.zeros(len(points), dtype=np.int64)
    for bit in range(bits):
        for axis in range(3):
            key |= ((steps[:, axis] >> bit) & 1) << (3 * bit + axis)
    return np.argsort(key, kind="stable")
