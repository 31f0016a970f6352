"""Polarisation of dispersive edges, by poles, with the trapezoidal rule."""

from __future__ import annotations

from types import SimpleNamespace

from emtwin.backends.base import Box
from emtwin.backends.oracle.views import items, line


def disperse(a: SimpleNamespace, box: Box, _step: int) -> None:
    """e += sum share q; then q = keep q + gain (e + e before) for real poles and pairs."""
    width = 3 * a.n_single + 6 * a.n_pairs
    values = a.table.array[a.table.offset :]
    rows = values[: values.size // width * width].reshape(-1, width)[items(a.material, box)].T
    states = line(a.state, (a.n_single + 2 * a.n_pairs) * a.count).reshape(-1, a.count)
    states = states[:, box.lo[0] : box.hi[0]]
    single, pair = rows[: 3 * a.n_single], rows[3 * a.n_single :]
    u = states[a.n_single :]
    where = a.field.offset + items(a.offset, box)
    e, before = a.field.array[where], items(a.before, box)
    for p in range(a.n_single):
        e = e + single[3 * p + 2] * states[p]
    for p in range(a.n_pairs):
        e = e + (pair[6 * p + 4] * u[2 * p] + pair[6 * p + 5] * u[2 * p + 1])
    drive = e + before
    for p in range(a.n_single):
        states[p] = single[3 * p] * states[p] + single[3 * p + 1] * drive
    for p in range(a.n_pairs):
        c, x, y = pair[6 * p : 6 * p + 6], u[2 * p].copy(), u[2 * p + 1].copy()
        u[2 * p] = c[0] * x - c[1] * y + c[2] * drive
        u[2 * p + 1] = c[1] * x + c[0] * y + c[3] * drive
    before[...] = e
    a.field.array[where] = e
