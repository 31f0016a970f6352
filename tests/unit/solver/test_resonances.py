"""Harmonic inversion against sums of exponentials whose spectrum is known in closed form."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from emtwin.constants import TWO_PI
from emtwin.errors import InputError
from emtwin.solver.monitors.resonances import Ringing, dft, fit_ringing, tail_weights

DT = 5e-12
FREQUENCIES = np.linspace(30e6, 1e9, 60)
RINGS = ((702.9e6, 1 / 400e-9, 1.0, 0.3), (215.3e6, 1 / 90e-9, 0.5, 1.1), (950e6, 1e7, 0.7, 2.0))


def _ringing(n: int, dt: float = DT) -> np.ndarray:
    """Three damped cosines from step 0 on, in volts."""
    t = np.arange(n) * dt
    return sum(a * np.exp(-d * t) * np.cos(TWO_PI * f * t + p) for f, d, a, p in RINGS)


def _exact(frequencies: np.ndarray, offset: float = 0.0) -> np.ndarray:
    """Geometric series of the same samples to infinity times DT."""
    total = np.zeros(frequencies.size, complex)
    for f, d, a, p in RINGS:
        for sign in (1, -1):
            pole = (sign * 1j * TWO_PI * f - d) * DT
            ratio = np.exp(pole - 1j * TWO_PI * frequencies * DT)
            total += 0.5 * a * np.exp(sign * 1j * p) / (1 - ratio)
    return total * DT * np.exp(-1j * TWO_PI * frequencies * offset * DT)


class Finished(NamedTuple):
    """A trace's spectrum with its foretold tail."""

    spectrum: np.ndarray
    ringing: Ringing


def finished(trace: np.ndarray, start: int, *, every: int = 32, offset: float = 0.0) -> Finished:
    """Every 32nd sample (3 GHz and more) from `start` on carries the fit."""
    where = np.arange(start, trace.size, every)
    ringing = fit_ringing(trace[where][:, None], every * DT)
    weights = tail_weights(
        ringing.rate,
        (where + offset) * DT,
        FREQUENCIES,
        begin=(trace.size + offset) * DT,
        step=DT,
    )
    return Finished(dft(trace, DT, FREQUENCIES, offset) + weights @ trace[where], ringing)


def test_finished_spectrum_is_that_of_the_endless_trace() -> None:
    """The fit is exact for exponentials, so only rounding is left: 1e-6 of the largest value.

    The cut spectrum is the negative control: at 60 ns the 400 ns mode has lost
    only 14 %, and its line is wrong by most of its height.
    """
    trace = _ringing(12_000)
    spectrum, ringing = finished(trace, 2000)
    scale = np.abs(_exact(FREQUENCIES)).max()
    assert not ringing.trouble
    assert ringing.residual_db < -100.0
    assert np.abs(spectrum - _exact(FREQUENCIES)).max() < 1e-6 * scale
    assert np.abs(dft(trace, DT, FREQUENCIES) - _exact(FREQUENCIES)).max() > 0.1 * scale


def test_spectrum_does_not_move_when_the_run_is_doubled() -> None:
    """EMC4: a resonant result must not depend on run length (0.5 dB asked, here 0.001 dB)."""
    spectra = [finished(_ringing(n), 2000).spectrum for n in (12000, 24000)]
    assert np.abs(20 * np.log10(np.abs(spectra[0] / spectra[1]))).max() < 1e-3


def test_float32_rounding_keeps_the_fit_useful() -> None:
    """Noise of float32 (6e-8 of the peak) may cost some residual, not the tail."""
    spectrum, ringing = finished(_ringing(12_000).astype(np.float32).astype(np.float64), 2000)
    assert ringing.residual_db < -80.0
    error = np.abs(spectrum - _exact(FREQUENCIES)).max()
    assert error < 1e-3 * np.abs(_exact(FREQUENCIES)).max()


def test_half_step_offset_turns_the_phase_only() -> None:
    """A current stands half a step later: both direct sum and tail turn by exp(-jw dt/2)."""
    spectrum = finished(_ringing(12_000), 2000, offset=0.5).spectrum
    expected = _exact(FREQUENCIES, 0.5)
    assert np.abs(spectrum - expected).max() < 1e-6 * np.abs(expected).max()


def test_static_remainder_is_summed_as_undamped() -> None:
    """A charge that stays: sum of q exp(-jwn dt) to infinity is q / (1 - exp(-jw dt))."""
    spectrum, ringing = finished(0.2 + _ringing(12_000), 2000)
    expected = _exact(FREQUENCIES) + 0.2 * DT / (1 - np.exp(-1j * TWO_PI * FREQUENCIES * DT))
    assert not ringing.trouble
    assert np.abs(spectrum - expected).max() < 1e-5 * np.abs(expected).max()


