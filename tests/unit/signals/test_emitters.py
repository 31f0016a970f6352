"""Clocks with jitter and spread spectrum, data and switch nodes against time series."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtwin.errors import InputError
from emtwin.signals import (
    EmitterSpectrum,
    clock_spectrum,
    data_spectrum,
    ringing_transfer,
    spread_clock,
    spread_lines,
    trapezoid_harmonics,
)

Array = np.ndarray


def density_of(values: Array, step: float, records: int) -> tuple[Array, Array]:
    """One-sided density by Welch's method with a Hann window and half overlap."""
    from scipy.signal import welch

    size = 2 * values.size // (records + 1)
    return welch(values, 1 / step, "hann", size, detrend="constant")


@given(duty=st.floats(0.2, 0.8), rise=st.floats(0.01, 0.15), fall=st.floats(0.01, 0.15))
def test_unequal_edges_give_the_trapezoid_back(duty: float, rise: float, fall: float) -> None:
    """Series to 400 harmonics; the tail is at most sum A (1 / t_r + 1 / t_f) / (pi^2 n^2)."""
    _, amplitudes = trapezoid_harmonics(1.0, 2.0, rise, duty, 400.0, fall)
    t = np.linspace(0.0, 1.0, 61, endpoint=False)
    series = 2.0 * duty + np.real(np.exp(2j * np.pi * np.outer(t, np.arange(1, 401))) @ amplitudes)
    corners = [-rise / 2, rise / 2, duty - fall / 2, duty + fall / 2, 1 - rise / 2, 1.0]
    expected = np.interp(t, corners, [0.0, 2.0, 2.0, 0.0, 0.0, 1.0])
    tail = 2.0 * (1 / rise + 1 / fall) / (np.pi**2 * 400)
    assert np.abs(series - expected).max() < tail


def test_even_harmonics_appear_with_unequal_edges() -> None:
    _, equal = trapezoid_harmonics(1e6, 1.0, 50e-9, 0.5, 4e6, 50e-9)
    _, unequal = trapezoid_harmonics(1e6, 1.0, 50e-9, 0.5, 4e6, 100e-9)
    assert abs(equal[1]) < 1e-15
    assert abs(unequal[1]) > 1e-3


def test_power_in_a_band_is_lines_and_density() -> None:
    """A line of 2 V peak on the edge counts, one outside does not; 3 uV^2/Hz over 10 Hz is 30 u."""
    emitter = EmitterSpectrum(
        np.array([95.0, 100.0, 106.0]),
        np.array([2.0, 1.0j, 5.0]),
        lambda f: np.full_like(f, 3e-6),
    )
    assert emitter.power([100.0], 10.0) == pytest.approx([2.0 + 0.5 + 30e-6])
    assert emitter.rms([200.0], 10.0) == pytest.approx([math.sqrt(30e-6)])
    with pytest.raises(InputError, match="bandwidth must be above 0, got 0 Hz"):
        emitter.power([100.0], 0.0)


def test_a_density_with_structure_is_integrated() -> None:
    """sin^2 with nulls every 100 Hz over 10.5 kHz: half the bandwidth."""
    emitter = EmitterSpectrum(density=lambda f: np.sin(np.pi * f / 100.0) ** 2, ripple=100.0)
    assert emitter.power([1e6, 1.000037e6], 10.5e3) == pytest.approx([5250.0, 5250.0], rel=1e-2)


def test_filtered_lines_and_density() -> None:
    emitter = EmitterSpectrum(np.array([10.0]), np.array([1.0 + 0j]), np.ones_like)
    passed = emitter.filtered(lambda f: 1 / (1 + 1j * f / 10.0))
    assert abs(passed.amplitudes[0]) == pytest.approx(1 / math.sqrt(2))
    assert passed.density is not None
    assert passed.density(np.array([10.0, 30.0])) == pytest.approx([0.5, 0.1])


def test_without_jitter_there_is_no_continuum() -> None:
    plain = clock_spectrum(24e6, 3.3, 1.5e-9, 0.5, 1e9)
    assert plain.density is None
    assert np.array_equal(plain.amplitudes, trapezoid_harmonics(24e6, 3.3, 1.5e-9, 0.5, 1e9)[1])


