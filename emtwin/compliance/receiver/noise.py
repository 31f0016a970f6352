"""Gaussian noise behind the filter, alone or with a sine: what each detector makes of it.

The envelope of noise of rms sigma is Rayleigh distributed, with a sine of amplitude A Rice
distributed. All detectors but the peak detector are slow against the noise, so they see its means;
their own small fluctuation is left out.

References
----------
Rice, Mathematical analysis of random noise, *Bell Syst. Tech. J.* 23 (1944) and 24 (1945), part
III: density, mean and crossings of the envelope of a sine with noise.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]

_PHASES = np.cos(np.pi * (np.arange(48) + 0.5) / 48)


def charging_by_noise(amplitude: Real, voltage: Real, noise: Real) -> tuple[Real, Real]:
    """Mean excess of a sine with noise over the capacitor's voltage, and its derivative.

    Parameters
    ----------
    amplitude, voltage : ndarray, shape (C, N)
        Amplitude of the sine and voltage in volt.
    noise : ndarray, shape (C, 1)
        Rms of the noise in volt, above 0.

    Returns
    -------
    excess : ndarray, shape (C, N)
        Mean over the phase of ``sigma (pdf(x) - x Q(x))``, ``x = (U - A cos phase) / sigma``: the
        mean of a Gaussian above a level.
    slope : ndarray, shape (C, N)
        Mean over the phase of ``-Q(x)``.
    """
    from scipy.special import erfc

    excess, slope = np.zeros_like(voltage), np.zeros_like(voltage)
    for cosine in _PHASES:
        x = (voltage - amplitude * cosine) / noise
        above = 0.5 * erfc(x / math.sqrt(2))
        density = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
        excess += noise * (density - x * above) / _PHASES.size
        slope -= above / _PHASES.size
    return excess, slope


def mean_envelope(amplitude: Real, noise: Real) -> Real:
    """Mean of the envelope of a sine with noise.

    Parameters
    ----------
    amplitude, noise : ndarray
        Amplitude of the sine and rms of the noise in volt, broadcast; noise above 0.

    Returns
    -------
    ndarray
        Volt; ``sigma sqrt(pi / 2)`` without a sine.
    """
    from scipy.special import i0e, i1e

    power = 0.5 * (amplitude / noise) ** 2
    form = (1 + power) * i0e(power / 2) + power * i1e(power / 2)
    return np.asarray(noise * math.sqrt(math.pi / 2) * form)


def peak_envelope(
    amplitude: Real, noise: Real, spread: float, seconds: float, quantile: float
) -> Real:
    """Level that the envelope does not exceed, with a stated probability.

    Crossings of a high level come independently, at the mean rate ``spread sigma p(a) /
    sqrt(2 pi)`` with p the density of the envelope; a time without any has the probability
    exp(-rate seconds).

    Parameters
    ----------
    amplitude : ndarray, shape (C, N)
        Amplitude of the sine over one period in volt.
    noise : ndarray, shape (C,)
        Rms of the noise in volt, above 0.
    spread : float
        Standard deviation of the noise's spectrum in rad/s.
    seconds : float
        Time of observation.
    quantile : float
        Probability that the peak stays below, between 0 and 1.

    Returns
    -------
    ndarray, shape (C,)
        Volt.
    """
    from scipy.special import i0e

    sigma = noise[:, None]
    allowed = -math.log(quantile) * math.sqrt(2 * math.pi) / (spread * seconds)

    def exceeds(level: Real) -> NDArray[np.bool_]:
        """Whether a level is crossed more often than is allowed."""
        a, b = level[:, None] / sigma, amplitude / sigma
        density = a * np.exp(-0.5 * (a - b) ** 2) * i0e(a * b)
        return np.asarray(density.mean(axis=1) > allowed)

    # Above the mode of the density the rate only falls.
    top = amplitude.max(axis=1)
    low, high = np.hypot(top, noise), top + 40 * noise
    for _ in range(60):
        middle = (low + high) / 2
        more = exceeds(middle)
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return np.asarray(low)
