"""The time loop: many steps per call, spectra in batches, an end by decay, a checkpoint."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend, Program, select_backend
from emtwin.backends.host_threads import quiet_matrices
from emtwin.clock import Clock
from emtwin.errors import Notice
from emtwin.solver.band import check_band
from emtwin.solver.ending import Tail
from emtwin.solver.estimate import estimate
from emtwin.solver.growth import LOOKS, EnergyWatch
from emtwin.solver.keeper import Keeper
from emtwin.solver.monitors.field_samples import FieldSamples
from emtwin.solver.monitors.sampling import SampleSpectra
from emtwin.solver.results import Ending, PortRecord, Progress, RunResult
from emtwin.solver.schedule import (
    STEPS_AFTER_PULSE,
    lines_per_batch,
    pulse_spectrum,
    sampling_interval,
    source_end,
)
from emtwin.solver.simulation import Simulation
from emtwin.solver.stepper import Stepper
from emtwin.solver.support import support, support_notices
from emtwin.solver.traces import Traces

SET_UP = "set-up"
"""Stage of a run's `RunResult.timing` in which coefficients and arrays are made."""

_NOTICED_SHARE = 0.06  # half a decibel
_PATIENCE = 1.15  # steps of a run until its ringing is looked at again


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
    backend: Backend | str = "auto",
    stop: StopRule | None = None,
    progress: Callable[[Progress], None] | None = None,
    *,
    checkpoint: Path | None = None,
    every_seconds: float = 300.0,
    resume: Path | None = None,
    memory_budget: int | None = None,
) -> RunResult:
    """Run a simulation to its end.

    Parameters
    ----------
    simulation : Simulation
        What to run.
    backend : Backend or {"auto", "cuda", "native", "numpy"}
        Where to run it; a name gives float32, `select_backend` the choice.
    stop : StopRule, optional
        When to end.
    progress : callable, optional
        Called after each batch of steps.
    checkpoint : Path, optional
        File in which the run is kept, so that it can be killed at any moment. Where it exists
        already the run goes on from it, and gives what it would have given, to the bit. It is
        deleted when the run ends by decay, and stays for a larger budget when that ended it.
    every_seconds : float
        Wall time between two writings of the checkpoint, s.
    resume : Path, optional
        Checkpoint to go on from that must exist; `checkpoint` may then be another file.
    memory_budget : int, optional
        Bytes that the run may take; see `estimate`.

    Returns
    -------
    RunResult
        Traces and spectra.

    Raises
    ------
    RunError
        If the fields become infinite or grow by themselves; the message names place and cause.
    InputError
        If a checkpoint cannot be read or belongs to another simulation, a spectrum is wanted above
        the Nyquist frequency of the time step, or the memory budget is exceeded.
    """
    if isinstance(backend, str):
        backend = select_backend(backend)
    if memory_budget is not None:
        estimate(simulation, backend, trial=False).refuse_above(memory_budget)
    loop = Loop(simulation, backend, stop or StopRule(), progress)
    with quiet_matrices():
        return loop.run(Keeper(loop, checkpoint, every_seconds, resume))