def test_power_that_the_lines_lose_is_in_the_continuum() -> None:
    """Displacing ideal edges changes no level: mean, lines and continuum add up to A^2 d.

    Above 200 / T both are cut off; what is left out is below 2 A^2 / (pi^2 200), twice.
    """
    clock = clock_spectrum(1.0, 1.0, 0.0, 0.4, 200.0, jitter=0.02)
    assert clock.density is not None
    f = np.linspace(0.0, 200.0, 400_001)
    continuum = np.trapezoid(clock.density(f), f)
    lines = np.sum(np.abs(clock.amplitudes) ** 2) / 2
    plain = trapezoid_harmonics(1.0, 1.0, 0.0, 0.4, 200.0)[1]
    assert continuum > 0.01
    assert lines < np.sum(np.abs(plain) ** 2) / 2 - 0.01
    assert 0.4**2 + lines + continuum == pytest.approx(0.4, abs=2 * 2 / (np.pi**2 * 200))


@pytest.mark.parametrize(("rise", "fall"), [(0.1, 0.1), (0.1, 0.2)])
def test_jitter_against_a_time_series(rise: float, fall: float) -> None:
    """4096 periods of 64 samples with seeded edges, 63 records of Welch: lines and continuum.

    Between the lines the mean over some 77 bins of 63 half-overlapping records, worth 40 apart
    and, for the window, two bins in three, spreads by 1 / sqrt(77 x 40 x 2 / 3) = 2.2 %: 6 % is 2.7
    times that. A line sits on its continuum; its power within 2 %.
    """
    rng = np.random.default_rng(7)
    periods, samples, jitter, duty = 4096, 64, 0.03, 0.4
    centres = np.arange(periods) + rng.normal(0.0, jitter / math.sqrt(2), periods)
    falls = np.arange(periods) + duty + rng.normal(0.0, jitter / math.sqrt(2), periods)
    t = np.arange(periods * samples) / samples
    # Each pulse is made by itself, so that no sum of heights runs over the whole series.
    values = np.zeros_like(t)
    for n, (up, down) in enumerate(zip(centres, falls, strict=True)):
        low, high = max(0, (n - 1) * samples), min(t.size, (n + 2) * samples)
        piece = t[low:high]
        rising = np.clip((piece - up) / rise + 0.5, 0.0, 1.0)
        falling = np.clip((piece - down) / fall + 0.5, 0.0, 1.0)
        values[low:high] += rising - falling
    period = np.std(np.diff(centres))
    assert period == pytest.approx(jitter, rel=0.05)

    emitter = clock_spectrum(1.0, 1.0, rise, duty, 8.5, fall_time=fall, jitter=jitter)
    assert emitter.density is not None
    f, density = density_of(values, 1 / samples, 63)
    for n in range(1, 8):
        between = (f > n + 0.2) & (f < n + 0.8)
        expected = float(np.mean(emitter.density(f[between])))
        assert float(np.mean(density[between])) == pytest.approx(expected, rel=0.06)
    width = f[1]
    for n in (1, 3):
        band = (f > n - 0.1) & (f < n + 0.1)
        measured = float(np.sum(density[band]) * width)
        assert measured == pytest.approx(float(emitter.power([float(n)], 0.2)[0]), rel=0.02)


@pytest.mark.parametrize("profile", ["sinusoidal", "triangular"])
def test_spreading_keeps_the_power_of_each_harmonic(profile: str) -> None:
    harmonics, peaks = np.array([10e6, 20e6, 30e6]), np.array([1.0, 0.5j, 0.2])
    f, amplitudes = spread_lines(harmonics, peaks, 50e3, 1e3, profile)  # type: ignore[arg-type]
    emitter = EmitterSpectrum(f, amplitudes)
    assert emitter.power(harmonics, 4e6) == pytest.approx(np.abs(peaks) ** 2 / 2, rel=1e-6)


def test_sinusoidal_spreading_is_bessel_functions() -> None:
    from scipy.special import jv

    f, amplitudes = spread_lines(np.array([1e6]), np.array([1.0]), 5e3, 1e3, "sinusoidal")
    orders = np.round((f - 1e6) / 1e3)
    assert amplitudes == pytest.approx(jv(orders, 5.0), abs=1e-9)


