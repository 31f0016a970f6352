"""What all sheets with two sides share: the slab between the sides, and their stages.

e and the normal h have a value on each side; between the sides lies the slab's two-port
(`slab_network`). Each side obeys the Ampere law on its own part of the dual face,

    eps A_m de_m/dt + sigma A_m e_m = (circulation of h on side m) - w K_m(e_1, e_2),

and the branches of K are advanced by the trapezoidal rule together with both e. A cell at a time
this is the plain scheme, so its bound on the time step stays; the branches store and lose energy
but make none, and add nothing to the bound.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from functools import cached_property

import numpy as np

from emtwin.constants import EPS0, MU0, TWO_PI
from emtwin.errors import Notice, Problem
from emtwin.grid import Grid
from emtwin.grid.medium import PEC_ROW, Medium
from emtwin.materials.slab_network import REFUSED_ERROR, WORST_FIT, SlabNetwork, fitted_network
from emtwin.solver.sheets.stages import SheetStages
from emtwin.solver.sheets.surface import Edge, Surface
from emtwin.solver.stages.assembly import Assembly
from emtwin.solver.stages.elements import Bound, Element, Places

_NOTICED_ERROR = 0.01
_LEAST_CONDUCTION = 10.0  # times w eps0


class SlabSheet(Element):
    """A sheet with two sides and a slab of metal between them."""

    conductivity: float
    """S/m."""
    thickness: float
    """m, thin against the cells beside it."""
    f_max: float
    """Highest frequency in Hz at which the slab must be right."""
    permeability: float
    """Relative permeability of the metal."""

    in_absorber = False

    @abstractmethod
    def surface(self, grid: Grid) -> Surface:
        """Its faces and edges in a grid."""

    @property
    def partners(self) -> Mapping[Edge, Edge]:
        """Edges that have one field with another one, and the other one."""
        return {}

    @cached_property
    def _fit(self) -> tuple[SlabNetwork, float]:
        return fitted_network(
            self.conductivity, self.thickness, self.f_max, self.permeability, WORST_FIT
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

    def number_problems(self) -> list[Problem]:
        """Values of the metal that are impossible."""
        numbers = {
            "conductivity": (self.conductivity, "S/m"),
            "thickness": (self.thickness, "m"),
            "f_max": (self.f_max, "Hz"),
            "permeability": (self.permeability, ""),
        }
        return [
            Problem(
                f"sheet {self.name}: {key} is {value:g} {unit}".rstrip(),
                field=self.name,
                remedy="give a positive value",
            )
            for key, (value, unit) in numbers.items()
            if not (np.isfinite(value) and value > 0.0)
        ]

    def fit_problems(self) -> list[Problem]:
        """A metal that the network cannot stand for."""
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
        if self.fit_error <= REFUSED_ERROR:
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

    def medium_problems(self, grid: Grid, medium: Medium) -> list[Problem]:
        """A sheet that nothing is left of."""
        rows = [
            medium.ids[axis][tuple(index.T)]
            for axis, index in self.surface(grid).tangential().items()
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

    def held(self, grid: Grid) -> Places:
        """All edges in it."""
        tangential = self.surface(grid).tangential()
        return {"e_" + "xyz"[axis]: index for axis, index in tangential.items()}

    def bind(self, assembly: Assembly) -> Bound:
        """Both sides' h after the sweep's, both sides' e after everything else."""
        surface = self.surface(assembly.grid)
        stages = SheetStages(self.name, surface, self.network, assembly, self.partners)
        return Bound(after_h=stages.after_h(), after_e=(stages.edges(), *stages.copied()))
