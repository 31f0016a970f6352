"""What the picture of the geometry audit shows: conductors, their colours, marked places."""

from __future__ import annotations

import json
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from emtwin.results import Campaign
from emtwin.viz import palette

if TYPE_CHECKING:
    import xarray as xr

Ints = NDArray[np.int32]

NOTE = (
    "metal in the grid by conductor, geometry as lines;\nthe quarter nearest the viewer is cut away"
)
SIGNAL, DOUBT = "#d0021b", "#b35c00"
_COLOURED = 10  # conductors with a colour of their own
_OTHERS = "#9aa0a6"
_LONGEST = 30  # characters of a line in the legend and of a label
_KINDS = {"contact": "gap closed", "open": "contact opened", "lost": "metal lost"}


@dataclass(frozen=True)
class Mark:
    """A place to look at.

    Parameters
    ----------
    place : ndarray
        Metres, shape (3,).
    label : str
        What is there, in two lines.
    colour : str
        Signal colour.
    """

    place: NDArray[np.float64]
    label: str
    colour: str


def sites_with_audit(campaign: Campaign) -> list[str]:
    """Sites of `campaign` whose voxels know their conductors."""
    return [name for name, voxels in campaign.group("voxels").items() if "conductor" in voxels]


def conductor_of_cells(voxels: xr.Dataset) -> Ints:
    """Number of the conductor of every metal cell, -1 elsewhere, shape of the cells."""
    metal = np.array([*json.loads(voxels.attrs.get("metal", "[]")), False])
    part = voxels["part"].values
    # All nodes of a metal cell are on one conductor.
    at_corner = voxels["conductor"].values[:-1, :-1, :-1]
    return np.where(metal[part], at_corner, np.int32(-1)).astype(np.int32)


def conductor_of_faces(voxels: xr.Dataset, axis: str) -> Ints:
    """Number of the conductor of every metal face normal to `axis`, -1 elsewhere."""
    sheet = voxels[f"sheet_{axis}"].values
    nodes = voxels["conductor"].values[tuple(slice(0, n) for n in sheet.shape)]
    return np.where(sheet, nodes, np.int32(-1)).astype(np.int32)


def netlist(campaign: Campaign, site: str) -> dict[str, Any]:
    """Stored audit of the netlist of `site`; empty if there is none."""
    entries = campaign.meta.get("sites", [])
    return next((dict(e["netlist"]) for e in entries if e["name"] == site and "netlist" in e), {})


def colours(campaign: Campaign, site: str) -> dict[int, str]:
    """Colour of every conductor by its number, the largest first; small ones share a grey."""
    nets = netlist(campaign, site).get("after", [])
    return {
        int(net["number"]): palette.part_colour(rank) if rank < _COLOURED else _OTHERS
        for rank, net in enumerate(nets)
    }


def legend(campaign: Campaign, site: str) -> list[tuple[str, str]]:
    """What is shown, and its colour."""
    nets = netlist(campaign, site).get("after", [])
    entries = [
        (_wrapped(f"{rank + 1}: {', '.join(net['pieces'])}"), palette.part_colour(rank))
        for rank, net in enumerate(nets[:_COLOURED])
    ]
    if len(nets) > _COLOURED:
        entries.append((f"{len(nets) - _COLOURED} smaller conductors", _OTHERS))
    found = {mark.colour for mark in marks(campaign, site)}
    if SIGNAL in found:
        entries.append(("change of the netlist", SIGNAL))
    if DOUBT in found:
        entries.append(("nearly touching, or a gap shut", DOUBT))
    return entries


def marks(campaign: Campaign, site: str) -> list[Mark]:
    """Changes of the netlist, and places where metal nearly touches."""
    stored = netlist(campaign, site)
    changed = [
        Mark(
            np.array(change["place"]),
            f"{_KINDS[change['kind']]}\n{_short(', '.join(change['pieces']))}",
            SIGNAL,
        )
        for change in stored.get("changes", [])
    ]
    changed += [
        Mark(
            np.array(gap["place"]),
            f"{gap['state']}: gap of {gap['width'] * 1e3:.2g} mm\n"
            + _short(", ".join(dict.fromkeys(gap["parts"]))),
            DOUBT,
        )
        for gap in _gaps(campaign, site)
        if gap["state"] not in ("open", "slot")
    ]
    known = {tuple(sorted(change["pieces"])) for change in stored.get("changes", [])}
    return changed + [
        Mark(
            np.array(near["place"]),
            f"{near['gap'] * 1e3:.2g} mm apart\n{_short(', '.join(near['pieces']))}",
            DOUBT,
        )
        for near in stored.get("near", [])
        if tuple(sorted(near["pieces"])) not in known
    ]


def _gaps(campaign: Campaign, site: str) -> list[dict[str, Any]]:
    entries = campaign.meta.get("sites", [])
    return next((list(e.get("gaps", [])) for e in entries if e["name"] == site), [])


def _wrapped(text: str) -> str:
    lines = textwrap.wrap(text, _LONGEST, max_lines=3, placeholder=" …", break_on_hyphens=False)
    return "\n".join(lines)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip(", ") + "…"
