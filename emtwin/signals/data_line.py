"""Spectrum of random data without return to zero."""

from __future__ import annotations

import math

import numpy as np

from emtwin.errors import InputError, Problem
from emtwin.signals.emitter import EmitterSpectrum
from emtwin.signals.fourier import Real


def data_spectrum(
    bit_rate: float,
    amplitude: float,
    rise_time: float,
    f_max: float,
    fall_time: float | None = None,
) -> EmitterSpectrum:
    """Random, independent, equally likely bits with linear edges, each centred on the bit boundary.

    The derivative is a train of rising edges (one boundary in four) and falling ones (one in four).
    Neighbours are correlated: after a rise no rise can follow at once. With
    ``R = A sinc(f t_r)``, ``F = A sinc(f t_f)``, ``c = cos(2 pi f T)``::

        S(f) = 2 / T ((R^2 + F^2) (3/16 - c/8) + 2 R F (1/16 - c/8)) / (2 pi f)^2
        line at n / T: (R - F) / (j 4 pi n)

    one-sided, V^2/Hz. For equal edges the lines vanish and S is
    ``A^2 T / 2 sinc^2(f T) sinc^2(f t_r)``.

    Parameters
    ----------
    bit_rate : float
        Bits per second, 1 / T.
    amplitude : float
        Swing A from low to high in volt.
    rise_time : float
        Duration of the whole rising edge in seconds, at most T.
    f_max : float
        Highest frequency of the lines in hertz.
    fall_time : float, optional
        Duration of the whole falling edge in seconds; as `rise_time` where left out.

    Returns
    -------
    EmitterSpectrum
        Density, and lines at the bit rate where the edges differ.

    Raises
    ------
    InputError
        If a value is impossible or an edge is longer than a bit.

    References
    ----------
    Bennett, *Bell System Technical Journal* 37 (1958), 1501, for random pulses; the correlations
    of the two kinds of edges are counted over three and four bits.
    """
    fall_time = rise_time if fall_time is None else fall_time
    _check(bit_rate, amplitude, rise_time, fall_time, f_max)

    def density(f: Real) -> Real:
        """V^2/Hz, one-sided; below a millionth of the bit rate its limit at 0."""
        f = np.maximum(f, 1e-6 * bit_rate)
        rising, falling = amplitude * np.sinc(f * rise_time), amplitude * np.sinc(f * fall_time)
        # 3/16 - c/8 and 1/16 - c/8 with c = 1 - 2 sin^2, so that low frequencies keep their digits.
        turn = np.sin(np.pi * f / bit_rate) ** 2 / 4
        power = (rising - falling) ** 2 / 16 + (rising + falling) ** 2 * turn
        spread: Real = 2 * bit_rate * power / (2 * np.pi * f) ** 2
        return spread

    if rise_time == fall_time:
        return EmitterSpectrum(density=density, ripple=bit_rate)
    orders = np.arange(1, math.floor(f_max / bit_rate * (1 + 1e-12)) + 1, dtype=np.float64)
    lines = orders * bit_rate
    difference = np.sinc(lines * rise_time) - np.sinc(lines * fall_time)
    peaks = amplitude * difference / (4j * np.pi * orders)
    return EmitterSpectrum(lines, peaks, density, ripple=bit_rate, centres=lines)


def _check(
    bit_rate: float, amplitude: float, rise_time: float, fall_time: float, f_max: float
) -> None:
    problems = [
        Problem(f"{name} must be {rule}, got {value:g}", field=name)
        for name, value, good, rule in (
            ("bit_rate", bit_rate, bit_rate > 0, "above 0 Hz"),
            ("amplitude", amplitude, amplitude >= 0, "0 V or more"),
            ("rise_time", rise_time, rise_time >= 0, "0 s or more"),
            ("fall_time", fall_time, fall_time >= 0, "0 s or more"),
            ("f_max", f_max, f_max > 0, "above 0 Hz"),
        )
        if not (good and math.isfinite(value))
    ]
    if problems:
        raise InputError(problems)
    longest = max(rise_time, fall_time)
    if longest > (1 + 1e-12) / bit_rate:
        raise InputError.single(
            f"an edge of {longest:g} s does not fit into a bit of {1 / bit_rate:g} s",
            field="rise_time",
            remedy="shorten the edge or lower bit_rate",
        )
