"""Named frequency bands: ISM, amateur radio."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from emtwin.scene.quantities import Frequency
from emtwin.standards.levels import said_names
from emtwin.standards.row import Row, Text, in_range, rising
from emtwin.standards.terms import TITLES, Test
from emtwin.units import format_si


class Band(Row):
    """One band of a named list, as the standard prints it.

    Parameters
    ----------
    name : str
        Name of the list, for example ``ism``; rows of kind ``level`` use it.
    tests : tuple of str
        Tests for which the standard lists the band.
    frequency_from, frequency_to : float
        Range in hertz, ends included.
    centre : float, optional
        Designated centre frequency in hertz.
    region : str, optional
        Where the band is designated, if not everywhere.
    """

    kind: Literal["band"]
    name: Text
    tests: Annotated[tuple[Test, ...], Field(min_length=1)]
    frequency_from: Frequency
    frequency_to: Frequency
    centre: Frequency | None = None
    region: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        rising(self.frequency_from, self.frequency_to)
        if self.centre is not None and not self.covers(self.centre):
            raise PydanticCustomError("band", "the centre lies outside the band")
        return self

    @property
    def list(self) -> tuple[str, str, str]:
        """What tells the list apart that this band belongs to."""
        return self.standard, self.edition, self.name

    def covers(self, frequency: float) -> bool:
        """Whether a frequency in hertz lies in the band."""
        return in_range(frequency, self.frequency_from, self.frequency_to)

    def summary(self) -> str:
        """Name, range and region in one line."""
        low, high = (format_si(end, "Hz", 6) for end in (self.frequency_from, self.frequency_to))
        where = f" ({self.region})" if self.region else ""
        tests = " and ".join(TITLES[test] for test in self.tests)
        return f"{said_names((self.name,))} band {low} to {high}{where}: {tests}"
