"""Named regions of a mesh file."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from emtwin.errors import InputError, Notice
from emtwin.geometry.surface import Surface
from emtwin.geometry.topology import Topology, topology

Kind = Literal["solid", "sheet"]


@dataclass(frozen=True)
class Region:
    """A named part of a mesh file.

    Parameters
    ----------
    name : str
        Name of the physical group, or the file's stem.
    kind : {"solid", "sheet"}
        ``solid``: the surface encloses a volume; ``sheet``: it is the part itself.
    surface : Surface
        Outer surface of the solid, or the sheet, in metres.
    file : Path
        Where it was read from.
    notices : tuple of Notice
        What was decided about it while reading.
    """

    name: str
    kind: Kind
    surface: Surface
    file: Path
    notices: tuple[Notice, ...] = ()


def region_of(name: str, surface: Surface, file: Path) -> Region:
    """Region whose kind follows from its surface: closed is a solid, open a sheet."""
    kind: Kind = "solid" if topology(surface).closed else "sheet"
    return Region(name, kind, surface, file)


def demand_kind(region: Region, kind: Kind, **place: Any) -> Region:
    """The region as `kind`; any surface may be a sheet, only a closed one a solid.

    Parameters
    ----------
    region : Region
        As read.
    kind : {"solid", "sheet"}
        What the scene declares it to be.
    **place
        `field` and `line` of the declaration, for the message.

    Returns
    -------
    Region
        Region of that kind.

    Raises
    ------
    InputError
        If a solid is demanded of a surface that is not closed.
    """
    if kind == "solid":
        fault = closing_fault(topology(region.surface))
        if fault:
            raise InputError.single(
                f"region '{region.name}' is to be a solid, but {fault}",
                **{"file": region.file, "remedy": CLOSE_IT, **place},
            )
    return replace(region, kind=kind)


CLOSE_IT = "close the surface in the CAD program, or declare the part `kind: sheet` if it is metal"


def closing_fault(found: Topology) -> str:
    """Why a surface of this topology encloses no volume; empty if it does."""
    place = ", ".join(f"{value:.6g}" for value in found.example or ())
    where = f" (one at {place} m)" if place else ""
    of = f"of {found.edges} edges"
    if found.boundary:
        return f"its surface is open: {found.boundary} {of} have one triangle{where}"
    if found.odd:
        return (
            f"its surface is not manifold: {found.odd} {of} have an odd number of triangles{where}"
        )
    return ""


def select_region(regions: Mapping[str, Region], name: str, **place: Any) -> Region:
    """Region called `name`.

    Parameters
    ----------
    regions : mapping of str to Region
        As `read_regions` gives them.
    name : str
        Name to look up.
    **place
        `file`, `field` and `line` of the reference, for the message.

    Returns
    -------
    Region
        The region.

    Raises
    ------
    InputError
        If there is none; the message offers the nearest names.
    """
    if name in regions:
        return regions[name]
    near = difflib.get_close_matches(name, regions, n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'? " if near else ""
    source = {str(region.file) for region in regions.values()}
    raise InputError.single(
        f"there is no region '{name}' in {', '.join(sorted(source)) or 'the mesh'}",
        **{"remedy": f"{hint}It has: {', '.join(sorted(regions)) or 'no region'}", **place},
    )
