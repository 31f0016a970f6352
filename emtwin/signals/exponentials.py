"""Pulses with closed forms: the double exponential and the damped sine."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emtwin.errors import InputError, Problem
from emtwin.signals.fourier import Complex, Real, j_omega
from emtwin.signals.shapes import Shape, shape_of


@dataclass(frozen=True)
class DoubleExponential:
    """Difference of two decays, ``height (exp(-t / fall) - exp(-t / rise))``, zero before t = 0.

    Parameters
    ----------
    height : float
        Height in the unit of the pulse; larger than the peak.
    fall, rise : float
        Time constants in seconds, fall above rise.
    """

    height: float
    fall: float
    rise: float

    @classmethod
    def measured(
        cls,
        peak: float,
        rise: float,
        *,
        width: float | None = None,
        length: float | None = None,
    ) -> DoubleExponential:
        """Pulse with a given peak, rise and duration.

        Parameters
        ----------
        peak : float
            Largest value, with its sign.
        rise : float
            From 10 to 90 % of the peak, s.
        width, length : float, optional
            Duration between the passages of 50 %, or of 10 %, of the peak, s; one of the two.

        Returns
        -------
        DoubleExponential
            The pulse; rise and duration hold to 1e-6.

        Raises
        ------
        InputError
            If a value is impossible, or the duration is too short for the rise.
        """
        duration, figure = (width, "width") if length is None else (length, "length")
        _check_times(peak, rise, duration, both=None not in (width, length))
        assert duration is not None
        ratio = _ratio(rise / duration, figure)
        unit = cls(1.0, 1.0, ratio)
        scale = rise / _shape(unit).rise
        return cls(peak / unit.peak, scale, ratio * scale)

    @property
    def peak(self) -> float:
        """Largest value, reached at the zero of the slope."""
        share = self.rise / self.fall
        crest = math.log(1 / share) / (1 / share - 1)  # time over fall
        return self.height * (math.exp(-crest) - math.exp(-crest / share))

    def __call__(self, t: NDArray[np.floating]) -> Real:
        """Values at times `t` in seconds."""
        t = np.maximum(np.asarray(t, np.float64), 0.0)
        values: Real = self.height * (np.exp(-t / self.fall) - np.exp(-t / self.rise))
        return values

    def silent_after(self, share: float = 1e-3) -> float:
        """Time in seconds after which it stays below `share` of its height."""
        return self.fall * math.log(1 / share)

    def spectrum(self, frequencies: ArrayLike) -> Complex:
        """Closed form ``height (fall / (1 + j w fall) - rise / (1 + j w rise))``, shape (nf,)."""
        jw = j_omega(frequencies)
        one, other = self.fall / (1 + jw * self.fall), self.rise / (1 + jw * self.rise)
        spectrum: Complex = self.height * (one - other)
        return spectrum


@dataclass(frozen=True)
class DampedSine:
    """Decaying oscillation, zero before t = 0.

    ``height (1 - exp(-t / rise)) exp(-t / decay) cos(2 pi f t + phase)``: with phase -90 degrees
    and no rise a damped sine, with phase 0 and a rise the form in which ring waves are given.

    Parameters
    ----------
    height : float
        Height of the envelope at t = 0, in the unit of the pulse.
    frequency : float
        Frequency f in hertz, above 0.
    decay : float
        Time constant of the envelope in seconds, above 0.
    rise : float, default 0
        Time constant of the rise in seconds; 0 begins at full height.
    phase : float, default -90
        Phase in degrees at t = 0; -90 is a sine.
    """

    height: float
    frequency: float
    decay: float
    rise: float = 0.0
    phase: float = -90.0

    def __post_init__(self) -> None:
        problems = [
            Problem(f"{name} must be {rule}, got {value:g}", field=name)
            for name, value, good, rule in (
                ("frequency", self.frequency, self.frequency > 0, "above 0 Hz"),
                ("decay", self.decay, self.decay > 0, "above 0 s"),
                ("rise", self.rise, self.rise >= 0, "0 s or more"),
            )
            if not (good and math.isfinite(value))
        ]
        if problems:
            raise InputError(problems)

    def __call__(self, t: NDArray[np.floating]) -> Real:
        """Values at times `t` in seconds."""
        t = np.asarray(t, np.float64)
        since = np.maximum(t, 0.0)
        swing = np.cos(2 * np.pi * self.frequency * since + math.radians(self.phase))
        values: Real = self.height * (t >= 0) * np.exp(-since / self.decay) * swing
        if self.rise > 0:
            values *= -np.expm1(-since / self.rise)
        return values

    def silent_after(self, share: float = 1e-3) -> float:
        """Time in seconds after which it stays below `share` of its height."""
        return self.decay * math.log(1 / share)

    def spectrum(self, frequencies: ArrayLike) -> Complex:
        """Closed form, shape (nf,): two complex decays for the envelope, two more for its rise."""
        jw = j_omega(frequencies)
        total = self._decaying(jw, 1 / self.decay)
        if self.rise > 0:
            total -= self._decaying(jw, 1 / self.decay + 1 / self.rise)
        spectrum: Complex = self.height * total
        return spectrum

    def _decaying(self, jw: Complex, rate: float) -> Complex:
        """Spectrum of exp(-rate t) cos(w0 t + phase)."""
        own, phase = 2 * math.pi * self.frequency, math.radians(self.phase)
        turning = (rate + jw) * math.cos(phase) - own * math.sin(phase)
        spectrum: Complex = turning / ((rate + jw) ** 2 + own**2)
        return spectrum


def _shape(pulse: DoubleExponential) -> Shape:
    """Shape on a logarithmic scale of its own: fine at the rise however long the fall is."""
    return shape_of(
        pulse, times=np.concatenate([[0.0], np.geomspace(1e-4 * pulse.rise, 8, 20_001)])
    )


def _ratio(wanted: float, figure: str) -> float:
    """Rise over fall of the pulse whose 10-to-90 % rise over duration is `wanted`."""
    from scipy.optimize import brentq

    def excess(log_ratio: float) -> float:
        """Measured minus wanted, of the logarithms; grows with the ratio."""
        shape = _shape(DoubleExponential(1.0, 1.0, math.exp(log_ratio)))
        return math.log(shape.rise / getattr(shape, figure) / wanted)

    low, high = math.log(1e-7), math.log(0.999)
    if excess(high) < 0 or excess(low) > 0:
        raise InputError.single(
            f"no double exponential has a rise of {wanted:.3g} of its duration",
            field="rise",
            remedy="give a longer duration or a shorter rise",
        )
    return math.exp(brentq(excess, low, high, xtol=1e-9))


def _check_times(peak: float, rise: float, duration: float | None, *, both: bool) -> None:
    if both or duration is None:
        raise InputError.single(
            "give one of width (50 to 50 %) and length (10 to 10 %)", field="duration"
        )
    problems = [
        Problem(f"{name} must be {rule}, got {value:g}", field=name)
        for name, value, good, rule in (
            ("peak", peak, peak != 0, "other than 0"),
            ("rise", rise, rise > 0, "above 0 s"),
            ("duration", duration, duration > 0, "above 0 s"),
        )
        if not (good and math.isfinite(value))
    ]
    if problems:
        raise InputError(problems)
