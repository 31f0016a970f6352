"""Thin metallic sheets with two sides: shields with the skin effect inside.

A sheet without thickness in the grid, on a plane of nodes or on the surface of a box, that stands
for a slab of metal. e and the normal h have a value on each side; between the sides lies the slab's
two-port (`slab_network`). Each side obeys the Ampere law on its own part of the dual face,

    eps A_m de_m/dt + sigma A_m e_m = (circulation of h on side m) - w K_m(e_1, e_2),

and the branches of K are advanced by the trapezoidal rule together with both e. A cell at a time
this is the plain scheme, so its bound on the time step stays; the branches store and lose energy
but make none, and add nothing to the bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import EPS0, MU0, TWO_PI
from emtwin.errors import Notice, Problem
from emtwin.grid import Grid, Node
from emtwin.grid.medium import PEC_ROW, Medium
from emtwin.solver.assembly import Assembly
from emtwin.solver.boundaries import MAGNETIC
from emtwin.solver.elements import Bound, Element, Places
from emtwin.solver.sheet_places import flat_axes, place_problems
from emtwin.solver.sheet_stages import SheetStages
from emtwin.solver.sheet_surface import Surface, rectangles
from emtwin.solver.slab_network import SlabNetwork, fitted_network

if TYPE_CHECKING:
    from emtwin.solver.simulation import Simulation

_NOTICED_ERROR, _REFUSED_ERROR = 0.01, 0.06
_WORST_FIT = 0.005
_LEAST_CONDUCTION = 10.0  # times w eps0
Real = NDArray[np.float64]


@dataclass(frozen=True)
class MetalSheet(Element):
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

    in_absorber = False

    @cached_property
    def _fit(self) -> tuple[SlabNetwork, float]:
        return fitted_network(
            self.conductivity, self.thickness, self.f_max, self.permeability, _WORST_FIT
        )

    @property
    def network(self) -> SlabNetwork:
        """The branches that stand for the slab."""
        return self._fit[0]

    @property
    def fit_error(self) -> float:
        """Largest relative error of the slab's impedances up to `f_max`."""
        return self._fit[1]

    @property
    def skin_depths(self) -> float:
        """Thickness in skin depths at `f_max`."""
        mu = MU0 * self.permeability
        return self.thickness * float(np.sqrt(np.pi * self.f_max * mu * self.conductivity))

    def problems(self, grid: Grid, medium: Medium) -> list[Problem]:
        """Corners, metal, fit and place."""
        found = place_problems(self.name, grid, self.lo, self.hi, box=True)
        numbers = {
            "conductivity": (self.conductivity, "S/m"),
            "thickness": (self.thickness, "m"),
            "f_max": (self.f_max, "Hz"),
            "permeability": (self.permeability, ""),
        }
        wrong = [
            Problem(
                f"sheet {self.name}: {key} is {value:g} {unit}".rstrip(),
                field=self.name,
                remedy="give a positive value",
            )
            for key, (value, unit) in numbers.items()
            if not (np.isfinite(value) and value > 0.0)
        ]
        if found or wrong:
            return found + wrong
        return self._fit_problems() + self._size_problems(grid) + self._place_problems(grid, medium)

    def _fit_problems(self) -> list[Problem]:
        least = _LEAST_CONDUCTION * TWO_PI * self.f_max * EPS0
        if self.conductivity < least:
            return [
                Problem(
                    f"sheet {self.name} conducts {self.conductivity:.4g} S/m: below {least:.4g} "
                    f"S/m its displacement current counts at {self.f_max / 1e6:.4g} MHz",
                    field=self.name,
                    remedy="use ResistiveSheet.film, or lower f_max",
                )
            ]
        if self.fit_error <= _REFUSED_ERROR:
            return []
        return [
            Problem(
                f"sheet {self.name} is {self.skin_depths:.3g} skin depths thick at "
                f"{self.f_max / 1e6:.4g} MHz: its network would be wrong by "
                f"{100 * self.fit_error:.2g} %",
                field=self.name,
                remedy="use a perfect conductor, or lower f_max",
            )
        ]

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
        rows = [
            medium.ids[axis][tuple(index.T)]
            for axis, index in Surface(grid, self.lo, self.hi).tangential().items()
        ]
        if all((part == PEC_ROW).all() for part in rows):
            return [
                Problem(
                    f"sheet {self.name} lies in a perfect conductor everywhere",
                    field=self.name,
                    remedy="move it, or take it away",
                )
            ]
        return []

    def notices(self, grid: Grid, medium: Medium) -> list[Notice]:
        """How wrong the network is, where it is not good."""
        del grid, medium
        if self.fit_error <= _NOTICED_ERROR:
            return []
        return [
            Notice(
                "sheet-fit",
                f"Sheet {self.name} is {self.skin_depths:.3g} skin depths thick at "
                f"{self.f_max / 1e6:.4g} MHz; its network is wrong by up to "
                f"{100 * self.fit_error:.2g} % there.",
            )
        ]

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

    def held(self, grid: Grid) -> Places:
        """All edges in it."""
        tangential = Surface(grid, self.lo, self.hi).tangential()
        return {"e_" + "xyz"[axis]: index for axis, index in tangential.items()}

    def bind(self, assembly: Assembly) -> Bound:
        """Both sides' h after the sweep's, both sides' e after everything else."""
        stages = SheetStages(self.name, self.lo, self.hi, self.network, assembly)
        return Bound(after_h=stages.after_h(), after_e=(stages.edges(),))
