"""Run in gprMax's Python: the cube of task.json through its Python interface."""

from __future__ import annotations

import importlib
import json
import logging
import re
import sys
from pathlib import Path
from typing import Any

C0 = 299_792_458.0


def main(folder: Path) -> None:
    """Run the task in a folder and write its outcome there."""
    task = json.loads((folder / "task.json").read_text(encoding="utf-8"))
    gprmax, h5py = importlib.import_module("gprMax"), importlib.import_module("h5py")
    solvers = importlib.import_module("gprMax.solvers")
    finished: list[Any] = []
    said = Messages()
    logging.getLogger("gprMax.model").addHandler(said)
    solve = solvers.Solver.solve

    def kept(solver: Any, iterator: Any) -> None:
        """Solve, and keep what knows the time it took."""
        solve(solver, iterator)
        finished.append(solver)

    solvers.Solver.solve = kept
    gprmax.run(
        scenes=[scene(gprmax, task)],
        outputfile=folder / "cube",
        cpu_precision="single",
        hide_progress_bars=True,
        log_level=30,
    )
    [solver] = finished
    with h5py.File(folder / "cube.h5") as file:
        values, dt = file["rxs/rx1/Ez"][:], float(file.attrs["dt"])
        version = str(file.attrs.get("gprMax", gprmax.__version__))
    outcome = {
        "version": f"gprMax {version}",
        "steps": len(values),
        "threads": said.threads(),
        "precision": str(solver.updates.grid.Ez.dtype),
        "dt": dt,
        "first": 0,
        "values": values.tolist(),
        "loop_seconds": solver.solvetime,
        "timing": "the loop as the code states it (solve time)",
    }
    (folder / "outcome.json").write_text(json.dumps(outcome), encoding="utf-8")


class Messages(logging.Handler):
    """What gprMax says while it runs."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message."""
        self.texts.append(record.getMessage())

    def threads(self) -> int:
        """Threads that it says it used."""
        found = re.findall(r"OpenMP backend using (\d+) thread", " ".join(self.texts))
        return int(found[-1]) if found else 0


def scene(gprmax: Any, task: dict[str, Any]) -> Any:
    """The cube as gprMax takes it.

    Parameters
    ----------
    gprmax : module
        gprMax.
    task : dict
        What `benchmarks.peer_process.task_of` writes.
    """
    n, cell, dt = task["n"], task["cell"], task["dt"]
    limit = cell / (C0 * 3**0.5)
    lo, hi = ((cell * at,) * 3 for at in task["block"])
    source, probe = (tuple(cell * at for at in task[name]) for name in ("source", "probe"))
    times = [dt * (step + 0.5) for step in range(task["steps"])]
    made = gprmax.Scene()
    for part in (
        gprmax.Domain(p1=(n * cell,) * 3),
        gprmax.Discretisation(p1=(cell,) * 3),
        gprmax.TimeStepStabilityFactor(f=dt / limit),
        gprmax.TimeWindow(iterations=task["steps"]),
        gprmax.OMPThreads(n=task["threads"]),
        gprmax.PMLThickness(thickness=task["depth"]),
        gprmax.Material(er=task["permittivity"], se=0, mr=1, sm=0, id="block"),
        gprmax.Box(p1=lo, p2=hi, material_id="block"),
        gprmax.Waveform(
            wave_type="user",
            id="pulse",
            user_values=task["current"],
            user_time=times,
            kind="linear",
            fill_value="extrapolate",
        ),
        gprmax.HertzianDipole(p1=source, polarisation="z", waveform_id="pulse"),
        gprmax.Rx(p1=probe, id="v", outputs=["Ez"]),
    ):
        made.add(part)
    return made


if __name__ == "__main__":
    main(Path(sys.argv[1]))
