"""Stored and dissipated energy in time, by material."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import At, Box, Stage
from emtwin.constants import EPS0, MU0
from emtwin.errors import GridError, Problem
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Faces, Medium
from emtwin.solver.monitors.field_samples import places_in
from emtwin.solver.stages.assembly import Assembly
from emtwin.solver.stages.elements import Bound, Element, Recording

Real = NDArray[np.float64]


@dataclass(frozen=True)
class EnergyMonitor(Element):
    """Writes down the energies of a box of nodes, by material.

    ``RunResult.traces["NAME electric"]`` in joules has one column per row of the medium (of row
    0, the perfect conductor, zeros), ``"NAME dissipated"`` in watts likewise, and ``"NAME
    magnetic"`` in joules one per magnetic row (two where nothing is magnetic: none, and vacuum).
    Electric energy and heat belong to (n + 1) dt, the magnetic to half a step before. Edges and
    faces on the surface count with their whole volume; those that other elements advance do not.

    Parameters
    ----------
    name : str
        Name of the monitor.
    lo, hi : Node
        Corners of the box.
    every : int
        Steps from one line to the next; each costs as much as a step and a half per material.
    """

    name: str
    lo: Node
    hi: Node
    every: int = 50

    def problems(self, grid: Grid, medium: Medium) -> list[Problem]:
        """Outside the grid, flat, or no step."""
        del medium
        found = []
        if self.every < 1 or any(b <= a for a, b in zip(self.lo, self.hi, strict=True)):
            found.append(
                Problem(
                    f"monitor {self.name}: every = {self.every} and the box from {tuple(self.lo)} "
                    f"to {tuple(self.hi)} leave nothing to sum",
                    field=self.name,
                )
            )
        else:
            try:
                places_in(self.name, grid, "e_x", self.lo, self.hi)
            except GridError as error:
                found += error.problems
        return found

    def bind(self, assembly: Assembly) -> Bound:
        """Sums of rows and totals, after e."""
        medium = assembly.medium
        faces = medium.faces or Faces.vacuum(assembly.grid)
        electric, heat = EPS0 * medium.permittivity / 2, medium.conductivity
        magnetic = MU0 * faces.permeability / 2
        stages, recordings = list[Stage](), dict[str, Recording]()
        for label, kind, weights in (
            ("electric", "e", electric),
            ("dissipated", "e", heat),
            ("magnetic", "h", magnetic),
        ):
            added, total = self._sums(assembly, label, kind, weights)
            stages += added
            where = np.arange(weights.size, dtype=np.int64)
            recordings[f"{self.name} {label}"] = Recording(total, where, kind == "h", self.every)
        return Bound(after_e=tuple(stages), recordings=recordings)

    def _sums(
        self, assembly: Assembly, label: str, kind: str, weights: Real
    ) -> tuple[list[Stage], Any]:
        """Stages that leave one sum per material in an array, and the array."""
        layout, upload = assembly.layout, assembly.backend.upload
        count = layout.shape[0] * layout.shape[1]
        sums = assembly.backend.zeros(weights.size * count, np.float64)
        total = assembly.memory(f"{self.name} {label}", weights.size)
        shared = self._geometry(assembly, kind) | {
            "every": self.every,
            "plane": layout.plane,
            "row": layout.pitch,
            "n_rows": layout.shape[1],
        }
        hi = (self.hi[0] + 1, self.hi[1] + 1, self.hi[2] + 1)
        box, stages = Box((self.lo[0], self.lo[1], self.lo[2]), hi), []
        for row in range(1, weights.size):
            if weights[row] > 0:
                only = np.where(np.arange(weights.size + 1) == row, weights[row], 0.0)
                arguments = {"weight": upload(only), "sums": At(sums, row * count)}
                stages.append(Stage("row_squares", box, shared | arguments))
        arguments = {"sums": sums, "total": total, "count": count, "every": self.every}
        last = Stage("totals", Box.items(weights.size), arguments, every=self.every)
        return [*stages, last], total

    def _geometry(self, assembly: Assembly, kind: str) -> dict[str, Any]:
        """Fields, rows and sizes of e or of h."""
        grid, upload = assembly.grid, assembly.backend.upload
        ids = assembly.ids if kind == "e" else assembly.face_ids
        if ids is None:
            x, y, z = (assembly.layout.pad(volume) for volume in Faces.vacuum(grid).ids)
            ids = (x, y, z)
        arguments = assembly.id_arguments(ids)
        for a, axis in enumerate("xyz"):
            between = np.append(grid.spacings[a], 0.0)
            between[self.hi[a] :] = 0.0  # edges that leave the box
            sizes = (between, np.array(grid.dual_spacings[a]))
            along, across = sizes if kind == "e" else sizes[::-1]
            arguments |= {
                f"field_{axis}": assembly.at(f"{kind}_{axis}"),
                f"along_{axis}": upload(along),
                f"across_{axis}": upload(across),
            }
        return arguments
