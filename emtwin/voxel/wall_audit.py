"""What became of the walls of every part, and what that leaves out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import Notice, Problem
from emtwin.grid import Grid
from emtwin.materials import along
from emtwin.materials.slab import shielding, skin_depth
from emtwin.units import format_si
from emtwin.voxel.bodies import Body
from emtwin.voxel.thickness import thickness_of
from emtwin.voxel.walls import SolidFaces

CELLS = "metal cells"
FACES = "perfectly conducting sheet on cell faces"
AVERAGED = "averaged into the cells (eps t, sigma t)"
DIELECTRIC = "cells"

MOST_LOST = 0.1
"""Share of a metal solid's area that a dielectric of higher priority may take without an error."""

LEAST_LOST = 0.01
"""Share from which it is told."""

LEAST_SHIELDING = 100.0
"""Shielding in dB below which a wall of metal is too thin to stand for a perfect conductor."""


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
        What stands for it in the grid, see `CELLS`, `FACES`, `AVERAGED`, `DIELECTRIC`.
    faces : int
        Metal faces that it owns.
    lost_share : float
        Share of its area whose metal dielectrics of higher priority took.
    lost_to : tuple of str
        Their names.
    """

    name: str
    thickness: float | None
    thinnest: float | None
    thin_share: float
    models: tuple[str, ...]
    faces: int
    lost_share: float = 0.0
    lost_to: tuple[str, ...] = ()


def audit_walls(
    bodies: Sequence[Body],
    grid: Grid,
    cells: Sequence[int],
    faces: Sequence[NDArray[np.int16]],
    solids: Mapping[int, SolidFaces],
) -> tuple[WallAudit, ...]:
    """Audit of the walls of every part.

    Parameters
    ----------
    bodies : sequence of Body
        All bodies.
    grid : Grid
        Grid.
    cells : sequence of int
        Cells that each of them owns.
    faces : sequence of ndarray of int16
        Owner of every metal face, per axis; -1 for none.
    solids : mapping of int to SolidFaces
        What the rays found of each metal solid.

    Returns
    -------
    tuple of WallAudit
        In the order of the bodies.
    """
    owned = sum(np.bincount((f + 1).ravel(), minlength=len(bodies) + 1) for f in faces)
    return tuple(
        _audit(bodies, index, grid, cells[index], int(np.asarray(owned)[index + 1]), solids)
        for index in range(len(bodies))
    )


def _audit(
    bodies: Sequence[Body],
    index: int,
    grid: Grid,
    cells: int,
    faces: int,
    solids: Mapping[int, SolidFaces],
) -> WallAudit:
    body = bodies[index]
    if body.kind == "sheet":
        return WallAudit(body.name, None, None, 1.0, (FACES,), faces)
    found = thickness_of(body.surface, grid)
    if not body.material.metal:
        models = (AVERAGED,) if found.thin_share > LEAST_LOST else (DIELECTRIC,)
        return WallAudit(body.name, found.median, found.thinnest, found.thin_share, models, 0)
    models = (*((CELLS,) if cells else ()), *((FACES,) if faces else ()))
    share, to = lost_share(bodies, solids[index])
    names = tuple(bodies[n].name for n in to)
    return WallAudit(
        body.name, found.median, found.thinnest, found.thin_share, models, faces, share, names
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
    """A notice for every metal wall that lets more through than its perfect conductor.

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
        ``thin-coat``, with thickness, skin depth and shielding.
    """
    for body, wall in zip(bodies, walls, strict=True):
        sigma = along(body.material.conductivity, 0)
        if not body.material.metal or wall.thinnest is None or sigma <= 0.0:
            continue
        mu = along(body.material.permeability, 0)
        found = shielding(sigma, wall.thinnest, frequency, mu) if wall.thinnest > 0.0 else 0.0
        if found < LEAST_SHIELDING:
            depth = format_si(skin_depth(sigma, frequency, mu), "m", 2)
            yield Notice(
                "thin-coat",
                f"part '{wall.name}' is {format_si(wall.thinnest, 'm', 3)} of "
                f"{body.material.name} at its thinnest, and a skin depth at "
                f"{frequency / 1e6:.4g} MHz is {depth}: such a wall shields {found:.0f} dB there, "
                "but in the grid it is a perfect conductor, which lets nothing through",
            )
