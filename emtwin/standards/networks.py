"""Artificial mains networks of CISPR 16-1-2, by their elements."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from emtwin.scene.quantities import Capacitance, Declared, Frequency, Inductance, Resistance
from emtwin.standards.row import Number, Row, Text, rising, said_band
from emtwin.units import format_si

Share = Annotated[Number, Field(gt=0, lt=1)]
Degrees = Annotated[Number, Field(gt=0, lt=90)]


class Circuit(Declared):
    """Elements of a real network around its nominal impedance.

    Parameters
    ----------
    mains_inductance : float
        Between the mains side and the network's own inductance, in henry.
    shunt_capacitance, shunt_resistance : float
        In series, from the node between the two inductances to earth.
    mains_capacitance, mains_resistance : float
        In series, from the mains side to earth.
    coupling_capacitance : float
        From the device's terminal to the receiver, in farad.
    bleed_resistance : float
        Across the receiver's connector, in ohm.
    """

    mains_inductance: Inductance
    shunt_capacitance: Capacitance
    shunt_resistance: Resistance
    mains_capacitance: Capacitance
    mains_resistance: Resistance
    coupling_capacitance: Capacitance
    bleed_resistance: Resistance


class Network(Row):
    """Impedance that a device's power port is measured at.

    Parameters
    ----------
    name : str
        What it is called.
    frequency_from, frequency_to : float
        Range in hertz.
    receiver_resistance : float
        Input of the receiver, in ohm.
    inductance : float
        In parallel to it, in henry.
    series_resistance : float, optional
        In series with the inductance, in ohm; none if left out.
    impedance_tolerance : float
        Allowed relative deviation of the magnitude, 0 to 1.
    phase_tolerance : float
        Allowed deviation of the phase in degrees.
    circuit : Circuit, optional
        Elements of the whole network.
    """

    kind: Literal["network"]
    name: Text
    frequency_from: Frequency
    frequency_to: Frequency
    receiver_resistance: Resistance
    inductance: Inductance
    series_resistance: Resistance | None = None
    impedance_tolerance: Share
    phase_tolerance: Degrees
    circuit: Circuit | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        rising(self.frequency_from, self.frequency_to)
        return self

    @property
    def facts(self) -> tuple[Hashable, ...]:
        """The name."""
        return (self.name,)

    def summary(self) -> str:
        """Name, elements and range in one line."""
        branch = format_si(self.inductance, "H")
        if self.series_resistance is not None:
            branch = f"({branch} + {format_si(self.series_resistance, 'ohm')})"
        band = said_band(self.frequency_from, self.frequency_to)
        return f"{self.name}: {format_si(self.receiver_resistance, 'ohm')} || {branch}{band}"
