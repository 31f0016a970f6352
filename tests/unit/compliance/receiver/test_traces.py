"""Sampled voltages: any rate, real or complex, in blocks, alone or a piece of something longer."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from emtwin.compliance.receiver import (
    DETECTORS,
    IfFilter,
    PulseTrain,
    Trace,
    largest_step,
    measuring_time,
    read,
    receiver_at,
    traces,
)
from emtwin.errors import InputError

F = 300e3
B = receiver_at(F)


def sine(rate: float, seconds: float, f: float = F) -> np.ndarray:
    """Samples of a sine of 1 mV rms."""
    t = np.arange(round(rate * seconds)) / rate
    return 1e-3 * math.sqrt(2) * np.cos(2 * np.pi * f * t + 0.3)


@pytest.mark.parametrize("rate", [700e3, 1e6, 1.2345e6])
@pytest.mark.parametrize("detector", DETECTORS)
def test_a_sine_reads_its_rms_at_any_rate(rate: float, detector: str) -> None:
    """1.92 s is 12 times the meter's constant: (1 + 12) exp(-12) is 0.0007 dB."""
    found = read(Trace(sine(rate, 1.93), rate), F, detector).dbuv
    assert found == pytest.approx(60, abs=0.002)


@pytest.mark.parametrize("detector", DETECTORS)
def test_complex_samples_read_as_real_ones(detector: str) -> None:
    rate, t = 50e3, np.arange(round(50e3 * 1.93)) / 50e3
    samples = 1e-3 * math.sqrt(2) * np.exp(2j * np.pi * 3e3 * t)
    found = read(Trace(samples, rate, centre=F - 3e3), F, detector).dbuv
    assert found == pytest.approx(60, abs=0.002)


@pytest.mark.parametrize("offset", [0.0, 2e3, 4.5e3, 20e3])
def test_the_filter_is_the_same_at_any_place_between_bins(offset: float) -> None:
    """To 1e-5: what folds back from six bandwidths away has been weakened by 12^4."""
    found = read(Trace(sine(1e6, 0.1), 1e6), F + offset, "peak").volts
    expected = 1e-3 * abs(IfFilter.of(B).transfer(np.array(offset)))
    assert found == pytest.approx(expected, abs=1e-8)


def test_80_percent_am() -> None:
    rate = 1e6
    t = np.arange(round(rate * 1.93)) / rate
    samples = sine(rate, 1.93) * (1 + 0.8 * np.cos(2 * np.pi * 200 * t))
    level = {d: read(Trace(samples, rate), F, d).dbuv - 60 for d in DETECTORS}
    assert level["peak"] == pytest.approx(20 * math.log10(1.8), abs=0.005)
    assert level["average"] == pytest.approx(0, abs=0.005)
    assert level["rms_average"] == pytest.approx(10 * math.log10(1.32), abs=0.005)
    assert level["rms_average"] < level["quasi_peak"] < level["peak"]


@pytest.mark.parametrize("detector", DETECTORS)
def test_readings_scale_with_the_samples(detector: str) -> None:
    """Over 120 dB, to rounding and to where Newton's method ends, 1e-11 of the peak."""
    random = np.random.default_rng(7).normal(size=(60_000, 2)) @ [1, 1j]
    one, small, large = (
        read(Trace(k * random, 50e3, centre=F), F, detector).volts for k in (1, 1e-3, 1e3)
    )
    assert small == pytest.approx(1e-3 * one, rel=1e-8)
    assert large == pytest.approx(1e3 * one, rel=1e-8)


@pytest.mark.parametrize("detector", DETECTORS)
def test_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch, detector: str) -> None:
    """Ten times shorter blocks: other bins, other overlaps, the same readings to 1e-4."""
    rate = 100e3
    random = np.random.default_rng(6).normal(size=(200_000, 2)) @ [1, 1j]
    trace = Trace(1e-3 * random, rate, centre=F)
    one = read(trace, F + 1234.5, detector).volts
    own = Trace._sizes

    def shorter(self: Trace, response: IfFilter) -> tuple[int, int, float]:
        size, fine, step = own(self, response)
        return size // 16, fine // 16, step

    monkeypatch.setattr(Trace, "_sizes", shorter)
    assert read(trace, F + 1234.5, detector).volts == pytest.approx(one, rel=1e-4)


def test_many_frequencies_at_once_or_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    trace = Trace(sine(1e6, 0.05) + sine(1e6, 0.05, 320e3), 1e6)
    tuned = np.linspace(280e3, 340e3, 13)
    whole = trace.readings(tuned, B, "peak")
    monkeypatch.setattr(traces, "_TOGETHER", 1)
    assert trace.readings(tuned, B, "peak").tolist() == whole.tolist()
    assert whole[4] == pytest.approx(1e-3, rel=0.02)


