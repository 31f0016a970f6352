"""The quasi-peak detector: a capacitor that charges fast and discharges slowly.

It conducts in the part of each half wave of the intermediate frequency that exceeds the
capacitor's voltage U. For a sine of amplitude A that is as long as ``cos(phase) > U / A``, and the
mean of the excess is ``A g(U / A)`` with ``g(u) = (sqrt(1 - u^2) - u arccos u) / pi``, so

    dU/dt = A g(U / A) / tau_1 - U / tau_d.

The standard defines the charge time by the rise to 63 % of the final voltage after a sine is
applied, the discharge time by the fall to 37 %; tau_1 follows from the first, tau_d is the second.
The law is convex and falls with U, so Newton's method, for all samples at once with the trapezoidal
rule between them, converges in a handful of rounds wherever the step is short against tau_1. The
silence between pulses is exact.

References
----------
CISPR 16-1-1, definitions of the electrical charge and discharge time constants.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from emtwin.compliance.receiver.bands import checked
from emtwin.compliance.receiver.noise import charging_by_noise
from emtwin.compliance.receiver.recurrence import recurrence
from emtwin.errors import RunError
from emtwin.standards import Receiver

Real = NDArray[np.float64]

_ROUNDS, _ENOUGH = 60, 1e-11


@dataclass(frozen=True)
class QuasiPeak:
    """Charge and discharge.

    Parameters
    ----------
    charge, discharge : float
        Time constants as the standard defines them, in seconds.
    """

    charge: float
    discharge: float

    @classmethod
    def of(cls, receiver: Receiver) -> QuasiPeak:
        """Detector of a band.

        Raises
        ------
        InputError
            If the band has none.
        """
        checked("quasi_peak", receiver)
        assert receiver.quasi_peak_charge is not None
        assert receiver.quasi_peak_discharge is not None
        return cls(receiver.quasi_peak_charge, receiver.quasi_peak_discharge)

    @property
    def tau_1(self) -> float:
        """Source resistance times capacitance in seconds."""
        return _fitted(self.charge, self.discharge)[0]

    @property
    def sine_ratio(self) -> float:
        """Final voltage over the amplitude of a steady sine."""
        return _fitted(self.charge, self.discharge)[1]

    def advance(self, amplitude: Real, step: float, start: Real) -> Real:
        """Voltage along a stretch of the envelope.

        Parameters
        ----------
        amplitude : ndarray, shape (C, N + 1)
            Envelope in volt at the ends of N steps.
        step : float
            Seconds between them.
        start : ndarray, shape (C,)
            Voltage at the first point.

        Returns
        -------
        ndarray, shape (C, N + 1)
            Voltage of the capacitor.
        """
        peak = np.maximum(amplitude.max(axis=1), start)
        scale = np.where(peak > 0, peak, 1.0)[:, None]
        rate = self._rate(amplitude / scale, None)
        first = start / scale[:, 0]

        guess = np.repeat(first[:, None], amplitude.shape[1], axis=1)
        return scale * _newton(rate, np.array([[step]]), guess, lambda _factor, _term: first)

    def steady(self, amplitude: Real, step: Real, gap: float, noise: Real | None = None) -> Real:
        """Voltage over one period of an envelope that has gone on for ever.

        Parameters
        ----------
        amplitude : ndarray, shape (C, N + 1)
            Envelope in volt at the ends of N steps.
        step : ndarray, shape (C, 1)
            Seconds between them.
        gap : float
            Silence before the next period in seconds; infinite for a single pulse.
        noise : ndarray, shape (C,), optional
            Rms of Gaussian noise behind the filter in volt.

        Returns
        -------
        ndarray, shape (C, N + 1)
            Voltage of the capacitor.
        """
        peak = amplitude.max(axis=1) + (0.0 if noise is None else noise)
        scale = np.where(peak > 0, peak, 1.0)[:, None]
        rate = self._rate(amplitude / scale, None if noise is None else noise[:, None] / scale)
        kept = math.exp(-gap / self.discharge)

        def begin(factor: Real, term: Real) -> Real:
            """First voltage: what is left of the last after the gap."""
            end = recurrence(factor, term, np.zeros(len(term)))[:, -1]
            return np.asarray(kept * end / (1 - kept * factor.prod(axis=1)))

        return scale * _newton(rate, step, np.zeros(amplitude.shape), begin)

    def _rate(self, amplitude: Real, noise: Real | None) -> Callable[[Real], tuple[Real, Real]]:
        """The rate of U and its derivative, as a function of U."""

        def rate(u: Real) -> tuple[Real, Real]:
            """Rate in 1/s of a voltage in units of the channel's peak."""
            if noise is None:
                inflow, slope = charging(amplitude, u)
            else:
                inflow, slope = charging_by_noise(amplitude, u, noise)
            value = inflow / self.tau_1 - u / self.discharge
            return value, slope / self.tau_1 - 1 / self.discharge

        return rate


