"""Sampled voltages: down-conversion block by block, for all tuned frequencies at once.

Each block is transformed once. For each tuned frequency the bins around it, times the filter's
transfer function, are transformed back at the lower rate that the pass band needs: overlap-save,
so the samples that the filter has not filled are dropped. The detectors want the magnitude only,
so no phase is carried from block to block. Samples far denser than needed are thinned out first.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.compliance.receiver.bands import Detector
from emtwin.compliance.receiver.decimation import SPAN, Decimated
from emtwin.compliance.receiver.if_filter import IfFilter
from emtwin.compliance.receiver.streaming import stream
from emtwin.compliance.receiver.timing import measuring_time
from emtwin.errors import InputError
from emtwin.standards import Receiver
from emtwin.units import format_si

Real = NDArray[np.float64]

_RATE = 12.0  # samples per second and 6 dB bandwidth behind the filter, or up to twice that
_MARGIN = 2.0  # bandwidths that must lie between the tuned frequency and the edge of the sampling
_LARGE = 1 << 20  # samples of a block above which the trace is thinned out
_STAGE = 16  # largest factor of one stage of that
_TOGETHER = 1 << 20  # samples behind the filter worked on at once


@dataclass(frozen=True, eq=False)
class Trace:
    """A sampled voltage.

    Parameters
    ----------
    samples : array_like, shape (N,)
        Volt; any object with a length and slices, for example `numpy.memmap`. Real samples are
        the voltage; complex ones are its complex envelope about `centre`, peak amplitude.
    rate : float
        Samples per second.
    centre : float
        Frequency in hertz that complex samples are about.
    alone : bool
        The voltage is zero before and after the trace. Otherwise the trace is a piece of something
        longer, the time in which the filter fills is not read, and the trace must last for the
        detector's measuring time.
    """

    samples: Any
    rate: float
    centre: float = 0.0
    alone: bool = False

    def __post_init__(self) -> None:
        if not (self.rate > 0 and math.isfinite(self.rate)):
            raise InputError.single(f"the rate must be above 0, got {self.rate:g}", field="rate")
        if len(self.samples) < 2:
            raise InputError.single("the trace has less than two samples", field="samples")

    @property
    def seconds(self) -> float:
        """How long the trace is."""
        return len(self.samples) / self.rate

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

        Raises
        ------
        InputError
            If the sampling does not carry a tuned frequency, or a piece is too short.
        """
        response = IfFilter.of(receiver)
        self._check_rate(frequencies, response)
        self._check_length(receiver, detector)
        thin = self._thinned(frequencies, response)
        _, fine, step = thin._sizes(response)
        count = max(1, _TOGETHER // fine)
        pieces = np.split(frequencies, np.arange(count, frequencies.size, count))
        read = [
            stream(thin.envelopes(piece, response), step, receiver, detector, alone=self.alone)
            for piece in pieces
        ]
        return np.concatenate(read)

    def envelopes(self, frequencies: Real, response: IfFilter) -> Iterator[Real]:
        """Envelopes behind the filter, block by block.

        Parameters
        ----------
        frequencies : ndarray, shape (C,)
            Tuned frequencies in hertz.
        response : IfFilter
            The filter.

        Yields
        ------
        ndarray, shape (C, n)
            Peak amplitude in volt, at the rate of `_sizes`.
        """
        size, fine, _ = self._sizes(response)
        ahead = max(size // fine, 1)  # samples for a whole number of fine ones
        filling = ahead * math.ceil(response.ring * self.rate / ahead)
        total = len(self.samples)
        start, end = (-filling, total + filling) if self.alone else (0, total)
        bins = [self._bins(float(f), size, fine, response) for f in frequencies]
        for at in range(start, end - filling, size - filling):
            spectrum = self._spectrum(at, size)
            first, last = filling * fine // size, min(fine, (end - at) * fine // size)
            if last > first:
                yield np.stack([_back(spectrum, *b)[first:last] for b in bins])

    def _sizes(self, response: IfFilter) -> tuple[int, int, float]:
        """Samples of a block, samples of it behind the filter, and seconds between those."""
        size = 1 << max(16, math.ceil(math.log2(8 * response.ring * self.rate)))
        fine = 1 << math.ceil(math.log2(_RATE * response.bandwidth * size / self.rate))
        return size, fine, size / fine / self.rate

    def _thinned(self, frequencies: Real, response: IfFilter) -> Trace:
        """The trace at some four times the highest frequency, where blocks would be large."""
        highest = float(np.abs(frequencies - self.centre).max()) + _MARGIN * response.bandwidth
        factor = int(self.rate / (4 * highest))
        if factor < 2 or self._sizes(response)[0] <= _LARGE:
            return self
        stage = min(factor, _STAGE)
        samples = Decimated(self.samples, stage, SPAN if self.alone else 0)
        return replace(self, samples=samples, rate=self.rate / stage)._thinned(
            frequencies, response
        )

    def _spectrum(self, at: int, size: int) -> NDArray[np.complex128]:
        """Spectrum of one block, of positive frequencies where the samples are real."""
        piece = np.asarray(self.samples[max(at, 0) : max(at + size, 0)])
        if not np.isfinite(piece).all():
            first = max(at, 0) + int(np.argmin(np.isfinite(piece)))
            raise InputError.single(f"sample {first} of the trace is not finite", field="samples")
        block = np.zeros(size, np.complex128 if np.iscomplexobj(piece) else np.float64)
        block[max(-at, 0) : max(-at, 0) + piece.size] = piece
        if np.iscomplexobj(block):
            return np.fft.fft(block) / size
        return np.fft.rfft(block) * (2 / size)

    def _bins(
        self, tuned: float, size: int, fine: int, response: IfFilter
    ) -> tuple[NDArray[np.int64], NDArray[np.complex128]]:
        """Bins about a tuned frequency and their weights, in the order of the transform back."""
        per_bin = self.rate / size
        nearest = round((tuned - self.centre) / per_bin)
        index = nearest + np.fft.fftfreq(fine, 1 / fine).astype(np.int64)
        weight = response.transfer(index * per_bin - (tuned - self.centre)) * fine
        lowest = -size // 2 if np.iscomplexobj(np.asarray(self.samples[:1])) else 0
        outside = (index < lowest) | (index >= size // 2)
        weight[outside] = 0
        return np.where(outside, 0, index % size), weight

    def _check_rate(self, frequencies: Real, response: IfFilter) -> None:
        margin = _MARGIN * response.bandwidth
        off = np.abs(frequencies - self.centre) + margin
        if float(off.max(initial=0.0)) <= self.rate / 2:
            return
        worst = float(frequencies[int(np.argmax(off))])
        needed = 2 * (abs(worst - self.centre) + margin)
        raise InputError.single(
            f"{format_si(self.rate, 'Hz')} samples do not carry {format_si(worst, 'Hz')}",
            field="rate",
            remedy=f"sample at {format_si(needed, 'Hz')} or more",
        )

    def _check_length(self, receiver: Receiver, detector: Detector) -> None:
        needed = measuring_time(receiver, detector) + IfFilter.of(receiver).ring
        if self.alone or self.seconds >= needed * (1 - 1e-9):
            return
        raise InputError.single(
            f"a trace of {format_si(self.seconds, 's')} is shorter than the measuring time of "
            f"{format_si(needed, 's')} ({detector}, band {receiver.band})",
            field="samples",
            remedy="give a longer trace, alone=True if nothing is before and after it, or "
            "LineSpectrum.of_period if it repeats",
        )


def _back(
    spectrum: NDArray[np.complex128], index: NDArray[np.int64], weight: NDArray[np.complex128]
) -> Real:
    """Envelope of one block."""
    return np.asarray(np.abs(np.fft.ifft(spectrum[index] * weight)))
