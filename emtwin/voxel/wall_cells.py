"""Cells whose centre happens to lie in a thin wall that leaks.

Such a cell is not filled with metal: the wall is a sheet through its middle surface, so the cell
lies on one side of it. It takes after its neighbour on that side; the wall's face is on the
other side. Only where a wall holds two centres along every axis does it keep its cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from emtwin.grid import Grid
from emtwin.voxel.bodies import Body
from emtwin.voxel.spans import middle_above, spans_of

Ints = NDArray[np.int64]


def without_thin_walls(
    cell_part: NDArray[np.int16], bodies: Sequence[Body], models: Mapping[int, object], grid: Grid
) -> NDArray[np.int16]:
    """Owners of the cells, where those of thin walls go to what lies beside them.

    Parameters
    ----------
    cell_part : ndarray of int16
        Owner of each cell; left as it is.
    bodies : sequence of Body
        All bodies.
    models : mapping
        Numbers of the parts whose walls leak, as keys.
    grid : Grid
        Grid.

    Returns
    -------
    ndarray of int16
        Owners, -1 for the background.
    """
    result = cell_part
    for index in models:
        if bodies[index].kind == "solid" and (cell_part == index).any():
            result = result.copy() if result is cell_part else result
            for axis in range(3):
                _take_out(result, cell_part, bodies[index], index, axis, grid)
    return result


def _take_out(
    result: NDArray[np.int16],
    cell_part: NDArray[np.int16],
    body: Body,
    index: int,
    axis: int,
    grid: Grid,
) -> None:
    """Cells of one body whose piece of the ray along `axis` holds no other centre."""
    centres = grid.centres[axis]
    spans = spans_of(body.surface, axis, grid.centres)
    first, last = (np.searchsorted(centres, end) for end in (spans.low, spans.high))
    lone = last - first == 1
    w, ray = first[lone], spans.ray[lone]
    below = middle_above(spans[lone], centres[w], float(grid.spacings[axis].min()))
    u, v = np.divmod(ray, grid.shape[(axis + 2) % 3])
    at = _index(axis, u, v, w)
    mine = cell_part[at] == index
    beside = np.clip(np.where(below, w - 1, w + 1), 0, centres.size - 1)
    taken = cell_part[_index(axis, u, v, beside)]
    result[tuple(n[mine] for n in at)] = np.where(taken == index, np.int16(-1), taken)[mine]


def _index(axis: int, u: Ints, v: Ints, w: Ints) -> tuple[Ints, Ints, Ints]:
    index = [u, u, u]
    index[axis], index[(axis + 2) % 3] = w, v
    return index[0], index[1], index[2]
