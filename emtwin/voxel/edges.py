"""Edges: material rows and metal owners from the four cells around each edge."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError
from emtwin.grid import Grid
from emtwin.grid.medium import MAX_ROWS, PEC_ROW, VACUUM_ROW
from emtwin.materials import Material
from emtwin.voxel.bodies import Body
from emtwin.voxel.mixtures import Mixtures

ROUNDINGS = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
"""Relative steps to which averaged values are rounded; the first whose rows fit is taken."""


@dataclass(frozen=True, eq=False)
class Mixed:
    """Edges of one axis between different materials.

    Parameters
    ----------
    flat : ndarray of int64
        Their indices into an array of shape `grid.nodes`, shape (n,).
    permittivity, conductivity : ndarray of float64
        Averages, relative and in S/m, shape (n,).
    """

    flat: NDArray[np.int64]
    permittivity: NDArray[np.float64]
    conductivity: NDArray[np.float64]


@dataclass(eq=False)
class EdgeBuilder:
    """Fills rows, metal ranks and edge counts, one axis after the other.

    Parameters
    ----------
    bodies : sequence of Body
        All bodies.
    grid : Grid
        Grid.
    cell_part : ndarray of int16
        Owner of each cell.
    background : Material
        What fills the rest.
    mixtures : Mixtures
        Cells with a medium of their own.
    resistive : collection of int
        Metal parts whose cells, all of them among the mixtures, are no perfect conductor.
    """

    bodies: Sequence[Body]
    grid: Grid
    cell_part: NDArray[np.int16]
    background: Material
    mixtures: Mixtures
    resistive: Collection[int] = ()

    def __post_init__(self) -> None:
        metals = [i for i, body in enumerate(self.bodies) if body.material.metal]
        # Where metals meet, the edge belongs to the one of highest priority.
        self.metal_order = sorted(metals, key=lambda i: (self.bodies[i].priority, -i))
        self.rank_of = np.full(len(self.bodies) + 1, -1, dtype=np.int16)
        for rank, index in enumerate(self.metal_order):
            self.rank_of[index + 1] = rank
        self.perfect = self.rank_of >= 0
        self.perfect[[index + 1 for index in self.resistive]] = False
        parts = [self.background, *(body.material for body in self.bodies)]
        # Metal has no values of its own: its edges are row 0.
        eps = np.array([1.0 if m.metal else m.permittivity for m in parts])
        sigma = np.array([0.0 if m.metal else m.conductivity for m in parts])
        self.bulk = list(zip(eps.tolist(), sigma.tolist(), strict=True))
        self.permittivity = np.concatenate([eps, self.mixtures.permittivity])
        self.conductivity = np.concatenate([sigma, self.mixtures.conductivity])
        self.counts = np.zeros(len(parts), dtype=np.int64)
        # One ring of copies, so that every edge has four cells; outer copies weigh nothing.
        self.padded = np.pad(self.cell_part + np.int16(1), 1, mode="edge")
        self.media = np.pad(self._media(), 1, mode="edge") if self.mixtures.flat.size else None

    def _media(self) -> NDArray[np.int32]:
        """Part number + 1 of every cell, or the number of its own values."""
        media = self.cell_part.astype(np.int32) + 1
        numbers = len(self.bulk) + np.arange(self.mixtures.flat.size)
        media.reshape(-1)[self.mixtures.flat] = numbers
        return media

    def around(self, axis: int, padded: NDArray[Any]) -> list[NDArray[Any]]:
        """What `padded` says of the four cells around every edge along `axis`."""
        views = []
        for low_u in (True, False):
            for low_v in (True, False):
                where = [slice(1, -1)] * 3
                where[(axis + 1) % 3] = slice(None, -1) if low_u else slice(1, None)
                where[(axis + 2) % 3] = slice(None, -1) if low_v else slice(1, None)
                views.append(padded[tuple(where)])
        return views

    def build_all(
        self, bulk: NDArray[np.uint16]
    ) -> tuple[list[NDArray[np.uint16]], list[NDArray[np.int16]], list[Mixed]]:
        """Rows of the homogeneous edges, metal ranks and edges still to be averaged, per axis."""
        built = [self._build(axis, bulk) for axis in range(3)]
        return [b[0] for b in built], [b[1] for b in built], [b[2] for b in built]

    def _build(
        self, axis: int, bulk: NDArray[np.uint16]
    ) -> tuple[NDArray[np.uint16], NDArray[np.int16], Mixed]:
        cells = self.around(axis, self.padded)
        media = cells if self.media is None else self.around(axis, self.media)
        rank = self.rank_of[cells[0]]
        same, free = media[0] < len(self.bulk), ~self.perfect[cells[0]]
        for other, medium in zip(cells[1:], media[1:], strict=True):
            np.maximum(rank, self.rank_of[other], out=rank)
            same &= media[0] == medium
            free &= ~self.perfect[other]
        self.counts += np.bincount(cells[0][same & free], minlength=self.counts.size)
        self._count_reached(axis, cells, free)
        rows = np.where(free, bulk[cells[0]], np.uint16(PEC_ROW))
        ids = np.full(self.grid.nodes, PEC_ROW, dtype=np.uint16)
        ids[_existing(axis)] = rows
        ranks = np.full(self.grid.nodes, -1, dtype=np.int16)
        ranks[_existing(axis)] = rank
        self._count(cells, ~same & free)
        return ids, ranks, self._average(axis, media, ~same & free)

    def owners(self, rank: NDArray[np.int16]) -> NDArray[np.int16]:
        """Part number of every metal rank, -1 for no metal."""
        return np.array([-1, *self.metal_order], dtype=np.int16)[rank + 1]

    def edge_counts(self, owners: Sequence[NDArray[np.int16]]) -> list[int]:
        """Edges of every body: owned ones of a metal, touched ones of a dielectric."""
        owned = sum(np.bincount((o + 1).ravel(), minlength=self.counts.size) for o in owners)
        metal = [body.material.metal for body in self.bodies]
        counts = np.where(metal, np.asarray(owned)[1:], self.counts[1:])
        return [int(count) for count in counts]

    def _average(self, axis: int, media: list[NDArray[Any]], chosen: NDArray[np.bool_]) -> Mixed:
        """Means over the four cells, weighted with their cross-sections."""
        index = np.nonzero(chosen)
        parts = np.stack([view[index] for view in media])
        u, v = (np.pad(self.grid.spacings[(axis + n) % 3], 1) for n in (1, 2))
        at_u, at_v = index[(axis + 1) % 3], index[(axis + 2) % 3]
        weights = np.stack([u[at_u + du] * v[at_v + dv] for du in (0, 1) for dv in (0, 1)])
        weights /= weights.sum(axis=0)
        return Mixed(
            np.ravel_multi_index(index, self.grid.nodes),
            np.einsum("ij,ij->j", weights, self.permittivity[parts]),
            np.einsum("ij,ij->j", weights, self.conductivity[parts]),
        )

    def _count_reached(
        self, axis: int, cells: list[NDArray[np.int16]], free: NDArray[np.bool_]
    ) -> None:
        """Count the edges at cells that a dielectric fills in part, none of them its own."""
        for part, flat in self.mixtures.reached.items():
            index = np.stack(np.unravel_index(flat, self.grid.shape))
            around = []
            for du, dv in ((0, 0), (0, 1), (1, 0), (1, 1)):
                shift = np.zeros((3, 1), dtype=np.int64)
                shift[(axis + 1) % 3], shift[(axis + 2) % 3] = du, dv
                around.append(np.ravel_multi_index(tuple(index + shift), free.shape))
            edges = np.unravel_index(np.unique(np.concatenate(around)), free.shape)
            own = np.any([view[edges] == part + 1 for view in cells], axis=0)
            self.counts[part + 1] += np.count_nonzero(free[edges] & ~own)

    def _count(self, cells: list[NDArray[np.int16]], chosen: NDArray[np.bool_]) -> None:
        """Count each chosen edge once for every part that it touches."""
        index = np.nonzero(chosen)
        ordered = np.sort(np.stack([view[index] for view in cells]), axis=0)
        new = np.ones(ordered.shape, dtype=bool)
        new[1:] = ordered[1:] != ordered[:-1]
        self.counts += np.bincount(ordered[new], minlength=self.counts.size)

    def bulk_rows(self) -> tuple[NDArray[np.uint16], list[tuple[float, float]]]:
        """Row of every part number + 1, and the table that starts with metal and vacuum."""
        table = [(1.0, 0.0), (1.0, 0.0)]
        rows = []
        for value in self.bulk:
            if value not in table[VACUUM_ROW:]:
                table.append(value)
            rows.append(table.index(value, VACUUM_ROW))
        return np.array(rows, dtype=np.uint16), table


def _existing(axis: int) -> tuple[slice, slice, slice]:
    """The edges along `axis` that exist in an array of shape `grid.nodes`."""
    x, y, z = (slice(None, -1) if along == axis else slice(None) for along in range(3))
    return x, y, z


def fill_rows(
    ids: list[NDArray[np.uint16]], mixed: list[Mixed], table: list[tuple[float, float]]
) -> tuple[NDArray[np.float64], float]:
    """Give the averaged edges their rows.

    Parameters
    ----------
    ids : list of ndarray of uint16
        Rows of the homogeneous edges per axis; the averaged ones are written into them.
    mixed : list of Mixed
        Averaged edges per axis.
    table : list of (float, float)
        Relative permittivity and conductivity (S/m) of the rows in use.

    Returns
    -------
    table : ndarray of float64
        Relative permittivity and conductivity (S/m) of all rows, shape (rows, 2).
    rounding : float
        Largest relative difference between an average and its row.

    Raises
    ------
    InputError
        If even the coarsest rounding needs more rows than an id can name.
    """
    eps = np.concatenate([m.permittivity for m in mixed])
    sigma = np.concatenate([m.conductivity for m in mixed])
    first, inverse = _distinct(eps, sigma, MAX_ROWS - len(table))
    rows = (inverse + len(table)).astype(np.uint16)
    rounding = max(_difference(eps, eps[first][inverse]), _difference(sigma, sigma[first][inverse]))
    ends = np.cumsum([m.flat.size for m in mixed])[:-1]
    for array, part, values in zip(ids, mixed, np.split(rows, ends), strict=True):
        array.reshape(-1)[part.flat] = values
    return np.concatenate([np.array(table), np.stack([eps[first], sigma[first]], axis=1)]), rounding


def _distinct(
    eps: NDArray[np.float64], sigma: NDArray[np.float64], most: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First edge of every distinct pair of values, and the pair of every edge."""
    for step in ROUNDINGS:
        # Logarithms make the steps relative; 1e-12 S/m stands for no conductivity.
        coarse_eps = np.round(np.log(eps) / step).astype(np.int64)
        coarse_sigma = np.round(np.log(np.maximum(sigma, 1e-12)) / step).astype(np.int64)
        keys = (coarse_eps << 32) + coarse_sigma
        _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        if first.size <= most:
            return first, inverse.ravel()
    raise InputError.single(
        f"the averages between materials need {first.size} rows, but ids hold {most}",
        remedy="use fewer materials or a grid with fewer different cell sizes",
    )


def _difference(values: NDArray[np.float64], rows: NDArray[np.float64]) -> float:
    return float(np.max(np.abs(values - rows) / np.maximum(values, 1e-12), initial=0.0))


def apply_sheet(
    rank: list[NDArray[np.int16]],
    ids: list[NDArray[np.uint16]],
    sheet_rank: int,
    edges: Sequence[tuple[int, NDArray[np.int64]]],
) -> None:
    """Make `edges` (axis and flat indices) metal of rank `sheet_rank`, in place.

    Without `ids` they get their owner alone, and conduct as their rows say.
    """
    for axis, flat in edges:
        owner = rank[axis].reshape(-1)
        owner[flat] = np.maximum(owner[flat], np.int16(sheet_rank))
        if ids:
            ids[axis].reshape(-1)[flat] = PEC_ROW
