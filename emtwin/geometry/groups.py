"""Regions of a meshio mesh: sets, groups, or a cell array of whole numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError, Notice
from emtwin.geometry.boundary import FACES
from emtwin.geometry.shapes import Blocks, Cells

ARRAYS = (
    "gmsh:physical",
    "region",
    "regions",
    "region_id",
    "regionid",
    "material",
    "materials",
    "material_id",
    "materialid",
    "materialids",
    "mat",
    "part",
    "part_id",
    "partid",
    "component",
    "tissue",
    "label",
    "labels",
    "cell_tags",
    "nastran:ref",
    "medit:ref",
    "tetgen:ref",
    "netgen:index",
    "avsucd:material",
    "ugrid:ref",
    "gmsh:geometrical",
)
"""Cell arrays that mean regions, the first that a file has wins; case does not matter."""

_LINEAR = {"tetra": 4, "pyramid": 5, "wedge": 6, "hexahedron": 8, "triangle": 3, "quad": 4}
_SURFACES = ("triangle", "quad", "polygon")
_NEITHER = ("vertex", "line")
MOST_REGIONS = 1000
"""More distinct values than this in a cell array are no regions (numbers of cells)."""

Selections = dict[str, list[NDArray[np.int64] | None]]


def grouped(mesh: Any, stem: str, form: str, array: str | None = None) -> Cells:
    """Cells of a mesh by region.

    Named sets come first, then the cell array that is asked for, then the first of `ARRAYS`;
    a file without any is one region. Where a region has volume cells, they are it.

    Parameters
    ----------
    mesh : meshio.Mesh
        As read.
    stem : str
        Name of the region of a file without regions.
    form : str
        Format's name; an Exodus file has a block of cells for each region.
    array : str, optional
        Cell array that gives the regions.

    Returns
    -------
    Cells
        Points and regions.

    Raises
    ------
    InputError
        If the array that is asked for is not there or not of whole numbers, or the mesh has
        cells that cannot be bounded.
    """
    selections, notices = _selections(mesh, stem, form, array)
    points = np.asarray(mesh.points, dtype=np.float64)
    groups = dict(_blocks(mesh, selections))
    if not groups and any(block.type.rstrip("0123456789") in _LINEAR for block in mesh.cells):
        raise InputError.single(
            f"none of the triangles and volume cells of the mesh is in a group; its groups "
            f"{', '.join(map(repr, selections))} are empty",
            remedy="assign the groups to surfaces or volumes and save again; a program that "
            "loses them in Gmsh 4.1 may keep them in Gmsh 2.2",
        )
    if not groups:
        found = ", ".join(sorted({block.type for block in mesh.cells})) or "no cells"
        raise InputError.single(
            f"the mesh has neither triangles nor volume cells (it has {found})",
            remedy="generate the surface or volume mesh and save it with its physical groups",
        )
    return Cells(points, groups, (*notices, *_straightened(mesh)))


def _selections(
    mesh: Any, stem: str, form: str, array: str | None
) -> tuple[Selections, list[Notice]]:
    """Indices chosen from each block of cells, by region, and what was decided."""
    if array is not None:
        return _by_value(mesh, _demanded(mesh, array)), []
    for found in (_named_sets(mesh), _families(mesh)):
        if found:
            return found, []
    usable = [name for name in _ranked(mesh) if _tells_apart(mesh, name)]
    if usable:
        return _by_value(mesh, usable[0]), _choice(usable)
    if form == "exodus" and len(mesh.cells) > 1:
        return _block_by_block(mesh), []
    return {stem: [np.arange(len(block.data)) for block in mesh.cells]}, []


def _named_sets(mesh: Any) -> Selections:
    if "gmsh:physical" in mesh.cell_data:
        return {}
    return {
        _set_name(name): [_indices(part) for part in sets]
        for name, sets in mesh.cell_sets.items()
        if not name.startswith("gmsh:")
    }


def _set_name(name: str) -> str:
    """FLAC3D's sets are called ``zone:NAME:SLOT``; the middle is what the user gave."""
    parts = name.split(":")
    return parts[1] if len(parts) == 3 and parts[0] in ("zone", "face") else name


def _indices(part: Any) -> NDArray[np.int64] | None:
    return None if part is None else np.asarray(part, dtype=np.int64)


def _families(mesh: Any) -> Selections:
    """Groups of a MED file: a family of cells may belong to several of them."""
    families = getattr(mesh, "cell_tags", None) or {}
    tags = mesh.cell_data.get("cell_tags")
    if not families or tags is None:
        return {}
    result: Selections = {}
    for family, names in families.items():
        for name in names:
            chosen = result.setdefault(name, [None] * len(mesh.cells))
            for at, values in enumerate(tags):
                new = np.flatnonzero(np.asarray(values) == family)
                old = chosen[at]
                chosen[at] = new if old is None else np.union1d(old, new)
    return result


def _ranked(mesh: Any) -> list[str]:
    """Known arrays in the order of `ARRAYS`, then the only other one, if it is the only one."""
    folded = {name.casefold(): name for name in mesh.cell_data}
    known = [folded[name] for name in ARRAYS if name in folded]
    # `obj:group_ids` and `cell_ids` number cells, they do not group them.
    others = [n for n in mesh.cell_data if n not in known and not n.casefold().endswith("ids")]
    return known or (others if len(others) == 1 else [])


