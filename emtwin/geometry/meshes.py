"""Mesh files, through the one module that knows meshio.

meshio ends the process on some broken files, prints while it reads, and guesses the
format by trying; none of that may reach the user of a digital twin.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin import units
from emtwin.errors import InputError, Problem
from emtwin.geometry.boundary import FACES, outer_boundary, split
from emtwin.geometry.regions import Region, region_of
from emtwin.geometry.surface import Surface, weld

FORMATS = {
    ".msh": "gmsh",
    ".stl": "stl",
    ".vtu": "vtu",
    ".vtk": "vtk",
    ".ply": "ply",
    ".obj": "obj",
    ".off": "off",
    ".inp": "abaqus",
}
"""File endings that can be read, with meshio's name of the format."""

_LINEAR = {"tetra": 4, "pyramid": 5, "wedge": 6, "hexahedron": 8, "triangle": 3, "quad": 4}
_EXPORT_AGAIN = "export it again; open it in Gmsh or ParaView to see whether it is whole"
# meshio cannot hold a file in which only some elements belong to a physical group.
_SAVE_GROUPS = "save it from Gmsh with Mesh.SaveAll = 0, so that it holds its physical groups only"
Blocks = dict[str, NDArray[np.int64]]


def read_regions(file: Path | str, unit: str | float) -> dict[str, Region]:
    """Read the named regions of a mesh file.

    Volume cells give the outer boundary of their group. Triangles and quadrilaterals
    give a solid where they close and a sheet where they do not. A group of volume
    cells wins over a group of surfaces of the same name. A file without groups is one
    region, called after the file.

    Parameters
    ----------
    file : Path or str
        Mesh file with an ending of `FORMATS`.
    unit : str or float
        Length unit of the file's numbers (``mm``, ``m``, ``inch``, ...) or its size in
        metres.

    Returns
    -------
    dict of str to Region
        Regions by name, in metres.

    Raises
    ------
    InputError
        If the file is missing, of an unknown format or unreadable, has no surface or
        volume, or holds a coordinate that is not a number; all regions' problems at
        once.
    """
    path = Path(file)
    scale = _scale(unit, path)
    mesh = _read(path)
    points = _points(mesh, path)
    regions: dict[str, Region] = {}
    problems: list[Problem] = []
    for name, blocks in _groups(mesh, path.stem):
        try:
            surface = weld(Surface(points, _triangles(points, blocks))).scaled(scale)
        except InputError as error:
            problems.append(_of_region(name, path, error))
        else:
            regions[name] = region_of(name, surface, path)
    if not regions and not problems:
        problems = [_no_region(mesh, path)]
    if problems:
        raise InputError(problems)
    return regions


def _scale(unit: str | float, path: Path) -> float:
    try:
        scale = units.parse(f"1 {unit}", "length") if isinstance(unit, str) else float(unit)
    except units.UnitError as error:
        raise InputError.single(f"length unit of the mesh: {error}", file=path) from error
    if not (np.isfinite(scale) and scale > 0.0):
        raise InputError.single(f"the mesh unit must be positive, got {scale} m", file=path)
    return scale


def _read(path: Path) -> Any:
    """The meshio mesh of `path`, read in silence."""
    form = FORMATS.get(path.suffix.lower())
    if not path.is_file():
        raise InputError.single(
            "the mesh file does not exist",
            file=path,
            remedy="check the path; it is relative to the twin file",
        )
    if form is None:
        raise InputError.single(
            f"mesh files ending in '{path.suffix}' cannot be read",
            file=path,
            remedy=f"convert it to one of {', '.join(FORMATS)}",
        )
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
    except (Exception, SystemExit) as error:
        # meshio's readers fail with whatever their parsing met, even with SystemExit.
        cause = " ".join(f"{error} {said.getvalue()}".split()) or type(error).__name__
        raise InputError.single(
            f"the file cannot be read as {form}: {cause[:300]}",
            file=path,
            remedy=_SAVE_GROUPS if "gmsh:physical" in cause else _EXPORT_AGAIN,
        ) from error


def _points(mesh: Any, path: Path) -> NDArray[np.float64]:
    points = np.asarray(mesh.points, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 3 or not len(points):
        raise InputError.single(
            f"the mesh has no points in space (array of shape {points.shape})",
            file=path,
            remedy="export a three-dimensional surface or volume mesh",
        )
    return points


def _groups(mesh: Any, stem: str) -> Iterator[tuple[str, Blocks]]:
    """Name and cells of each group, volume cells only where the group has some."""
    selections = _selections(mesh, stem)
    for name, chosen in selections.items():
        blocks: dict[str, list[NDArray[np.int64]]] = {}
        for block, indices in zip(mesh.cells, chosen, strict=True):
            kind = _linear_kind(block.type)
            if kind is not None and indices is not None and len(indices):
                corners = np.asarray(block.data, dtype=np.int64)[indices, : _LINEAR[kind]]
                blocks.setdefault(kind, []).append(corners)
        volumes = {kind: parts for kind, parts in blocks.items() if kind in FACES}
        if blocks:
            wanted = volumes or blocks
            yield name, {kind: np.concatenate(parts) for kind, parts in wanted.items()}


def _selections(mesh: Any, stem: str) -> Mapping[str, list[Any]]:
    """Indices chosen from each block of cells, by group name."""
    named = {name: sets for name, sets in mesh.cell_sets.items() if not name.startswith("gmsh:")}
    if named:
        return named
    tags = mesh.cell_data.get("gmsh:physical")
    if tags is None:
        return {stem: [np.arange(len(block.data)) for block in mesh.cells]}
    names = {(int(dim), int(tag)): name for name, (tag, dim) in mesh.field_data.items()}
    result: dict[str, list[Any]] = {}
    for at, (block, tag_of) in enumerate(zip(mesh.cells, tags, strict=True)):
        for tag in np.unique(tag_of):
            name = names.get((block.dim, int(tag)), f"group_{int(tag)}")
            chosen = result.setdefault(name, [None] * len(mesh.cells))
            chosen[at] = np.flatnonzero(tag_of == tag)
    return result


def _linear_kind(kind: str) -> str | None:
    """Kind of cell without its order: the corners of a tetra10 are those of a tetra."""
    base = kind.rstrip("0123456789")
    return base if base in _LINEAR else None


def _triangles(points: NDArray[np.float64], blocks: Blocks) -> NDArray[np.int64]:
    if next(iter(blocks)) in FACES:
        return outer_boundary(points, blocks)
    faces = [np.pad(b, ((0, 0), (0, 4 - b.shape[1])), constant_values=-1) for b in blocks.values()]
    return split(np.concatenate(faces))


def _of_region(name: str, path: Path, error: InputError) -> Problem:
    return Problem(
        f"region '{name}': {error.problems[0].message}",
        file=path,
        remedy="export the mesh again without this region's faulty elements",
    )


def _no_region(mesh: Any, path: Path) -> Problem:
    found = ", ".join(sorted({block.type for block in mesh.cells})) or "no cells"
    return Problem(
        f"the mesh has neither triangles nor volume cells (it has {found})",
        file=path,
        remedy="generate the surface or volume mesh and save it with its physical groups",
    )
