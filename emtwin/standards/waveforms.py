"""Impulses of the basic standards: the constants of their formulas, and what generators must keep.

A row is one of the two: a definition (terms), or one figure that a laboratory measures on the
waveform, with its tolerance or the range that is allowed.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from emtwin import units
from emtwin.scene.quantities import Declared, Time
from emtwin.standards.row import Number, Row, RowId
from emtwin.units import format_si

Figure = Literal[
    "peak",
    "value",
    "undershoot",
    "rise",
    "front",
    "width",
    "length",
    "edge",
    "spacing",
    "repetition",
    "burst_length",
    "burst_pause",
    "burst_period",
    "voltage",
    "source_resistance",
]
DIMENSIONS: dict[str, str] = {
    "peak": "",
    "value": "",
    "undershoot": "",
    "repetition": "frequency",
    "voltage": "voltage",
    "source_resistance": "resistance",
    **dict.fromkeys(("rise", "front", "width", "length", "edge", "spacing"), "time"),
    **dict.fromkeys(("burst_length", "burst_pause", "burst_period"), "time"),
}
"""Dimension of each figure; empty for a number that is relative to the level."""

assert set(DIMENSIONS) == set(get_args(Figure))
_RELATIVE = ("peak", "value")
"""Figures that are numbers for a level, in the unit of the row."""


class Term(Declared):
    """One term of a sum of Heidler's functions.

    Parameters
    ----------
    peak : float
        Height of the term at the level `per_level` of its row.
    rise, fall : float
        Time constants in seconds.
    steepness : float
        Exponent of the rise.
    """

    peak: Number
    rise: Time
    fall: Time
    steepness: Annotated[Number, Field(gt=0)]


class Waveform(Row):
    """A waveform's formula, or one of its figures.

    Parameters
    ----------
    waveform : str
        Which waveform; its definition and its figures share the name.
    terms : tuple of Term
        The formula; empty where the row is a figure.
    per_level : float, default 1
        Level at which the peaks of the terms, or the numbers of the figure, hold.
    unit : str
        Unit of a peak or value, ``1`` where it is relative to the level.
    figure : str, optional
        What is measured. ``rise``: from 10 to 90 % of the peak. ``front``: from
        30 to 90 %. ``width``: between the passages of 50 %. ``length``: between
        those of 10 %. ``value``: at the time `at` after the passage of 10 %.
        ``undershoot``: share of the peak. ``spacing``: from pulse to pulse in a
        burst; ``burst_pause``: from its end to the next.
    factor : float, default 1
        What the measured time is multiplied by before it is compared.
    at : float, optional
        Time of a ``value`` in seconds.
    nominal : float, optional
        Nominal value in SI units.
    tolerance : float, optional
        Share of the nominal value that is allowed, both ways.
    lowest, highest : float, optional
        Range that is allowed, in SI units.
    """

    kind: Literal["waveform"]
    waveform: RowId
    terms: tuple[Term, ...] = ()
    per_level: Annotated[Number, Field(gt=0)] = 1.0
    unit: Literal["1", "A", "V"] = "1"
    figure: Figure | None = None
    factor: Annotated[Number, Field(gt=0)] = 1.0
    at: Time | None = None
    nominal: float | None = None
    tolerance: Annotated[Number, Field(gt=0, lt=1)] | None = None
    lowest: float | None = None
    highest: float | None = None

    @field_validator("nominal", "lowest", "highest", mode="before")
    @classmethod
    def _with_its_unit(cls, value: Any, info: ValidationInfo) -> Any:
        """A figure with a dimension is written with its unit, one without is a number."""
        dimension = DIMENSIONS.get(str(info.data.get("figure")), "")
        from_file = (info.context or {}).get("from_file", False)
        return units.parse(value, dimension) if dimension and from_file else value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if bool(self.terms) == (self.figure is not None):
            raise PydanticCustomError("waveform", "give either terms or a figure")
        numbers = (self.nominal, self.lowest, self.highest)
        if (self.figure is None) != all(number is None for number in numbers):
            raise PydanticCustomError(
                "waveform", "a figure has a nominal value or a range, a formula has none"
            )
        if (self.figure == "value") != (self.at is not None):
            raise PydanticCustomError("waveform", "a value, and nothing else, has a time: at")
        absolute = self.per_level != 1.0
        if absolute and self.figure not in (None, *_RELATIVE):
            raise PydanticCustomError("waveform", "only peaks, values and terms are per level")
        if absolute and self.unit == "1":
            raise PydanticCustomError("waveform", "what is given per level needs a unit, A or V")
        if self.tolerance is not None and self.nominal is None:
            raise PydanticCustomError("waveform", "a tolerance needs a nominal value")
        low, high = self.lowest, self.highest
        if low is not None and high is not None and not low < high:
            raise PydanticCustomError("waveform", "lowest must be below highest")
        return self

    @property
    def facts(self) -> tuple[Hashable, ...]:
        """The formula of a waveform, or one of its figures; a voltage has more than one level."""
        if self.figure == "voltage":
            return ((self.waveform, self.figure, self.nominal),)
        return ((self.waveform, self.figure, self.at),)

    def bounds(self, level: float = 1.0) -> tuple[float, float]:
        """Smallest and largest value that is allowed at a level.

        Parameters
        ----------
        level : float
            Test level in the unit of `per_level`; matters for peaks and values only.

        Returns
        -------
        tuple of float
            Bounds in SI units, infinite where the row gives none.
        """
        low = -float("inf") if self.lowest is None else self.lowest
        high = float("inf") if self.highest is None else self.highest
        if self.nominal is not None and self.tolerance is not None:
            margin = self.tolerance * abs(self.nominal)
            low, high = max(low, self.nominal - margin), min(high, self.nominal + margin)
        scale = abs(level) / self.per_level if self.figure in _RELATIVE else 1.0
        return low * scale, high * scale

    def summary(self) -> str:
        """Waveform and formula, or figure with tolerance, in one line."""
        if self.figure is None:
            return f"{self.waveform}: {self._formula()}"
        name = self.figure.replace("_", " ")
        at = "" if self.at is None else f" {format_si(self.at, 's')} after the 10 % point"
        factor = "" if self.factor == 1.0 else f" (times {self.factor:g})"
        return f"{self.waveform}: {name}{at}{factor} {self._allowed()}"

    def _formula(self) -> str:
        level = "" if self.per_level == 1.0 else f" at level {self.per_level:g}"
        terms = " + ".join(
            f"{t.peak:g} ({format_si(t.rise, 's')}, {format_si(t.fall, 's')}, n {t.steepness:g})"
            for t in self.terms
        )
        return f"Heidler {terms}{'' if self.unit == '1' else ' ' + self.unit}{level}"

    def _allowed(self) -> str:
        said = []
        if self.nominal is not None:
            said.append(self._said(self.nominal))
        if self.tolerance is not None:
            said.append(f"±{100 * self.tolerance:g} %")
        if self.lowest is not None and self.highest is not None:
            said.append(f"{self._said(self.lowest)} to {self._said(self.highest)}")
        elif self.highest is not None:
            said.append(f"at most {self._said(self.highest)}")
        elif self.lowest is not None:
            said.append(f"at least {self._said(self.lowest)}")
        return " ".join(said)

    def _said(self, value: float) -> str:
        dimension = DIMENSIONS[str(self.figure)]
        if dimension:
            return format_si(value, units.DIMENSIONS[dimension].unit)
        per = "" if self.per_level == 1.0 else f" per {self.per_level:g}"
        return f"{value:g}{'' if self.unit == '1' else ' ' + self.unit}{per}"
