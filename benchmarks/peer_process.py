"""Codes with a Python interface, each in a virtual environment of its own: start, read, refuse.

`benchmarks/peer_drivers` has one script per code. It runs in that code's Python, imports nothing of
emtwin, reads ``task.json`` and writes ``outcome.json`` into its folder; so nothing of the other
code is imported here.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peer_outcome import Outcome, PeerError
from benchmarks.peer_scenes import DEPTH, Scene
from benchmarks.peer_speed import CELL, PROBE
from benchmarks.probes import Reading, Voltage
from emtwin.solver import Absorber

_DRIVERS = Path(__file__).parent / "peer_drivers"


@dataclass(frozen=True)
class Code:
    """A code that a driver runs; calling it runs a scene.

    Parameters
    ----------
    name : str
        Name of the code.
    driver : str
        Script in `benchmarks/peer_drivers`.
    python : Path
        Interpreter that can import the code.
    module : str
        Name under which it is imported.
    install : str
        Command that installs it.
    most_threads : int, optional
        More than these its build cannot use; the row says so.
    """

    name: str
    driver: str
    python: Path
    module: str
    install: str
    most_threads: int | None = None

    def __call__(self, scene: Scene, dt: float, steps: int, threads: int, folder: Path) -> Outcome:
        """Run a cube of `benchmarks.peer_speed`.

        Parameters
        ----------
        scene : Scene
            The cube.
        dt : float
            Time step in seconds.
        steps, threads : int
            Number of time steps and of threads.
        folder : Path
            Where its files go.

        Raises
        ------
        PeerError
            If the code is not installed, has no driver, fails, or did other than was asked for.
        """
        self._check_installed()
        threads = min(threads, self.most_threads or threads)
        task = json.dumps(task_of(scene, dt, steps, threads))
        (folder / "task.json").write_text(task, encoding="utf-8")
        command = [str(self.python), str(_DRIVERS / self.driver), str(folder)]
        environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
        begin = time.perf_counter()
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        seconds = time.perf_counter() - begin
        if done.returncode:
            last = " ".join(done.stderr.split())[-300:]
            raise PeerError(f"{self.name} ended with {done.returncode}: {last}")
        file = folder / "outcome.json"
        if not file.is_file():
            raise PeerError(f"{self.name} ended without a word of what it did")
        found = json.loads(file.read_text(encoding="utf-8"))
        self._check(found, dt, steps, threads)
        return _outcome(found, seconds)

    def _check_installed(self) -> None:
        if not (_DRIVERS / self.driver).is_file():
            raise PeerError(f"{self.name} has no driver: no {_DRIVERS / self.driver}")
        look = (
            f"import importlib.util, sys; sys.exit(not importlib.util.find_spec({self.module!r}))"
        )
        found = (
            self.python.is_file()
            and not subprocess.run([str(self.python), "-c", look], check=False).returncode
        )
        if not found:
            raise PeerError(
                f"{self.name} is not installed, {self.python} cannot import it: {self.install}"
            )

    def _check(self, found: dict[str, Any], dt: float, steps: int, threads: int) -> None:
        """Refuse a run that is not the one that was asked for."""
        if found["steps"] != steps:
            raise PeerError(f"{self.name} did {found['steps']} steps, not {steps}")
        if found["threads"] != threads:
            raise PeerError(f"{self.name} ran on {found['threads']} threads, not {threads}")
        if not abs(found["dt"] / dt - 1) < 1e-5:
            raise PeerError(f"{self.name} took a time step of {found['dt']:g} s, not {dt:g} s")


def _outcome(found: dict[str, Any], seconds: float) -> Outcome:
    values = np.array(found["values"], np.float64)
    times = found["dt"] * (np.arange(values.size) + found["first"])
    return Outcome(
        found["version"],
        found["steps"],
        found["threads"],
        found["loop_seconds"],
        seconds,
        {PROBE: Reading(times, values)},
        found["precision"],
        found["timing"],
    )


def task_of(scene: Scene, dt: float, steps: int, threads: int) -> dict[str, Any]:
    """A cube in plain numbers: counts of cells, indices of edges, metres and seconds.

    Parameters
    ----------
    scene : Scene
        The cube.
    dt : float
        Time step in seconds.
    steps, threads : int
        Number of time steps and of threads.
    """
    [source], [probe] = scene.currents, scene.probes
    assert isinstance(probe, Voltage)
    assert scene.block is not None
    midpoints = dt * (np.arange(steps) + 0.5)
    return {
        "n": scene.grid.shape[0],
        "cell": CELL,
        "dt": dt,
        "steps": steps,
        "threads": threads,
        "depth": DEPTH,
        "alpha": Absorber(scene.absorber).alpha(CELL),
        "permittivity": scene.permittivity,
        "block": [round(point[0] / CELL) for point in scene.block],
        "source": list(source.node),
        "probe": list(probe.start),
        "current": scene.pulse(midpoints).tolist(),
        "pulse": {name: getattr(scene.pulse, name) for name in ("start", "width", "f_max")},
    }


def _of_environment(name: str, release: str) -> Code:
    """A code that pip installs, in an environment of its own."""
    folder = f"~/.cache/emtwin-peers/{name.lower()}"
    install = f"python3 -m venv {folder} && {folder}/bin/pip install {name}=={release}"
    python = Path(folder).expanduser() / "bin" / "python"
    return Code(name, f"{name.lower()}_cube.py", python, name, install)


GPRMAX = _of_environment("gprMax", "4.0.1")
FDTDX = _of_environment("fdtdx", "0.6.3")
MEEP = Code(
    "meep",
    "meep_cube.py",
    Path("/usr/bin/python3"),
    "meep",
    "apt-get install python3-meep python3-matplotlib",
    most_threads=1,
)
"""Debian's build has neither OpenMP nor MPI, and fields of float64."""