def charging(amplitude: Real, voltage: Real) -> tuple[Real, Real]:
    """Mean excess of a sine over the capacitor's voltage, and its derivative by that voltage.

    Parameters
    ----------
    amplitude, voltage : ndarray
        Amplitude of the sine and voltage in volt, of one shape.

    Returns
    -------
    excess : ndarray
        ``A g(U / A)`` in volt, zero for U above A.
    slope : ndarray
        ``-arccos(U / A) / pi``.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(voltage < amplitude, np.maximum(voltage / amplitude, -1.0), 1.0)
    angle = np.arccos(ratio)
    excess = amplitude * (np.sqrt(1 - ratio * ratio) - ratio * angle) / math.pi
    return excess, -angle / math.pi


def _newton(
    rate: Callable[[Real], tuple[Real, Real]],
    step: Real,
    voltage: Real,
    begin: Callable[[Real, Real], Real],
) -> Real:
    """Solve the trapezoidal rule for all points; `begin` gives the first from the linear map."""
    for _ in range(_ROUNDS):
        value, slope = rate(voltage)
        half = 0.5 * step
        below = 1 - half * slope[:, 1:]
        factor = (1 + half * slope[:, :-1]) / below
        known = value - slope * voltage
        term = half * (known[:, :-1] + known[:, 1:]) / below
        following = recurrence(factor, term, begin(factor, term))
        change = float(np.abs(following - voltage).max(initial=0.0))
        voltage = following
        if change <= _ENOUGH:
            return voltage
    raise RunError("the quasi-peak detector's voltage did not settle: the samples are too coarse")


@lru_cache(maxsize=32)
def _fitted(charge: float, discharge: float) -> tuple[float, float]:
    """tau_1 and the final voltage on a sine of amplitude 1, from the two time constants."""
    nodes, weights = np.polynomial.legendre.leggauss(64)

    def final(tau_1: float) -> float:
        return _bisect(lambda u: _net(u, tau_1, discharge) > 0, 0.0, 1.0)

    def slow_enough(tau_1: float) -> bool:
        top = (1 - math.exp(-1)) * final(tau_1)
        u = top * (nodes + 1) / 2
        inflow = charging(np.ones_like(u), u)[0] / tau_1 - u / discharge
        return bool((weights / inflow).sum() * top / 2 < charge)

    tau_1 = _bisect(slow_enough, 1e-4 * charge, charge)
    return tau_1, final(tau_1)


def _net(u: float, tau_1: float, discharge: float) -> float:
    """Rate of the voltage u on a sine of amplitude 1."""
    return (math.sqrt(1 - u * u) - u * math.acos(u)) / math.pi / tau_1 - u / discharge


def _bisect(below: Callable[[float], bool], low: float, high: float) -> float:
    """Where `below` turns from true to false, to the last digit but two."""
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) else (low, middle)
    return low