@pytest.mark.parametrize("down", [True, False])
@pytest.mark.parametrize("profile", ["sinusoidal", "triangular"])
def test_a_spread_clock_against_a_time_series(profile: str, down: bool) -> None:
    """Phase of the clock summed over time, one period of the modulation, FFT: 1e-3 of the line.

    The clock is 200 times the rate, so that all lines fall on bins; a sample of the trapezoid at
    the moving phase is exact, what is above half the rate of 64 samples a period is folded back.
    """
    rate, ratio, samples, depth = 1.0, 200, 64, 0.05
    mean = ratio * rate
    clock = mean / (1 - depth / 2) if down else mean
    t = (np.arange(ratio * samples)) / (ratio * samples)
    deviation = clock * depth / 2
    if profile == "sinusoidal":
        phase = deviation / (2 * np.pi) * np.sin(2 * np.pi * t)
    else:
        u = np.mod(t + 0.5, 1.0) - 0.5
        phase = deviation * (u - 2 * u * np.abs(u))
    turns = np.mod(mean * t + phase, 1.0)
    rise, duty = 0.1, 0.4
    corners = [0.0, rise / 2, duty - rise / 2, duty + rise / 2, 1 - rise / 2, 1.0]
    values = np.interp(turns, corners, [0.5, 1.0, 1.0, 0.0, 0.0, 0.5])
    lines = np.abs(np.fft.rfft(values)) * 2 / t.size
    emitter = spread_clock(
        *(clock, 1.0, rise / mean, duty, 4.5 * mean),
        depth=depth,
        rate=rate,
        profile=profile,  # type: ignore[arg-type]
        down=down,
    )
    for n in (1, 2, 3):
        bins = np.arange(round((n - 0.2) * ratio), round((n + 0.2) * ratio))
        found = emitter.rms(bins.astype(float), 0.5) * math.sqrt(2)
        assert np.abs(found - lines[bins]).max() < 2e-3 * lines[bins].max()
    centre = mean if not down else clock * (1 - depth / 2)
    assert emitter.centres[0] == pytest.approx(centre)


def test_spreading_lowers_the_reading_in_a_bandwidth() -> None:
    """A slow triangle of 240 kHz at 24 MHz spreads evenly: 120 kHz hold half the power, -3 dB.

    The ninth harmonic moves over 2.16 MHz, so that 1 / 18 of its power is left, -12.55 dB. Lines
    1 kHz apart at the edges of the band, and the ripple of the spectrum: 0.3 dB.
    """
    plain = clock_spectrum(24e6, 3.3, 1.5e-9, 0.5, 1e9)
    spread = spread_clock(24e6, 3.3, 1.5e-9, 0.5, 1e9, depth=0.01, rate=1e3)
    for n, expected in ((1, -3.0), (9, -12.55)):
        centre = n * 24e6 * 0.995
        lowered = spread.rms([centre], 120e3)[0] / plain.rms([n * 24e6], 120e3)[0]
        assert 20 * math.log10(lowered) == pytest.approx(expected, abs=0.3)


def test_equal_edges_of_data_give_the_textbook_density() -> None:
    """A^2 T / 2 sinc^2(f T) sinc^2(f t_r), and no lines."""
    emitter = data_spectrum(100e6, 3.3, 1e-9, 1e9)
    assert emitter.density is not None
    assert emitter.frequencies.size == 0
    f = np.array([0.0, 1e6, 50e6, 130e6, 777e6])
    expected = 3.3**2 / 100e6 / 2 * np.sinc(f / 100e6) ** 2 * np.sinc(f * 1e-9) ** 2
    assert emitter.density(f) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("rise", "fall"), [(0.2, 0.2), (0.2, 0.6)])
