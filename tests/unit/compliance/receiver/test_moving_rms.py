"""The moving rms of the rms-average detector on envelopes that one can work out."""

from __future__ import annotations

import math

import numpy as np
import pytest

from emtwin.compliance.receiver.moving_rms import moving_rms

WINDOW = 10e-3


def mean(times: np.ndarray, rms: np.ndarray) -> float:
    """Mean over the period, straight between the times."""
    return float(((rms[1:] + rms[:-1]) / 2 * np.diff(times)).sum() / times[-1])


def test_a_constant() -> None:
    times, rms = moving_rms(np.full(11, 4.0), 1e-4, 0.0, WINDOW)
    assert rms == pytest.approx(2.0, rel=1e-12)
    assert times[-1] == pytest.approx(1e-3)


@pytest.mark.parametrize("rate", [1.0, 20.0, 99.0])
def test_pulses_slower_than_the_corner_are_weighted_by_their_average(rate: float) -> None:
    """One pulse of energy E is in the window for a share rate * WINDOW of the time."""
    pulse, step = np.ones(11), 1e-8
    times, rms = moving_rms(pulse, step, 1 / rate - 1e-7, WINDOW)
    energy = 1e-7
    assert mean(times, rms) == pytest.approx(rate * math.sqrt(energy * WINDOW), rel=2e-4)


def test_pulses_faster_than_the_corner_are_weighted_by_their_rms() -> None:
    """A whole number of periods in the window: the rms, at every moment."""
    times, rms = moving_rms(np.ones(11), 1e-8, 1e-3 - 1e-7, WINDOW)
    assert rms == pytest.approx(math.sqrt(1e-7 / 1e-3), rel=1e-9)
    assert times[0] == 0


def test_two_and_three_pulses_in_the_window() -> None:
    """At 250 Hz there are two pulses in 10 ms for half of the time, else three."""
    times, rms = moving_rms(np.ones(11), 1e-8, 1 / 250 - 1e-7, WINDOW)
    two, three = (math.sqrt(n * 1e-7 / WINDOW) for n in (2, 3))
    assert mean(times, rms) == pytest.approx((two + three) / 2, rel=2e-4)


def test_a_single_pulse_leaves_the_window() -> None:
    times, rms = moving_rms(np.ones(11), 1e-8, math.inf, WINDOW)
    assert times[-1] == pytest.approx(WINDOW + 1e-7)
    assert rms[-1] < 1e-4 * rms.max()  # the root of what rounding leaves
    assert rms.max() == pytest.approx(math.sqrt(1e-7 / WINDOW), rel=1e-9)
