"""Waves of a resistive port in series with its source."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.constants import TWO_PI
from emtwin.errors import InputError
from emtwin.extract.waves import centred, port_waves
from emtwin.solver.monitors.resonances import dft


def test_a_matched_port_reflects_nothing_and_power_balances() -> None:
    """|a|^2 - |b|^2 is V I* of the network; into R = 50 ohm, b = 0 and a^2 = V_s^2 / (4 R)."""
    reference = np.array([50.0, 50.0])
    emf = np.array([[2.0 + 0j, 0.0]])
    waves = port_waves(emf, np.array([[0.02 + 0j, 0.0]]), reference)
    assert waves.outgoing[0, 0] == 0.0
    assert waves.incident[0, 0] == pytest.approx(np.sqrt(0.02))
    current = np.array([[0.01 - 0.004j, 0.003j]])
    waves = port_waves(emf, current, reference)
    power = (emf - reference * current) * np.conj(current)
    balance = np.abs(waves.incident) ** 2 - np.abs(waves.outgoing) ** 2
    assert balance == pytest.approx(power.real)


def test_an_undriven_port_sends_out_what_flows_through_its_reference() -> None:
    """V_s = 0: a = 0 and b = -sqrt(R) I, whatever R."""
    waves = port_waves(np.zeros((1, 1)), np.array([[0.1 + 0.2j]]), np.array([75.0]))
    assert waves.incident[0, 0] == 0.0
    assert waves.outgoing[0, 0] == pytest.approx(-np.sqrt(75.0) * (0.1 + 0.2j))


def test_centred_is_the_spectrum_of_the_mean_of_two_half_steps() -> None:
    """Exact for a trace that begins and ends at rest: sum the mean itself to see it."""
    dt, frequencies = 1e-11, np.array([0.1e9, 1e9, 7e9])
    rng = np.random.default_rng(0)
    half = np.concatenate(([0.0], rng.normal(size=200), [0.0]))  # at (n + 1/2) dt
    mean = 0.5 * (half[1:] + half[:-1])  # at (n + 1) dt
    exact = dft(mean, dt, frequencies, 1.0)
    found = centred(dft(half, dt, frequencies, 0.5), frequencies, dt)
    assert found == pytest.approx(exact, rel=1e-10)
    assert np.cos(TWO_PI * 7e9 * dt / 2) < 0.98  # the factor is not lost in rounding


def test_a_reference_of_zero_is_refused() -> None:
    with pytest.raises(InputError, match="must be positive"):
        port_waves(np.zeros((1, 1)), np.zeros((1, 1)), np.array([0.0]))
