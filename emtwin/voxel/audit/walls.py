"""What became of the walls of every part, and what that leaves out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import Notice, Problem
from emtwin.materials import along
from emtwin.materials.slab import skin_depth
from emtwin.units import format_si
from emtwin.voxel.bodies import Body
from emtwin.voxel.walls.models import (
    LEAST_SHIELDING,
    Band,
    WallModel,
    own_shielding,
    thinnest_of,
)
from emtwin.voxel.walls.thickness import Thickness
from emtwin.voxel.walls.thin import SolidFaces

CELLS = "metal cells"
FACES = "perfectly conducting sheet on cell faces"
RESISTIVE = "resistive sheet on cell faces"
TWO_SIDED = "metal sheet with two sides on cell faces"
AVERAGED = "averaged into the cells (eps t, sigma t)"
DIELECTRIC = "cells"

MOST_LOST = 0.1
"""Share of a metal solid's area that a dielectric of higher priority may take without an error."""

LEAST_LOST = 0.01
"""Share from which it is told."""

MOST_SHIELDING = 300.0
"""Shielding in dB above which it is not told."""


@dataclass(frozen=True)
class WallAudit:
    """The walls of one part.

    Parameters
    ----------
    name : str
        Name of the part.
    thickness : float or None
        Median over its area in metres; None for a sheet, and for a body without opposite sides.
    thinnest : float or None
        The 5 % quantile in metres.
    thin_share : float
        Share of its area where it is thinner than the cell.
    models : tuple of str
        What stands for it in the grid, see `CELLS`, `FACES`, `RESISTIVE`, `TWO_SIDED`,
        `AVERAGED`, `DIELECTRIC`.
    faces : int
        Metal faces that it owns.
    lost_share : float
        Share of its area whose metal dielectrics of higher priority took.
    lost_to : tuple of str
        Their names.
    conductivity : float or None
        That of the metal in S/m; None for a dielectric, and where it is not declared.
    resistance : float or None
        Resistance of a square of its median thickness in ohm, at low frequency; None as above.
    shielding : float or None
        Shielding in dB of a plane wave by the metal where it is thinnest, at the lowest frequency;
        `MOST_SHIELDING` stands for all above. None as above, and without a band.
    """

    name: str
    thickness: float | None
    thinnest: float | None
    thin_share: float
    models: tuple[str, ...]
    faces: int
    lost_share: float = 0.0
    lost_to: tuple[str, ...] = ()
    conductivity: float | None = None
    resistance: float | None = None
    shielding: float | None = None


def audit_walls(
    bodies: Sequence[Body],
    thickness: Sequence[Thickness | None],
    cells: Sequence[int],
    faces: Sequence[NDArray[np.int16]],
    solids: Mapping[int, SolidFaces],
    models: Mapping[int, WallModel],
    band: Band | None,
) -> tuple[WallAudit, ...]:
    """Audit of the walls of every part.

    Parameters
    ----------
    bodies : sequence of Body
        All bodies.
    thickness : sequence of Thickness or None
        Thickness of their walls; None for a sheet.
    cells : sequence of int
        Cells that each of them owns.
    faces : sequence of ndarray of int16
        Owner of every metal face, per axis; -1 for none.
    solids : mapping of int to SolidFaces
        What the rays found of each metal solid.
    models : mapping of int to WallModel
        Models of the walls that leak.
    band : Band or None
        Where the model is used.

    Returns
    -------
    tuple of WallAudit
        In the order of the bodies.
    """
    owned = sum(np.bincount((f + 1).ravel(), minlength=len(bodies) + 1) for f in faces)
    found = []
    for index, (body, wall) in enumerate(zip(bodies, thickness, strict=True)):
        mine = int(np.asarray(owned)[index + 1]) if body.material.metal else 0
        share, to = lost_share(bodies, solids[index]) if index in solids else (0.0, [])
        found.append(
            WallAudit(
                body.name,
                body.thickness if wall is None else wall.median,
                thinnest_of(body, wall),
                1.0 if wall is None else wall.thin_share,
                _stands_for(body, wall, cells[index], mine, models.get(index)),
                mine,
                share,
                tuple(bodies[n].name for n in to),
                *_of_metal(body, wall, band),
            )
        )
    return tuple(found)


def _stands_for(
    body: Body, wall: Thickness | None, cells: int, faces: int, model: WallModel | None
) -> tuple[str, ...]:
    """What stands for the walls of a part."""
    if not body.material.metal:
        return (AVERAGED,) if wall and wall.thin_share > LEAST_LOST else (DIELECTRIC,)
    if model is not None and model.kind == "resistive":
        return (RESISTIVE,)
    sheet = FACES if model is None else TWO_SIDED
    return (*((CELLS,) if cells else ()), *((sheet,) if faces or wall is None else ()))


