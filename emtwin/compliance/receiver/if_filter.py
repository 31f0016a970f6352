"""The intermediate-frequency filter: two critically coupled pairs of resonators.

Seen from the tuned frequency it is a low-pass, here ``h`` with ``H(0) = 1``. One critically coupled
pair is a second-order Butterworth; two in a row have ``|H| = 1 / (1 + (2 f / B6)^4)``, one half at
``f = B6 / 2``. An impulse of area 1 at the input gives the envelope ``2 |h(t)|``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from emtwin.standards import Receiver

Real = NDArray[np.float64]

_RING = 25.0  # w0 t after which the response is below 2e-9 of its peak


@dataclass(frozen=True)
class IfFilter:
    """Two critically coupled pairs.

    Parameters
    ----------
    bandwidth : float
        6 dB bandwidth B6 in hertz.
    """

    bandwidth: float

    @classmethod
    def of(cls, receiver: Receiver) -> IfFilter:
        """Filter of a band; where only the impulse bandwidth is given, the one that has it."""
        if receiver.bandwidth is not None:
            return cls(receiver.bandwidth)
        return cls(receiver.impulse_bandwidth / impulse_ratio())

    @property
    def w0(self) -> float:
        """Real and imaginary part of the poles in rad/s, ``pi B6 / sqrt(2)``."""
        return math.pi * self.bandwidth / math.sqrt(2)

    @property
    def impulse_bandwidth(self) -> float:
        """Peak of the envelope over twice the area of the impulse, in hertz."""
        return impulse_ratio() * self.bandwidth

    @property
    def noise_bandwidth(self) -> float:
        """Integral of ``|H|^2`` over frequency, in hertz: ``3 pi B6 / (8 sqrt 2)``."""
        return 3 * math.pi / (8 * math.sqrt(2)) * self.bandwidth

    @property
    def noise_spread(self) -> float:
        """Standard deviation of the noise spectrum behind the filter, rad/s: ``pi B6 / sqrt 3``."""
        return math.pi * self.bandwidth / math.sqrt(3)

    @property
    def ring(self) -> float:
        """Seconds after which nothing of an impulse is left (2e-9 of the peak)."""
        return _RING / self.w0

    def transfer(self, offset: NDArray[np.floating]) -> NDArray[np.complex128]:
        """Transfer function over the distance from the tuned frequency.

        Parameters
        ----------
        offset : ndarray
            Hertz, any shape.

        Returns
        -------
        ndarray of complex128
            ``4 w0^4 / ((s + w0)^2 + w0^2)^2`` at ``s = j 2 pi offset``; 1 at 0.
        """
        p = 1 + 2j * math.pi * np.asarray(offset, np.float64) / self.w0
        return np.asarray(4 / (p * p + 1) ** 2, dtype=np.complex128)

    def impulse_response(self, t: Real) -> Real:
        """Response of the low-pass to an impulse of area 1, in 1/s.

        Parameters
        ----------
        t : ndarray
            Seconds, any shape.

        Returns
        -------
        ndarray
            ``2 w0 exp(-w0 t) (sin w0 t - w0 t cos w0 t)``, 0 before t = 0; the inverse Laplace
            transform of `transfer`.
        """
        x = self.w0 * np.maximum(t, 0.0)
        return np.asarray(2 * self.w0 * np.exp(-x) * (np.sin(x) - x * np.cos(x)))

    def step_response(self, t: Real) -> Real:
        """Envelope of a sine of amplitude 1 that is switched on at t = 0.

        Parameters
        ----------
        t : ndarray
            Seconds, any shape.

        Returns
        -------
        ndarray
            The integral of `impulse_response`,
            ``1 - exp(-x) ((2 + x) sin x + (1 - x) cos x)`` with x = w0 t.
        """
        x = self.w0 * np.maximum(t, 0.0)
        return np.asarray(1 - np.exp(-x) * ((2 + x) * np.sin(x) + (1 - x) * np.cos(x)))


@lru_cache(maxsize=1)
def impulse_ratio() -> float:
    """Impulse bandwidth over 6 dB bandwidth, 1.048.

    The envelope is largest where ``x sin x + x cos x = sin x``, x = w0 t, found by bisection.
    """
    low, high = 1.0, 3.0
    while high - low > 1e-15 * high:
        x = (low + high) / 2
        if x in (low, high):
            break
        rising = x * math.sin(x) + x * math.cos(x) < math.sin(x)
        low, high = (low, x) if rising else (x, high)
    peak = 2 * math.exp(-low) * (math.sin(low) - low * math.cos(low))
    return peak * math.pi / math.sqrt(2)
