"""IGES and BREP through a Gmsh program that the user installed; it is run, never imported."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from emtwin.errors import InputError, Notice
from emtwin.geometry.meshes import read_mesh
from emtwin.geometry.shapes import Cells

VARIABLE = "EMTWIN_GMSH"
"""Environment variable that names the Gmsh program, before the search path."""

CURVATURE = 32
"""Triangles round a full circle."""

TIME_LIMIT = 600.0
"""Seconds after which meshing with Gmsh is given up."""

_UNITS = {
    "INCH": 0.0254,
    "IN": 0.0254,
    "MM": 1e-3,
    "FT": 0.3048,
    "M": 1.0,
    "CM": 1e-2,
    "UM": 1e-6,
    "MIL": 2.54e-5,
}
_FACES = "faces that bound no solid"
GET_GMSH = (
    "install Gmsh (Debian: apt-get install gmsh; or from gmsh.info), or set EMTWIN_GMSH to its "
    "path; a STEP file needs no Gmsh: pip install 'emtwin[cad]'"
)
"""How to get Gmsh."""


def find_gmsh() -> Path | None:
    """The Gmsh program: `VARIABLE`, or ``gmsh`` on the search path; None where there is none."""
    named = os.environ.get(VARIABLE)
    found = named if named else shutil.which("gmsh")
    return Path(found) if found and Path(found).is_file() else None


def gmsh_version(program: Path) -> str:
    """Version that a Gmsh program says it has, empty where it does not answer.

    Parameters
    ----------
    program : Path
        The program.

    Returns
    -------
    str
        For example ``4.12.1``.
    """
    try:
        done = subprocess.run(
            [str(program), "--version"], capture_output=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    said = (done.stdout + done.stderr).decode("utf-8", "replace").strip()
    return said.splitlines()[-1].strip() if said and done.returncode == 0 else ""


def iges_unit(path: Path) -> float | None:
    """Size in metres of the unit that an IGES file states, None where it cannot be told.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    float or None
        From the name of the unit in the global section (parameter 15).
    """
    with path.open(encoding="ascii", errors="replace") as file:
        lines = [line[:72] for line in itertools.islice(file, 200) if line[72:73] == "G"]
    found = re.search(r",\d+,\d+H(INCH|IN|MM|FT|M|CM|UM|MIL)[,;]", "".join(lines))
    return _UNITS[found[1]] if found else None


def read_with_gmsh(path: Path, form: str) -> Cells:
    """Surface mesh of the solids of an IGES or BREP file.

    Faces that lie open in an IGES file are sewn to solids first, as far as they meet. Solids are
    called ``solid_1``, ``solid_2`` ...; a file without any is one sheet, called after the file.

    Parameters
    ----------
    path : Path
        The file.
    form : {"iges", "brep"}
        Its format; an IGES file says its unit, and Gmsh turns it into millimetres.

    Returns
    -------
    Cells
        Triangles of each solid, for IGES in millimetres, with a notice that names the program.

    Raises
    ------
    InputError
        If there is no Gmsh, or it cannot read the file, with what it said.
    """
    program = find_gmsh()
    if program is None:
        raise InputError.single(_missing(form), file=path, remedy=GET_GMSH)
    with tempfile.TemporaryDirectory(prefix="emtwin-") as folder:
        cells = _meshed(program, path, form, Path(folder), sew=False)
        if _FACES in cells.groups:
            # Sewing would melt solids that are there already into one.
            cells = _meshed(program, path, form, Path(folder), sew=True)
    version = gmsh_version(program) or "of unknown version"
    text = f"{path.name} was meshed by Gmsh {version} ({program})"
    notice = Notice("meshed-by-gmsh", text, "information")
    groups = {path.stem if n == _FACES else n: blocks for n, blocks in cells.groups.items()}
    return Cells(cells.points, groups, (*cells.notices, notice))


def _meshed(program: Path, path: Path, form: str, folder: Path, *, sew: bool) -> Cells:
    script, mesh = folder / "mesh.geo", folder / "mesh.msh"
    source = folder / f"source.{form}"
    shutil.copyfile(path, source)
    script.write_text(_script(source, sew), encoding="utf-8")
    mesh.unlink(missing_ok=True)
    said = _run([str(program), "-2", str(script), "-o", str(mesh), "-format", "msh22"], path)
    if not mesh.is_file():
        raise _failed(path, f"it wrote no mesh: {_cause(said)}")
    try:
        return read_mesh(mesh, "gmsh")
    except InputError as error:
        raise _failed(path, f"{error.problems[0].message}; {_cause(said)}") from error


def _missing(form: str) -> str:
    named = os.environ.get(VARIABLE)
    if named:
        return f"reading {form} files needs Gmsh, but {VARIABLE} names {named}, which is no file"
    return f"reading {form} files needs the program Gmsh, which is not on the search path"


def _script(source: Path, sew: bool) -> str:
    """Gmsh script that meshes the surface of every solid into a physical group."""
    return f"""\
SetFactory("OpenCASCADE");
Geometry.OCCSewFaces = {int(sew)};
Geometry.OCCMakeSolids = {int(sew)};
Mesh.MeshSizeFromCurvature = {CURVATURE};
Mesh.SaveAll = 0;
Merge "{source.as_posix()}";
v() = Volume {{:}};
If (#v() > 0)
  For i In {{0:#v()-1}}
    Physical Surface(Sprintf("solid_%g", i + 1)) = Abs(Boundary {{ Volume{{v(i)}}; }});
  EndFor
Else
  Physical Surface("{_FACES}") = Surface {{:}};
EndIf
"""


def _run(command: list[str], path: Path) -> str:
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIME_LIMIT, check=False)
    except subprocess.TimeoutExpired as error:
        raise _failed(path, f"it did not end within {TIME_LIMIT:.0f} s") from error
    except OSError as error:
        raise _failed(path, f"it cannot be run: {error}") from error
    said = (done.stdout + b"\n" + done.stderr).decode("utf-8", "replace")
    if done.returncode:
        raise _failed(path, f"it ended with code {done.returncode}: {_cause(said)}")
    return said


def _cause(said: str) -> str:
    """Errors among the messages of Gmsh, or its last words."""
    lines = [" ".join(line.split()) for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(Error|Warning)\b", line)]
    return "; ".join(errors or lines[-3:] or ["it said nothing"])[:400]


def _failed(path: Path, why: str) -> InputError:
    return InputError.single(
        f"Gmsh could not mesh the file: {why}",
        file=path,
        remedy="open the file in Gmsh to see what is wrong, or export it as .step",
    )
