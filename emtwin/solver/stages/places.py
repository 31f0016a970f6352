"""Which planes and rows of the grid the items of a list belong to, as `Stage.where` takes them.

Each item has first and last plane, first and last row. What the h phase reads may lie one place
further, what the e phase reads one place before; see `emtwin.backends.tiling`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Where = NDArray[np.int64]
_FIRST, _LAST = [0, 2], [1, 3]


def spanning(where: Where) -> Where:
    """One item that all of `where`, shape (n, 4), belong to; shape (1, 4)."""
    return grouped(where, [0, len(where)])


def grouped(where: Where, first: ArrayLike) -> Where:
    """One item for each group, places first[n] to first[n + 1] of `where`; no group is empty."""
    begin = np.asarray(first, np.int64)[:-1]
    low, high = np.minimum.reduceat(where, begin), np.maximum.reduceat(where, begin)
    together = np.empty_like(low)
    together[:, _FIRST], together[:, _LAST] = low[:, _FIRST], high[:, _LAST]
    return together


def reading_on(where: Where) -> Where:
    """Items of the h phase that only read at `where`: the last place may be the next one's."""
    nearer = where.copy()
    nearer[:, _LAST] = np.maximum(where[:, _FIRST], where[:, _LAST] - 1)
    return nearer


def together(one: Where, other: Where) -> Where:
    """Items that belong to both."""
    both = np.empty_like(one)
    both[:, _FIRST] = np.minimum(one[:, _FIRST], other[:, _FIRST])
    both[:, _LAST] = np.maximum(one[:, _LAST], other[:, _LAST])
    return both


def after_all(where: Where, first: ArrayLike) -> Where:
    """Items of the e phase, one for each group, that items of the h phase at `where` are read by.

    These in turn read the item in the next step: it lies at the last of them or one further.
    """
    begin = np.asarray(first, np.int64)[:-1]
    last = np.repeat(where[:, _LAST], 2, axis=1)
    low, high = np.minimum.reduceat(last, begin), np.maximum.reduceat(last, begin)
    found = high
    found[:, _FIRST] = np.minimum(high[:, _LAST], low[:, _FIRST] + 1)
    return found
