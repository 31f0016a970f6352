"""Waveforms: what they are in time, what they hold by frequency, how files become one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from emtwin.errors import GridError, InputError
from emtwin.solver import (
    Gaussian,
    ModulatedGaussian,
    Pulse,
    SampledWaveform,
    SineBurst,
    Step,
    Waveform,
)
from emtwin.solver.monitors.resonances import dft
from emtwin.solver.waveforms.pulses import CONTENT

DT = 2e-12
EVERY = [
    Pulse(1e9),
    Gaussian(1e9),
    ModulatedGaussian(0.6e9, 1e9),
    SineBurst(0.5e9),
    Step(0.5e-9, 3e-9),
    SampledWaveform(Gaussian(0.4e9).sampled(2e-11), 2e-11, 1e9),
]


def level(waveform: Waveform, frequencies: list[float]) -> np.ndarray:
    """Spectrum relative to its largest value, dB."""
    samples, band = waveform.sampled(DT), np.linspace(0, 2 * waveform.f_max, 400)
    size = np.abs(dft(samples, DT, np.array(frequencies)))
    peak = np.abs(dft(samples, DT, band)).max()
    return np.asarray(20 * np.log10(size / peak + 1e-30))


@pytest.mark.parametrize("waveform", EVERY, ids=lambda w: type(w).__name__)
def test_every_waveform_begins_and_ends_at_zero_and_keeps_its_band(waveform: Waveform) -> None:
    """Next to nothing outside 0 to `duration` (-160 dB), and 90 dB less above 2.4 f_max."""
    samples = waveform.sampled(DT)
    peak = np.abs(samples).max()
    assert 0.5 < peak < 1.01
    outside = np.array([-1e-9, -DT, waveform.duration + DT, 2 * waveform.duration])
    assert np.abs(waveform(outside)).max() < 1e-8 * peak
    assert abs(samples[0]) < 1e-7 * peak
    assert abs(samples[-1]) < 1e-7 * peak
    assert level(waveform, list(CONTENT * waveform.f_max * np.array([1, 1.2, 1.7]))).max() < -90
    np.testing.assert_allclose(waveform.sampled(DT, 4)[::4][: samples.size - 1], samples[:-1])


def test_gaussian() -> None:
    """20 dB down at f_max, 5 dB at half of it (squares), its largest value at 0 Hz."""
    np.testing.assert_allclose(level(Gaussian(1e9), [0.0, 0.5e9, 1e9]), [0, -5, -20], atol=0.01)


def test_modulated_gaussian() -> None:
    """20 dB down at both edges of its band, largest in the middle, nothing at 0 Hz."""
    found = level(ModulatedGaussian(0.6e9, 1e9), [0.6e9, 0.8e9, 1e9])
    np.testing.assert_allclose(found, [-20, 0, -20], atol=0.02)
    samples = ModulatedGaussian(0.1e9, 1e9).sampled(DT)
    assert abs(samples.sum()) < 1e-9 * np.abs(samples).sum()


def test_burst() -> None:
    """A pure sine between the ramps, of full amplitude."""
    burst = SineBurst(0.5e9, cycles=6, ramp=4, amplitude=3.0)
    t = np.linspace(8e-9, 20e-9, 500)
    np.testing.assert_allclose(burst(t), 3 * np.sin(2 * np.pi * 0.5e9 * t), atol=1e-12)
    assert burst.duration == pytest.approx(28e-9)
    assert burst.f_max == 1e9


def test_step() -> None:
    """10 to 90 % in the rise time, no overshoot, held, and taken back."""
    step = Step(0.5e-9, 3e-9, 2.0)
    t = np.arange(0, step.duration, 1e-13)
    values, top = step(t), t[step(t) >= 2.0 - 1e-12]
    rise = np.interp([0.2, 1.8], values[: t.size // 2], t[: t.size // 2])
    assert np.diff(rise)[0] == pytest.approx(0.5e-9, rel=1e-4)
    assert values.max() <= 2.0 + 1e-12
    assert np.ptp(top) >= 3e-9 - 2e-13  # two samples
    assert np.all(np.diff(values[: t.size // 2]) >= 0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Gaussian(0.0), "f_max = 0 must be positive"),
        (lambda: Step(-1e-9, 1e-9), "rise_time = -1e-09 must be positive"),
        (lambda: SineBurst(1e9, ramp=0), "ramp = 0 must be positive"),
        (lambda: ModulatedGaussian(2e9, 1e9), "the band from 2e[+]09 to 1e[+]09 Hz is none"),
        (lambda: SampledWaveform(np.zeros(3), 1e-9, 1e8), "3 samples are no waveform"),
        (lambda: SampledWaveform(np.ones(9), 1e-9, 1e8), "begins at 1 and ends at 1"),
        (lambda: SampledWaveform(np.hanning(9), 1e-9, 5e8), "below the Nyquist frequency .* 5e"),
    ],
)
def test_impossible_waveforms(make: object, message: str) -> None:
    """The field, its value, what it must be."""
    with pytest.raises(GridError, match=message):
        make()  # type: ignore[operator]


def test_samples_keep_their_spectrum_in_the_band(tmp_path: Path) -> None:
    """A file of a band-limited signal, 7 samples per period: 1e-4 of its peak up to f_max.

    The waveform is later by `delay`; time in ns and millivolts, with a name line, comments, and
    either separator. What the grid would not carry is gone: a tone at 3 f_max leaves nothing.
    """
    signal, spacing = ModulatedGaussian(0.2e9, 0.8e9, 2.0), 0.13e-9
    t = np.arange(int(signal.duration / spacing) + 2) * spacing
    tone = ModulatedGaussian(2.9e9, 3.1e9)
    frequencies = np.linspace(0.1e9, 0.9e9, 33)
    expected = dft(signal.sampled(DT), DT, frequencies)
    for separator, extra in ((", ", 0.0), ("\t", 1.0)):
        file = tmp_path / "pulse.csv"
        values = signal(t) + extra * tone(t) * np.hanning(t.size)
        rows = [f"{1e9 * s:.12g}{separator}{1e3 * v:.12g}" for s, v in zip(t, values, strict=True)]
        header = f"time [ns]{separator}voltage [mV]"
        file.write_text("\n".join(["# from a scope", header, *rows, ""]), encoding="utf-8")
        waveform = SampledWaveform.from_file(file, 0.9e9)
        shift = np.exp(2j * np.pi * frequencies * waveform.delay)
        found = dft(waveform.sampled(DT), DT, frequencies) * shift
        assert np.abs(found - expected).max() < 1e-4 * np.abs(expected).max()
        assert level(waveform, [3e9]) < -90


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("0 0\n1 1\n2 x\n3 0\n", 3, "'2 x' is not two numbers"),
        ("0,0\n1,1,1\n2,0\n", 2, "'1 1 1' is not two numbers"),
        ("0,0\n1,nan\n2,0\n", 2, "1, nan is not finite"),
        ("0,0\n1,1\n1,1\n2,0\n", 3, "time 1 follows 1: times must increase"),
        ("0,0\n1,1\n2,1\n9,0\n", 2, "times must be even"),
        ("t [min],v\n0,0\n1,1\n2,1\n3,0\n", 1, "unit 'min' of 't .min.' is none of s, with k, m"),
        ("t [s],v [dB]\n0,0\n1,1\n2,1\n3,0\n", 1, "unit 'dB' of 'v .dB.' is none of V/m, V, A"),
        ("t,v,w\n0,0\n", 1, "3 columns, but two are needed"),
        ("t,v\n0,0\n1,0\n", None, "2 samples are no waveform"),
    ],
)
def test_files_that_are_no_waveform(
    text: str, line: int | None, message: str, tmp_path: Path
) -> None:
    """The file, the line, and what is wrong there."""
    file = tmp_path / "pulse.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        SampledWaveform.from_file(file, 0.1)
    assert (caught.value.problems[0].file, caught.value.problems[0].line) == (file, line)


def test_a_waveform_file_that_is_not_there(tmp_path: Path) -> None:
    """The system's own words, with the file."""
    with pytest.raises(InputError, match="cannot be read"):
        SampledWaveform.from_file(tmp_path / "none.csv", 1e9)
