"""Slots and seams narrower than a cell in a conducting wall, as rows of the medium.

The wall is opened along one row of cells, which makes a slot as wide as the grid has it. What the
real, narrower slot stores more is put into that row: with C its capacitance per metre and C_grid
that of the gap (`slot_section`), e across the slot gets the relative permittivity
1 + (C - C_grid) d_across / (eps0 d_normal), and h in the wall's plane the inverse of that as its
permeability, so that a wave along the slot keeps the speed of light (Gilbert and Holland 1981).
Where the slot is wider than what the gap stands for (0.36 of a square cell), both corrections go
the other way, and the time step shrinks (`cell_stability`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import GridError, Problem
from emtwin.grid import Grid, Node
from emtwin.grid.medium import PEC_ROW, Faces, Medium
from emtwin.solver.sheets.slot_section import gap_capacitance, slot_capacitance

Places = list[tuple[int, int, int]]
Ids = NDArray[np.uint16]

_LEAST_FILLING = 0.1  # below, the time step would suffer
_ROUNDING = 1 + 1e-9


@dataclass(frozen=True)
class Slot:
    """A straight slot along grid lines, closed at both ends, in the middle of a row of cells.

    Parameters
    ----------
    name : str
        Name of the slot.
    lo, hi : Node
        Corners of the row of cells in rising order: two cells or more along the slot, one across
        it, and none (a wall on one plane of nodes) or one (a wall of one cell) through the wall.
    width : float
        Width of the slot, m; less than the cell.
    depth : float, optional
        Thickness of the wall, m; by default that of the grid's wall.
    normal : {"", "x", "y", "z"}
        Axis through the wall; needed only where the wall is a cell thick.
    """

    name: str
    lo: Node
    hi: Node
    width: float
    depth: float | None = None
    normal: str = ""

    @property
    def axes(self) -> tuple[int, int, int]:
        """Axes along the slot, across it and through the wall."""
        size = np.subtract(self.hi, self.lo)
        through = "xyz".index(self.normal) if self.normal else int(np.argmin(size))
        along = int(np.argmax(np.where(np.arange(3) == through, -1, size)))
        return along, 3 - along - through, through

    @property
    def planes(self) -> tuple[int, int]:
        """First and last node plane of the wall."""
        return self.lo[self.axes[2]], self.hi[self.axes[2]]

    def problems(self, grid: Grid, medium: Medium) -> list[Problem]:
        """Everything that makes it impossible in this grid."""
        found = self._shape_problems(grid) or self._wall_problems(medium)
        if found:
            return found
        across = self.axes[1]
        cell = float(grid.spacings[across][self.lo[across]])
        if self.width <= cell * _ROUNDING and self.filling(grid) >= _LEAST_FILLING:
            return []
        return [
            Problem(
                f"slot {self.name} is {self.width * 1e3:.4g} mm wide, too wide for a cell of "
                f"{cell * 1e3:.4g} mm",
                field=self.name,
                remedy="use larger cells across it, or open the wall and mesh the slot with four "
                "cells",
            )
        ]

    def _shape_problems(self, grid: Grid) -> list[Problem]:
        def problem(message: str, remedy: str = "") -> list[Problem]:
            return [Problem(f"slot {self.name}{message}", field=self.name, remedy=remedy)]

        if not (np.isfinite(self.width) and self.width > 0.0):
            return problem(f" is {self.width:g} m wide", "give a positive width")
        if self.depth is not None and not (np.isfinite(self.depth) and self.depth >= 0.0):
            return problem(f" is in a wall {self.depth:g} m thick", "the thickness is not negative")
        if self.normal not in ("", "x", "y", "z"):
            return problem(f": the wall is normal to {self.normal!r}", "name x, y or z")
        size = [int(n) for n in np.subtract(self.hi, self.lo)]
        along, across, through = self.axes
        if size[along] < 2 or size[across] != 1 or size[through] not in (0, 1):
            return problem(
                f": its corners {tuple(self.lo)} and {tuple(self.hi)} are no row of cells",
                "two cells or more along it, one across it, none or one through the wall",
            )
        if sorted(size)[1:] == [1, size[along]] and sorted(size)[0] == 1 and not self.normal:
            return problem(" is in a wall of one cell", "say which axis is normal to the wall")
        inner = [n - 1 for n in grid.nodes]
        if any(low < 1 or high >= n for low, high, n in zip(self.lo, self.hi, inner, strict=True)):
            return problem(
                f": its corners {tuple(self.lo)} and {tuple(self.hi)} do not lie inside the grid "
                f"of {grid.nodes} nodes"
            )
        return []

    def _wall_problems(self, medium: Medium) -> list[Problem]:
        along, across, _ = self.axes
        missing = [
            edge
            for axis, places in ((across, self.row(ends=True)), (along, self._lips()))
            for edge in places
            if medium.ids[axis][edge] != PEC_ROW
        ]
        if not missing:
            return []
        return [
            Problem(
                f"slot {self.name}: there is no conducting wall around it at {missing[0]} and "
                f"{len(missing) - 1} more edges, or another slot is there",
                field=self.name,
                remedy="put the wall there first, and leave a cell between slots",
            )
        ]

    def _nodes(self, along: range, across: int) -> Places:
        """Indices in every plane of the wall."""
        axes, places = self.axes, []
        for plane in range(self.planes[0], self.planes[1] + 1):
            for n in along:
                index = [0, 0, 0]
                index[axes[0]], index[axes[1]], index[axes[2]] = n, across, plane
                places.append((index[0], index[1], index[2]))
        return places

    def row(self, *, ends: bool = False) -> Places:
        """Edges across the slot; those at its closed ends only on demand."""
        along, across, _ = self.axes
        shift = 0 if ends else 1
        span = range(self.lo[along] + shift, self.hi[along] + 1 - shift)
        return self._nodes(span, self.lo[across])

    def gap(self) -> Places:
        """Faces of the slot in the planes of the wall."""
        along, across, _ = self.axes
        return self._nodes(range(self.lo[along], self.hi[along]), self.lo[across])

    def inside(self) -> Places:
        """Faces across the slot between the planes of a wall of one cell."""
        return [n for n in self.row() if n[self.axes[2]] < self.planes[1]]

    def _lips(self) -> Places:
        """Edges along both sides of the slot."""
        along, across, _ = self.axes
        span = range(self.lo[along], self.hi[along])
        return self._nodes(span, self.lo[across]) + self._nodes(span, self.hi[across])

    def filling(self, grid: Grid) -> float:
        """Relative permittivity of the edges across the slot."""
        _, across, through = self.axes
        gap, planes = (self.lo[across], self.hi[across]), self.planes
        seen, below, above = gap_capacitance(grid.lines[across], grid.lines[through], gap, planes)
        depth = grid.lines[through][planes[1]] - grid.lines[through][planes[0]]
        if self.depth is not None:
            depth = self.depth
        missing = slot_capacitance(self.width, float(depth), below, above) - seen
        normal = sum(grid.dual_spacings[through][p] for p in set(planes))
        return float(1.0 + missing * grid.spacings[across][gap[0]] / normal)


def with_slots(grid: Grid, medium: Medium, slots: Sequence[Slot]) -> Medium:
    """The medium with its walls opened by slots.

    Parameters
    ----------
    grid : Grid
        The grid.
    medium : Medium
        The walls, whole.
    slots : sequence of Slot
        The slots.

    Returns
    -------
    Medium
        With more rows of edges and of faces.

    Raises
    ------
    GridError
        With every problem of every slot.
    """
    problems = []
    for slot in slots:
        found = slot.problems(grid, medium)
        problems += found
        medium = medium if found else _opened(grid, medium, slot)
    if problems:
        raise GridError(problems)
    return medium


def _opened(grid: Grid, medium: Medium, slot: Slot) -> Medium:
    """One slot, with three rows of its own: e across it, h in the wall's plane, h in the wall."""
    along, across, through = slot.axes
    filling = slot.filling(grid)
    # Inside a thick wall the slot is a plate line; no wave may be faster there than light.
    narrow = max(slot.width / float(grid.spacings[across][slot.lo[across]]), 1.0 / filling)
    faces = medium.faces or Faces.vacuum(grid)
    edge_ids, face_ids = [v.copy() for v in medium.ids], [v.copy() for v in faces.ids]
    _mark(edge_ids[across], slot.row(), medium.rows)
    _mark(face_ids[through], slot.gap(), faces.permeability.size)
    _mark(face_ids[along], slot.inside(), faces.permeability.size + 1)
    return replace(
        medium,
        ids_x=edge_ids[0],
        ids_y=edge_ids[1],
        ids_z=edge_ids[2],
        permittivity=np.append(medium.permittivity, filling),
        conductivity=np.append(medium.conductivity, 0.0),
        faces=Faces(
            face_ids[0],
            face_ids[1],
            face_ids[2],
            np.append(faces.permeability, (1.0 / filling, narrow)),
            np.append(faces.magnetic_loss, (0.0, 0.0)),
        ),
    )


def _mark(ids: Ids, places: Places, row: int) -> None:
    for place in places:
        ids[place] = row
