"""Edges and faces of a two-sided sheet, and which part of the grid lies on which side of it.

Around every edge lie four quadrants of cells, and between them four faces. Two faces of the sheet
cut the quadrants into two groups, side 1 and side 2, each with its own e; one face (the rim) cuts
nothing apart. A flat sheet, the surface of a box and the staircase of an oblique wall, corners
included, are the same case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emtwin.grid import Grid, Node
from emtwin.solver.sheets.places import flat_axes

Index = tuple[int, int, int]
Edge = tuple[str, Index]
"""Component and place."""
Real = NDArray[np.float64]

_QUADRANTS = ((0, 0), (1, 0), (1, 1), (0, 1))
"""Steps back along the two axes across an edge to the four cells round it, counter-clockwise."""

_UPWARD = (True, False, False, True)
"""Whether the way round an edge crosses its four faces towards the higher cell; the face before
quadrant n is number n."""


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


@dataclass(frozen=True, eq=False)
class SheetFaces:
    """Faces of a sheet that are normal to one axis.

    Parameters
    ----------
    index : ndarray of int64
        Their places, those of h along the axis, shape (n, 3).
    above : ndarray of bool
        Whether the cell above each lies on side 2 (the one below then on side 1), shape (n,).
    widening : ndarray of float64
        By what the width of the sheet that an edge along x, y, z gets of each face is multiplied,
        shape (n, 3); 1 but for the staircase of an oblique wall.
    """

    index: NDArray[np.int64]
    above: NDArray[np.bool_]
    widening: Real

    @classmethod
    def plain(cls, index: NDArray[np.int64], *, above: bool) -> SheetFaces:
        """Faces of a sheet that lies in grid planes."""
        return cls(index, np.full(len(index), above), np.ones((len(index), 3)))


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


def faces_of(lo: Node, hi: Node) -> list[SheetFaces]:
    """Faces of a rectangle, with side 2 above it, or of a box, with side 2 inside, per axis."""
    found: list[list[SheetFaces]] = [[], [], []]
    for axis, low, high in rectangles(lo, hi):
        spans = [np.arange(low[a], high[a] + (a == axis)) for a in range(3)]
        index = np.stack(np.meshgrid(*spans, indexing="ij"), -1).reshape(-1, 3).astype(np.int64)
        found[axis].append(SheetFaces.plain(index, above=low[axis] == lo[axis]))
    none = np.zeros((0, 3), np.int64)
    return [
        SheetFaces(
            np.concatenate([none, *(p.index for p in parts)]),
            np.concatenate([np.zeros(0, bool), *(p.above for p in parts)]),
            np.concatenate([np.zeros((0, 3)), *(p.widening for p in parts)]),
        )
        for parts in found
    ]


@dataclass(frozen=True, eq=False)
class Surface:
    """A set of faces with two sides.

    Parameters
    ----------
    grid : Grid
        The grid.
    parts : sequence of SheetFaces
        Faces normal to x, y, z.
    """

    grid: Grid
    parts: tuple[SheetFaces, ...]

    @classmethod
    def between(cls, grid: Grid, lo: Node, hi: Node) -> Surface:
        """A rectangle of a grid plane, or the surface of a box, by its corners."""
        return cls(grid, tuple(faces_of(lo, hi)))

    def tangential(self) -> dict[int, NDArray[np.int64]]:
        """Indices of all its edges by direction, each once."""
        parts: dict[int, list[NDArray[np.int64]]] = {0: [], 1: [], 2: []}
        for normal, faces in enumerate(self.parts):
            for axis, across in ((normal + 1, normal + 2), (normal + 2, normal + 1)):
                step = np.zeros(3, np.int64)
                step[across % 3] = 1
                parts[axis % 3] += [faces.index, faces.index + step]
        joined = {axis: np.concatenate(p) for axis, p in parts.items()}
        return {axis: np.unique(p, axis=0) for axis, p in joined.items() if len(p)}

    def faces(self) -> list[tuple[str, Index]]:
        """Component and index of all its faces."""
        return list(self._faces)

    @cached_property
    def _faces(self) -> dict[tuple[str, Index], tuple[bool, list[float]]]:
        """Of every face, whether side 2 is above it, and its widening."""
        return {
            ("h_" + "xyz"[normal], (i, j, k)): (above, widening)
            for normal, part in enumerate(self.parts)
            for (i, j, k), above, widening in zip(
                part.index.tolist(), part.above.tolist(), part.widening.tolist(), strict=True
            )
        }

    def edges(self) -> Iterator[SheetEdge]:
        """Every edge that does not lie on the outer boundary, nor where three faces meet."""
        for axis, indices in self.tangential().items():
            inner = np.ones(len(indices), bool)
            for other in ((axis + 1) % 3, (axis + 2) % 3):
                inner &= (indices[:, other] > 0) & (indices[:, other] < self.grid.shape[other])
            for i, j, k in indices[inner].tolist():
                around = self._around(axis, (i, j, k))
                if sum(face in self._faces for face in around) <= 2:
                    yield self._edge(axis, (i, j, k), around)

    def _around(self, axis: int, index: Index) -> list[tuple[str, Index]]:
        """The four faces round an edge, in the order of `_UPWARD`."""
        one, two = (axis + 1) % 3, (axis + 2) % 3
        above, beside = "h_" + "xyz"[two], "h_" + "xyz"[one]
        return [
            (above, index),
            (beside, index),
            (above, _moved(index, one, -1)),
            (beside, _moved(index, two, -1)),
        ]

    def _sides(self, around: list[tuple[str, Index]]) -> dict[tuple[int, int], int]:
        """Side of the four quadrants; beyond a rim each keeps the side of its neighbour."""
        cuts = [n for n, face in enumerate(around) if face in self._faces]
        first = cuts[0]
        after = 2 if self._faces[around[first]][0] == _UPWARD[first] else 1
        # The rim's other end is taken for the face opposite.
        last = cuts[1] if len(cuts) == 2 else first + 2
        reached = {(first + n) % 4 for n in range(last - first)}
        return {q: after if n in reached else 3 - after for n, q in enumerate(_QUADRANTS)}

    def _edge(self, axis: int, index: Index, around: list[tuple[str, Index]]) -> SheetEdge:
        one, two = (axis + 1) % 3, (axis + 2) % 3
        sides = self._sides(around)
        area, arcs, width, cuts = [0.0, 0.0], [], 0.0, 0
        for back_1, back_2 in ((0, 0), (0, 1), (1, 0), (1, 1)):
            cell = _moved(_moved(index, one, -back_1), two, -back_2)
            side = sides[back_1, back_2]
            half_1, half_2 = (self.grid.spacings[a][cell[a]] / 2 for a in (one, two))
            area[side - 1] += float(half_1 * half_2)
            # The path runs along +two on the far side of axis one, along -one on that of axis two.
            for along, across, back, length, sign in (
                (two, one, back_1, half_2, 1.0),
                (one, two, back_2, half_1, -1.0),
            ):
                face = "h_" + "xyz"[along], _moved(index, across, -back)
                signed = float(length) * sign * (-1.0 if back else 1.0)
                known = self._faces.get(face)
                arcs.append(Arc(*face, signed, side, known is not None))
                if known is not None:
                    width += float(self._half(across, face[1][across])) * known[1][axis]
                    cuts += 1
        component = "e_" + "xyz"[axis]
        # Each face of the sheet was met twice, once from either side.
        rim = cuts == 2
        return SheetEdge(component, index, tuple(arcs), (area[0], area[1]), width / 2, rim)

    def _half(self, axis: int, cell: int) -> float:
        return float(self.grid.spacings[axis][cell]) / 2

    def torn(self) -> dict[int, NDArray[np.int64]]:
        """Edges where three or four faces meet, or two whose sides disagree, by direction."""
        found: dict[int, list[Index]] = {}
        for axis, indices in self.tangential().items():
            for i, j, k in indices.tolist():
                around = self._around(axis, (i, j, k))
                turns = [
                    self._faces[face][0] == up
                    for face, up in zip(around, _UPWARD, strict=True)
                    if face in self._faces
                ]
                if len(turns) > 2 or (len(turns) == 2 and turns[0] == turns[1]):
                    found.setdefault(axis, []).append((i, j, k))
        return {axis: np.array(places, np.int64) for axis, places in found.items()}


def joined(
    edges: Sequence[SheetEdge], partners: Mapping[Edge, Edge]
) -> tuple[list[SheetEdge], dict[Edge, int], list[tuple[Edge, Edge]]]:
    """Edges, where two that have one field are one: their laws of Ampere are added.

    Parameters
    ----------
    edges : sequence of SheetEdge
        All edges.
    partners : mapping
        One edge of each pair as the key, the other one; a pair with an edge that is not among
        `edges`, or is a rim, has no effect.

    Returns
    -------
    joined : list of SheetEdge
        With the place of the first edge of each pair.
    slot : dict
        Number in `joined` of every edge.
    copies : list of pairs
        The edges of every pair.
    """
    known = {(edge.component, edge.index): edge for edge in edges if not edge.rim}
    copies = [(one, two) for one, two in partners.items() if one in known and two in known]
    other, second = dict(copies), {two for _, two in copies}
    result, slot = list[SheetEdge](), dict[Edge, int]()
    for edge in edges:
        place = edge.component, edge.index
        if place in second:
            continue
        slot[place] = len(result)
        if place in other:
            beside = known[other[place]]
            slot[other[place]] = len(result)
            area = edge.area[0] + beside.area[0], edge.area[1] + beside.area[1]
            width = edge.width + beside.width
            edge = replace(edge, arcs=edge.arcs + beside.arcs, area=area, width=width)
        result.append(edge)
    return result, slot, copies


def _moved(index: Index, axis: int, by: int) -> Index:
    moved = [*index]
    moved[axis] += by
    return moved[0], moved[1], moved[2]
