"""Volumes of cells inside a surface: the prisms below its triangles."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.backends.base import At, Box
from emtwin.backends.oracle.views import line

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_PAIRS = 1 << 16  # of a column and a triangle, looked at together
_SLOTS = 8  # corners that an outline may have


def prism_volumes(a: SimpleNamespace, box: Box, _step: int) -> None:
    """Add to each cell sum area (mean above its lower line - mean above its upper line).

    The sum is over the triangles cut to the column; means are of what rises above a line.
    """
    first = line(a.first, a.first.array.size - a.first.offset)
    columns = np.arange(box.lo[0], box.hi[0])
    tile = columns // a.n_y // a.tile * a.tiles_q + columns % a.n_y // a.tile
    counts = first[tile + 1] - first[tile]
    part = np.cumsum(counts) // _PAIRS
    below = np.zeros(columns.size)
    for number in range(int(part[-1]) + 1 if part.size else 0):
        here = np.flatnonzero(part == number)
        below[here] = _add_prisms(a, columns[here], first[tile[here]], counts[here])
    volume, area = (_columns(pointer, a.n_z, columns) for pointer in (a.volume, a.area))
    lines = line(a.lines_z, a.n_z + 1)
    for k in range(a.n_z - 1, -1, -1):
        volume[:, k] += below * (lines[k + 1] - lines[k])
        below += area[:, k]
        area[:, k] = 0.0


def _columns(pointer: At, n_z: int, columns: Ints) -> Any:
    start = pointer.offset + int(columns[0]) * n_z if columns.size else 0
    return pointer.array[start : start + columns.size * n_z].reshape(-1, n_z)


def _add_prisms(a: SimpleNamespace, columns: Ints, first: Ints, counts: Ints) -> Floats:
    """Add the cells that triangles pass through; returns the area above each whole column."""
    which = np.repeat(np.arange(columns.size), counts)
    place = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts - first, counts)
    triangle = line(a.listed, a.listed.array.size - a.listed.offset)[place]
    outline = np.zeros((which.size, _SLOTS, 3))
    numbers = a.triangles.array[a.triangles.offset :].reshape(-1, 3)[triangle]
    outline[:, :3] = a.points.array[a.points.offset :].reshape(-1, 3)[numbers]
    corners = np.full(which.size, 3)
    at = columns[which]
    for axis, pointer, n in ((0, a.lines_x, at // a.n_y), (1, a.lines_y, at % a.n_y)):
        lines = line(pointer, pointer.array.size - pointer.offset)
        outline, corners = _cut(outline, corners, axis, lines[n], 1.0)
        outline, corners = _cut(outline, corners, axis, lines[n + 1], -1.0)
    # Triangles of the outlines, those of one outline one after another.
    fan = np.arange(1, _SLOTS - 1)
    row, number = np.nonzero(fan < corners[:, None] - 1)
    o, p, q = outline[row, 0], outline[row, number + 1], outline[row, number + 2]
    size = (
        (p[:, 0] - o[:, 0]) * (q[:, 1] - o[:, 1]) - (p[:, 1] - o[:, 1]) * (q[:, 0] - o[:, 0])
    ) / 2
    heights = np.sort(np.stack([o[:, 2], p[:, 2], q[:, 2]]), axis=0)
    return _stack(a, columns, which[row], size, heights)


def _cut(
    outline: Floats, corners: Ints, axis: int, limit: Floats, sign: float
) -> tuple[Floats, Ints]:
    """What of the outlines has sign (coordinate - limit) >= 0."""
    result, count = np.zeros_like(outline), np.zeros_like(corners)
    for i in range(int(corners.max(initial=0))):
        p = outline[:, i]
        q = outline[np.arange(len(outline)), np.where(i + 1 < corners, (i + 1) % _SLOTS, 0)]
        at_p, at_q = sign * (p[:, axis] - limit), sign * (q[:, axis] - limit)
        there = i < corners
        kept = np.flatnonzero(there & (at_p >= 0.0))
        result[kept, count[kept]] = p[kept]
        count[kept] += 1
        crossed = there & (((at_p > 0.0) & (at_q < 0.0)) | ((at_p < 0.0) & (at_q > 0.0)))
        new = np.flatnonzero(crossed)
        share = at_p[new] / (at_p[new] - at_q[new])
        between = p[new] + share[:, None] * (q[new] - p[new])
        between[:, axis] = limit[new]
        result[new, count[new]] = between
        count[new] += 1
    return result, count


def _mean_above(a: Floats, b: Floats, c: Floats) -> Floats:
    """Mean over triangles of what rises above zero, for heights a >= b >= c at the corners."""
    with np.errstate(divide="ignore", invalid="ignore"):
        one = a * (a / (a - b)) * (a / (a - c)) / 3
        two = (a + b + c) / 3 - c * (c / (a - c)) * (c / (b - c)) / 3
    result: Floats = np.select([c >= 0.0, a <= 0.0, b <= 0.0], [(a + b + c) / 3, 0.0, one], two)
    return result


def _stack(a: SimpleNamespace, columns: Ints, which: Ints, size: Floats, heights: Floats) -> Floats:
    """Add prisms of areas `size` with sorted heights, shape (3, n), to their columns."""
    c, b, top = heights
    lines = line(a.lines_z, a.n_z + 1)
    over = c >= lines[-1]
    whole = np.zeros(columns.size)
    np.add.at(whole, which[over], size[over])
    which, size, top, b, c = (v[~over] for v in (which, size, top, b, c))
    start = np.clip(np.searchsorted(lines, c, "right") - 1, 0, a.n_z - 1)
    first_cell = columns[which] * a.n_z + start
    np.add.at(a.area.array, a.area.offset + first_cell, size)
    above = _mean_above(top - lines[start], b - lines[start], c - lines[start])
    rows, cells, values = [], [], []
    for k in range(a.n_z):
        open_ = np.flatnonzero((start + k < a.n_z) & (above > 0.0))
        if not open_.size:
            break
        level = lines[start[open_] + k + 1]
        rest = _mean_above(top[open_] - level, b[open_] - level, c[open_] - level)
        rows.append(open_)
        cells.append(first_cell[open_] + k)
        values.append(size[open_] * (above[open_] - rest))
        above[open_] = rest
    if rows:
        # In the order of the prisms, as a thread adds them.
        order = np.argsort(np.concatenate(rows), kind="stable")
        cell = a.volume.offset + np.concatenate(cells)[order]
        np.add.at(a.volume.array, cell, np.concatenate(values)[order])
    return whole
