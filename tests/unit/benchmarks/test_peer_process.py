"""Codes in a Python of their own: what is refused, told by a false code; what the drivers build."""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks import peer_process, peer_scenes, peer_speed, peers
from benchmarks.peer_drivers import fdtdx_cube, gprmax_cube, meep_cube
from benchmarks.peer_outcome import Outcome, PeerError
from benchmarks.peer_process import Code

DT, STEPS, THREADS = 1.9e-12, 30, 2
CUBE = peer_speed.cube(32)

# In place of the other code's Python: asked whether it has the module, it says yes; asked to run a
# driver, it does as it was told to.
FALSE_PYTHON = """#!{python}
import json, sys
from pathlib import Path
if sys.argv[1] == "-c":
    sys.exit(0)
folder = Path(sys.argv[2])
task = json.loads((folder / "task.json").read_text())
found = {{
    "version": "False 1", "steps": task["steps"], "threads": task["threads"], "dt": task["dt"],
    "precision": "float32", "first": 1, "values": [0.5] * task["steps"], "loop_seconds": 2.0,
    "timing": "made up",
}}
{does}
(folder / "outcome.json").write_text(json.dumps(found))
"""


def _run(folder: Path, does: str = "", most_threads: int | None = None) -> Outcome:
    """What comes of a run of a code that does something of its own before it writes."""
    python = folder / "python"
    python.write_text(FALSE_PYTHON.format(python=sys.executable, does=does), encoding="utf-8")
    python.chmod(0o755)
    code = Code("False", "gprmax_cube.py", python, "false", "pip install false", most_threads)
    return code(CUBE, DT, STEPS, THREADS, folder)


def test_a_run_as_asked_for_is_read(tmp_path: Path) -> None:
    outcome = _run(tmp_path)
    assert (outcome.version, outcome.steps, outcome.threads) == ("False 1", STEPS, THREADS)
    assert (outcome.loop_seconds, outcome.precision) == (2.0, "float32")
    assert outcome.process_seconds > 0
    reading = outcome.readings[peer_speed.PROBE]
    np.testing.assert_allclose(reading.times, DT * np.arange(1, STEPS + 1))
    assert set(reading.values) == {0.5}


@pytest.mark.parametrize(
    ("does", "message"),
    [
        ("sys.exit('no memory left')", "False ended with 1: no memory left"),
        ("sys.exit(0)", "False ended without a word of what it did"),
        ("found['steps'] = 29", "False did 29 steps, not 30"),
        ("found['threads'] = 4", "False ran on 4 threads, not 2"),
        ("found['dt'] *= 1.01", r"took a time step of 1\.919e-12 s, not 1\.9e-12 s"),
    ],
)
def test_a_run_other_than_asked_for_is_refused(tmp_path: Path, does: str, message: str) -> None:
    with pytest.raises(PeerError, match=message):
        _run(tmp_path, does)


def test_rounding_of_the_time_step_is_not_refused(tmp_path: Path) -> None:
    """Half a rounding of float32 is 3e-8."""
    assert _run(tmp_path, "found['dt'] *= 1 + 3e-8").steps == STEPS


def test_a_build_of_one_thread_is_given_one_and_its_row_says_so(tmp_path: Path) -> None:
    outcome = _run(tmp_path, most_threads=1)
    assert outcome.threads == 1
    assert "float32, 1 (emtwin 2) threads" in peer_speed.conditions(CUBE, outcome, THREADS)


@pytest.mark.parametrize("peer", [peer_process.GPRMAX, peer_process.FDTDX, peer_process.MEEP])
def test_a_code_that_is_not_there_says_how_to_install_it(peer: Code, tmp_path: Path) -> None:
    absent = replace(peer, python=tmp_path / "python")
    with pytest.raises(PeerError, match=f"{peer.name} is not installed") as caught:
        absent(CUBE, DT, STEPS, THREADS, tmp_path)
    assert str(caught.value).endswith(peer.install)


