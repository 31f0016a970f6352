"""Immunity test levels."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from emtwin.errors import InputError
from emtwin.scene.quantities import Frequency
from emtwin.standards.row import Number, Row, Text, rising, said_band
from emtwin.units import format_si

Environment = Literal["professional", "home"]


class Level(Row):
    """Immunity test level.

    Parameters
    ----------
    phenomenon, basic_standard : str
        What is tested and the standard that says how.
    environments : tuple of str
        Environments for which the level holds.
    levels : tuple of float
        Levels in `unit`, rms of the unmodulated carrier for RF.
    unit : str
        Unit of the levels.
    both_polarities : bool, default False
        The levels are tested with both signs.
    frequency_from, frequency_to : float, optional
        Range in hertz.
    modulation_depth, modulation_frequency : float, optional
        Amplitude modulation: share 0 to 1, and hertz.
    refers_to : str, optional
        Table that holds the levels instead.
    """

    kind: Literal["level"]
    phenomenon: Text
    basic_standard: Text
    environments: Annotated[tuple[Environment, ...], Field(min_length=1)]
    levels: tuple[Annotated[Number, Field(gt=0)], ...] = ()
    unit: str = ""
    both_polarities: bool = False
    frequency_from: Frequency | None = None
    frequency_to: Frequency | None = None
    modulation_depth: Annotated[Number, Field(gt=0, le=1)] | None = None
    modulation_frequency: Frequency | None = None
    refers_to: str = ""

    @property
    def band(self) -> tuple[float, float]:
        """Range of the test in hertz.

        Raises
        ------
        InputError
            If the row has no range.
        """
        if self.frequency_from is None or self.frequency_to is None:
            raise InputError.single(f"row {self.id} has no frequency range", field=self.id)
        return self.frequency_from, self.frequency_to

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if bool(self.levels) == bool(self.refers_to):
            raise PydanticCustomError("level", "give either levels or refers_to")
        if bool(self.levels) != bool(self.unit):
            raise PydanticCustomError("level", "levels and unit go together")
        if (self.frequency_from is None) != (self.frequency_to is None):
            raise PydanticCustomError("level", "frequency_from and frequency_to go together")
        if self.frequency_from is not None and self.frequency_to is not None:
            rising(self.frequency_from, self.frequency_to)
        return self

    def summary(self) -> str:
        """Phenomenon, level, range and environment in one line."""
        sign = "±" if self.both_polarities else ""
        values = ", ".join(f"{sign}{level:g}" for level in self.levels)
        level = f"{values} {self.unit}" if self.levels else f"see {self.refers_to}"
        band = said_band(self.frequency_from, self.frequency_to)
        places = " and ".join(self.environments)
        return f"{self.phenomenon}: {level}{band}{self._modulation()} ({places})"

    def _modulation(self) -> str:
        if self.modulation_depth is None or self.modulation_frequency is None:
            return ""
        tone = format_si(self.modulation_frequency, "Hz")
        return f", {100 * self.modulation_depth:g} % AM {tone}"
