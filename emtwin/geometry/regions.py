"""Named regions of a mesh file."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from emtwin.errors import InputError, Notice
from emtwin.geometry.repair import cleaned
from emtwin.geometry.surface import Surface
from emtwin.geometry.topology import topology

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
    """Region whose kind follows from its surface: closed is a solid, open a sheet.

    Faults that are none of the kind's are mended here, the others by `kinds.demand_kind`.
    """
    kind: Kind = "solid" if topology(surface).closed else "sheet"
    mended = cleaned(surface, f"region '{name}' of {file.name}")
    return Region(name, kind, mended.surface, file, mended.notices)


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
