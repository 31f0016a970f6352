"""Artificial mains networks: nominal impedance, whole circuit, tolerance, voltage division."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from emtwin.errors import InputError
from emtwin.network import drive
from emtwin.network.artificial_mains import (
    circuit_impedance,
    nominal_impedance,
    terminal_impedance,
    voltage_division,
    within_tolerance,
)
from emtwin.standards import Network, load
from tests.validation import Validated

KHZ = 1e3
CHECKED = {  # row: kHz: |Z| in ohm, phase in degrees
    "50-50-5": {
        9: (5.21, 26.54),
        20: (7.25, 44.97),
        50: (14.41, 56.40),
        150: (32.71, 43.35),
        200: (37.74, 36.65),
        500: (47.21, 17.47),
        1000: (49.26, 9.02),
        5000: (49.97, 1.82),
        30000: (50.00, 0.30),
    },
    "50-50": {150: (34.29, 46.70), 500: (47.64, 17.66), 1000: (49.38, 9.04)},
    "50-5-1": {150: (4.70, 72.74), 1000: (26.24, 56.54), 10000: (49.35, 9.04)},
}


def network(name: str = "50-50-5") -> Network:
    row = load().row(f"cispr16-1-2-{name}")
    assert isinstance(row, Network)
    return row


def swept(row: Network) -> np.ndarray:
    return np.geomspace(row.frequency_from, row.frequency_to, 101)


def test_impedance_at_150_khz(validated: Validated) -> None:
    """EMC11: 50 ohm in parallel with 50 uH + 5 ohm: 32.72 ohm, 43.4 degrees, to their rounding."""
    (z,) = nominal_impedance(np.array([150e3]), network())
    for what, obtained, expected, tolerance, unit in (
        ("magnitude", abs(z), 32.72, 0.01, "ohm"),
        ("phase", math.degrees(np.angle(z)), 43.4, 0.05, "deg"),
    ):
        validated(
            f"EMC11 artificial mains network at 150 kHz, {what}", obtained, expected, tolerance,
            unit=unit, reference="50 ohm || (50 uH + 5 ohm), CISPR 16-1-2",
        )  # fmt: skip


@pytest.mark.parametrize("name", CHECKED)
def test_nominal_impedance_over_frequency(name: str) -> None:
    """Values to two decimals: within 0.005 of the last digit, and the last bit of a half."""
    f = KHZ * np.array(list(CHECKED[name]))
    z = nominal_impedance(f, network(name))
    magnitude, phase = np.array(list(CHECKED[name].values())).T
    np.testing.assert_allclose(np.abs(z), magnitude, atol=5.5e-3)
    np.testing.assert_allclose(np.angle(z, deg=True), phase, atol=5.5e-3)


@pytest.mark.parametrize("mains", [math.inf, 50.0, 5j], ids=["open", "50 ohm", "inductive"])
def test_the_whole_circuit_is_within_tolerance(mains: complex) -> None:
    """20 % and 11.5 degrees over 9 kHz to 30 MHz, whatever the supply but a short."""
    row = network()
    assert within_tolerance(terminal_impedance(swept(row), row, mains), swept(row), row).all()


def test_largest_deviation_of_the_whole_circuit(validated: Validated) -> None:
    """With an open supply, 9 kHz to 30 MHz, receiver connected: 20 % and 11.5 deg."""
    row = network()
    ratio = terminal_impedance(swept(row), row) / nominal_impedance(swept(row), row)
    for what, obtained, bound, unit in (
        ("magnitude", 100 * np.abs(np.abs(ratio) - 1).max(), 20.0, "%"),
        ("phase", np.abs(np.angle(ratio, deg=True)).max(), 11.5, "deg"),
    ):
        validated(
            f"Artificial mains network, whole circuit against nominal, {what}", obtained, bound,
            unit=unit, sided="at most", reference="tolerance of CISPR 16-1-2",
        )  # fmt: skip


def test_a_shorted_supply_is_out_of_tolerance_at_the_lowest_frequencies_only() -> None:
    """250 uH then lies beside 8 uF and 5 ohm, which resonate at 3.6 kHz: 24 % at 9 kHz."""
    row = network()
    f = swept(row)
    inside = within_tolerance(terminal_impedance(f, row, mains=0.0), f, row)
    assert not inside[0]
    assert inside[f > 10e3].all()


def test_the_supply_does_not_matter_above_150_khz() -> None:
    """250 uH are 236 ohm at 150 kHz, beside 5.1 ohm: the supply moves the result by 0.2 %."""
    row = network()
    f = np.geomspace(150e3, 30e6, 51)
    ends = [terminal_impedance(f, row, mains) for mains in (math.inf, 0.0, 50.0, 10j, -10j)]
    for z in ends[1:]:
        np.testing.assert_allclose(z, ends[0], rtol=2e-3)


def test_a_short_is_the_limit_of_a_small_resistance() -> None:
    row = network()
    f = swept(row)
    np.testing.assert_allclose(
        terminal_impedance(f, row, 0.0), terminal_impedance(f, row, 1e-9), rtol=1e-6
    )


def test_far_above_the_corner_the_receiver_and_its_bleeder_remain() -> None:
    """At 30 MHz the coupling capacitor is 0.02 ohm and 50 uH are 9.4 kohm: 50 || 1000 ohm."""
    row = network()
    (z,) = terminal_impedance(np.array([30e6]), row)
    assert abs(z) == pytest.approx(1.0 / (1 / 50 + 1 / 1000), rel=1e-3)


@example(frequency=9e3, mains=complex(5e-324, 5e-324))  # its admittance is beyond all floats
@given(
    frequency=st.floats(9e3, 30e6),
    mains=st.builds(complex, st.floats(0.0, 1e4), st.floats(-1e4, 1e4)),
)
def test_the_circuit_is_reciprocal_and_passive(frequency: float, mains: complex) -> None:
    z = circuit_impedance(np.array([frequency]), network(), mains)[0]
    assert z[0, 1] == pytest.approx(z[1, 0], rel=1e-9)
    resistive = (z + z.conj().T) / 2
    smallest = np.linalg.eigvalsh(resistive).min()
    assert smallest > -1e-9 * np.abs(z).max()


def test_voltage_division_is_that_of_the_driven_circuit() -> None:
    """A source at the device's terminal, 50 ohm at the connector, the circuit between them."""
    row = network()
    f = swept(row)
    emf = np.tile([1.0 + 0j, 0.0], (f.size, 1))
    loads = np.tile([20.0 + 0j, row.receiver_resistance], (f.size, 1))
    state = drive(circuit_impedance(f, row, 10j), emf, loads)
    ratio = state.voltages[:, 1] / state.voltages[:, 0]
    np.testing.assert_allclose(ratio, voltage_division(f, row), rtol=1e-9)


