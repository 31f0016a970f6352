"""Solids: which cells lie inside a surface, and which solid owns each cell.

Six rays vote on every cell. Where they agree the cell is decided; where they do not, the surface
has holes or its normals disagree, and the generalised winding number decides: at least one half is
inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend, host_backend
from emtwin.backends.host_threads import in_threads
from emtwin.errors import InputError, Problem
from emtwin.geometry import Surface, oriented
from emtwin.grid import Grid
from emtwin.voxel.bodies import Body
from emtwin.voxel.inside.certainty import UNDECIDED, Certainty
from emtwin.voxel.inside.memory import refuse_if_not_free
from emtwin.voxel.inside.winding_number import Tree, numbers_bytes, winding_number
from emtwin.voxel.inside.winding_votes import ALL_VOTES, votes_bytes, winding_votes

BACKGROUND = -1

Ints = NDArray[np.int64]
Window = tuple[slice, slice, slice]
Centres = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


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
    certainty : dict of int to Certainty
        How the cells of every solid were decided.
    """

    cell_part: NDArray[np.int16]
    volumes: dict[int, float]
    covered_by: dict[int, set[int]]
    certainty: dict[int, Certainty]


@dataclass(frozen=True, eq=False)
class Inside:
    """Cells whose centres lie inside one solid.

    Parameters
    ----------
    window : tuple of slice
        The part of the grid that the solid can reach.
    mask : ndarray of bool
        Cells inside, shape of the window.
    certainty : Certainty
        How they were decided.
    """

    window: Window
    mask: NDArray[np.bool_]
    certainty: Certainty


def inside(body: Body, grid: Grid, backend: Backend | None = None) -> Inside:
    """Cells whose centres lie inside the surface of `body`.

    Parameters
    ----------
    body : Body
        Solid; its normals are made to point outward as far as they can.
    grid : Grid
        Grid.
    backend : Backend, optional
        Where to count; by default the native library, else NumPy.

    Returns
    -------
    Inside
        The cells, and how sure they are.
    """
    backend = backend or host_backend()
    window, centres = _window(body, grid)
    n_x, n_y, n_z = (c.size for c in centres)
    if not (n_x and n_y and n_z):
        return Inside(window, np.zeros((n_x, n_y, n_z), dtype=bool), Certainty(0))
    surface, balanced = outward(body.surface)
    refuse_if_not_free(body.name, "its cells", votes_bytes(surface, (n_x, n_y, n_z)), backend)
    mask, open_ = np.empty((n_x, n_y, n_z), dtype=bool), [np.zeros(0, np.int64)]
    for planes, votes in winding_votes(surface, centres, backend):
        np.greater(votes, ALL_VOTES // 2, out=mask[planes])
        if not balanced:
            differ = np.flatnonzero((votes > 0) & (votes < ALL_VOTES))
            open_.append(differ + planes.start * n_y * n_z)
    certainty, doubtful = Certainty(mask.size), np.concatenate(open_)
    if doubtful.size:
        needed = numbers_bytes(surface, doubtful.size)
        refuse_if_not_free(body.name, "its winding numbers", needed, backend)
        certainty = _decide(surface, mask, doubtful, centres, grid, window, backend)
    return Inside(window, mask, certainty)


def is_balanced(surface: Surface) -> bool:
    """Whether each edge is run through as often in one direction as in the other.

    The winding number of such a surface is a whole number everywhere beside it.

    Parameters
    ----------
    surface : Surface
        Surface with shared points.
    """
    a, b, c = np.ascontiguousarray(surface.triangles.T)
    edges, count = ((a, b), (b, c), (c, a)), len(surface.points)

    def rising(ends: Sequence[tuple[Ints, Ints]]) -> Ints:
        """Edges that run towards the larger point number, one number for each, in order."""
        found = np.concatenate([(start * count + end)[start < end] for start, end in ends])
        found.sort()
        return found

    forth, back = in_threads(rising, (edges, [edge[::-1] for edge in edges]))
    return np.array_equal(forth, back)


def outward(surface: Surface) -> tuple[Surface, bool]:
    """Surface with normals that point outward as far as they can, and whether it is balanced.

    Parameters
    ----------
    surface : Surface
        As it was read.
    """
    if is_balanced(surface) and surface.signed_volume >= 0.0:
        return surface, True
    turned = oriented(surface)
    return turned, is_balanced(turned)


def _decide(
    surface: Surface,
    mask: NDArray[np.bool_],
    cells: NDArray[np.int64],
    centres: Centres,
    grid: Grid,
    window: Window,
    backend: Backend,
) -> Certainty:
    """Let the winding number decide about some cells of `mask`, in place."""
    index = np.unravel_index(cells, mask.shape)
    points = np.stack([c[i] for c, i in zip(centres, index, strict=True)], axis=1)
    winding = winding_number(Tree.of(surface), points, backend)
    mask.reshape(-1)[cells] = winding >= 0.5
    from_half = np.abs(winding - 0.5)
    unsure = from_half < UNDECIDED
    sides = [d[s][i] for d, s, i in zip(grid.spacings, window, index, strict=True)]
    return Certainty(
        by_votes=mask.size - cells.size,
        by_winding_number=cells.size,
        nearest_half=float(from_half.min()),
        undecided_cells=int(unsure.sum()),
        undecided_volume=float(np.prod(sides, axis=0)[unsure].sum()),
    )


def fill(bodies: Sequence[Body], grid: Grid, backend: Backend | None = None) -> Filled:
    """Give every cell to the solid of highest priority that holds its centre.

    Parameters
    ----------
    bodies : sequence of Body
        All bodies; sheets are passed over.
    grid : Grid
        Grid.
    backend : Backend, optional
        Where to count; by default the native library, else NumPy.

    Returns
    -------
    Filled
        Owners and volumes, and how sure they are.

    Raises
    ------
    InputError
        If solids of different materials and equal priority overlap; every pair is named.
    """
    filled = Filled(np.full(grid.shape, BACKGROUND, dtype=np.int16), {}, {}, {})
    problems: list[Problem] = []
    solids = [index for index, body in enumerate(bodies) if body.kind == "solid"]
    for index in sorted(solids, key=lambda i: bodies[i].priority):
        found = inside(bodies[index], grid, backend)
        window, mask = found.window, found.mask
        filled.volumes[index] = _volume(grid, window, mask)
        filled.certainty[index] = found.certainty
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


def _window(body: Body, grid: Grid) -> tuple[Window, Centres]:
    slices = []
    for centres, lo, hi in zip(grid.centres, body.surface.lo, body.surface.hi, strict=True):
        first, last = np.searchsorted(centres, lo), np.searchsorted(centres, hi)
        slices.append(slice(int(first), int(last)))
    x, y, z = (c[s] for c, s in zip(grid.centres, slices, strict=True))
    return (slices[0], slices[1], slices[2]), (x, y, z)


def _volume(grid: Grid, window: Window, mask: NDArray[np.bool_]) -> float:
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
