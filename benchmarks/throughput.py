"""Speed of the field solver on this machine's processor, against what its memory allows.

Run as ``python -m benchmarks.throughput [--quick] [--large] [--out FILE]``.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from benchmarks import scenes
from benchmarks.harness import REPEATS, Row, Spread, finish, native_or_row, options, seconds_of
from benchmarks.stream import SWEEP_BYTES, Stream
from emtwin.backends import select_backend
from emtwin.backends.native import NativeBackend, instruction_set
from emtwin.backends.native_program import NativeProgram, Schedule
from emtwin.solver import Simulation, StopRule, run

THREADS = 2
SIZES = (64, 100, 128, 160, 200)
LARGE = (300, 400)
JUDGED = (200, 400)  # the sizes that the targets are about
TARGETS = {"plain": 0.85, "fused": 1.25, "tiled": 1.6}
DEVICE, NUMPY, CALL = 1.2, 25.0, 1.0
FORMS: dict[Schedule, str] = {
    "plain": "one sweep of h, one of e",
    "fused": "e and h in one sweep",
    "tiled": "several steps per sweep",
}
_CELL_STEPS = 6e8  # of one timed call of the fastest form: about half a second
_STEPS_PER_CALL = 76  # mean of the stretches of a run, see emtwin.solver.growth.LOOKS
_STEPS_OF_RUN = 1000


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
    native = native_or_row(THREADS, "Mcells/s", TARGETS["plain"])
    if isinstance(native, Row):
        return finish("throughput", "none", [native], quick=chosen.quick, out=chosen.out)
    shrink = 2 if chosen.quick else 1
    rows = []
    for size in SIZES + (LARGE if chosen.large else ()):
        n, judged = size // shrink, size in JUDGED
        case = f"vacuum + CPML 10 on six faces, {n}^3"
        rows += scene_rows(case, scenes.cube(n), TARGETS if judged else {})
    n = JUDGED[0] // shrink
    quarter = f"a quarter of the cells dispersive (one Debye pole), CPML 10, {n}^3"
    rows += scene_rows(quarter, scenes.dispersive(n), {})
    rows += scene_rows("infusion pump, draft, free space", scenes.device("draft"), {"auto": DEVICE})
    steps = 256 if chosen.quick else _STEPS_OF_RUN
    spectra = f"a quarter dispersive, spectra on 3 planes at 21 frequencies, {n}^3"
    rows.append(whole_run_row(spectra, scenes.dispersive(n), native, steps // 4))
    rows.append(
        whole_run_row("infusion pump, draft, free space", scenes.device("draft"), native, steps)
    )
    rows += [numpy_row(100 // shrink, native), call_row()]
    name = f"native, {THREADS} threads, {instruction_set()}, float32"
    return finish("throughput", name, rows, quick=chosen.quick, out=chosen.out)


def steps_for(cells: int) -> int:
    """Steps of one timed call."""
    return int(np.clip(_CELL_STEPS / cells, _STEPS_PER_CALL, 4 * _STEPS_PER_CALL))


def scene_rows(case: str, simulation: Simulation, targets: Mapping[str, float]) -> list[Row]:
    """Speed of the time step under each schedule, memory, and share of the ceiling.

    Parameters
    ----------
    case : str
        Name of the scene.
    simulation : Simulation
        The scene; of its monitors nothing is measured.
    targets : mapping of str to float
        Least share of the ceiling by schedule; "auto" judges the one that a run would choose.
    """
    stages = scenes.field_program(simulation, NativeBackend("float32", THREADS, "plain"))[2]
    forms = dict(FORMS)
    if "auto" in targets:
        forms["auto"] = "as a run chooses"
    programs = [NativeBackend("float32", THREADS, form).program(stages) for form in forms]
    count = scenes.cells(simulation)
    memory = scenes.allocated_bytes(stages) / count
    rows = [Row(case, memory, "bytes/cell", note="all arrays of the time step")]
    measured = rates_beside_stream(programs, count, steps_for(count))
    for (form, text), rates in zip(forms.items(), measured, strict=True):
        speed = Spread.of([rate / 1e6 for rate, _ in rates])
        share = Spread.of([rate * SWEEP_BYTES / stream for rate, stream in rates])
        stream = Spread.of([stream / 1e9 for _, stream in rates])
        of_speed = f"median of {len(rates)}: {speed}"
        of_share = f"median of {len(rates)}: {share}; stream {stream} GB/s"
        rows += [
            Row(f"{case}; {text}", speed.median, "Mcells/s", note=of_speed),
            Row(f"{case}; {text}", share.median, "of ceiling", targets.get(form), note=of_share),
        ]
    return rows


def rates_beside_stream(
    programs: Sequence[NativeProgram], cells: int, steps: int
) -> list[list[tuple[float, float]]]:
    """Cells per second of each program, and the stream's rate right before and after it.

    Parameters
    ----------
    programs : sequence of NativeProgram
        What to time, in turns, once each has found its fastest way.
    cells : int
        Cells that one step advances.
    steps : int
        Steps of one timed call.

    Returns
    -------
    list of list of (float, float)
        For each program the rounds: cells per second, mean of the two rates in bytes per second.
    """
    stream, rounds = Stream(THREADS), list[list[tuple[float, float]]]()
    for program in programs:
        program.run(0, steps)
        while not program.trials.settled:
            program.run(0, _STEPS_PER_CALL)
    for _ in range(REPEATS):
        rates, before = [], stream.rate()
        for program in programs:
            begin = time.perf_counter()
            program.run(0, steps)
            speed, after = cells * steps / (time.perf_counter() - begin), stream.rate()
            rates.append((speed, (before + after) / 2))
            before = after
        rounds.append(rates)
    return [list(of_one) for of_one in zip(*rounds, strict=True)]


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


def call_row() -> Row:
    """What a call from Python costs beside its steps, shared out over a run's usual stretch."""
    program, calls = scenes.field_program(scenes.cube(24), NativeBackend("float32", 1))[0], 200

    def one_by_one() -> None:
        for step in range(calls):
            program.run(step, 0)

    [seconds] = seconds_of(one_by_one)
    cost = Spread.of([s / calls / _STEPS_PER_CALL * 1e6 for s in seconds])
    note = f"median of {REPEATS}: {cost}; a call without steps, over {_STEPS_PER_CALL}"
    return Row("Python, per step", cost.median, "us", CALL, "lower", note)


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
    groups = [g.frequencies for g in simulation.samples if g.frequencies is not None]
    frequencies = max([simulation.frequencies.size, *(f.size for f in groups)])
    result = run(replace(simulation), backend, StopRule(-np.inf, -np.inf, steps))
    speed = scenes.cells(simulation) * result.n_steps / result.seconds / 1e6
    note = f"one run of {result.n_steps} steps, {frequencies} frequencies, looks at the energy"
    return Row(f"{case}, whole run", speed, "Mcells/s", note=note)


if __name__ == "__main__":
    sys.exit(main())
