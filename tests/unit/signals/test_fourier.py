"""Fourier integrals against closed forms, quadrature and Parseval's theorem."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from emtwin.signals import (
    DampedSine,
    DoubleExponential,
    Impulse,
    esd_contact_current,
    fast_transient,
    fourier_integral,
    surge_current,
    surge_voltage,
    telecom_surge_current,
    telecom_surge_voltage,
)
from emtwin.signals.fourier import geometric_breaks

FREQUENCIES = np.array([0.0, 1e3, 1e6, 30e6, -30e6, 1e9, 2.7e9])

IMPULSES = {
    "esd": esd_contact_current(4e3),
    "burst": fast_transient(1e3),
    "1.2/50": surge_voltage(1e3),
    "8/20": surge_current(500.0),
    "10/700": telecom_surge_voltage(1e3),
    "5/320": telecom_surge_current(25.0),
}


def test_the_integral_of_a_closed_form() -> None:
    """A double exponential on its panels: the error is no larger than stated, plus rounding."""
    pulse = DoubleExponential(1.0, 50e-9, 5e-9)
    breaks = geometric_breaks(1e-12, pulse.silent_after(1e-15))
    values, error = fourier_integral(pulse, breaks, FREQUENCIES)
    off = np.abs(values - pulse.spectrum(FREQUENCIES)).max()
    assert off < error + 1e-14 * 50e-9
    assert error < 1e-13 * 50e-9


def test_too_few_panels_state_their_error() -> None:
    """A ring of 20 turns in one panel is not expanded by 16 polynomials: the error says so."""
    ring = DampedSine(1.0, 1e6, 1e-5)
    values, error = fourier_integral(ring, [0.0, 20e-6], np.array([1e6]))
    assert error > 1e-7
    assert abs(values[0] - ring.spectrum([1e6])[0]) < 50 * error


def test_no_frequency_gives_nothing() -> None:
    assert fourier_integral(fast_transient(1.0), [0.0, 1e-6], []).values.size == 0


@pytest.mark.parametrize("name", IMPULSES)
def test_impulses_state_a_small_error(name: str) -> None:
    """1e-12 of the largest value, and values at minus f are conjugate."""
    values, error = IMPULSES[name].transform(FREQUENCIES)
    assert error < 1e-12 * abs(values[0])
    assert values[4] == pytest.approx(np.conj(values[3]), rel=1e-12)


@pytest.mark.parametrize("name", IMPULSES)
def test_spectra_of_impulses_against_quadrature(name: str) -> None:
    """QAWO of QUADPACK, an independent method, where the impulse turns a few times."""
    from scipy.integrate import quad

    pulse = IMPULSES[name]
    rise = pulse.terms[0].rise
    frequency = 0.2 / rise

    def value(t: float) -> float:
        return float(pulse(np.array(t)))

    omega = 2 * np.pi * frequency
    scale = abs(pulse.spectrum([0.0])[0])
    ends = [0.0, rise, 10 * rise, pulse.silent_after(1e-9)]
    parts = [
        quad(
            value, low, high, weight=kind, wvar=omega, limit=2000, epsabs=scale * 1e-11, epsrel=1e-9
        )[0]
        for kind in ("cos", "sin")
        for low, high in pairwise(ends)
    ]
    expected = sum(parts[:3]) - 1j * sum(parts[3:])
    assert pulse.spectrum([frequency])[0] == pytest.approx(expected, rel=1e-6, abs=1e-8 * scale)


@pytest.mark.parametrize("name", IMPULSES)
def test_energy_is_the_same_in_time_and_frequency(name: str) -> None:
    """Parseval: 2 x the integral of |X|^2 over f > 0, on a logarithmic scale of frequency.

    Above the highest frequency |X| falls at least as 1 / f^2, so that less than 1e-7 is missing.
    """
    pulse: Impulse = IMPULSES[name]
    t = geometric_breaks(1e-4 * pulse.terms[0].rise, pulse.silent_after(1e-9))
    t = np.unique(np.concatenate([np.linspace(a, b, 65) for a, b in pairwise(t)]))
    in_time = np.trapezoid(pulse(t) ** 2, t)
    f = np.geomspace(1e-5 / pulse.terms[-1].fall, 100 / pulse.terms[0].rise, 801)
    density = np.abs(pulse.spectrum(f)) ** 2 * f
    below = 2 * np.abs(pulse.spectrum([0.0])[0]) ** 2 * f[0]
    in_frequency = 2 * np.trapezoid(density, np.log(f)) + below
    assert in_frequency == pytest.approx(in_time, rel=1e-4)


def test_the_spectrum_gives_the_impulse_back() -> None:
    """Lines 2 MHz apart to 6 GHz give the discharge current that repeats every 500 ns.

    Above F the spectrum falls as its start t^1.8, as f^-2.8, so that 2 |X(F)| F / 1.8 is missing at
    most; of the pulse before, exp(-500 / 37) is left.
    """
    pulse = esd_contact_current(4e3)
    f = np.arange(0, 6e9, 2e6)
    spectrum = pulse.spectrum(f)
    t = np.linspace(0.5e-9, 100e-9, 50)
    terms = np.real(spectrum[:, None] * np.exp(2j * np.pi * f[:, None] * t))
    back = 2e6 * (2 * terms.sum(axis=0) - terms[0])
    missing = 2 * abs(spectrum[-1]) * f[-1] / 1.8
    assert missing < 2e-2
    assert np.abs(back - pulse(t)).max() < missing + 30 * np.exp(-500 / 37)
