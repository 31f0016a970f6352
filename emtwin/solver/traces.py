"""Values written down after every step, or every few: ports, and what elements ask for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Array, Stage
from emtwin.solver.stages.elements import Recording
from emtwin.solver.stepper import Stepper

Real = NDArray[np.float64]

_WIRE_PORTS, _EDGE_PORTS = "ports on wires", "ports across edges"


class Traces:
    """Traces of one run.

    Parameters
    ----------
    stepper : Stepper
        The run.
    batch : int
        Steps between two calls of `collect`.

    Attributes
    ----------
    stages : list of Stage
        What writes them down.
    """

    def __init__(self, stepper: Stepper, batch: int) -> None:
        self._stepper, self._simulation, self._batch = stepper, stepper.simulation, batch
        self._recordings = stepper.recordings | self._of_ports()
        self._rings: dict[str, Array] = {}
        self._parts: dict[str, list[NDArray[Any]]] = {name: [] for name in self._recordings}
        self._peak: dict[str, NDArray[Any]] = {}
        self.stages: list[Stage] = []
        for name, recording in self._recordings.items():
            stage, self._rings[name] = stepper.record(
                recording.source, recording.offset, recording.every, self._lines(recording)
            )
            self.stages.append(stage)

    def _lines(self, recording: Recording) -> int:
        return -(-self._batch // recording.every)

    def _of_ports(self) -> dict[str, Recording]:
        stepper, simulation, found = self._stepper, self._simulation, {}
        if simulation.network.ports:
            ports = simulation.network.ports
            where = np.array([simulation.network.port_segment(name) for name in ports], np.int64)
            found[_WIRE_PORTS] = Recording(stepper.wire_current, where, half_step=True)
        if simulation.ports:
            offsets = [
                stepper.layout.offset(component, np.array(edges))
                for component, _, edges in (port.edges() for port in simulation.ports)
            ]
            found[_EDGE_PORTS] = Recording(stepper.fields, np.concatenate(offsets))
        return found

    def collect(self, first: int) -> None:
        """Take what was written down in the batch of steps that began with step `first`."""
        for name, recording in self._recordings.items():
            lines = self._lines(recording)
            begin, end = (-(-n // recording.every) for n in (first, first + self._batch))
            ring = self._stepper.backend.download(self._rings[name]).reshape(lines, -1)
            self._add(name, ring[np.arange(begin, end) % lines])

    def _add(self, name: str, part: NDArray[Any]) -> None:
        self._parts[name].append(part)
        if len(part):
            peak = np.abs(part).max(axis=0)
            self._peak[name] = np.maximum(self._peak.get(name, peak), peak)

    def of(self, name: str) -> Real:
        """A whole trace, shape (lines, n)."""
        return np.concatenate(self._parts[name]).astype(np.float64)

    def of_elements(self) -> dict[str, Real]:
        """The traces that elements asked for."""
        return {name: self.of(name) for name in self._stepper.recordings}

    def times(self) -> dict[str, Real]:
        """Time of every line of those traces in seconds."""
        return {
            name: recording.times(sum(map(len, self._parts[name])), self._stepper.dt)
            for name, recording in self._stepper.recordings.items()
        }

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything so far, for a checkpoint."""
        return {name: np.concatenate(parts) for name, parts in self._parts.items() if parts}

    def restore(self, state: dict[str, NDArray[Any]]) -> None:
        """Take up a `state`, in the parts in which it came."""
        for name, values in state.items():
            every, ends = self._recordings[name].every, range(self._batch, 1 << 62, self._batch)
            start = 0
            for end in ends:
                if start >= len(values):
                    break
                stop = -(-end // every)
                self._add(name, values[start:stop])
                start = stop

    # -- ports -------------------------------------------------------------------------------

    def port_decay_db(self, *, static: bool) -> float:
        """Largest value of the last batch relative to its port's peak, 20 log10.

        With `static` the mean of the batch is taken off first: charge that stays on a conductor is
        no ringing.
        """
        worst = -np.inf
        for name in (_WIRE_PORTS, _EDGE_PORTS):
            if self._parts.get(name):
                last, peak = self._parts[name][-1].astype(np.float64), self._peak[name]
                moving = last - last.mean(axis=0) if static else last
                tail = np.abs(moving).max(axis=0)
                ratio = np.divide(tail, peak, out=np.zeros_like(tail), where=peak > 0)
                worst = max(worst, 20 * np.log10(max(ratio.max(), 1e-15)))
        return float(worst)

    def port_voltages(self) -> dict[str, Real]:
        """Voltage of every port at times (n + 1) dt."""
        simulation, voltages = self._simulation, {}
        if _WIRE_PORTS in self._parts:
            current = self.of(_WIRE_PORTS)
            for column, name in enumerate(simulation.network.ports):
                voltages[name] = self._wire_voltage(name, current[:, column])
        if _EDGE_PORTS in self._parts:
            field, start = self.of(_EDGE_PORTS), 0
            for port in simulation.ports:
                component, sign, edges = port.edges()
                axis = "xyz".index(component[-1])
                lengths = simulation.grid.spacings[axis][[edge[axis] for edge in edges]]
                voltages[port.name] = -sign * field[:, start : start + len(edges)] @ lengths
                start += len(edges)
        return voltages

    def _wire_voltage(self, name: str, current: Real) -> Real:
        """Terminal voltage v_s - R i at whole steps, from the current at half steps."""
        following = np.append(current[1:], 2 * current[-1] - current[-2])
        source = np.zeros_like(current)
        if name == self._simulation.driven:
            source = self._simulation.pulse((np.arange(current.size) + 1) * self._stepper.dt)
        voltage: Real = source - self._simulation.resistances[name] * (current + following) / 2
        return voltage
