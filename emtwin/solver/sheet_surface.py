"""Edges and faces of a two-sided sheet, and which part of the grid lies on which side of it.

Around every edge lie four quadrants of cells, and between them four faces. Two faces of the sheet
cut the quadrants into two groups, side 1 and side 2, each with its own e; one face (the rim) cuts
nothing apart. A flat sheet and the surface of a box, its corners included, are the same case.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emtwin.grid import Grid, Node
from emtwin.solver.sheet_places import flat_axes, tangential_edges

Index = tuple[int, int, int]
Real = NDArray[np.float64]


class Arc(NamedTuple):
    """Half of a dual edge: the part of the path round an edge that lies in one quadrant.

    Parameters
    ----------
    component : str
        h along the path.
    face : tuple of int
        Its face.
    length : float
        Length in metres, with the sign of the circulation.
    side : int
        Side of the sheet, 1 or 2.
    on_sheet : bool
        The face belongs to the sheet, so that each side has an h of its own.
    """

    component: str
    face: Index
    length: float
    side: int
    on_sheet: bool


@dataclass(frozen=True)
class SheetEdge:
    """An edge of a sheet.

    Parameters
    ----------
    component : str
        Field component.
    index : tuple of int
        Its place.
    arcs : tuple of Arc
        The path round it, eight halves.
    area : tuple of float
        Area of its dual face on side 1 and on side 2, m2.
    width : float
        Width of the sheet that belongs to it, m.
    rim : bool
        Both sides meet here.
    """

    component: str
    index: Index
    arcs: tuple[Arc, ...]
    area: tuple[float, float]
    width: float
    rim: bool


def rectangles(lo: Node, hi: Node) -> list[tuple[int, Node, Node]]:
    """Normal and corners of each flat part of a sheet or box."""
    flat = flat_axes(lo, hi)
    if flat:
        return [(flat[0], lo, hi)]
    return [
        (
            axis,
            Node(*(plane if a == axis else lo[a] for a in range(3))),
            Node(*(plane if a == axis else hi[a] for a in range(3))),
        )
        for axis in range(3)
        for plane in (lo[axis], hi[axis])
    ]


@dataclass(frozen=True)
class Surface:
    """A rectangle of a grid plane or the surface of a box.

    Parameters
    ----------
    grid : Grid
        The grid.
    lo, hi : Node
        Corners; they agree along one axis, or along none for a box.
    """

    grid: Grid
    lo: Node
    hi: Node

    def tangential(self) -> dict[int, NDArray[np.int64]]:
        """Indices of all its edges by direction, each once."""
        parts: dict[int, list[NDArray[np.int64]]] = {0: [], 1: [], 2: []}
        for _, lo, hi in rectangles(self.lo, self.hi):
            for axis, (index, _) in tangential_edges(self.grid, lo, hi).items():
                parts[axis].append(index)
        return {axis: np.unique(np.concatenate(p), axis=0) for axis, p in parts.items() if p}

    def faces(self) -> list[tuple[str, Index]]:
        """Component and index of all its faces."""
        found = []
        for normal, lo, hi in rectangles(self.lo, self.hi):
            spans = [range(lo[a], hi[a] + (a == normal)) for a in range(3)]
            name = "h_" + "xyz"[normal]
            found += [(name, (i, j, k)) for i in spans[0] for j in spans[1] for k in spans[2]]
        return found

    def side(self, cell: Index) -> int:
        """Side of a cell: 2 above a flat sheet and inside a box, 1 elsewhere."""
        flat = flat_axes(self.lo, self.hi)
        if flat:
            return 2 if cell[flat[0]] >= self.lo[flat[0]] else 1
        within = all(low <= n < high for low, n, high in zip(self.lo, cell, self.hi, strict=True))
        return 2 if within else 1

    def edges(self) -> Iterator[SheetEdge]:
        """Every edge that does not lie on the outer boundary."""
        faces = set(self.faces())
        for axis, indices in self.tangential().items():
            inner = np.ones(len(indices), bool)
            for other in ((axis + 1) % 3, (axis + 2) % 3):
                inner &= (indices[:, other] > 0) & (indices[:, other] < self.grid.shape[other])
            for i, j, k in indices[inner].tolist():
                yield self._edge(axis, (i, j, k), faces)

    def _edge(self, axis: int, index: Index, faces: set[tuple[str, Index]]) -> SheetEdge:
        one, two = (axis + 1) % 3, (axis + 2) % 3
        area, arcs, width, cuts = [0.0, 0.0], [], 0.0, 0
        for back_1, back_2 in ((0, 0), (0, 1), (1, 0), (1, 1)):
            cell = _moved(_moved(index, one, -back_1), two, -back_2)
            side = self.side(cell)
            half_1, half_2 = (self.grid.spacings[a][cell[a]] / 2 for a in (one, two))
            area[side - 1] += float(half_1 * half_2)
            # The path runs along +two on the far side of axis one, along -one on that of axis two.
            for along, across, back, length, sign in (
                (two, one, back_1, half_2, 1.0),
                (one, two, back_2, half_1, -1.0),
            ):
                face = "h_" + "xyz"[along], _moved(index, across, -back)
                signed = float(length) * sign * (-1.0 if back else 1.0)
                arcs.append(Arc(*face, signed, side, face in faces))
                if face in faces:
                    width, cuts = width + float(self._half(across, face[1][across])), cuts + 1
        component = "e_" + "xyz"[axis]
        # Each face of the sheet was met twice, once from either side.
        rim = cuts == 2
        return SheetEdge(component, index, tuple(arcs), (area[0], area[1]), width / 2, rim)

    def _half(self, axis: int, cell: int) -> float:
        return float(self.grid.spacings[axis][cell]) / 2


def _moved(index: Index, axis: int, by: int) -> Index:
    moved = [*index]
    moved[axis] += by
    return moved[0], moved[1], moved[2]