class Loop:
    """One run, as far as it has come; see `run`."""

    def __init__(
        self,
        simulation: Simulation,
        backend: Backend,
        stop: StopRule,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.simulation, self.backend = simulation, backend
        self.stop, self.progress = stop, progress
        self.clock = Clock()
        with self.clock.stage(SET_UP):
            self._set_up()

    def _set_up(self) -> None:
        simulation, backend = self.simulation, self.backend
        self.support = support(simulation, backend.name)
        self.band_notices = check_band(simulation)
        self.stepper = Stepper(simulation, backend)
        self.dt = self.stepper.dt
        self.every = sampling_interval(simulation)
        self.lines = lines_per_batch(self.every)
        self.batch = self.every * self.lines
        self.silent = source_end(simulation)
        self.done, self.finished_by, self.next_look = 0, "step budget", 0
        self._bind()
        self.watch = EnergyWatch(self.stepper, self.silent)

    def _bind(self) -> None:
        stepper, simulation = self.stepper, self.simulation
        groups = list(simulation.samples)
        if simulation.surface is not None:
            groups.append(simulation.surface.samples)
        self.spectra = SampleSpectra(
            groups,
            simulation.frequencies,
            self.dt,
            self.every,
            self.backend,
            None if simulation.surface is None else simulation.surface.samples,
        )
        stages = stepper.stages()
        offset = [_offsets(stepper, group) for group in groups]
        self.sample_offset = np.concatenate(offset) if offset else np.empty(0, np.int64)
        self.sample_ring = self.backend.zeros(0)
        if self.sample_offset.size:
            stage, self.sample_ring = stepper.record(
                stepper.fields, self.sample_offset, self.every, self.lines
            )
            stages.append(stage)
        self.traces = Traces(stepper, self.batch)
        self.program: Program = self.backend.program([*stages, *self.traces.stages])

    def run(self, keeper: Keeper) -> RunResult:
        """Go on from where `keeper` left it to the end."""
        begin, tail = time.perf_counter() - keeper.restore(), None
        least = int(self.silent / self.dt) + STEPS_AFTER_PULSE
        while self.done < self.stop.max_steps:
            self._advance()
            self._report(time.perf_counter() - begin)
            if self.done > least and self._decayed():
                self.finished_by = "decay"
                with self.clock.stage("ending"):
                    tail = self._settled()
                if tail is not None:
                    break
            keeper.keep(time.perf_counter() - begin)
        keeper.close(time.perf_counter() - begin, ended=tail is not None)
        seconds = time.perf_counter() - begin
        with self.clock.stage("ending"):
            result = self._result(tail or self._tail(), seconds)
        return replace(result, timing=dict(self.clock.seconds))

    def _advance(self) -> None:
        """One batch of steps, with looks at the energy on the way."""
        first, end = self.done, self.done + self.batch
        for interval in cycle(LOOKS):
            n_steps = min(interval, end - self.done)
            with self.clock.stage("time steps"):
                self.program.run(self.done, n_steps)
            self.done += n_steps
            with self.clock.stage("looks at the energy"):
                self.watch.look(self.done)
            if self.done == end:
                break
        with self.clock.stage("spectra and traces"):
            # Lines are counted without samples, too: ports are finished at the same times.
            self.spectra.add(self.sample_ring, self.lines)
            self.traces.collect(first)

    def decay_db(self) -> float:
        """Stored energy relative to its peak, dB."""
        return self.watch.decay_db(self.batch)

    def port_decay_db(self) -> float:
        """Largest port voltage of the last batch relative to its peak, dB."""
        return self.traces.port_decay_db(static=self.watch.static)

    def _decayed(self) -> bool:
        return self.decay_db() <= self.stop.energy_db and self.port_decay_db() <= self.stop.port_db

    def _tail(self) -> Tail:
        # What is static stays at its size for ever: it has to be foretold.
        remainder = 1.0 if self.watch.static else 10 ** (self.decay_db() / 20)
        bent = [element.name for element in self.simulation.elements if not element.linear]
        ports = self.traces.port_voltages()
        return Tail(self.spectra, ports, self.silent, self.done, remainder, bent)

    def _settled(self) -> Tail | None:
        """What rings on, once it is known well enough; looked at now and then only."""
        if self.done < self.next_look:
            return None
        self.next_look = int(self.done * _PATIENCE)
        tail = self._tail()
        known = tail.ending.truncation.max(initial=0.0) <= self.stop.truncation
        return tail if known else None

    def _report(self, seconds: float) -> None:
        if self.progress is None:
            return
        done, decay = self.done, self.decay_db()
        # What fades last decides; its last decibels may take as long as all before.
        faded = min(decay / self.stop.energy_db, self.port_decay_db() / self.stop.port_db)
        share = min(1.0, max(done / self.stop.max_steps, faded, 0.0))
        left = seconds * (1 - share) / max(share, 1e-3)
        self.progress(Progress(done, self.stop.max_steps, decay, share, seconds, left))

    def _port_records(self, tail: Tail, source: NDArray[np.complex128]) -> dict[str, PortRecord]:
        simulation, spectra = self.simulation, tail.finish()
        across_edges = {port.name for port in simulation.ports}
        mean = np.cos(np.pi * simulation.frequencies * self.dt)
        records = {}
        for name, voltage in tail.voltages.items():
            resistance, spectrum = simulation.resistances[name], spectra[name]
            emf = source if name == simulation.driven else np.zeros_like(source)
            at_current = mean * spectrum if name in across_edges else spectrum
            current = (emf - at_current) / resistance
            records[name] = PortRecord(name, resistance, voltage, spectrum, emf, current)
        return records

    def _result(self, tail: Tail, seconds: float) -> RunResult:
        simulation = self.simulation
        source = pulse_spectrum(simulation, self.dt)
        records = self._port_records(tail, source)
        spectra = self.spectra.take()
        currents = None
        if simulation.surface is not None:
            surface = spectra.pop(simulation.surface.samples.name)
            currents = simulation.surface.currents(simulation.frequencies, surface)
        return RunResult(
            self.dt,
            self.done,
            simulation.frequencies,
            source,
            simulation.pulse.sampled(self.dt),
            simulation.driven,
            records,
            spectra,
            {group.name: group for group in simulation.samples},
            currents,
            self.traces.of_elements(),
            self.traces.times(),
            self.decay_db(),
            self.port_decay_db(),
            self.finished_by,
            tail.ending,
            seconds,
            self._notices(tail.ending),
            self.support,
        )

    def _notices(self, ending: Ending) -> tuple[Notice, ...]:
        run_of = f"The run driven at {self.simulation.driven or 'its source'}"
        notices = [*self.simulation.notices, *self.band_notices]
        notices += support_notices(self.support, self.backend.name)
        if self.finished_by != "decay":
            notices.append(
                Notice(
                    "not-decayed",
                    f"{run_of} ended after {self.done} steps with its energy at "
                    f"{self.decay_db():.1f} dB and its ports at {self.port_decay_db():.1f} dB of "
                    f"their peaks; {self.stop.energy_db:g} and {self.stop.port_db:g} dB were asked "
                    "for.",
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


def _offsets(stepper: Stepper, group: FieldSamples) -> NDArray[np.int64]:
    offsets = np.empty(group.component.size, np.int64)
    for component in np.unique(group.component):
        where = group.component == component
        offsets[where] = stepper.layout.offset(str(component), group.index[where])
    return offsets
