"""Speed and agreement of the cuda backend.

Run as ``python -m benchmarks.gpu [--quick] [--large | --profile] [--out FILE]``; `gpu.sh` runs it
after the tests. Each case is measured for itself: one that fails, or whose turn comes too late, has
a row that says so.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from benchmarks import gpu_passes, gpu_scenes, scenes, voxel
from benchmarks.harness import REPEATS, Row, Spread, finish, options, seconds_of
from emtwin.backends import Backend, select_backend
from emtwin.backends.cuda import CudaBackend, CudaOptions
from emtwin.errors import InputError

SIZES = (64, 128, 256, 512)
LARGE = 1024
TARGETS = {512: 40.0, 128: 25.0}
DISPERSIVE = 33.0
EQUALITY = 1e-5
PYTHON_COST = 5.0
BLOCKS = ((32, 2, 1), (32, 8, 1), (64, 2, 1), (32, 2, 2), (32, 4, 2), (64, 2, 2))
SWEEP_BYTES = 78.0
"""Of a cell and step: six fields read twice and written once, and three ids of two bytes."""
_CELL_STEPS = 1e10  # of one timed call: a quarter of a second at 40 Gcells/s
_QUEUED = 320  # steps: ten graphs, fewer than what a driver queues before it waits
_RUN_STEPS = 2000  # of the example device
_SECONDS = 130.0  # after which no other case is begun

Figure = tuple[float, str]


@dataclass(frozen=True)
class Case:
    """One figure and how it is measured.

    Parameters
    ----------
    name, unit : str
        Of the row.
    measure : callable
        Takes the GPU; returns the figure and a note.
    target : float or None
        What it should reach.
    direction : {"higher", "lower"}
        Which side of the target is good.
    """

    name: str
    unit: str
    measure: Callable[[CudaBackend], Figure]
    target: float | None = None
    direction: str = "higher"

    def missing(self, reason: str) -> Row:
        """The row without a value."""
        return Row(self.name, None, self.unit, self.target, self.direction, reason)

    def row(self, cuda: CudaBackend) -> Row:
        """The measured row; what fails gets one that says how, and the others go on."""
        try:
            value, note = self.measure(cuda)
        except Exception as error:  # out of memory, a failed compilation: the others still count
            return self.missing(f"{type(error).__name__}: {error}".splitlines()[0])
        return Row(self.name, value, self.unit, self.target, self.direction, note)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; without a GPU every row says so and no target is met.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command line; by default the process's own.

    Returns
    -------
    int
        Exit code.
    """
    parser = options(__doc__)
    parser.add_argument("--large", action="store_true", help=f"only {LARGE}^3")
    parser.add_argument("--profile", action="store_true", help="a few steps for a profiler, no row")
    chosen = parser.parse_args(arguments)
    if chosen.profile:
        return profiled()
    shrink = 2 if chosen.quick else 1
    wanted = large_cases(shrink) if chosen.large else cases(shrink)
    try:
        cuda = select_backend("cuda")
    except InputError as error:
        rows, name = [c.missing(str(error).splitlines()[0]) for c in wanted], "none"
    else:
        assert isinstance(cuda, CudaBackend)
        rows, name = measured(wanted, cuda, _SECONDS), f"cuda, {cuda.device}, float32"
    return finish("gpu", name, rows, quick=chosen.quick, out=chosen.out)


def measured(wanted: Sequence[Case], cuda: CudaBackend, seconds: float) -> list[Row]:
    """Rows of the cases, those begun within some seconds measured.

    Parameters
    ----------
    wanted : sequence of Case
        The cases, the most important first.
    cuda : CudaBackend
        The GPU.
    seconds : float
        Time after which none is begun.
    """
    begin, rows = time.perf_counter(), []
    for case in wanted:
        late = time.perf_counter() - begin > seconds
        rows.append(case.missing(f"not begun: {seconds:g} s were up") if late else case.row(cuda))
    return rows


