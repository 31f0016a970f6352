"""Dips, interruptions and surges on a mains voltage."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.errors import InputError
from emtwin.signals import Mains, dip, surge_on, surge_voltage

MAINS = Mains(230.0, 50.0)


def rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(values**2)))


def test_the_mains_voltage() -> None:
    t = np.arange(20_000) * 1e-6
    assert rms(MAINS(t)) == pytest.approx(230.0)
    assert MAINS(np.array([5e-3]))[0] == pytest.approx(230.0 * np.sqrt(2))


def test_a_dip_to_70_percent_for_25_cycles() -> None:
    """Inside 161 V, before and after 230 V, in whole cycles apart from the edges."""
    voltage = dip(MAINS, 0.7, 25.0)
    found = voltage(np.arange(700_000) * 1e-6)
    assert rms(found[20_000:480_000]) == pytest.approx(161.0, rel=1e-6)
    assert rms(found[520_000:680_000]) == pytest.approx(230.0, rel=1e-6)


@pytest.mark.parametrize("angle", [0, 45, 90, 135, 180, 225, 270, 315])
def test_half_a_cycle_is_gone_from_the_phase_angle_on(angle: float) -> None:
    voltage = dip(MAINS, 0.0, 0.5, float(angle), 2e-6)
    begin = angle / 360 * 20e-3
    t = begin + np.array([-1e-6, 1e-6, 3e-6, 9e-3, 10.001e-3, 10.003e-3])
    expected = MAINS(t) * np.array([1.0, 0.5, 0.0, 0.0, 0.5, 1.0])
    assert voltage(t) == pytest.approx(expected, abs=1e-6)


def test_an_ideal_edge() -> None:
    voltage = dip(MAINS, 0.4, 1.0, 90.0, 0.0)
    t = np.array([4.999e-3, 5.0e-3, 24.999e-3, 25e-3])
    assert voltage(t) == pytest.approx(MAINS(t) * np.array([1.0, 0.4, 0.4, 1.0]))


@pytest.mark.parametrize(
    ("residual", "cycles", "angle", "edge"), [(0, 0.5, 90, 5e-6), (0.7, 5, 0, 1e-3)]
)
def test_the_spectrum_of_what_is_missing(
    residual: float, cycles: float, angle: float, edge: float
) -> None:
    """Closed form against the trapezoidal rule with steps of 0.2 us: 1e-6 of the largest."""
    missing = dip(MAINS, residual, cycles, angle, edge).disturbance
    t = np.arange(0.0, missing.silent_after() + 1e-3, 0.2e-6)
    f = np.array([0.0, 10.0, 50.0, 333.0, 5e3])
    values = missing(t)
    expected = [np.trapezoid(values * np.exp(-2j * np.pi * x * t), t) for x in f]
    found = missing.spectrum(f)
    assert np.abs(found - expected).max() < 1e-6 * np.abs(found).max()


def test_a_surge_at_a_phase_angle_and_its_polarity() -> None:
    """-1 kV at 270 degrees: the voltage falls below the negative crest by the surge."""
    voltage = surge_on(MAINS, surge_voltage(-1e3), 270.0)
    t = np.linspace(14.9e-3, 15.2e-3, 30_001)
    found = voltage(t)
    assert found.min() == pytest.approx(-1e3 - 230 * np.sqrt(2), rel=2e-3)
    assert 15e-3 < t[np.argmin(found)] < 15.005e-3
    assert voltage(np.array([14.99e-3]))[0] == pytest.approx(MAINS(np.array([14.99e-3]))[0])
    expected = surge_voltage(-1e3).spectrum([1e5]) * np.exp(-2j * np.pi * 1e5 * 15e-3)
    assert voltage.disturbance.spectrum([1e5]) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"residual": 1.0}, "residual must be from 0 to below 1"),
        ({"cycles": 0.0}, "cycles must be above 0"),
        ({"angle": 360.0}, "angle must be from 0 to below 360"),
        ({"edge": 0.1}, "edge must be from 0 s to the dip's duration"),
    ],
)
def test_impossible_dips_are_refused(change: dict[str, float], said: str) -> None:
    with pytest.raises(InputError, match=said):
        dip(MAINS, **({"residual": 0.0, "cycles": 1.0} | change))


@pytest.mark.parametrize(("voltage", "frequency"), [(0.0, 50.0), (230.0, -1.0)])
def test_an_impossible_mains_is_refused(voltage: float, frequency: float) -> None:
    with pytest.raises(InputError, match="must be above 0"):
        Mains(voltage, frequency)
