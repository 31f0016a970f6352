"""Line spectra: one line, two, modulated carriers, combs, and lines without a phase."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtwin.compliance.receiver import DETECTORS, LineSpectrum, PulseTrain, read, receiver_at
from emtwin.compliance.receiver.beats import Beat, common_spacing
from emtwin.compliance.receiver.if_filter import IfFilter
from emtwin.errors import InputError

F, B = 1e6, 9e3
AM_SIDES = np.array([0.4, 1.0, 0.4])


def am(rate: float, f: float = F) -> LineSpectrum:
    """80 % AM of a carrier of 1 mV."""
    return LineSpectrum(f + rate * np.array([-1, 0, 1]), 1e-3 * AM_SIDES)


@pytest.mark.parametrize("detector", DETECTORS)
@pytest.mark.parametrize("f", [50e3, F, 100e6, 500e6])
def test_a_line_reads_its_rms_on_every_detector(f: float, detector: str) -> None:
    assert read(LineSpectrum([f], [1e-3]), f, detector).dbuv == pytest.approx(60, abs=1e-6)


def test_a_line_beside_the_tuned_frequency_reads_through_the_filter() -> None:
    line = LineSpectrum([F + B / 2], [1e-3])
    assert read(line, F, "quasi_peak").volts == pytest.approx(0.5e-3, rel=1e-9)


def test_no_line_near_reads_nothing() -> None:
    assert read(LineSpectrum([20e6], [1.0]), F, "peak").volts == 0
    assert read(LineSpectrum([20e6], [1.0]), F, "peak").dbuv == -math.inf


def test_two_equal_lines() -> None:
    """|1 + exp(j x)| has the maximum 2, the mean 4 / pi and the rms sqrt 2.

    The two lie at equal distances of the tuned frequency, where the filter passes h.
    """
    apart = 2e3
    lines = LineSpectrum([F - apart / 2, F + apart / 2], [1e-3, 1e-3j])
    h = 1 / (1 + (apart / B) ** 4)
    # A beat at 2 kHz leaves less than 1e-6 at the meter; 128 samples give the mean to 1e-4.
    for detector, expected in (("peak", 2), ("average", 4 / math.pi), ("rms_average", 2**0.5)):
        found = read(lines, F, detector).volts
        assert found == pytest.approx(1e-3 * h * expected, rel=5e-4)
    assert h * 1e-3 * 4 / math.pi < read(lines, F).volts < 2e-3 * h


def test_80_percent_am() -> None:
    """Peak 20 log 1.8, average 0 dB, rms 10 log(1 + 0.32); quasi-peak between."""
    wide = am(1e3, 100e6)
    level = {d: read(wide, 100e6, d).dbuv - 60 for d in DETECTORS}
    assert level["peak"] == pytest.approx(20 * math.log10(1.8), abs=0.005)
    assert level["average"] == pytest.approx(0, abs=0.001)
    assert level["rms_average"] == pytest.approx(10 * math.log10(1.32), abs=0.005)
    assert 1.3 < level["quasi_peak"] < level["peak"]


@pytest.mark.parametrize("f", [50e3, F, 100e6])
def test_quasi_peak_rises_with_the_rate_of_the_modulation(f: float) -> None:
    """From where the meter no longer follows it (3 Hz) to where the discharge is slow (10 Hz)."""
    levels = [read(am(rate, f), f).dbuv for rate in (4.0, 5.5, 7.5, 10.0)]
    assert levels == sorted(levels)
    assert levels[-1] > levels[0] + 0.03


def test_the_meter_follows_slow_modulation() -> None:
    """At 0.1 Hz every detector shows the envelope's maximum, to what the two lags take."""
    lost = 0.8 / 1.8 * (1 - 1 / (1 + (2 * math.pi * 0.1 * 0.16) ** 2))
    peak = read(am(0.1), F, "peak").volts
    assert read(am(0.1), F, "average").volts == pytest.approx(peak * (1 - lost), rel=1e-3)
    assert read(am(0.1), F, "quasi_peak").volts == pytest.approx(peak, rel=0.02)


def test_fm_within_the_bandwidth_reads_as_a_sine() -> None:
    """5 kHz deviation at 1 kHz in 120 kHz, by Bessel's series; the filter takes 1e-4 at most."""
    from scipy.special import jv

    orders = np.arange(-20, 21)
    lines = LineSpectrum(100e6 + 1e3 * orders, 1e-3 * jv(orders, 5.0))
    for detector in DETECTORS:
        assert read(lines, 100e6, detector).dbuv == pytest.approx(60, abs=0.01)


