"""The quasi-peak detector against the definitions of its time constants."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from emtwin.compliance.receiver import receiver_at
from emtwin.compliance.receiver.quasi_peak import QuasiPeak, charging
from emtwin.errors import InputError, RunError

B = QuasiPeak(1e-3, 160e-3)
SETS = [(45e-3, 500e-3), (1e-3, 160e-3), (1e-3, 550e-3)]


@pytest.mark.parametrize("ratio", [0.0, 0.3, 0.9, 0.9999])
def test_charging_is_the_mean_excess_of_a_half_wave(ratio: float) -> None:
    """Mean of max(cos phase - u, 0) over one turn; the sum over 1e5 phases is good to 1e-9."""
    phase = 2 * np.pi * (np.arange(100_000) + 0.5) / 100_000
    excess, slope = charging(np.array([2.0]), np.array([2 * ratio]))
    assert excess[0] == pytest.approx(2 * np.maximum(np.cos(phase) - ratio, 0).mean(), abs=1e-8)
    assert slope[0] == pytest.approx(-(np.cos(phase) > ratio).mean(), abs=2e-5)


def test_no_charge_below_the_capacitor_or_without_a_sine() -> None:
    excess, slope = charging(np.array([1.0, 0.0]), np.array([1.5, 0.0]))
    assert excess.tolist() == [0, 0]
    assert slope.tolist() == [0, 0]


@pytest.mark.parametrize(("charge", "discharge"), SETS)
def test_charge_time_constant(charge: float, discharge: float) -> None:
    """A sine that is suddenly there gives 1 - 1/e of the final voltage after the charge time."""
    detector = QuasiPeak(charge, discharge)
    n = 2000
    voltage = detector.advance(np.ones((1, n + 1)), charge / n, np.zeros(1))
    expected = (1 - math.exp(-1)) * detector.sine_ratio
    assert voltage[0, -1] == pytest.approx(expected, rel=1e-6)  # trapezoidal rule, (1 / n)^2


@pytest.mark.parametrize(("charge", "discharge"), SETS)
def test_discharge_time_constant(charge: float, discharge: float) -> None:
    detector = QuasiPeak(charge, discharge)
    n = 1000
    silent = np.concatenate([[[1.0]], np.zeros((1, n))], axis=1)
    voltage = detector.advance(silent, discharge / n, np.ones(1))
    assert voltage[0, -1] / voltage[0, 0] == pytest.approx(math.exp(-1), rel=1e-3)


def test_a_steady_sine_gives_the_sine_ratio() -> None:
    voltage = B.steady(np.full((1, 9), 3.0), np.array([[1e-4]]), 0.0)
    assert voltage == pytest.approx(3 * B.sine_ratio, rel=1e-10)


def test_one_block_and_many_give_the_same() -> None:
    envelope = np.abs(np.random.default_rng(2).normal(size=(2, 1001)))
    whole = B.advance(envelope, 1e-5, np.zeros(2))
    first = B.advance(envelope[:, :401], 1e-5, np.zeros(2))
    second = B.advance(envelope[:, 400:], 1e-5, first[:, -1])
    assert second[:, -1] == pytest.approx(whole[:, -1], rel=1e-9)


def test_against_a_general_solver() -> None:
    """A smooth envelope; the trapezoidal rule at 1 us is good to (1 us / 0.25 ms)^2 / 12."""

    def envelope(t: np.ndarray | float) -> np.ndarray:
        return np.asarray(1 + 0.8 * np.cos(2 * np.pi * 300 * np.asarray(t)))

    def rate(t: float, u: np.ndarray) -> np.ndarray:
        return charging(envelope(t)[None], u)[0] / B.tau_1 - u / B.discharge

    reference = solve_ivp(rate, (0, 5e-3), [0.0], rtol=1e-9, atol=1e-12).y[0, -1]
    t = np.linspace(0, 5e-3, 5001)
    found = B.advance(envelope(t)[None], t[1], np.zeros(1))[0, -1]
    assert found == pytest.approx(reference, rel=1e-5)


@pytest.mark.parametrize("gap", [0.0, 3e-3])
def test_the_steady_state_repeats(gap: float) -> None:
    """Going once more round the period, with the exact fall in the gap, changes nothing."""
    t = np.linspace(0, 1e-3, 401)
    envelope = np.sin(np.pi * t / 1e-3)[None] ** 2
    voltage = B.steady(envelope, np.array([[t[1]]]), gap)
    again = B.advance(envelope, t[1], voltage[:, -1] * math.exp(-gap / B.discharge))
    assert again == pytest.approx(voltage, rel=1e-8)


def test_an_isolated_pulse_begins_from_zero() -> None:
    envelope = np.array([[0.0, 1.0, 0.0]])
    assert B.steady(envelope, np.array([[1e-5]]), math.inf)[0, 0] == 0


def test_silence_stays_silent() -> None:
    assert not B.steady(np.zeros((1, 5)), np.array([[1e-5]]), 0.0).any()


def test_band_e_has_none() -> None:
    with pytest.raises(InputError, match="band E has no quasi-peak detector"):
        QuasiPeak.of(receiver_at(2e9))


def test_samples_that_are_too_coarse_are_told() -> None:
    envelope = np.array([[1.0, 0, 0, 1, 0, 0, 1]])
    with pytest.raises(RunError, match="the samples are too coarse"):
        B.steady(envelope, np.array([[1.0]]), 0.0)
