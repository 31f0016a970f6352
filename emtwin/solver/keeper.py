"""Keeps a run on disk while it goes on, and takes it up again."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from emtwin.errors import InputError
from emtwin.solver.checkpoint import Saved, identity_of, prefixed, read, write

if TYPE_CHECKING:
    from emtwin.solver.run import Loop


class Keeper:
    """Checkpoint of one run, if one is wanted.

    Parameters
    ----------
    loop : Loop
        The run.
    file : Path or None
        Where to write.
    every_seconds : float
        Wall time between two writings, s.
    resume : Path or None
        Where to read, if not from `file`.
    """

    def __init__(
        self, loop: Loop, file: Path | None, every_seconds: float, resume: Path | None
    ) -> None:
        self._loop, self._file, self._every = loop, file, every_seconds
        self._from = resume or (file if file is not None and file.exists() else None)
        self._written = time.perf_counter()
        if file is not None and not file.parent.is_dir():
            raise InputError.single(
                "the folder of the checkpoint does not exist",
                file=file,
                remedy=f"create {file.parent}",
            )
        wanted = self._from or file
        self._identity = identity_of(loop.simulation, loop.backend) if wanted is not None else {}

    def restore(self) -> float:
        """Take up the checkpoint, where there is one; the seconds that the run had taken."""
        if self._from is None:
            return 0.0
        loop, saved = self._loop, read(self._from, self._identity)
        for name, values in saved.part("state").items():
            loop.stepper.assembly.state[name][:] = loop.backend.upload(values)
        loop.spectra.restore(saved.part("spectra"))
        loop.traces.restore(saved.part("traces"))
        loop.watch.restore(saved.part("energy"))
        numbers = saved.numbers
        loop.done, loop.next_look = numbers["done"], numbers["next_look"]
        loop.finished_by = numbers["finished_by"]
        loop.clock.add(numbers.get("timing", {}))
        return float(numbers["seconds"])

    def keep(self, seconds: float) -> None:
        """Write the checkpoint if it is time."""
        if self._file is not None and time.perf_counter() - self._written >= self._every:
            self._write(self._file, seconds)

    def close(self, seconds: float, *, ended: bool) -> None:
        """The run is over: delete the checkpoint, or write the last one."""
        if self._file is not None:
            if ended:
                self._file.unlink(missing_ok=True)
            else:
                self._write(self._file, seconds)

    def _write(self, file: Path, seconds: float) -> None:
        loop, download = self._loop, self._loop.backend.download
        state = {name: download(array) for name, array in loop.stepper.assembly.state.items()}
        numbers = {
            "done": loop.done,
            "next_look": loop.next_look,
            "finished_by": loop.finished_by,
            "seconds": seconds,
            "timing": loop.clock.seconds,
        }
        arrays = (
            prefixed("state", state)
            | prefixed("spectra", loop.spectra.state())
            | prefixed("traces", loop.traces.state())
            | prefixed("energy", loop.watch.state())
        )
        write(file, Saved(self._identity, numbers, arrays))
        self._written = time.perf_counter()
