"""The stored walls and gaps of a site as rows of text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emtwin.report.strings import Texts
from emtwin.units import format_si
from emtwin.voxel.audit.walls import MOST_SHIELDING

NONE = "–"
MODELS = {
    "metal cells": "model_metal",
    "perfectly conducting sheet on cell faces": "model_faces",
    "resistive sheet on cell faces": "model_resistive",
    "metal sheet with two sides on cell faces": "model_two_sided",
    "averaged into the cells (eps t, sigma t)": "model_averaged",
    "cells": "model_cells",
}
"""Name of the text for each model of a wall in a campaign's audit."""

CELLS_ACROSS = 2


def wall_rows(site: Mapping[str, Any], texts: Texts) -> list[dict[str, Any]]:
    """How thick the walls of each part are, and what stands for them in the grid.

    Parameters
    ----------
    site : mapping
        Entry of ``sites`` in a campaign's description; one of an older result has no ``walls``.
    texts : Texts
        The catalogue.

    Returns
    -------
    list of dict
        A row for each part that has walls; ``alarm`` where another part took metal of it.
    """
    return [
        {
            "name": wall["name"],
            "thickness": format_si(wall["thickness"], "m", 3),
            "thinnest": format_si(wall["thinnest"], "m", 3),
            "thin": f"{wall['thin_share']:.0%}",
            "conducts": _optional(wall.get("conductivity"), "S/m"),
            "square": _optional(wall.get("resistance"), "ohm"),
            "shields": shields(wall.get("shielding")),
            "model": models(wall["models"], texts),
            "alarm": wall["lost_share"] > 0.0,
        }
        for wall in site.get("walls", [])
        if wall["thickness"] is not None
    ]


def shields(shielding: float | None) -> str:
    """Shielding of a wall by itself in dB, at the lowest frequency; its bound where it has one."""
    if shielding is None:
        return NONE
    return f"> {MOST_SHIELDING:.0f} dB" if shielding >= MOST_SHIELDING else f"{shielding:.0f} dB"


def _optional(value: float | None, unit: str) -> str:
    return NONE if value is None else format_si(value, unit, 3)


def gap_rows(site: Mapping[str, Any], texts: Texts) -> list[dict[str, Any]]:
    """Gaps between conductors, those that the grid shuts or hardly resolves marked.

    Parameters
    ----------
    site : mapping
        Entry of ``sites`` in a campaign's description.
    texts : Texts
        The catalogue.

    Returns
    -------
    list of dict
        A row for each gap.
    """
    return [
        {
            "parts": ", ".join(dict.fromkeys(gap["parts"])),
            "width": format_si(gap["width"], "m", 3),
            "length": format_si(gap["length"], "m", 3),
            "place": ", ".join(f"{value * 1e3:.4g}" for value in gap["place"]) + " mm",
            "cells": NONE if gap["cells"] is None else str(gap["cells"]),
            "state": texts(f"gap_{gap['state']}"),
            "alarm": gap["state"] in ("closed", "bridged")
            or (gap["state"] == "open" and (gap["cells"] or 0) < CELLS_ACROSS),
        }
        for gap in site.get("gaps", [])
    ]


def models(names: list[str], texts: Texts) -> str:
    """What stands for a wall, in the report's language."""
    return " + ".join(texts(MODELS[name]) for name in names)
