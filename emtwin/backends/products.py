"""Products of matrices in the host's memory, for the backends that live there."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.backends.host_threads import in_threads

_CACHED = 100_000  # sums per product, so that they stay in the cache until all are added

Values = NDArray[Any]


def accumulate(
    sums: NDArray[np.float64], weights: NDArray[np.float64], parts: Sequence[Values], first: int
) -> None:
    """Add the product of `weights` and some columns of lines to `sums`; see `Backend`.

    Parameters
    ----------
    sums : ndarray of float64, shape (rows * columns,)
        Sums, row after row.
    weights : ndarray of float64, shape (rows, n)
        Weight of each line in each row.
    parts : sequence of ndarray
        The n lines, in parts.
    first : int
        Column of the lines that belongs to the first column of the sums.
    """
    rows, n = weights.shape
    if not sums.size or not n:
        return
    totals, width = sums.reshape(rows, -1), sum(part.size for part in parts) // n
    lines = [part.reshape(-1, width)[:, first : first + totals.shape[1]] for part in parts]
    factors = weights.astype(parts[0].dtype)
    products = [
        (np.ascontiguousarray(factors[:, start:stop]), some)
        for (start, stop), some in zip(
            pairwise(np.cumsum([0, *map(len, lines)])), lines, strict=True
        )
    ]
    step = max(_CACHED // rows, 16)
    starts = range(0, totals.shape[1], step)
    in_threads(lambda start: _add(totals[:, start : start + step], products, start), starts)


def _add(
    totals: NDArray[np.float64], products: Sequence[tuple[Values, Values]], start: int
) -> None:
    """Add up in float64 what each part of the lines gives."""
    found = np.zeros_like(totals)
    for factors, lines in products:
        found += factors @ np.ascontiguousarray(lines[:, start : start + totals.shape[1]])
    totals += found
