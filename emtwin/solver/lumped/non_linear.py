"""Diodes and suppressors along a row of edges, implicit in the edges' own e.

With v_swept the voltage that the sweep alone would give, Z what one ampere takes from it, and w
the voltage of the junction's capacitance,

    v^(n+1) = v_swept - Z i,        (v^n + v^(n+1)) / 2 = u + Rs i,
    i = f(u) + C (w^(n+1) - w^n) / dt,        (w^n + w^(n+1)) / 2 = u.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from emtwin.errors import Notice
from emtwin.grid import Grid
from emtwin.grid.medium import Medium
from emtwin.solver.lumped.edge_rows import RowElement
from emtwin.solver.lumped.junction_table import pieces
from emtwin.solver.lumped.junctions import Junction
from emtwin.solver.stages.assembly import Assembly
from emtwin.solver.stages.elements import Bound


@dataclass(frozen=True)
class NonLinearElement(RowElement):
    """A diode or a suppressor along the edges from `start` to `stop`.

    Its voltage and current become the traces ``NAME voltage`` (at (n + 1) dt, positive at `stop`)
    and ``NAME current`` (at (n + 1/2) dt, from `stop` to `start` through the element).

    Parameters
    ----------
    name : str
        Name of the element.
    start, stop : Node
        Negative and positive terminal, on one grid line.
    device : Junction
        `Diode` or `TVS`.
    """

    device: Junction

    linear = False

    def notices(self, grid: Grid, medium: Medium) -> list[Notice]:
        """The run holds for its own level."""
        del grid, medium
        return [
            Notice(
                "not-linear",
                f"{self.name} is not linear: spectra, transfer functions and scattering "
                "parameters of this run hold for its sources at this level together, and may be "
                "neither scaled nor added to those of another run.",
            )
        ]

    def bind(self, assembly: Assembly) -> Bound:
        """Read the voltage before the sweep, load the edges after it."""
        row, upload = self._row(assembly), assembly.backend.upload
        load = self.device.series_resistance + row.drop / 2
        memory = 2 * self.device.capacitance / assembly.dt
        table = pieces(self.device, load, memory)
        arguments = {
            "load": upload(np.array([load])),
            "memory": upload(np.array([memory])),
            "charged": assembly.memory(f"{self.name} charged", 1, np.float64),
            "first_piece": assembly.index([0, table.begin.size]),
        }
        arguments |= {name: upload(values) for name, values in table._asdict().items()}
        return self._bound(row, "junction", arguments)
