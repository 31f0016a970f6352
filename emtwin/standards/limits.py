"""Emission limit lines, piece by piece."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from emtwin.scene.quantities import Frequency, Length
from emtwin.standards.row import Number, Row, rising, said_band


class Limit(Row):
    """One straight piece of an emission limit line over the logarithm of frequency.

    Parameters
    ----------
    quantity : str
        ``electric_field`` or ``magnetic_field``.
    equipment_class : str
        ``A`` or ``B``.
    group : int
        1 or 2.
    power_above, power_to : float, optional
        Rated input power range in VA, lower end excluded, upper included.
    distance : float
        Measuring distance in metres.
    frequency_from, frequency_to : float
        Range in hertz, ends included; where two pieces meet the lower holds.
    limit_from, limit_to : float
        Limit at the two ends in `unit`.
    unit : str
        ``dBuV/m`` or ``dBuA/m``.
    detector : str
        ``quasi_peak`` or ``average``.
    """

    kind: Literal["limit"]
    quantity: Literal["electric_field", "magnetic_field"]
    equipment_class: Literal["A", "B"]
    group: Literal[1, 2]
    power_above: Annotated[Number, Field(ge=0)] = 0.0
    power_to: Annotated[Number, Field(gt=0)] | None = None
    distance: Length
    frequency_from: Frequency
    frequency_to: Frequency
    limit_from: Number
    limit_to: Number
    unit: Literal["dBuV/m", "dBuA/m"]
    detector: Literal["quasi_peak", "average"]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        rising(self.frequency_from, self.frequency_to)
        if self.power_to is not None and self.power_to <= self.power_above:
            raise PydanticCustomError("limit", "power_to must be above power_above")
        if (self.unit == "dBuV/m") != (self.quantity == "electric_field"):
            raise PydanticCustomError("limit", "electric fields are in dBuV/m, magnetic in dBuA/m")
        return self

    @property
    def line(self) -> tuple[object, ...]:
        """What tells the limit line apart that this row is a piece of."""
        kind = (self.standard, self.quantity, self.detector, self.distance)
        return (*kind, self.equipment_class, self.group, self.power_above, self.power_to)

    def covers_power(self, power: float) -> bool:
        """Whether the row holds for a rated input power in VA."""
        above = power > self.power_above or self.power_above == 0.0
        return above and (self.power_to is None or power <= self.power_to)

    def summary(self) -> str:
        """Class, group, distance, range and limit in one line."""
        same = self.limit_from == self.limit_to
        value = f"{self.limit_from:g}" + ("" if same else f" to {self.limit_to:g}")
        detector = self.detector.replace("_", "-")
        band = said_band(self.frequency_from, self.frequency_to)
        return (
            f"class {self.equipment_class} group {self.group}{self._power()}, "
            f"{self.distance:g} m{band}: {value} {self.unit} {detector}"
        )

    def _power(self) -> str:
        above = f" above {self.power_above / 1e3:g} kVA" if self.power_above else ""
        return above + (f" up to {self.power_to / 1e3:g} kVA" if self.power_to else "")
