"""Disturbances of a mains voltage: dips, interruptions, and surges at a phase angle."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from emtwin.errors import InputError, Problem
from emtwin.signals.fourier import Complex, Real
from emtwin.signals.shapes import Pulse
from emtwin.signals.trains import Delayed


@dataclass(frozen=True)
class Mains:
    """Sine that passes 0 upwards at t = 0.

    Parameters
    ----------
    voltage : float
        Rms in volt.
    frequency : float
        Hertz.
    """

    voltage: float
    frequency: float

    def __post_init__(self) -> None:
        problems = [
            Problem(f"{name} must be above 0, got {value:g} {unit}", field=name)
            for name, value, unit in (
                ("voltage", self.voltage, "V"),
                ("frequency", self.frequency, "Hz"),
            )
            if not (value > 0 and math.isfinite(value))
        ]
        if problems:
            raise InputError(problems)

    def __call__(self, t: Real) -> Real:
        """Values at times `t` in seconds."""
        t = np.asarray(t, np.float64)
        values: Real = math.sqrt(2) * self.voltage * np.sin(2 * np.pi * self.frequency * t)
        return values

    def time_of(self, angle: float) -> float:
        """First time in seconds at which the phase angle in degrees is reached."""
        return angle / 360.0 / self.frequency


@dataclass(frozen=True)
class Missing:
    """What a dip takes from the mains voltage: minus the sine, inside a trapezoid.

    Parameters
    ----------
    mains : Mains
        The undisturbed voltage.
    share : float
        Share that is taken, 1 minus the residual voltage.
    begin, duration : float
        Begin of the first edge, and time from the begin of one edge to that of the other, seconds.
    edge : float
        Time of each edge in seconds, linear.
    """

    mains: Mains
    share: float
    begin: float
    duration: float
    edge: float

    def __call__(self, t: Real) -> Real:
        """Values at times `t` in seconds."""
        t = np.asarray(t, np.float64)
        since = t - self.begin
        return -self.share * (self._step(since) - self._step(since - self.duration)) * self.mains(t)

    def _step(self, since: Real) -> Real:
        """From 0 to 1 within the edge."""
        if self.edge == 0:
            return np.asarray(since >= 0, np.float64)
        return np.clip(since / self.edge, 0.0, 1.0)

    def silent_after(self, _share: float = 1e-3) -> float:
        """Time in seconds after which the mains voltage is whole again."""
        return self.begin + self.duration + self.edge

    def spectrum(self, frequencies: ArrayLike) -> Complex:
        """Closed form: the spectrum of the trapezoid, shifted up and down by the mains."""
        f, own = np.asarray(frequencies, np.float64), self.mains.frequency
        shifted = self._trapezoid(f - own) - self._trapezoid(f + own)
        return -self.share * math.sqrt(2) * self.mains.voltage / 2j * shifted

    def _trapezoid(self, f: Real) -> Complex:
        """Spectrum of the trapezoid of height 1: two rectangles convolved."""
        middle = self.begin + (self.duration + self.edge) / 2
        size = self.duration * np.sinc(f * self.duration) * np.sinc(f * self.edge)
        shifted: Complex = size * np.exp(-2j * np.pi * f * middle)
        return shifted


@dataclass(frozen=True)
class Disturbed:
    """A mains voltage and what is added to it.

    Parameters
    ----------
    mains : Mains
        The undisturbed voltage.
    disturbance : Pulse
        What is added; its spectrum is that of the test without the mains itself.
    """

    mains: Mains
    disturbance: Pulse

    def __call__(self, t: Real) -> Real:
        """Values at times `t` in seconds."""
        return self.mains(t) + self.disturbance(t)


def dip(
    mains: Mains, residual: float, cycles: float, angle: float = 0.0, edge: float = 1e-6
) -> Disturbed:
    """Voltage dip or, with no residual voltage, interruption (IEC 61000-4-11).

    Parameters
    ----------
    mains : Mains
        The undisturbed voltage.
    residual : float
        Residual voltage as a share, 0 to below 1.
    cycles : float
        Duration in cycles of the mains.
    angle : float
        Phase angle in degrees at which the voltage begins to fall.
    edge : float
        Time of each edge in seconds; the standard allows 1 to 5 us (row ``iec61000-4-11-edge``).

    Returns
    -------
    Disturbed
        The voltage.

    Raises
    ------
    InputError
        If a value is impossible or the edges are longer than the dip.
    """
    problems = [
        Problem(f"{name} must be {rule}, got {value:g}", field=name)
        for name, value, good, rule in (
            ("residual", residual, 0 <= residual < 1, "from 0 to below 1"),
            ("cycles", cycles, cycles > 0, "above 0"),
            ("angle", angle, 0 <= angle < 360, "from 0 to below 360 degrees"),
            ("edge", edge, 0 <= edge <= cycles / mains.frequency, "from 0 s to the dip's duration"),
        )
        if not (good and math.isfinite(value))
    ]
    if problems:
        raise InputError(problems)
    begin, duration = mains.time_of(angle), cycles / mains.frequency
    return Disturbed(mains, Missing(mains, 1 - residual, begin, duration, edge))


def surge_on(mains: Mains, surge: Pulse, angle: float) -> Disturbed:
    """Surge that begins at a phase angle of the mains (degrees), IEC 61000-4-5."""
    return Disturbed(mains, Delayed(surge, mains.time_of(angle)))
