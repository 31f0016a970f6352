"""Cells that solids fill in part: their permittivity and conductivity, weighted with volume.

A wall of plastic thinner than a cell keeps its permittivity times thickness, a coat its
conductivity times thickness, for fields along it. Conductors stay whole cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.grid import Grid
from emtwin.materials import Material
from emtwin.voxel.bodies import Body
from emtwin.voxel.inside.fractions import Fractions, fractions

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SAME = 1e-9  # relative difference from a cell's own material that is none


@dataclass(frozen=True, eq=False)
class Mixtures:
    """Cells with a medium of their own.

    Parameters
    ----------
    flat : ndarray of int64
        Their indices into an array of shape `grid.shape`, rising, shape (n,).
    permittivity, conductivity : ndarray of float64
        Relative, and in S/m, shape (n,).
    reached : dict of int to ndarray of int64
        Flat indices of the cells that each dielectric solid fills in part.
    volumes : dict of int to float
        Volume in cubic metres of the shares of each dielectric solid with a closed surface, before
        other solids took theirs.
    """

    flat: Ints
    permittivity: Floats
    conductivity: Floats
    reached: dict[int, Ints]
    volumes: dict[int, float]

    @classmethod
    def none(cls) -> Mixtures:
        """No cell."""
        return cls(np.zeros(0, np.int64), np.zeros(0), np.zeros(0), {}, {})

    def with_walls(self, walls: Sequence[tuple[Ints, Floats]]) -> Mixtures:
        """The same and the cells of resistive walls, each by its cells and conductivity (S/m)."""
        flat = np.concatenate([self.flat, *(cells for cells, _ in walls)])
        order = np.argsort(flat)
        sigma = np.concatenate([self.conductivity, *(sigma for _, sigma in walls)])
        eps = np.concatenate([self.permittivity, np.ones(flat.size - self.flat.size)])
        return replace(self, flat=flat[order], permittivity=eps[order], conductivity=sigma[order])


@dataclass(frozen=True, eq=False)
class _Partly:
    """Cells of one solid: those that it fills in part, and which are full."""

    flat: Ints
    share: Floats
    full: Ints
    volume: float | None

    @classmethod
    def of(cls, found: Fractions, grid: Grid) -> _Partly:
        partly = (found.share > 0.0) & (found.share < 1.0)
        dx, dy, dz = (d[s] for d, s in zip(grid.spacings, found.window, strict=True))
        volume = float(dx @ ((found.share @ dz) @ dy)) if found.exact else None
        full = _flat(found.share == 1.0, found, grid)
        return cls(_flat(partly, found, grid), found.share[partly], full, volume)

    def at(self, cells: Ints) -> Floats:
        """Share of each of some cells, whose numbers rise."""
        result = np.isin(cells, self.full, assume_unique=True).astype(np.float64)
        known = np.isin(cells, self.flat, assume_unique=True)
        result[known] = self.share[np.searchsorted(self.flat, cells[known])]
        return result


def mixtures(
    bodies: Sequence[Body],
    grid: Grid,
    cell_part: NDArray[np.int16],
    background: Material,
    backend: Backend | None = None,
) -> Mixtures:
    """Media of the cells that dielectric solids fill in part.

    The solid of higher priority takes its share first. The share of a conductor in a cell that it
    does not own is left out: the rest of the cell stands for the whole.

    Parameters
    ----------
    bodies : sequence of Body
        All bodies; sheets are passed over.
    grid : Grid
        Grid.
    cell_part : ndarray of int16
        Owner of each cell.
    background : Material
        What fills the rest.
    backend : Backend, optional
        Where to compute; by default the native library, else NumPy.

    Returns
    -------
    Mixtures
        Cells that do not belong to a conductor and differ from their owner's material.
    """
    solids = [i for i, body in enumerate(bodies) if body.kind == "solid"]
    if all(bodies[i].material.metal for i in solids):
        return Mixtures.none()
    partly = {i: _Partly.of(fractions(bodies[i], grid, backend), grid) for i in solids}
    cells = np.unique(np.concatenate([p.flat for p in partly.values()]))
    cells = cells[~_metal(bodies)[cell_part.reshape(-1)[cells]]]
    # Of equal priority the later one wins, as with whole cells.
    order = sorted(solids, key=lambda i: bodies[i].priority)[::-1]
    values = _values(cells, [(bodies[i].material, partly[i]) for i in order], background)
    parts = [*(body.material for body in bodies), background]
    own = np.array([(m.permittivity, m.conductivity) for m in parts])[
        cell_part.reshape(-1)[cells]
    ].T
    other = np.any(np.abs(values - own) > _SAME * np.abs(own), axis=0)
    dielectric = {i: p for i, p in partly.items() if not bodies[i].material.metal}
    return Mixtures(
        cells[other],
        values[0, other],
        values[1, other],
        {i: p.flat for i, p in dielectric.items()},
        {i: p.volume for i, p in dielectric.items() if p.volume is not None},
    )


def _flat(chosen: NDArray[np.bool_], found: Fractions, grid: Grid) -> Ints:
    """Flat indices into the grid of some cells of a window."""
    index = [i + s.start for i, s in zip(np.nonzero(chosen), found.window, strict=True)]
    flat: Ints = np.ravel_multi_index((index[0], index[1], index[2]), grid.shape)
    return flat


def _metal(bodies: Sequence[Body]) -> NDArray[np.bool_]:
    """Whether each part is metal; the last element, number -1, is the background."""
    return np.array([*(body.material.metal for body in bodies), False])


def _values(
    cells: Ints, filled: Sequence[tuple[Material, _Partly]], background: Material
) -> Floats:
    """Permittivity and conductivity of some cells, shape (2, n), the first solid taking first."""
    left, metal = np.ones(cells.size), np.zeros(cells.size)
    sums = np.zeros((2, cells.size))
    for material, partly in filled:
        taken = np.minimum(partly.at(cells), left)
        left -= taken
        if material.metal:
            metal += taken
        else:
            sums += np.outer((material.permittivity, material.conductivity), taken)
    sums += np.outer((background.permittivity, background.conductivity), left)
    return np.asarray(sums / np.maximum(1.0 - metal, np.finfo(float).tiny))
