"""More waveforms: a Gaussian, a band, a burst, a step. `Pulse` is the one for broadband spectra."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import TWO_PI
from emtwin.errors import GridError
from emtwin.solver.waveforms.pulses import Waveform

Real = NDArray[np.float64]

_EDGE = np.sqrt(2 * np.log(10.0))  # standard deviations at which a Gaussian is 20 dB down
_BEGIN = 6.5  # standard deviations before its peak at which one begins, 184 dB below it

_BLACKMAN_HARRIS = (0.35875, 0.48829, 0.14128, 0.01168)
_LOBE = 4.0  # of that window's spectrum: -92 dB beyond 4 / length


def smooth_ramp(u: NDArray[np.floating]) -> Real:
    """From 0 at u <= 0 to 1 at u >= 1, the integral of a Blackman-Harris window.

    Its spectrum has next to nothing beyond 4 / (its length), unlike a straight ramp's.

    References
    ----------
    Harris, On the use of windows for harmonic analysis with the discrete Fourier transform, Proc.
    IEEE 66 (1978) 51-83, the minimum four-term window.
    """
    u = np.clip(u, 0.0, 1.0).astype(np.float64)
    total = _BLACKMAN_HARRIS[0] * u
    for n, weight in enumerate(_BLACKMAN_HARRIS[1:], start=1):
        total += (-1) ** n * weight * np.sin(TWO_PI * n * u) / (TWO_PI * n)
    return np.asarray(total / _BLACKMAN_HARRIS[0], np.float64)


_GRID = np.linspace(0.0, 1.0, 4001)
_TEN_TO_NINETY = float(np.diff(np.interp([0.1, 0.9], smooth_ramp(_GRID), _GRID))[0])


@dataclass(frozen=True)
class Gaussian(Waveform):
    """A Gaussian pulse: it carries a static part, so that charge may stay on conductors.

    Parameters
    ----------
    f_max : float
        Frequency in Hz at which its spectrum is 20 dB below that at 0.
    amplitude : float
        Peak value.
    """

    f_max: float
    amplitude: float = 1.0

    def __post_init__(self) -> None:
        _positive(self, "f_max")

    @property
    def width(self) -> float:
        """Standard deviation in seconds."""
        return float(_EDGE / (TWO_PI * self.f_max))

    @property
    def duration(self) -> float:
        """Time after which it is over, in seconds."""
        return 2 * _BEGIN * self.width

    def __call__(self, t: NDArray[np.floating]) -> Real:
        """Values at times `t` in seconds."""
        return np.asarray(
            self.amplitude * np.exp(-0.5 * (t / self.width - _BEGIN) ** 2), np.float64
        )


@dataclass(frozen=True)
class ModulatedGaussian(Waveform):
    """A sine in a Gaussian envelope, for a band; odd about its middle, so without a static part.

    Parameters
    ----------
    f_min, f_max : float
        Edges of the band in Hz, where the spectrum is 20 dB below that in the middle.
    amplitude : float
        Peak of the envelope.
    """

    f_min: float
    f_max: float
    amplitude: float = 1.0

    def __post_init__(self) -> None:
        _positive(self, "f_max")
        if not 0 <= self.f_min < self.f_max:
            raise GridError.single(
                f"the band from {self.f_min:g} to {self.f_max:g} Hz is none", field="f_min"
            )

    @property
    def width(self) -> float:
        """Standard deviation of the envelope in seconds."""
        return float(_EDGE / (np.pi * (self.f_max - self.f_min)))

    @property
    def duration(self) -> float:
        """Time after which it is over, in seconds."""
        return 2 * _BEGIN * self.width

    def __call__(self, t: NDArray[np.floating]) -> Real:
        """Values at times `t` in seconds."""
        since = t - _BEGIN * self.width
        carrier = np.sin(np.pi * (self.f_min + self.f_max) * since)
        envelope = np.exp(-0.5 * (since / self.width) ** 2)
        return np.asarray(self.amplitude * envelope * carrier, np.float64)


@dataclass(frozen=True)
class SineBurst(Waveform):
    """A sine that is switched on and off smoothly.

    Parameters
    ----------
    frequency : float
        Hz.
    cycles : float
        Periods at full amplitude.
    ramp : float
        Periods of each of the two ramps.
    amplitude : float
        Peak value.
    """

    frequency: float
    cycles: float = 10.0
    ramp: float = 4.0
    amplitude: float = 1.0

    def __post_init__(self) -> None:
        _positive(self, "frequency", "cycles", "ramp")

    @property
    def f_max(self) -> float:  # type: ignore[override]
        """Highest frequency that the ramps give it, Hz."""
        return self.frequency * (1 + _LOBE / self.ramp)

    @property
    def duration(self) -> float:
        """Time after which it is over, in seconds."""
        return (self.cycles + 2 * self.ramp) / self.frequency

    def __call__(self, t: NDArray[np.floating]) -> Real:
        """Values at times `t` in seconds."""
        periods, total = t * self.frequency, self.cycles + 2 * self.ramp
        envelope = smooth_ramp(periods / self.ramp) * smooth_ramp((total - periods) / self.ramp)
        return np.asarray(self.amplitude * envelope * np.sin(TWO_PI * periods), np.float64)


@dataclass(frozen=True)
class Step(Waveform):
    """A step with a rise time, held, and taken back as smoothly: every run has to end.

    Parameters
    ----------
    rise_time : float
        From 10 to 90 %, s.
    hold : float
        Time at full amplitude, s.
    amplitude : float
        Value that is held.
    """

    rise_time: float
    hold: float
    amplitude: float = 1.0

    def __post_init__(self) -> None:
        _positive(self, "rise_time", "hold")

    @property
    def ramp(self) -> float:
        """Time from 0 to full amplitude, s."""
        return self.rise_time / _TEN_TO_NINETY

    @property
    def f_max(self) -> float:  # type: ignore[override]
        """Highest frequency that the ramp gives it, Hz."""
        return _LOBE / self.ramp

    @property
    def duration(self) -> float:
        """Time after which it is over, in seconds."""
        return 2 * self.ramp + self.hold

    def __call__(self, t: NDArray[np.floating]) -> Real:
        """Values at times `t` in seconds."""
        up, down = smooth_ramp(t / self.ramp), smooth_ramp((self.duration - t) / self.ramp)
        return np.asarray(self.amplitude * up * down, np.float64)


def _positive(waveform: Waveform, *names: str) -> None:
    for name in names:
        value = getattr(waveform, name)
        if not 0 < value < np.inf:
            raise GridError.single(f"{name} = {value:g} must be positive", field=name)
