"""Solids: which cells lie inside a closed surface."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError, Problem
from emtwin.grid import Grid
from emtwin.voxel.bodies import Body
from emtwin.voxel.scanline import crossings

BACKGROUND = -1


@dataclass(frozen=True, eq=False)
class Filled:
    """Cells of a grid with the solids that own them.

    Parameters
    ----------
    cell_part : ndarray of int16
        Index of the body of each cell, shape `grid.shape`, -1 for the background.
    volumes : dict of int to float
        Volume in cubic metres of every solid before others took cells from it.
    covered_by : dict of int to set of int
        Bodies that took cells from a solid.
    """

    cell_part: NDArray[np.int16]
    volumes: dict[int, float]
    covered_by: dict[int, set[int]]


def inside(body: Body, grid: Grid) -> tuple[tuple[slice, slice, slice], NDArray[np.bool_]]:
    """Cells whose centres lie inside the surface of `body`.

    Parameters
    ----------
    body : Body
        Solid with a closed surface.
    grid : Grid
        Grid.

    Returns
    -------
    window : tuple of slice
        The part of the grid that `body` can reach.
    mask : ndarray of bool
        Cells inside, shape of the window: an odd number of crossings lies below them.
    """
    window, centres = _window(body, grid)
    shape = tuple(c.size for c in centres)
    mask = np.zeros(shape, dtype=bool)
    if not mask.size:
        return window, mask
    hits = crossings(body.surface, 2, centres)
    below = hits.w < shape[2]
    flat = np.ravel_multi_index((hits.u[below], hits.v[below], hits.w[below]), shape)
    places, counts = np.unique(flat, return_counts=True)
    mask.reshape(-1)[places[counts % 2 == 1]] = True
    np.logical_xor.accumulate(mask, axis=2, out=mask)
    return window, mask


def fill(bodies: Sequence[Body], grid: Grid) -> Filled:
    """Give every cell to the solid of highest priority that holds its centre.

    Parameters
    ----------
    bodies : sequence of Body
        All bodies; sheets are passed over.
    grid : Grid
        Grid.

    Returns
    -------
    Filled
        Owners and volumes.

    Raises
    ------
    InputError
        If solids of different materials and equal priority overlap; every pair is named.
    """
    filled = Filled(np.full(grid.shape, BACKGROUND, dtype=np.int16), {}, {})
    problems: list[Problem] = []
    solids = [index for index, body in enumerate(bodies) if body.kind == "solid"]
    for index in sorted(solids, key=lambda i: bodies[i].priority):
        window, mask = inside(bodies[index], grid)
        filled.volumes[index] = _volume(grid, window, mask)
        view = filled.cell_part[window]
        taken, counts = np.unique(view[mask], return_counts=True)
        for other, count in zip(taken.tolist(), counts.tolist(), strict=True):
            if other != BACKGROUND:
                filled.covered_by.setdefault(other, set()).add(index)
                if _undecided(bodies[other], bodies[index]):
                    problems.append(_overlap(bodies[other], bodies[index], count))
        view[mask] = index
    if problems:
        raise InputError(problems)
    return filled


def _window(
    body: Body, grid: Grid
) -> tuple[tuple[slice, slice, slice], tuple[NDArray[np.float64], ...]]:
    slices = []
    for centres, lo, hi in zip(grid.centres, body.surface.lo, body.surface.hi, strict=True):
        first, last = np.searchsorted(centres, lo), np.searchsorted(centres, hi)
        slices.append(slice(int(first), int(last)))
    x, y, z = slices
    return (x, y, z), tuple(c[s] for c, s in zip(grid.centres, slices, strict=True))


def _volume(grid: Grid, window: tuple[slice, slice, slice], mask: NDArray[np.bool_]) -> float:
    dx, dy, dz = (d[s] for d, s in zip(grid.spacings, window, strict=True))
    return float(dx @ ((mask @ dz) @ dy))


def _undecided(first: Body, second: Body) -> bool:
    return first.priority == second.priority and first.material != second.material


def _overlap(first: Body, second: Body, cells: int) -> Problem:
    return Problem(
        f"parts '{first.name}' ({first.material.name}) and '{second.name}' "
        f"({second.material.name}) overlap in {cells} cells, and both have priority "
        f"{first.priority}",
        field=f"part '{second.name}'",
        remedy="give the part that is to win a higher priority",
    )
