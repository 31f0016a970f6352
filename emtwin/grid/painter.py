"""Shapes and materials to the medium of a grid, for those who want the field solver alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import GridError
from emtwin.grid.averages import CellAverages
from emtwin.grid.medium import PEC_ROW, Medium
from emtwin.grid.yee import Grid, Node
from emtwin.materials import Material, lookup

Point = Sequence[float]
Mask = NDArray[np.bool_]
Real = NDArray[np.float64]

PEC = Material("perfect conductor", 1.0, 0.0, True, "definition")
"""A perfect conductor, for `Painter`."""

_RIM = 1e-6  # of a cell: a point just inside its face


class Painter:
    """Fills the cells of a grid with materials; what is painted later covers what is there.

    A cell belongs to a shape when its centre lies inside. An edge gets the average of the four
    cells around it, weighted by the area that each has across the edge, of permittivity,
    conductivity and poles: the average that is right for a field along the interface (Taflove and
    Hagness, Computational Electrodynamics, 3rd ed., section 3.7). A face gets the permeability of
    the two cells beside it in series. An edge of a conducting cell conducts: metal is a staircase,
    and where it is round it acts about half a cell larger than it is. What keeps its shape is
    `emtwin.solver.ConformalMetal`.

    Parameters
    ----------
    grid : Grid
        The grid.
    background : Material, optional
        What fills the grid at first; vacuum if left out.
    curved : bool
        Sample each cell at three points along each axis (just inside its faces, and its middle), so
        that an edge gets what is at its own middle instead of what is at the centres of the cells
        beside it. The same where interfaces lie on grid planes; where they are curved, the error of
        strong contrasts falls to a third. A shape must still hold the middle of some cell.

    Examples
    --------
    >>> painter = Painter(Grid.uniform((20, 20, 20), 5e-3))
    >>> painter.sphere((0.05, 0.05, 0.05), 0.03, lookup("water"))
    >>> painter.plate((0.0, 0.0, 0.01), (0.1, 0.1, 0.01))
    >>> medium = painter.medium()
    """

    def __init__(
        self, grid: Grid, background: Material | None = None, *, curved: bool = False
    ) -> None:
        self.grid = grid
        self._points = np.array([_RIM, 0.5, 1 - _RIM] if curved else [0.5])
        self._materials = [background or lookup("vacuum")]
        self._cells = np.zeros([n * self._points.size for n in grid.shape], np.uint16)
        self._conducting = [np.zeros(grid.nodes, bool) for _ in range(3)]

    def cells(self, inside: Mask, material: Material) -> None:
        """Paint where `inside` is true, shape `grid.shape`, or three times that if `curved`."""
        if inside.shape != self._cells.shape:
            raise GridError.single(
                f"the mask has shape {inside.shape}, the grid {self._cells.shape} cells"
            )
        if not inside[(slice(self._points.size // 2, None, self._points.size),) * 3].any():
            raise GridError.single(
                f"a shape of {material.name} holds the centre of no cell: it would vanish",
                field=material.name,
                remedy="make the cells smaller there, or use a plate, a sheet or a wire",
            )
        if material not in self._materials:
            self._materials.append(material)
        self._cells[inside] = self._materials.index(material)

    def box(self, lo: Point, hi: Point, material: Material) -> None:
        """Paint the box between two corners in metres."""
        x, y, z = self._centres()
        inside = np.ones(self._cells.shape, bool)
        for centre, low, high in zip((x, y, z), lo, hi, strict=True):
            inside &= (centre > low) & (centre < high)
        self.cells(inside, material)

    def sphere(self, centre: Point, radius: float, material: Material) -> None:
        """Paint a sphere; `centre` and `radius` in metres."""
        squares = [(c - p) ** 2 for c, p in zip(self._centres(), centre, strict=True)]
        self.cells(squares[0] + squares[1] + squares[2] < radius**2, material)

    def cylinder(self, start: Point, stop: Point, radius: float, material: Material) -> None:
        """Paint a round cylinder between two points on its axis; metres, any direction."""
        axis = np.subtract(stop, start)
        length = float(np.linalg.norm(axis))
        offset = [c - p for c, p in zip(self._centres(), start, strict=True)]
        along = sum(o * a for o, a in zip(offset, axis / length, strict=True))
        square = sum(o**2 for o in offset) - along**2
        self.cells((along > 0) & (along < length) & (square < radius**2), material)

    def plate(self, lo: Point, hi: Point) -> None:
        """Perfectly conducting plate without thickness between two corners (m) in a grid plane."""
        low, high = self._corners(lo, hi, flat=1)
        for axis in range(3):
            where = tuple(
                slice(low[a], high[a] + (0 if a == axis and high[a] > low[a] else 1))
                for a in range(3)
            )
            if high[axis] > low[axis]:
                self._conducting[axis][where] = True

    def shell(self, lo: Point, hi: Point) -> None:
        """Closed box of such plates between two corners (m) on grid planes."""
        for axis in range(3):
            for end in (lo, hi):
                low, high = list(lo), list(hi)
                low[axis] = high[axis] = end[axis]
                self.plate(low, high)

    def line(self, start: Point, stop: Point) -> None:
        """Perfectly conducting edges between two points (m) of one grid line."""
        low, high = self._corners(start, stop, flat=2)
        axis = int(np.argmax(np.subtract(high, low)))
        where = tuple(slice(low[a], high[a] + (a != axis)) for a in range(3))
        self._conducting[axis][where] = True

    def medium(self) -> Medium:
        """The medium of the grid's edges.

        Raises
        ------
        GridError
            If there are more different averages than a medium has rows.
        """
        averages = CellAverages(self.grid, self._materials, self._cells)
        x, y, z = (self._edge_ids(averages, axis) for axis in range(3))
        averages.edges.check()
        rows = averages.edges.rows
        return Medium(
            x,
            y,
            z,
            np.array([eps for eps, _, _ in rows]),
            np.array([sigma for _, sigma, _ in rows]),
            averages.faces(),
            {n: poles for n, (_, _, poles) in enumerate(rows) if poles.poles},
        )

    # -- inside ------------------------------------------------------------------------------

    def _centres(self) -> tuple[Real, Real, Real]:
        x, y, z = (
            (lines[:-1, None] + size[:, None] * self._points).ravel()
            for lines, size in zip(self.grid.lines, self.grid.spacings, strict=True)
        )
        return x[:, None, None], y[None, :, None], z[None, None, :]

    def _corners(self, one: Point, two: Point, flat: int) -> tuple[Node, Node]:
        """Nodes of two corners that agree along `flat` axes, in rising order."""
        nodes = [self.grid.nearest_node((p[0], p[1], p[2])) for p in (one, two)]
        low, high = Node(*np.min(nodes, axis=0)), Node(*np.max(nodes, axis=0))
        if sum(a == b for a, b in zip(low, high, strict=True)) != flat:
            shape = "a plate lies in one grid plane" if flat == 1 else "a line on one grid line"
            raise GridError.single(
                f"{shape}, but its corners {tuple(one)} and {tuple(two)} m are nearest to the "
                f"nodes {tuple(low)} and {tuple(high)}",
                remedy="move the corners to grid lines, or add grid lines there",
            )
        return low, high

    def _edge_ids(self, averages: CellAverages, axis: int) -> NDArray[np.uint16]:
        rows, conducting = averages.edge_rows(axis)
        ids = np.full(self.grid.nodes, PEC_ROW, np.uint16)
        ids[tuple(slice(0, n) for n in rows.shape)] = np.where(conducting, PEC_ROW, rows)
        ids[self._conducting[axis]] = PEC_ROW
        return ids
