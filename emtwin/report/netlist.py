"""The stored audit of a netlist as rows of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

NONE = "–"


def netlist(site: Mapping[str, Any]) -> dict[str, Any]:
    """Rows of the netlist tables of one site.

    Parameters
    ----------
    site : mapping
        Entry of ``sites`` in a campaign's description, with its ``netlist`` and ``ends``.

    Returns
    -------
    dict
        ``site``, ``tolerance`` and the rows ``conductors``, ``changes`` and ``ends``, every value
        a text but for the counts.
    """
    stored = site["netlist"]
    return {
        "site": site["name"],
        "tolerance": f"{stored['tolerance'] * 1e6:.3g} µm",
        "conductors": [
            _conductor(number, net, stored["after"])
            for number, net in enumerate(stored["before"], start=1)
        ],
        "changes": [
            *(_change(change["kind"], change, change["allowed"]) for change in stored["changes"]),
            *(_change("near", contact, NONE) for contact in stored["near"]),
        ],
        "ends": [_end(end) for end in site.get("ends", [])],
    }


def _conductor(
    number: int, net: Mapping[str, Any], after: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """A conductor as drawn, and those of the grid that hold its pieces."""
    mine = [n for n, other in enumerate(after) if set(other["pieces"]) & set(net["pieces"])]
    same = len(mine) == 1 and set(after[mine[0]]["pieces"]) == set(net["pieces"])
    return {
        "number": number,
        "pieces": ", ".join(net["pieces"]),
        "after": " + ".join(str(n + 1) for n in mine) or NONE,
        "edges": sum(after[n]["edges"] for n in mine),
        "alarm": not same,
    }


def _change(kind: str, stored: Mapping[str, Any], reason: str) -> dict[str, str]:
    gap = stored["gap"]
    return {
        "kind": kind,
        "pieces": ", ".join(stored["pieces"]),
        "gap": NONE if gap is None else _millimetres(gap or -stored["overlap"]),
        "place": ", ".join(f"{value * 1e3:.4g}" for value in stored["place"]) + " mm",
        "reason": reason,
    }


def _end(end: Mapping[str, Any]) -> dict[str, str]:
    distance = end["distance"]
    return {
        "name": f"{end['wire']}, {end['end']}",
        "kind": end["kind"],
        "wanted": end["wanted"] or NONE,
        "found": ", ".join(end["found"]) or NONE,
        "distance": NONE if distance is None else _millimetres(distance),
        "moved": _millimetres(end["moved"]),
    }


def _millimetres(metres: float) -> str:
    return f"{metres * 1e3:.3g} mm"
