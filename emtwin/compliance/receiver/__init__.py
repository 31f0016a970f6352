"""Virtual measuring receiver of CISPR 16-1-1.

In: a sampled voltage, a line spectrum with noise, or a train of impulses; rows of the standard.
Out: readings of the peak, quasi-peak, average and rms-average detector, one or a sweep.
Never: limits or verdicts, antennas and sites, a constant that is not in a row.
"""

from emtwin.compliance.receiver.bands import (
    DETECTORS,
    Detector,
    detectors_of,
    receiver_at,
    receivers,
)
from emtwin.compliance.receiver.cycle import Watch
from emtwin.compliance.receiver.if_filter import IfFilter
from emtwin.compliance.receiver.lines import LineSpectrum
from emtwin.compliance.receiver.pulses import PulseTrain
from emtwin.compliance.receiver.reading import Reading, Scan, Signal, read, scan
from emtwin.compliance.receiver.timing import largest_step, measuring_time
from emtwin.compliance.receiver.traces import Trace

__all__ = [
    "DETECTORS",
    "Detector",
    "IfFilter",
    "LineSpectrum",
    "PulseTrain",
    "Reading",
    "Scan",
    "Signal",
    "Trace",
    "Watch",
    "detectors_of",
    "largest_step",
    "measuring_time",
    "read",
    "receiver_at",
    "receivers",
    "scan",
]
