"""How long and how closely a receiver has to look.

The measuring time is not a number of a table but follows from the receiver: the time until a sine
that is suddenly there reads right. A signal that fluctuates needs more: a few of its periods.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from emtwin.compliance.receiver.bands import Detector, checked
from emtwin.compliance.receiver.if_filter import IfFilter
from emtwin.compliance.receiver.meter import Meter
from emtwin.compliance.receiver.quasi_peak import QuasiPeak
from emtwin.errors import InputError
from emtwin.standards import Receiver

Real = NDArray[np.float64]

WITHIN_DB = 0.1
"""How near to the final value a sine has to read."""

CLOSEST_DB = 0.001
"""Nearest that is told: the indication is followed for twelve time constants, to 0.0007 dB."""

LARGEST_STEP = 0.5
"""Step of a sweep over the 6 dB bandwidth: a sine between two steps reads 0.53 dB low at most."""

_POINTS, _TIMES = 40_000, 12.0


def largest_step(receiver: Receiver) -> float:
    """Largest step of a sweep in hertz, half the 6 dB bandwidth."""
    return LARGEST_STEP * IfFilter.of(receiver).bandwidth


def measuring_time(receiver: Receiver, detector: Detector, within_db: float = WITHIN_DB) -> float:
    """Shortest time at one frequency.

    Parameters
    ----------
    receiver : Receiver
        Row of the band.
    detector : str
        The detector.
    within_db : float
        How near to the final value a sine has to read, in dB, 0.001 or more.

    Returns
    -------
    float
        Seconds from the moment that the sine is there, all voltages being zero before.

    Raises
    ------
    InputError
        If the band has no such detector, or the sine should read nearer than can be told.
    """
    if not within_db >= CLOSEST_DB:
        raise InputError.single(
            f"a sine cannot be asked to read within {within_db:g} dB",
            field="within_db",
            remedy=f"give {CLOSEST_DB:g} dB or more",
        )
    return _settled(receiver, checked(detector, receiver), within_db)


@lru_cache(maxsize=64)
def _settled(receiver: Receiver, detector: Detector, within_db: float) -> float:
    t, indication = _indication(receiver, detector)
    enough = indication >= 10 ** (-within_db / 20)
    return float(t[int(np.argmax(enough))])


def _indication(receiver: Receiver, detector: Detector) -> tuple[Real, Real]:
    """Indication over time of a sine that is switched on, 1 in the end."""
    response = IfFilter.of(receiver)
    if detector == "peak":
        t = np.linspace(0.0, response.ring, _POINTS)
        return t, response.step_response(t)
    if detector == "quasi_peak":
        charger = QuasiPeak.of(receiver)
        assert receiver.meter_time_constant is not None
        meter = Meter(receiver.meter_time_constant)
        t = np.linspace(0.0, _TIMES * (meter.time + charger.charge), _POINTS)
        envelope = response.step_response(t)[None]
        voltage = charger.advance(envelope, t[1], np.zeros(1)) / charger.sine_ratio
    else:
        meter = Meter(receiver.average_meter_time_constant)
        window = 1 / receiver.rms_average_corner
        t = np.linspace(0.0, _TIMES * (meter.time + window), _POINTS)
        voltage = response.step_response(t)[None]
        if detector == "rms_average":
            voltage = voltage * np.sqrt(np.minimum(t / window, 1.0))
    step = np.full((1, 1), t[1])
    return t, meter.advance(voltage, step, np.zeros((1, 2)))[1][0]
