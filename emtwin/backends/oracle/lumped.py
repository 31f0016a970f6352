"""Lumped one-ports along rows of edges."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from emtwin.backends.base import Box


def _row_voltage(a: SimpleNamespace, first: int, last: int) -> float:
    total = 0.0
    for q in range(first, last):
        e = a.field.array[a.field.offset + a.edge.array[a.edge.offset + q]]
        total += float(a.reach.array[a.reach.offset + q]) * float(e)
    return total


def _bounds(pointer: Any, n: int) -> tuple[int, int]:
    at = pointer.offset + n
    return int(pointer.array[at]), int(pointer.array[at + 1])


def edge_voltage(a: SimpleNamespace, box: Box, _step: int) -> None:
    """before = sum of reach e, at n."""
    for n in range(box.lo[0], box.hi[0]):
        a.before.array[a.before.offset + n] = _row_voltage(a, *_bounds(a.first_edge, n))


def one_port(a: SimpleNamespace, box: Box, step: int) -> None:
    """i = k_new v_swept + k_old v_n + output x + drive; e += push i; x = P x + Q u."""
    for n in range(box.lo[0], box.hi[0]):
        _one(a, n, step)


def _one(a: SimpleNamespace, n: int, step: int) -> None:
    (first, last), (low, high) = _bounds(a.first_edge, n), _bounds(a.first_state, n)
    state, order = a.state.array[a.state.offset :], high - low
    value = {k: float(getattr(a, k).array[getattr(a, k).offset + n]) for k in ("k_new", "k_old")}
    before = float(a.before.array[a.before.offset + n])
    i = value["k_new"] * _row_voltage(a, first, last)
    i += value["k_old"] * before
    for s in range(low, high):
        i += float(a.output.array[a.output.offset + s]) * float(state[s])
    i += _sample(a, a.drive, n, step)
    for q in range(first, last):
        at = a.field.offset + a.edge.array[a.edge.offset + q]
        push = float(a.push.array[a.push.offset + q])
        a.field.array[at] = float(a.field.array[at]) + push * i
    v = _row_voltage(a, first, last)
    u = 0.5 * (before + v) - _sample(a, a.emf, n, step)
    entry = a.transition.offset + int(a.first_entry.array[a.first_entry.offset + n])
    following = a.following.array[a.following.offset :]
    for s in range(low, high):
        total = float(a.input.array[a.input.offset + s]) * u
        for t in range(low, high):
            p = float(a.transition.array[entry + (s - low) * order + (t - low)])
            total += p * float(state[t])
        following[s] = total
    state[low:high] = following[low:high]
    a.reading.array[a.reading.offset + 2 * n] = v
    a.reading.array[a.reading.offset + 2 * n + 1] = i


def _sample(a: SimpleNamespace, table: Any, n: int, step: int) -> float:
    return float(table.array[table.offset + n * a.length + step]) if step < a.length else 0.0


def junction(a: SimpleNamespace, box: Box, _step: int) -> None:
    """i = pieces(mean + R G w) + G (u - w); e += push i; w = 2 u - w."""
    for n in range(box.lo[0], box.hi[0]):
        _junction(a, n)


def _junction(a: SimpleNamespace, n: int) -> None:
    first, last = _bounds(a.first_edge, n)
    r, g, w = (_value(pointer, n) for pointer in (a.load, a.memory, a.charged))
    t = 0.5 * (_value(a.before, n) + _row_voltage(a, first, last)) + r * g * w
    k = _piece_at(a.begin, *_bounds(a.first_piece, n), t)
    s = t - _value(a.begin, k)
    value, slope, bend, twist = (_value(p, k) for p in (a.value, a.slope, a.bend, a.twist))
    i = value + s * (slope + s * (bend + s * twist))
    u = (t - r * i) / (1.0 + r * g)
    i += g * (u - w)
    for q in range(first, last):
        at = a.field.offset + a.edge.array[a.edge.offset + q]
        a.field.array[at] = float(a.field.array[at]) + _value(a.push, q) * i
    a.charged.array[a.charged.offset + n] = 2.0 * u - w
    a.reading.array[a.reading.offset + 2 * n] = _row_voltage(a, first, last)
    a.reading.array[a.reading.offset + 2 * n + 1] = i


def _piece_at(begin: Any, first: int, last: int, t: float) -> int:
    while last - first > 1:
        middle = first + (last - first) // 2
        first, last = (middle, last) if _value(begin, middle) <= t else (first, middle)
    return first


def _value(pointer: Any, n: int) -> float:
    return float(pointer.array[pointer.offset + n])
