"""From declared parts to bodies with surface and material."""

from __future__ import annotations

from collections.abc import Mapping

from emtwin.benches.boards import board_of_part, region_of_board
from emtwin.errors import InputError, Problem
from emtwin.geometry import Region, read_regions
from emtwin.materials import Material, lookup
from emtwin.scene import LoadedTwin
from emtwin.voxel import Body


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
    meshes: dict[tuple[str, str], Mapping[str, Region]] = {}
    bodies: list[Body] = []
    problems: list[Problem] = []
    for number, part in enumerate(device.parts):
        try:
            mesh = device.mesh_of(part)
            key = (str(mesh.file), mesh.unit)
            board = board_of_part(device, part)
            if board is None and key not in meshes:
                meshes[key] = read_regions(mesh.file, mesh.unit)
            name = device.region_of(part)
            region = region_of_board(board, name) if board else meshes[key][name]
            kind = part.kind or region.kind
            _check_kind(loaded, number, region, kind)
            bodies.append(
                Body(part.name, region.surface, kind, lookup(part.material, extra), part.priority)
            )
        except InputError as error:
            problems += [p for p in error.problems if p not in problems]
    if problems:
        raise InputError(problems)
    return tuple(bodies)


def _check_kind(loaded: LoadedTwin, number: int, region: Region, kind: str) -> None:
    if kind == "solid" and region.kind == "sheet":
        part = loaded.twin.device.parts[number]
        raise InputError(
            [
                loaded.problem(
                    f"device.parts[{number}].kind",
                    f"part {part.name} is to be a solid, but the surface of region {region.name} "
                    "in "
                    f"{region.file.name} is not closed",
                    "close the surface in the CAD program, or declare the part as kind: sheet",
                )
            ]
        )
