"""Moving root mean square of a periodic envelope: the front half of the rms-average detector.

The detector takes the rms over one period of its corner frequency and the linear average of that.
Pulses that come faster than the corner are weighted by their rms, slower ones by their average.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]

_LOOKS = 2000  # places in one period beside the corners of the curve


def moving_rms(power: Real, step: float, gap: float, window: float) -> tuple[Real, Real]:
    """Root of the mean power over the last `window` seconds.

    Parameters
    ----------
    power : ndarray, shape (N + 1,)
        Mean square over one period at the ends of N steps.
    step : float
        Seconds between them.
    gap : float
        Silence before the next period in seconds; infinite for a single one.
    window : float
        Seconds.

    Returns
    -------
    times : ndarray, shape (M,)
        One period at uneven times in seconds; of a single pulse until it has left the window.
    rms : ndarray, shape (M,)
        Volt.
    """
    length = step * (power.size - 1)
    period = length + (window if math.isinf(gap) else gap)
    corners = step * np.arange(power.size)
    energy = np.concatenate([[0.0], np.cumsum(0.5 * step * (power[:-1] + power[1:]))])
    ends, energies = np.append(corners, period), np.append(energy, energy[-1])

    def until(t: Real) -> Real:
        """Energy from time 0 to `t`, over all periods."""
        whole = np.floor(t / period)
        return np.asarray(whole * energy[-1] + np.interp(t - whole * period, ends, energies))

    leaving = np.mod(corners + window, period)
    times = np.concatenate([corners, leaving, np.linspace(0.0, period, _LOOKS)])
    times = np.unique(times[times <= period])
    return times, np.sqrt(np.maximum(until(times) - until(times - window), 0.0) / window)
