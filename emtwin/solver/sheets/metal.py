"""Thin metallic sheets with two sides: shields with the skin effect inside.

A sheet without thickness in the grid, on a plane of nodes or on the surface of a box, that stands
for a slab of metal; `sheets.slab` has the equations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emtwin.errors import Problem
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver.boundaries.faces import MAGNETIC
from emtwin.solver.sheets.places import flat_axes, place_problems
from emtwin.solver.sheets.slab import SlabSheet
from emtwin.solver.sheets.surface import Surface, rectangles

if TYPE_CHECKING:
    from emtwin.solver.simulation import Simulation


@dataclass(frozen=True)
class MetalSheet(SlabSheet):
    """A metallic sheet between two sides, flat or closed to a box.

    Parameters
    ----------
    name : str
        Name of the sheet.
    lo, hi : Node
        Opposite corners in rising order. Where they agree along one axis the sheet is flat; where
        they differ along all three it is the surface of the box between them.
    conductivity : float
        S/m.
    thickness : float
        m, thin against the cells beside it.
    f_max : float
        Highest frequency in Hz at which the slab must be right.
    permeability : float
        Relative permeability of the metal.
    """

    name: str
    lo: Node
    hi: Node
    conductivity: float
    thickness: float
    f_max: float
    permeability: float = 1.0

    def problems(self, grid: Grid, medium: Medium) -> list[Problem]:
        """Corners, metal, fit and place."""
        found = place_problems(self.name, grid, self.lo, self.hi, box=True)
        wrong = self.number_problems()
        if found or wrong:
            return found + wrong
        return self.fit_problems() + self._size_problems(grid) + self._place_problems(grid, medium)

    def _size_problems(self, grid: Grid) -> list[Problem]:
        smallest = min(
            grid.spacings[axis][plane - 1 : plane + 1].min() for axis, plane in self._planes()
        )
        if self.thickness <= smallest:
            return []
        return [
            Problem(
                f"sheet {self.name} is {self.thickness * 1e3:.4g} mm thick, but a cell beside it "
                f"has {smallest * 1e3:.4g} mm",
                field=self.name,
                remedy="mesh the metal with cells instead",
            )
        ]

    def _planes(self) -> list[tuple[int, int]]:
        """Axis and index of every grid plane in which it lies."""
        return [(normal, lo[normal]) for normal, lo, _ in rectangles(self.lo, self.hi)]

    def _place_problems(self, grid: Grid, medium: Medium) -> list[Problem]:
        if not flat_axes(self.lo, self.hi) and min(np.subtract(self.hi, self.lo)) < 2:
            return [
                Problem(
                    f"sheet {self.name} is a box of less than two cells along an axis",
                    field=self.name,
                    remedy="use smaller cells there",
                )
            ]
        return self.medium_problems(grid, medium)

    def conflicts(self, simulation: Simulation) -> list[Problem]:
        """A mirror at its rim, where its two sides would wrongly be joined."""
        touched = [
            (axis, end)
            for axis, end, kind in simulation.boundaries.faces()
            if kind == MAGNETIC
            and (self.lo, self.hi)[end][axis] == (0, simulation.grid.shape[axis])[end]
        ]
        return [
            Problem(
                f"sheet {self.name} ends in the {('low', 'high')[end]} face of {'xyz'[axis]}, "
                "which is magnetic: the two sides of its rim would be taken for one",
                field=self.name,
                remedy="end it a cell before the face, or model the whole scene",
            )
            for axis, end in touched
        ]

    def surface(self, grid: Grid) -> Surface:
        """Its faces, with side 2 above a flat sheet and inside a box."""
        return Surface.between(grid, self.lo, self.hi)
