"""Energies by material: weighted squares of a field, summed along rows and over them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from emtwin.backends.base import Box
from emtwin.backends.oracle.views import line, volume


def row_squares(a: SimpleNamespace, box: Box, step: int) -> None:
    """Sum of weight field^2 volume of each row, one value after the other, in double precision."""
    if step % a.every:
        return
    shape = (box.hi[0], a.n_rows, a.row)
    here = tuple(slice(low, high) for low, high in zip(box.lo, box.hi, strict=True))
    sizes: list[dict[str, Any]] = []
    for n, axis in enumerate("xyz"):
        spread = [None if m != n else slice(None) for m in range(3)]
        sizes.append(
            {
                kind: line(getattr(a, f"{kind}_{axis}"), box.hi[n])[here[n]][tuple(spread)]
                for kind in ("along", "across")
            }
        )
    total: Any = None
    for n, axis in enumerate("xyz"):
        value = volume(getattr(a, f"field_{axis}"), shape)[here].astype(float)
        weight = line(a.weight, a.weight.array.size - a.weight.offset)
        term = weight[volume(getattr(a, f"id_{axis}"), shape)[here]] * (value * value)
        x, y, z = (sizes[m]["along" if m == n else "across"] for m in range(3))
        term = term * (x * y * z)
        total = term if total is None else total + term
    rows = a.sums.array[a.sums.offset :][: box.hi[0] * a.n_rows].reshape(-1, a.n_rows)
    rows[here[0], here[1]] = np.cumsum(total, axis=2)[:, :, -1]


def totals(a: SimpleNamespace, box: Box, step: int) -> None:
    """Sum of each stretch of `count` values, one after the other, in double precision."""
    if step % a.every:
        return
    first, last = box.lo[0], box.hi[0]
    stretches = line(a.sums, last * a.count).reshape(-1, a.count)[first:]
    start = a.total.offset
    a.total.array[start + first : start + last] = np.cumsum(stretches, axis=1)[:, -1]
