"""Bursts and lines of what repeats, against sums over time."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.errors import InputError
from emtwin.signals import (
    Burst,
    Delayed,
    DoubleExponential,
    fast_transient,
    fast_transient_burst,
    line_spectrum,
    vehicle_burst,
    vehicle_pulse,
)

PULSE = DoubleExponential(1.0, 50e-9, 5e-9)


def test_a_burst_is_the_sum_of_its_pulses() -> None:
    """Pulses 60 ns apart overlap, so that 20 before count at 1e-9."""
    burst = Burst(PULSE, 60e-9, 7)
    t = np.linspace(-50e-9, 1.5e-6, 4001)
    expected = sum(PULSE(t - n * 60e-9) for n in range(7))
    assert np.allclose(burst(t), expected, atol=1e-8)
    assert burst(np.array([burst.silent_after(1e-6) * 1.01]))[0] < 1e-5


def test_the_spectrum_of_a_burst_is_the_sum_of_its_delays() -> None:
    burst = Burst(PULSE, 10e-6, 75)
    f = np.array([0.0, 1e3, 100e3, 150e3, 2.9e8, 3e8, 3.00001e8])
    delays = np.exp(-2j * np.pi * f[:, None] * 10e-6 * np.arange(75)).sum(axis=1)
    found = burst.spectrum(f)
    assert found == pytest.approx(PULSE.spectrum(f) * delays, rel=1e-6, abs=1e-13)
    assert abs(found[2]) == pytest.approx(75 * abs(PULSE.spectrum([100e3])[0]))


def test_a_delayed_pulse() -> None:
    late = Delayed(PULSE, 1e-6)
    t = np.array([0.5e-6, 1.02e-6])
    assert np.array_equal(late(t), PULSE(t - 1e-6))
    assert late.silent_after() == pytest.approx(1e-6 + PULSE.silent_after())
    expected = PULSE.spectrum([3e6]) * np.exp(-2j * np.pi * 3)
    assert late.spectrum([3e6]) == pytest.approx(expected)


def test_lines_give_the_periodic_signal_back() -> None:
    """Series to 4000 lines of 1 MHz. The pulse starts with a corner: lines fall as 1 / f^2.

    What follows the last line a is a / sin(pi t / T) at most (partial summation).
    """
    f, amplitudes = line_spectrum(PULSE, 1e-6, 0.0, 4e9)
    assert f == pytest.approx(1e6 * np.arange(1, 4001))
    t = np.linspace(2e-9, 0.9e-6, 57)
    mean = np.real(PULSE.spectrum([0.0])[0]) / 1e-6
    series = mean + np.real(np.exp(2j * np.pi * np.outer(t, f)) @ amplitudes)
    missing = np.abs(amplitudes[-1]) / np.sin(np.pi * t / 1e-6)
    assert np.all(np.abs(series - PULSE(t)) < missing + 1e-8)  # exp(-20) of the pulse before


def test_mean_square_of_lines() -> None:
    """Parseval of a period: integral of the square over time in closed form."""
    _, amplitudes = line_spectrum(PULSE, 1e-6, 0.0, 4e9)
    energy = 50e-9 / 2 + 5e-9 / 2 - 2 * 50e-9 * 5e-9 / (50e-9 + 5e-9)
    mean = np.real(PULSE.spectrum([0.0])[0]) / 1e-6
    assert mean**2 + np.sum(np.abs(amplitudes) ** 2) / 2 == pytest.approx(energy / 1e-6, rel=1e-6)


def test_lines_of_a_burst_that_repeats() -> None:
    """Every 300 ms: lines 3.33 Hz apart whose envelope peaks at multiples of 100 kHz."""
    burst = fast_transient_burst(1e3)
    assert burst.period is not None
    f, amplitudes = line_spectrum(burst, burst.period, 98e3, 102e3)
    assert np.diff(f) == pytest.approx(1 / 0.3)
    top = int(np.argmax(np.abs(amplitudes)))
    assert f[top] == pytest.approx(100e3)
    expected = 2 / 0.3 * 75 * abs(fast_transient(1e3).spectrum([100e3])[0])
    assert abs(amplitudes[top]) == pytest.approx(expected)


def test_a_range_without_a_line_and_one_with_too_many() -> None:
    assert line_spectrum(PULSE, 1e-6, 1.2e6, 1.8e6)[0].size == 0
    with pytest.raises(InputError, match="lines lie between"):
        line_spectrum(PULSE, 1.0, 0.0, 1e9)
    with pytest.raises(InputError, match="period must be above 0"):
        line_spectrum(PULSE, 0.0, 0.0, 1e9)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"spacing": 0.0}, "spacing must be above 0 s"),
        ({"count": 0}, "count must be 1 or more"),
        ({"period": 0.5e-3}, "do not fit a period"),
    ],
)
def test_impossible_bursts_are_refused(change: dict[str, float], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Burst(PULSE, **({"spacing": 10e-6, "count": 75} | change))  # type: ignore[arg-type]


def test_a_repetition_that_no_row_has() -> None:
    with pytest.raises(InputError, match=r"repeats at 2500 Hz\n.*use 5000 Hz or 100000 Hz"):
        fast_transient_burst(1e3, 2.5e3)


def test_vehicle_pulses_have_the_figures_of_their_rows() -> None:
    """24 V pulse 1: 3 us and 1 ms; pulse 3b: 5 ns and 150 ns; peaks as asked for."""
    from emtwin.signals import shape_of

    for pulse, rise, length in (
        (vehicle_pulse("1", -450.0, 24), 3e-6, 1e-3),
        (vehicle_pulse("3b", 150.0), 5e-9, 150e-9),
        (vehicle_pulse("1", -150.0), 1e-6, 2e-3),
        (vehicle_pulse("2a", 112.0, 24), 1e-6, 50e-6),
        (vehicle_pulse("3a", -300.0, 24), 5e-9, 150e-9),
    ):
        t = np.concatenate([[0.0], np.geomspace(1e-4 * rise, pulse.silent_after(), 50_001)])
        shape = shape_of(pulse, times=t)
        assert shape.rise == pytest.approx(rise, rel=1e-5)
        assert shape.length == pytest.approx(length, rel=1e-5)
    assert vehicle_pulse("1", -150.0, rise=5e-7).peak == pytest.approx(-150.0)


def test_bursts_of_pulse_3() -> None:
    """100 pulses 100 us apart, 10 ms, then 90 ms of silence."""
    burst = vehicle_burst("3a", -165.0)
    assert (burst.count, burst.spacing) == (100, 100e-6)
    assert burst.period == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("pulse", "voltage", "system", "said"),
    [
        ("4", -10.0, 12, "has no pulse '4' for a 12 V system"),
        ("1", -100.0, 42, "has no pulse '1' for a 42 V system"),
        ("1", 100.0, 12, "pulse 1 is negative, got 100 V"),
        ("2a", -50.0, 12, "pulse 2a is positive, got -50 V"),
        ("2b", 10.0, 12, "no rise of pulse 2b"),
        ("2b", 20.0, 24, "no rise of pulse 2b in a 24 V system"),
    ],
)
def test_what_the_rows_do_not_say(pulse: str, voltage: float, system: int, said: str) -> None:
    with pytest.raises(InputError, match=said):
        vehicle_pulse(pulse, voltage, system)  # type: ignore[arg-type]


def test_only_pulse_3_comes_in_bursts() -> None:
    with pytest.raises(InputError, match="no burst of pulse 2a"):
        vehicle_burst("2a", 55.0, rise=1e-6)  # type: ignore[arg-type]
