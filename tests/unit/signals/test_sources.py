"""Declared sources to spectra, and what a receiver is given of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from emtwin.scene import (
    ClockSource,
    DataSource,
    Ringing,
    SpectrumSource,
    SpreadSpectrum,
    SwitchingSource,
    TraceSource,
)
from emtwin.signals import (
    EmitterSpectrum,
    loudest_places,
    resolved,
    ringing_transfer,
    spectrum_of,
    trapezoid_harmonics,
    tuned_to,
)

BANDWIDTH = 120e3
LOW, HIGH = 30e6, 1e9
CLOCK = ClockSource(frequency=24e6, amplitude=3.3, rise_time=1.5e-9)


def received_emf(spectrum: EmitterSpectrum, frequencies, bandwidth: float) -> np.ndarray:
    """Rms in the bandwidth where it is largest for each frequency."""
    return spectrum.rms(loudest_places(spectrum, np.asarray(frequencies), bandwidth), bandwidth)


def changed(**values: object) -> ClockSource:
    return ClockSource.model_validate(CLOCK.model_dump() | values)


def test_a_plain_clock_is_read_line_by_line() -> None:
    """Harmonics 2 to 41 and their rms, as the series has them."""
    spectrum = spectrum_of(CLOCK, HIGH)
    f, peaks = trapezoid_harmonics(24e6, 3.3, 1.5e-9, 0.5, HIGH)
    assert resolved(spectrum, BANDWIDTH)
    tuned = tuned_to(spectrum, LOW, HIGH, BANDWIDTH)
    assert np.array_equal(tuned, f[1:])
    found = received_emf(spectrum, tuned, BANDWIDTH)
    assert found == pytest.approx(np.abs(peaks[1:]) / np.sqrt(2), rel=1e-9, abs=1e-15)


def test_between_its_harmonics_a_clock_is_silent() -> None:
    spectrum = spectrum_of(CLOCK, HIGH)
    found = received_emf(spectrum, np.array([71e6, 72e6, 73e6]), BANDWIDTH)
    assert found[0] == found[2] == 0.0
    assert found[1] > 0.1


def test_a_slow_clock_is_read_in_steps_of_two_percent() -> None:
    """32 768 Hz: 3 or 4 lines in 120 kHz; each step has the largest reading in it.

    Odd lines alone count with a duty of a half: 2 in the band, whose rms is near
    sqrt(2) A / (pi n) each, within the 40 % that a third line more makes.
    """
    slow = spectrum_of(changed(frequency=32_768.0), HIGH)
    assert not resolved(slow, BANDWIDTH)
    tuned = tuned_to(slow, LOW, HIGH, BANDWIDTH)
    assert np.diff(np.log(tuned)).max() < np.log(1.02) * (1 + 1e-9)
    assert (tuned[0], tuned[-1]) == pytest.approx((LOW, HIGH))
    found = received_emf(slow, tuned[:20], BANDWIDTH)
    order = tuned[:20] / 32_768.0
    single = np.sqrt(2) * 3.3 / (np.pi * order) * np.abs(np.sinc(tuned[:20] * 1.5e-9))
    assert np.all(found > 1.3 * single)
    assert np.all(found < 2.1 * single)


def test_many_lines_are_read_in_steps_although_they_are_apart() -> None:
    """1 MHz: 971 harmonics, each alone; 179 steps, none of the lines lost."""
    spectrum = spectrum_of(changed(frequency=1e6), HIGH)
    assert resolved(spectrum, BANDWIDTH)
    tuned = tuned_to(spectrum, LOW, HIGH, BANDWIDTH)
    assert tuned.size == 179
    found = received_emf(spectrum, tuned, BANDWIDTH)
    inside = spectrum.frequencies >= LOW
    assert found.max() == pytest.approx(np.abs(spectrum.amplitudes[inside]).max() / np.sqrt(2))


def test_a_clock_above_the_band_gives_nothing() -> None:
    high = spectrum_of(ClockSource(frequency=2e9, amplitude=1.0, rise_time=1e-10), HIGH)
    assert tuned_to(high, LOW, HIGH, BANDWIDTH).size == 0


def test_jitter_adds_steps_to_the_harmonics() -> None:
    """And the reading of a harmonic: less than without, by exp(-(2 pi f s)^2 / 2)."""
    jittery = spectrum_of(changed(jitter=50e-12), HIGH)
    assert not resolved(jittery, BANDWIDTH)
    tuned = tuned_to(jittery, LOW, HIGH, BANDWIDTH)
    assert np.isin(24e6 * np.arange(2, 42), tuned).all()
    assert tuned.size == 179 + 40
    at = int(np.searchsorted(tuned, 24e6 * 21))
    plain = np.abs(trapezoid_harmonics(24e6, 3.3, 1.5e-9, 0.5, HIGH)[1][20]) / np.sqrt(2)
    lost = np.exp(-((2 * np.pi * 24e6 * 21 * 50e-12 / np.sqrt(2)) ** 2) / 2)
    found = received_emf(jittery, tuned, BANDWIDTH)
    assert found[at] == pytest.approx(plain * lost, rel=1e-3)
    assert found.min() > 0


def test_spread_spectrum_is_read_round_its_harmonics() -> None:
    spread = SpreadSpectrum(depth=0.01, rate=30e3)
    spectrum = spectrum_of(changed(spread_spectrum=spread), HIGH)
    assert not resolved(spectrum, BANDWIDTH)
    tuned = tuned_to(spectrum, LOW, HIGH, BANDWIDTH)
    assert tuned == pytest.approx(24e6 * 0.995 * np.arange(2, 42))
    plain = received_emf(spectrum_of(CLOCK, HIGH), 24e6 * np.arange(2, 42), BANDWIDTH)
    found = received_emf(spectrum, tuned, BANDWIDTH)
    assert np.all(found[1::2] < 0.7 * plain[1::2])
    both = SpreadSpectrum(depth=0.01, rate=30e3, direction="centre", profile="sinusoidal")
    centred = spectrum_of(changed(spread_spectrum=both, jitter=1e-12), HIGH)
    assert centred.centres[0] == pytest.approx(24e6)
    assert centred.density is not None


def test_a_regulator_rings() -> None:
    source = SwitchingSource(
        kind="switching_regulator", frequency=2e6, amplitude=12.0, rise_time=3e-9
    )
    ringing = source.model_copy(update={"ringing": Ringing(frequency=150e6, damping=0.1)})
    bare, ringed = spectrum_of(source, HIGH), spectrum_of(ringing, HIGH)
    expected = bare.amplitudes * ringing_transfer(150e6, 0.1, bare.frequencies)
    assert ringed.amplitudes == pytest.approx(expected)
    assert ringed.centres.size == bare.centres.size


def test_data_is_read_in_steps() -> None:
    spectrum = spectrum_of(
        DataSource(kind="data", bit_rate=100e6, amplitude=3.3, rise_time=1e-9), HIGH
    )
    tuned = tuned_to(spectrum, LOW, HIGH, BANDWIDTH)
    found = received_emf(spectrum, tuned, BANDWIDTH)
    assert spectrum.density is not None
    assert found[0] == pytest.approx(
        np.sqrt(spectrum.density(np.array([LOW]))[0] * 120e3), rel=1e-2
    )


def test_nothing_falls_between_the_frequencies() -> None:
    """Lines in places of no frequency are found by the neighbour that they are nearest to."""
    lines = np.array([101e6, 101.1e6, 160e6])
    emitter = EmitterSpectrum(lines, np.array([1.0, 1.0, 3.0], complex))
    found = received_emf(emitter, np.array([90e6, 100e6, 150e6, 200e6]), BANDWIDTH)
    assert found == pytest.approx([0.0, 1.0, 3 / np.sqrt(2), 0.0], abs=1e-12)


def test_one_frequency_is_read_by_itself() -> None:
    emitter = EmitterSpectrum(np.array([100e6]), np.array([2.0 + 0j]))
    assert received_emf(emitter, [100e6], BANDWIDTH) == pytest.approx([np.sqrt(2)])
    assert received_emf(emitter, [], BANDWIDTH).size == 0


def test_files_beside_the_twin(tmp_path: Path) -> None:
    (tmp_path / "lines.csv").write_text("30,60\n90,40\n")
    lines = SpectrumSource(
        kind="spectrum", file=tmp_path / "lines.csv", frequency_unit="MHz", level_unit="dBuV"
    )
    found = spectrum_of(lines, HIGH)
    assert tuned_to(found, LOW, HIGH, BANDWIDTH) == pytest.approx([30e6, 90e6])
    assert received_emf(found, [30e6, 90e6], BANDWIDTH) == pytest.approx([1e-3, 1e-4])
    volt = np.sin(2 * np.pi * np.arange(1000) / 20)
    rows = "".join(f"{n * 1e-9!r},{v!r}\n" for n, v in enumerate(volt.tolist()))
    (tmp_path / "trace.csv").write_text(rows)
    trace = TraceSource(kind="trace", file=tmp_path / "trace.csv", window="none")
    recorded = spectrum_of(trace, HIGH)
    assert recorded.rms([50e6], BANDWIDTH) == pytest.approx([1 / np.sqrt(2)])
