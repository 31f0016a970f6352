"""The stored energy while a run goes on: how far it has fallen, and whether it grows by itself.

Energy is looked at every hundred steps or less. Three things stop a run: a value that is not
finite; more energy, once the sources are silent, than `_AFTER` times the most that was there
before; and, while they act, an energy that outruns what they have given. What a source has given
is not known as an energy, but a linear scene without growth keeps to some multiple of the sum of
its squared waveform, and that multiple changes slowly against growth from rounding.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend, Program, Stage
from emtwin.constants import EPS0
from emtwin.errors import RunError
from emtwin.solver.simulation import Simulation
from emtwin.solver.stepper import Stepper
from emtwin.solver.suspects import blame

LOOKS = (97, 71, 89, 61, 83, 53)
"""Steps from one look to the next. Uneven, so that no period of a mode hides from all looks."""

_AFTER = 30.0  # energy in conductors, loads and dispersive media is not counted, and comes back
_DURING = 1e10  # from the first steps of a source to a resonance that it has filled
_OF_WAVE = 1e6  # by which a resonance may raise the energy of a wave that fills the grid
_STATIC = 1e-6  # mean of a waveform relative to its mean size that counts as a static part
_LATE = 0.1
_REPLAYED = 60.0  # seconds of a run that are done again to find where it became infinite


class EnergyWatch:
    """Stored energy of one run.

    Parameters
    ----------
    stepper : Stepper
        The run, its stages made.
    silent : float
        Time in seconds from which on no source adds energy.

    Attributes
    ----------
    static : bool
        The waveform has a static part or something rectifies it, so that charge or flux may stay
        for good.
    """

    def __init__(self, stepper: Stepper, silent: float) -> None:
        self._stepper, self._backend = stepper, stepper.backend
        stage, self._rows = stepper.energy()
        simulation = stepper.simulation
        rectified = not all(element.linear for element in simulation.elements)
        self.static = rectified or has_static_part(simulation, stepper.dt)
        electric = Stage(stage.kernel, stage.box, {**stage.arguments, "permeability": 0.0})
        self._program = _bound(self._backend, stage)
        self._electric = _bound(self._backend, electric) if self.static else None
        self._silent = silent / stepper.dt
        own = [
            element.active_until(stepper.simulation.pulse)
            for element in stepper.simulation.elements
        ]
        self._own_sources = max(own, default=0.0) / stepper.dt
        times = np.arange(int(stepper.simulation.pulse.duration / stepper.dt) + 2) * stepper.dt
        self._given = np.cumsum(stepper.simulation.pulse(times) ** 2)
        self._steps: list[int] = []
        self._moving: list[float] = []
        self._peak, self._ratio = 0.0, np.inf
        self._of_wave = _OF_WAVE * _wave_energy(stepper.simulation, stepper.dt)
        self._begin = time.perf_counter()

    def look(self, done: int) -> None:
        """Measure after `done` steps.

        Raises
        ------
        RunError
            If the fields are infinite or grow by themselves; the message names place and cause.
        """
        energy = self._measured(self._program, done)
        if not np.isfinite(energy):
            raise RunError(self._blame_infinite(done))
        if self._grows(energy, done):
            raise RunError(blame(self._stepper, f"grew without a source by step {done}"))
        moving = energy
        if self._electric is not None:
            # Charge that stays is electric energy alone, flux that stays is magnetic: what rings
            # has as much of both.
            electric = self._measured(self._electric, done)
            moving = 2 * max(min(electric, energy - electric), 0.0)
        self._steps.append(done)
        self._moving.append(moving)
        self._peak = max(self._peak, energy)

    def _blame_infinite(self, done: int) -> str:
        """What is infinite spreads by a cell per step: where it began is seen by doing it again."""
        before = self._steps[-1] if self._steps else 0
        if time.perf_counter() - self._begin > _REPLAYED:
            return blame(self._stepper, f"became infinite by step {done}")
        again = Stepper(self._stepper.simulation, self._backend)
        program = self._backend.program(again.stages())
        program.run(0, before)
        for step in range(before, done):
            program.run(step, 1)
            if not np.isfinite(self._backend.download(again.fields)).all():
                return blame(again, f"became infinite in step {step + 1}")
        return blame(self._stepper, f"became infinite by step {done}")

    def _measured(self, program: Program, done: int) -> float:
        program.run(done, 1)
        return float(self._backend.download(self._rows).sum()) / 2

    def _grows(self, energy: float, done: int) -> bool:
        if self._steps and self._steps[-1] > self._silent:
            return energy > _AFTER * self._peak
        if done <= self._own_sources:
            return False
        given = float(self._given[min(done, self._given.size - 1)])
        if energy > 0.0 and given > 0.0:
            self._ratio = min(self._ratio, energy / given)
        return energy > _DURING * self._ratio * given + self._of_wave

    def decay_db(self, batch: int) -> float:
        """Stored energy relative to its peak, 10 log10, without what is static.

        With a static part the largest of the last `batch` steps, or of the last tenth of the run,
        counts, because what rings may be all electric or all magnetic for a moment.
        """
        peak = max(self._moving, default=0.0)
        if peak <= 0:
            return 0.0
        last = self._moving[-1]
        if self.static:
            since = self._steps[-1] - max(batch, _LATE * self._steps[-1])
            last = max(m for s, m in zip(self._steps, self._moving, strict=True) if s > since)
        return float(10 * np.log10(max(last, 1e-300) / peak))

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything so far, for a checkpoint."""
        return {
            "steps": np.array(self._steps, np.int64),
            "moving": np.array(self._moving),
            "peaks": np.array([self._peak, self._ratio]),
        }

    def restore(self, state: dict[str, NDArray[Any]]) -> None:
        """Take up a `state`."""
        self._steps, self._moving = state["steps"].tolist(), state["moving"].tolist()
        self._peak, self._ratio = state["peaks"].tolist()
        self._begin = -np.inf


def has_static_part(simulation: Simulation, dt: float) -> bool:
    """Whether the waveform has a mean, so that it may leave charge or flux behind."""
    samples = simulation.pulse.sampled(dt)
    return bool(abs(samples.sum()) > _STATIC * np.abs(samples).sum())


def _wave_energy(simulation: Simulation, dt: float) -> float:
    """Energy in joules of the whole grid in the peak of the incident wave, if there is one."""
    if simulation.plane_wave is None:
        return 0.0
    volume = float(np.prod([np.ptp(lines) for lines in simulation.grid.lines]))
    return EPS0 * volume * float((simulation.pulse.sampled(dt) ** 2).max())


def _bound(backend: Backend, stage: Stage) -> Program:
    return backend.program([stage])