def test_data_against_a_time_series(rise: float, fall: float) -> None:
    """16384 seeded bits of 32 samples, 63 records of Welch: density in fifths of the bit rate.

    Some 100 bins, counted as above, spread by 2 %; over the 15 ranges the farthest is expected at
    2.5 times that, 8 % is four times. The lines at the bit rate, with unequal edges, within 3 % of
    their power with the continuum below them.
    """
    rng = np.random.default_rng(11)
    samples, count = 32, 16384
    bits = rng.integers(0, 2, count + 1)
    t = np.arange(-samples // 2, samples // 2) / samples
    up, down = np.clip(t / rise + 0.5, 0, 1), np.clip(t / fall + 0.5, 0, 1)
    before, after = bits[:-1, None], bits[1:, None]
    values = before + np.where(after > before, up, 0.0) - np.where(after < before, down, 0.0)
    emitter = data_spectrum(1.0, 1.0, rise, 4.5, fall)
    assert emitter.density is not None
    f, density = density_of(values.ravel(), 1 / samples, 63)
    for low in np.arange(0.1, 3.0, 0.2):
        band = (f > low) & (f < low + 0.2)
        band &= np.abs(f - np.round(f)) > 0.02
        expected = float(np.mean(emitter.density(f[band])))
        assert float(np.mean(density[band])) == pytest.approx(expected, rel=0.08)
    if rise != fall:
        band = np.abs(f - 1.0) < 0.015
        measured = float(np.sum(density[band]) * f[1])
        assert measured == pytest.approx(float(emitter.power([1.0], 0.03)[0]), rel=0.03)
        assert np.abs(emitter.amplitudes[0]) ** 2 / 2 > 0.5 * measured


def test_power_of_data_adds_up() -> None:
    """Variance of random bits with edges: A^2 (1/4 - t_r / (12 T)) by averaging a linear edge.

    Half of the bit boundaries have an edge, over which the square falls from 1/4 to a third of it:
    1/4 - (1/2)(1/4)(2/3) t_r / T. Above 60 bit rates the density falls as f^-4: below 1e-6 is left.
    """
    emitter = data_spectrum(1.0, 1.0, 0.3, 1.0)
    assert emitter.density is not None
    f = np.linspace(0.0, 60.0, 600_001)
    power = np.trapezoid(emitter.density(f), f)
    assert power == pytest.approx(0.25 - 0.25 / 3 * 0.3, rel=1e-4)


def test_the_switch_node_rings_as_declared() -> None:
    """Step answer of the transfer by an inverse series: frequency and decay of the ringing.

    A slow square wave through the node; after the edge the swing about the top crosses zero every
    half period of 150 MHz, and half waves fall by exp(-pi d / sqrt(1 - d^2)).
    """
    frequency, damping = 150e6, 0.1
    lines, amplitudes = trapezoid_harmonics(1e6, 12.0, 0.0, 0.5, 20e9)
    ringing = amplitudes * ringing_transfer(frequency, damping, lines)
    size = 2**16
    spectrum = np.zeros(size // 2 + 1, complex)
    spectrum[1 : lines.size + 1] = ringing * size / 2
    values = np.fft.irfft(spectrum, size) + 6.0
    t = np.arange(size) / size * 1e-6
    after = values[t < 30e-9] - 12.0
    crests = [
        i
        for i in range(1, after.size - 1)
        if (after[i] - after[i - 1]) * (after[i + 1] - after[i]) < 0
    ]
    crests = [i for i in crests if abs(after[i]) > 0.05 and t[i] > 1e-9]
    spacing = np.diff(t[crests])[:4]
    assert spacing == pytest.approx(0.5 / frequency, rel=0.02)
    share = np.abs(after[crests[1:4]] / after[crests[:3]])
    assert share == pytest.approx(math.exp(-math.pi * 0.1 / math.sqrt(1 - 0.01)), rel=0.02)


def test_ringing_does_not_touch_low_frequencies() -> None:
    assert ringing_transfer(150e6, 0.1, np.array([0.0]))[0] == 1.0
    f0 = 150e6 / math.sqrt(1 - 0.01)
    assert abs(ringing_transfer(150e6, 0.1, np.array([f0]))[0]) == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: clock_spectrum(1e6, 1.0, 1e-9, 0.5, 1e9, jitter=-1.0), "jitter must be 0 or more"),
        (lambda: clock_spectrum(1e6, 1.0, 1e-9, 0.5, 1e9, fall_time=-1e-9), "fall_time must be 0"),
        (lambda: clock_spectrum(1e6, 1.0, 1e-9, 0.5, 1e9, fall_time=2e-6), "does not fit"),
        (
            lambda: spread_clock(1e6, 1.0, 1e-9, 0.5, 1e9, depth=0.5, rate=1e3),
            "a spread of 0.5 at 1000 Hz is impossible",
        ),
        (lambda: data_spectrum(0.0, 1.0, 1e-9, 1e9), "bit_rate must be above 0 Hz"),
        (lambda: data_spectrum(1e6, 1.0, 1e-9, 1e9, -1.0), "fall_time must be 0 s or more"),
        (lambda: data_spectrum(1e9, 1.0, 2e-9, 1e9), "does not fit into a bit of 1e-09 s"),
        (lambda: ringing_transfer(1e6, 1.0, np.zeros(1)), "no ringing has 1e.06 Hz and a damping"),
    ],
)
def test_impossible_emitters_are_refused(make, said: str) -> None:
    with pytest.raises(InputError, match=said):
        make()