def cases(shrink: int = 1) -> list[Case]:
    """All cases but the largest grid, those with a target first.

    Parameters
    ----------
    shrink : int
        Divides the cells along an edge.
    """
    judged = [_speed(n // shrink, target=TARGETS.get(n)) for n in SIZES]
    n_small, n_large = 128 // shrink, 512 // shrink
    return [
        Case("copy within the GPU's memory", "GB/s", gpu_scenes.copy_rate),
        *judged,
        Case("cuda and native, every element", "relative", _equal(contract=False), 0.0, "lower"),
        Case(
            "cuda with contraction and native, every element",
            "relative",
            _equal(contract=True),
            EQUALITY,
            "lower",
        ),
        Case("Python's time of a step, 16^3, graphs", "us", queue_cost, PYTHON_COST, "lower"),
        Case("wall time of a step, 16^3, graphs", "us", step_time),
        Case(
            f"25 % dispersive + 3 DFT planes of 21 frequencies, {n_large}^3",
            "Gcells/s",
            lambda cuda: gpu_scenes.speed_with_spectra(scenes.dispersive(n_large), cuda),
            DISPERSIVE,
        ),
        *voxel_cases(shrink),
        *device_cases(),
        *(
            _speed(n_small, options=CudaOptions(graphs=graphs, split=split))
            for graphs in (True, False)
            for split in (True, False)
        ),
        *_equal_passes(n_small),
        *(_speed(n_large, options=CudaOptions(graphs=False, split=s)) for s in (True, False)),
        *(_pass_speed(name, n_large) for name in gpu_passes.FORMS),
        _speed(n_large, options=CudaOptions(contract=True)),
        *(_speed(n_large, options=CudaOptions(block=block)) for block in BLOCKS),
        *(
            _pass_speed(name, n_large, block)
            for block in gpu_passes.BLOCKS
            for name in gpu_passes.FORMS
        ),
    ]


def large_cases(shrink: int = 1) -> list[Case]:
    """The largest grid.

    Parameters
    ----------
    shrink : int
        Divides the cells along an edge.
    """
    return [_speed(LARGE // shrink)]


def _equal_passes(n: int) -> list[Case]:
    return [
        Case(
            f"{name} and split, {n}^3",
            "values differ",
            partial(gpu_passes.differing, n, form=form),
            0.0,
            "lower",
        )
        for name, form in gpu_passes.FORMS.items()
    ]


def _pass_speed(name: str, n: int, block: tuple[int, int] | None = None) -> Case:
    form, words = gpu_passes.FORMS[name], ""
    if block is not None:
        form, words = replace(form, block=block), f", blocks of {block[0]} x {block[1]}"
    return Case(f"{name}, {n}^3{words}", "Gcells/s", partial(gpu_passes.speed, n, form=form))


def _speed(n: int, target: float | None = None, options: CudaOptions | None = None) -> Case:
    name = f"vacuum + CPML 10 on six faces, {n}^3"
    return Case(
        name if options is None else f"{name}, {_described(options)}",
        "Gcells/s",
        lambda cuda: speed(n, cuda, options),
        target,
    )


def _described(options: CudaOptions) -> str:
    words = []
    if options.graphs is not None:
        words.append("graphs" if options.graphs else "launches")
    if options.split is not None:
        words.append("interior and shell" if options.split else "one kernel per sweep")
    if options.contract:
        words.append("contraction")
    if options.block != CudaOptions().block:
        words.append("blocks of " + " x ".join(map(str, options.block)))
    return ", ".join(words)


def speed(n: int, cuda: CudaBackend, options: CudaOptions | None = None) -> Figure:
    """Speed of a vacuum cube with absorber.

    Parameters
    ----------
    n : int
        Cells along an edge.
    cuda : CudaBackend
        The GPU.
    options : CudaOptions, optional
        Form of the program, if not the one that the size gives.
    """
    scene, _, stages = gpu_scenes.cube(n, cuda)
    program, count = cuda.program(stages, options), scenes.cells(scene)
    steps = max(4, min(2000, int(_CELL_STEPS / count)))
    [seconds] = seconds_of(lambda: program.run(0, steps))
    found = Spread.of([count * steps / s / 1e9 for s in seconds])
    note = f"median of {REPEATS}: {found}; {program.n_launches} launches"
    return found.median, f"{note}, {found.median * SWEEP_BYTES:.3g} GB/s if nothing is read twice"


def difference(one: Backend, two: Backend, n_steps: int = 200) -> float:
    """Largest difference of two backends' fields, of E and of H relative to their largest value.

    Parameters
    ----------
    one, two : Backend
        The machines.
    n_steps : int
        Steps of the crowded scene.
    """
    simulation, ends = scenes.crowded(), []
    for machine in (one, two):
        program, fields, _ = scenes.field_program(simulation, machine)
        program.run(0, n_steps)
        ends.append(machine.download(fields).reshape(2, -1).astype(np.float64))
    scale = np.abs(ends[0]).max(axis=1)
    return float((np.abs(ends[1] - ends[0]).max(axis=1) / scale).max())


def _equal(*, contract: bool) -> Callable[[CudaBackend], Figure]:
    def measure(cuda: CudaBackend) -> Figure:
        machine = CudaBackend(cuda.real, replace(cuda.options, contract=contract))
        return difference(select_backend("native"), machine), "200 steps of a crowded box"

    return measure


def queue_cost(cuda: CudaBackend) -> Figure:
    """What Python and the driver take to queue a step, while the GPU has time to spare."""
    _, _, stages = gpu_scenes.cube(16, cuda)
    program, times = cuda.program(stages, CudaOptions(graphs=True)), []
    program.run(0, _QUEUED)
    for _ in range(REPEATS):
        begin = time.perf_counter()
        program.queue(0, _QUEUED)
        times.append((time.perf_counter() - begin) / _QUEUED * 1e6)
        program.run(0, 4)  # waits
    spread = Spread.of(times)
    return spread.median, f"{_QUEUED} steps queued, median of {REPEATS}: {spread}"


def step_time(cuda: CudaBackend) -> Figure:
    """What a step takes when the grid takes nothing."""
    _, _, stages = gpu_scenes.cube(16, cuda)
    program = cuda.program(stages, CudaOptions(graphs=True))
    [seconds] = seconds_of(lambda: program.run(0, 3 * _QUEUED))
    spread = Spread.of([s / (3 * _QUEUED) * 1e6 for s in seconds])
    return spread.median, f"{program.n_launches} kernels; median of {REPEATS}: {spread}"


def voxel_cases(shrink: int = 1) -> list[Case]:
    """From triangles to cells.

    Parameters
    ----------
    shrink : int
        1 for the scenes of `benchmarks.voxel`, else its quick ones.
    """
    large, small = (voxel.LARGE, voxel.SIZES[-1])
    if shrink > 1:
        large, small = (voxel.QUICK_LARGE, voxel.QUICK[-1])
    names = [f"{triangles / 1e3:.0f} k triangles, {n}^3 cells" for triangles, n in (large, small)]
    return [
        Case(
            f"{names[0]}: which cells",
            "s",
            lambda cuda: gpu_scenes.seconds_to_cells(*large, cuda),
            voxel.LARGE_SECONDS,
            "lower",
        ),
        Case(
            f"{names[1]}: cuda and native",
            "cells that differ",
            lambda cuda: gpu_scenes.cells_that_differ(*small, cuda),
            0.0,
            "lower",
        ),
    ]


def device_cases() -> list[Case]:
    """The example device: its time step alone, and a run with monitors and spectra."""
    name = "infusion pump, draft, free space"
    return [
        Case(
            f"{name}, time step",
            "Gcells/s",
            lambda cuda: gpu_scenes.step_speed(scenes.device("draft"), cuda),
        ),
        Case(
            f"{name}, whole run",
            "Gcells/s",
            lambda cuda: gpu_scenes.run_speed(scenes.device("draft"), cuda, _RUN_STEPS),
        ),
    ]


def profiled() -> int:
    """Three steps of a cube in the form of large grids, then passes, for a profiler to look at."""
    cuda = CudaBackend(np.float32, CudaOptions(graphs=False, split=True))
    program, fields, stages = scenes.field_program(scenes.cube(256), cuda)
    program.run(0, 3)
    for form in gpu_passes.FORMS.values():
        gpu_passes.Passes(gpu_passes.sweeps(stages), fields, cuda, form).pass_out_and_back()
    return 0


if __name__ == "__main__":
    sys.exit(main())
