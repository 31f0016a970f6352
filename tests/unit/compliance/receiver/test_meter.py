"""The critically damped meter against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest

from emtwin.compliance.receiver.meter import Meter

T = 0.16
METER = Meter(T)


def test_step_response() -> None:
    """1 - (1 + t / T) exp(-t / T): two equal lags, no overshoot."""
    t = np.linspace(0, 1.0, 2001)
    _, deflection = METER.advance(np.ones((1, t.size)), np.full((1, 1), t[1]), np.zeros((1, 2)))
    expected = 1 - (1 + t / T) * np.exp(-t / T)
    assert deflection[0] == pytest.approx(expected, abs=1e-6)
    assert deflection.max() < 1


@pytest.mark.parametrize("ripple", [1.0, 10.0, 100.0])
def test_ripple_of_a_sine(ripple: float) -> None:
    """Each lag passes 1 / sqrt(1 + (2 pi f T)^2); the largest deflection has all of it."""
    n = 2000
    phase = 2 * np.pi * np.arange(n + 1) / n
    read = METER.steady(1 + np.cos(phase)[None], np.full((1, 1), 1 / ripple / n), 0.0)
    expected = 1 + 1 / (1 + (2 * np.pi * ripple * T) ** 2)
    assert read[0] == pytest.approx(expected, rel=2e-6)


def test_single_short_pulse() -> None:
    """Area a gives a t / T^2 exp(-t / T), at most a / (T e), long after the pulse."""
    voltage = np.ones((1, 11))
    read = METER.steady(voltage, np.full((1, 1), 1e-5), math.inf)
    assert read[0] == pytest.approx(1e-4 / (T * math.e), rel=1e-3)  # pulse of 1e-4 s / T


def test_a_discharge_after_a_single_pulse_adds_its_area() -> None:
    """A discharge much shorter than T is a pulse of area U tau."""
    read = METER.steady(np.array([[1.0, 1.0]]), np.full((1, 1), 1e-9), math.inf, 1e-4)
    assert read[0] == pytest.approx(1e-4 / (T * math.e), rel=1e-3)


def test_equal_time_constants_of_discharge_and_meter() -> None:
    """Three equal lags in a row: U (t / T)^2 / 2 exp(-t / T), largest at 2 T: 2 exp(-2) U."""
    read = METER.afterwards(np.array([[1.0, 0.0, 0.0]]), math.inf, T)
    assert read[0] == pytest.approx(2 * math.exp(-2), rel=1e-5)


def test_the_steady_state_is_that_of_a_long_run() -> None:
    period, n = 0.05, 500
    voltage = np.zeros((1, n + 1))
    voltage[0, 1:50] = 1
    step = np.full((1, 1), period / n)
    gap = period - 60 * step[0, 0]
    steady = METER.steady(voltage[:, :61], step, gap)
    _, run = METER.advance(np.tile(voltage[:, :-1], 60), step, np.zeros((1, 2)))
    assert steady[0] == pytest.approx(run[0, -n:].max(), rel=1e-5)


def test_uneven_steps() -> None:
    """A straight input is exact for the first lag whatever the steps."""
    t = np.cumsum(np.concatenate([[0], np.random.default_rng(3).uniform(1e-4, 5e-3, 300)]))
    first, _ = METER.advance(t[None], np.diff(t)[None], np.zeros((1, 2)))
    assert first[0] == pytest.approx(t - T * (1 - np.exp(-t / T)), abs=1e-12)
