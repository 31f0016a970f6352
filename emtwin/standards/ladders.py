"""Level ladders of basic standards, from which product standards choose."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from emtwin.standards.row import Number, Row
from emtwin.standards.terms import TITLES, UNITS, Coupling, ImmunityTest, Port


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

    @property
    def facts(self) -> tuple[Hashable, ...]:
        """Each port with its coupling."""
        return tuple((self.test, port, self.coupling) for port in self.ports)

    def summary(self) -> str:
        """Levels in one line."""
        how = f", {self.coupling.replace('_', ' ')}" if self.coupling else ""
        steps = ", ".join(f"{level:g}" for level in self.levels)
        ports = ", ".join(port.replace("_", " ") for port in self.ports)
        title = f"levels 1 to {len(self.levels)}, {TITLES[self.test]}{how}"
        return f"{title}: {steps} {self.unit} ({ports})"
