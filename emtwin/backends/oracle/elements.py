"""Elements on single edges: impressed fields, ports and loads, thin wires."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from emtwin.backends.base import At, Box
from emtwin.backends.oracle.views import Values, items


def impress(a: SimpleNamespace, box: Box, step: int) -> None:
    """field += weight * waveform(step - delay), linear between the samples of a row."""
    position = (float(step) - items(a.delay, box)) * float(a.oversampling)
    at = position.astype(np.int64)
    live = (position >= 0) & (at + 1 < a.length)
    at, position = at[live], position[live]
    row = items(a.row, box)[live] * a.length
    table = a.waveform.array[a.waveform.offset :]
    fraction = (position - at).astype(table.dtype)
    value = table[row + at] + fraction * (table[row + at + 1] - table[row + at])
    where = a.field.offset + items(a.offset, box)[live]
    np.add.at(a.field.array, where, items(a.weight, box)[live] * value)


def held_edge(a: SimpleNamespace, box: Box, step: int) -> None:
    """e = ca e + cb curl h - cs i_s on the listed edges."""
    base, field = a.field.offset, a.field.array
    h_1, h_2 = base + items(a.offset_1, box), base + items(a.offset_2, box)
    curl = (field[h_1] - field[h_1 - items(a.step_1, box)]) * items(a.inv_d1, box) - (
        field[h_2] - field[h_2 - items(a.step_2, box)]
    ) * items(a.inv_d2, box)
    where = base + items(a.offset, box)
    source = items(a.cs, box) * _sample(a, step)
    field[where] = items(a.ca, box) * field[where] + items(a.cb, box) * curl - source


def _sample(a: SimpleNamespace, step: int) -> Any:
    table = a.waveform.array
    return table[a.waveform.offset + step] if step < a.length else table.dtype.type(0)


def _gathered(a: SimpleNamespace, box: Box, weight: At, source: At, place: At) -> Values:
    """Sum of weight * source[place] over each item's list, in its order."""
    first = a.first.array[a.first.offset + box.lo[0] : a.first.offset + box.hi[0] + 1]
    total = np.zeros(first.size - 1, source.array.dtype)
    values = source.array[source.offset :]
    for n in range(total.size):
        for q in range(first[n], first[n + 1]):
            total[n] += weight.array[weight.offset + q] * values[place.array[place.offset + q]]
    return total


def wire_current(a: SimpleNamespace, box: Box, step: int) -> None:
    """i = alpha i + beta (u[from] - u[to] + sum of reach e + drive v_s - stored).

    stored += uptake (i + i before).
    """
    potential = a.potential.array[a.potential.offset :]
    drop = potential[items(a.from_node, box)] - potential[items(a.to_node, box)]
    along = _gathered(a, box, a.reach, a.field, a.edge)
    current, stored = items(a.current, box), items(a.stored, box)
    driven = items(a.drive, box) * _sample(a, step)
    emf = drop + along + driven - stored
    after = items(a.alpha, box) * current + items(a.beta, box) * emf
    stored += items(a.uptake, box) * (after + current)
    current[...] = after


def wire_charge(a: SimpleNamespace, box: Box, _step: int) -> None:
    """u = gamma u + delta (sum of the currents that flow in)."""
    potential = items(a.potential, box)
    inflow = _gathered(a, box, a.sign, a.current, a.segment)
    potential[...] = items(a.gamma, box) * potential + items(a.delta, box) * inflow


def wire_deposit(a: SimpleNamespace, box: Box, _step: int) -> None:
    """e -= sum of share i over the segments along the edge."""
    a.field.array[a.field.offset + items(a.edge, box)] -= _gathered(
        a, box, a.share, a.current, a.segment
    )
