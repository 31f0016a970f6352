"""What is voxelised: surfaces with a material."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from emtwin.errors import Notice, Problem
from emtwin.geometry import Surface, topology
from emtwin.geometry.kinds import CLOSE_IT, solid_fault
from emtwin.geometry.regions import Kind
from emtwin.grid import Grid
from emtwin.materials import Material


@dataclass(frozen=True, eq=False)
class Body:
    """A part of the device on its way into the grid.

    Parameters
    ----------
    name : str
        Name of the part.
    surface : Surface
        Its closed surface (solid) or the sheet itself, in metres.
    kind : {"solid", "sheet"}
        Whether the surface encloses the part or is it.
    material : Material
        What it is made of; a sheet must be metal.
    priority : int
        Where solids overlap the higher one wins.
    notices : tuple of Notice
        What was decided about it on its way here.
    thickness : float or None
        Thickness of a sheet in metres; None where it is not known, and for a solid.
    """

    name: str
    surface: Surface
    kind: Kind
    material: Material
    priority: int
    notices: tuple[Notice, ...] = ()
    thickness: float | None = None


@dataclass(frozen=True)
class Box:
    """An axis-aligned box.

    Parameters
    ----------
    lo, hi : tuple of float
        Lower and upper corner in metres.
    """

    lo: tuple[float, float, float]
    hi: tuple[float, float, float]


def faults(bodies: Sequence[Body], grid: Grid) -> Iterator[Problem]:
    """Everything that keeps `bodies` from being voxelised on `grid`."""
    for body in bodies:
        place = f"part '{body.name}'"
        outside = _outside(body, grid)
        if outside:
            yield Problem(outside, remedy="move the part or enlarge the grid", field=place)
        fault = solid_fault(body.surface) if body.kind == "solid" else ""
        if fault:
            yield Problem(f"as a solid it is too open: {fault}", remedy=CLOSE_IT, field=place)
        if body.kind == "sheet" and not body.material.metal:
            yield Problem(
                f"it is a sheet (its surface has {topology(body.surface).boundary} open edges) of "
                f"{body.material.name}, but only metal can be a sheet",
                remedy="close the surface, or give the part a metal as material",
                field=place,
            )


def _outside(body: Body, grid: Grid) -> str:
    for name, lines, lo, hi in zip(
        "xyz", grid.lines, body.surface.lo, body.surface.hi, strict=True
    ):
        slack = 1e-9 * (lines[-1] - lines[0])
        if lo < lines[0] - slack or hi > lines[-1] + slack:
            return (
                f"it spans {name} = {lo * 1e3:.4g} to {hi * 1e3:.4g} mm, but the grid ends at "
                f"{lines[0] * 1e3:.4g} and {lines[-1] * 1e3:.4g} mm"
            )
    return ""
