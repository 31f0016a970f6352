"""The detectors on an envelope that comes in blocks, from rest; memory holds one block."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from emtwin.compliance.receiver.bands import Detector
from emtwin.compliance.receiver.meter import Meter
from emtwin.compliance.receiver.quasi_peak import QuasiPeak
from emtwin.standards import Receiver

Real = NDArray[np.float64]


def stream(
    blocks: Iterable[Real], step: float, receiver: Receiver, detector: Detector, *, alone: bool
) -> Real:
    """Largest indication of a detector while blocks of an envelope pass.

    Parameters
    ----------
    blocks : iterable of ndarray, each of shape (C, n)
        Peak amplitude in volt.
    step : float
        Seconds between samples.
    receiver : Receiver
        Row of the band.
    detector : str
        The detector.
    alone : bool
        Silence follows, and the meter may still rise in it.

    Returns
    -------
    ndarray, shape (C,)
        Volt, rms of the sine that reads the same.
    """
    if detector == "peak":
        return np.asarray(np.max([block.max(axis=1) for block in blocks], axis=0) / math.sqrt(2))
    if detector == "quasi_peak":
        return _quasi_peak(blocks, step, receiver, alone)
    meter = _Deflection(Meter(receiver.average_meter_time_constant), step)
    if detector == "average":
        return meter.of(blocks, None, alone) / math.sqrt(2)
    window = max(1, round(1 / receiver.rms_average_corner / step))
    return meter.of(_moving_rms(blocks, window, alone), None, alone)


def _quasi_peak(blocks: Iterable[Real], step: float, receiver: Receiver, alone: bool) -> Real:
    detector = QuasiPeak.of(receiver)
    assert receiver.meter_time_constant is not None

    def voltages() -> Iterable[Real]:
        """The capacitor's voltage, block by block."""
        last: tuple[Real, Real] | None = None
        for block in blocks:
            amplitude, voltage = last or (block[:, :1], np.zeros(len(block)))
            joined = np.concatenate([amplitude, block], axis=1)
            found = detector.advance(joined, step, voltage)
            last = block[:, -1:], found[:, -1]
            yield found[:, 1:]

    meter = _Deflection(Meter(receiver.meter_time_constant), step)
    largest = meter.of(voltages(), detector.discharge, alone)
    return largest / detector.sine_ratio / math.sqrt(2)


class _Deflection:
    """The meter behind a detector."""

    def __init__(self, meter: Meter, step: float) -> None:
        self._meter, self._step = meter, np.full((1, 1), step)

    def of(self, blocks: Iterable[Real], discharge: float | None, alone: bool) -> Real:
        """Largest deflection."""
        state, largest = np.zeros((1, 3)), np.zeros(1)
        for block in blocks:
            state = np.broadcast_to(state, (len(block), 3))
            joined = np.concatenate([state[:, :1], block], axis=1)
            first, second = self._meter.advance(joined, self._step, state[:, 1:])
            state = np.stack([block[:, -1], first[:, -1], second[:, -1]], axis=-1)
            largest = np.maximum(largest, second.max(axis=1))
        if alone:
            if discharge is None:
                state = state * [0, 1, 1]
            largest = np.maximum(largest, self._meter.afterwards(state, math.inf, discharge))
        return largest


def _moving_rms(blocks: Iterable[Real], window: int, alone: bool) -> Iterable[Real]:
    """Root of the mean power of the last `window` samples."""
    kept: Real | None = None
    for block in blocks:
        kept = np.zeros((len(block), window)) if kept is None else kept
        mean, kept = _moved(0.5 * block**2, kept)
        yield mean
    if alone and kept is not None:
        yield _moved(np.zeros_like(kept), kept)[0]


def _moved(power: Real, before: Real) -> tuple[Real, Real]:
    """Moving rms along `power`, given the window before it; and the window at its end."""
    window = before.shape[1]
    joined = np.concatenate([before, power], axis=1)
    total = np.cumsum(joined, axis=1)
    mean = (total[:, window:] - total[:, :-window]) / window
    return np.sqrt(np.maximum(mean, 0.0)), joined[:, -window:]
