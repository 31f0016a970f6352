"""Products of matrices in the host's memory, for the backends that live there."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_CHUNK = 4096  # columns per product: what is added at once stays in the cache


def accumulate(
    sums: NDArray[np.float64], weights: NDArray[np.float64], lines: NDArray[Any], first: int
) -> None:
    """Add the product of `weights` and some columns of `lines` to `sums`; see `Backend`.

    Parameters
    ----------
    sums : ndarray of float64, shape (rows * columns,)
        Sums, row after row.
    weights : ndarray of float64, shape (rows, n)
        Weight of each line in each row.
    lines : ndarray, shape (n * width,)
        Lines, one after another.
    first : int
        Column of the lines that belongs to the first column of the sums.
    """
    if not sums.size or not lines.size:
        return
    rows, n = weights.shape
    totals, factors = sums.reshape(rows, -1), weights.astype(lines.dtype)
    columns = lines.reshape(n, -1)[:, first : first + totals.shape[1]]
    for start in range(0, totals.shape[1], _CHUNK):
        here = slice(start, start + _CHUNK)
        totals[:, here] += factors @ np.ascontiguousarray(columns[:, here])
