"""What a run will cost, before it: memory, steps until its sources are silent, time per step."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from emtwin.backends import Backend
from emtwin.errors import InputError
from emtwin.solver.memory import Sampled, memory_of_run
from emtwin.solver.monitors.in_time import TimeMonitor
from emtwin.solver.schedule import (
    STEPS_AFTER_PULSE,
    lines_per_batch,
    sampling_interval,
    source_end,
)
from emtwin.solver.simulation import Simulation
from emtwin.solver.stages.assembly import id_type
from emtwin.solver.stepper import Stepper

_PORT_BYTES = 24  # of a port's sample: written down, as a voltage, and a copy
_TRIAL = 8  # steps at a time
_TRIAL_SECONDS = 0.2


@dataclass(frozen=True)
class Estimate:
    """Cost of a run.

    Parameters
    ----------
    cells : int
        Cells of the grid.
    memory : dict of str to int
        Bytes by what takes them; see `emtwin.solver.memory`.
    steps : int
        Steps of the shortest possible run: until the sources are silent, and a little longer. A
        run that rings takes more.
    seconds_per_step : float
        Measured in a short trial without monitors; 0 where none was made.
    """

    cells: int
    memory: dict[str, int]
    steps: int
    seconds_per_step: float

    @property
    def memory_bytes(self) -> int:
        """All of it."""
        return sum(self.memory.values())

    @property
    def seconds(self) -> float:
        """Wall time of the shortest possible run."""
        return self.steps * self.seconds_per_step

    def refuse_above(self, budget: int) -> None:
        """Hold it against a budget in bytes.

        Raises
        ------
        InputError
            If it takes more; with what takes most, and what would fit.
        """
        if self.memory_bytes <= budget:
            return
        most = max(self.memory, key=lambda name: self.memory[name])
        factor = (self.memory_bytes / max(budget, 1)) ** (1 / 3)
        raise InputError.single(
            f"the run takes {_size(self.memory_bytes)} of memory, the budget is {_size(budget)}; "
            f"{most} take most of it, {_size(self.memory[most])}, on {self.cells} cells",
            field="memory",
            remedy=f"raise the budget, use cells {factor:.2g} times larger, or fewer monitors and "
            "frequencies",
        )


def estimate(simulation: Simulation, backend: Backend, *, trial: bool = True) -> Estimate:
    """Cost of a run, before anything of it is allocated.

    Parameters
    ----------
    simulation : Simulation
        What is to run.
    backend : Backend
        Where.
    trial : bool
        Measure the time of a step, which allocates the fields, where they fit.

    Returns
    -------
    Estimate
        Memory, steps, time.
    """
    steps = int(source_end(simulation) / simulation.dt) + STEPS_AFTER_PULSE
    memory = _memory(simulation, backend, steps)
    found = Estimate(simulation.grid.n_cells, memory, steps, 0.0)
    if not trial or found.memory_bytes > backend.free_bytes():
        return found
    return Estimate(found.cells, memory, steps, _trial(simulation, backend))


def _memory(simulation: Simulation, backend: Backend, steps: int) -> dict[str, int]:
    every, f = sampling_interval(simulation), simulation.frequencies.size
    groups = [
        Sampled(g.component.size, f if g.frequencies is None else g.frequencies.size)
        for g in simulation.samples
    ]
    surface = simulation.surface
    monitors = [e for e in simulation.elements if isinstance(e, TimeMonitor)]
    traces = sum(m.bytes_of(simulation.grid, steps) for m in monitors)
    return memory_of_run(
        simulation.grid,
        simulation.absorber,
        backend.real.itemsize,
        groups,
        None if surface is None else Sampled(surface.samples.component.size, f),
        lines_per_batch=lines_per_batch(every),
        lines=steps // every + 1,
        magnetic=simulation.medium.faces is not None,
        traces=traces + _PORT_BYTES * len(simulation.resistances) * steps,
        id_bytes=id_type(simulation.medium.permittivity.size + 1)(0).itemsize,
    )


def _trial(simulation: Simulation, backend: Backend) -> float:
    """Seconds per step: the quickest of a few short stretches."""
    stepper = Stepper(simulation, backend)
    program = backend.program(stepper.stages())
    program.run(0, 1)  # first touch of the memory
    begin, best, step = time.perf_counter(), np.inf, 1
    while step < 3 * _TRIAL or time.perf_counter() - begin < _TRIAL_SECONDS:
        start = time.perf_counter()
        program.run(step, _TRIAL)
        best, step = min(best, (time.perf_counter() - start) / _TRIAL), step + _TRIAL
    return best


def _size(value: int) -> str:
    return f"{value / 2**30:.3g} GiB" if value >= 2**30 else f"{value / 2**20:.3g} MiB"
