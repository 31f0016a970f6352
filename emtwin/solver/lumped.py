"""Lumped networks and sources along a row of edges, implicit in the edges' own e.

The row carries one current i, as a component between its two ends does. With v_swept the voltage
that the sweep alone would give and Z = sum of cb l / A (what one ampere takes from it),

    v^(n+1) = v_swept - Z i,      i = g (v^n + v^(n+1)) / 2 + H x + sources.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Box, Stage
from emtwin.errors import GridError, Problem
from emtwin.grid import Grid, Node
from emtwin.grid.medium import PEC_ROW, Medium
from emtwin.solver.assembly import Assembly
from emtwin.solver.elements import Bound, Element, Places, Recording
from emtwin.solver.one_port import Discrete, OnePort
from emtwin.solver.pulses import Waveform
from emtwin.solver.sources import EdgePort
from emtwin.solver.wires import dual_area

if TYPE_CHECKING:
    from emtwin.solver.simulation import Simulation


@dataclass(frozen=True)
class LumpedElement(Element):
    """A one-port, with a source if it has one, along the edges from `start` to `stop`.

    Its voltage and current become the traces ``NAME voltage`` (at (n + 1) dt, positive at `stop`)
    and ``NAME current`` (at (n + 1/2) dt, from `stop` to `start` through the element).

    Parameters
    ----------
    name : str
        Name of the element.
    start, stop : Node
        Negative and positive terminal, on one grid line.
    network : OnePort or None
        What lies between them; None for a source alone.
    emf : float
        Peak voltage in series with the network, V: a resistive source. Without a network a hard
        one, which prescribes the voltage.
    delay : float
        Time in seconds by which the source follows the simulation's pulse.
    """

    name: str
    start: Node
    stop: Node
    network: OnePort | None = None
    emf: float = 0.0
    delay: float = 0.0

    def _edges(self) -> tuple[str, int, list[tuple[int, int, int]]]:
        return EdgePort(self.name, self.start, self.stop, 1.0).edges()

    def problems(self, grid: Grid, medium: Medium) -> list[Problem]:
        """Off the grid or a grid line, or inside a conductor."""
        try:
            component, _, edges = self._edges()
        except GridError as error:
            return list(error.problems)
        axis, nodes = "xyz".index(component[-1]), np.array(grid.nodes)
        if np.any(np.array([self.start, self.stop]) < 0) or np.any(self.stop >= nodes):
            return [Problem(f"{self.name} lies outside the grid", field=self.name)]
        return self._conducting([edge for edge in edges if medium.ids[axis][edge] == PEC_ROW])

    def conflicts(self, simulation: Simulation) -> list[Problem]:
        """On an electric face of the grid."""
        component, _, edges = self._edges()
        row = partial(simulation.boundaries.closed_row, simulation.medium, component)
        return self._conducting([edge for edge in edges if row(edge) == PEC_ROW])

    def _conducting(self, inside: list[tuple[int, int, int]]) -> list[Problem]:
        count = len(self._edges()[2])
        return [
            Problem(
                f"{self.name}: {len(inside)} of its {count} edges lie in a perfect conductor",
                field=self.name,
                remedy="place it across the gap between two conductors",
            )
        ][: len(inside)]

    def active_until(self, pulse: Waveform) -> float:
        """The end of its own source, which comes later by `delay`."""
        return pulse.duration + self.delay if self.emf else 0.0

    def claimed(self, grid: Grid) -> Places:
        """All its edges."""
        del grid
        component, _, edges = self._edges()
        return {component: np.array(edges, np.int64)}

    def bind(self, assembly: Assembly) -> Bound:
        """Read the voltage before the sweep, load the edges after it."""
        component, sign, edges = self._edges()
        push, length = np.empty(len(edges)), np.empty(len(edges))
        axis = "xyz".index(component[-1])
        for n, edge in enumerate(edges):
            cb = assembly.cb(component, edge)
            if cb == 0:
                raise GridError.single(f"{self.name}: another part advances its edge {edge}")
            push[n] = sign * cb / dual_area(assembly.grid, component, edge)
            length[n] = assembly.grid.spacings[axis][edge[axis]]
        reach = -sign * length
        drop = float(np.abs(push) @ length)
        before = assembly.memory(f"{self.name} before", 1, np.float64)
        reading = assembly.memory(f"{self.name} reading", 2)
        shared = {
            "field": assembly.fields,
            "first_edge": assembly.index([0, len(edges)]),
            "edge": assembly.index(assembly.offset(component, edges)),
            "reach": assembly.backend.upload(reach),
            "before": before,
        }
        arguments = shared | self._recursion(assembly, drop) | {"reading": reading}
        arguments["push"] = assembly.backend.upload(push)
        return Bound(
            after_h=(Stage("edge_voltage", Box.items(1), shared),),
            after_e=(Stage("one_port", Box.items(1), arguments),),
            recordings={
                f"{self.name} voltage": Recording(reading, np.array([0])),
                f"{self.name} current": Recording(reading, np.array([1]), half_step=True),
            },
        )

    def _recursion(self, assembly: Assembly, drop: float) -> dict[str, object]:
        upload, dt = assembly.backend.upload, assembly.dt
        empty = Discrete(np.empty((0, 0)), np.empty(0), np.empty(0), 0.0)
        model = self.network.discrete(dt) if self.network else empty
        share = 1 + drop * model.g / 2
        k_new = k_old = model.g / 2 / share
        length = int(np.ceil((assembly.pulse.duration + self.delay) / dt)) + 2
        times = (np.arange(length) + (0.5 if self.network else 1.0)) * dt - self.delay
        source = self.emf * np.where(times > assembly.pulse.duration, 0.0, assembly.pulse(times))
        drive, emf = -model.g / share * source, source
        if self.network is None:  # hard: just the current that makes v what is asked for
            k_new, k_old, drive = 1 / drop, 0.0, -source / drop
        order = model.q.size

        def padded(values: NDArray[np.float64]) -> object:
            return upload(np.append(values.ravel(), 0.0))

        return {
            "k_new": upload(np.array([k_new])),
            "k_old": upload(np.array([k_old])),
            "first_state": assembly.index([0, order]),
            "first_entry": assembly.index([0]),
            "transition": padded(model.p),
            "input": padded(model.q),
            "output": padded(model.h / share),
            "state": assembly.memory(f"{self.name} state", order, np.float64),
            "following": assembly.memory(f"{self.name} following", order, np.float64),
            "drive": upload(drive),
            "emf": upload(emf),
            "length": length,
        }
