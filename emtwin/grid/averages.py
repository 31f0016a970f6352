"""Rows of edges and faces from the materials of the cells around them.

**Edges.** e along an edge is the same in the four cells that meet there (it is tangential to every
interface between them), so their currents add: the mean of permittivity, conductivity and poles,
linear, weighted by the area that each has across the edge. Second order where interfaces lie on
grid planes, first order where they cut cells.

**Faces.** b through a face is the same in the two cells that meet there, and h is the mean along
the line between their centres: two cells in series, 1 / mu = sum (w / mu_i). Magnetic loss follows
to first order in sigma* / (w mu): sigma* = mu^2 sum (w sigma*_i / mu_i^2), exact in one material.

Where cells are sampled at three points along each axis, those beside the middle of the edge or face
take the place of the cells' centres. A curved surface is then not smeared over the cells beside it:
a mean that is linear in permittivity shifts it outwards, by up to half a cell where the contrast is
high, because the field normal to it would ask for the mean of 1 / eps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import GridError
from emtwin.grid.medium import MAX_ROWS, PEC_ROW, VACUUM_ROW, Faces
from emtwin.grid.yee import Grid
from emtwin.materials import Material, along
from emtwin.rational import PoleResidue

Real = NDArray[np.float64]
Cells = NDArray[np.integer]
Row = TypeVar("Row")

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
    cells : ndarray of int, shape `grid.shape` or three times that
        Which of them each cell has; or its low rim, middle and high rim along each axis.
    """

    def __init__(self, grid: Grid, materials: Sequence[Material], cells: Cells) -> None:
        self._grid, self._materials, self._cells = grid, materials, cells
        self.edges = Table[EdgeRow]((1.0, 0.0, PoleResidue()))

    def edge_rows(self, axis: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Row of every edge along an axis, and whether a conducting cell is beside it."""
        dispersive = [n for n, m in enumerate(self._materials) if m.poles_along(axis).poles]
        columns = [
            [along(m.permittivity, axis) for m in self._materials],
            [along(m.conductivity, axis) for m in self._materials],
            *([float(n == which) for n in range(len(self._materials))] for which in dispersive),
        ]
        values, metal = np.array(columns), np.array([m.metal for m in self._materials])
        shape = [n - (a == axis) for a, n in enumerate(self._grid.nodes)]
        total, area = np.zeros((len(columns), *shape)), np.zeros(shape)
        conducting = np.zeros(shape, bool)
        u, v = (a for a in range(3) if a != axis)
        for side_u, side_v in np.ndindex(2, 2):
            cell = self._beside({u: side_u, v: side_v})
            weight = self._sizes(u, side_u) * self._sizes(v, side_v)
            total += weight * values[:, cell]
            area += weight
            conducting |= metal[cell] & (weight > 0)
        unique, where = _distinct(total / area)
        numbers = np.array([self._number(axis, dispersive, *row) for row in unique.tolist()])
        return numbers[where], conducting

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

    def _face_rows(self, axis: int, table: Table[FaceRow]) -> NDArray[np.int64]:
        """Row of every face normal to an axis, shape of the nodes."""
        mu = np.array([along(m.permeability, axis) for m in self._materials])
        loss = np.array([along(m.magnetic_loss, axis) for m in self._materials])
        inverse, lost, length = (np.zeros(()) for _ in range(3))
        for side in (0, 1):
            cell, weight = self._beside({axis: side}), self._sizes(axis, side)
            inverse = inverse + weight / mu[cell]
            lost = lost + weight * loss[cell] / mu[cell] ** 2
            length = length + weight
        series = length / inverse
        unique, where = _distinct(np.stack((series, series**2 * lost / length)))
        numbers = np.array([table.number((one, two)) for one, two in unique.tolist()])
        ids = np.full(self._grid.nodes, PEC_ROW, np.int64)
        ids[tuple(slice(0, n) for n in where.shape)] = numbers[where]
        return ids

    def _beside(self, sides: Mapping[int, int]) -> Cells:
        """Material of the cell below (0) or above (1) each node along some axes, close to it.

        Along the others it is that of the middle of each cell. Outside the grid it is that of the
        cell within.
        """
        cells, k = self._cells, self._cells.shape[0] // self._grid.shape[0]
        for a in range(3):
            if a in sides:
                place = np.arange(self._grid.nodes[a]) * k - 1 + sides[a]
                cells = cells.take(np.clip(place, 0, cells.shape[a] - 1), a)
            else:
                cells = cells.take(np.arange(k // 2, cells.shape[a], k), a)
        return cells

    def _sizes(self, axis: int, side: int) -> Real:
        """Size of the cell below or above each node, zero outside the grid, along its axis."""
        ends = (self._grid.spacings[axis], np.zeros(1))
        sizes = np.concatenate(ends if side else ends[::-1])
        return sizes.reshape([-1 if a == axis else 1 for a in range(3)])


def _distinct(averages: Real) -> tuple[Real, NDArray[np.int64]]:
    """Different columns of an array (n, ...) to 12 decimals, shape (m, n), and which is where."""
    flat = np.round(averages, _DIGITS).reshape(len(averages), -1)
    unique, where = np.unique(flat.T, axis=0, return_inverse=True)
    return unique, where.reshape(averages.shape[1:])
