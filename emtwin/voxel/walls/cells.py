"""Cells whose centre happens to lie in a thin wall that leaks.

Such a cell is not metal: the wall is a sheet through its middle surface, so the cell lies on one
side of it. It is shut off by its six faces, and then opened to its neighbour on that side. That
joins no two places that were apart, and neither does opening those of its faces that
a short way leads round; what stays shut is the wall. Only where a wall holds two centres along
every axis does it keep its cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.grid import Grid
from emtwin.voxel.bodies import Body
from emtwin.voxel.inside.spans import middle_above, spans_of
from emtwin.voxel.walls.thin import bypassed

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_ROUNDS = 20
"""Most rounds of opening; each opens a ring of faces."""


@dataclass(frozen=True, eq=False)
class ThinCells:
    """Cells of one body that lie in a wall thinner than they are.

    Parameters
    ----------
    cell : ndarray of int64
        Places, shape (n, 3).
    axis : ndarray of int64
        Axis that the wall faces most there, shape (n,).
    step : ndarray of int64
        -1 where the cell goes to its lower neighbour along it, 1 to the upper one, shape (n,).
    normal : ndarray of float64
        Unit normal of the wall, shape (n, 3).
    """

    cell: Ints
    axis: Ints
    step: Ints
    normal: Floats

    @property
    def neighbour(self) -> Ints:
        """Places of the cells that they go to, shape (n, 3)."""
        beside = self.cell.copy()
        beside[np.arange(len(beside)), self.axis] += self.step
        return beside


def thin_cells(body: Body, index: int, grid: Grid, cell_part: NDArray[np.int16]) -> ThinCells:
    """Cells of a body that its ray along some axis passes alone.

    Parameters
    ----------
    body : Body
        Solid.
    index : int
        Its number.
    grid : Grid
        Grid.
    cell_part : ndarray of int16
        Owner of each cell.

    Returns
    -------
    ThinCells
        Each cell once, by the axis that its wall faces most.
    """
    found = [_along(body, axis, grid) for axis in range(3)]
    cell, axis, step, normal = (np.concatenate(part) for part in zip(*found, strict=True))
    beside = cell.copy()
    beside[np.arange(len(cell)), axis] += step
    inside = ((beside >= 0) & (beside < grid.shape)).all(axis=1)
    mine = inside & (cell_part[tuple(cell.T)] == index)
    cell, axis, step, normal = cell[mine], axis[mine], step[mine], normal[mine]
    facing = np.abs(normal[np.arange(len(cell)), axis])
    order = np.argsort(-facing, kind="stable")
    flat = np.ravel_multi_index(tuple(cell[order].T), grid.shape)
    first = order[np.unique(flat, return_index=True)[1]]
    return ThinCells(cell[first], axis[first], step[first], normal[first])


def _along(body: Body, axis: int, grid: Grid) -> tuple[Ints, Ints, Ints, Floats]:
    centres = grid.centres[axis]
    spans = spans_of(body.surface, axis, grid.centres)
    first, last = (np.searchsorted(centres, end) for end in (spans.low, spans.high))
    spans, w = spans[last - first == 1], first[last - first == 1]
    u, v = np.divmod(spans.ray, grid.shape[(axis + 2) % 3])
    cell = np.zeros((w.size, 3), np.int64)
    cell[:, axis], cell[:, (axis + 1) % 3], cell[:, (axis + 2) % 3] = w, u, v
    normal = spans.high_normal - spans.low_normal
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-300)
    above = middle_above(spans, centres[w], float(grid.spacings[axis].min()))
    return cell, np.full(w.size, axis), np.where(above, -1, 1), normal


def without(cell_part: NDArray[np.int16], thin: Mapping[int, ThinCells]) -> NDArray[np.int16]:
    """Owners of the cells, where thin ones go to what lies beside them, or to the background."""
    if not thin:
        return cell_part
    result = cell_part.copy()
    for index, cells in thin.items():
        taken = cell_part[tuple(cells.neighbour.T)]
        result[tuple(cells.cell.T)] = np.where(taken == index, np.int16(-1), taken)
    return result


def shut_faces(
    thin: Mapping[int, ThinCells], closed: Sequence[Bools], metal: Bools, grid: Grid
) -> dict[int, list[tuple[Ints, Floats]]]:
    """Faces of thin cells that stand for the wall.

    Parameters
    ----------
    thin : mapping of int to ThinCells
        Thin cells by number of the body.
    closed : sequence of ndarray of bool
        Metal faces normal to x, y, z, each of shape `grid.nodes`; overwritten.
    metal : ndarray of bool
        Metal cells, thin ones not among them.
    grid : Grid
        Grid.

    Returns
    -------
    dict of int to list of (ndarray of int64, ndarray of float64)
        By body: faces normal to x, y, z as flat indices into `grid.nodes`, and the wall's normal
        at each, shape (n, 3).
    """
    around = {
        n: [_beside(cells, axis, metal, grid) for axis in range(3)] for n, cells in thin.items()
    }
    for axes in around.values():
        for shut, (flat, _) in zip(closed, axes, strict=True):
            shut.reshape(-1)[flat] = True
    for cells in thin.values():
        upper = np.maximum(cells.cell, cells.neighbour)
        for axis, shut in enumerate(closed):
            shut[tuple(upper[cells.axis == axis].T)] = False
    for _ in range(_ROUNDS):
        opened = False
        for axis, shut in enumerate(closed):
            every = np.unique(np.concatenate([axes[axis][0] for axes in around.values()]))
            every = every[shut.reshape(-1)[every]]
            free = every[bypassed(every, axis, closed, metal)]
            shut.reshape(-1)[free] = False
            opened |= bool(free.size)
        if not opened:
            break
    return {
        n: [
            (flat[kept], normal[kept])
            for (flat, normal), shut in zip(axes, closed, strict=True)
            for kept in [shut.reshape(-1)[flat]]
        ]
        for n, axes in around.items()
    }


def _beside(cells: ThinCells, axis: int, metal: Bools, grid: Grid) -> tuple[Ints, Floats]:
    """Faces of cells normal to an axis, but those to a metal cell, and the wall's normal there."""
    flats, normals = [], []
    for shift in (0, 1):
        other, face = cells.cell.copy(), cells.cell.copy()
        other[:, axis] += 2 * shift - 1
        face[:, axis] += shift
        inner = (other[:, axis] >= 0) & (other[:, axis] < grid.shape[axis])
        inner[inner] = ~metal[tuple(other[inner].T)]
        flats.append(np.ravel_multi_index(tuple(face[inner].T), grid.nodes))
        normals.append(cells.normal[inner])
    return np.concatenate(flats).astype(np.int64), np.concatenate(normals)
