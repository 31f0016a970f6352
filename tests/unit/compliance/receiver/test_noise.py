"""Noise, alone and with a sine, against closed forms and against a sampled noise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad

from emtwin.compliance.receiver import IfFilter, LineSpectrum, Trace, Watch, read, receiver_at
from emtwin.compliance.receiver.noise import charging_by_noise, mean_envelope, peak_envelope

DENSITY = 1e-12  # V^2/Hz
TUNED = 400e3
SIGMA = math.sqrt(DENSITY * IfFilter.of(receiver_at(TUNED)).noise_bandwidth)


@pytest.mark.parametrize("level", [0.0, 0.5, 2.0])
def test_charge_by_noise_alone_is_that_of_a_rayleigh_envelope(level: float) -> None:
    """Mean over the envelope's density of A g(U / A), integrated."""

    def excess(a: float) -> float:
        angle = math.acos(min(level / a, 1.0))
        mean = (math.sqrt(max(a * a - level * level, 0)) - level * angle) / math.pi
        return a * math.exp(-a * a / 2) * mean

    expected = quad(excess, max(level, 1e-12), 12)[0]
    found, slope = charging_by_noise(np.zeros((1, 1)), np.full((1, 1), level), np.ones((1, 1)))
    assert found[0, 0] == pytest.approx(expected, rel=1e-6)
    assert slope[0, 0] == pytest.approx(-0.5 * math.erfc(level / math.sqrt(2)), rel=1e-12)


def test_charge_by_a_sine_with_little_noise_is_that_of_the_sine() -> None:
    from emtwin.compliance.receiver.quasi_peak import charging

    a, u = np.ones((1, 1)), np.full((1, 1), 0.6)
    found, _ = charging_by_noise(a, u, np.full((1, 1), 0.02))
    # The noise adds about sigma^2 / 2 times the density of the sine at u, 4e-4 / 2 * 0.4.
    assert found[0, 0] == pytest.approx(charging(a, u)[0][0, 0], abs=2e-4)


def test_mean_envelope() -> None:
    """Rayleigh: sigma sqrt(pi / 2). A strong sine: A + sigma^2 / (2 A)."""
    none, strong = mean_envelope(np.array([0.0, 50.0]), np.array([2.0, 1.0]))
    assert none == pytest.approx(2 * math.sqrt(math.pi / 2), rel=1e-12)
    assert strong == pytest.approx(50 + 1 / 100, rel=1e-6)


def test_peak_of_noise_alone() -> None:
    """Crossings at spread a exp(-a^2 / 2) / sqrt(2 pi); none in the time has the quantile."""
    spread, seconds, quantile = 3e4, 1.0, 0.5
    none = np.zeros((1, 1))
    [level] = peak_envelope(none, np.array([2.0]), spread, seconds, quantile) / 2
    rate = spread / math.sqrt(2 * math.pi) * level * math.exp(-level * level / 2)
    assert math.exp(-rate * seconds) == pytest.approx(quantile, rel=1e-9)
    [rarer] = peak_envelope(none, np.array([2.0]), spread, seconds, 0.99) / 2
    assert rarer > level


@pytest.mark.parametrize("sine", [0.0, 3e-4])
def test_against_sampled_noise(sine: float) -> None:
    """Average, quasi-peak and peak of 1.5 s of noise at four tuned frequencies.

    The envelope spreads by half of its mean, and the meter averages over some 4 T, or 5000
    independent values: 0.7 %, and the largest deflection is about that above the mean, 0.1 dB. The
    largest power in 1.5 s spreads by a tenth, the mean of four by 0.25 dB; twice that is allowed.
    """
    rate, seconds = 400e3, 1.5
    n = round(seconds * rate)
    # Complex envelope: power |z|^2 / 2, spread evenly over `rate` hertz.
    noise = np.random.default_rng(1).normal(size=(n, 2)) * math.sqrt(DENSITY * rate)
    noise = noise @ [1, 1j]
    tuned = TUNED + 50e3 * np.arange(-2, 2)
    t = np.arange(n) / rate
    for f in tuned if sine else ():
        noise += sine * math.sqrt(2) * np.exp(2j * np.pi * (f - TUNED) * t)
    trace = Trace(noise, rate, TUNED)
    lines = LineSpectrum(
        [TUNED] if sine else [], [sine] if sine else [], noise=DENSITY, watch=Watch(seconds)
    )
    receiver = receiver_at(TUNED)
    for detector, within in (("average", 0.1), ("quasi_peak", 0.1), ("peak", 0.5)):
        sampled = trace.readings(tuned, receiver, detector)
        expected = read(lines, TUNED, detector).dbuv
        assert 20 * np.log10(sampled / 1e-6).mean() == pytest.approx(expected, abs=within)


def test_noise_reads_its_rms_and_its_mean() -> None:
    """rms-average: the rms; average 1.05 dB below: sqrt(pi / 4)."""
    lines = LineSpectrum([], [], noise=DENSITY)
    assert read(lines, TUNED, "rms_average").volts == pytest.approx(SIGMA, rel=1e-9)
    average = read(lines, TUNED, "average").volts
    assert average == pytest.approx(SIGMA * math.sqrt(math.pi / 4), rel=1e-9)
    peak, quasi = (read(lines, TUNED, name).volts for name in ("peak", "quasi_peak"))
    assert SIGMA < quasi < peak
