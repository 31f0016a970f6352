"""Trains of impulses against closed forms, and against themselves as samples."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from emtwin.compliance.receiver import (
    DETECTORS,
    IfFilter,
    LineSpectrum,
    PulseTrain,
    Trace,
    read,
    receiver_at,
    receivers,
)
from emtwin.errors import InputError

F, AREA = 1e6, 1e-7
B = receiver_at(F)


@pytest.mark.parametrize("receiver", receivers(), ids=lambda r: r.band)
def test_peak_is_area_times_impulse_bandwidth(receiver) -> None:
    """A sine of rms v has the peak sqrt(2) v; the envelope's peak is 2 area B_imp."""
    f = 2 * receiver.frequency_from
    expected = math.sqrt(2) * AREA * IfFilter.of(receiver).impulse_bandwidth
    assert read(PulseTrain(AREA), f, "peak").volts == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("rate", [20.0, 100.0, 400.0])
def test_average_is_area_times_rate(rate: float) -> None:
    """sqrt(2) area rate times the integral of |h|, which the lobe after the first makes 1.13.

    The ripple at the meter of pulses, 2 / (1 + (2 pi f T)^2) of the mean, adds 0.5 % at 20 Hz.
    """
    response = IfFilter.of(B)
    lobes = quad(lambda t: abs(response.impulse_response(np.array(t))), 0, 4.4934 / response.w0)[0]
    lobes += quad(
        lambda t: abs(response.impulse_response(np.array(t))), 4.4934 / response.w0, response.ring
    )[0]
    ripple = 2 / (1 + (2 * math.pi * rate * B.average_meter_time_constant) ** 2)
    expected = math.sqrt(2) * AREA * rate * lobes
    found = read(PulseTrain(AREA, rate), F, "average").volts
    assert expected * (1 - 1e-5) < found < expected * (1 + ripple)
    assert lobes == pytest.approx(1.13, abs=0.005)


def test_isolated_pulse_on_the_average_meter() -> None:
    """A pulse of area a deflects the meter by a / (T e) at most."""
    fast = read(PulseTrain(AREA, 100.0), F, "average").volts / 100
    single = read(PulseTrain(AREA), F, "average").volts
    assert single == pytest.approx(fast / (B.average_meter_time_constant * math.e), rel=1e-3)


def test_rms_average_falls_by_10_db_and_20_db_per_decade() -> None:
    """Above the corner the rms; below it the average, until the meter follows the pulses.

    At and above the corner the energy of a pulse is that of white noise in the noise bandwidth.
    """
    level = {
        rate: read(PulseTrain(AREA, rate), F, "rms_average").dbuv for rate in (20, 50, 100, 400)
    }
    assert level[400] - level[100] == pytest.approx(10 * math.log10(4), abs=0.01)
    assert level[100] - level[50] == pytest.approx(20 * math.log10(2), abs=0.06)
    energy = 2 * AREA**2 * IfFilter.of(B).noise_bandwidth
    assert 10 ** (level[400] / 20) * 1e-6 == pytest.approx(math.sqrt(400 * energy), rel=1e-3)


def test_single_pulse_on_the_rms_average() -> None:
    """sqrt(E / W) for a window W, which is short against the meter: an area sqrt(E W).

    While the pulse, some 1 / B6 long, enters and leaves, sqrt(q) and sqrt(1 - q) of it count, at
    most 0.41 more than one together.
    """
    energy = 2 * AREA**2 * IfFilter.of(B).noise_bandwidth
    window, meter = 1 / B.rms_average_corner, B.average_meter_time_constant
    expected = math.sqrt(energy * window) / (meter * math.e)
    found = read(PulseTrain(AREA), F, "rms_average").volts
    assert expected < found < expected * (1 + 0.41 * 2 / (B.bandwidth * window))


@pytest.mark.parametrize("detector", DETECTORS)
def test_train_lines_and_trace_agree(detector: str) -> None:
    """The same pulses three ways, within 0.1 dB (they agree to 0.01)."""
    rate, sampling = 200.0, 2e6
    train = read(PulseTrain(AREA, rate), F / 2, detector).dbuv
    samples = np.zeros(round(2 * sampling))
    samples[:: round(sampling / rate)] = AREA * sampling
    assert read(Trace(samples, sampling), F / 2, detector).dbuv == pytest.approx(train, abs=0.05)
    lines = LineSpectrum.of_period(samples[: round(sampling / rate)], sampling)
    assert read(lines, F / 2, detector).dbuv == pytest.approx(train, abs=0.05)


@pytest.mark.parametrize("detector", DETECTORS)
def test_isolated_pulse_as_a_trace(detector: str) -> None:
    sampling = 2e6
    samples = np.zeros(4000)
    samples[1000] = AREA * sampling
    trace = read(Trace(samples, sampling, alone=True), F / 2, detector).dbuv
    assert trace == pytest.approx(read(PulseTrain(AREA), F / 2, detector).dbuv, abs=0.05)


def test_pulses_that_overlap_depend_on_the_tuning() -> None:
    """At 20 kHz the lines are 20 kHz apart: on one it reads, in the middle it hardly does."""
    train = PulseTrain(AREA, 20e3)
    line = math.sqrt(2) * AREA * 20e3
    assert read(train, 50 * 20e3, "average").volts == pytest.approx(line, rel=0.02)
    two = 2 * line / (1 + (20 / 9) ** 4)
    assert read(train, 50.5 * 20e3, "peak").volts == pytest.approx(two, rel=0.02)


def test_pulses_far_faster_than_the_bandwidth_are_lines() -> None:
    """At 25 MHz one line is in the pass band, and every detector reads it."""
    for detector in DETECTORS:
        found = read(PulseTrain(AREA, 25e6), 100e6, detector).volts
        assert found == pytest.approx(math.sqrt(2) * AREA * 25e6, rel=1e-6)
    assert read(PulseTrain(AREA, 25e6), 110e6, "peak").volts == 0


def test_a_spectrum_gives_the_area_at_each_frequency() -> None:
    pulse = PulseTrain(lambda f: AREA * np.exp(-1j * f) / (1 + (f / 5e6) ** 2), 100.0)
    at = np.array([1e6, 5e6])
    found = pulse.readings(at, B, "quasi_peak")
    assert found[0] / found[1] == pytest.approx(2 / 1.04, rel=1e-9)


@given(st.floats(-120, 60), st.sampled_from(DETECTORS))
def test_readings_scale_with_the_area(level: float, detector: str) -> None:
    k = 10 ** (level / 20)
    one = read(PulseTrain(1e-9, 100.0), F, detector).volts
    assert read(PulseTrain(k * 1e-9, 100.0), F, detector).volts == pytest.approx(k * one, rel=1e-12)


def test_calibration_is_half_the_electromotive_force() -> None:
    train = PulseTrain.calibration(B)
    assert train.area == B.calibration_area / 2
    assert train.repetition == B.calibration_repetition


def test_band_e_has_no_calibration() -> None:
    with pytest.raises(InputError, match="band E has no calibration impulses"):
        PulseTrain.calibration(receiver_at(2e9))


@pytest.mark.parametrize("rate", [0.0, -1.0, math.inf])
def test_impossible_repetitions(rate: float) -> None:
    with pytest.raises(InputError, match="the repetition must be above 0 Hz"):
        PulseTrain(AREA, rate)


def test_impossible_area() -> None:
    with pytest.raises(InputError, match="the area of an impulse must be finite"):
        PulseTrain(math.nan)
