"""Fourier integrals of smooth pulses that have no closed form, with a bound of the error."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

_NODES = 16
_BLOCK = 256  # frequencies at once: 256 x 16 x 60 panels of complex numbers are 4 MiB


def j_omega(frequencies: ArrayLike) -> Complex:
    """``j 2 pi f`` of frequencies in hertz, same shape."""
    return np.asarray(2j * np.pi * np.asarray(frequencies, np.float64), np.complex128)


class Transform(NamedTuple):
    """A spectrum and how well it is known.

    Parameters
    ----------
    values : ndarray of complex128
        Spectrum, unit of the pulse times second.
    error : float
        Estimate of the largest error of any value, in the same unit.
    """

    values: Complex
    error: float


def fourier_integral(
    pulse: Callable[[Real], Real], breaks: ArrayLike, frequencies: ArrayLike
) -> Transform:
    """Integral of ``pulse(t) exp(-j 2 pi f t)`` over all panels between the breaks.

    On each panel the pulse is expanded in Legendre polynomials, whose Fourier integrals are known
    exactly::

        integral of P_k(x) exp(-j a x) over -1..1 = 2 (-j)^k j_k(a),  j_k spherical Bessel

    So the error is that of the expansion, the same at all frequencies, however fast they oscillate.

    Parameters
    ----------
    pulse : callable
        Function of time in seconds, smooth inside each panel.
    breaks : array_like, shape (n,)
        Rising ends of the panels in seconds; what lies outside is left out.
    frequencies : array_like of float, shape (nf,)
        Hertz.

    Returns
    -------
    Transform
        Values, shape (nf,), and an error estimated from the last two coefficients of every panel.

    References
    ----------
    Bakhvalov and Vasil'eva, *USSR Computational Mathematics and Mathematical Physics* 8 (1968),
    241; the integral is NIST DLMF 18.17.19.
    """
    breaks = np.asarray(breaks, np.float64)
    frequencies = np.asarray(frequencies, np.float64)
    half, middle = np.diff(breaks) / 2, (breaks[1:] + breaks[:-1]) / 2
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    samples = pulse(middle[:, None] + half[:, None] * nodes)
    degrees = np.arange(_NODES)
    basis = np.polynomial.legendre.legvander(nodes, _NODES - 1)
    coefficients = (samples * weights) @ basis * (degrees + 0.5) * half[:, None]
    blocks = [
        _panels(coefficients, half, middle, frequencies[at : at + _BLOCK])
        for at in range(0, frequencies.size, _BLOCK)
    ]
    values = np.concatenate(blocks) if blocks else np.zeros(0, np.complex128)
    return Transform(values, float(2 * np.abs(coefficients[:, -2:]).sum()))


def _panels(coefficients: Real, half: Real, middle: Real, frequencies: Real) -> Complex:
    """Sum over panels and degrees, shape (nf,)."""
    from scipy.special import spherical_jn

    omega = 2 * np.pi * frequencies[:, None]
    # An even Bessel function for even degrees, an odd one for odd: the sign goes to the power.
    argument = np.abs(omega) * half
    total = np.zeros(argument.shape, np.complex128)
    for degree in range(_NODES):
        factor = 2 * (-1j * np.sign(omega + (omega == 0))) ** degree
        total += coefficients[:, degree] * factor * spherical_jn(degree, argument)
    result: Complex = np.sum(total * np.exp(-1j * omega * middle), axis=1)
    return result


def geometric_breaks(shortest: float, longest: float) -> Real:
    """Panels from 0 that double: for a pulse of steep rise and slow fall.

    Parameters
    ----------
    shortest, longest : float
        End of the first panel and of the last, in seconds.

    Returns
    -------
    ndarray of float64
        Breaks for `fourier_integral`.
    """
    count = int(np.ceil(2 * np.log2(longest / shortest))) + 1
    return np.concatenate([[0.0], np.geomspace(shortest, longest, count)])
