"""The plane wave at any angle: values on the surface of its box as sums over spectral lines."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from emtwin.backends.base import Box
from emtwin.backends.oracle.views import items, line


def impress_lines(a: SimpleNamespace, box: Box, step: int) -> None:
    """field += weight * sum_l row[l] turns[step - first][l], line by line."""
    at = step - items(a.first, box)
    live = (at >= 0) & (at < a.length)
    at, row = at[live], items(a.row, box)[live]
    rows = a.rows.array[a.rows.offset :]
    turns = line(a.turns, a.length * a.width).reshape(a.length, a.width)
    total = np.zeros(at.size, turns.dtype)
    for n in range(a.width):
        total += rows[row * a.width + n] * turns[at, n]
    a.field.array[a.field.offset + items(a.offset, box)[live]] += items(a.weight, box)[live] * total
