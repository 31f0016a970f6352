"""Clocks that are not perfect: random jitter, spread spectrum, ringing."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from emtwin.errors import InputError
from emtwin.signals.clock import trapezoid_harmonics
from emtwin.signals.emitter import EmitterSpectrum, of_lines
from emtwin.signals.fourier import Complex, Real

Profile = Literal["triangular", "sinusoidal"]


def clock_spectrum(
    frequency: float,
    amplitude: float,
    rise_time: float,
    duty: float,
    f_max: float,
    *,
    fall_time: float | None = None,
    jitter: float = 0.0,
) -> EmitterSpectrum:
    """Trapezoidal clock whose edges are displaced at random.

    Every edge is displaced by itself, normally distributed with standard deviation
    ``s = jitter / sqrt(2)``, so that the period from one rising edge to the next has the rms
    deviation `jitter`. The lines keep their place and lose power to a continuum::

        line n times exp(-(2 pi n f s)^2 / 2)
        S(f') = 2 f (|R|^2 + |F|^2) (1 - exp(-(2 pi f' s)^2)) / (2 pi f')^2

    with R and F the swing times the sinc of the two edges, in V^2/Hz, one-sided.

    Parameters
    ----------
    frequency, amplitude, rise_time, duty, f_max, fall_time : float
        As for `trapezoid_harmonics`.
    jitter : float
        Rms of the period jitter in seconds.

    Returns
    -------
    EmitterSpectrum
        Lines up to `f_max`, and the continuum where there is jitter.

    Raises
    ------
    InputError
        If a value is impossible.

    References
    ----------
    Characteristic function of the displacement of a point process: Lindsey and Simon,
    *Telecommunication Systems Engineering* (1973), chapter 1, for pulses; here for edges, which
    are the pulses of the derivative.
    """
    fall_time = rise_time if fall_time is None else fall_time
    lines, amplitudes = trapezoid_harmonics(frequency, amplitude, rise_time, duty, f_max, fall_time)
    if not (jitter >= 0 and math.isfinite(jitter)):
        raise InputError.single(f"jitter must be 0 or more, got {jitter:g} s", field="jitter")
    if jitter == 0:
        return EmitterSpectrum(lines, amplitudes, centres=lines)
    variance = jitter**2 / 2

    def density(f: Real) -> Real:
        """Continuum in V^2/Hz; at 0 Hz its limit."""
        omega_squared = (2 * np.pi * np.maximum(f, 1e-3 * frequency)) ** 2
        edges = np.sinc(f * rise_time) ** 2 + np.sinc(f * fall_time) ** 2
        lost = -np.expm1(-omega_squared * variance)
        power: Real = 2 * frequency * amplitude**2 * edges * lost / omega_squared
        return power

    kept = amplitudes * np.exp(-((2 * np.pi * lines) ** 2) * variance / 2)
    return EmitterSpectrum(lines, kept, density, ripple=frequency, centres=lines)


def spread_lines(
    harmonics: Real,
    amplitudes: Complex,
    deviation: float,
    rate: float,
    profile: Profile,
) -> tuple[Real, Complex]:
    """Sidebands of harmonics whose fundamental is slowly moved up and down.

    Harmonic n of a clock whose frequency moves by +-`deviation` moves by n times that; its phase is
    n times the integral. For a sine the lines are Bessel functions, for a triangle they come
    from a Fourier sum over one period of the modulation, exact but for aliases below 1e-6.

    Parameters
    ----------
    harmonics : ndarray of float64, shape (n,)
        Mean frequency of harmonics 1, 2, ... in hertz.
    amplitudes : ndarray of complex128, shape (n,)
        Their amplitudes without spreading.
    deviation : float
        Largest deviation of the fundamental in hertz.
    rate : float
        Frequency of the modulation in hertz.
    profile : {"triangular", "sinusoidal"}
        Course of the frequency over time.

    Returns
    -------
    frequencies : ndarray of float64, shape (m,)
        Lines of all harmonics in hertz, in the order of the harmonics.
    amplitudes : ndarray of complex128, shape (m,)
        Their amplitudes.
    """
    frequencies, found = [], []
    for n, (centre, peak) in enumerate(zip(harmonics, amplitudes, strict=True), start=1):
        index = n * deviation / rate
        reach = math.ceil(1.2 * index) + 32
        size = 2 ** math.ceil(math.log2(8 * reach))
        turns = np.arange(size) / size
        sidebands = np.fft.fft(np.exp(1j * index * _phase(turns, profile))) / size
        orders = np.arange(-reach, reach + 1)
        frequencies.append(centre + orders * rate)
        found.append(peak * sidebands[orders])
    if not frequencies:
        return np.zeros(0), np.zeros(0, np.complex128)
    return np.concatenate(frequencies), np.concatenate(found)


def _phase(turns: Real, profile: Profile) -> Real:
    """Integral of the course of the frequency (-1 to 1) over one period, in rad per index."""
    if profile == "sinusoidal":
        return np.sin(2 * np.pi * turns)
    # Frequency 1 - 4 |u| about its top u = 0: the phase is a parabola on each side.
    u = np.mod(turns + 0.5, 1.0) - 0.5
    return 2 * np.pi * (u - 2 * u * np.abs(u))


def spread_clock(
    frequency: float,
    amplitude: float,
    rise_time: float,
    duty: float,
    f_max: float,
    *,
    depth: float,
    rate: float,
    profile: Profile = "triangular",
    down: bool = True,
    fall_time: float | None = None,
    jitter: float = 0.0,
) -> EmitterSpectrum:
    """Clock with spread spectrum.

    The edges are taken to last a fixed share of the moving period, which changes them by less than
    `depth`.

    Parameters
    ----------
    frequency, amplitude, rise_time, duty, f_max : float
        As for `clock_spectrum`; lines near `f_max` may lie above it.
    depth : float
        Whole range of the frequency as a share of `frequency`.
    rate : float
        Frequency of the modulation in hertz.
    profile : {"triangular", "sinusoidal"}
        Course of the frequency over time.
    down : bool
        `frequency` is the highest of the range; False: its middle.
    fall_time, jitter : float
        As for `clock_spectrum`.

    Returns
    -------
    EmitterSpectrum
        Lines at multiples of `rate` round each harmonic, and the continuum of jitter.

    Raises
    ------
    InputError
        If a value is impossible.
    """
    if not (0 < depth < 0.5 and 0 < rate < 0.5 * frequency):
        raise InputError.single(
            f"a spread of {depth:g} at {rate:g} Hz is impossible for a clock of {frequency:g} Hz",
            field="spread_spectrum",
            remedy="give a depth above 0 and below 0.5 and a rate far below the clock",
        )
    mean = frequency * (1 - depth / 2) if down else frequency
    plain = clock_spectrum(
        mean,
        amplitude,
        rise_time,
        duty,
        f_max * (1 + depth),
        fall_time=fall_time,
        jitter=jitter,
    )
    lines, amplitudes = spread_lines(
        plain.frequencies, plain.amplitudes, frequency * depth / 2, rate, profile
    )
    kept = lines > 0
    return of_lines(
        lines[kept],
        amplitudes[kept],
        density=plain.density,
        ripple=plain.ripple,
        centres=plain.frequencies,
    )


def ringing_transfer(frequency: float, damping: float, f: Real) -> Complex:
    """Second-order low pass: what a switch node makes of an edge.

    Parameters
    ----------
    frequency : float
        Ringing seen after an edge, in hertz; the undamped frequency f0 is this over
        ``sqrt(1 - damping^2)``.
    damping : float
        Damping ratio, above 0 and below 1.
    f : ndarray of float64
        Frequencies in hertz.

    Returns
    -------
    ndarray of complex128
        ``1 / (1 - (f / f0)^2 + 2 j damping f / f0)``.

    Raises
    ------
    InputError
        If the frequency is not above 0 or the damping not between 0 and 1.
    """
    if not (frequency > 0 and 0 < damping < 1):
        raise InputError.single(
            f"no ringing has {frequency:g} Hz and a damping of {damping:g}",
            field="ringing",
            remedy="give a frequency above 0 and a damping between 0 and 1",
        )
    x = np.asarray(f, np.float64) / (frequency / math.sqrt(1 - damping**2))
    return np.asarray(1 / (1 - x**2 + 2j * damping * x), np.complex128)
