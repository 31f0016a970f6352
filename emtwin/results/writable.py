"""Whether a folder can take the results, asked before hours are spent on them."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from emtwin.errors import InputError


def check_writable(folder: Path, bytes_needed: int) -> None:
    """Make `folder` if need be and make sure that it can take `bytes_needed`.

    Parameters
    ----------
    folder : Path
        Output folder; missing parents are made.
    bytes_needed : int
        Space that the results will take, in bytes.

    Raises
    ------
    InputError
        If the folder cannot be made or written, or the disk is too full.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"emtwin")
            probe.flush()
            os.fsync(probe.fileno())
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise InputError.single(
            f"cannot write results into {folder}: {error.strerror or error}",
            field="output folder",
            remedy="choose a folder that you may write to, or mend its permissions",
        ) from error
    if free < bytes_needed:
        raise InputError.single(
            f"{folder} has {_mebibytes(free)} free, the results need {_mebibytes(bytes_needed)}",
            field="output folder",
            remedy="free some space, or choose a folder on another disk",
        )


def _mebibytes(size: int) -> str:
    return f"{size / 2**20:,.1f} MiB"
