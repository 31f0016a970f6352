"""What every row of standards/*.yaml says about its origin."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from pydantic_core import PydanticCustomError

from emtwin.scene.quantities import Declared
from emtwin.units import format_si

Confidence = Literal["confirmed", "high", "low"]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
RowId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.\-]*$")]
Number = Annotated[float, Field(strict=True)]

SLACK = 1e-9
"""Relative distance at which two frequencies are one: 5 times 6 MHz must lie on 30 MHz."""


class Row(Declared):
    """What every row says about its origin.

    Parameters
    ----------
    id : str
        Name that is unique in all files: small letters, digits, ``-``, ``.``.
    standard, edition, clause : str
        Where the value stands.
    confidence : str
        ``confirmed`` by a public source, ``high`` (recalled, at least 85 %
        sure) or ``low``, which never decides a verdict alone.
    source : str
        What the confidence rests on.
    note : str, optional
        Condition under which the row holds.
    """

    id: RowId
    standard: Text
    edition: Text
    clause: Text
    confidence: Confidence
    source: Text
    note: str = ""

    @property
    def citation(self) -> str:
        """Standard, edition and clause in one line."""
        return f"{self.standard}:{self.edition}, {self.clause}"

    @property
    def facts(self) -> tuple[Hashable, ...]:
        """What only one row of a standard and edition may say; ranges are not among it."""
        return ()

    def summary(self) -> str:
        """One line for a table: what the row asks for."""
        return self.note


def rising(low: float, high: float) -> None:
    """Refuse a range of hertz that does not rise."""
    if not low < high:
        raise PydanticCustomError("band", "frequency_from must be below frequency_to")


def with_slack(low: float, high: float) -> tuple[float, float]:
    """Ends of a range of hertz, moved apart by `SLACK`, so that rounding takes none of it away."""
    return low * (1.0 - SLACK), high * (1.0 + SLACK)


def in_range(frequency: float, low: float, high: float) -> bool:
    """Whether a frequency lies in a range of hertz, both ends and `SLACK` included."""
    first, last = with_slack(low, high)
    return first <= frequency <= last


def said_band(low: float | None, high: float | None) -> str:
    """The range with a comma before it, empty where there is none."""
    if low is None or high is None:
        return ""
    return f", {format_si(low, 'Hz', 6)} to {format_si(high, 'Hz', 6)}"
