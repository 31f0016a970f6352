"""Clock spectra against time domain, modulation factors against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtwin.errors import InputError
from emtwin.signals import QUANTITIES, AmplitudeModulation, carrier_to, trapezoid_harmonics


def _trapezoid(t: np.ndarray, amplitude: float, rise: float, duty: float) -> np.ndarray:
    """One period (T = 1) with the middle of the rising edge at t = 0."""
    t = np.mod(t + rise / 2, 1.0)
    corners = [0.0, rise, duty, duty + rise, 1.0]
    return np.interp(t, corners, [0.0, amplitude, amplitude, 0.0, 0.0])


@given(duty=st.floats(0.1, 0.9), share=st.floats(0.05, 0.95))
def test_series_gives_the_waveform_back(duty: float, share: float) -> None:
    rise = share * min(duty, 1.0 - duty)
    _, amplitudes = trapezoid_harmonics(1.0, 3.3, rise, duty, 400.0)
    t = np.linspace(0.0, 1.0, 57, endpoint=False)
    orders = np.arange(1, 401)
    series = 3.3 * duty + np.real(np.exp(2j * np.pi * np.outer(t, orders)) @ amplitudes)
    # The tail beyond n = 400 is at most sum 2 A / (pi^2 n^2 rise).
    tail = 2 * 3.3 / (np.pi**2 * 400 * rise)
    assert np.max(np.abs(series - _trapezoid(t, 3.3, rise, duty))) <= tail + 1e-9


@given(duty=st.floats(0.15, 0.85), share=st.floats(0.1, 0.9))
def test_power_is_conserved(duty: float, share: float) -> None:
    rise = share * min(duty, 1.0 - duty)
    _, amplitudes = trapezoid_harmonics(1.0, 2.0, rise, duty, 2000.0)
    power = (2.0 * duty) ** 2 + 0.5 * np.sum(np.abs(amplitudes) ** 2)
    # Mean square of a trapezoid: flat top plus two edges of a third each.
    assert power == pytest.approx(4.0 * (duty - rise / 3.0), rel=1e-4)


def test_square_wave_has_odd_harmonics_of_two_a_over_n_pi() -> None:
    frequencies, amplitudes = trapezoid_harmonics(1e6, 1.0, 0.0, 0.5, 7e6)
    assert frequencies == pytest.approx(1e6 * np.arange(1, 8))
    expected = [2 / (math.pi * n) if n % 2 else 0.0 for n in range(1, 8)]
    assert np.abs(amplitudes) == pytest.approx(expected, abs=1e-15)
    assert np.angle(amplitudes[0]) == pytest.approx(-math.pi / 2)


def test_harmonic_on_f_max_belongs_to_the_run() -> None:
    frequencies, _ = trapezoid_harmonics(0.1e9, 1.0, 1e-9, 0.5, 0.3e9)
    assert frequencies == pytest.approx([0.1e9, 0.2e9, 0.3e9])


def test_fundamental_above_f_max_gives_nothing() -> None:
    frequencies, amplitudes = trapezoid_harmonics(2e9, 1.0, 1e-11, 0.5, 1e9)
    assert frequencies.size == amplitudes.size == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"frequency": 0.0}, "frequency"),
        ({"amplitude": math.nan}, "amplitude"),
        ({"rise_time": -1e-9}, "rise_time"),
        ({"duty": 1.0}, "duty"),
        ({"f_max": math.inf}, "f_max"),
        ({"rise_time": 30e-9}, "does not fit"),
    ],
)
def test_impossible_clock_is_refused(change: dict[str, float], said: str) -> None:
    good = {"frequency": 24e6, "amplitude": 3.3, "rise_time": 1e-9, "duty": 0.5, "f_max": 1e9}
    with pytest.raises(InputError, match=said):
        trapezoid_harmonics(**(good | change))


def test_am_factors_of_the_standard() -> None:
    standard = AmplitudeModulation()
    assert standard.peak == pytest.approx(1.8)
    assert standard.rms == pytest.approx(1.1489, abs=5e-5)
    assert 20 * math.log10(standard.peak) == pytest.approx(5.105, abs=5e-4)
    assert 20 * math.log10(standard.rms) == pytest.approx(1.206, abs=5e-4)


@given(depth=st.floats(0.0, 1.0))
def test_am_factors_match_the_time_domain(depth: float) -> None:
    t = np.arange(4000) / 4000.0
    envelope = 1.0 + depth * np.cos(2 * np.pi * t)
    carrier = math.sqrt(2.0) * np.cos(2 * np.pi * 50 * t)
    signal = envelope * carrier
    assert math.sqrt(np.mean(signal**2)) == pytest.approx(AmplitudeModulation(depth).rms)
    assert np.max(np.abs(signal)) == pytest.approx(carrier_to("envelope_peak", 1.0, depth))
    swing = (np.max(envelope) - np.min(envelope)) / 2.0 * math.sqrt(2.0)
    assert carrier_to("demodulated", 1.0, depth) == pytest.approx(swing)


def test_conversion_keeps_arrays_and_the_carrier() -> None:
    values = np.array([[1.0, 2.0]])
    assert np.array_equal(carrier_to("carrier_rms", values), values)
    assert carrier_to("envelope_peak", values) == pytest.approx(1.8 * math.sqrt(2) * values)
    assert carrier_to("demodulated", 1.0) == pytest.approx(0.8 * math.sqrt(2))


def test_every_declared_quantity_converts() -> None:
    assert len(QUANTITIES) == 3
    assert all(carrier_to(quantity, 1.0) > 0 for quantity in QUANTITIES)


def test_unknown_quantity_and_depth_are_refused() -> None:
    with pytest.raises(InputError, match="unknown threshold quantity 'peak'"):
        carrier_to("peak", 1.0)
    with pytest.raises(InputError, match="between 0 and 1"):
        AmplitudeModulation(1.2)
