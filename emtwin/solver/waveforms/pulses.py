"""Waveforms: what ports, currents and the plane wave are driven with."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import TWO_PI

CONTENT = 2.4
"""Share of `f_max` beyond which a waveform has nothing left that sampling could fold back."""


class Waveform(ABC):
    """A function of time that begins at zero and is over after `duration`.

    What little there is before 0 and after `duration` is not cut off: a plane wave, which would
    radiate the jump, begins earlier. A subclass gives `f_max` (Hz), the highest frequency that it
    is meant for, and keeps what it holds above `CONTENT` times that 90 dB below its peak.
    """

    f_max: float

    @property
    @abstractmethod
    def duration(self) -> float:
        """Time after which it is over, in seconds."""

    @abstractmethod
    def __call__(self, t: NDArray[np.floating]) -> NDArray[np.float64]:
        """Values at times `t` in seconds."""

    def sampled(self, dt: float, oversampling: int = 1) -> NDArray[np.float64]:
        """Table of it, `oversampling` values per step `dt` (s), ending with zeros."""
        t = np.arange(int(np.ceil(self.duration / dt)) * oversampling + 2) * dt / oversampling
        return np.where(t > self.duration, 0.0, self(t))


@dataclass(frozen=True)
class Pulse(Waveform):
    """Differentiated Gaussian: no static part, one smooth maximum of its spectrum.

    Parameters
    ----------
    f_max : float
        Highest frequency of interest in Hz; the spectrum peaks at 0.45 of it and has fallen by
        10 dB there, by 69 dB at twice and by 172 dB at three times that frequency.
    amplitude : float
        Peak value.
    """

    f_max: float
    amplitude: float = 1.0

    @property
    def width(self) -> float:
        """Standard deviation of the Gaussian in seconds."""
        return 1.0 / (TWO_PI * 0.45 * self.f_max)

    @property
    def start(self) -> float:
        """Time of the zero crossing in seconds; the pulse begins 163 dB below its peak."""
        return 6.5 * self.width

    @property
    def duration(self) -> float:
        """Time after which the pulse is over, in seconds."""
        return 2 * self.start

    def __call__(self, t: NDArray[np.floating]) -> NDArray[np.float64]:
        """Values at times `t` in seconds; before 0 and after `duration` they go on falling."""
        u = (t - self.start) / self.width
        values: NDArray[np.float64] = -self.amplitude * u * np.exp(0.5 * (1.0 - u**2))
        return values
