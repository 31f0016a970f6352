"""The method chooser at its transitions: pure functions of test, band, size and ports."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtwin.benches import methods
from emtwin.benches.methods import Choice, Coverage, Method, Ports, choose
from emtwin.benches.shells import Shell
from emtwin.constants import C0, ETA0

RUNS = Coverage(2e6, 1e9)
BANDS = {
    "esd": methods.impulse_band("esd"),
    "radiated_immunity": (80e6, 2.7e9),
    "proximity_rf": (385e6, 5.785e9),
    "power_frequency_magnetic": (50.0, 60.0),
    "proximity_magnetic": (30e3, 13.56e6),
    "eft": methods.impulse_band("eft"),
    "surge": methods.impulse_band("surge"),
    "conducted_immunity": (150e3, 80e6),
    "supply_transients": methods.impulse_band("supply_transients"),
    "radiated_emission": (30e6, 1e9),
    "conducted_emission": (150e3, 30e6),
    "magnetic_emission": (150e3, 30e6),
}


def chosen(test: str, size: float, covered: Coverage = RUNS) -> tuple[Choice, ...]:
    """Choices for the whole band of a test."""
    return choose(test, BANDS[test], size, covered, Ports())


def at(test: str, frequency: float, size: float, covered: Coverage = RUNS) -> Method:
    """Method at one frequency."""
    (choice,) = choose(test, (frequency, frequency), size, covered, Ports())
    return choice.method


def test_thresholds_have_the_sizes_that_their_reasons_give() -> None:
    """tan(x)/x - 1 at x = 2 pi / 20 is 3.4 %, 0.29 dB; eta0 2 pi / 1000 is 2.4 ohm."""
    x = 2 * math.pi / methods.QUASI_STATIC_SHARE
    excess = math.tan(x) / x
    assert 20 * math.log10(excess) == pytest.approx(0.29, abs=0.02)
    assert 20 * math.log10(excess) < 0.5
    reactance = ETA0 * 2 * math.pi / methods.CIRCUIT_SHARE
    assert reactance == pytest.approx(2.4, abs=0.05)


def test_knee_frequencies() -> None:
    """1 / (pi t_r): 0.8 ns 398 MHz, 5 ns 63.7 MHz, 1.2 us 265 kHz."""
    knees = [methods.impulse_band(test)[1] for test in ("esd", "eft", "surge")]
    assert knees == pytest.approx([397.9e6, 63.66e6, 265.3e3], rel=1e-3)


def test_a_run_carries_what_it_has_one_period_of() -> None:
    covered = methods.coverage(3e-12, 200_000, 1e9)
    assert (covered.low, covered.high) == (pytest.approx(1 / 6e-7), 1e9)


def test_full_wave_of_radiated_immunity_ends_with_the_mesh() -> None:
    full, outside = chosen("radiated_immunity", 0.65)
    assert (full.method, full.low, full.high) == (Method.FULL_WAVE, 80e6, 1e9)
    assert "650 mm are 0.17 wavelengths at 80 MHz and 2.2 at 1 GHz" in full.reason
    assert "the runs carry 2 MHz to 1 GHz" in full.reason
    assert (outside.method, outside.low, outside.high) == (Method.OUTSIDE, 1e9, 2.7e9)
    assert "above the 1 GHz that the mesh carries" in outside.reason


def test_waves_are_preferred_where_a_run_carries_them() -> None:
    """A device of 5 mm is a wavelength / 20 up to 3 GHz; the runs carry its test all the same."""
    assert at("radiated_immunity", 100e6, 5e-3) is Method.FULL_WAVE


@pytest.mark.parametrize("size", [0.1, 0.65, 3.0])
def test_conducted_tests_change_in_the_middle_of_the_join_band(size: float) -> None:
    low, high = 2e6, C0 / (20 * size)
    assert methods.join_band(size, RUNS) == (low, pytest.approx(high))
    middle = math.sqrt(low * high)
    assert at("conducted_immunity", 0.999 * middle, size) is Method.QUASI_STATIC
    assert at("conducted_immunity", 1.001 * middle, size) is Method.FULL_WAVE
    first = choose("conducted_immunity", (150e3, middle / 2), size, RUNS, Ports())[0]
    assert "joined with full wave between 2 MHz and" in first.reason


def test_without_a_join_band_there_is_a_gap_outside_the_method() -> None:
    """10 m are a wavelength / 20 up to 1.5 MHz, and the runs begin at 2 MHz."""
    assert methods.join_band(10.0, RUNS) is None
    static, gap, full = chosen("conducted_immunity", 10.0)
    limit = C0 / 200
    assert (static.method, static.high) == (Method.QUASI_STATIC, pytest.approx(limit))
    assert (gap.method, gap.low, gap.high) == (Method.OUTSIDE, pytest.approx(limit), 2e6)
    assert (full.method, full.low) == (Method.FULL_WAVE, 2e6)
    assert "raise accuracy.max_steps" in gap.reason


def test_a_longer_run_closes_the_gap() -> None:
    assert methods.join_band(10.0, Coverage(1e6, 1e9)) is not None
    assert {c.method for c in chosen("eft", 10.0, Coverage(1e6, 1e9))} == {
        Method.QUASI_STATIC,
        Method.FULL_WAVE,
    }


def test_surge_is_a_circuit_while_wires_are_short() -> None:
    """1.13 m are a wavelength / 1000 at the knee of 265 kHz."""
    (only,) = chosen("surge", 1.12)
    assert only.method is Method.CIRCUIT
    assert "a wire is a series inductance" in only.reason
    circuit, static = chosen("surge", 1.14)
    assert (circuit.method, static.method) == (Method.CIRCUIT, Method.QUASI_STATIC)
    assert circuit.high == static.low == methods.circuit_limit(1.14)


def test_esd_is_static_only_below_the_runs() -> None:
    static, full = chosen("esd", 0.65)
    assert (static.method, static.low, static.high) == (Method.QUASI_STATIC, 0.0, 2e6)
    assert (full.method, full.high) == (Method.FULL_WAVE, BANDS["esd"][1])


def test_magnetic_fields_are_quasi_static_while_the_device_is_small() -> None:
    limit = methods.quasi_static_limit(1.5)
    assert limit == pytest.approx(9.99e6, rel=1e-3)
    assert at("proximity_magnetic", 134.2e3, 1.5) is Method.QUASI_STATIC
    assert at("proximity_magnetic", 13.56e6, 1.5) is Method.FULL_WAVE
    assert at("proximity_magnetic", 13.56e6, 1.0) is Method.QUASI_STATIC


def test_the_antenna_of_the_magnetic_emission_test_is_3_m_away() -> None:
    """3 m are a wavelength / 20 up to 5 MHz, however small the device."""
    static, full = chosen("magnetic_emission", 0.1)
    assert (static.high, full.low) == (pytest.approx(5e6, rel=1e-3),) * 2


@pytest.mark.parametrize("test", ["dips", "interruptions", "harmonics", "flicker"])
def test_what_the_supply_decides_is_outside_the_method(test: str) -> None:
    (choice,) = choose(test, (50.0, 60.0), 0.3, RUNS, Ports())
    assert choice.method is Method.OUTSIDE
    assert "power supply" in choice.reason


@pytest.mark.parametrize(
    ("test", "ports", "reason"),
    [
        ("radiated_immunity", Ports(victims=False), "no port of the twin has an immunity thresh"),
        ("radiated_emission", Ports(sources=False), "no port of the twin has an emission source"),
        ("eft", Ports(cables=False), "no cable of the model belongs to this port"),
    ],
)
def test_what_the_twin_lacks_is_said(test: str, ports: Ports, reason: str) -> None:
    (choice,) = choose(test, BANDS[test], 0.3, RUNS, ports)
    assert choice.method is Method.OUTSIDE
    assert reason in choice.reason


def test_emission_needs_no_victim_and_immunity_no_source() -> None:
    for test, ports in (
        ("radiated_emission", Ports(victims=False)),
        ("radiated_immunity", Ports(sources=False, cables=False)),
    ):
        assert choose(test, BANDS[test], 0.3, RUNS, ports)[0].method is Method.FULL_WAVE


def test_the_metal_is_named_for_magnetic_tests() -> None:
    shell = Shell(0.15, 1e-3, 35e6)
    choices = choose("proximity_magnetic", (134.2e3, 134.2e3), 0.3, RUNS, Ports(), shell)
    assert "a metal wall of 1 mm: eddy currents at 134 kHz (skin depth 232 um)" in choices[0].reason
    waves = choose("radiated_immunity", (80e6, 1e9), 0.3, RUNS, Ports(), shell)
    assert "wall" not in waves[0].reason


def test_the_metal_is_not_named_where_waves_are_computed() -> None:
    shell = Shell(0.15, 1e-3, 35e6)
    (choice,) = choose("proximity_magnetic", (13.56e6, 13.56e6), 1.5, RUNS, Ports(), shell)
    assert (choice.method, "wall" in choice.reason) == (Method.FULL_WAVE, False)


@given(
    test=st.sampled_from(sorted(BANDS)),
    size=st.floats(1e-3, 30.0),
    low=st.floats(1e4, 1e8),
    ratio=st.floats(1.1, 1e5),
)
def test_choices_cover_every_band_once(test: str, size: float, low: float, ratio: float) -> None:
    band = BANDS[test]
    choices = choose(test, band, size, Coverage(low, low * ratio), Ports())
    assert (choices[0].low, choices[-1].high) == band
    for one, other in pairwise(choices):
        assert one.high == other.low
    assert all(choice.reason and choice.low < choice.high for choice in choices)


@given(
    test=st.sampled_from(sorted(BANDS)),
    frequency=st.floats(1.0, 1e10),
    size=st.floats(1e-3, 30.0),
)
def test_every_spot_has_one_method(test: str, frequency: float, size: float) -> None:
    assert at(test, frequency, size) in set(Method)


def test_a_spot_at_the_end_of_the_mesh_is_carried_by_it() -> None:
    """The mesh carries 1 GHz itself; what lies above is outside."""
    assert at("proximity_rf", RUNS.high, 0.3) is Method.FULL_WAVE
    assert at("proximity_rf", RUNS.high * 1.001, 0.3) is Method.OUTSIDE
    assert at("esd", 0.0, 0.3) is Method.QUASI_STATIC


def test_a_spot_is_said_once() -> None:
    (choice,) = choose("proximity_magnetic", (13.56e6, 13.56e6), 1.5, RUNS, Ports())
    assert choice.reason.startswith("1.5 m are 0.068 wavelengths at 13.6 MHz: waves on cables")
