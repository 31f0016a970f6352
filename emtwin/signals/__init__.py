"""Signals: what circuits emit and how test fields are modulated.

In: a clock's frequency, swing, rise time and duty; a modulation depth.
Out: harmonics as complex peak amplitudes; ratios of rms, peak and demodulated amplitude.
Never: decibels, limits, fields or grids.
"""

from emtwin.signals.clock import trapezoid_harmonics
from emtwin.signals.modulation import (
    QUANTITIES,
    STANDARD_DEPTH,
    carrier_to,
    peak_factor,
    rms_factor,
)

__all__ = [
    "QUANTITIES",
    "STANDARD_DEPTH",
    "carrier_to",
    "peak_factor",
    "rms_factor",
    "trapezoid_harmonics",
]
