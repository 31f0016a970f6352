"""Colours, decibels and sizes that rendered and flat pictures share."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

MATERIAL_COLOURS = {
    "abs": "#d9dcd6",
    "polycarbonate": "#dfe3e6",
    "silicone": "#d8c9c0",
    "glass": "#8fb8c9",
    "fr4": "#4f8a5b",
    "copper": "#c87f4a",
    "aluminium": "#9aa5b1",
    "steel": "#7d8791",
    "lithium_cell": "#6b7a8f",
    "water": "#7fb2e5",
    "saline": "#6aa9d8",
}
PART_COLOURS = (
    "#4e79a7",
    "#f28e2b",
    "#59a14f",
    "#b07aa1",
    "#edc948",
    "#76b7b2",
    "#e15759",
    "#9c755f",
    "#bab0ac",
    "#86bcb6",
    "#d37295",
    "#8cd17d",
    "#a0cbe8",
    "#ffbe7d",
    "#499894",
    "#ff9d9a",
    "#79706e",
    "#fabfd2",
    "#b6992d",
    "#d4a6c8",
)
PLASTICS = {"abs", "polycarbonate", "silicone"}
ACCENT = "#0b5c8a"
INK = "#26323d"
MUTED = "#7b8794"
WIRE = "#b3372f"
FIELD_MAP = "inferno"
DYNAMIC_RANGE_DB = 80.0


class Range(NamedTuple):
    """Limits of a colour scale."""

    low: float
    high: float


def material_colour(material: str) -> str:
    """Colour of a material; unknown ones get a steady colour from their name."""
    known = MATERIAL_COLOURS.get(material)
    return known or PART_COLOURS[sum(map(ord, material)) % len(PART_COLOURS)]


def part_colour(index: int) -> str:
    """Colour of the part with this index."""
    return PART_COLOURS[index % len(PART_COLOURS)]


def opacity(material: str, kind: str) -> float:
    """Plastics are shown translucent, so that what they enclose is seen."""
    if material in PLASTICS:
        return 0.25
    return 0.85 if kind == "sheet" else 1.0


def decibels(e: ArrayLike) -> NDArray[np.float64]:
    """|E| in dB above 1 V/m; zero becomes a very low finite value."""
    tiny = np.finfo(np.float32).tiny
    magnitude = np.nan_to_num(np.abs(np.asarray(e, dtype=np.float64)), nan=0.0)
    return np.asarray(20.0 * np.log10(np.maximum(magnitude, tiny)))


def colour_range(values_db: NDArray[np.float64]) -> Range:
    """Scale that ends at a round 5 dB above the largest value and spans at most 80 dB.

    Single hot cells at an edge are singular: the top 0.1 % may saturate.
    """
    shown = values_db[values_db > -300.0]
    if shown.size == 0:
        return Range(-DYNAMIC_RANGE_DB, 0.0)
    high = 5.0 * np.ceil(np.percentile(shown, 99.9) / 5.0)
    low = max(5.0 * np.floor(np.percentile(shown, 1.0) / 5.0), high - DYNAMIC_RANGE_DB)
    return Range(float(min(low, high - 10.0)), float(high))
