"""Trains of impulses, without a sample of the time between them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.compliance.receiver.bands import Detector
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
        turns: Real = np.zeros(frequencies.size)
        if self.repetition is not None and self._overlap(receiver):
            # The phase between successive responses, to a thousandth of a turn.
            turns = np.asarray(np.round(np.mod(frequencies / self.repetition, 1.0), 3) % 1.0)
        kinds, which = np.unique(turns, return_inverse=True)
        units = np.array([self._cycle(t, receiver).read(receiver, detector)[0] for t in kinds])
        return np.asarray(areas * units[which])

    def _area(self, frequency: float) -> float:
        return abs(self.area(frequency) if callable(self.area) else self.area)

    def _overlap(self, receiver: Receiver) -> bool:
        return self.repetition is not None and IfFilter.of(receiver).ring * self.repetition > 1

    def _cycle(self, turn: float, receiver: Receiver) -> Cycle:
        """Envelope of impulses of area 1, with `turn` turns of the carrier from one to the next."""
        response = IfFilter.of(receiver)
        if not self._overlap(receiver):
            t = np.linspace(0.0, response.ring, _POINTS + 1)
            gap = math.inf if self.repetition is None else 1 / self.repetition - response.ring
            return _of(np.abs(response.impulse_response(t)), t[1], gap)
        assert self.repetition is not None
        period = 1 / self.repetition
        t = np.linspace(0.0, period, _POINTS + 1)
        total = np.zeros(t.size, np.complex128)
        for n in range(math.ceil(response.ring / period) + 1):
            total += response.impulse_response(t + n * period) * np.exp(2j * math.pi * n * turn)
        return _of(np.abs(total), t[1], 0.0)


def _of(half_envelope: Real, step: float, gap: float) -> Cycle:
    return Cycle(2 * half_envelope[None], np.array([[step]]), gap)
