"""Emission limit lines, piece by piece."""

from __future__ import annotations

import math
from typing import Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from emtwin.scene.quantities import ApparentPower, Frequency, Length
from emtwin.standards.row import Number, Row, rising, said_band
from emtwin.standards.terms import EmissionTest
from emtwin.units import format_si

Quantity = Literal["voltage", "electric_field", "magnetic_field"]
Detector = Literal["quasi_peak", "average", "peak", "weighted"]
Port = Literal["ac_mains", "dc_power"]

MEASURED: dict[EmissionTest, tuple[Quantity, str]] = {
    "radiated_emission": ("electric_field", "dBuV/m"),
    "magnetic_emission": ("magnetic_field", "dBuA/m"),
    "conducted_emission": ("voltage", "dBuV"),
}
"""Quantity of each emission test and its unit."""


class Limit(Row):
    """One straight piece of an emission limit line over the logarithm of frequency.

    Parameters
    ----------
    test : str
        ``radiated_emission``, ``magnetic_emission`` or ``conducted_emission``.
    quantity : str
        What that test measures: ``electric_field``, ``magnetic_field`` or
        ``voltage``.
    equipment_class : str
        ``A`` or ``B``.
    group : int
        1 or 2.
    power_above, power_to : float, optional
        Rated input power range in VA, lower end excluded, upper included.
    distance : float, optional
        Measuring distance in metres; every field has one, no voltage has.
    port : str, optional
        ``ac_mains`` or ``dc_power``, for a voltage.
    fluctuating : bool, default False
        The piece is for sources whose level fluctuates, such as a microwave
        oven's.
    magnetron : bool, default False
        The piece is for equipment with a magnetron only.
    works_above : float, optional
        The piece is for equipment that works above this frequency in hertz.
    frequency_from, frequency_to : float
        Range in hertz, ends included; where two pieces meet the lower holds.
    limit_from, limit_to : float
        Limit at the two ends in `unit`.
    unit : str
        ``dBuV/m``, ``dBuA/m`` or ``dBuV``, as the quantity has it.
    detector : str
        ``quasi_peak``, ``average``, ``peak`` or ``weighted``.
    """

    kind: Literal["limit"]
    test: EmissionTest
    quantity: Quantity
    equipment_class: Literal["A", "B"]
    group: Literal[1, 2]
    power_above: ApparentPower = 0.0
    power_to: ApparentPower | None = None
    distance: Length | None = None
    port: Port | None = None
    fluctuating: bool = False
    magnetron: bool = False
    works_above: Frequency | None = None
    frequency_from: Frequency
    frequency_to: Frequency
    limit_from: Number
    limit_to: Number
    unit: Literal["dBuV/m", "dBuA/m", "dBuV"]
    detector: Detector

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        rising(self.frequency_from, self.frequency_to)
        if self.power_to is not None and self.power_to <= self.power_above:
            raise PydanticCustomError("limit", "power_to must be above power_above")
        quantity, unit = MEASURED[self.test]
        if (self.quantity, self.unit) != (quantity, unit):
            raise PydanticCustomError(
                "limit",
                "{test} measures {quantity} in {unit}",
                {"test": self.test, "quantity": quantity, "unit": unit},
            )
        _place(self)
        return self

    @property
    def line(self) -> tuple[object, ...]:
        """What tells the limit line apart that this row is a piece of, but for the power."""
        place = (self.test, self.port, self.distance, self.detector, self.fluctuating)
        return (self.standard, self.edition, *place, self.equipment_class, self.group)

    def shares_power(self, other: Limit) -> bool:
        """Whether another row holds for a rated power for which this one holds too."""
        tops = [math.inf if row.power_to is None else row.power_to for row in (self, other)]
        return max(self.power_above, other.power_above) < min(tops)

    def holds_for(self, equipment_class: str, group: int, power: float) -> bool:
        """Whether the row holds for a class, a group and a rated input power in VA."""
        declared = (self.equipment_class, self.group) == (equipment_class, group)
        return declared and self.covers_power(power)

    def covers_power(self, power: float) -> bool:
        """Whether the row holds for a rated input power in VA."""
        above = power > self.power_above or self.power_above == 0.0
        return above and (self.power_to is None or power <= self.power_to)

    def covers_work(self, highest: float | None) -> bool:
        """Whether the row may hold for equipment whose highest frequency is this, in hertz."""
        return self.works_above is None or highest is None or highest > self.works_above

    def summary(self) -> str:
        """Class, group, place, range and limit in one line."""
        same = self.limit_from == self.limit_to
        value = f"{self.limit_from:g}" + ("" if same else f" to {self.limit_to:g}")
        detector = self.detector.replace("_", "-") + (", fluctuating" if self.fluctuating else "")
        band = said_band(self.frequency_from, self.frequency_to)
        return (
            f"class {self.equipment_class} group {self.group}{self._power()}{self._only()}, "
            f"{self._place()}{band}: {value} {self.unit} {detector}"
        )

    def _only(self) -> str:
        """The kind of equipment, where the piece is not for all of its class and group."""
        magnetron = " with a magnetron" if self.magnetron else ""
        above = self.works_above
        return magnetron + (f" that works above {format_si(above, 'Hz')}" if above else "")

    def _place(self) -> str:
        if self.distance is not None:
            return f"{self.distance:g} m"
        return "a.c. mains" if self.port == "ac_mains" else "d.c. power port"

    def _power(self) -> str:
        above = f" above {self.power_above / 1e3:g} kVA" if self.power_above else ""
        return above + (f" up to {self.power_to / 1e3:g} kVA" if self.power_to else "")


def _place(row: Limit) -> None:
    """Refuse a field without its distance or at a port, and a voltage with one or without."""
    conducted = row.test == "conducted_emission"
    if conducted and row.distance is not None:
        raise PydanticCustomError("limit", "a conducted limit has no distance")
    if conducted and row.port is None:
        raise PydanticCustomError("limit", "a conducted limit needs a port, ac_mains or dc_power")
    if not conducted and row.distance is None:
        raise PydanticCustomError("limit", "a limit of a field needs a distance, such as 3 m")
    if not conducted and row.port is not None:
        raise PydanticCustomError("limit", "a limit of a field has no port")
