"""The intermediate-frequency filter: one set of poles, four views of it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad

from emtwin.compliance.receiver import IfFilter, receiver_at
from tests.validation import Validated

WIDTH = 9e3
FILTER = IfFilter(WIDTH)


def test_half_at_half_the_bandwidth() -> None:
    """A critically coupled pair is a Butterworth of second order; two give 1 / (1 + x^4)."""
    x = np.array([0.0, 0.25, 1.0, 3.0, -1.0])
    passed = np.abs(FILTER.transfer(x * WIDTH / 2))
    assert passed == pytest.approx(1 / (1 + x**4), rel=1e-12)
    assert passed[2] == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize("offset", [0.0, 1e3, 4.5e3, 12e3])
def test_transfer_is_the_transform_of_the_impulse_response(offset: float) -> None:
    t, step = np.linspace(0, FILTER.ring, 200_001, retstep=True)
    turned = FILTER.impulse_response(t) * np.exp(-2j * np.pi * offset * t)
    # The response begins and ends at zero, so the trapezoidal sum is exact to (w0 dt)^2.
    assert turned.sum() * step == pytest.approx(FILTER.transfer(np.array(offset)), abs=1e-7)


def test_envelope_of_the_fact_sheet() -> None:
    """A(t) = 4 w0 exp(-w0 t) (sin w0 t - w0 t cos w0 t), w0 = pi B6 / sqrt 2, for an area of 1."""
    w0 = math.pi * WIDTH / math.sqrt(2)
    t = np.linspace(0, 10 / w0, 50)
    x = w0 * t
    expected = 4 * w0 * np.exp(-x) * (np.sin(x) - x * np.cos(x))
    assert 2 * FILTER.impulse_response(t) == pytest.approx(expected, rel=1e-12)


def test_nothing_before_the_impulse_and_next_to_nothing_after_the_ring() -> None:
    assert FILTER.impulse_response(np.array([-1e-4]))[0] == 0
    later = FILTER.impulse_response(np.linspace(FILTER.ring, 2 * FILTER.ring, 1000))
    assert np.abs(later).max() < 2e-9 * FILTER.impulse_bandwidth


def test_impulse_bandwidth(validated: Validated) -> None:
    """Largest value of the impulse response; the standard's 1.05 is this, rounded."""
    t = np.linspace(0, FILTER.ring, 1_000_001)
    ratio = FILTER.impulse_bandwidth / WIDTH
    assert FILTER.impulse_response(t).max() == pytest.approx(FILTER.impulse_bandwidth, rel=1e-9)
    validated(
        "receiver, impulse bandwidth over 6 dB bandwidth", ratio, 1.048, 5e-4,
        reference="two critically coupled pairs, recomputed in STANDARDS: 1.048",
    )  # fmt: skip


def test_noise_bandwidth_and_spread() -> None:
    """Integrals of |H|^2 and of (2 pi f)^2 |H|^2 over frequency."""

    def power(x: float) -> float:
        return 1 / (1 + x**4) ** 2

    whole = 2 * quad(power, 0, np.inf)[0]
    second = 2 * quad(lambda x: x**2 * power(x), 0, np.inf)[0]
    assert FILTER.noise_bandwidth == pytest.approx(WIDTH / 2 * whole, rel=1e-9)
    spread = math.pi * WIDTH * math.sqrt(second / whole)
    assert FILTER.noise_spread == pytest.approx(spread, rel=1e-9)


def test_step_response_is_the_integral_of_the_impulse_response() -> None:
    t, step = np.linspace(0, FILTER.ring, 200_001, retstep=True)
    h = FILTER.impulse_response(t)
    total = np.concatenate([[0], np.cumsum((h[1:] + h[:-1]) / 2 * step)])
    assert np.abs(FILTER.step_response(t) - total).max() < 1e-8


def test_the_band_without_a_6_db_bandwidth_has_its_impulse_bandwidth() -> None:
    receiver = receiver_at(2e9)
    assert receiver.bandwidth is None
    assert IfFilter.of(receiver).impulse_bandwidth == pytest.approx(receiver.impulse_bandwidth)
