"""Whether a region is a solid or a sheet, where its surface leaves that open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from emtwin.errors import InputError, Notice
from emtwin.geometry.diagnosis import holes, is_flat
from emtwin.geometry.regions import Kind, Region
from emtwin.geometry.repair import Repaired, repaired_solid, stitched
from emtwin.geometry.rims import rims_of
from emtwin.geometry.surface import Surface
from emtwin.geometry.topology import topology

LARGEST_MISSING = 0.25
"""Share of its closed area that a solid's surface may lack.

A cube without one face lacks a sixth, a half sphere a third, a flat sheet one half. The winding
number is one half in the plane of a flat hole, so it closes the hole by that plane.
"""

CLOSE_IT = "close the surface in the CAD program, or declare the part `kind: sheet` if it is metal"

_WITHOUT_AREA = "export its surface again, leave the part out, or declare a wire as a cable"


def demand_kind(
    region: Region, kind: Kind | None = None, *, metal: bool = True, **place: Any
) -> Region:
    """The region as `kind`, or as what it looks like, its surface mended for that.

    Any surface may be a sheet. A solid may have holes, as long as at most `LARGEST_MISSING` of its
    closed area is missing. With no kind demanded, a closed surface is a solid, and so is
    one that lacks single triangles or is torn by tiny gaps. What else is open is a sheet if it
    is metal, because the holes of a shield are meant, and a solid if it is not.

    Parameters
    ----------
    region : Region
        As read.
    kind : {"solid", "sheet"}, optional
        What the scene declares it to be.
    metal : bool
        Whether its material is metal.
    **place
        `file`, `field` and `line` of the declaration, for the message.

    Returns
    -------
    Region
        Region of that kind; its notices say what was wrong and what was decided.

    Raises
    ------
    InputError
        If it must be a solid, but too much of the surface is missing; if it has no area.
    """
    where = f"region '{region.name}' of {region.file.name}"
    if is_flat(region.surface).all():
        raise InputError.single(
            f"{where} has no area: its {len(region.surface.triangles)} triangles are lines or "
            "points",
            **{"file": region.file, "remedy": _WITHOUT_AREA, **place},
        )
    if kind == "sheet":
        return replace(region, kind="sheet")
    if kind is None and region.kind == "sheet" and metal:
        return _open_metal(region, where)
    mended = repaired_solid(region.surface, where)
    fault = solid_fault(mended.surface)
    if fault:
        must = "is to be a solid" if kind else "is no metal, so it must be a solid"
        raise InputError.single(
            f"{where} {must}, but {fault}",
            **{"file": region.file, "remedy": CLOSE_IT, **place},
        )
    return _as_solid(region, mended, where, told=kind is not None)


def solid_fault(surface: Surface) -> str:
    """Why a surface encloses no volume; empty if it does."""
    rims = rims_of(surface)
    if rims.missing <= LARGEST_MISSING:
        return ""
    return (
        f"{holes(rims)}: beyond {LARGEST_MISSING:g} it is an open sheet, of which nobody can say "
        "what is inside"
    )


def _open_metal(region: Region, where: str) -> Region:
    """Metal that is open: a solid if its surface was meant to be closed, else a sheet."""
    whole = rims_of(stitched(region.surface, where).surface).missing
    if whole <= LARGEST_MISSING:
        mended = repaired_solid(region.surface, where)
        branches = {notice.name for notice in mended.notices} & {"inner-walls", "fins"}
        if topology(mended.surface).closed and not branches:
            return _as_solid(region, mended, where, told=False)
    if whole > LARGEST_MISSING:
        return region
    notice = Notice(
        "taken-as-sheet",
        f"{where}: {_state(region.surface)}; as metal it is taken as a sheet with these openings. "
        "Declare the part `kind: solid` if it is a body with a damaged surface, or `kind: sheet`",
    )
    return replace(region, notices=(*region.notices, notice))


def _as_solid(region: Region, mended: Repaired, where: str, *, told: bool) -> Region:
    notices = [*region.notices, *mended.notices]
    if not topology(mended.surface).closed:
        text = f"{where}: {_state(mended.surface)}; the winding number decides what is inside"
        notices.append(Notice("open-surface", text))
    if region.kind == "sheet" and not told:
        text = (
            f"{where}: its surface as read is not closed, but so nearly that it is taken as a "
            "solid; declare the part `kind: solid` if that is right, `kind: sheet` if not"
        )
        notices.append(Notice("taken-as-solid", text))
    return replace(region, kind="solid", surface=mended.surface, notices=tuple(notices))


def _state(surface: Surface) -> str:
    """What keeps a surface from being closed."""
    rims = rims_of(surface)
    return holes(rims) if len(rims) else "walls of the surface meet in a T"
