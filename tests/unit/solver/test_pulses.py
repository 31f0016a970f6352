"""The pulse and its spectrum."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.constants import TWO_PI
from emtwin.solver import Pulse


def level_db(ratio: float) -> float:
    """Spectrum at a multiple of f_max relative to its peak, by a fine Fourier sum, dB."""
    pulse = Pulse(1e9)
    dt = pulse.width / 400
    t = np.arange(int(np.ceil(pulse.duration / dt)) + 1) * dt
    values = pulse(t)

    def spectrum(f: float) -> float:
        return float(abs(np.exp(-1j * TWO_PI * f * t) @ values))

    return 20 * np.log10(spectrum(ratio * 1e9) / spectrum(0.45e9))


@pytest.mark.parametrize(("ratio", "expected"), [(0.45, 0.0), (1.0, -10.16), (2.0, -68.5)])
def test_spectrum_of_the_pulse(ratio: float, expected: float) -> None:
    """|S| = x exp((1 - x^2) / 2) of its peak, x = f / (0.45 f_max): a differentiated Gaussian."""
    x = ratio / 0.45
    assert 20 * np.log10(x * np.exp((1 - x**2) / 2)) == pytest.approx(expected, abs=0.05)
    assert level_db(ratio) == pytest.approx(expected, abs=0.1)


def test_pulse_has_no_static_part() -> None:
    """It is odd about its zero crossing: the sum vanishes to round-off, and it begins at -163 dB.

    6.5 exp((1 - 6.5^2) / 2) = 7e-9 of the peak at both ends; before and after it goes on falling,
    to 9.75 exp((1 - 9.75^2) / 2) = 4e-20 a quarter of its duration away.
    """
    pulse = Pulse(2e9, amplitude=3.0)
    t = np.linspace(0.0, pulse.duration, 4001)
    values = pulse(t)
    assert abs(values.sum()) < 1e-11 * np.abs(values).sum()
    assert np.abs(values).max() == pytest.approx(3.0, rel=1e-4)
    assert abs(values[0]) < 3.0 * 10 ** (-162 / 20)
    assert np.all(np.abs(pulse(pulse.duration * np.array([-0.25, 1.25]))) < 3.0 * 5e-20)


def test_table_ends_with_a_zero_and_refines() -> None:
    """Every `oversampling`-th value of a refined table is the plain table's; the last is zero."""
    pulse = Pulse(1e9)
    plain, fine = pulse.sampled(1e-11), pulse.sampled(1e-11, 8)
    np.testing.assert_allclose(fine[::8][: plain.size - 2], plain[:-2], rtol=0, atol=1e-12)
    assert plain[-1] == fine[-1] == 0.0
