"""A small run with everything in it that may be killed: ``python -m tests.physics.interrupted``.

Arguments: backend, precision, folder, and where to wait for being killed: a batch of steps (0:
nowhere), and the share of its checkpoint that is written by then (0: none of it). It says how many
steps are done after each batch, "waiting" where it waits, and leaves ``result.npz`` when done.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import IO, Any

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
    Progress,
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


def done(
    backend: Backend,
    checkpoint: Path | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> RunResult:
    """The run, kept in `checkpoint` after every batch."""
    stop = StopRule(-300, -300, STEPS)
    return run(scene(), backend, stop, progress, checkpoint=checkpoint, every_seconds=0.0)


def wait() -> None:
    """Until this process is killed; or its standard input ends, should the killer have died."""
    print("waiting", flush=True)
    sys.stdin.read()
    sys.exit("nobody killed this process")


def torn(share: float) -> Callable[..., None]:
    """What takes the place of ``numpy.savez`` and waits when `share` of the file is written."""

    def savez(file: IO[bytes], **arrays: Any) -> None:
        whole = BytesIO()
        _savez(whole, **arrays)
        file.write(whole.getvalue()[: int(share * whole.tell())])
        file.flush()
        wait()

    return savez


_savez = np.savez


def main() -> None:
    """Run, killed or not."""
    backend, precision, folder, batch, share = sys.argv[1:]
    place, batches = Path(folder), count(1)

    def say(progress: Progress) -> None:
        print(progress.step, flush=True)
        if next(batches) == int(batch):
            if float(share) == 0:
                wait()
            np.savez = torn(float(share))

    result = done(select_backend(backend, precision), place / "run.npz", say)
    unfinished = place / "result.part.npz"
    np.savez(unfinished, **flat(result))
    unfinished.replace(place / "result.npz")


if __name__ == "__main__":
    main()
