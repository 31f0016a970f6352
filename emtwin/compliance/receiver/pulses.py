"""Trains of impulses, without a sample of the time between them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.compliance.receiver.bands import Detector
from emtwin.compliance.receiver.beats import REACH, Beat, read_beats
from emtwin.compliance.receiver.cycle import Cycle
from emtwin.compliance.receiver.if_filter import IfFilter
from emtwin.errors import InputError
from emtwin.standards import Receiver

Real = NDArray[np.float64]

_POINTS = 3000  # of one response of the filter


@dataclass(frozen=True)
class PulseTrain:
    """Equal impulses, each short against 1 / B6.

    Parameters
    ----------
    area : float or callable
        Area of one impulse at the receiver's input in Vs; for a pulse that is not flat over
        frequency, a function of the frequency in hertz: the magnitude of its Fourier integral.
        An e.m.f. behind 50 ohm gives half its area.
    repetition : float, optional
        Impulses per second; left out for an isolated one.
    """

    area: float | Callable[[float], complex]
    repetition: float | None = None

    def __post_init__(self) -> None:
        if self.repetition is not None and not (0 < self.repetition < math.inf):
            raise InputError.single(
                f"the repetition must be above 0 Hz, got {self.repetition:g} Hz",
                field="repetition",
                remedy="leave it out for an isolated impulse",
            )
        if not callable(self.area) and not math.isfinite(self.area):
            raise InputError.single(
                f"the area of an impulse must be finite, got {self.area:g} Vs", field="area"
            )

    @classmethod
    def calibration(cls, receiver: Receiver) -> PulseTrain:
        """The band's calibration impulses, at the receiver's input.

        Parameters
        ----------
        receiver : Receiver
            Row of the band; its area is an e.m.f. behind 50 ohm.

        Returns
        -------
        PulseTrain
            The train.

        Raises
        ------
        InputError
            If the band has none.
        """
        if receiver.calibration_area is None:
            raise InputError.single(
                f"band {receiver.band} has no calibration impulses",
                remedy="use a band from A to D",
            )
        return cls(receiver.calibration_area / 2, receiver.calibration_repetition)

    def readings(self, frequencies: Real, receiver: Receiver, detector: Detector) -> Real:
        """Readings within one band.

        Parameters
        ----------
        frequencies : ndarray, shape (n,)
            Tuned frequencies in hertz.
        receiver : Receiver
            Row of the band.
        detector : str
            The detector.

        Returns
        -------
        ndarray, shape (n,)
            Volt, rms of the sine that reads the same.
        """
        areas = np.array([self._area(float(f)) for f in frequencies])
        response = IfFilter.of(receiver)
        period = math.inf if self.repetition is None else 1 / self.repetition
        if period >= response.ring:
            cycle = _one_response(response, period)
            return np.asarray(areas * cycle.read(receiver, detector)[0])
        # Responses overlap; a thousandth of the spacing is as near as the tuning has to be told.
        turns = np.round(np.mod(frequencies * period, 1.0), 3) % 1.0
        kinds, which = np.unique(turns, return_inverse=True)
        beats = [_lines(response, 1 / period, float(turn)) for turn in kinds]
        return np.asarray(areas * read_beats(beats, receiver, detector, "known")[which])

    def _area(self, frequency: float) -> float:
        return abs(self.area(frequency) if callable(self.area) else self.area)


def _one_response(response: IfFilter, period: float) -> Cycle:
    """Envelope of impulses of area 1, each of which finds the filter at rest."""
    t = np.linspace(0.0, response.ring, _POINTS + 1)
    envelope = 2 * np.abs(response.impulse_response(t))
    return Cycle(envelope[None], np.array([[t[1]]]), period - response.ring)


def _lines(response: IfFilter, rate: float, turn: float) -> Beat:
    """Lines of impulses of area 1, tuned `turn` spacings above one of them."""
    reach = math.ceil(REACH * response.bandwidth / rate) + 1
    orders = np.arange(-reach, reach + 1, dtype=np.float64)
    rms = np.full(orders.size, math.sqrt(2) * rate, np.complex128)
    return Beat.of(np.asarray(rate * (orders - turn)), rms, 0.0, response)
