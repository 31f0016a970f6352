"""The largest stable time step where a material is faster than vacuum on some edges or faces.

The energy of the grid is the sum of the energies of its cells, an edge giving each of its four
cells a quarter and a face each of its two a half. Hence no natural frequency of the grid lies above
the highest of a single cell, whatever its edges and faces are made of; a cell of vacuum has the
Courant limit. Only cells that touch a row of less than the permittivity or permeability of vacuum
have to be looked at: sub-cell models make such rows.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import EPS0, MU0
from emtwin.grid import Grid
from emtwin.grid.medium import PEC_ROW, Medium

Cells = NDArray[np.int64]
Real = NDArray[np.float64]
_ROUNDING = 1e-9


def medium_step(grid: Grid, medium: Medium) -> float:
    """Largest stable time step in seconds as far as the medium goes.

    Parameters
    ----------
    grid : Grid
        The grid.
    medium : Medium
        Its materials.

    Returns
    -------
    float
        Infinity where nothing is faster than vacuum.
    """
    cells = _fast_cells(grid, medium)
    if not len(cells):
        return math.inf
    highest = np.linalg.norm(_couplings(grid, medium, cells), ord=2, axis=(1, 2)).max()
    return float(2.0 / highest) if highest > 0.0 else math.inf


def _fast_cells(grid: Grid, medium: Medium) -> Cells:
    """Cells with an edge or face faster than vacuum."""
    fast = np.zeros(grid.shape, bool)
    tables = [(medium.ids, medium.permittivity, True)]
    if medium.faces is not None:
        tables.append((medium.faces.ids, medium.faces.permeability, False))
    for ids, values, edges in tables:
        quick = values < 1.0 - _ROUNDING
        quick[PEC_ROW] = False
        for axis in range(3) if quick.any() else ():
            where = quick[ids[axis]]
            for shift in np.ndindex(2, 2, 2):
                if not any(shift[a] for a in range(3) if (a == axis) == edges):
                    fast |= where[
                        tuple(slice(s, s + n) for s, n in zip(shift, grid.shape, strict=True))
                    ]
    return np.argwhere(fast)


def _couplings(grid: Grid, medium: Medium, cells: Cells) -> Real:
    """Coupling of the twelve edges with the six faces of each cell, rad/s."""
    size = np.stack([grid.spacings[a][cells[:, a]] for a in range(3)])
    volume, found = size.prod(axis=0), np.zeros((len(cells), 12, 6))
    for axis, corner in np.ndindex(3, 4):
        shift = np.insert(np.array(divmod(corner, 2)), axis, 0)
        edge_row = medium.ids[axis][tuple((cells + shift).T)]
        store = EPS0 * medium.permittivity[edge_row] * volume / 4
        for turn in (1, 2):
            normal = (axis + turn) % 3
            across = 3 - axis - normal
            # The face normal to `normal` that this edge bounds lies where the edge does.
            face = cells.copy()
            face[:, normal] += shift[normal]
            permeability: Real = np.ones(len(cells))
            if medium.faces is not None:
                permeability = medium.faces.permeability[medium.faces.ids[normal][tuple(face.T)]]
            power = size[axis] * size[normal] / 2 * (1.0 if shift[across] else -1.0)
            coupling = power / np.sqrt(store * MU0 * permeability * volume / 2)
            sign = 1.0 if turn == 2 else -1.0
            found[:, 4 * axis + corner, 2 * normal + shift[normal]] = np.where(
                edge_row == PEC_ROW, 0.0, sign * coupling
            )
    return found
