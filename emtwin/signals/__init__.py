"""Signals: what circuits emit, how test fields are modulated, and the impulses of the tests.

In: a source as declared or a file of samples; a modulation; the level of an impulse; rows of
    waveforms.
Out: functions of time with their spectra, lines and densities in SI units, ratios of rms, peak and
    demodulated amplitude.
Never: decibels (but those of an imported file), limits, fields or grids.
"""

from emtwin.signals.clock import trapezoid_harmonics
from emtwin.signals.clocks import clock_spectrum, ringing_transfer, spread_clock, spread_lines
from emtwin.signals.data_line import data_spectrum
from emtwin.signals.emitter import EmitterSpectrum
from emtwin.signals.exponentials import DampedSine, DoubleExponential
from emtwin.signals.fourier import Transform, fourier_integral
from emtwin.signals.imported import imported_spectrum, imported_trace
from emtwin.signals.impulses import (
    Heidler,
    Impulse,
    esd_contact_current,
    fast_transient,
    impulse_of,
    surge_current,
    surge_voltage,
    telecom_surge_current,
    telecom_surge_voltage,
)
from emtwin.signals.mains import Disturbed, Mains, dip, surge_on
from emtwin.signals.modulation import (
    QUANTITIES,
    STANDARD_DEPTH,
    AmplitudeModulation,
    FrequencyModulation,
    Modulation,
    PulseModulation,
    Sidebands,
    Unmodulated,
    carrier_to,
    modulated,
    modulation_of,
)
from emtwin.signals.shapes import Held, Pulse, Shape, held_to, shape_of
from emtwin.signals.sources import loudest_places, resolved, spectrum_of, tuned_to
from emtwin.signals.trains import Burst, Delayed, fast_transient_burst, line_spectrum
from emtwin.signals.vehicle import vehicle_burst, vehicle_pulse

__all__ = [
    "QUANTITIES",
    "STANDARD_DEPTH",
    "AmplitudeModulation",
    "Burst",
    "DampedSine",
    "Delayed",
    "Disturbed",
    "DoubleExponential",
    "EmitterSpectrum",
    "FrequencyModulation",
    "Heidler",
    "Held",
    "Impulse",
    "Mains",
    "Modulation",
    "Pulse",
    "PulseModulation",
    "Shape",
    "Sidebands",
    "Transform",
    "Unmodulated",
    "carrier_to",
    "clock_spectrum",
    "data_spectrum",
    "dip",
    "esd_contact_current",
    "fast_transient",
    "fast_transient_burst",
    "fourier_integral",
    "held_to",
    "imported_spectrum",
    "imported_trace",
    "impulse_of",
    "line_spectrum",
    "loudest_places",
    "modulated",
    "modulation_of",
    "resolved",
    "ringing_transfer",
    "shape_of",
    "spectrum_of",
    "spread_clock",
    "spread_lines",
    "surge_current",
    "surge_on",
    "surge_voltage",
    "telecom_surge_current",
    "telecom_surge_voltage",
    "trapezoid_harmonics",
    "tuned_to",
    "vehicle_burst",
    "vehicle_pulse",
]
