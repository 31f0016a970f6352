"""Spectra and traces from files: what they mean, and every way in which they can be wrong."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from emtwin.errors import InputError
from emtwin.signals import DoubleExponential, imported_spectrum, imported_trace
from emtwin.signals.imported import read_columns


def write(folder: Path, text: str) -> Path:
    file = folder / "signal.csv"
    file.write_text(text, encoding="utf-8")
    return file


def write_trace(folder: Path, step: float, volt: np.ndarray) -> Path:
    rows = "\n".join(f"{n * step!r},{v!r}" for n, v in enumerate(volt.tolist()))
    return write(folder, f"time (s),volt\n{rows}\n")


def test_columns_with_heads_comments_and_any_separator(tmp_path: Path) -> None:
    text = "\ufefffrequency; level\n# analyser\nMHz;dBuV\n\n30;60\n40 , 50\n5e1\t-4.5\n"
    expected = [[30.0, 60.0], [40.0, 50.0], [50.0, -4.5]]
    assert read_columns(write(tmp_path, text)).tolist() == expected


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("30,60\nforty,50\n", 2, "'forty,50' is not two numbers"),
        ("30,60,1\n", 1, "is not two numbers"),
        ("30\n", 1, "is not two numbers"),
        ("30,nan\n", 1, "is not two numbers"),
        ("frequency,level\n", None, "holds no numbers"),
        ("", None, "holds no numbers"),
    ],
)
def test_wrong_columns(tmp_path: Path, text: str, line: int | None, said: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(InputError, match=said) as caught:
        read_columns(file)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == (file, line)
    assert problem.remedy


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_columns(tmp_path / "missing.csv")
    (tmp_path / "latin.csv").write_bytes(b"30;60 \xb5V\n")
    with pytest.raises(InputError, match="cannot be read"):
        read_columns(tmp_path / "latin.csv")


@pytest.mark.parametrize(
    ("unit", "level"),
    [("dBuV", 60), ("dBmV", 0), ("dBV", -60), ("uV", 1000), ("mV", 1), ("V", 0.001)],
)
def test_a_millivolt_in_every_unit(tmp_path: Path, unit: str, level: float) -> None:
    emitter = imported_spectrum(write(tmp_path, f"30,{level}\n40,{level}\n"), "MHz", unit)
    assert emitter.frequencies.tolist() == [30e6, 40e6]
    assert emitter.rms([30e6, 35e6], 120e3) == pytest.approx([1e-3, 0.0])
    assert emitter.known == (30e6, 40e6)


def test_levels_in_a_bandwidth_are_a_density(tmp_path: Path) -> None:
    """60 dBuV in 10 kHz: 1e-10 V^2/Hz; in 120 kHz 10.8 dB more; nothing outside the file.

    Between 60 and 40 dBuV the middle is 50 dBuV.
    """
    file = write(tmp_path, "30,60\n50,60\n60,40\n")
    emitter = imported_spectrum(file, "MHz", "dBuV", 10e3)
    assert emitter.density is not None
    assert emitter.density(np.array([40e6, 55e6, 29e6, 61e6])) == pytest.approx(
        [1e-10, 1e-11, 0.0, 0.0]
    )
    rise = 20 * math.log10(emitter.rms([40e6], 120e3)[0] / 1e-3)
    assert rise == pytest.approx(10 * math.log10(12))


@pytest.mark.parametrize(
    ("text", "unit", "said"),
    [
        ("40,60\n30,60\n", "dBuV", "do not rise"),
        ("30,60\n30,60\n", "dBuV", "do not rise"),
        ("0,60\n30,60\n", "dBuV", "do not rise from above 0"),
        ("30,-60\n", "mV", "a level of -60 mV is negative"),
    ],
)
def test_wrong_spectra(tmp_path: Path, text: str, unit: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        imported_spectrum(write(tmp_path, text), "MHz", unit)
    assert caught.value.problems[0].file == tmp_path / "signal.csv"
    assert caught.value.problems[0].remedy


def test_whole_periods_without_a_window_are_exact(tmp_path: Path) -> None:
    """3 periods of 2 V and 7 of 0.5 V in 1000 samples, with a mean that is no line."""
    t = np.arange(1000) * 1e-9
    volt = 1.0 + 2 * np.cos(2 * np.pi * 3e6 * t) + 0.5 * np.sin(2 * np.pi * 7e6 * t)
    emitter = imported_trace(write_trace(tmp_path, 1e-9, volt), window="none")
    peaks = np.abs(emitter.amplitudes)
    assert emitter.frequencies[[2, 6]] == pytest.approx([3e6, 7e6])
    assert peaks[[2, 6]] == pytest.approx([2.0, 0.5])
    assert np.delete(peaks, [2, 6]).max() < 1e-12
    assert emitter.known == pytest.approx((0.0, 0.5e9))


def test_the_window_keeps_the_power_of_a_tone_between_bins(tmp_path: Path) -> None:
    """4096 samples and 100.37 periods: Hann holds all but 1e-4 of the power within 4 bins."""
    n = np.arange(4096)
    volt = 3.0 * np.cos(2 * np.pi * 100.37 * n / 4096)
    emitter = imported_trace(write_trace(tmp_path, 1e-9, volt))
    centre, spacing = 100.37 / 4096e-9, 1 / 4096e-9
    assert emitter.rms([centre], 8 * spacing)[0] == pytest.approx(3 / math.sqrt(2), rel=1e-3)
    bare = imported_trace(tmp_path / "signal.csv", window="none")
    assert bare.rms([centre], 8 * spacing)[0] < 0.99 * 3 / math.sqrt(2)


def test_noise_keeps_its_density(tmp_path: Path) -> None:
    """1 V rms of white noise at 1 GS/s: 2e-9 V^2/Hz; 1600 lines spread by 4 %, 2.5 times that."""
    rng = np.random.default_rng(3)
    emitter = imported_trace(write_trace(tmp_path, 1e-9, rng.normal(size=8192)))
    assert emitter.power([250e6], 200e6)[0] == pytest.approx(0.4, rel=0.1)


def test_a_single_event_that_repeats(tmp_path: Path) -> None:
    """A pulse at 100 kHz: lines 2 |X| / T of its closed form, while 0.2 ns samples are fine."""
    pulse = DoubleExponential(1.0, 50e-9, 5e-9)
    t = np.arange(0, 0.8e-6, 0.2e-9)
    emitter = imported_trace(write_trace(tmp_path, 0.2e-9, pulse(t)), repetition=100e3)
    f = np.array([100e3, 1e6, 20e6])
    at = np.searchsorted(emitter.frequencies, f * (1 - 1e-9))
    expected = 2 * 100e3 * np.abs(pulse.spectrum(f))
    assert emitter.frequencies[at] == pytest.approx(f)
    assert np.abs(emitter.amplitudes[at]) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(
    ("volt", "repetition", "said"),
    [
        (np.zeros(10), None, "a trace of 10 samples is too short"),
        (np.linspace(0, 1, 100), 1e3, "begins at 0 V and ends at 1 V"),
        (np.zeros(1000), 10e6, "longer than a period of 1e-07 s"),
        (np.zeros(1000), 1.0, "too finely sampled for a period of 1 s"),
    ],
)
def test_wrong_traces(
    tmp_path: Path, volt: np.ndarray, repetition: float | None, said: str
) -> None:
    file = write_trace(tmp_path, 1e-9, volt)
    with pytest.raises(InputError, match=said) as caught:
        imported_trace(file, repetition)
    assert caught.value.problems[0].file == file
    assert caught.value.problems[0].remedy


@pytest.mark.parametrize("times", [[0.0] * 20, [*range(10), *range(11, 22)], range(20, 0, -1)])
def test_uneven_times_are_refused(tmp_path: Path, times) -> None:
    file = write(tmp_path, "".join(f"{t},0.0\n" for t in times))
    with pytest.raises(InputError, match="not evenly spaced"):
        imported_trace(file)