def test_a_python_without_the_code_says_how_to_install_it(tmp_path: Path) -> None:
    bare = Code("bare", "gprmax_cube.py", Path(sys.executable), "no_such_code", "pip install bare")
    with pytest.raises(PeerError, match=r"bare is not installed, .* cannot import it: pip install"):
        bare(CUBE, DT, STEPS, THREADS, tmp_path)


def test_a_code_without_a_driver_says_so(tmp_path: Path) -> None:
    alone = replace(peer_process.GPRMAX, driver="nothing.py")
    with pytest.raises(PeerError, match=r"gprMax has no driver: no .*nothing\.py"):
        alone(CUBE, DT, STEPS, THREADS, tmp_path)


def test_every_code_has_a_driver() -> None:
    drivers = Path(peers.__file__).parent / "peer_drivers"
    codes = [runner for runner in peers.RUNNERS.values() if isinstance(runner, Code)]
    assert {code.driver for code in codes} == {file.name for file in drivers.glob("*_cube.py")}


def _task() -> dict[str, Any]:
    task = peer_process.task_of(CUBE, DT, STEPS, THREADS)
    assert json.loads(json.dumps(task)) == task
    return task


def test_gprmax_is_asked_for_its_threads_by_what_it_says() -> None:
    """The line is the one that 4.0.1 logs before its time loop."""
    said = gprmax_cube.Messages()
    assert said.threads() == 0
    text = "Model 1/1 on host with OpenMP backend using 2 thread(s)"
    said.emit(logging.LogRecord("gprMax.model", 25, "", 0, text, (), None))
    assert said.threads() == 2


def test_fdtdx_gets_the_permittivity_of_emtwins_edges() -> None:
    """Every edge inside the faces of the grid: there emtwin's lie in the boundary."""
    medium = CUBE.medium()
    found = fdtdx_cube.edges(_task())
    for axis, ids in enumerate(medium.ids):
        inner = tuple(slice(0 if a == axis else 1, CUBE.grid.shape[a]) for a in range(3))
        np.testing.assert_allclose(found[axis][inner], medium.permittivity[ids[inner]])
    assert set(np.unique(found)) == {1.0, 1.75, 2.5, 4.0}


def test_meep_has_the_node_of_an_upright_edge_in_its_middle() -> None:
    """The middle of 32 cells is at 16; the source's edge begins there."""
    space = SimpleNamespace(Vector3=lambda *place: place)
    assert meep_cube.upright_edge(space, _task(), "source") == (0.0, 0.0, 0.5)
    assert meep_cube.upright_edge(space, _task(), "probe") == (8.0, 0.0, 0.5)


def test_meeps_pulse_is_emtwins() -> None:
    """At the midpoints of the steps, which is where Meep takes a current."""
    made: dict[str, Any] = {}
    names = ("Vector3", "Medium", "Simulation", "PML", "Block", "Source", "CustomSource")
    space = SimpleNamespace(Ez="Ez", **{name: _Recorder(name, made) for name in names})
    meep_cube.scene(space, task := _task())
    unit = task["cell"] / meep_cube.C0
    current = made["CustomSource"][0][0]
    found = [current((step + 0.5) * DT / unit) for step in range(STEPS)]
    np.testing.assert_allclose(found, task["current"], rtol=1e-9, atol=1e-15)
    given = made["Simulation"][1]
    assert given["Courant"] == pytest.approx(DT * meep_cube.C0 / peer_speed.CELL)
    assert made["PML"][0] == (peer_scenes.DEPTH,)


class _Recorder:
    """Stands for a class of another code, and keeps what it was called with."""

    def __init__(self, name: str, made: dict[str, Any]) -> None:
        self.name, self.made = name, made

    def __call__(self, *arguments: Any, **named: Any) -> _Recorder:
        self.made[self.name] = arguments, named
        return self

    def scale(self, factor: float) -> tuple[float, ...]:
        """As of a vector."""
        return (factor,) * 3
