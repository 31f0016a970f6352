"""Mesh files through meshio, by the one module that knows it.

meshio ends the process on some broken files, prints while it reads, guesses the format by
trying, and reads some broken files for ever; none of that may reach the user of a digital twin.
"""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
import warnings
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from emtwin.errors import InputError, Notice, Problem
from emtwin.geometry.groups import grouped
from emtwin.geometry.shapes import Cells

OWN_PROCESS = frozenset({"ansys", "mdpa", "off", "ply", "tecplot", "tetgen"})
"""Formats that meshio may read for ever when a file is broken; a process with a time limit does."""

TIME_LIMIT = 120.0
"""Seconds after which the reading of such a file is given up."""

_EXPORT_AGAIN = "export it again; open it in Gmsh or ParaView to see whether it is whole"
# meshio cannot hold a file in which only some elements belong to a physical group.
_SAVE_GROUPS = "save it from Gmsh with Mesh.SaveAll = 0, so that it holds its physical groups only"


def read_mesh(path: Path, form: str, array: str | None = None) -> Cells:
    """Cells of a mesh file by region, in the unit of the file.

    Parameters
    ----------
    path : Path
        The file.
    form : str
        meshio's name of its format.
    array : str, optional
        Cell array that gives the regions.

    Returns
    -------
    Cells
        Points and regions.

    Raises
    ------
    InputError
        If the file cannot be read, has no points in space or not the array.
    """
    try:
        if form in OWN_PROCESS:
            return _in_own_process(path, form, array)
        return _here(path, form, array)
    except InputError as error:
        raise InputError(replace(problem, file=path) for problem in error.problems) from error


def _here(path: Path, form: str, array: str | None) -> Cells:
    mesh = _read(path, form)
    points = np.asarray(mesh.points)
    if points.ndim != 2 or points.shape[1] != 3 or not len(points):
        raise InputError.single(
            f"the mesh has no points in space (array of shape {points.shape})",
            remedy="export a three-dimensional surface or volume mesh",
        )
    try:
        return grouped(mesh, path.stem, form, array)
    except (ValueError, IndexError, TypeError, KeyError) as error:
        # meshio does not hold the arrays of a damaged file against each other.
        raise InputError.single(
            f"the file cannot be read as {form}: its cells and sets do not fit together ({error})",
            remedy=_EXPORT_AGAIN,
        ) from error


def _read(path: Path, form: str) -> Any:
    """The meshio mesh of `path`, read in silence."""
    import meshio

    said = io.StringIO()
    try:
        with (
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(said),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            return meshio.read(path, file_format=form)
    except ImportError as error:
        raise InputError.single(
            f"reading {form} files needs the package {error.name}, which is not installed",
            remedy="pip install 'emtwin[exodus]'",
        ) from error
    except (Exception, SystemExit) as error:
        # meshio's readers fail with whatever their parsing met, even with SystemExit.
        cause = " ".join(f"{error} {said.getvalue()}".split()) or type(error).__name__
        raise InputError.single(
            f"the file cannot be read as {form}: {cause[:300]}",
            remedy=_SAVE_GROUPS if "gmsh:physical" in cause else _EXPORT_AGAIN,
        ) from error


def _in_own_process(path: Path, form: str, array: str | None) -> Cells:
    """The same, in a process that is ended after `TIME_LIMIT`."""
    order = json.dumps({"path": str(path), "form": form, "array": array})
    program = "from emtwin.geometry.meshes import answer; answer()"
    try:
        done = subprocess.run(
            [sys.executable, "-c", program],
            input=order.encode(),
            capture_output=True,
            timeout=TIME_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise InputError.single(
            f"the file could not be read as {form} within {TIME_LIMIT:.0f} s, and was given up",
            remedy="it is probably broken: export it again, or save it as .vtu or .msh",
        ) from error
    try:
        return _unpacked(done.stdout)
    except (ValueError, EOFError, OSError, KeyError) as error:
        raise InputError.single(
            f"the process that read the file as {form} ended with code {done.returncode}",
            remedy="it is probably broken: export it again, or save it as .vtu or .msh",
        ) from error


def answer() -> None:
    """Read the file that standard input names, and write its cells to standard output."""
    order = json.loads(sys.stdin.read())
    packed = io.BytesIO()
    arrays: dict[str, Any] = {}
    said: dict[str, Any] = {"problems": [], "notices": [], "groups": []}
    try:
        cells = _here(Path(order["path"]), order["form"], order["array"])
    except InputError as error:
        said["problems"] = [[p.message, p.remedy] for p in error.problems]
    else:
        said["notices"] = [asdict(notice) for notice in cells.notices]
        said["groups"] = [[name, list(blocks)] for name, blocks in cells.groups.items()]
        arrays = {"points": cells.points}
        for number, blocks in enumerate(cells.groups.values()):
            arrays |= {f"{number}_{kind}": corners for kind, corners in blocks.items()}
    np.savez(packed, said=np.array(json.dumps(said)), **arrays)
    sys.stdout.buffer.write(packed.getvalue())


def _unpacked(packed: bytes) -> Cells:
    with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
        said = json.loads(str(arrays["said"]))
        if said["problems"]:
            raise InputError(Problem(text, remedy=way) for text, way in said["problems"])
        groups = {
            name: {kind: arrays[f"{number}_{kind}"] for kind in kinds}
            for number, (name, kinds) in enumerate(said["groups"])
        }
        notices = tuple(Notice(**each) for each in said["notices"])
        return Cells(arrays["points"], groups, notices)
