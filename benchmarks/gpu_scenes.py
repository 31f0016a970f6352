"""Scenes on the GPU, and how fast they go."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from benchmarks import scenes, voxel
from benchmarks.harness import REPEATS, Spread, seconds_of
from emtwin.backends import Array, host_backend
from emtwin.backends.cuda import CudaBackend
from emtwin.solver import Simulation, Stepper, StopRule, run
from emtwin.solver.monitors.sampling import SampleSpectra
from emtwin.solver.schedule import sampling_interval
from emtwin.voxel.inside.fractions import fractions
from emtwin.voxel.inside.solids import inside

Figure = tuple[float, str]
_COPIED = 2**30
_CELL_STEPS = 5e9
_LINES = 64  # of samples in one timed call


class Placed(NamedTuple):
    """A scene in the GPU's memory."""

    simulation: Simulation
    fields: Array
    stages: scenes.Stages


@lru_cache(maxsize=1)
def cube(n: int, cuda: CudaBackend) -> Placed:
    """The vacuum cube, kept until another size is asked for: its set-up takes longer than a run."""
    simulation = scenes.cube(n)
    stepper = Stepper(simulation, cuda)
    return Placed(simulation, stepper.fields, stepper.stages())


def copy_rate(cuda: CudaBackend) -> Figure:
    """Bytes read and written per second by copies of a gibibyte."""
    source, target = (cuda.zeros(_COPIED, np.uint8) for _ in range(2))

    def copies() -> None:
        with cuda.at_work():
            for _ in range(20):
                target[:] = source
        cuda.download(target[:1])  # waits

    [seconds] = seconds_of(copies)
    rate = Spread.of([2 * 20 * _COPIED / s / 1e9 for s in seconds])
    return rate.median, f"median of {REPEATS}: {rate}"


def step_speed(simulation: Simulation, cuda: CudaBackend) -> Figure:
    """Gcells/s of a scene's time step, without monitors."""
    program, _, stages = scenes.field_program(simulation, cuda)
    count = scenes.cells(simulation)
    steps = max(4, min(2000, int(_CELL_STEPS / count)))
    [seconds] = seconds_of(lambda: program.run(0, steps))
    speed = Spread.of([count * steps / s / 1e9 for s in seconds])
    return speed.median, f"{count} cells, {len(stages)} stages; median of {REPEATS}: {speed}"


def speed_with_spectra(simulation: Simulation, cuda: CudaBackend) -> Figure:
    """Gcells/s of time steps with their samples, and the spectra of all of them.

    Parameters
    ----------
    simulation : Simulation
        The scene, whose samples are its spectra.
    cuda : CudaBackend
        The GPU.
    """
    stepper, every = Stepper(simulation, cuda), sampling_interval(simulation)
    spectra = SampleSpectra(simulation.samples, simulation.frequencies, stepper.dt, every, cuda)
    offset = np.concatenate(
        [
            stepper.layout.offset(component, group.index[group.component == component])
            for group in simulation.samples
            for component in np.unique(group.component).tolist()
        ]
    )
    stage, ring = stepper.record(stepper.fields, offset, every, _LINES)
    program, done, times = cuda.program([*stepper.stages(), stage]), 0, []
    for _ in range(4):
        begin = time.perf_counter()
        program.run(done, _LINES * every)
        spectra.add(ring, _LINES)
        spectra.flush()
        cuda.download(ring[:1])  # waits
        times.append(time.perf_counter() - begin)
        done += _LINES * every
    count = scenes.cells(simulation)
    speed = Spread.of([count * _LINES * every / s / 1e9 for s in times[1:]])
    return speed.median, f"sampled every {every} steps, {offset.size} samples, of 3: {speed}"


def run_speed(simulation: Simulation, cuda: CudaBackend, steps: int) -> Figure:
    """Gcells/s of `emtwin.solver.run`: time step, monitors, spectra and decay checks."""
    result = run(simulation, cuda, StopRule(-np.inf, -np.inf, steps))
    speed = scenes.cells(simulation) * result.n_steps / result.seconds / 1e9
    return speed, f"one run of {result.n_steps} steps, {simulation.frequencies.size} frequencies"


def seconds_to_cells(triangles: int, n: int, cuda: CudaBackend) -> Figure:
    """Seconds to find which cells of a cube lie inside a body, after one attempt for the compiler.

    Parameters
    ----------
    triangles, n : int
        Triangles of the body, about, and cells along an edge.
    cuda : CudaBackend
        The GPU.
    """
    body, grid = voxel.scene(triangles, n)

    def find() -> None:
        """One attempt."""
        inside(body, grid, cuda)

    [seconds] = seconds_of(find)
    spread = Spread.of(seconds)
    note = f"median of {REPEATS}: {spread}; sorting of triangles on the host included"
    return spread.median, note


def cells_that_differ(triangles: int, n: int, cuda: CudaBackend) -> Figure:
    """Cells that the GPU and the host do not find inside alike, or with other shares.

    Parameters
    ----------
    triangles, n : int
        Triangles of the body, about, and cells along an edge.
    cuda : CudaBackend
        The GPU.
    """
    body, grid = voxel.scene(triangles, n)
    host = host_backend()
    cells = [inside(body, grid, at) for at in (cuda, host)]
    shares = [fractions(body, grid, at) for at in (cuda, host)]
    differ = np.count_nonzero(cells[0].mask != cells[1].mask)
    differ += np.count_nonzero(shares[0].share != shares[1].share)
    return float(differ), f"of {shares[0].share.size} cells that the body may reach"
