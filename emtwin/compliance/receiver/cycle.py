"""One period of an envelope, and what the four detectors read of it in the steady state."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.compliance.receiver.bands import Detector
from emtwin.compliance.receiver.if_filter import IfFilter
from emtwin.compliance.receiver.meter import Meter
from emtwin.compliance.receiver.moving_rms import moving_rms
from emtwin.compliance.receiver.noise import mean_envelope, peak_envelope
from emtwin.compliance.receiver.quasi_peak import QuasiPeak
from emtwin.standards import Receiver

Real = NDArray[np.float64]


@dataclass(frozen=True)
class Watch:
    """How long noise is watched, and which peak of it counts.

    Parameters
    ----------
    seconds : float
        Time of observation.
    quantile : float
        Probability that the peak in that time is not above the reading.
    """

    seconds: float = 1.0
    quantile: float = 0.5


WATCH = Watch()


@dataclass(frozen=True, eq=False)
class Cycle:
    """One period of the envelope behind the filter, in C channels.

    Parameters
    ----------
    amplitude : ndarray, shape (C, N + 1)
        Peak amplitude in volt at the ends of N steps; without a gap the last is the first again.
    step : ndarray, shape (C, 1)
        Seconds between them.
    gap : float
        Silence before the next period in seconds; infinite for a single pulse.
    noise : ndarray, shape (C,), optional
        Rms of Gaussian noise behind the filter in volt, all above 0.
    watch : Watch
        Applies to the peak of noise.
    """

    amplitude: Real
    step: Real
    gap: float = 0.0
    noise: Real | None = None
    watch: Watch = WATCH

    def read(self, receiver: Receiver, detector: Detector) -> Real:
        """Reading of one detector, the rms of the sine that reads the same.

        Parameters
        ----------
        receiver : Receiver
            Row of the band.
        detector : {"peak", "quasi_peak", "average", "rms_average"}
            The detector.

        Returns
        -------
        ndarray, shape (C,)
            Volt, rms.

        Raises
        ------
        InputError
            If the band has no such detector.
        """
        if detector == "quasi_peak":
            return self._quasi_peak(receiver)
        if detector == "rms_average":
            return self._rms_average(receiver)
        linear = self._peak if detector == "peak" else self._average
        return np.asarray(linear(receiver) / math.sqrt(2))

    def _peak(self, receiver: Receiver) -> Real:
        if self.noise is None:
            return np.asarray(self.amplitude.max(axis=1))
        spread = IfFilter.of(receiver).noise_spread
        seconds, quantile = self.watch.seconds, self.watch.quantile
        return peak_envelope(self.amplitude, self.noise, spread, seconds, quantile)

    def _quasi_peak(self, receiver: Receiver) -> Real:
        detector = QuasiPeak.of(receiver)
        assert receiver.meter_time_constant is not None
        meter = Meter(receiver.meter_time_constant)
        voltage = detector.steady(self.amplitude, self.step, self.gap, self.noise)
        largest = meter.steady(voltage, self.step, self.gap, detector.discharge)
        return largest / detector.sine_ratio / math.sqrt(2)

    def _average(self, receiver: Receiver) -> Real:
        envelope = self.amplitude
        if self.noise is not None:
            envelope = mean_envelope(envelope, self.noise[:, None])
        return Meter(receiver.average_meter_time_constant).steady(envelope, self.step, self.gap)

    def _rms_average(self, receiver: Receiver) -> Real:
        """Square root of the moving mean power over one period of the corner, through the meter."""
        meter = Meter(receiver.average_meter_time_constant)
        window = 1 / receiver.rms_average_corner
        power = 0.5 * self.amplitude**2
        if self.noise is not None:
            power = power + self.noise[:, None] ** 2
        read = np.empty(len(power))
        for n, row in enumerate(power):
            times, rms = moving_rms(row, float(self.step[n, 0]), self.gap, window)
            after = math.inf if math.isinf(self.gap) else 0.0
            read[n] = meter.steady(rms[None], np.diff(times)[None], after)[0]
        return read
