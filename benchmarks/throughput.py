"""Speed of the field solver on this machine's processor, against what its memory allows.

Run as ``python -m benchmarks.throughput [--quick] [--large] [--out FILE]``.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks import scenes
from benchmarks.harness import REPEATS, Row, Spread, finish, options, seconds_of
from benchmarks.stream import SWEEP_BYTES, bandwidth
from emtwin.backends import select_backend
from emtwin.backends.native import NativeBackend, NativeUnavailable, instruction_set
from emtwin.solver import Simulation, StopRule, run

THREADS = 2
SIZES = (64, 100, 128, 160, 200)
LARGE = (300, 400)
JUDGED = 200  # the size that the targets are about
PLAIN, FUSED, BLOCKED, DEVICE, NUMPY = 0.85, 1.25, 1.6, 1.2, 25.0
_CELL_STEPS = 1.2e8  # of one timed call: about half a second


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark.

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
    parser.add_argument("--large", action="store_true", help="also 300^3 and 400^3")
    chosen = parser.parse_args(arguments)
    try:
        native = NativeBackend("float32", THREADS)
    except NativeUnavailable as error:
        rows = [Row("native library", None, "Mcells/s", PLAIN, note=str(error))]
        return finish("throughput", "none", rows, quick=chosen.quick, out=chosen.out)
    shrink = 2 if chosen.quick else 1
    rows = []
    for size in SIZES + (LARGE if chosen.large else ()):
        rows += cube_rows(size // shrink, native, judged=size == JUDGED)
    rows += [
        Row(f"{form}, {JUDGED}^3", None, "of ceiling", target, note="this schedule does not exist")
        for form, target in (("E and H fused", FUSED), ("several steps per sweep", BLOCKED))
    ]
    rows.append(numpy_row(100 // shrink, native))
    rows += device_rows(native, quick=chosen.quick)
    name = f"native, {THREADS} threads, {instruction_set()}, float32"
    return finish("throughput", name, rows, quick=chosen.quick, out=chosen.out)


def steps_for(cells: int) -> int:
    """Steps of one timed call."""
    return max(4, int(_CELL_STEPS / cells))


def cube_rows(n: int, backend: NativeBackend, *, judged: bool) -> list[Row]:
    """Speed, memory and share of the ceiling of a vacuum cube with absorber on six faces.

    Parameters
    ----------
    n : int
        Cells along an edge.
    backend : NativeBackend
        Where to run it.
    judged : bool
        Whether the share of the ceiling has a target.
    """
    simulation = scenes.cube(n)
    program, _, stages = scenes.field_program(simulation, backend)
    count = scenes.cells(simulation)
    steps = steps_for(count)
    before = bandwidth(THREADS)
    [seconds] = seconds_of(lambda: program.run(0, steps))
    after = bandwidth(THREADS)
    speed = Spread.of([count * steps / s / 1e6 for s in seconds])
    case = f"vacuum + CPML 10 on six faces, {n}^3"
    memory = scenes.allocated_bytes(stages) / count
    share = speed.median * 1e6 / ((before + after) / 2 / SWEEP_BYTES)
    return [
        Row(case, speed.median, "Mcells/s", note=f"median of {REPEATS}: {speed}"),
        Row(case, memory, "bytes/cell", note="all arrays of the time step"),
        Row(
            case,
            share,
            "of ceiling",
            PLAIN if judged else None,
            note=f"stream {before / 1e9:.1f} GB/s before, {after / 1e9:.1f} after",
        ),
    ]


def numpy_row(n: int, backend: NativeBackend) -> Row:
    """How many times faster than the NumPy form of the same stages, in turns in one run."""
    simulation = scenes.cube(n)
    fast = scenes.field_program(simulation, backend)[0]
    slow = scenes.field_program(simulation, select_backend("numpy"))[0]
    many = steps_for(scenes.cells(simulation))
    quick, long = seconds_of(lambda: fast.run(0, many), lambda: slow.run(0, 1))
    ratio = Spread.of([one / (other / many) for one, other in zip(long, quick, strict=True)])
    note = f"median of {REPEATS}: {ratio}"
    return Row(f"native over numpy, {n}^3", ratio.median, "times", NUMPY, note=note)


def device_rows(backend: NativeBackend, *, quick: bool) -> list[Row]:
    """The example device: its time step alone, and a run with monitors and spectra.

    Parameters
    ----------
    backend : NativeBackend
        Where to run it.
    quick : bool
        A shorter run.
    """
    simulation = scenes.device("draft")
    program, _, stages = scenes.field_program(simulation, backend)
    count = scenes.cells(simulation)
    steps = steps_for(count)
    before = bandwidth(THREADS)
    [seconds] = seconds_of(lambda: program.run(0, steps))
    after = bandwidth(THREADS)
    speed = Spread.of([count * steps / s / 1e6 for s in seconds])
    share = speed.median * 1e6 / ((before + after) / 2 / SWEEP_BYTES)
    case = "infusion pump, draft, free space"
    nodes = " x ".join(str(n) for n in simulation.grid.shape)
    stream = f"stream {before / 1e9:.1f} GB/s before, {after / 1e9:.1f} after"
    return [
        Row(case, count, "cells", note=nodes),
        Row(case, scenes.allocated_bytes(stages) / count, "bytes/cell", note="without monitors"),
        Row(f"{case}, time step", speed.median, "Mcells/s", note=f"median of {REPEATS}: {speed}"),
        Row(f"{case}, time step", share, "of ceiling", DEVICE, note=stream),
        whole_run_row(case, simulation, backend, 256 if quick else 1000),
    ]


def whole_run_row(case: str, simulation: Simulation, backend: NativeBackend, steps: int) -> Row:
    """Speed of `emtwin.solver.run`: time step, monitors, spectra and decay checks.

    Parameters
    ----------
    case : str
        Name of the scene.
    simulation : Simulation
        The scene.
    backend : NativeBackend
        Where to run it.
    steps : int
        Budget; the run ends with the batch that reaches it.
    """
    frequencies = simulation.frequencies.size
    result = run(replace(simulation), backend, StopRule(-np.inf, -np.inf, steps))
    speed = scenes.cells(simulation) * result.n_steps / result.seconds / 1e6
    note = f"one run of {result.n_steps} steps, {frequencies} frequencies at the far-field surface"
    return Row(f"{case}, whole run", speed, "Mcells/s", note=note)


if __name__ == "__main__":
    sys.exit(main())
