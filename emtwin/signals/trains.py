"""Pulses that repeat: bursts, and the line spectrum of what repeats for ever."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from emtwin.errors import InputError, Problem
from emtwin.signals.fourier import Complex, Real, j_omega
from emtwin.signals.impulses import fast_transient
from emtwin.signals.shapes import Pulse
from emtwin.standards import Standards, Waveform, load


@dataclass(frozen=True)
class Delayed:
    """A pulse that begins later.

    Parameters
    ----------
    pulse : Pulse
        The pulse.
    delay : float
        Seconds.
    """

    pulse: Pulse
    delay: float

    def __call__(self, t: Real) -> Real:
        """Values at times `t` in seconds."""
        return self.pulse(np.asarray(t, np.float64) - self.delay)

    def silent_after(self, share: float = 1e-3) -> float:
        """Time in seconds after which it stays below `share` of its height."""
        return self.delay + self.pulse.silent_after(share)

    def spectrum(self, frequencies: ArrayLike) -> Complex:
        """Spectrum of the pulse times exp(-j 2 pi f delay)."""
        f = np.asarray(frequencies, np.float64)
        turned: Complex = self.pulse.spectrum(f) * np.exp(-j_omega(f) * self.delay)
        return turned


@dataclass(frozen=True)
class Burst:
    """A number of equal pulses, one every `spacing` seconds, the first at t = 0.

    Parameters
    ----------
    pulse : Pulse
        One pulse; a pulse that is longer than the spacing overlaps the next.
    spacing : float
        Seconds from pulse to pulse.
    count : int
        How many.
    period : float, optional
        Seconds from burst to burst; left out, the burst stands alone.
    """

    pulse: Pulse
    spacing: float
    count: int
    period: float | None = None

    def __post_init__(self) -> None:
        problems = [
            Problem(f"{name} must be {rule}, got {value:g}", field=name)
            for name, value, good, rule in (
                ("spacing", self.spacing, self.spacing > 0, "above 0 s"),
                ("count", self.count, self.count >= 1, "1 or more"),
            )
            if not (good and math.isfinite(value))
        ]
        if self.period is not None and not self.period >= self.count * self.spacing:
            problems.append(
                Problem(
                    f"bursts of {self.count * self.spacing:g} s do not fit a period of "
                    f"{self.period:g} s",
                    field="period",
                )
            )
        if problems:
            raise InputError(problems)

    @property
    def length(self) -> float:
        """Duration of one burst in seconds."""
        return self.count * self.spacing

    def __call__(self, t: Real) -> Real:
        """Values of one burst at times `t` in seconds."""
        t = np.asarray(t, np.float64)
        values = np.zeros_like(t)
        # A pulse that is silent at 1e-9 no longer counts: one or a few pulses are alive at a time.
        alive = 1 + math.ceil(self.pulse.silent_after(1e-9) / self.spacing)
        latest = np.floor(t / self.spacing)
        for earlier in range(alive):
            number = latest - earlier
            inside = (number >= 0) & (number < self.count)
            values[inside] += self.pulse(t[inside] - number[inside] * self.spacing)
        return values

    def silent_after(self, share: float = 1e-3) -> float:
        """Time in seconds after which it stays below `share` of the height of a pulse."""
        return (self.count - 1) * self.spacing + self.pulse.silent_after(share)

    def spectrum(self, frequencies: ArrayLike) -> Complex:
        """Spectrum of one burst: that of the pulse times the sum of the delays, shape (nf,)."""
        f = np.asarray(frequencies, np.float64)
        # Sum of exp(-j 2 pi f n T) as sin(pi N x) / sin(pi x) about the middle, x = f T; whole
        # turns of x count for nothing and are taken off before the sines lose them.
        x = f * self.spacing
        part = x - np.round(x)
        turn = np.where(np.abs(part) < 1e-12, 1.0, part)
        ratio = np.sin(np.pi * self.count * turn) / np.sin(np.pi * turn)
        kernel = np.where(np.abs(part) < 1e-12, float(self.count), ratio)
        phase = np.exp(-1j * np.pi * (self.count - 1) * part)
        spectrum: Complex = self.pulse.spectrum(f) * kernel * phase
        return spectrum


def line_spectrum(pulse: Pulse, period: float, f_from: float, f_to: float) -> tuple[Real, Complex]:
    """Lines of a pulse that repeats for ever.

    Parameters
    ----------
    pulse : Pulse
        What repeats.
    period : float
        Seconds.
    f_from, f_to : float
        Range in hertz, ends included; the mean value (0 Hz) is no line.

    Returns
    -------
    frequencies : ndarray of float64, shape (n,)
        Multiples of 1 / period in hertz.
    amplitudes : ndarray of complex128, shape (n,)
        Complex peak amplitudes ``2 X(f) / period``.

    Raises
    ------
    InputError
        If the period is not above 0 or the range has more than a million lines.
    """
    if not period > 0:
        raise InputError.single(f"the period must be above 0 s, got {period:g}", field="period")
    first, last = max(1, math.ceil(f_from * period - 1e-9)), math.floor(f_to * period + 1e-9)
    if last - first > 1_000_000:
        raise InputError.single(
            f"{last - first:d} lines lie between {f_from:g} Hz and {f_to:g} Hz",
            field="period",
            remedy="ask for a narrower range, or use the continuous spectrum",
        )
    frequencies = np.arange(first, last + 1, dtype=np.float64) / period
    return frequencies, 2 / period * pulse.spectrum(frequencies)


def fast_transient_burst(
    voltage: float, repetition: float = 100e3, standards: Standards | None = None
) -> Burst:
    """Burst of IEC 61000-4-4 into 50 ohm.

    Parameters
    ----------
    voltage : float
        Peak in volt, negative for negative polarity.
    repetition : float
        Repetition frequency in hertz; the standards give bursts for 5 kHz and 100 kHz.
    standards : Standards, optional
        Where to look; the package's own rows if left out.

    Returns
    -------
    Burst
        Pulses, spacing, count and period.

    Raises
    ------
    InputError
        If the standards give no burst with this repetition.
    """
    rows = (standards or load()).of(Waveform)
    bursts = {
        row.nominal: row.waveform
        for row in rows
        if row.figure == "repetition" and row.waveform.startswith("eft-burst")
    }
    if repetition not in bursts:
        known = " or ".join(f"{value:g} Hz" for value in sorted(b for b in bursts if b))
        raise InputError.single(
            f"the standards give no burst that repeats at {repetition:g} Hz",
            field="repetition",
            remedy=f"use {known}",
        )
    figures = {row.figure: row.nominal for row in rows if row.waveform == bursts[repetition]}
    length, period = figures["burst_length"], figures["burst_period"]
    assert length is not None
    count = round(length * repetition)
    return Burst(fast_transient(voltage), 1 / repetition, count, period)
