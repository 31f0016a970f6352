"""Uncertainties of measurement that CISPR 16-4-2 takes as given."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from emtwin.scene.quantities import Frequency
from emtwin.standards.row import Number, Row, Text, in_range, rising, said_band
from emtwin.standards.terms import EmissionTest

Positive = Annotated[Number, Field(gt=0)]


class Uncertainty(Row):
    """U_CISPR of one method of measurement.

    Parameters
    ----------
    test : str
        ``radiated_emission`` or ``conducted_emission``.
    method : str
        Site, network or probe.
    frequency_from, frequency_to : float, optional
        Range in hertz; left out where none is stated.
    expanded : float
        Expanded uncertainty in dB.
    unit : str
        ``dB``.
    coverage : float
        Coverage factor k of `expanded`.
    """

    kind: Literal["uncertainty"]
    test: EmissionTest
    method: Text
    frequency_from: Frequency | None = None
    frequency_to: Frequency | None = None
    expanded: Positive
    unit: Literal["dB"]
    coverage: Positive

    @model_validator(mode="after")
    def _whole_range(self) -> Self:
        if (self.frequency_from is None) != (self.frequency_to is None):
            raise PydanticCustomError("uncertainty", "frequency_from and frequency_to go together")
        if self.frequency_from is not None and self.frequency_to is not None:
            rising(self.frequency_from, self.frequency_to)
        return self

    @property
    def facts(self) -> tuple[Hashable, ...]:
        """The method, where it has no range."""
        return ((self.test, self.method),) if self.frequency_from is None else ()

    def covers(self, frequency: float) -> bool:
        """Whether the row holds at a frequency in hertz; without a range, wherever it is used."""
        if self.frequency_from is None or self.frequency_to is None:
            return True
        return in_range(frequency, self.frequency_from, self.frequency_to)

    def summary(self) -> str:
        """Method, range and value in one line."""
        band = said_band(self.frequency_from, self.frequency_to)
        test = self.test.replace("_", " ")
        return f"{test}, {self.method}{band}: {self.expanded:g} dB (k = {self.coverage:g})"
