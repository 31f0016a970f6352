"""One reading, and the sweep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from emtwin.compliance.decibel import ratio_db
from emtwin.compliance.receiver.bands import (
    Detector,
    checked,
    confidence,
    least,
    receiver_at,
    receivers,
)
from emtwin.compliance.receiver.timing import largest_step, measuring_time
from emtwin.errors import InputError
from emtwin.standards import Receiver, Standards
from emtwin.standards.row import Confidence
from emtwin.units import format_si

Real = NDArray[np.float64]


class Signal(Protocol):
    """What can be read: `Trace`, `LineSpectrum`, `PulseTrain`."""

    def readings(self, frequencies: Real, receiver: Receiver, detector: Detector) -> Real:
        """Readings within one band in volt, shape of the tuned frequencies in hertz."""
        ...


@dataclass(frozen=True)
class Reading:
    """What the receiver shows at one frequency.

    Parameters
    ----------
    frequency : float
        Tuned frequency in hertz.
    detector : str
        The detector.
    volts : float
        Rms of the sine that reads the same.
    row : str
        Id of the row of the standard that the receiver follows.
    confidence : {"confirmed", "high", "low"}
        The least of the numbers used; a reading of low confidence decides no verdict.
    """

    frequency: float
    detector: Detector
    volts: float
    row: str
    confidence: Confidence

    @property
    def dbuv(self) -> float:
        """The reading in dBuV."""
        return float(ratio_db(self.volts, 1e-6))

    def __str__(self) -> str:
        name = self.detector.replace("_", "-")
        return f"{format_si(self.frequency, 'Hz')}: {self.dbuv:.2f} dBuV {name}"


@dataclass(frozen=True, eq=False)
class Scan:
    """A sweep.

    Parameters
    ----------
    detector : str
        The detector.
    frequencies, volts : ndarray, shape (n,)
        Tuned frequencies in hertz, and rms of the sine that reads the same.
    rows : tuple of str
        Row of the standard that each reading follows.
    confidence : {"confirmed", "high", "low"}
        The least of all numbers used.
    seconds : float
        How long a receiver would take: the shortest measuring time at each frequency.
    """

    detector: Detector
    frequencies: Real
    volts: Real
    rows: tuple[str, ...]
    confidence: Confidence
    seconds: float

    @property
    def dbuv(self) -> Real:
        """The readings in dBuV, shape (n,)."""
        return ratio_db(self.volts, 1e-6)


def read(
    signal: Signal,
    frequency: float,
    detector: str = "quasi_peak",
    standards: Standards | None = None,
) -> Reading:
    """Reading at one frequency.

    Parameters
    ----------
    signal : Trace, LineSpectrum or PulseTrain
        The voltage at the receiver's input.
    frequency : float
        Tuned frequency in hertz; it chooses the band.
    detector : {"peak", "quasi_peak", "average", "rms_average"}
        The detector.
    standards : Standards, optional
        Where the receivers stand; the package's own rows if left out.

    Returns
    -------
    Reading
        The reading.

    Raises
    ------
    InputError
        If no band holds the frequency, the band has no such detector, or the signal does not
        carry the frequency.
    """
    receiver = receiver_at(frequency, standards, [detector])
    known = checked(detector, receiver)
    volts = signal.readings(np.array([frequency], dtype=np.float64), receiver, known)
    sure = confidence(receiver, known)
    return Reading(frequency, known, float(volts[0]), receiver.id, sure)


def scan(
    signal: Signal,
    start: float,
    stop: float,
    detector: str = "quasi_peak",
    step: float | None = None,
    standards: Standards | None = None,
) -> Scan:
    """Sweep from `start` to `stop`, each band with its own bandwidth.

    Parameters
    ----------
    signal : Trace, LineSpectrum or PulseTrain
        The voltage at the receiver's input.
    start, stop : float
        First and last tuned frequency in hertz.
    detector : {"peak", "quasi_peak", "average", "rms_average"}
        The detector.
    step : float, optional
        Hertz; half the 6 dB bandwidth of each band if left out, and never more.
    standards : Standards, optional
        Where the receivers stand; the package's own rows if left out.

    Returns
    -------
    Scan
        One reading per frequency.

    Raises
    ------
    InputError
        If the range is empty, leaves the bands or reaches a band without the detector, or the step
        is too wide.
    """
    if not start < stop:
        raise InputError.single(
            f"a sweep from {format_si(start, 'Hz')} to {format_si(stop, 'Hz')} does not rise",
            field="start",
        )
    known = checked(detector, receiver_at(start, standards, [detector]))
    receiver_at(stop, standards)
    bands = [r for r in receivers(standards) if r.frequency_from < stop and start < r.frequency_to]
    for receiver in bands:
        checked(detector, receiver)
    found = [(r, _tuned(r, start, stop, step, ends=r is bands[-1])) for r in bands]
    return Scan(
        known,
        np.concatenate([tuned for _, tuned in found]),
        np.concatenate([signal.readings(tuned, receiver, known) for receiver, tuned in found]),
        tuple(receiver.id for receiver, tuned in found for _ in tuned),
        least(confidence(receiver, known) for receiver, _ in found),
        sum(measuring_time(receiver, known) * tuned.size for receiver, tuned in found),
    )


def _tuned(
    receiver: Receiver, start: float, stop: float, step: float | None, *, ends: bool
) -> Real:
    """Tuned frequencies of one band; the last band of a sweep includes the end."""
    widest = largest_step(receiver)
    if step is not None and not 0 < step <= widest * (1 + 1e-9):
        raise InputError.single(
            f"a step of {format_si(step, 'Hz')} does not suit band {receiver.band}",
            field="step",
            remedy=f"use at most half the bandwidth, {format_si(widest, 'Hz')}",
        )
    low, high = max(start, receiver.frequency_from), min(stop, receiver.frequency_to)
    wanted = step or widest
    steps = int(np.ceil((high - low) / wanted * (1 - 1e-12)))
    tuned = low + wanted * np.arange(steps + ends, dtype=np.float64)
    return np.minimum(tuned, high)
