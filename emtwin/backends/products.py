"""Products of matrices in the host's memory, for the backends that live there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.backends.host_threads import in_threads

SUMS_AT_ONCE = 100_000
"""Sums per product, so that they stay in the cache until all are added."""
_NARROWEST = 16  # columns
_LINES_PER_PRODUCT = 32  # at least: fewer cost more, and many more round more in float32


def accumulate(
    sums: NDArray[np.float64],
    weights: NDArray[np.float64],
    parts: Sequence[NDArray[Any]],
    first: int,
) -> None:
    """Add the product of `weights` and some columns of the lines to `sums`; see `Backend`.

    Threads take a few columns at a time. Some tens of lines are multiplied in their own precision,
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
    factors, products, begin = weights.astype(parts[0].dtype), [], 0
    for group in _gathered(shaped):
        end = begin + sum(map(len, group))
        products.append((np.ascontiguousarray(factors[:, begin:end]), group))
        begin = end
    at_once = max(SUMS_AT_ONCE // rows, _NARROWEST)

    def add(start: int) -> None:
        """Products of the columns from `start` on."""
        here = slice(start, start + at_once)
        total = np.zeros_like(totals[:, here])
        for factor, group in products:
            total += factor @ np.concatenate([lines[:, here] for lines in group])
        totals[:, here] += total

    in_threads(add, range(0, totals.shape[1], at_once))


def _gathered(parts: Sequence[NDArray[Any]]) -> list[list[NDArray[Any]]]:
    """Parts in groups of enough lines for a product, none of which is cut."""
    groups: list[list[NDArray[Any]]] = [[]]
    for lines in parts:
        if sum(map(len, groups[-1])) >= _LINES_PER_PRODUCT:
            groups.append([])
        groups[-1].append(lines)
    return groups
