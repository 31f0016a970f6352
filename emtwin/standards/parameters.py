"""Numbers of methods."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from emtwin.standards.row import Number, Row, Text

UNITS = (
    *("1", "%", "m", "s", "Hz", "deg", "V", "A", "W", "ohm", "F", "H"),
    *("dB", "dBuV", "dBuV/m", "dBuA/m"),
    *("V/m", "A/m", "1/m", "V/sqrt(W)", "m/sqrt(W)", "V m/sqrt(W)"),
)
"""Units that a parameter may have: SI without prefix, decibels, degrees and per cent."""


def _known(unit: str) -> str:
    if unit not in UNITS:
        raise PydanticCustomError(
            "unit",
            "is an unknown unit; parameters are in {units}",
            {"units": ", ".join(UNITS)},
        )
    return unit


class Parameter(Row):
    """A number of a method: a height, a bandwidth, an uncertainty.

    Parameters
    ----------
    name : str
        What the number is.
    value : float
        The number in `unit`.
    unit : str
        Its unit, ``1`` where it has none.
    """

    kind: Literal["parameter"]
    name: Text
    value: Number
    unit: Annotated[str, AfterValidator(_known)]

    def summary(self) -> str:
        """Name and value in one line."""
        return f"{self.name}: {self.value:g}{'' if self.unit == '1' else ' ' + self.unit}"
