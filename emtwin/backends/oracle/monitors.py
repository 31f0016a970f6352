"""Samples and stored energy."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from emtwin.backends.base import Box
from emtwin.backends.oracle.views import items, line, volume


def record(a: SimpleNamespace, box: Box, step: int) -> None:
    """Every `every` steps, one line of samples into the ring."""
    if step % a.every == 0:
        start = a.ring.offset + step // a.every % a.lines * a.width + box.lo[0]
        values = a.source.array[a.source.offset + items(a.offset, box)]
        a.ring.array[start : start + values.size] = values


def energy(a: SimpleNamespace, box: Box, _step: int) -> None:
    """Twice the stored energy of each row: sum of (eps e^2 + mu h^2) times volume."""
    shape = (box.hi[0], a.n_rows, a.row)
    here = (slice(box.lo[0], box.hi[0]), slice(box.lo[1], box.hi[1]), slice(box.lo[2], box.hi[2]))
    sizes = [line(getattr(a, f"d{axis}"), box.hi[n])[here[n]] for n, axis in enumerate("xyz")]
    duals = [line(getattr(a, f"dual_d{axis}"), box.hi[n])[here[n]] for n, axis in enumerate("xyz")]
    total: Any = 0.0
    for n, axis in enumerate("xyz"):
        e, h = (volume(getattr(a, f"{kind}_{axis}"), shape)[here].astype(float) for kind in "eh")
        eps = a.permittivity.array[volume(getattr(a, f"id_{axis}"), shape)[here]]
        along = [sizes[m] if m == n else duals[m] for m in range(3)]
        across = [duals[m] if m == n else sizes[m] for m in range(3)]
        total = total + np.einsum("ijk,i,j,k->ij", eps * e**2, *along, optimize=True)
        total = total + a.permeability * np.einsum("ijk,i,j,k->ij", h**2, *across, optimize=True)
    rows = a.energy.array[a.energy.offset :].reshape(-1, a.n_rows)
    rows[here[0], here[1]] = total
