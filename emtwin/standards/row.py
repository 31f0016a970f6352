"""What every row of standards/*.yaml says about its origin."""

from __future__ import annotations

from typing import Annotated, Any, Literal, overload

from numpy import bool_, float64
from numpy.typing import NDArray
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

    def summary(self) -> str:
        """One line for a table: what the row asks for."""
        return self.note


def rising(low: float, high: float) -> None:
    """Refuse a range of hertz that does not rise."""
    if not low < high:
        raise PydanticCustomError("band", "frequency_from must be below frequency_to")


@overload
def in_range(frequency: float, low: float, high: float) -> bool: ...
@overload
def in_range(frequency: NDArray[float64], low: float, high: float) -> NDArray[bool_]: ...
def in_range(frequency: Any, low: float, high: float) -> Any:
    """Whether frequencies lie in a range, both ends and `SLACK` included.

    Parameters
    ----------
    frequency : float or ndarray of float64
        Hertz.
    low, high : float
        Ends of the range in hertz.

    Returns
    -------
    bool or ndarray of bool
        Shape of `frequency`; False for NaN.
    """
    return (frequency >= low * (1.0 - SLACK)) & (frequency <= high * (1.0 + SLACK))


def said_band(low: float | None, high: float | None) -> str:
    """The range with a comma before it, empty where there is none."""
    if low is None or high is None:
        return ""
    return f", {format_si(low, 'Hz', 6)} to {format_si(high, 'Hz', 6)}"
