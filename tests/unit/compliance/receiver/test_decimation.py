"""The lower rate: flat below a quarter of it, nothing folds onto that, slices as of an array."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.compliance.receiver.decimation import Decimated

FACTOR = 20
T = np.arange(20_000)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.25])
def test_what_is_below_a_quarter_of_the_rate_is_kept(share: float) -> None:
    tone = np.cos(2 * np.pi * share / FACTOR * T + 0.3)
    found = Decimated(tone, FACTOR)[:]
    expected = tone[::FACTOR]
    assert np.abs(found - expected)[10:-10].max() < 3e-6  # the ends see zeros beyond


@pytest.mark.parametrize("share", [0.75, 0.9, 1.0, 1.25, 3.1])
def test_what_would_fold_onto_it_is_120_db_down(share: float) -> None:
    tone = np.cos(2 * np.pi * share / FACTOR * T)
    assert np.abs(Decimated(tone, FACTOR)[10:-10]).max() < 3e-6


@pytest.mark.parametrize("tail", [0, 8])
def test_slices(tail: int) -> None:
    noise = np.random.default_rng(1).normal(size=1003)
    thin = Decimated(noise, FACTOR, tail)
    whole = thin[:]
    assert len(thin) == whole.size == 51 + 2 * tail
    for first, last in ((0, 5), (7, 30), (45, len(thin)), (10, 10), (40, 200)):
        assert thin[first:last] == pytest.approx(whole[first:last], abs=1e-15)


def test_the_area_of_a_short_pulse_is_kept() -> None:
    """Wherever it lies between two new samples; that is what a filter of the receiver sees."""
    for at in (0, 3, 9):
        pulse = np.zeros(10)
        pulse[at] = 1
        assert Decimated(pulse, FACTOR, 8)[:].sum() * FACTOR == pytest.approx(1, abs=1e-5)


def test_complex_samples() -> None:
    tone = np.exp(2j * np.pi * 0.1 / FACTOR * T)
    assert np.abs(Decimated(tone, FACTOR)[:] - tone[::FACTOR])[10:-10].max() < 3e-6
