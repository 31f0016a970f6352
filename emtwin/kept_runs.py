"""Field runs of a campaign on disk until it is complete: the same command goes on with them.

Field runs are what takes hours; all else of a campaign is made again. A finished run is kept with
all that it found, the started one as the solver's checkpoint. A file is named by all that decides
the bits of its run, so that a run can only find its own. The folder belongs to one campaign: for
another twin, code, standards, backend or precision it begins anew, and what differs is told.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from emtwin import resources
from emtwin.backends import Backend
from emtwin.clock import Clock
from emtwin.errors import InputError, Notice
from emtwin.results.provenance import version_of
from emtwin.scene import LoadedTwin
from emtwin.solver import (
    Dipoles,
    EquivalentCurrents,
    PortRecord,
    Progress,
    RunResult,
    Simulation,
    StopRule,
    estimate,
    run,
)
from emtwin.solver.checkpoint import (
    Arrays,
    Identity,
    Saved,
    differences,
    identity_of,
    prefixed,
    read,
    write,
)
from emtwin.solver.identity import described, digest
from emtwin.solver.results import Ending
from emtwin.solver.support import support
from emtwin.units import format_si
from emtwin.voxel import Body

FOLDER = "kept_runs"
"""Name of the folder beside the results."""

_IDENTITY = "identity.json"
_NAME = "[0-9a-f]" * 16  # of a run
_OURS = f"{_NAME}*.npz*"  # unfinished files end in .part
_STARTED = ".started.npz"
_ROOM = 2**30  # bytes that stay free for the results and for others

Tell = Callable[[str], None]


def identity_of_campaign(
    loaded: LoadedTwin, bodies: tuple[Body, ...], machine: Backend
) -> Identity:
    """Digest and text of all that decides the field runs of a campaign, by name.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin; each field of it counts, comments do not.
    bodies : tuple of Body
        Its parts, with what is in their mesh files.
    machine : Backend
        What the runs are for.

    Returns
    -------
    dict
        As of `emtwin.solver.checkpoint.identity_of`.
    """
    twin = loaded.twin
    values: dict[str, Any] = {name: getattr(twin, name) for name in type(twin).model_fields}
    values |= {f"part {body.name}": body for body in bodies}
    values |= {"backend": machine.name, "precision": machine.real.name}
    values |= {f"version of {name}": version_of(name) for name in ("emtwin", "numpy", "scipy")}
    found = {name: [digest(value), described(value)] for name, value in values.items()}
    hashes = {"code of emtwin": resources.code_hash(), "standards": resources.standards_hash()}
    return found | {name: [value, ""] for name, value in hashes.items()}


class KeptRuns:
    """Runs the fields of a campaign, and keeps what they found until `clear`.

    Parameters
    ----------
    folder : Path
        Where to keep it; made when the first run begins.
    identity : dict
        See `identity_of_campaign`. What another campaign left in the folder is deleted.
    clock : Clock
        Collects the wall time of keeping.
    tell : callable
        Told what the campaign goes on from, or why it begins anew.
    """

    def __init__(self, folder: Path, identity: Identity, clock: Clock, tell: Tell) -> None:
        self._folder, self._identity = folder, identity
        self._clock, self._tell = clock, tell
        if (folder / _IDENTITY).is_file():
            self._take_up()

    def __call__(
        self,
        simulation: Simulation,
        machine: Backend,
        stop: StopRule,
        progress: Callable[[Progress], None],
    ) -> RunResult:
        """As `emtwin.solver.run`: from the disk if it is finished there, or from where it was."""
        with self._clock.stage("kept runs"):
            identity = identity_of(simulation, machine)
            finished = self._folder / f"{digest((identity, stop))[:16]}.npz"
            done = self._read(finished, identity)
            if done is not None:
                return _result(done, simulation, machine)
            started = self._started(finished, simulation, machine)
            if started is not None:
                self._read(started, identity)
        try:
            result = run(simulation, machine, stop, progress, checkpoint=started)
            # What is given back is what the file gives, down to the layout of the arrays.
            saved = _saved(identity, result)
            if started is not None:
                self._keep(finished, saved)
                started.unlink(missing_ok=True)
        finally:
            self._leave_no_empty_folder()
        return _result(saved, simulation, machine)

    def clear(self) -> None:
        """The campaign is complete: delete what was kept."""
        for file in (self._folder / _IDENTITY, *self._folder.glob(_OURS)):
            file.unlink(missing_ok=True)
        with suppress(OSError):  # somebody else's files are in it, or it is not there
            self._folder.rmdir()

    def _take_up(self) -> None:
        try:
            theirs: Identity | None = json.loads((self._folder / _IDENTITY).read_text("utf-8"))
        except (OSError, ValueError):
            theirs = None
        if theirs != self._identity:
            why = differences(theirs, self._identity) if theirs else "they cannot be read"
            self.clear()
            self._tell(f"deleted, to begin anew, because {why}")
            return
        started = len(list(self._folder.glob(f"*{_STARTED}")))
        finished = len(list(self._folder.glob(f"{_NAME}.npz")))
        self._tell(f"going on from {finished} finished and {started} started")

    def _read(self, file: Path, identity: Identity) -> Saved | None:
        """What a file holds, if it is there; one that is damaged is deleted."""
        if not file.exists():
            return None
        try:
            return read(file, identity)
        except InputError as error:
            self._tell(f"{file.name} deleted, to begin anew, because {error.problems[0].message}")
            file.unlink()
            return None

    def _started(self, finished: Path, simulation: Simulation, machine: Backend) -> Path | None:
        """Checkpoint of a run; none where the disk could not take it twice, old and new."""
        needed = 2 * estimate(simulation, machine, trial=False).memory_bytes + _ROOM
        if shutil.disk_usage(self._folder.parent).free < needed:
            size = format_si(float(needed), "B", 3)
            self._tell(f"this one is not kept, because the disk has not {size} free")
            return None
        self._folder.mkdir(exist_ok=True)
        (self._folder / _IDENTITY).write_text(json.dumps(self._identity), "utf-8")
        return finished.with_suffix(_STARTED)

    def _keep(self, finished: Path, saved: Saved) -> None:
        """Write a finished run; if the disk is full, the campaign goes on without."""
        try:
            with self._clock.stage("kept runs"):
                write(finished, saved)
        except OSError as error:
            self._tell(f"this one is not kept: {error.strerror or error}")

    def _leave_no_empty_folder(self) -> None:
        if not any(self._folder.glob(f"{_NAME}*.npz")):
            self.clear()


def _saved(identity: Identity, result: RunResult) -> Saved:
    """All of a finished run that its declaration does not say."""
    ending, ports = result.ending, result.ports
    numbers = {
        "dt": result.dt,
        "n_steps": result.n_steps,
        "decay_db": result.decay_db,
        "port_decay_db": result.port_decay_db,
        "finished_by": result.finished_by,
        "seconds": result.seconds,
        "timing": result.timing,
        "notices": [asdict(notice) for notice in result.notices],
        "ending": {name: value for name, value in vars(ending).items() if name != "truncation"},
        "ports": {name: record.resistance for name, record in ports.items()},
    }
    arrays: Arrays = {
        "source": result.source,
        "pulse": result.pulse,
        "truncation": ending.truncation,
        **prefixed("spectra", result.spectra),
        **prefixed("traces", result.traces),
        **prefixed("times", result.times),
    }
    for kind in ("voltage", "spectrum", "emf", "current"):
        arrays |= prefixed(kind, {name: getattr(record, kind) for name, record in ports.items()})
    if result.currents is not None:
        arrays |= prefixed("electric", vars(result.currents.electric))
        arrays |= prefixed("magnetic", vars(result.currents.magnetic))
    same_layout = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    return Saved(identity, numbers, same_layout)


def _result(saved: Saved, simulation: Simulation, machine: Backend) -> RunResult:
    """The finished run that `_saved` took apart."""
    numbers, frequencies = saved.numbers, simulation.frequencies
    records = [saved.part(kind) for kind in ("voltage", "spectrum", "emf", "current")]
    currents = None
    if simulation.surface is not None:
        dipoles = (Dipoles(**saved.part(kind)) for kind in ("electric", "magnetic"))
        currents = EquivalentCurrents(frequencies, *dipoles)
    return RunResult(
        numbers["dt"],
        numbers["n_steps"],
        frequencies,
        saved.arrays["source"],
        saved.arrays["pulse"],
        simulation.driven,
        {
            name: PortRecord(name, resistance, *(part[name] for part in records))
            for name, resistance in numbers["ports"].items()
        },
        saved.part("spectra"),
        {group.name: group for group in simulation.samples},
        currents,
        saved.part("traces"),
        saved.part("times"),
        numbers["decay_db"],
        numbers["port_decay_db"],
        numbers["finished_by"],
        Ending(**numbers["ending"], truncation=saved.arrays["truncation"]),
        numbers["seconds"],
        tuple(Notice(**notice) for notice in numbers["notices"]),
        support(simulation, machine.name),
        dict(numbers["timing"]),
    )
