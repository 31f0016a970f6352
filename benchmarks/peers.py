"""emtwin beside openEMS on three scenes, errors and wall times; beside four codes on cubes, speed.

Run as ``python -m benchmarks.peers [--quick] [--scene TEXT] [--out FILE]``. All codes get the same
cells, time step, number of steps, waveform, probes, threads, precision (float32) and depth of the
absorber; where one cannot, its row says so. Each timed run is a process of its own, in turns.
"Time loop" is what each code reports of itself, or its driver measures; "process" is from its start
to its end, the interpreter's imports and the set-up included.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import openems, peer_process, peer_speed
from benchmarks.harness import REPEATS, Row, Spread, finish, native_or_row, options
from benchmarks.peer_outcome import Outcome, PeerError, Runner
from benchmarks.peer_scenes import Figure, Scene, scenes
from emtwin.backends.native import NativeBackend, instruction_set
from emtwin.solver import RunResult, StopRule, run

THREADS = 2
QUICK_REPEATS = 3
AS_FAST = 1.0  # times openEMS
AS_GOOD = 1.1  # of openEMS's error: a tenth more is taken for the same
RATIO = "openEMS over emtwin"
RUNNERS: dict[str, Runner] = {
    "openEMS": openems.run,
    "fdtdx": peer_process.FDTDX,
    "gprMax": peer_process.GPRMAX,
    "meep": peer_process.MEEP,
}
_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Times:
    """Wall times of one run in seconds."""

    loop: float
    process: float


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
    parser.add_argument("--alone", metavar="SCENE", help="one run of emtwin; prints its loop time")
    parser.add_argument(
        "--scene", metavar="TEXT", help="only scenes whose names contain this, such as speed"
    )
    chosen = parser.parse_args(arguments)
    backend = native_or_row(THREADS, "times", AS_FAST)
    if isinstance(backend, Row):
        return finish("peers", "none", [backend], quick=chosen.quick, out=chosen.out)
    accuracy, cubes = scenes(quick=chosen.quick), peer_speed.cubes(quick=chosen.quick)
    if chosen.alone is not None:
        [scene] = [s for s in (*accuracy, *cubes) if s.name == chosen.alone]
        print(json.dumps(emtwin(scene, backend).seconds))
        return 0
    part = chosen.scene or ""
    if not any(part in s.name for s in (*accuracy, *cubes)):
        parser.error(f"no scene is named {part!r}: {', '.join(s.name for s in accuracy + cubes)}")
    rows = []
    for scene in accuracy:
        rows += scene_rows(scene, backend, quick=chosen.quick) if part in scene.name else []
    for cube in cubes:
        rows += cube_rows(cube, backend, quick=chosen.quick) if part in cube.name else []
    name = f"native, {THREADS} threads, {instruction_set()}, float32"
    return finish("peers", name, rows, quick=chosen.quick, out=chosen.out)


def emtwin(scene: Scene, backend: NativeBackend) -> RunResult:
    """Run a scene with emtwin, to the batch of steps that reaches the scene's number."""
    return run(scene.simulation(), backend, StopRule(-np.inf, -np.inf, scene.steps))


def scene_rows(scene: Scene, backend: NativeBackend, *, quick: bool) -> list[Row]:
    """All rows of one scene: what it is, errors of both codes, times of both and their ratios.

    Parameters
    ----------
    scene : Scene
        The scene.
    backend : NativeBackend
        Where emtwin runs.
    quick : bool
        Fewer repeats.
    """
    ours = emtwin(scene, backend)
    figures = scene.figures(scene.readings(ours.traces, ours.times), ours.dt)
    head = Row(scene.name, scene.grid.n_cells, "cells", note=_described(scene, ours))
    try:
        own, theirs, outcome = _timed(openems.run, scene, ours, quick=quick)
    except PeerError as error:
        why = str(error)
        return [head, *figure_rows(scene.name, figures, None, why), *missing_rows(scene.name, why)]
    peer = scene.figures(outcome.readings, ours.dt)
    return [
        head,
        *figure_rows(scene.name, figures, peer),
        *time_rows(scene.name, own, theirs, f"openEMS {outcome.version}"),
    ]


def cube_rows(scene: Scene, backend: NativeBackend, *, quick: bool) -> list[Row]:
    """Rows of a cube: likeness of the traces, and the ratio of the time loops for every code.

    Parameters
    ----------
    scene : Scene
        The cube.
    backend : NativeBackend
        Where emtwin runs.
    quick : bool
        Fewer repeats.
    """
    ours = emtwin(scene, backend)
    rows = []
    for peer, runner in RUNNERS.items():
        try:
            own, theirs, outcome = _timed(runner, scene, ours, quick=quick)
        except PeerError as error:
            rows.append(peer_speed.missing_row(scene, peer, str(error)))
        else:
            rows += _compared(scene, peer, ours, outcome, own, theirs)
    return rows


