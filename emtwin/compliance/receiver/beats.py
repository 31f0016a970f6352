"""Beats of the lines within one pass band, and the envelope that the detectors see.

The lines are put on a comb of common spacing; its inverse Fourier transform is one period of the
envelope. Lines that no comb up to the longest period holds are moved to the nearest tooth of the
finest. A beat slower than 0.1 Hz is read at its maximum, which the meter follows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from emtwin.compliance.receiver.bands import Detector
from emtwin.compliance.receiver.cycle import WATCH, Cycle, Watch
from emtwin.compliance.receiver.if_filter import IfFilter
from emtwin.standards import Receiver

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]
Phases = Literal["known", "unknown"]

REACH = 16.0
"""6 dB bandwidths beyond which a line is not looked at: -120 dB."""

_FAINT = 1e-4  # of the strongest line behind the filter
_FINE = 64  # samples per period of a beat at the bandwidth, or at the lines' span if less
_CHARGING = 30.0  # samples per charge time constant
_ANY = 1e4  # Hz, period of a single line
_LONGEST, _SHORTEST = 1 << 17, 64  # samples of one period
_SLOWEST = 0.1  # Hz
_TOGETHER = 1 << 20  # samples worked on at once


@dataclass(frozen=True, eq=False)
class Beat:
    """The lines that matter behind the filter.

    Parameters
    ----------
    offsets : ndarray, shape (k,)
        Distance from the tuned frequency in hertz, rising.
    lines : ndarray, shape (k,)
        Rms behind the filter in volt, with the phase where it is known.
    """

    offsets: Real
    lines: Complex

    @classmethod
    def of(cls, frequencies: Real, rms: NDArray[Any], tuned: float, response: IfFilter) -> Beat:
        """Lines as one tuned filter passes them.

        Parameters
        ----------
        frequencies : ndarray, shape (nf,)
            Rising, in hertz.
        rms : ndarray, shape (nf,)
            Phasors, or magnitudes where no phase is known.
        tuned : float
            Tuned frequency in hertz.
        response : IfFilter
            The filter.

        Returns
        -------
        Beat
            The lines, none below 1e-4 of the strongest.
        """
        reach = REACH * response.bandwidth
        inside = slice(*np.searchsorted(frequencies, [tuned - reach, tuned + reach]))
        offsets = frequencies[inside] - tuned
        weight = response.transfer(offsets)
        lines = rms[inside] * (weight if np.iscomplexobj(rms) else np.abs(weight))
        loud = np.abs(lines) > _FAINT * np.abs(lines).max(initial=0.0)
        return cls(offsets[loud], lines[loud].astype(np.complex128))

    @property
    def power_sum(self) -> float:
        """Root of the sum of the squares, in volt."""
        return float(np.linalg.norm(self.lines))

    def comb(self, receiver: Receiver) -> tuple[float, int]:
        """Spacing of the comb that holds the lines in hertz, and the samples of one period.

        They are enough for the beats within the bandwidth, for the comb, and for the charging.
        """
        if self.lines.size < 2:
            return _ANY, 2
        span = float(self.offsets[-1] - self.offsets[0])
        rate = max(_FINE * min(span, IfFilter.of(receiver).bandwidth), 4 * span)
        spacing = common_spacing(self.offsets, max(_SLOWEST, rate / _LONGEST))
        if receiver.quasi_peak_charge is not None:
            rate = max(rate, _CHARGING / receiver.quasi_peak_charge)
        size = 1 << math.ceil(math.log2(max(rate / spacing, _SHORTEST)))
        return spacing, min(size, _LONGEST)


def read_beats(
    beats: Sequence[Beat],
    receiver: Receiver,
    detector: Detector,
    phases: Phases,
    noise: float = 0.0,
    watch: Watch = WATCH,
) -> Real:
    """Readings of beats, many at once.

    Parameters
    ----------
    beats : sequence of Beat
        One for each reading.
    receiver : Receiver
        Row of the band.
    detector : str
        The detector.
    phases : {"known", "unknown"}
        As in `LineSpectrum`.
    noise : float
        Rms of the noise behind the filter in volt.
    watch : Watch
        Time and probability of the noise's peak.

    Returns
    -------
    ndarray, shape (n,)
        Volt, rms of the sine that reads the same.
    """
    combs = [beat.comb(receiver) for beat in beats]
    sizes = np.array([size for _, size in combs], dtype=np.int64)
    read = np.zeros(len(beats))
    for members in _batches(sizes):
        spacing = np.array([combs[n][0] for n in members])
        amplitude = _envelopes([beats[n] for n in members], spacing, int(sizes[members[0]]))
        step = 1 / (spacing[:, None] * sizes[members[0]])
        below = np.full(members.size, noise) if noise > 0 else None
        cycle = Cycle(amplitude, step, 0.0, below, watch)
        read[members] = cycle.read(receiver, detector)
    if detector == "average" and phases == "unknown":
        for n, beat in enumerate(beats):
            if beat.lines.size > 2:
                read[n] = max(read[n], math.hypot(beat.power_sum, noise))
    return read


def _envelopes(beats: Sequence[Beat], spacing: Real, size: int) -> Real:
    """One period of each envelope, shape (C, size + 1)."""
    comb = np.zeros((len(beats), size), np.complex128)
    for beat, apart, row in zip(beats, spacing, comb, strict=True):
        teeth = np.round((beat.offsets - beat.offsets[:1]) / apart).astype(np.int64)
        np.add.at(row, teeth, beat.lines)
    amplitude = np.abs(np.fft.ifft(comb, axis=1)) * (size * math.sqrt(2))
    return np.concatenate([amplitude, amplitude[:, :1]], axis=1)


def common_spacing(offsets: Real, least: float) -> float:
    """Spacing of the widest comb that holds all lines.

    Parameters
    ----------
    offsets : ndarray, shape (n,)
        Two or more rising frequencies in hertz.
    least : float
        Finest spacing that is worked with, in hertz.

    Returns
    -------
    float
        Hertz. Each line lies within a thousandth of the spacing of a tooth; where no comb does
        that, `least`.
    """
    apart = offsets[1:] - offsets[0]
    closest = float(np.diff(offsets).min())
    for parts in range(1, int(closest / least) + 1):
        teeth = apart * (parts / closest)
        if float(np.abs(teeth - np.round(teeth)).max()) < 1e-3:
            return closest / parts
    return least


def _batches(sizes: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Places of equal size, a bounded number at once."""
    for size in np.unique(sizes):
        members = np.flatnonzero(sizes == size)
        count = max(1, _TOGETHER // int(size))
        yield from np.split(members, np.arange(count, members.size, count))