def test_growth_is_refused_and_named() -> None:
    t = np.arange(12_000) * DT
    ringing = finished(np.exp(t / 40e-9) * np.cos(TWO_PI * 500e6 * t), 2000).ringing
    assert "500 MHz grows" in ringing.trouble


def test_noise_is_refused_with_its_residual() -> None:
    """White noise foretells nothing, and the residual says so."""
    ringing = finished(np.random.default_rng(3).normal(size=9000), 1000).ringing
    assert "misses the held-out end" in ringing.trouble
    assert ringing.residual_db > -3.0


def test_silence_needs_no_modes() -> None:
    ringing = fit_ringing(np.zeros((100, 3)), DT)
    assert not ringing.trouble
    assert ringing.rate.size == 0


def test_modes_are_the_ones_put_in() -> None:
    ringing = finished(_ringing(12_000), 2000).ringing
    for frequency, decay, _, _ in RINGS:
        nearest = np.argmin(np.abs(ringing.frequency - frequency))
        assert ringing.frequency[nearest] == pytest.approx(frequency, rel=1e-6)
        assert ringing.decay[nearest] == pytest.approx(decay, rel=1e-3)


def test_channels_of_any_unit_share_their_modes() -> None:
    """Two modes 4 MHz apart over 30 ns, an eighth of a beat, in float32 noise.

    One channel cannot tell how much of which it holds; eight channels with different shares can,
    though one of them is a million times larger than the others.
    """
    rng = np.random.default_rng(5)
    t = np.arange(120) * 0.25e-9
    modes = np.exp(-t * 2e7)[:, None] * np.cos(TWO_PI * t[:, None] * [150e6, 154e6] + [0.3, 1.4])
    samples = modes @ rng.normal(size=(2, 8)) * [1e6, 1, 1, 1, 1, 1, 1, 1]
    noise = 1e-6 * np.sqrt((samples**2).mean(axis=0)) * rng.normal(size=samples.shape)
    ringing = fit_ringing(samples + noise, 0.25e-9)
    for frequency in (150e6, 154e6):
        nearest = np.argmin(np.abs(ringing.frequency - frequency))
        assert ringing.frequency[nearest] == pytest.approx(frequency, rel=1e-4)


def test_direct_sum_over_several_blocks_is_the_plain_sum() -> None:
    trace = np.random.default_rng(1).normal(size=9001)
    n = np.arange(9001) + 0.5
    expected = [np.sum(trace * np.exp(-1j * TWO_PI * f * n * DT)) * DT for f in FREQUENCIES]
    assert dft(trace, DT, FREQUENCIES, 0.5) == pytest.approx(np.array(expected), rel=1e-9)


def test_samples_that_cannot_be_fitted_are_refused() -> None:
    with pytest.raises(InputError, match="19 samples of a ringing tail are too few"):
        fit_ringing(np.ones((19, 2)), DT)
    with pytest.raises(InputError, match="not finite"):
        fit_ringing(np.full((100, 1), np.nan), DT)


def _thirty_modes(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Thirty cosines of Q = 150 to 600 between 0.2 and 3 GHz: trace and its endless spectrum."""
    rng = np.random.default_rng(70)
    f, phase = rng.uniform(0.2e9, 3e9, 30), rng.uniform(0, TWO_PI, 30)
    d, a = np.pi * f / 300 / rng.uniform(0.5, 2, 30), rng.normal(size=30)
    t = np.arange(n)[:, None] * DT
    trace = (a * np.exp(-d * t) * np.cos(TWO_PI * f * t + phase)).sum(axis=1)
    exact = np.zeros(FREQUENCIES.size, complex)
    for sign in (1, -1):
        ratio = np.exp((sign * 1j * TWO_PI * f - d - 1j * TWO_PI * FREQUENCIES[:, None]) * DT)
        exact += (0.5 * a * np.exp(sign * 1j * phase) / (1 - ratio)).sum(axis=1) * DT
    return trace + 1e-7 * np.abs(trace).max() * rng.normal(size=n), exact


@pytest.mark.parametrize("n", [8_000, 12_000, 18_000, 36_000])
def test_a_dense_spectrum_is_right_or_refused(n: int) -> None:
    """Sixty poles in float32 noise, one channel: whenever the tail is used, it is within 5 %.

    -26 dB is the worst residual that is let through; a run that is too short to tell the modes
    apart must say so instead.
    """
    trace, exact = _thirty_modes(n)
    spectrum, ringing = finished(trace, 1500, every=20)
    error = np.abs(spectrum - exact).max() / np.abs(exact).max()
    assert bool(ringing.trouble) == (not ringing.residual_db <= -26.0)
    assert ringing.trouble or error < 0.05
    assert n < 36_000 or not ringing.trouble
