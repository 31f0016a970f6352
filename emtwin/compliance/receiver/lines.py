"""Line spectra, with an even noise below them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emtwin.compliance.receiver.bands import Detector
from emtwin.compliance.receiver.beats import Beat, Phases, read_beats
from emtwin.compliance.receiver.cycle import WATCH, Watch
from emtwin.compliance.receiver.if_filter import IfFilter
from emtwin.errors import InputError, Problem
from emtwin.standards import Receiver

Real = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LineSpectrum:
    """Lines, and an even noise below them.

    Parameters
    ----------
    frequencies : array_like, shape (nf,)
        Hertz, rising.
    rms : array_like, shape (nf,)
        Rms of each line in volt: complex phasors, or magnitudes if the phases are unknown.
    phases : {"known", "unknown"}
        Unknown phases are read at the safe side: as aligned once in each beat for peak, quasi-peak
        and rms-average, and the average of three or more lines is their power sum.
    noise : float
        Noise density at the input in V^2/Hz.
    watch : Watch
        Time and probability of the noise's peak.
    """

    frequencies: ArrayLike
    rms: ArrayLike
    phases: Phases = "known"
    noise: float = 0.0
    watch: Watch = WATCH

    def __post_init__(self) -> None:
        f, rms = np.asarray(self.frequencies, np.float64), np.asarray(self.rms)
        told = [
            (
                f.ndim != 1 or rms.shape != f.shape,
                "frequencies",
                f"{f.shape} frequencies and {rms.shape} lines do not pair",
            ),
            (f.size > 1 and not bool(np.all(np.diff(f) > 0)), "frequencies", "they do not rise"),
            (not bool(np.all(np.isfinite(rms))), "rms", "a line is not finite"),
            (
                not (self.noise >= 0 and math.isfinite(self.noise)),
                "noise",
                f"{self.noise:g} V^2/Hz is no density",
            ),
        ]
        problems = [Problem(said, field=field) for wrong, field, said in told if wrong]
        if problems:
            raise InputError(problems)

    @classmethod
    def of_period(cls, samples: ArrayLike, rate: float, noise: float = 0.0) -> LineSpectrum:
        """Lines of a voltage that repeats for ever.

        Parameters
        ----------
        samples : array_like, shape (N,)
            One whole period in volt.
        rate : float
            Samples per second.
        noise : float
            Noise density in V^2/Hz.

        Returns
        -------
        LineSpectrum
            Its Fourier series without the mean.
        """
        v = np.asarray(samples, np.float64)
        series = np.fft.rfft(v)[1:] * (math.sqrt(2) / v.size)
        if v.size % 2 == 0:
            series[-1] /= 2
        return cls(np.arange(1, series.size + 1) * (rate / v.size), series, noise=noise)

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
        response = IfFilter.of(receiver)
        f, rms = np.asarray(self.frequencies, np.float64), np.asarray(self.rms)
        # The filter turns phases, which means something only where there are phases.
        rms = rms.astype(np.complex128) if self.phases == "known" else np.abs(rms)
        beats = [Beat.of(f, rms, float(tuned), response) for tuned in frequencies]
        noise = math.sqrt(self.noise * response.noise_bandwidth)
        return read_beats(beats, receiver, detector, self.phases, noise, self.watch)
