"""Run in fdtdx's Python: the cube of task.json on the processor, compiled before it is timed."""

from __future__ import annotations

import importlib.metadata
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

C0 = 299_792_458.0


def main(folder: Path) -> None:
    """Run the task in a folder and write its outcome there."""
    task = json.loads((folder / "task.json").read_text(encoding="utf-8"))
    # XLA makes its pool as large as the set of processors; it reads it when it is imported.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: task["threads"]])
    os.environ["JAX_PLATFORMS"] = "cpu"
    jax, fdtdx = importlib.import_module("jax"), importlib.import_module("fdtdx")
    objects, arrays, config = scene(jax, fdtdx, task)

    def run(start: Any) -> Any:
        """Go through all steps."""
        return fdtdx.run_fdtd(start, objects, config, show_progress=False)

    compiled = jax.jit(run).lower(arrays).compile()
    begin = time.perf_counter()
    steps, ended = jax.block_until_ready(compiled(arrays))
    seconds = time.perf_counter() - begin
    values = ended.detector_states["v"]["fields"].ravel()
    outcome = {
        "version": f"fdtdx {importlib.metadata.version('fdtdx')}, jax {jax.__version__}",
        "steps": int(steps),
        "threads": pool_size(),
        "precision": str(ended.fields.E.dtype),
        "dt": config.time_step_duration,
        "first": 1,
        "values": values.tolist(),
        "loop_seconds": seconds,
        "timing": "the loop by the driver's clock, compiled before",
    }
    (folder / "outcome.json").write_text(json.dumps(outcome), encoding="utf-8")


def pool_size() -> int:
    """Threads of XLA's pool, by their names, as the kernel knows them."""
    names = (file.read_text() for file in Path("/proc/self/task").glob("*/comm"))
    return sum(name.startswith("tf_XLAEigen") for name in names)


def edges(task: dict[str, Any]) -> Any:
    """Permittivity of the edges along x, y, z: the mean of the four cells around each.

    fdtdx by itself takes that of one cell, which moves each face of the block by half a cell.

    Parameters
    ----------
    task : dict
        What `benchmarks.peer_process.task_of` writes.
    """
    n, (lo, hi) = task["n"], task["block"]
    cells = np.ones((n, n, n))
    cells[lo:hi, lo:hi, lo:hi] = task["permittivity"]
    shifts = ((1, 2), (0, 2), (0, 1))
    return np.stack(
        [
            (cells + np.roll(cells, 1, a) + np.roll(cells, 1, b) + np.roll(cells, 1, (a, b))) / 4
            for a, b in shifts
        ]
    )


def scene(jax: Any, fdtdx: Any, task: dict[str, Any]) -> tuple[Any, Any, Any]:
    """The cube as fdtdx takes it: objects, arrays, configuration.

    Parameters
    ----------
    jax, fdtdx : module
        jax and fdtdx.
    task : dict
        What `benchmarks.peer_process.task_of` writes.
    """
    n, cell, dt = task["n"], task["cell"], task["dt"]
    config = fdtdx.SimulationConfig(
        time=task["steps"] * dt,
        grid=fdtdx.UniformGrid(spacing=cell),
        backend="cpu",
        courant_factor=dt * C0 * 3**0.5 / cell,
    )
    volume = fdtdx.SimulationVolume(partial_grid_shape=(n,) * 3)
    # Its own default of alpha is for light of 1.55 um: at 10 GHz nothing would be absorbed.
    bounds = fdtdx.BoundaryConfig.from_uniform_bound(
        thickness=task["depth"], alpha_start=task["alpha"]
    )
    absorber, constraints = fdtdx.boundary_objects_from_config(bounds, volume)
    profile = fdtdx.CustomTimeSignalProfile(
        signal=jax.numpy.asarray(task["current"]), time_step_duration=dt
    )
    source = fdtdx.PointDipoleSource(
        partial_grid_shape=(1, 1, 1),
        polarization=2,
        wave_character=fdtdx.WaveCharacter(frequency=task["pulse"]["f_max"]),
        temporal_profile=profile,
    )
    probe = fdtdx.FieldDetector(
        name="v",
        partial_grid_shape=(1, 1, 1),
        components=("Ez",),
        exact_interpolation=False,
        plot=False,
    )
    for part, node in ((source, task["source"]), (probe, task["probe"])):
        constraints.append(part.set_grid_coordinates((0, 1, 2), ("-",) * 3, tuple(node)))
    made = [volume, *absorber.values(), source, probe]
    objects, arrays, params, config, _ = fdtdx.place_objects(made, config, constraints)
    arrays = arrays.aset("inv_permittivities", jax.numpy.asarray(1 / edges(task), "float32"))
    arrays, objects, _ = fdtdx.apply_params(arrays, objects, params)
    return objects, arrays, config


if __name__ == "__main__":
    main(Path(sys.argv[1]))
