"""Voltage dips and interruptions of the supply."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from emtwin.scene.quantities import Time
from emtwin.standards.conditions import Conditions
from emtwin.standards.row import Number, Row, Text
from emtwin.standards.terms import Environment
from emtwin.units import format_si

Cycles = Annotated[Number, Field(gt=0)]


class Dip(Row):
    """Voltage dip or interruption: how much is left, how long, from which phase.

    Parameters
    ----------
    test, port : str
        ``dips`` or ``interruptions``, at ``ac_mains``.
    phenomenon, basic_standard : str
        What is tested and the standard that says how.
    environments : tuple of str
        Environments for which the row holds.
    residual : float
        Voltage that is left, in per cent of the rated one.
    residual_below : bool, default False
        Less than `residual` is left.
    cycles_50, cycles_60 : float, optional
        Duration in periods of 50 Hz and of 60 Hz mains.
    duration : float, optional
        Duration in seconds.
    angles : tuple of float
        Phase angles in degrees at which it begins.
    phases : str, optional
        ``single``: on one phase at a time.
    rated_voltage : str, optional
        ``min_and_max``: at the lowest and the highest rated voltage; ``any``:
        at any one.
    conditions : Conditions, optional
        When the row holds.
    """

    kind: Literal["dip"]
    test: Literal["dips", "interruptions"]
    port: Literal["ac_mains"]
    phenomenon: Text
    basic_standard: Text
    environments: Annotated[tuple[Environment, ...], Field(min_length=1)]
    residual: Annotated[Number, Field(ge=0, lt=100)]
    residual_below: bool = False
    cycles_50: Cycles | None = None
    cycles_60: Cycles | None = None
    duration: Time | None = None
    angles: tuple[Annotated[Number, Field(ge=0, lt=360)], ...] = ()
    phases: Literal["single"] | None = None
    rated_voltage: Literal["min_and_max", "any"] | None = None
    conditions: Conditions = Conditions()

    @model_validator(mode="after")
    def _durations_agree(self) -> Self:
        if not (self.cycles_50 or self.cycles_60 or self.duration):
            raise PydanticCustomError("dip", "give a duration, in cycles or seconds")
        for name, cycles, mains in (
            ("cycles_50", self.cycles_50, 50.0),
            ("cycles_60", self.cycles_60, 60.0),
        ):
            if cycles and self.duration and not math.isclose(cycles / mains, self.duration):
                raise PydanticCustomError(
                    "dip",
                    "{name} lasts {seconds}, not the duration of {duration}",
                    {
                        "name": name,
                        "seconds": format_si(cycles / mains, "s"),
                        "duration": format_si(self.duration, "s"),
                    },
                )
        if list(self.angles) != sorted(set(self.angles)):
            raise PydanticCustomError("dip", "angles must rise from one to the next")
        return self

    @property
    def facts(self) -> tuple[Hashable, ...]:
        """Each environment with what is left and for how long."""
        left = (self.residual, self.residual_below)
        lasts = (self.cycles_50, self.cycles_60, self.duration)
        return tuple((self.test, *left, *lasts, self.conditions, e) for e in self.environments)

    def summary(self) -> str:
        """Residual voltage, duration, angles and environment in one line."""
        return f"{self.phenomenon}: {self.said_level()}, {self.scope()}"

    def scope(self) -> str:
        """Angles, conditions, port and environments in one line."""
        voltages = {"min_and_max": "at lowest and highest rated voltage", "any": "at any voltage"}
        parts = (
            f"at {', '.join(f'{angle:g}' for angle in self.angles)}°" if self.angles else "",
            "single phase" if self.phases else "",
            voltages.get(self.rated_voltage or "", ""),
            str(self.conditions),
        )
        place = f"({self.port.replace('_', ' ')}; {' and '.join(self.environments)})"
        return f"{', '.join(filter(None, parts))} {place}".strip()

    def said_level(self) -> str:
        """The residual voltage and how long it lasts."""
        left = f"{'below ' if self.residual_below else ''}{self.residual:g} % UT"
        said = dict.fromkeys(f"{n:g}" for n in (self.cycles_50, self.cycles_60) if n)
        unit = "cycle" if max(self.cycles_50 or 0, self.cycles_60 or 0) <= 1 else "cycles"
        cycles = f"{'/'.join(said)} {unit}" if said else ""
        seconds = format_si(self.duration, "s") if self.duration else ""
        lasts = f"{cycles} ({seconds})" if cycles and seconds else cycles or seconds
        return f"{left} for {lasts}"
