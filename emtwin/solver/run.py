"""The time loop: many steps per call, spectra in batches, an end by decay."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Array, Backend, Program, Stage
from emtwin.constants import TWO_PI
from emtwin.errors import Notice, RunError
from emtwin.solver.elements import Recording
from emtwin.solver.ending import Tail
from emtwin.solver.monitors import FieldSamples, nyquist_interval
from emtwin.solver.results import Ending, PortRecord, Progress, RunResult
from emtwin.solver.sampling import SampleSpectra
from emtwin.solver.simulation import Simulation
from emtwin.solver.stepper import Stepper

STEPS_AFTER_PULSE = 128
"""Steps that every run goes on after its sources: less says nothing of a decay."""

_WIRE_PORTS, _EDGE_PORTS = "ports on wires", "ports across edges"
_STEPS_PER_CALL = 512
_NOTICED_SHARE = 0.06  # half a decibel
_PATIENCE = 1.15  # steps of a run until its ringing is looked at again
_GROWTH = 30.0  # energy may rise by this factor over its peak under the pulse, not more


@dataclass(frozen=True)
class StopRule:
    """When a run ends.

    Parameters
    ----------
    energy_db : float
        Stored energy relative to its peak, dB, at which the run may end.
    port_db : float
        Largest port voltage of the last batch relative to its peak, dB, likewise.
    max_steps : int
        Budget; a run that reaches it gets the notice ``not-decayed``.
    truncation : float
        Share of the spectra that may be wrong because the run ended, at its worst frequency. A
        decayed run goes on until its ringing can be foretold that well.
    """

    energy_db: float = -50.0
    port_db: float = -60.0
    max_steps: int = 200_000
    truncation: float = 0.03


def run(
    simulation: Simulation,
    backend: Backend,
    stop: StopRule | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> RunResult:
    """Run a simulation to its end.

    Parameters
    ----------
    simulation : Simulation
        What to run.
    backend : Backend
        Where to run it.
    stop : StopRule, optional
        When to end.
    progress : callable, optional
        Called after each batch of steps.

    Returns
    -------
    RunResult
        Traces and spectra.

    Raises
    ------
    RunError
        If the fields become infinite or grow after the pulse; the message names the place.
    """
    return _Loop(simulation, backend, stop or StopRule(), progress).run()


class _Loop:
    def __init__(
        self,
        simulation: Simulation,
        backend: Backend,
        stop: StopRule,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.simulation, self.backend, self.stop, self.progress = (
            simulation,
            backend,
            stop,
            progress,
        )
        self.stepper = Stepper(simulation, backend)
        self.dt = self.stepper.dt
        f_max = float(simulation.frequencies.max(initial=simulation.pulse.f_max))
        self.every = nyquist_interval(f_max, 2.4 * simulation.pulse.f_max, self.dt)
        self.lines = max(1, _STEPS_PER_CALL // self.every)
        self.batch = self.every * self.lines
        self._monitors()
        energy_stage, self.energy_rows = self.stepper.energy()
        self.energy_program = backend.program([energy_stage])
        self.energies: list[float] = []
        self.next_look = 0

    def _monitors(self) -> None:
        stepper, simulation = self.stepper, self.simulation
        groups = list(simulation.samples)
        if simulation.surface is not None:
            groups.append(simulation.surface.samples)
        self.spectra = SampleSpectra(
            groups,
            simulation.frequencies,
            self.dt,
            self.every,
            None if simulation.surface is None else simulation.surface.samples,
        )
        stages: list[Stage] = []
        offset = [_offsets(stepper, group) for group in groups]
        self.sample_offset = np.concatenate(offset) if offset else np.empty(0, np.int64)
        if self.sample_offset.size:
            stage, self.sample_ring = stepper.record(
                stepper.fields, self.sample_offset, self.every, self.lines
            )
            stages.append(stage)
        stages += self._trace_stages()
        self.program: Program = self.backend.program([*stepper.stages(), *stages])

    def _trace_stages(self) -> list[Stage]:
        """Ports and elements write something down after every step."""
        stepper, network, stages = self.stepper, self.simulation.network, []
        recordings = dict(stepper.recordings)
        if network.ports:
            where = np.array([network.port_segment(name) for name in network.ports], np.int64)
            recordings[_WIRE_PORTS] = Recording(stepper.wire_current, where, half_step=True)
        if self.simulation.ports:
            offsets = [
                stepper.layout.offset(component, np.array(edges))
                for component, _, edges in (port.edges() for port in self.simulation.ports)
            ]
            recordings[_EDGE_PORTS] = Recording(stepper.fields, np.concatenate(offsets))
        self.rings: dict[str, Array] = {}
        self.parts: dict[str, list[NDArray[np.float64]]] = {name: [] for name in recordings}
        for name, recording in recordings.items():
            stage, self.rings[name] = stepper.record(
                recording.source, recording.offset, 1, self.batch
            )
            stages.append(stage)
        return stages

    def run(self) -> RunResult:
        begin = time.perf_counter()
        done, finished_by, tail = 0, "step budget", None
        pulse_steps = int(source_end(self.simulation) / self.dt)
        least = pulse_steps + STEPS_AFTER_PULSE
        while done < self.stop.max_steps:
            self.program.run(done, self.batch)
            self._collect()
            done += self.batch
            self._check(done, pulse_steps)
            self._report(done, time.perf_counter() - begin)
            if done > least and self._decayed():
                finished_by = "decay"
                tail = self._settled(done)
                if tail is not None:
                    break
        tail = tail or self._tail(done)
        return self._result(done, finished_by, tail, time.perf_counter() - begin)

    def _collect(self) -> None:
        lines = np.empty((self.lines, 0))  # ports are finished at the same times without samples
        if self.sample_offset.size:
            lines = self.backend.download(self.sample_ring).reshape(self.lines, -1)
        self.spectra.add(lines)
        for name, ring in self.rings.items():
            lines = self.backend.download(ring).reshape(self.batch, -1)
            self.parts[name].append(lines.astype(np.float64))

    def _check(self, done: int, pulse_steps: int) -> None:
        self.energy_program.run(done, 1)
        energy = float(self.backend.download(self.energy_rows).sum()) / 2
        peak = max(self.energies, default=0.0)
        self.energies.append(energy)
        grown = done - self.batch > pulse_steps and energy > _GROWTH * peak
        if not np.isfinite(energy) or grown:
            raise RunError(self._blame(done))

    def _blame(self, done: int) -> str:
        """Where the field is largest, and what it may come from."""
        layout, grid = self.stepper.layout, self.simulation.grid
        fields = self.backend.download(self.stepper.fields)
        largest = {
            name: np.nan_to_num(np.abs(layout.component(fields, name)), nan=np.inf)
            for name in ("e_x", "e_y", "e_z")
        }
        name = max(largest, key=lambda key: float(largest[key].max()))
        i, j, k = np.unravel_index(int(np.argmax(largest[name])), largest[name].shape)
        return (
            f"the fields grew without a source by step {done} (dt = {self.dt:.4g} s); the "
            f"largest is {name} at "
            f"({grid.x[i]:.4g}, {grid.y[j]:.4g}, {grid.z[k]:.4g}) m. Look there for a wire "
            "nearly as thick as "
            "its cell, or lower `courant`."
        )

    def decay_db(self) -> float:
        peak = max(self.energies)
        if peak <= 0:
            return 0.0
        return float(10 * np.log10(max(self.energies[-1], 1e-300) / peak))

    def port_decay_db(self) -> float:
        worst = -np.inf
        for traces in (self.parts.get(_WIRE_PORTS), self.parts.get(_EDGE_PORTS)):
            if traces:
                peak = np.max([np.abs(part).max(axis=0) for part in traces], axis=0)
                tail = np.abs(traces[-1]).max(axis=0)
                ratio = np.divide(tail, peak, out=np.zeros_like(peak), where=peak > 0)
                worst = max(worst, 20 * np.log10(max(ratio.max(), 1e-15)))
        return float(worst)

    def _decayed(self) -> bool:
        return self.decay_db() <= self.stop.energy_db and self.port_decay_db() <= self.stop.port_db

    def _tail(self, done: int) -> Tail:
        remainder = 10 ** (self.decay_db() / 20)
        silent = source_end(self.simulation)
        return Tail(self.spectra, self._port_voltages(), silent, done, remainder)

    def _settled(self, done: int) -> Tail | None:
        """What rings on, once it is known well enough; looked at now and then only."""
        if done < self.next_look:
            return None
        self.next_look = int(done * _PATIENCE)
        tail = self._tail(done)
        known = tail.ending.truncation.max(initial=0.0) <= self.stop.truncation
        return tail if known else None

    def _report(self, done: int, seconds: float) -> None:
        if self.progress is None:
            return
        decay = self.decay_db()
        share = min(1.0, max(done / self.stop.max_steps, decay / self.stop.energy_db, 0.0))
        left = seconds * (1 - share) / max(share, 1e-3)
        self.progress(Progress(done, self.stop.max_steps, decay, share, seconds, left))

    def _result(self, done: int, finished_by: str, tail: Tail, seconds: float) -> RunResult:
        simulation = self.simulation
        port_spectra = tail.finish()
        records = {
            name: PortRecord(name, simulation.resistances[name], voltage, port_spectra[name])
            for name, voltage in tail.voltages.items()
        }
        spectra = self.spectra.take()
        currents = None
        if simulation.surface is not None:
            surface = spectra.pop(simulation.surface.samples.name)
            currents = simulation.surface.currents(simulation.frequencies, surface)
        return RunResult(
            self.dt,
            done,
            simulation.frequencies,
            pulse_spectrum(simulation, self.dt),
            records,
            spectra,
            {group.name: group for group in simulation.samples},
            currents,
            {name: np.concatenate(self.parts[name]) for name in self.stepper.recordings},
            self.decay_db(),
            self.port_decay_db(),
            finished_by,
            tail.ending,
            seconds,
            self._notices(done, finished_by, tail.ending),
        )

    def _notices(self, done: int, finished_by: str, ending: Ending) -> tuple[Notice, ...]:
        run_of = f"The run driven at {self.simulation.driven or 'its source'}"
        notices = list(self.simulation.notices)
        if finished_by != "decay":
            notices.append(
                Notice(
                    "not-decayed",
                    f"{run_of} ended after {done} steps with its energy at {self.decay_db():.1f} "
                    f"dB and its ports at {self.port_decay_db():.1f} dB of their peaks; "
                    f"{self.stop.energy_db:g} and {self.stop.port_db:g} dB were asked for.",
                )
            )
        share = ending.truncation
        if share.size and not ending.foretold and share.max() > _NOTICED_SHARE:
            frequency = self.simulation.frequencies[int(np.argmax(share))]
            notices.append(
                Notice(
                    "cut-ringing",
                    f"{run_of} still rang when it ended: about {100 * min(share.max(), 1):.0f} % "
                    f"of the spectrum at {frequency / 1e6:.4g} MHz is missing, and harmonic "
                    f"inversion could not add it ({ending.reason}). Ask for a lower decay_db.",
                )
            )
        return tuple(notices)

    def _port_voltages(self) -> dict[str, NDArray[np.float64]]:
        """Voltage of every port at times (n + 1) dt."""
        simulation, voltages = self.simulation, {}
        if _WIRE_PORTS in self.parts:
            current = np.concatenate(self.parts[_WIRE_PORTS])
            for column, name in enumerate(simulation.network.ports):
                voltages[name] = self._wire_voltage(name, current[:, column])
        if _EDGE_PORTS in self.parts:
            field, start = np.concatenate(self.parts[_EDGE_PORTS]), 0
            for port in simulation.ports:
                component, sign, edges = port.edges()
                axis = "xyz".index(component[-1])
                lengths = simulation.grid.spacings[axis][[edge[axis] for edge in edges]]
                voltages[port.name] = -sign * field[:, start : start + len(edges)] @ lengths
                start += len(edges)
        return voltages

    def _wire_voltage(self, name: str, current: NDArray[np.float64]) -> NDArray[np.float64]:
        """Terminal voltage v_s - R i at whole steps, from the current at half steps."""
        following = np.append(current[1:], 2 * current[-1] - current[-2])
        source = np.zeros_like(current)
        if name == self.simulation.driven:
            source = self.simulation.pulse((np.arange(current.size) + 1) * self.dt)
        voltage: NDArray[np.float64] = (
            source - self.simulation.resistances[name] * (current + following) / 2
        )
        return voltage


def source_end(simulation: Simulation) -> float:
    """Time in seconds after which no source adds energy; a plane wave has to cross its box."""
    wave = simulation.plane_wave
    crossing = 0.0 if wave is None else wave.crossing(simulation.grid)
    delay = max((getattr(element, "delay", 0.0) for element in simulation.elements), default=0.0)
    return simulation.pulse.duration + max(crossing, delay)


def pulse_spectrum(simulation: Simulation, dt: float) -> NDArray[np.complex128]:
    """Spectrum of the pulse at the simulation's frequencies, in its unit times seconds."""
    samples = simulation.pulse.sampled(dt)
    phase = -1j * TWO_PI * simulation.frequencies[:, None] * (np.arange(samples.size) * dt)[None, :]
    spectrum: NDArray[np.complex128] = np.exp(phase) @ samples * dt
    return spectrum


def _offsets(stepper: Stepper, group: FieldSamples) -> NDArray[np.int64]:
    offsets = np.empty(group.component.size, np.int64)
    for component in np.unique(group.component):
        where = group.component == component
        offsets[where] = stepper.layout.offset(str(component), group.index[where])
    return offsets
