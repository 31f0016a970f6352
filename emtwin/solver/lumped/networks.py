"""Lumped networks and sources along a row of edges, implicit in the edges' own e.

The row carries one current i, as a component between its two ends does. With v_swept the voltage
that the sweep alone would give and Z = sum of cb l / A (what one ampere takes from it),

    v^(n+1) = v_swept - Z i,      i = g (v^n + v^(n+1)) / 2 + H x + sources.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.solver.lumped.edge_rows import RowElement
from emtwin.solver.lumped.one_port import Discrete, OnePort
from emtwin.solver.stages.assembly import Assembly
from emtwin.solver.stages.elements import Bound
from emtwin.solver.waveforms.pulses import Waveform


@dataclass(frozen=True)
class LumpedElement(RowElement):
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

    network: OnePort | None = None
    emf: float = 0.0
    delay: float = 0.0

    def active_until(self, pulse: Waveform) -> float:
        """The end of its own source, which comes later by `delay`."""
        return pulse.duration + self.delay if self.emf else 0.0

    def bind(self, assembly: Assembly) -> Bound:
        """Read the voltage before the sweep, load the edges after it."""
        row = self._row(assembly)
        return self._bound(row, "one_port", self._recursion(assembly, row.drop))

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