def _compared(
    scene: Scene,
    peer: str,
    ours: RunResult,
    outcome: Outcome,
    own: Sequence[Times],
    theirs: Sequence[Times],
) -> list[Row]:
    """Likeness and ratio; no ratio of runs that were not the same."""
    given = peer_speed.conditions(scene, outcome, THREADS)
    reading = scene.readings(ours.traces, ours.times)[peer_speed.PROBE]
    alike = peer_speed.correlation(reading, outcome.readings[peer_speed.PROBE])
    case = f"{scene.name}: correlation of the traces, {peer}"
    rows = [Row(case, alike, "", peer_speed.ALIKE)]
    judged = peer_speed.TARGETS[peer] is not None
    if not alike >= peer_speed.ALIKE:
        why = f"not the same scene: the traces correlate by {alike:.3g}; {given}"
        return [*rows, peer_speed.missing_row(scene, peer, why)]
    if judged and not peer_speed.equal(outcome, THREADS):
        why = f"not under the same conditions: {given}"
        return [*rows, peer_speed.missing_row(scene, peer, why)]
    loops = [t.loop for t in own], [t.loop for t in theirs]
    return [*rows, peer_speed.ratio_row(scene, peer, *loops, given)]


def _described(scene: Scene, ours: RunResult) -> str:
    cells = " x ".join(str(n) for n in scene.grid.shape)
    deep = max(max(pair) for pair in scene.absorber)
    absorber = f"absorber of {deep} cells" if deep else "no absorber"
    return f"{cells}, {ours.n_steps} steps of {ours.dt * 1e12:.4g} ps, {absorber}"


def _timed(
    runner: Runner, scene: Scene, ours: RunResult, *, quick: bool
) -> tuple[list[Times], list[Times], Outcome]:
    """Times of both codes in turns, and the last outcome of the other one."""
    own, theirs = [], []
    for _ in range(QUICK_REPEATS if quick else REPEATS):
        with tempfile.TemporaryDirectory() as folder:
            outcome = runner(scene, ours.dt, ours.n_steps, THREADS, Path(folder))
        theirs.append(Times(outcome.loop_seconds, outcome.process_seconds))
        own.append(_alone(scene, quick=quick))
    return own, theirs, outcome


def _alone(scene: Scene, *, quick: bool) -> Times:
    """One run of emtwin in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.peers", "--alone", scene.name]
    begin = time.perf_counter()
    done = subprocess.run(
        command + ["--quick"] * quick, cwd=_ROOT, capture_output=True, text=True, check=True
    )
    return Times(float(json.loads(done.stdout)), time.perf_counter() - begin)


def figure_rows(
    scene: str, ours: Sequence[Figure], theirs: Sequence[Figure] | None, why: str = ""
) -> list[Row]:
    """Figures of both codes; ours should be no worse than openEMS's, or below the floor.

    Parameters
    ----------
    scene : str
        Name of the scene.
    ours : sequence of Figure
        Of emtwin.
    theirs : sequence of Figure or None
        Of openEMS, the same ones in the same order; None where it did not run.
    why : str
        Why it did not.
    """
    rows = []
    for n, own in enumerate(ours):
        peer = None if theirs is None else theirs[n].value
        target = None
        if own.floor is not None and peer is not None:
            target = max(own.floor, AS_GOOD * peer)
        case = f"{scene}: {own.name}"
        rows.append(Row(f"{case}, emtwin", own.value, own.unit, target, "lower"))
        rows.append(Row(f"{case}, openEMS", peer, own.unit, note=why))
    return rows


def time_rows(scene: str, ours: Sequence[Times], theirs: Sequence[Times], peer: str) -> list[Row]:
    """Medians of both codes' wall times, and of the ratios of runs made one after the other.

    Parameters
    ----------
    scene : str
        Name of the scene.
    ours, theirs : sequence of Times
        Of emtwin and of openEMS, in the order in which they ran.
    peer : str
        Name and version of openEMS.
    """
    rows = []
    for kind, name in (("loop", "time loop"), ("process", "process")):
        own, other = ([getattr(t, kind) for t in times] for times in (ours, theirs))
        for code, values in (("emtwin", own), (peer, other)):
            spread = Spread.of(values)
            note = f"median of {len(values)}: {spread}"
            rows.append(Row(f"{scene}: {name}, {code}", spread.median, "s", note=note))
        ratio = Spread.of([b / a for a, b in zip(own, other, strict=True)])
        note = f"median of {len(own)}: {ratio}"
        rows.append(Row(f"{scene}: {name}, {RATIO}", ratio.median, "times", AS_FAST, note=note))
    return rows


def missing_rows(scene: str, why: str) -> list[Row]:
    """The ratios that could not be measured, and why."""
    return [
        Row(f"{scene}: {name}, {RATIO}", None, "times", AS_FAST, note=why)
        for name in ("time loop", "process")
    ]


if __name__ == "__main__":
    sys.exit(main())
