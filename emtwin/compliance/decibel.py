"""Field strengths and ratios in decibels; nothing below this package uses them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray


def ratio_db(value: ArrayLike, reference: float) -> NDArray[np.float64]:
    """Amplitude ratio in decibels, ``20 log10(value / reference)``; minus infinity for 0."""
    with np.errstate(divide="ignore"):
        return np.asarray(20.0 * np.log10(np.asarray(value, dtype=np.float64) / reference))


def field_dbuv(rms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Electric field strength in dBuV/m from its rms in V/m, same shape."""
    return ratio_db(rms, 1e-6)


def growth_db(relative: float) -> float:
    """Largest level change by an error of `relative` times the value, in dB."""
    return 20.0 * math.log10(1.0 + relative)