def test_voltage_division_by_hand() -> None:
    """0.25 uF is 70.7 ohm at 9 kHz before 47.6 ohm: 47.6 / |47.6 - j 70.7| = 0.5585."""
    (at_9_khz, at_30_mhz) = np.abs(voltage_division(np.array([9e3, 30e6]), network()))
    assert at_9_khz == pytest.approx(0.5585, abs=1e-4)
    assert at_30_mhz == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize(
    ("factor", "inside"),
    [
        (1.19, True),
        (1.21, False),
        (0.81, True),
        (0.79, False),
        (np.exp(1j * np.radians(11.4)), True),
        (np.exp(-1j * np.radians(11.6)), False),
    ],
)
def test_edges_of_the_tolerance(factor: complex, inside: bool) -> None:
    row, f = network(), np.array([1e6])
    z = factor * nominal_impedance(f, row)
    assert within_tolerance(z, f, row).tolist() == [inside]


def test_nothing_is_within_tolerance_outside_the_range() -> None:
    row, f = network("50-50"), np.array([100e3, 31e6])
    assert not within_tolerance(nominal_impedance(f, row), f, row).any()


@pytest.mark.parametrize("mains", [-1.0, math.nan])
def test_an_active_supply_is_refused(mains: complex) -> None:
    with pytest.raises(InputError, match="supply must be passive") as caught:
        terminal_impedance(np.array([1e6]), network(), mains)
    assert caught.value.problems[0].remedy


@pytest.mark.parametrize("ask", [circuit_impedance, terminal_impedance, voltage_division])
def test_a_row_without_circuit_is_refused(ask) -> None:
    with pytest.raises(InputError, match="'cispr16-1-2-50-50' states no circuit") as caught:
        ask(np.array([1e6]), network("50-50"))
    assert "50-50-5" in caught.value.problems[0].remedy
