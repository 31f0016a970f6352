"""A small run with everything in it that may be killed: ``python -m tests.physics.interrupted``.

Arguments: backend, precision, folder, seconds between checkpoints. It says "begun" when its steps
begin and leaves ``result.npz`` when it is done.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend, Box, Stage, select_backend
from emtwin.grid import Node
from emtwin.solver import (
    Assembly,
    Bound,
    Element,
    FieldSamples,
    HuygensSurface,
    PlaneWave,
    Recording,
    RunResult,
    Simulation,
    StopRule,
    run,
)
from tests.physics.scenes import crowded_scene

STEPS = 4000
LATE = 29


@dataclass(frozen=True)
class Delayed(Element):
    """e_z at one edge, `LATE` steps late: an element with memory of its own."""

    name: str = "delayed"

    def bind(self, assembly: Assembly) -> Bound:
        ring = assembly.memory("delayed ring", LATE)
        offset = assembly.index(assembly.offset("e_z", (9, 11, 17)))
        arguments = {"source": assembly.fields, "offset": offset, "ring": ring}
        arguments |= {"every": 1, "lines": LATE, "width": 1}
        stage = Stage("record", Box.items(1), arguments)
        return Bound(
            after_e=(stage,),
            recordings={"ring": Recording(ring, np.arange(LATE, dtype=np.int64), every=5)},
        )


def scene(**changes: Any) -> Simulation:
    """Absorber, wire, trace, two ports, currents, plane wave, surface, cells, an element."""
    base = crowded_scene(3)
    frequencies = np.linspace(2e8, 5e9, 7)
    cells = FieldSamples.cells("cells", base.grid, np.array([[9, 11, 15], [9, 12, 15]]))
    settings: dict[str, Any] = {
        "surface": HuygensSurface(base.grid, Node(7, 6, 8), Node(13, 15, 28)),
        "samples": (cells,),
        "elements": (Delayed(),),
        "frequencies": frequencies,
        "plane_wave": PlaneWave(
            (0.0, 0.6, 0.8), (1.0, 0.0, 0.0), Node(10, 10, 13), Node(12, 12, 24)
        ),
    }
    return replace(base, **(settings | changes))


def flat(result: RunResult) -> dict[str, NDArray[Any]]:
    """Everything that a result holds, as arrays; not the seconds that it took."""
    found = {f"trace {n}": values for n, values in result.traces.items()}
    for name, port in result.ports.items():
        found |= {f"{name} voltage": port.voltage, f"{name} spectrum": port.spectrum}
    found |= {f"spectrum {n}": values for n, values in result.spectra.items()}
    assert result.currents is not None
    found |= {"electric": result.currents.electric.moment}
    found |= {"magnetic": result.currents.magnetic.moment}
    found |= {"truncation": result.ending.truncation}
    numbers = (result.n_steps, result.decay_db, result.port_decay_db, result.ending.residual_db)
    return found | {"numbers": np.array(numbers)}


def done(backend: Backend, checkpoint: Path | None = None, every_seconds: float = 0.0) -> RunResult:
    """The run, kept in `checkpoint`."""
    stop = StopRule(-300, -300, STEPS)

    def say(progress: object) -> None:
        print("begun", flush=True)

    return run(scene(), backend, stop, say, checkpoint=checkpoint, every_seconds=every_seconds)


def main() -> None:
    """Run, killed or not."""
    backend, precision, folder, seconds = sys.argv[1:]
    place = Path(folder)
    result = done(select_backend(backend, precision), place / "run.npz", float(seconds))
    unfinished = place / "result.part.npz"
    np.savez(unfinished, **flat(result))
    unfinished.replace(place / "result.npz")


if __name__ == "__main__":
    main()
