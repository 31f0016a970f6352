"""Field strengths and ratios in decibels; nothing below this package uses them."""

from __future__ import annotations

import math
from typing import overload

import numpy as np
from numpy.typing import NDArray


@overload
def ratio_db(value: float, reference: float) -> float: ...
@overload
def ratio_db(value: NDArray[np.float64], reference: float) -> NDArray[np.float64]: ...
def ratio_db(value: float | NDArray[np.float64], reference: float) -> float | NDArray[np.float64]:
    """Amplitude ratio in decibels, ``20 log10(value / reference)``; minus infinity for 0."""
    with np.errstate(divide="ignore"):
        level = 20.0 * np.log10(np.asarray(value, dtype=np.float64) / reference)
    return float(level) if np.ndim(level) == 0 else np.asarray(level, dtype=np.float64)


def field_dbuv(rms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Electric field strength in dBuV/m from its rms in V/m, same shape."""
    return ratio_db(np.asarray(rms, dtype=np.float64), 1e-6)


def growth_db(relative: float) -> float:
    """Largest level change by an error of `relative` times the value, in dB."""
    return 20.0 * math.log10(1.0 + relative)