@pytest.mark.parametrize("detector", DETECTORS)
def test_a_pulse_alone_may_stand_anywhere(detector: str) -> None:
    expected = read(PulseTrain(1e-7), F, detector).dbuv
    for at in (0, 777, 4999):
        samples = np.zeros(5000)
        samples[at] = 1e-7 * 2e6
        found = read(Trace(samples, 2e6, alone=True), F, detector).dbuv
        assert found == pytest.approx(expected, abs=0.05), at


def test_samples_may_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "voltage.f32"
    sine(1e6, 0.05).astype(np.float32).tofile(file)
    mapped = np.memmap(file, dtype=np.float32, mode="r")
    assert read(Trace(mapped, 1e6), F, "peak").dbuv == pytest.approx(60, abs=0.001)


@pytest.mark.parametrize("detector", DETECTORS)
def test_the_measuring_time_is_enough_and_no_more(detector: str) -> None:
    """A sine that lasts for the measuring time reads within 0.1 dB; a shorter one is refused."""
    needed = measuring_time(B, detector) + IfFilter.of(B).ring
    enough = math.ceil(needed * 1e6) + 1
    assert read(Trace(sine(1e6, 2)[:enough], 1e6), F, detector).dbuv == pytest.approx(60, abs=0.1)
    with pytest.raises(InputError, match=r"shorter than the measuring time.*band B"):
        read(Trace(sine(1e6, 2)[: enough - 100], 1e6), F, detector)


def test_a_sine_between_two_steps_loses_half_a_decibel() -> None:
    """A step of half the bandwidth: at most a quarter of it off, 1 / (1 + (1 / 2)^4)."""
    off = largest_step(B) / 2
    found = read(Trace(sine(1e6, 0.05), 1e6), F + off, "peak").dbuv
    assert found == pytest.approx(60 - 20 * math.log10(1 + 1 / 16), abs=1e-3)


def test_a_rate_that_does_not_carry_the_band_is_refused() -> None:
    with pytest.raises(InputError, match="500 kHz samples do not carry 300 kHz") as caught:
        read(Trace(np.zeros(2_000_000), 500e3), F, "peak")
    assert "636 kHz or more" in str(caught.value)


@pytest.mark.parametrize("f", [F, 100e6, 500e6])
@pytest.mark.parametrize("detector", ["peak", "quasi_peak"])
def test_a_trace_of_a_field_solver(f: float, detector: str) -> None:
    """2 ps steps, 100 ns: thinned out a hundred and a hundred thousand times.

    A raised cosine of width w has the spectrum of its area times sinc(f w) / (1 - (f w)^2).
    """
    rate, width, area = 500e9, 0.7e-9, 1e-9
    t = np.arange(50_000) / rate - 20e-9
    inside = np.abs(t) < width
    samples = np.where(inside, area / (2 * width) * (1 + np.cos(np.pi * t / width)), 0)
    x = 2 * f * width
    train = PulseTrain(area * np.sinc(x) / (1 - x * x))
    expected = read(train, f, detector).dbuv
    found = read(Trace(samples, rate, alone=True), f, detector).dbuv
    assert found == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize("offset", [-20e3, 20e3])
def test_near_the_edge_of_complex_samples_nothing_folds(offset: float) -> None:
    """A sine at the far edge would be 22 kHz off if it folded, and read 0.2 %."""
    rate = 80e3
    t = np.arange(round(rate * 0.1)) / rate
    samples = np.exp(-2j * np.pi * np.sign(offset) * 38e3 * t)
    found = read(Trace(samples, rate, centre=F), F + offset, "peak").volts
    assert found < 1e-3


def test_slow_sampling_still_finds_the_peak() -> None:
    """Five samples per bandwidth: 80 % AM, whose crest lies between samples."""
    rate = 45e3
    t = np.arange(round(rate * 0.1)) / rate
    samples = 1e-3 * math.sqrt(2) * (1 + 0.8 * np.cos(2 * np.pi * 997 * t)) + 0j
    found = read(Trace(samples, rate, centre=F), F, "peak").dbuv - 60
    passed = 1 / (1 + (2 * 997 / 9e3) ** 4)
    assert found == pytest.approx(20 * math.log10(1 + 0.8 * passed), abs=0.02)


def test_a_sample_that_is_not_finite_is_told() -> None:
    samples = sine(1e6, 0.1)
    samples[77_000] = np.nan
    with pytest.raises(InputError, match="sample 77000 of the trace is not finite"):
        read(Trace(samples, 1e6), F, "peak")


def test_impossible_traces() -> None:
    with pytest.raises(InputError, match="the rate must be above 0"):
        Trace(np.zeros(5), 0.0)
    with pytest.raises(InputError, match="less than two samples"):
        Trace(np.zeros(1), 1e6)
