"""Ports: where the device's circuits meet the field."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from emtwin.scene.quantities import (
    Capacitance,
    Declared,
    Frequency,
    Name,
    Resistance,
    Time,
    Voltage,
)
from emtwin.units import format_si


class Termination(Declared):
    """What is connected to a port: a resistor and a capacitor in parallel.

    Parameters
    ----------
    resistance : float
        Parallel resistance in ohm, above 0.
    capacitance : float, default 0
        Parallel capacitance in farad, 0 or more.
    """

    resistance: Resistance
    capacitance: Capacitance = 0.0


class Immunity(Declared):
    """Largest disturbance that the circuit behind a port stands.

    Parameters
    ----------
    threshold : float
        Voltage at the port in volt, above 0.
    quantity : str
        What the threshold is: ``carrier_rms`` (rms of the unmodulated
        carrier), ``envelope_peak`` (peak of the modulated carrier) or
        ``demodulated`` (amplitude after an envelope detector).
    """

    threshold: Voltage
    quantity: Literal["carrier_rms", "envelope_peak", "demodulated"]


class ClockSource(Declared):
    """Trapezoidal clock behind a port, as an open-circuit voltage.

    Parameters
    ----------
    frequency : float
        Fundamental in hertz, above 0.
    amplitude : float
        Low-to-high swing in volt, above 0.
    rise_time : float
        Time of the full edge, rising and falling alike, in seconds, above 0.
    duty : float, default 0.5
        Share of the period between the middles of the edges, 0 < duty < 1.
    """

    frequency: Frequency
    amplitude: Voltage
    rise_time: Time
    duty: Annotated[float, Field(gt=0, lt=1)] = 0.5

    @model_validator(mode="after")
    def _edges_fit(self) -> Self:
        longest = min(self.duty, 1.0 - self.duty) / self.frequency
        if self.rise_time > longest:
            raise PydanticCustomError(
                "remedied",
                "the rise time of {rise} does not fit into a pulse or gap of {pulse}",
                {
                    "rise": format_si(self.rise_time, "s"),
                    "pulse": format_si(longest, "s"),
                    "remedy": "shorten rise_time, lower frequency or move duty towards 0.5",
                },
            )
        return self


class Port(Declared):
    """A gap between a conductor's end and a part, with what hangs on it.

    Parameters
    ----------
    name : str
        Name that exactly one end of a cable or trace refers to.
    termination : Termination
        Declared circuit at the port; attached after the extraction.
    immunity : Immunity, optional
        Given: the port is a victim of the immunity test.
    emission : ClockSource, optional
        Given: the port drives the emission test.
    """

    name: Name
    termination: Termination
    immunity: Immunity | None = None
    emission: ClockSource | None = None
