"""Ports: where the device's circuits meet the field."""

from __future__ import annotations

from typing import Literal

from emtwin.scene.quantities import Capacitance, Declared, Name, Resistance, Voltage
from emtwin.scene.sources import EmissionSource


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
    emission : EmissionSource, optional
        Given: the port drives the emission test.
    """

    name: Name
    termination: Termination
    immunity: Immunity | None = None
    emission: EmissionSource | None = None
