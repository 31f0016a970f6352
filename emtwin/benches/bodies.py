"""From declared parts to bodies with surface and material."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from emtwin.benches.boards import board_of_part, region_of_board
from emtwin.errors import InputError, Notice, Problem
from emtwin.geometry import FileOptions, Region, demand_kind, read_regions, select_region
from emtwin.geometry.length_unit import size_notices
from emtwin.geometry.placement import (
    Placement,
    compose,
    mirroring,
    rotation,
    scaling,
    translation,
)
from emtwin.materials import Material, lookup
from emtwin.scene import LoadedTwin, MeshFile
from emtwin.scene.transforms import Step
from emtwin.units import format_si
from emtwin.voxel import Body

_SHOWN = 10  # regions that a notice names


def declared_materials(loaded: LoadedTwin) -> dict[str, Material]:
    """Materials that the twin file itself declares, by name."""
    return {
        name: Material(name, m.permittivity, m.conductivity, m.metal, m.source)
        for name, m in loaded.twin.materials.items()
    }


def bodies_of(loaded: LoadedTwin) -> tuple[Body, ...]:
    """Every part with its surface and material.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.

    Returns
    -------
    tuple of Body
        In the order of the file.

    Raises
    ------
    InputError
        For unreadable meshes, unknown regions and materials, and surfaces that are not what the
        part says; all of them at once.
    """
    device, extra = loaded.twin.device, declared_materials(loaded)
    bodies: list[Body] = []
    problems: list[Problem] = []
    for number, part in enumerate(device.parts):
        try:
            material = lookup(part.material, extra)
            region = demand_kind(
                _region_of(loaded, number),
                part.kind,
                metal=material.metal,
                **_place(loaded, number, ".kind" if part.kind else ""),
            )
            bodies.append(
                Body(
                    part.name,
                    region.surface,
                    region.kind,
                    material,
                    part.priority,
                    region.notices,
                    part.thickness,
                )
            )
            if part.thickness is not None and region.kind != "sheet":
                problems.append(_no_sheet(loaded, number))
        except InputError as error:
            problems += [p for p in error.problems if p not in problems]
    if problems:
        raise InputError(problems)
    return _with_notices(bodies, list(_unused(loaded)))


def regions_of(mesh: MeshFile) -> Mapping[str, Region]:
    """Regions of a declared geometry file, where the file has them: not yet moved.

    Parameters
    ----------
    mesh : MeshFile
        The declaration.

    Returns
    -------
    mapping of str to Region
        Regions by name, in metres.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    options = FileOptions(mesh.cell_data, mesh.tolerance, mesh.labels)
    return read_regions(mesh.file, mesh.unit, options)


def _region_of(loaded: LoadedTwin, number: int) -> Region:
    """Region of a part, moved as the mesh and then as the part says."""
    device = loaded.twin.device
    part = device.parts[number]
    mesh = device.mesh_of(part)
    board = board_of_part(device, part)
    if board:
        region = region_of_board(board, device.region_of(part))
    else:
        regions = regions_of(mesh)
        name = device.region_of(part, regions)
        region = select_region(regions, name, **_place(loaded, number))
    steps = (*mesh.transform, *part.transform)
    if not steps:
        return region
    return replace(region, surface=placement_of(steps).apply(region.surface))


def _no_sheet(loaded: LoadedTwin, number: int) -> Problem:
    part = loaded.twin.device.parts[number]
    return loaded.problem(
        f"device.parts[{number}].thickness",
        f"part {part.name} is a solid, whose thickness the mesh has, but "
        f"{format_si(part.thickness or 0.0, 'm', 3)} is declared",
        "leave the thickness out, or declare kind: sheet",
    )


def _place(loaded: LoadedTwin, number: int, of: str = "") -> dict[str, Any]:
    field = f"device.parts[{number}]{of}"
    return {"file": loaded.path, "line": loaded.line_of(field), "field": field}


def placement_of(steps: Iterable[Step]) -> Placement:
    """The declared steps as one map, the first step first."""
    return compose(_one(step) for step in steps)


def _one(step: Step) -> Placement:
    if step.scale is not None:
        return scaling(step.scale)
    if step.rotate is not None:
        return rotation(step.rotate.axis, step.rotate.angle, step.rotate.about)
    if step.mirror is not None:
        return mirroring(step.mirror.normal, step.mirror.about)
    return translation(step.translate or (0.0, 0.0, 0.0))


def _unused(loaded: LoadedTwin) -> Iterator[Notice]:
    """A notice for every mesh file with regions that are no part: they are not in the model."""
    device = loaded.twin.device
    known: dict[tuple[Path, str | None], Collection[str]] = {}
    used: set[tuple[Path, str | None, str]] = set()
    for part in device.parts:
        if board_of_part(device, part):
            continue
        mesh = device.mesh_of(part)
        regions = regions_of(mesh)
        known[mesh.file, mesh.cell_data] = regions
        used.add((mesh.file, mesh.cell_data, device.region_of(part, regions)))
    for (file, array), names in known.items():
        left = [name for name in names if (file, array, name) not in used]
        if left:
            shown = ", ".join(left[:_SHOWN]) + f" and {len(left) - _SHOWN} more" * (
                len(left) > _SHOWN
            )
            yield Notice(
                "regions-not-used",
                f"{file.name} has regions that are no part of the device: {shown}; they are "
                "not in the model. Declare a part for each that matters",
            )


def _with_notices(bodies: Sequence[Body], notices: Sequence[Notice]) -> tuple[Body, ...]:
    """The bodies; the first carries what is to be said about the whole device.

    That is `notices`, and whether it is implausibly large or small.
    """
    size = size_notices((body.name, body.surface) for body in bodies)
    first, *others = bodies
    return (replace(first, notices=(*first.notices, *notices, *size)), *others)
