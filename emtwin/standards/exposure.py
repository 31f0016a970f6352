"""Limits of human exposure: reference levels outside the body, basic restrictions inside it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from emtwin.scene.quantities import Frequency, Time
from emtwin.standards.row import Number, Row, Text, in_range, rising, said_band

Group = Literal["general_public", "occupational"]
_HERTZ = {"Hz": 1.0, "MHz": 1e6, "GHz": 1e9}
UNITS = {
    "electric_field": "V/m",
    "magnetic_field": "A/m",
    "power_density": "W/m2",
    "specific_absorption_rate": "W/kg",
    "absorbed_power_density": "W/m2",
    "induced_electric_field": "V/m",
}
"""The one unit of the limits of each quantity."""


class ExposurePiece(Row):
    """One piece of a limit line of exposure: coefficient times a power of the frequency.

    Parameters
    ----------
    quantity : str
        What is limited.
    group : str
        ``general_public`` or ``occupational``.
    frequency_from, frequency_to : float
        Range in hertz, ends included; where two pieces meet the lower holds.
    coefficient, exponent : float
        The limit is coefficient f^exponent in `unit`, f in `frequency_unit`.
    frequency_unit : str
        ``Hz``, ``MHz`` or ``GHz``.
    unit : str
        Unit of the limit, rms for fields.
    averaging_time : float, optional
        Seconds; left out where the value is not averaged in time.
    """

    quantity: str
    group: Group
    frequency_from: Frequency
    frequency_to: Frequency
    coefficient: Annotated[Number, Field(gt=0)]
    exponent: Number = 0.0
    frequency_unit: Literal["Hz", "MHz", "GHz"] = "MHz"
    unit: Text
    averaging_time: Time | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        rising(self.frequency_from, self.frequency_to)
        if self.unit != UNITS[self.quantity]:
            raise PydanticCustomError(
                "exposure",
                "the unit '{unit}' is unknown for {quantity}, whose limits are in {known}",
                {"unit": self.unit, "quantity": self.quantity, "known": UNITS[self.quantity]},
            )
        return self

    def at(self, frequency: float) -> float:
        """Limit in `unit` at a frequency in hertz; the range is not asked for."""
        return float(self.coefficient * (frequency / _HERTZ[self.frequency_unit]) ** self.exponent)

    def covers(self, frequency: float) -> bool:
        """Whether a frequency in hertz is in the range."""
        return in_range(frequency, self.frequency_from, self.frequency_to)

    @property
    def line(self) -> tuple[object, ...]:
        """What tells the limit line apart that this row is a piece of."""
        return (self.standard, self.edition, self.group)

    def _said(self) -> str:
        power = f"^{self.exponent:g}" if self.exponent != 1 else ""
        law = f" x (f/{self.frequency_unit}){power}" if self.exponent else ""
        band = said_band(self.frequency_from, self.frequency_to)
        return f"{self.group.replace('_', ' ')}{band}: {self.coefficient:g}{law} {self.unit}"

    def _averaged(self, over: str = "") -> str:
        parts = [f"{self.averaging_time / 60:g} min"] if self.averaging_time else []
        parts += [over] if over else []
        return f", mean over {' and '.join(parts)}" if parts else ""


class ReferenceLevel(ExposurePiece):
    """Field outside the body that keeps the basic restrictions.

    Parameters
    ----------
    quantity : str
        ``electric_field``, ``magnetic_field`` or ``power_density``.
    exposure : str
        ``whole_body``, ``local``, or ``peak``: local and not averaged in time.
    """

    kind: Literal["reference_level"]
    quantity: Literal["electric_field", "magnetic_field", "power_density"]
    exposure: Literal["whole_body", "local", "peak"]

    @property
    def line(self) -> tuple[object, ...]:
        """What tells the limit line apart that this row is a piece of."""
        return (*super().line, self.quantity, self.exposure)

    def summary(self) -> str:
        """Quantity, exposure, group, range and limit in one line."""
        what = f"{self.quantity} {self.exposure}".replace("_", " ")
        return f"reference level, {what}, {self._said()}{self._averaged()}"


class BasicRestriction(ExposurePiece):
    """Limit of what happens inside the body.

    Parameters
    ----------
    quantity : str
        ``specific_absorption_rate``, ``absorbed_power_density`` or ``induced_electric_field``.
    region : str
        ``whole_body``, ``head_and_torso``, ``limbs`` or ``any``.
    averaging_mass : float, optional
        kg.
    averaging_area : float, optional
        m2.
    """

    kind: Literal["basic_restriction"]
    quantity: Literal[
        "specific_absorption_rate", "absorbed_power_density", "induced_electric_field"
    ]
    region: Literal["whole_body", "head_and_torso", "limbs", "any"]
    averaging_mass: Annotated[Number, Field(gt=0)] | None = None
    averaging_area: Annotated[Number, Field(gt=0)] | None = None

    @property
    def line(self) -> tuple[object, ...]:
        """What tells the limit line apart that this row is a piece of."""
        return (*super().line, self.quantity, self.region)

    def summary(self) -> str:
        """Quantity, region, group, range and limit in one line."""
        what = f"{self.quantity} {'' if self.region == 'any' else self.region}".replace("_", " ")
        over = f"{self.averaging_mass * 1e3:g} g" if self.averaging_mass else ""
        over += f"{self.averaging_area * 1e4:g} cm2" if self.averaging_area else ""
        return f"basic restriction, {what.strip()}, {self._said()}{self._averaged(over)}"
