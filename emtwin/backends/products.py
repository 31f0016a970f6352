"""Products of matrices in the host's memory, for the backends that live there."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.backends.host_threads import in_threads

_CACHED = 100_000  # sums per product, so that they stay in the cache until all are added
_NARROWEST = 16  # columns


def accumulate(
    sums: NDArray[np.float64],
    weights: NDArray[np.float64],
    parts: Sequence[NDArray[Any]],
    first: int,
) -> None:
    """Add the product of `weights` and some columns of the lines to `sums`; see `Backend`.

    Threads take a few columns at a time. Each part is multiplied in the precision of its lines,
    and what comes out is added up in float64 before it goes to the sums.

    Parameters
    ----------
    sums : ndarray of float64, shape (rows * columns,)
        Sums, row after row.
    weights : ndarray of float64, shape (rows, n)
        Weight of each line in each row.
    parts : sequence of ndarray, each of shape (lines of it * width,)
        The n lines, one after another.
    first : int
        Column of the lines that belongs to the first column of the sums.
    """
    rows, n = weights.shape
    width = sum(part.size for part in parts) // max(n, 1)
    if not sums.size or not width:
        return
    totals = sums.reshape(rows, -1)
    shaped = [part.reshape(-1, width)[:, first : first + totals.shape[1]] for part in parts]
    ends = np.cumsum([0, *map(len, shaped)])
    factors = weights.astype(parts[0].dtype)
    products = [
        (np.ascontiguousarray(factors[:, begin:end]), lines)
        for (begin, end), lines in zip(pairwise(ends), shaped, strict=True)
    ]
    at_once = max(_CACHED // rows, _NARROWEST)

    def add(start: int) -> None:
        here = slice(start, start + at_once)
        total = np.zeros_like(totals[:, here])
        for factor, lines in products:
            total += factor @ np.ascontiguousarray(lines[:, here])
        totals[:, here] += total

    in_threads(add, range(0, totals.shape[1], at_once))
