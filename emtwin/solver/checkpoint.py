"""A run on disk: written whole or not at all, and given back only to the run it belongs to.

The file is a NumPy archive (.npz): one array per thing that the run has changed, and one text with
the rest. It is written beside its place and moved there once it is complete, so that whatever
kills the process leaves the earlier file.
"""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin import resources
from emtwin.backends import Backend
from emtwin.errors import InputError
from emtwin.solver.identity import described, digest
from emtwin.solver.simulation import Simulation

_FORMAT = 1
_TEXT = "text"

Arrays = dict[str, NDArray[Any]]
Identity = dict[str, list[str]]


@dataclass(frozen=True, eq=False)
class Saved:
    """What a checkpoint holds.

    Parameters
    ----------
    identity : dict
        What the run is; see `identity_of`.
    numbers : dict
        Steps done and other numbers of the loop.
    arrays : dict of str to ndarray
        Everything else, by name.
    """

    identity: Identity
    numbers: Mapping[str, Any]
    arrays: Arrays

    def part(self, prefix: str) -> Arrays:
        """Arrays whose names begin with ``prefix/``, without it."""
        start = prefix + "/"
        return {n.removeprefix(start): a for n, a in self.arrays.items() if n.startswith(start)}


def identity_of(simulation: Simulation, backend: Backend) -> Identity:
    """Digest and text of all that decides the bits of a run, by name.

    The declaration field by field, the time step, the precision, and the kernels. Not the backend:
    it gives the same bits but for subnormal numbers. Not the rule of the end: a run may go on
    under another one.
    """
    values: dict[str, Any] = {f.name: getattr(simulation, f.name) for f in fields(simulation)}
    values |= {
        "time step": simulation.dt,
        "precision": backend.real.name,
        "kernels": resources.native_source_hash(),
    }
    return {name: [digest(value), described(value)] for name, value in values.items()}


def prefixed(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> Arrays:
    """The arrays with ``prefix/`` before their names."""
    return {f"{prefix}/{name}": array for name, array in arrays.items()}


def write(path: Path, saved: Saved) -> None:
    """Write a checkpoint in place of an earlier one, at once.

    Parameters
    ----------
    path : Path
        Its file.
    saved : Saved
        What to write.
    """
    text = json.dumps(
        {"format": _FORMAT, "identity": saved.identity, "numbers": dict(saved.numbers)}
    )
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("wb") as file:
        arrays: Any = {_TEXT: np.frombuffer(text.encode(), np.uint8)} | saved.arrays
        np.savez(file, **arrays)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    _settle(path.parent)


def read(path: Path, identity: Identity) -> Saved:
    """Read the checkpoint of a run.

    Parameters
    ----------
    path : Path
        Its file.
    identity : dict
        What the run is; see `identity_of`.

    Raises
    ------
    InputError
        If there is none, if it is damaged, or if it belongs to another run; with what differs.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        text = json.loads(arrays.pop(_TEXT).tobytes())
        saved = Saved(text["identity"], text["numbers"], arrays)
    except FileNotFoundError as error:
        raise InputError.single("there is no such checkpoint", file=path) from error
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError.single(
            f"the checkpoint cannot be read ({error})",
            file=path,
            remedy="delete it; the run then begins anew",
        ) from error
    if text["format"] != _FORMAT or saved.identity != identity:
        raise InputError.single(
            f"the checkpoint belongs to another run: {differences(saved.identity, identity)}",
            file=path,
            remedy="give each run a checkpoint of its own, or delete this one to begin anew",
        )
    return saved


def differences(theirs: Identity, ours: Identity) -> str:
    """What differs between two identities, with small values of both."""
    found = []
    for name in sorted(theirs.keys() | ours.keys()):
        one, two = theirs.get(name, ["", ""]), ours.get(name, ["", ""])
        if one[0] != two[0]:
            values = f" ({one[1]} there, {two[1]} here)" if one[1] and two[1] else ""
            found.append(f"{name} differs{values}")
    return ", ".join(found) or "it was written by another version of emtwin"


def _settle(folder: Path) -> None:
    """Have the new name on the disk too, where the system can do that."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
