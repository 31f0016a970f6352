"""Signals: what circuits emit and how test fields are modulated.

In: a clock's frequency, swing, rise time and duty; a modulation depth; the level of an impulse.
Out: harmonics as complex peak amplitudes; ratios of rms, peak and demodulated amplitude; impulses
as functions of time.
Never: decibels, limits, fields or grids.
"""

from emtwin.signals.clock import trapezoid_harmonics
from emtwin.signals.impulses import (
    Heidler,
    Impulse,
    esd_contact_current,
    fast_transient,
    surge_current,
    surge_voltage,
)
from emtwin.signals.modulation import (
    QUANTITIES,
    STANDARD_DEPTH,
    carrier_to,
    peak_factor,
    rms_factor,
)
from emtwin.signals.shapes import Shape, shape_of

__all__ = [
    "QUANTITIES",
    "STANDARD_DEPTH",
    "Heidler",
    "Impulse",
    "Shape",
    "carrier_to",
    "esd_contact_current",
    "fast_transient",
    "peak_factor",
    "rms_factor",
    "shape_of",
    "surge_current",
    "surge_voltage",
    "trapezoid_harmonics",
]
