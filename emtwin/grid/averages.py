"""Rows of edges and faces from the materials of the cells around them.

**Edges.** e along an edge is the same in the four cells around it (it is tangential to every
interface there), so their currents add: the mean of permittivity, conductivity and poles, weighted
by the area that each cell has across the edge. First order in the cell size where a curved surface
cuts cells, second order where interfaces lie on grid planes.

**Faces.** b through a face is the same in the two cells beside it, and the h that counts is the
mean along the line between their centres: two cells in series, 1 / mu = sum (w / mu_i), w the share
of each in that line. Magnetic loss follows to first order in sigma* / (w mu), sigma* = mu^2 sum
(w sigma*_i / mu_i^2); it is exact where both cells have the same material.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import GridError
from emtwin.grid.medium import MAX_ROWS, PEC_ROW, VACUUM_ROW, Faces
from emtwin.grid.yee import Grid
from emtwin.materials import Material, along
from emtwin.rational import PoleResidue

Real = NDArray[np.float64]
Cells = NDArray[np.int64]
Row = TypeVar("Row")
Number = TypeVar("Number", np.float64, np.int64)

_DIGITS = 12  # averages that agree to this many decimals share a row


class Table(Generic[Row]):
    """Rows of materials, each kept once; row 0 stands for what is no edge or conducts."""

    def __init__(self, vacuum: Row) -> None:
        self.rows = [vacuum, vacuum]
        self._number = {vacuum: VACUUM_ROW}

    def number(self, row: Row) -> int:
        """Number of a row, new or known."""
        if row not in self._number:
            self._number[row] = len(self.rows)
            self.rows.append(row)
        return self._number[row]

    def check(self) -> None:
        """Refuse more rows than ids can name."""
        if len(self.rows) > MAX_ROWS:
            raise GridError.single(
                f"{len(self.rows)} different averages of materials, but a medium has {MAX_ROWS} "
                "rows",
                remedy="use a uniform grid across interfaces, or fewer materials",
            )


EdgeRow = tuple[float, float, PoleResidue]
"""Permittivity, conductivity and poles."""

FaceRow = tuple[float, float]
"""Permeability and magnetic loss."""


class CellAverages:
    """Averages of the materials of cells.

    Parameters
    ----------
    grid : Grid
        The grid.
    materials : sequence of Material
        The materials.
    cells : ndarray of int64, shape `grid.shape`
        Which of them each cell has.
    """

    def __init__(self, grid: Grid, materials: Sequence[Material], cells: Cells) -> None:
        self._grid, self._materials, self._cells = grid, materials, cells
        self.edges = Table[EdgeRow]((1.0, 0.0, PoleResidue()))
        self.metal = np.array([m.metal for m in materials])

    def edge_rows(self, axis: int) -> tuple[Cells, NDArray[np.bool_]]:
        """Row of every edge along an axis, and whether a conducting cell is beside it."""
        dispersive = [n for n, m in enumerate(self._materials) if m.poles_along(axis).poles]
        columns = [
            [along(m.permittivity, axis) for m in self._materials],
            [along(m.conductivity, axis) for m in self._materials],
            *([float(n == which) for n in range(len(self._materials))] for which in dispersive),
        ]
        values, shape = np.array(columns), self._edges(axis)
        areas = self._around(axis, self._areas(axis))
        conducting, total = np.zeros(shape, bool), np.zeros((len(columns), *shape))
        for cell, area in zip(self._around(axis, self._cells), areas, strict=True):
            total += area * values[:, cell]
            conducting |= self.metal[cell] & (area > 0)
        unique, where = _distinct(total / sum(areas))
        numbers = [self._number(axis, dispersive, *row) for row in unique.tolist()]
        return np.array(numbers, np.int64)[where].reshape(shape), conducting

    def faces(self) -> Faces | None:
        """Rows of all faces; None where nothing is magnetic."""
        if not any(material.magnetic for material in self._materials):
            return None
        table = Table[FaceRow]((1.0, 0.0))
        ids = [self._face_rows(axis, table).astype(np.uint16) for axis in range(3)]
        table.check()
        rows = np.array(table.rows)
        return Faces(ids[0], ids[1], ids[2], rows[:, 0], rows[:, 1])

    def _number(
        self, axis: int, dispersive: list[int], eps: float, sigma: float, *shares: float
    ) -> int:
        poles = PoleResidue()
        for which, share in zip(dispersive, shares, strict=True):
            if share > 0:
                poles += self._materials[which].poles_along(axis).scaled(share)
        return self.edges.number((eps, sigma, poles))

    def _face_rows(self, axis: int, table: Table[FaceRow]) -> Cells:
        """Row of every face normal to an axis, shape of the nodes."""
        mu = np.array([along(m.permeability, axis) for m in self._materials])
        loss = np.array([along(m.magnetic_loss, axis) for m in self._materials])
        size = self._grid.spacings[axis].reshape([-1 if a == axis else 1 for a in range(3)])
        ends = [(1, 1) if a == axis else (0, 0) for a in range(3)]
        cells, length = np.pad(self._cells, ends), np.pad(size * np.ones(self._grid.shape), ends)
        beside = [
            tuple(
                slice(k, k + n) if a == axis else slice(None)
                for a, n in enumerate(self._grid.nodes)
            )
            for k in (0, 1)
        ]
        weights = [length[side] for side in beside]
        share = [w / sum(weights) for w in weights]
        series = sum(s / mu[cells[side]] for s, side in zip(share, beside, strict=True))
        lost = sum(
            s * loss[cells[side]] / mu[cells[side]] ** 2
            for s, side in zip(share, beside, strict=True)
        )
        unique, where = _distinct(np.stack((1 / series, lost / series**2)))
        numbers = [table.number((one, two)) for one, two in unique.tolist()]
        ids = np.full(self._grid.nodes, PEC_ROW, np.int64)
        faces = tuple(slice(0, n - (a != axis)) for a, n in enumerate(self._grid.nodes))
        ids[faces] = np.array(numbers)[where].reshape(series.shape)
        return ids

    def _edges(self, axis: int) -> tuple[int, int, int]:
        n = [nodes - (a == axis) for a, nodes in enumerate(self._grid.nodes)]
        return n[0], n[1], n[2]

    def _areas(self, axis: int) -> Real:
        """Area across `axis` that each cell has beside each of its edges, m2."""
        spacings = self._grid.spacings
        sizes = [np.ones(d.size) if a == axis else d / 2 for a, d in enumerate(spacings)]
        areas: Real = np.einsum("i,j,k->ijk", *sizes)
        return areas

    def _around(self, axis: int, cells: NDArray[Number]) -> list[NDArray[Number]]:
        """Values of the four cells around each edge, zero outside the grid."""
        u, v = (a for a in range(3) if a != axis)
        padded = np.pad(cells, [(0, 0) if a == axis else (1, 1) for a in range(3)])
        corners = []
        for low_u, low_v in np.ndindex(2, 2):
            where = [slice(None)] * 3
            where[u] = slice(low_u, low_u + self._grid.nodes[u])
            where[v] = slice(low_v, low_v + self._grid.nodes[v])
            corners.append(padded[tuple(where)])
        return corners


def _distinct(values: Real) -> tuple[Real, NDArray[np.int64]]:
    """Different columns of an array (n, ...) to 12 decimals, shape (m, n), and which is where."""
    flat = np.round(values, _DIGITS).reshape(len(values), -1).T
    unique, where = np.unique(flat, axis=0, return_inverse=True)
    return unique, where.ravel()
