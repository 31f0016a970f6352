"""From a geometry file to its regions, whatever reader knows the format."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError, Problem
from emtwin.geometry.boundary import FACES, outer_boundary, split
from emtwin.geometry.cad import read_cad
from emtwin.geometry.formats import Format, format_of
from emtwin.geometry.iges import iges_unit, read_with_gmsh
from emtwin.geometry.labels import read_labels
from emtwin.geometry.length_unit import largest_side, unit_of_file
from emtwin.geometry.meshes import read_mesh
from emtwin.geometry.regions import Region, region_of
from emtwin.geometry.shapes import Blocks, Cells, Shapes
from emtwin.geometry.surface import Surface, weld
from emtwin.geometry.triangle_files import read_obj, read_stl

LARGEST_COORDINATE = 1e12
"""Numbers beyond it are no lengths in any unit, but the mark of a broken file."""

_KEPT = 8
_cache: OrderedDict[tuple[object, ...], dict[str, Region]] = OrderedDict()


@dataclass(frozen=True)
class FileOptions:
    """What a user may say about a geometry file beside its unit.

    Parameters
    ----------
    cell_data : str, optional
        Cell array of a mesh that gives the regions.
    tolerance : float, optional
        Largest distance between a curved face and its triangles in metres, above 0; by
        default a thousandth of the largest side of a part.
    labels : mapping of int to str
        Names of the labels of a volume.
    """

    cell_data: str | None = None
    tolerance: float | None = None
    labels: Mapping[int, str] = field(default_factory=dict)


_PLAIN = FileOptions()


def read_regions(
    file: Path | str, unit: str | float | None = None, options: FileOptions = _PLAIN
) -> dict[str, Region]:
    """Read the named regions of a geometry file.

    Volume cells give the outer boundary of their group. Triangles and quadrilaterals
    give a solid where they close and a sheet where they do not. A group of volume
    cells wins over a group of surfaces of the same name. A file without groups is one
    region, called after the file. A file that did not change is read once per process.

    Parameters
    ----------
    file : Path or str
        File with an ending of `formats.FORMATS`.
    unit : str or float, optional
        Length unit of the file's numbers (``mm``, ``m``, ``inch``, ...) or its size in
        metres. Left out, it is the file's own, or inferred from the size with a notice.
    options : FileOptions
        Array that gives the regions, tolerance of curved faces, names of labels.

    Returns
    -------
    dict of str to Region
        Regions by name, in metres.

    Raises
    ------
    InputError
        If the file is missing, of an unknown format or unreadable, has no surface or
        volume, or holds a coordinate that is not a number (all regions' problems at
        once), or if its unit is unknown or contradicts the declared one.
    """
    path = Path(file)
    if path.is_dir():
        raise InputError.single(
            "is a folder, not a mesh file", file=path, remedy="name one file of it"
        )
    if not path.is_file():
        raise InputError.single(
            "the mesh file does not exist",
            file=path,
            remedy="check the path; in a twin file it is relative to that file",
        )
    key = _key(path, unit, options)
    if key not in _cache:
        _cache[key] = _regions(path, unit, options)
        while len(_cache) > _KEPT:
            _cache.popitem(last=False)
    _cache.move_to_end(key)
    return dict(_cache[key])


def _key(path: Path, unit: str | float | None, options: FileOptions) -> tuple[object, ...]:
    """What the regions depend on."""
    stamp = path.stat()
    said = (unit, options.cell_data, options.tolerance, *sorted(options.labels.items()))
    return (path.resolve(), stamp.st_mtime_ns, stamp.st_size, *said)


def _regions(path: Path, unit: str | float | None, options: FileOptions) -> dict[str, Region]:
    form = format_of(path)
    shapes = _shapes(path, form, options)
    size = largest_side(s.points[s.triangles].reshape(-1, 3) for s in shapes.surfaces.values())
    scale, assumed = unit_of_file(unit, shapes.unit, size, path, shapes.stated)
    notices = (*shapes.notices, *assumed)
    regions = {}
    for name, surface in shapes.surfaces.items():
        scaled = surface.scaled(scale)
        # The boundary of voxels is closed as it is made; to count its edges would take longer.
        voxels = form.reader == "labels"
        region = Region(name, "solid", scaled, path) if voxels else region_of(name, scaled, path)
        regions[name] = replace(region, notices=(*notices, *region.notices))
    return regions


def _shapes(path: Path, form: Format, options: FileOptions) -> Shapes:
    """Welded surfaces of a file, by the reader that knows its format."""
    _refuse_what_does_not_fit(path, form, options)
    match form.reader:
        case "triangles":
            return _bounded(read_stl(path) if form.name == "stl" else read_obj(path), path)
        case "meshio":
            return _bounded(read_mesh(path, form.name, options.cell_data), path)
        case "cad":
            return read_cad(path, form.name, options.tolerance)
        case "gmsh":
            shapes = _bounded(read_with_gmsh(path, form.name), path)
            unit = 1e-3 if form.carries_unit else None
            return replace(shapes, unit=unit, stated=iges_unit(path) if unit else None)
        case "labels":
            return read_labels(path, form.name, options.labels)


def _refuse_what_does_not_fit(path: Path, form: Format, options: FileOptions) -> None:
    """An option that a format cannot follow is never passed over in silence."""
    faults = {
        "cell_data": options.cell_data is not None and form.reader != "meshio",
        "tolerance": options.tolerance is not None and form.name != "step",
        "labels": bool(options.labels) and form.reader != "labels",
    }
    meant = {
        "cell_data": "cell arrays of a mesh",
        "tolerance": "curved faces of a STEP file",
        "labels": "volumes of labels",
    }
    problems = [
        Problem(
            f"'{name}' is for {meant[name]}, and this is a file of format {form.name}",
            file=path,
            remedy=f"remove '{name}' beside the file",
        )
        for name, wrong in faults.items()
        if wrong
    ]
    if problems:
        raise InputError(problems)


def _bounded(cells: Cells, path: Path) -> Shapes:
    surfaces: dict[str, Surface] = {}
    problems: list[Problem] = []
    for name, blocks in cells.groups.items():
        try:
            points, used = _used(cells.points, blocks)
            surfaces[name] = weld(Surface(points, _triangles(points, used)))
        except InputError as error:
            problems += _of_region(name, path, error)
    if problems:
        raise InputError(problems)
    return Shapes(surfaces, notices=cells.notices)


def _used(points: NDArray[np.float64], blocks: Blocks) -> tuple[NDArray[np.float64], Blocks]:
    """The points that cells use, each one a length, and the cells over them."""
    numbers = np.unique(np.concatenate([block.ravel() for block in blocks.values()]))
    if numbers[0] < 0 or numbers[-1] >= len(points):
        wrong = int(numbers[0] if numbers[0] < 0 else numbers[-1])
        raise InputError.single(f"a cell names point {wrong}, but there are {len(points)} points")
    used = points[numbers]
    lost = int((~np.isfinite(used).all(axis=1)).sum())
    if lost:
        raise InputError.single(f"{lost} points have a coordinate that is not finite")
    largest = float(np.abs(used).max())
    if largest > LARGEST_COORDINATE:
        raise InputError.single(
            f"a coordinate is {largest:.3g}, larger than {LARGEST_COORDINATE:g}"
        )
    return used, {kind: np.searchsorted(numbers, block) for kind, block in blocks.items()}


def _triangles(points: NDArray[np.float64], blocks: Blocks) -> NDArray[np.int64]:
    for kind, block in blocks.items():
        corners = 1 + max(c for face in FACES[kind] for c in face) if kind in FACES else 3
        if block.ndim != 2 or block.shape[1] < corners:
            raise InputError.single(f"a {kind} has an array of corners of shape {block.shape}")
    if next(iter(blocks)) in FACES:
        # Coordinates that are no numbers are refused with the surface, by region.
        with np.errstate(invalid="ignore", over="ignore"):
            return outer_boundary(points, blocks)
    faces = [np.pad(b, ((0, 0), (0, 4 - b.shape[1])), constant_values=-1) for b in blocks.values()]
    return split(np.concatenate(faces))


def _of_region(name: str, path: Path, error: InputError) -> Iterator[Problem]:
    for problem in error.problems:
        yield Problem(
            f"region '{name}': {problem.message}",
            file=path,
            remedy=problem.remedy or "export the mesh again without this region's faulty elements",
        )
