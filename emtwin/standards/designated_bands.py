"""Frequency bands designated for industrial, scientific and medical equipment."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from emtwin.scene.quantities import Frequency
from emtwin.standards.row import Row, rising, said_band
from emtwin.units import format_si


class DesignatedBand(Row):
    """Band in which the fundamental of group 2 equipment has no emission limit.

    Parameters
    ----------
    centre : float
        Designated frequency in hertz.
    frequency_from, frequency_to : float
        Range in hertz, ends included.
    region : str, optional
        Where the band is designated; everywhere if left out.
    """

    kind: Literal["designated_band"]
    centre: Frequency
    frequency_from: Frequency
    frequency_to: Frequency
    region: str = ""

    @model_validator(mode="after")
    def _centre_inside(self) -> Self:
        rising(self.frequency_from, self.frequency_to)
        if not self.frequency_from < self.centre < self.frequency_to:
            raise PydanticCustomError("designated_band", "centre must lie inside the band")
        return self

    def summary(self) -> str:
        """Centre, range and region in one line."""
        band = said_band(self.frequency_from, self.frequency_to)
        where = f" ({self.region})" if self.region else ""
        return f"ISM band {format_si(self.centre, 'Hz', 5)}{where}{band}: no limit, group 2"
