"""Winding number of a surface around points, by a tree of dipoles."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.backends.base import At, Box
from emtwin.backends.oracle.views import items, line

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def winding_number(a: SimpleNamespace, box: Box, _step: int) -> None:
    """Parts of the sum of solid angles: far = sum N . r / r^3.

    N is the dipole of a node, r the way to it. Near triangles turn the number (re, im) by half
    their solid angle; `turned` counts how often its angle passed pi.
    """
    points = _rows(a.points, 3)[box.lo[0] : box.hi[0]]
    nodes, at = _Nodes.of(a), np.zeros(len(points), np.int64)
    far, angle = np.zeros(len(points)), np.zeros((3, len(points)))
    angle[0] = 1.0
    while (active := np.flatnonzero(at < a.nodes)).size:
        k = at[active]
        r = nodes.centre[k] - points[active]
        squared = _dot(r, r)
        whole = squared > nodes.far_squared[k]
        leaf = ~whole & (nodes.skip[k] == k + 1)
        along = _dot(r[whole], nodes.dipole[k[whole]])
        far[active[whole]] += along / (squared[whole] * np.sqrt(squared[whole]))
        for place in range(int((nodes.end - nodes.begin)[k[leaf]].max(initial=0))):
            there = leaf & (nodes.begin[k] + place < nodes.end[k])
            who = active[there]
            corners = nodes.corners[nodes.begin[k[there]] + place]
            angle[:, who] = _with_triangle(angle[:, who], corners - points[who, None])
        at[active] = np.where(whole | leaf, nodes.skip[k], k + 1)
    items(a.far, box)[:] = far
    for pointer, values in zip((a.re, a.im, a.turned), angle, strict=True):
        items(pointer, box)[:] = values


class _Nodes(SimpleNamespace):
    """The tree as arrays."""

    @classmethod
    def of(cls, a: SimpleNamespace) -> _Nodes:
        """Views of the kernel's arguments."""
        return cls(
            centre=_rows(a.centre, 3),
            dipole=_rows(a.dipole, 3),
            corners=_rows(a.corners, 9).reshape(-1, 3, 3),
            far_squared=line(a.far_squared, a.nodes),
            **{name: line(getattr(a, name), a.nodes) for name in ("skip", "begin", "end")},
        )


def _rows(pointer: At, width: int) -> Any:
    return pointer.array[pointer.offset :].reshape(-1, width)


def _dot(a: Floats, b: Floats) -> Floats:
    result: Floats = a[:, 0] * b[:, 0] + a[:, 1] * b[:, 1] + a[:, 2] * b[:, 2]
    return result


def _with_triangle(angle: Floats, corners: Floats) -> Floats:
    """The numbers turned by half the solid angle of one triangle each, seen from the origin."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    normal = [b[:, i] * c[:, j] - b[:, j] * c[:, i] for i, j in ((1, 2), (2, 0), (0, 1))]
    across = a[:, 0] * normal[0] + a[:, 1] * normal[1] + a[:, 2] * normal[2]
    la, lb, lc = (np.sqrt(_dot(v, v)) for v in (a, b, c))
    along = la * lb * lc + _dot(a, b) * lc + _dot(b, c) * la + _dot(c, a) * lb
    old_re, old_im, turned = angle
    re, im = old_re * along - old_im * across, old_re * across + old_im * along
    seen = across != 0.0
    size = np.where(seen, np.abs(re) + np.abs(im), 1.0)
    up = (across > 0.0) & (old_im >= 0.0) & (im < 0.0)
    down = (across < 0.0) & (old_im < 0.0) & (im >= 0.0)
    return np.where(seen, np.stack([re / size, im / size, turned + up - down]), angle)
