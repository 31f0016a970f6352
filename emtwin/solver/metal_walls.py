"""Metal walls on the staircase that the grid makes of them, with two sides and the skin effect."""

from __future__ import annotations

from dataclasses import dataclass

from emtwin.errors import Problem
from emtwin.grid import Grid
from emtwin.grid.medium import PEC_ROW, Medium
from emtwin.solver.sheet_surface import SheetFaces, Surface
from emtwin.solver.slab_sheets import SlabSheet


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
    """

    name: str
    faces: tuple[SheetFaces, SheetFaces, SheetFaces]
    conductivity: float
    thickness: float
    f_max: float
    permeability: float = 1.0

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

    def surface(self, grid: Grid) -> Surface:
        """Its faces."""
        return Surface(grid, self.faces)