def _whole(mesh: Any, name: str) -> list[NDArray[np.int64]] | None:
    """Values of a cell array per block if they are whole numbers and few, otherwise None."""
    blocks = [np.asarray(values) for values in mesh.cell_data[name]]
    if len(blocks) != len(mesh.cells) or any(
        values.ndim != 1 or len(values) != len(block.data)
        for values, block in zip(blocks, mesh.cells, strict=True)
    ):
        return None
    if any(values.dtype.kind not in "iufb" for values in blocks):
        return None
    if any((values != np.round(values)).any() or (abs(values) > 2**53).any() for values in blocks):
        return None
    wanted = [values.astype(np.int64) for values in blocks]
    few = len(np.unique(np.concatenate(wanted))) <= MOST_REGIONS if wanted else False
    return wanted if few else None


def _tells_apart(mesh: Any, name: str) -> bool:
    """Whether a cell array gives regions: Gmsh's groups have names, others need two values."""
    values = _whole(mesh, name)
    if values is None:
        return False
    return name == "gmsh:physical" or len(np.unique(np.concatenate(values))) > 1


def _demanded(mesh: Any, array: str) -> str:
    present = ", ".join(mesh.cell_data) or "none"
    if array not in mesh.cell_data:
        raise InputError.single(
            f"the mesh has no cell array '{array}'", remedy=f"cell arrays of the file: {present}"
        )
    if _whole(mesh, array) is None:
        raise InputError.single(
            f"the cell array '{array}' does not hold one whole number per cell, with at most "
            f"{MOST_REGIONS} different values",
            remedy=f"name an array that numbers regions; the file has {present}",
        )
    return array


def _by_value(mesh: Any, name: str) -> Selections:
    values = _whole(mesh, name) or []
    names = {}
    if name == "gmsh:physical":
        names = {(int(dim), int(tag)): text for text, (tag, dim) in mesh.field_data.items()}
    result: Selections = {}
    prefix = "group" if name == "gmsh:physical" else name.split(":")[0] if ":" in name else name
    for at, (block, tag_of) in enumerate(zip(mesh.cells, values, strict=True)):
        for tag in np.unique(tag_of):
            text = names.get((block.dim, int(tag)), f"{prefix}_{int(tag)}")
            chosen = result.setdefault(text, [None] * len(mesh.cells))
            chosen[at] = np.flatnonzero(tag_of == tag)
    return result


def _choice(usable: list[str]) -> list[Notice]:
    if len(usable) == 1 or usable[0] == "gmsh:physical":
        return []
    others = ", ".join(f"'{name}'" for name in usable[1:])
    return [
        Notice(
            "regions-by-array",
            f"the regions are the values of the cell array '{usable[0]}'; the file also has "
            f"{others}: declare 'cell_data: NAME' beside the mesh file to take another",
        )
    ]


def _block_by_block(mesh: Any) -> Selections:
    n = len(mesh.cells)
    return {
        f"block_{at + 1}": [
            np.arange(len(block.data)) if at == other else None for other in range(n)
        ]
        for at, block in enumerate(mesh.cells)
    }


def _blocks(mesh: Any, selections: Mapping[str, Any]) -> Iterator[tuple[str, Blocks]]:
    """Name and cells of each region, volume cells only where the region has some."""
    for name, chosen in selections.items():
        blocks: dict[str, list[NDArray[np.int64]]] = {}
        for block, indices in zip(mesh.cells, chosen, strict=True):
            if indices is None or not len(indices):
                continue
            for kind, corners in _corners(block, indices):
                blocks.setdefault(kind, []).append(corners)
        volumes = {kind: parts for kind, parts in blocks.items() if kind in FACES}
        if blocks:
            wanted = volumes or blocks
            yield name, {kind: np.concatenate(parts) for kind, parts in wanted.items()}


def _corners(block: Any, indices: NDArray[np.int64]) -> Iterator[tuple[str, NDArray[np.int64]]]:
    kind = block.type.rstrip("0123456789")
    if kind in _LINEAR:
        corners = np.asarray(block.data, dtype=np.int64)
        if corners.ndim != 2 or corners.shape[1] < _LINEAR[kind]:
            raise ValueError(f"{kind} cells have an array of corners of shape {corners.shape}")
        yield kind, corners[indices, : _LINEAR[kind]]
    elif kind == "polygon":
        polygons = [np.asarray(block.data[i], dtype=np.int64) for i in indices]
        fans = [np.stack([p[:-2] * 0 + p[0], p[1:-1], p[2:]], axis=1) for p in polygons]
        yield "triangle", np.concatenate(fans)
    elif kind not in _NEITHER:
        raise InputError.single(
            f"the mesh has cells of kind '{block.type}', whose surface emtwin cannot take",
            remedy="export tetrahedra, hexahedra, wedges, pyramids, triangles or quadrilaterals",
        )


def _straightened(mesh: Any) -> list[Notice]:
    curved = sorted(
        {
            block.type
            for block in mesh.cells
            if block.type.rstrip("0123456789") in _LINEAR and block.type[-1:].isdigit()
        }
    )
    if not curved:
        return []
    return [
        Notice(
            "mesh-straightened",
            f"the mesh has curved cells ({', '.join(curved)}); their corners are used, and their "
            "edges are straight",
        )
    ]
