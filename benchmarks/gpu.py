"""Speed and agreement of the cuda backend.

Run as ``python -m benchmarks.gpu [--quick] [--out FILE]``; `gpu.sh` runs it after the tests.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

import numpy as np

from benchmarks import scenes
from benchmarks.harness import REPEATS, Row, Spread, finish, options, seconds_of
from emtwin.backends import Backend, select_backend
from emtwin.backends.native import NativeUnavailable
from emtwin.errors import InputError

SIZES = (64, 128, 256, 512)
TARGETS = {512: 40.0, 128: 25.0}
DISPERSIVE = 33.0
EQUALITY = 1e-5
PYTHON_COST = 5.0
_STEPS = 200
_CELL_STEPS = 2e10  # of one timed call: about a second at 20 Gcells/s


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
    chosen = options(__doc__).parse_args(arguments)
    try:
        cuda = select_backend("cuda")
    except InputError as error:
        rows, name = missing_rows(str(error).splitlines()[0]), "none"
    else:
        rows, name = measured_rows(cuda, quick=chosen.quick), f"cuda, {_device(cuda)}, float32"
    return finish("gpu", name, rows, quick=chosen.quick, out=chosen.out)


def _device(backend: Backend) -> str:
    return str(getattr(backend, "device", backend.name))


def _speed_case(n: int) -> str:
    return f"vacuum + CPML 10 on six faces, {n}^3"


EQUALITY_CASE = f"cuda and native after {_STEPS} steps, every element"
LAUNCH_CASE = "wall time of a step of a 16^3 grid, no graph"


def _dispersive_row() -> Row:
    note = "dispersive materials do not exist"
    case = "25 % dispersive + 3 DFT planes of 21 frequencies, 512^3"
    return Row(case, None, "Gcells/s", DISPERSIVE, note=note)


def missing_rows(reason: str) -> list[Row]:
    """The rows of a machine without a GPU.

    Parameters
    ----------
    reason : str
        Why there is no GPU backend.
    """
    speeds = [Row(_speed_case(n), None, "Gcells/s", TARGETS.get(n), note=reason) for n in SIZES]
    return [
        *speeds,
        _dispersive_row(),
        Row(EQUALITY_CASE, None, "relative", EQUALITY, "lower", reason),
        Row(LAUNCH_CASE, None, "us", PYTHON_COST, "lower", reason),
    ]


def measured_rows(cuda: Backend, *, quick: bool) -> list[Row]:
    """All rows; what fails gets a row that says how, and the others go on.

    Parameters
    ----------
    cuda : Backend
        The GPU.
    quick : bool
        Halve the sizes.
    """
    rows = [_guarded(n, cuda, quick) for n in SIZES]
    return [*rows, _dispersive_row(), equality_row(cuda), launch_row(cuda)]


def _guarded(n: int, cuda: Backend, quick: bool) -> Row:
    size = n // 2 if quick else n
    try:
        return speed_row(size, cuda, TARGETS.get(n))
    except Exception as error:  # out of memory, a failed compilation: the other rows still count
        note = f"{type(error).__name__}: {error}".splitlines()[0]
        return Row(_speed_case(size), None, "Gcells/s", TARGETS.get(n), note=note)


def speed_row(n: int, backend: Backend, target: float | None = None) -> Row:
    """Speed of a vacuum cube with absorber.

    Parameters
    ----------
    n : int
        Cells along an edge.
    backend : Backend
        Where to run it.
    target : float or None
        Gcells/s.
    """
    simulation = scenes.cube(n)
    program, _, _ = scenes.field_program(simulation, backend)
    count = scenes.cells(simulation)
    steps = max(4, min(2000, int(_CELL_STEPS / count)))
    [seconds] = seconds_of(lambda: program.run(0, steps))
    speed = Spread.of([count * steps / s / 1e9 for s in seconds])
    note = f"median of {REPEATS}: {speed}"
    return Row(_speed_case(n), speed.median, "Gcells/s", target, note=note)


def difference(one: Backend, two: Backend, n_steps: int = _STEPS) -> float:
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


def equality_row(cuda: Backend) -> Row:
    """Agreement of the GPU with the native backend."""
    try:
        worst = difference(select_backend("native"), cuda)
    except (InputError, NativeUnavailable) as error:
        return Row(EQUALITY_CASE, None, "relative", EQUALITY, "lower", str(error).splitlines()[0])
    note = "bitwise equal" if worst == 0 else "contraction off"
    return Row(EQUALITY_CASE, worst, "relative", EQUALITY, "lower", note)


def launch_row(backend: Backend) -> Row:
    """What a step costs when the grid costs nothing."""
    program, _, stages = scenes.field_program(scenes.cube(16), backend)
    program.run(0, 10)
    times = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        program.run(0, 1000)
        times.append((time.perf_counter() - begin) * 1e3)
    spread = Spread.of(times)
    note = f"{len(stages)} launches; median of {REPEATS}: {spread}"
    return Row(LAUNCH_CASE, spread.median, "us", PYTHON_COST, "lower", note)


if __name__ == "__main__":
    sys.exit(main())
