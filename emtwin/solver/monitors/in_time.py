"""Field values in time: at a point, along a line, on a plane, in a volume."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from emtwin.errors import GridError, Problem
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver.monitors.field_samples import places_in
from emtwin.solver.stages.assembly import Assembly
from emtwin.solver.stages.elements import Bound, Element, Recording
from emtwin.solver.stages.layout import COMPONENTS


@dataclass(frozen=True)
class TimeMonitor(Element):
    """Writes field components down in time; they become ``RunResult.traces["NAME e_x"]``.

    Parameters
    ----------
    name : str
        Name of the monitor.
    lo, hi : Node
        Corners of the box: the same node for a point, see `places_in`.
    components : tuple of str
        Field components, e_x to h_z.
    stride : int
        Every which place along each axis.
    every : int
        Steps from one line to the next.
    """

    name: str
    lo: Node
    hi: Node
    components: tuple[str, ...] = ("e_x", "e_y", "e_z")
    stride: int = 1
    every: int = 1

    def problems(self, grid: Grid, medium: Medium) -> list[Problem]:
        """Outside the grid, an unknown component, no step."""
        del medium
        wrong = [c for c in self.components if c not in COMPONENTS]
        found = [
            Problem(
                f"monitor {self.name}: no component {c!r}",
                field=self.name,
                remedy=f"components are {', '.join(COMPONENTS)}",
            )
            for c in wrong
        ]
        if min(self.stride, self.every) < 1:
            found.append(
                Problem(
                    f"monitor {self.name}: stride {self.stride} and every {self.every} must be 1 "
                    "or more",
                    field=self.name,
                )
            )
        if not found:
            try:
                places_in(self.name, grid, "e_x", self.lo, self.hi, self.stride)
            except GridError as error:
                found += error.problems
        return found

    def bytes_of(self, grid: Grid, n_steps: int) -> int:
        """Memory of its traces after `n_steps` steps: 8 bytes a value, and as many for a copy."""
        values = sum(
            len(places_in(self.name, grid, c, self.lo, self.hi, self.stride))
            for c in self.components
        )
        return 16 * values * (n_steps // self.every + 1)

    def bind(self, assembly: Assembly) -> Bound:
        """Recordings alone; it changes nothing."""
        recordings = {}
        for c in self.components:
            index = places_in(self.name, assembly.grid, c, self.lo, self.hi, self.stride)
            offset = np.asarray(assembly.offset(c, index), np.int64)
            recordings[f"{self.name} {c}"] = Recording(
                assembly.fields, offset, half_step=c[0] == "h", every=self.every
            )
        return Bound(recordings=recordings)
