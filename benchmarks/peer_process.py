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

ENVIRONMENTS = Path.home() / ".cache" / "emtwin-peers"
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
    """

    name: str
    driver: str
    python: Path

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
            If the code is not installed, fails, or did other than was asked for.
        """
        if not self.python.is_file():
            raise PeerError(
                f"{self.name} is not installed: no {self.python}; benchmarks/README.md says how"
            )
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
        return self._understood(folder / "outcome.json", seconds, dt, steps)

    def _understood(self, file: Path, seconds: float, dt: float, steps: int) -> Outcome:
        found = json.loads(file.read_text(encoding="utf-8"))
        if found["steps"] != steps:
            raise PeerError(f"{self.name} did {found['steps']} steps, not {steps}")
        if not abs(found["dt"] / dt - 1) < 1e-5:
            raise PeerError(f"{self.name} took a time step of {found['dt']:g} s, not {dt:g} s")
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
        "permittivity": scene.permittivity,
        "block": [round(point[0] / CELL) for point in scene.block],
        "source": list(source.node),
        "probe": list(probe.start),
        "current": scene.pulse(midpoints).tolist(),
        "pulse": {"start": scene.pulse.start, "width": scene.pulse.width},
    }


def _of_environment(name: str, driver: str) -> Code:
    return Code(name, driver, ENVIRONMENTS / name.lower() / "bin" / "python")


GPRMAX = _of_environment("gprMax", "gprmax_cube.py")
FDTDX = _of_environment("fdtdx", "fdtdx_cube.py")
MEEP = Code("meep", "meep_cube.py", Path("/usr/bin/python3"))