def _of_metal(
    body: Body, wall: Thickness | None, band: Band | None
) -> tuple[float | None, float | None, float | None]:
    """Conductivity, resistance of a square, shielding."""
    sigma = along(body.material.conductivity, 0)
    if not body.material.metal or sigma <= 0.0:
        return None, None, None
    thickness = body.thickness if wall is None else wall.median
    found = own_shielding(body, thinnest_of(body, wall), band.f_min) if band else None
    return (
        sigma,
        1.0 / (sigma * thickness) if thickness else None,
        None if found is None else min(found, MOST_SHIELDING),
    )


def lost_share(bodies: Sequence[Body], faces: SolidFaces) -> tuple[float, list[int]]:
    """Share of a metal solid's area that dielectrics took, and their numbers, most first."""
    taken = {n: area for n, area in faces.lost.items() if not bodies[n].material.metal}
    if not taken or faces.area == 0.0:
        return 0.0, []
    return (
        min(sum(taken.values()) / faces.area, 1.0),
        sorted(taken, key=lambda n: -taken[n]),
    )


def loss_problems(
    bodies: Sequence[Body], solids: Mapping[int, SolidFaces], covered: Collection[str] = ()
) -> Iterator[Problem]:
    """A problem for every metal solid that a dielectric swallowed, or disputes its place.

    Those named in `covered` may be swallowed.
    """
    for index, faces in solids.items():
        share, to = lost_share(bodies, faces)
        if not to or share <= LEAST_LOST or bodies[index].name in covered:
            continue
        mine, other = bodies[index], bodies[to[0]]
        disputed = other.priority == mine.priority
        if share <= MOST_LOST and not disputed:
            continue
        names = ", ".join(f"'{bodies[n].name}' ({bodies[n].material.name})" for n in to)
        ranks = (
            f"both have priority {mine.priority}"
            if disputed
            else f"it has priority {mine.priority}, '{other.name}' has {other.priority}"
        )
        yield Problem(
            f"{share:.0%} of the metal ({mine.material.name}) of part '{mine.name}' lies inside "
            f"{names}, which would take its place there: {ranks}",
            field=f"part '{mine.name}'",
            remedy=f"give part '{mine.name}' a priority above {other.priority}, or cut it out of "
            f"'{other.name}' in the CAD program; or allow it under device: allow: "
            f"[{{covered: {mine.name}, reason: WHY}}]",
        )


def loss_notices(walls: Sequence[WallAudit]) -> Iterator[Notice]:
    """A notice for every metal solid that lost some of its area, but not so much as to fail."""
    for wall in walls:
        if wall.lost_share > LEAST_LOST:
            yield Notice(
                "metal-covered",
                f"{wall.lost_share:.0%} of the metal of part '{wall.name}' lies inside "
                f"{', '.join(wall.lost_to)} of higher priority, and is not there in the grid",
            )


def shielding_notices(
    bodies: Sequence[Body], walls: Sequence[WallAudit], frequency: float
) -> Iterator[Notice]:
    """A notice for every metal wall that lets something through.

    Parameters
    ----------
    bodies : sequence of Body
        All bodies.
    walls : sequence of WallAudit
        Their walls.
    frequency : float
        Lowest frequency of the tests in Hz, at which metal shields least.

    Yields
    ------
    Notice
        ``wall-sheet`` where a sheet that leaks stands for it, ``thin-coat`` where a perfect
        conductor does, with thickness, conductivity or skin depth, and shielding.
    """
    for body, wall in zip(bodies, walls, strict=True):
        found = own_shielding(body, wall.thinnest, frequency)
        if found is None or wall.thinnest is None or found >= LEAST_SHIELDING:
            continue
        part = f"part '{wall.name}' is {format_si(wall.thinnest, 'm', 3)} of {body.material.name}"
        sheets = [name for name in wall.models if name in (RESISTIVE, TWO_SIDED)]
        at = f"{frequency / 1e6:.4g} MHz"
        if sheets:
            yield Notice(
                "wall-sheet",
                f"{part} at its thinnest ({format_si(wall.conductivity or 0.0, 'S/m', 3)}, "
                f"{format_si(wall.resistance or 0.0, 'ohm', 3)} a square), which shields "
                f"{found:.0f} dB at {at}: in the grid it is a {sheets[0]}",
                rank="information",
            )
        if not sheets or CELLS in wall.models:
            sigma, mu = (
                along(v, 0) for v in (body.material.conductivity, body.material.permeability)
            )
            depth = format_si(skin_depth(sigma, frequency, mu), "m", 2)
            where = (
                "some of its cells are a perfect conductor"
                if sheets
                else "it is a perfect conductor"
            )
            yield Notice(
                "thin-coat",
                f"{part} at its thinnest, and a skin depth at {at} is {depth}: such a wall shields "
                f"{found:.0f} dB there, but in the grid {where}, which lets nothing through",
            )
