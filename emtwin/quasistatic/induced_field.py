"""Induced electric field on the grid, and what exposure limits ask of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError, Notice
from emtwin.grid import Grid

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]
Numbers = NDArray[Any]


@dataclass(frozen=True, eq=False)
class InducedField:
    """What a source induces in the conducting cells; zero in all others.

    Parameters
    ----------
    grid : Grid
        The grid.
    admittivity : ndarray
        Conductivity plus j w permittivity of the cells in S/m, shape (3 axes, nx, ny, nz).
    frequency : float
        Frequency in Hz.
    edge_field : ndarray
        E along the edges in V/m, shape (3, nx+1, ny+1, nz+1); rms where the source's current is.
    power : float
        Power absorbed in W, for rms fields.
    residual : float
        Current that is left over at the nodes, as a share of what the source drives.
    reaction : float
        Field of the induced currents as a share of the source's; see `validity.reaction`.
    notices : tuple of Notice
        What makes the result doubtful.
    """

    grid: Grid
    admittivity: Numbers
    frequency: float
    edge_field: Complex
    power: float
    residual: float
    reaction: float
    notices: tuple[Notice, ...]

    @cached_property
    def conducting(self) -> NDArray[np.bool_]:
        """Cells that conduct, shape (nx, ny, nz)."""
        return np.asarray(np.any(self.admittivity != 0, axis=0))

    @cached_property
    def cell_field(self) -> Complex:
        """E in the middle of the cells in V/m, shape (nx, ny, nz, 3): the mean of four edges.

        In cubes of 2 mm it is the vector average over 2 mm x 2 mm x 2 mm of ICNIRP 2010.
        """
        parts = []
        for axis in range(3):
            e = self.edge_field[axis]
            for across in range(3):
                low, high = ends(across)
                e = e[low] if across == axis else (e[low] + e[high]) / 2.0
            parts.append(np.where(self.conducting, e, 0.0))
        return np.stack(parts, axis=-1)

    @property
    def current_density(self) -> Complex:
        """J in A/m^2 in the middle of the cells, shape (nx, ny, nz, 3)."""
        return np.asarray(np.moveaxis(self.admittivity, 0, -1) * self.cell_field)

    @property
    def magnitude(self) -> Real:
        """|E| in the middle of the cells in V/m, shape (nx, ny, nz)."""
        return np.asarray(np.linalg.norm(self.cell_field, axis=-1))

    def percentile(self, share: float = 99.0, cells: NDArray[np.bool_] | None = None) -> float:
        """|E| in V/m that `share` per cent of the volume stay below.

        Parameters
        ----------
        share : float
            Per cent; 99 is what ICNIRP 2010 takes for the largest, because single cells of a
            staircase are too high, and 100 is the maximum.
        cells : ndarray of bool, optional
            Which cells count, for example one tissue, shape (nx, ny, nz).

        Returns
        -------
        float
            V/m.

        Raises
        ------
        InputError
            If none of the cells conducts.
        """
        chosen = self.conducting if cells is None else self.conducting & cells
        if not chosen.any():
            raise InputError.single("none of the chosen cells conducts", field="cells")
        values = self.magnitude[chosen]
        volume = np.einsum("i,j,k->ijk", *self.grid.spacings)[chosen]
        order = np.argsort(values)
        below = np.cumsum(volume[order])
        rank = int(np.searchsorted(below, share / 100.0 * below[-1] * (1.0 - 1e-12)))
        return float(values[order][min(rank, len(values) - 1)])

    def peak(self, cells: NDArray[np.bool_] | None = None) -> float:
        """Largest |E| of all cells, or of `cells`, in V/m; at a staircase it does not converge."""
        return self.percentile(100.0, cells)


def ends(axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """All but the last, and all but the first, along an axis."""
    low, high = slice(None, -1), slice(1, None)
    every = [slice(None)] * 3
    return (*every[:axis], low, *every[axis + 1 :]), (*every[:axis], high, *every[axis + 1 :])
