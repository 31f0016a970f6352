"""Level ladders of basic standards, from which product standards choose."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from emtwin.standards.row import Number, Row
from emtwin.standards.terms import UNITS, Coupling, ImmunityTest, Port


class Ladder(Row):
    """Levels 1, 2, ... that a basic standard offers for a test.

    Parameters
    ----------
    test : str
        The test.
    ports : tuple of str
        Ports for which the ladder stands.
    coupling : str, optional
        ``contact``, ``air`` and so on, where there is a ladder for each.
    levels : tuple of float
        Level 1 first, in `unit`.
    unit : str
        Unit of the levels, one for each test.
    """

    kind: Literal["ladder"]
    test: ImmunityTest
    ports: Annotated[tuple[Port, ...], Field(min_length=1)]
    coupling: Coupling | None = None
    levels: Annotated[tuple[Annotated[Number, Field(gt=0)], ...], Field(min_length=1)]
    unit: str

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if any(high <= low for low, high in pairwise(self.levels)):
            raise PydanticCustomError("ladder", "levels must rise from one to the next")
        if self.unit != UNITS.get(self.test):
            raise PydanticCustomError(
                "ladder",
                "the unit '{unit}' is unknown for {test}, whose levels are in {known}",
                {"unit": self.unit, "test": self.test, "known": UNITS.get(self.test, "no unit")},
            )
        return self

    def summary(self) -> str:
        """Levels in one line."""
        steps = ", ".join(f"{n}: {level:g}" for n, level in enumerate(self.levels, 1))
        how = f", {self.coupling.replace('_', ' ')}" if self.coupling else ""
        return f"levels of {self.test}{how}, {steps} {self.unit} ({' and '.join(self.ports)})"
