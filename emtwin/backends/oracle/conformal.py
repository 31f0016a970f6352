"""Faces that a conductor cuts."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from emtwin.backends.base import Box
from emtwin.backends.oracle.views import items


def cut_face(a: SimpleNamespace, box: Box, _step: int) -> None:
    """h -= sum of weight e over each face's list of edges, in their order."""
    field, base = a.field.array, a.field.offset
    first = a.first.array[a.first.offset + box.lo[0] : a.first.offset + box.hi[0] + 1]
    edge, weight = a.edge.array[a.edge.offset :], a.weight.array[a.weight.offset :]
    change = np.zeros(first.size - 1, field.dtype)
    count = np.diff(first)
    for turn in range(int(count.max(initial=0))):
        at = first[:-1][count > turn] + turn
        change[count > turn] += weight[at] * field[base + edge[at]]
    field[base + items(a.face, box)] -= change
