"""Metal walls on the staircase that the grid makes of them, with two sides and the skin effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emtwin.errors import Problem
from emtwin.grid import Grid
from emtwin.grid.medium import PEC_ROW, Medium
from emtwin.solver.sheets.slab import SlabSheet
from emtwin.solver.sheets.stair_steps import Pairs
from emtwin.solver.sheets.surface import Edge, SheetFaces, Surface

if TYPE_CHECKING:
    from emtwin.solver.simulation import Simulation


@dataclass(frozen=True, eq=False)
class MetalWall(SlabSheet):
    """A metallic sheet with two sides, of any faces of the grid.

    Parameters
    ----------
    name : str
        Name of the wall.
    faces : tuple of SheetFaces
        Its faces normal to x, y, z.
    conductivity : float
        S/m.
    thickness : float
        m, thin against the cells beside it.
    f_max : float
        Highest frequency in Hz at which the slab must be right.
    permeability : float
        Relative permeability of the metal.
    steps : tuple of ndarray of int64
        Pairs of edges along x, y, z beside a step, which have one field on each side, shape
        (n, 2, 3); see `stair_steps`.
    """

    name: str
    faces: tuple[SheetFaces, SheetFaces, SheetFaces]
    conductivity: float
    thickness: float
    f_max: float
    permeability: float = 1.0
    steps: tuple[Pairs, ...] = ()

    @property
    def partners(self) -> dict[Edge, Edge]:
        """The edges of all steps."""
        return {
            ("e_" + "xyz"[axis], (a, b, c)): ("e_" + "xyz"[axis], (d, e, f))
            for axis, pairs in enumerate(self.steps)
            for (a, b, c), (d, e, f) in pairs.tolist()
        }

    def problems(self, grid: Grid, medium: Medium) -> list[Problem]:
        """Metal, fit, and places where its sides are not told apart."""
        wrong = self.number_problems()
        if wrong:
            return wrong
        return self.fit_problems() + self._torn(grid, medium) + self.medium_problems(grid, medium)

    def _torn(self, grid: Grid, medium: Medium) -> list[Problem]:
        for axis, index in self.surface(grid).torn().items():
            open_ = index[medium.ids[axis][tuple(index.T)] != PEC_ROW]
            if len(open_):
                return [
                    Problem(
                        f"wall {self.name} has {len(open_)} edges along {'xyz'[axis]} where more "
                        "than two of its faces meet, or their sides disagree, the first at "
                        f"{tuple(open_[0].tolist())}",
                        field=self.name,
                        remedy="make these edges a perfect conductor",
                    )
                ]
        return []

    def conflicts(self, simulation: Simulation) -> list[Problem]:
        """Edges in an outer face that is no perfect conductor: its sides would be one there."""
        grid = simulation.grid
        places = np.concatenate(list(self.surface(grid).tangential().values()))
        touched = [
            (axis, end)
            for axis, end, _ in simulation.boundaries.faces()
            if (places[:, axis] == (0, grid.shape[axis])[end]).any()
        ]
        return [
            Problem(
                f"wall {self.name} reaches the {('low', 'high')[end]} face of {'xyz'[axis]}, which "
                "is no perfect conductor: its two sides would be taken for one there",
                field=self.name,
                remedy="end it a cell before the face, or model the whole scene",
            )
            for axis, end in touched
        ]

    def surface(self, grid: Grid) -> Surface:
        """Its faces."""
        return Surface(grid, self.faces)
