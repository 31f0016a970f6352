"""Run in Meep's Python: the cube of task.json, one cell as the unit of length."""

from __future__ import annotations

import importlib
import json
import math
import sys
import time
from pathlib import Path
from typing import Any

C0 = 299_792_458.0


def main(folder: Path) -> None:
    """Run the task in a folder and write its outcome there."""
    task = json.loads((folder / "task.json").read_text(encoding="utf-8"))
    meep = importlib.import_module("meep")
    simulation = scene(meep, task)
    simulation.init_sim()
    fields, probe, values = simulation.fields, upright_edge(meep, task, "probe"), []
    begin = time.perf_counter()
    for _ in range(task["steps"]):
        fields.step()
        values.append(simulation.get_field_point(meep.Ez, probe).real)
    seconds = time.perf_counter() - begin
    outcome = {
        "version": f"Meep {meep.__version__}",
        "steps": fields.t,
        "threads": meep.count_processors(),
        "precision": "float32" if meep.is_single_precision() else "float64",
        "dt": fields.dt * task["cell"] / C0,
        "first": 1,
        "values": values,
        "loop_seconds": seconds,
        "timing": "the loop by the driver's clock",
    }
    (folder / "outcome.json").write_text(json.dumps(outcome), encoding="utf-8")


def scene(meep: Any, task: dict[str, Any]) -> Any:
    """The cube as Meep takes it, its middle at the origin.

    Parameters
    ----------
    meep : module
        Meep.
    task : dict
        What `benchmarks.peer_process.task_of` writes.
    """
    n, (lo, hi) = task["n"], task["block"]
    unit = task["cell"] / C0
    start, width = (task["pulse"][name] / unit for name in ("start", "width"))

    def current(t: float) -> float:
        """Give the pulse of emtwin at a time in Meep's unit."""
        u = (t - start) / width
        return -u * math.exp(0.5 * (1 - u * u))

    middle = meep.Vector3(1, 1, 1).scale((lo + hi - n) / 2)
    medium = meep.Medium(epsilon=task["permittivity"])
    return meep.Simulation(
        cell_size=meep.Vector3(n, n, n),
        resolution=1,
        Courant=task["dt"] / unit,
        boundary_layers=[meep.PML(task["depth"])],
        geometry=[meep.Block(meep.Vector3(1, 1, 1).scale(hi - lo), center=middle, material=medium)],
        sources=[
            meep.Source(meep.CustomSource(current), meep.Ez, upright_edge(meep, task, "source"))
        ],
    )


def upright_edge(meep: Any, task: dict[str, Any], name: str) -> Any:
    """Middle of the upright edge at a node of the task, where Meep has its E_z."""
    i, j, k = (at - task["n"] / 2 for at in task[name])
    return meep.Vector3(i, j, k + 0.5)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