def test_a_comb_reads_as_the_impulses_that_it_is() -> None:
    area, rate = 1e-7, 500.0
    orders = np.arange(-280, 281)
    lines = LineSpectrum(F + orders * rate, np.full(orders.size, math.sqrt(2) * area * rate))
    for detector in DETECTORS:
        train = read(PulseTrain(area, rate), F, detector).dbuv
        assert read(lines, F, detector).dbuv == pytest.approx(train, abs=0.01)


def test_lines_of_a_period_hold_its_power() -> None:
    """Parseval: the squares add up to the variance.

    The highest line is sampled at its crests only, so the samples have twice its power.
    """
    v = np.random.default_rng(4).normal(size=64)
    lines = LineSpectrum.of_period(v, 64e3)
    assert lines.frequencies[0] == 1e3
    power = np.abs(lines.rms) ** 2
    power[-1] *= 2
    assert power.sum() == pytest.approx(v.var(), rel=1e-12)


@given(st.floats(-120, 120), st.sampled_from(DETECTORS))
def test_readings_scale_with_the_input(level: float, detector: str) -> None:
    k = 10 ** (level / 20)
    offsets = np.array([-2e3, 0, 1.5e3])
    shape = np.array([0.3, 1, 0.5j])
    one = read(LineSpectrum(F + offsets, shape), F, detector).volts
    assert read(LineSpectrum(F + offsets, k * shape), F, detector).volts == (
        pytest.approx(k * one, rel=1e-9)
    )


def test_unknown_phases_are_on_the_safe_side() -> None:
    """Any phases read at most what unknown ones read: 5 lines, 40 draws, every detector."""
    f = F + 1e3 * np.arange(-2, 3)
    rms = 1e-3 * np.array([1, 0.8, 1, 0.5, 0.9])
    safe = {d: read(LineSpectrum(f, rms, phases="unknown"), F, d).volts for d in DETECTORS}
    random = np.random.default_rng(5)
    for _ in range(40):
        turned = rms * np.exp(2j * np.pi * random.uniform(size=5))
        for detector in DETECTORS:
            found = read(LineSpectrum(f, turned), F, detector).volts
            assert found <= safe[detector] * (1 + 1e-6)


def test_unknown_phases_peak_is_the_sum_and_average_the_power_sum() -> None:
    f, rms = F + 1e3 * np.arange(3), np.array([1e-3, 2e-3, 1e-3])
    passed = rms / (1 + (2e3 * np.arange(3) / B) ** 4)
    lines = LineSpectrum(f, rms, phases="unknown")
    assert read(lines, F, "peak").volts == pytest.approx(passed.sum(), rel=1e-9)
    assert read(lines, F, "average").volts == pytest.approx(np.linalg.norm(passed), rel=1e-9)


def test_phases_of_two_lines_do_not_matter() -> None:
    for detector in DETECTORS:
        readings = [
            read(LineSpectrum([F, F + 700], [1e-3, 1e-3 * np.exp(1j * x)]), F, detector).volts
            for x in (0.0, 2.0)
        ]
        assert readings[0] == pytest.approx(readings[1], rel=1e-3)


def test_common_spacing() -> None:
    assert common_spacing(np.array([-1e3, 0, 1e3]), 0.1) == pytest.approx(1e3)
    assert common_spacing(np.array([0, 2e3, 5e3]), 0.1) == pytest.approx(1e3)
    assert common_spacing(np.array([0, 1e3, 1e3 * (1 + math.pi)]), 50.0) == 50.0


def test_lines_that_fit_no_comb_still_read() -> None:
    """Three lines with irrational distances, strong against weak: the peak is their sum."""
    offsets = np.array([0, 1e3, 1e3 * (1 + math.sqrt(2))])
    lines = np.array([1.0, 0.2, 0.1])
    passed = np.abs(IfFilter(B).transfer(offsets)) * lines
    found = read(LineSpectrum(F + offsets, lines), F, "peak").volts
    assert found == pytest.approx(passed.sum(), rel=2e-3)


def test_faint_lines_are_left_out() -> None:
    beat = Beat.of(np.array([F, F + 100e3]), np.ones(2), F, IfFilter(B))
    assert beat.offsets.tolist() == [0]


@pytest.mark.parametrize(
    ("frequencies", "rms", "noise", "said"),
    [
        ([1e6, 2e6], [1.0], 0.0, "do not pair"),
        ([2e6, 1e6], [1.0, 1.0], 0.0, "they do not rise"),
        ([1e6], [math.nan], 0.0, "a line is not finite"),
        ([1e6], [1.0], -1.0, "-1 V\\^2/Hz is no density"),
    ],
)
def test_what_is_refused(frequencies: list, rms: list, noise: float, said: str) -> None:
    with pytest.raises(InputError, match=said):
        LineSpectrum(frequencies, rms, noise=noise)


def test_band_rows_are_used() -> None:
    assert read(am(1e3), F).row == receiver_at(F).id
