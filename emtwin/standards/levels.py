"""Immunity test levels."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from emtwin.errors import InputError
from emtwin.scene.quantities import Frequency, Length, Power
from emtwin.standards.conditions import Conditions
from emtwin.standards.modulation import Modulation
from emtwin.standards.row import SLACK, Number, Row, RowId, Text, in_range, rising, said_band
from emtwin.standards.terms import UNITS, Coupling, Environment, ImmunityTest, Port
from emtwin.units import format_si


class Level(Row):
    """Immunity test level.

    Parameters
    ----------
    test, port : str
        Test and port, in the words of the twin file and the verdicts.
    phenomenon, basic_standard : str
        What is tested and the standard that says how.
    environments : tuple of str
        Environments for which the level holds.
    levels : tuple of float
        Levels in `unit`, above 0, rms of the unmodulated carrier for RF.
    unit : str
        Unit of the levels, one for each test.
    refers_to : str, optional
        Where the levels stand instead: another standard, or the risk management.
    polarity : str, optional
        ``both``, ``positive`` or ``negative``: signs with which the levels are tested.
    coupling : str, optional
        ``contact``, ``air``, ``line_to_line``, ``line_to_ground``, ``direct``,
        ``current_clamp``.
    frequency_from, frequency_to : float, optional
        Range in hertz; of a row with spots, the band of the service.
    frequencies : tuple of float
        Spot frequencies in hertz, where the test has no sweep.
    bands, except_bands : tuple of str
        Names of bands (rows of kind ``band``) inside which, or outside which,
        the level holds.
    modulation, alternative_modulation : Modulation, optional
        Modulation of the carrier, and what may be used in its place.
    repetition : float, optional
        Repetition frequency of the pulses in a burst in hertz.
    services : tuple of str
        Radio services for which the level stands.
    power : float, optional
        Largest power of the transmitter in watts.
    distance : float, optional
        Distance of transmitter and device in metres.
    formula : str, optional
        Id of the parameter k with which level = k sqrt(power) / distance.
    conditions : Conditions, optional
        When the level holds.
    """

    kind: Literal["level"]
    test: ImmunityTest
    port: Port
    phenomenon: Text
    basic_standard: Text
    environments: Annotated[tuple[Environment, ...], Field(min_length=1)]
    levels: tuple[Annotated[Number, Field(gt=0)], ...] = ()
    unit: str = ""
    refers_to: str = ""
    polarity: Literal["both", "positive", "negative"] | None = None
    coupling: Coupling | None = None
    frequency_from: Frequency | None = None
    frequency_to: Frequency | None = None
    frequencies: tuple[Frequency, ...] = ()
    bands: tuple[Text, ...] = ()
    except_bands: tuple[Text, ...] = ()
    modulation: Modulation | None = None
    alternative_modulation: Modulation | None = None
    repetition: Frequency | None = None
    services: tuple[Text, ...] = ()
    power: Power | None = None
    distance: Length | None = None
    formula: RowId | None = None
    conditions: Conditions = Conditions()

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

    @property
    def facts(self) -> tuple[Hashable, ...]:
        """Each environment and spot frequency with test, port and coupling; no range is."""
        if self.frequency_from is not None:
            return ()
        question = (self.test, self.port, self.coupling, self.conditions)
        spots = self.frequencies or (None,)
        return tuple((*question, one, spot) for one in self.environments for spot in spots)

    def covers(self, frequency: float) -> bool:
        """Whether the row speaks of a frequency in hertz; named bands are not looked up."""
        if self.frequency_from is not None and self.frequency_to is not None:
            return in_range(frequency, self.frequency_from, self.frequency_to)
        return self.at_spot(frequency)

    def at_spot(self, frequency: float) -> bool:
        """Whether a frequency in hertz is one of the spots."""
        return any(math.isclose(spot, frequency, rel_tol=SLACK) for spot in self.frequencies)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if bool(self.levels) == bool(self.refers_to):
            raise PydanticCustomError("level", "give either levels or refers_to")
        if bool(self.levels) != bool(self.unit):
            raise PydanticCustomError("level", "levels and unit go together")
        if self.levels and self.unit != UNITS.get(self.test):
            raise PydanticCustomError(
                "level",
                "the unit '{unit}' is unknown for {test}, whose levels are in {known}",
                {"unit": self.unit, "test": self.test, "known": UNITS.get(self.test, "no unit")},
            )
        if (self.power is None) != (self.distance is None):
            raise PydanticCustomError("level", "power and distance go together")
        return self

    @model_validator(mode="after")
    def _frequencies_in_order(self) -> Self:
        if (self.frequency_from is None) != (self.frequency_to is None):
            raise PydanticCustomError("level", "frequency_from and frequency_to go together")
        if self.frequency_from is not None and self.frequency_to is not None:
            rising(self.frequency_from, self.frequency_to)
        if list(self.frequencies) != sorted(set(self.frequencies)):
            raise PydanticCustomError("level", "frequencies must rise from one to the next")
        outside = [spot for spot in self.frequencies if not self.covers(spot)]
        if outside:
            raise PydanticCustomError(
                "level",
                "the spot {spot} lies outside the band{band}",
                {
                    "spot": format_si(outside[0], "Hz"),
                    "band": said_band(self.frequency_from, self.frequency_to).replace(",", ""),
                },
            )
        return self

    def summary(self) -> str:
        """Phenomenon, level, range and environment in one line."""
        scope = self.scope()
        comma = "" if scope.startswith("(") else ","
        return f"{self.phenomenon}: {self.said_level()}{comma} {scope}"

    def scope(self) -> str:
        """Range, modulation, conditions, port and environments in one line."""
        parts = (
            self._said_frequencies(),
            str(self.modulation or ""),
            f"repetition {format_si(self.repetition, 'Hz')}" if self.repetition else "",
            str(self.conditions),
        )
        place = f"({self.port.replace('_', ' ')}; {' and '.join(self.environments)})"
        return f"{', '.join(filter(None, parts))} {place}".strip()

    def said_level(self) -> str:
        """The levels with sign and unit, or where they stand."""
        sign = {"both": "±", "negative": "-", "positive": "+"}.get(self.polarity or "", "")
        values = ", ".join(f"{sign}{level:g}" for level in self.levels)
        return f"{values} {self.unit}" if self.levels else f"see {self.refers_to}"

    def details(self) -> str:
        """Services, transmitter and other modulation, where the row has them."""
        transmitter = ""
        if self.power is not None and self.distance is not None:
            transmitter = f"{self.power:g} W at {self.distance:g} m"
        other = f"or {self.alternative_modulation}" if self.alternative_modulation else ""
        return "; ".join(filter(None, (", ".join(self.services), transmitter, other)))

    def _said_frequencies(self) -> str:
        band = said_band(self.frequency_from, self.frequency_to).removeprefix(", ")
        inside = f", in {said_names(self.bands)} bands" if self.bands else ""
        outside = f", outside {said_names(self.except_bands)} bands" if self.except_bands else ""
        if not self.frequencies:
            return f"{band}{inside}{outside}"
        spots = ", ".join(format_si(spot, "Hz") for spot in self.frequencies)
        return f"at {spots}" + (f" (band {band})" if band else "")


def said_names(names: tuple[str, ...]) -> str:
    """Names of lists of bands in a text."""
    known = {"ism": "ISM", "designated": "designated ISM"}
    return " and ".join(known.get(name, name) for name in names)
