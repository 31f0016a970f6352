"""Values as the reports write them: units, signs, and a dash for what is not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emtwin.errors import Rank
from emtwin.report.strings import Texts
from emtwin.units import format_si

DASH = "–"
UNITS = {
    "frequency": "Hz",
    "voltage": "V",
    "threshold": "V",
    "height": "m",
    "distance": "m",
    "angle": "°",
    "level_dbuv_per_m": "dB(µV/m)",
    "limit_dbuv_per_m": "dB(µV/m)",
    "level": "dB(µV/m)",
    "limit": "dB(µV/m)",
    "termination": "Ω",
}
PREFIXED = {"Hz", "V"}


def decibel(value: float | None, sign: bool = False) -> str:
    """A value in dB to one decimal, or a dash."""
    if value is None:
        return DASH
    return f"{float(value):{'+' if sign else ''}.1f} dB".replace("-", "\u2212")


def quantity(name: str, value: Any) -> str:
    """A worst-case entry with the unit that its name implies."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    unit = next((UNITS[key] for key in (name, name.partition("_")[0]) if key in UNITS), "")
    if value == float("inf"):
        return "open"
    if unit in PREFIXED:
        return format_si(float(value), unit)
    gap = "" if unit == "°" else " "
    return f"{float(value):.4g}{gap}{unit}".strip()


def worst_case(worst: Mapping[str, Any] | None, texts: Texts) -> list[tuple[str, str]]:
    """Entries of a verdict's worst case as (name, value with unit)."""
    return [(texts(name).lower(), quantity(name, value)) for name, value in (worst or {}).items()]


def covered(verdict: Mapping[str, Any], texts: Texts) -> str:
    """Frequencies that a verdict covers, and of which range of the test if of a part only."""
    computed, asked = verdict.get("band"), verdict.get("band_of_test")
    if not computed:
        return ""
    said, whole = (
        texts("band", low=format_si(low, "Hz"), high=format_si(high, "Hz"))
        for low, high in (computed, asked or computed)
    )
    return said if said == whole else texts("band_part", computed=said, asked=whole)


def volume(cubic_metres: float | None) -> str:
    """A volume in cubic centimetres."""
    return DASH if cubic_metres is None else f"{cubic_metres * 1e6:,.4g} cm³"


def area(square_metres: float | None) -> str:
    """An area in square centimetres."""
    return DASH if square_metres is None else f"{square_metres * 1e4:,.4g} cm²"


def change(before: float | None, after: float | None) -> str:
    """Relative change in percent, or a dash where there was nothing."""
    if not before or after is None:
        return DASH
    return f"{100 * (after / before - 1):+.1f} %".replace("-", "\u2212")


def notices(meta: Mapping[str, Any], rank: Rank) -> list[dict[str, str]]:
    """Notices of one rank in a campaign's `meta`; older files have no ranks, only warnings."""
    return [n for n in meta.get("notices", []) if n.get("rank", "warning") == rank]


def contributions(verdict: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Contributions to the uncertainty as (name, size in dB)."""
    return [(str(name), decibel(size)) for name, size in verdict.get("contributions") or ()]
