"""Metallic sheets with two sides: h on side 2, h beside it, and both e with the slab between."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from emtwin.backends.base import At, Box
from emtwin.backends.oracle.views import Values


def sheet_face(a: SimpleNamespace, box: Box, _step: int) -> None:
    """h_2 = keep h_2 + sum of weight e_2 around the face."""
    e_2, edge, weight = _flat(a.e_2), _lines(a.edge, 4, a, box), _lines(a.weight, 4, a, box)
    change: Any = 0
    for q in range(4):
        change = change + weight[q] * e_2[edge[q]]
    (h_2,), (keep,) = _lines(a.h_2, 1, a, box), _lines(a.keep, 1, a, box)
    h_2[...] = keep * h_2 + change


def sheet_beside(a: SimpleNamespace, box: Box, _step: int) -> None:
    """h += sum of weight (e_2 - e) over the edges of the sheet that the face touches."""
    field, e_2 = _flat(a.field), _flat(a.e_2)
    place, edge, weight = (_lines(part, 4, a, box) for part in (a.place, a.edge, a.weight))
    change: Any = 0
    for q in range(4):
        change = change + weight[q] * (e_2[edge[q]] - field[place[q]])
    (face,) = _lines(a.face, 1, a, box)
    field[face] += change


def sheet_edge(a: SimpleNamespace, box: Box, _step: int) -> None:
    """Both e of every edge, and the branches between them, by the trapezoidal rule."""
    field, h_2 = _flat(a.field), _flat(a.h_2)
    around_1, around_2 = _circulation(a, box, field, h_2)
    (place,), (e_2,) = _lines(a.place, 1, a, box), _lines(a.e_2, 1, a, box)
    e_1 = field[place]
    total, difference = e_1 + e_2, e_1 - e_2
    current = _lines(a.current, a.n_even + a.n_odd, a, box)
    keep, gain = _flat(a.keep), _flat(a.gain)
    drawn = {True: a.even * total, False: a.odd * difference}
    for k in range(a.n_even + a.n_odd):
        drawn[k < a.n_even] = drawn[k < a.n_even] + (keep.dtype.type(1) + keep[k]) * current[k]
    one = {n: _lines(getattr(a, n), 1, a, box)[0] for n in ("kept_1", "kept_2", "width")}
    r_1 = one["kept_1"] * e_1 + around_1 - one["width"] * (drawn[True] + drawn[False])
    r_2 = one["kept_2"] * e_2 + around_2 - one["width"] * (drawn[True] - drawn[False])
    new_1, new_2 = (
        _lines(getattr(a, f"inverse_{side}1"), 1, a, box)[0] * r_1
        + _lines(getattr(a, f"inverse_{side}2"), 1, a, box)[0] * r_2
        for side in (1, 2)
    )
    drive = {True: total + (new_1 + new_2), False: difference + (new_1 - new_2)}
    for k in range(a.n_even + a.n_odd):
        current[k] = keep[k] * current[k] + gain[k] * drive[k < a.n_even]
    field[place] = new_1
    e_2[...] = new_2


def sheet_step(a: SimpleNamespace, box: Box, _step: int) -> None:
    """e = share_1 e_1 + share_2 e_2 on both edges of each step."""
    field, place, share = _flat(a.field), _lines(a.place, 2, a, box), _lines(a.share, 2, a, box)
    e = share[0] * field[place[0]] + share[1] * field[place[1]]
    field[place[0]] = e
    field[place[1]] = e


def _circulation(a: SimpleNamespace, box: Box, field: Values, h_2: Values) -> tuple[Any, Any]:
    """Weighted sums of h around the part of each edge's dual face on side 1 and on side 2."""
    face, face_2 = (_lines(part, a.around, a, box) for part in (a.face, a.face_2))
    weights = [_lines(getattr(a, f"weight_{n}"), a.around, a, box) for n in (1, 2, 3)]
    around_1: Any = 0
    around_2: Any = 0
    for q in range(a.around):
        h = field[face[q]]
        around_1 = around_1 + weights[0][q] * h
        around_2 = around_2 + (weights[1][q] * h + weights[2][q] * h_2[face_2[q]])
    return around_1, around_2


def _flat(pointer: At) -> Values:
    view: Values = pointer.array[pointer.offset :]
    return view


def _lines(pointer: At, many: int, a: SimpleNamespace, box: Box) -> Values:
    """`many` lines of `count` values each, those of the box's items."""
    lines: Values = _flat(pointer)[: many * a.count].reshape(many, a.count)
    return lines[:, box.lo[0] : box.hi[0]]
