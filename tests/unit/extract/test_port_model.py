"""Port model against a device that can be solved by hand: coupled short dipoles.

Port i stands in the middle of a short dipole of effective length l_i at p_i, and
Z is a symmetric impedance matrix.  Then everything follows from circuit theory:
driven, the currents are (Z + R)^-1 V_s and the moments I_i l_i; struck by a field,
the open voltages are -E(p_i) . l_i.  The model sees only runs in the reference.
"""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.constants import C0, TWO_PI
from emtwin.errors import InputError
from emtwin.extract import PortModel, PortRun, assemble
from emtwin.extract.port_model import launched_wave, reflection_factor
from emtwin.solver.radiation.currents import Dipoles, EquivalentCurrents
from emtwin.solver.radiation.near_to_far import far_field

FREQUENCIES = np.array([80e6, 300e6, 1e9])
REFERENCE = np.array([50.0, 75.0, 50.0])
PLACES = np.array([[0.1, 0.0, 0.05], [-0.05, 0.2, 0.0], [0.0, -0.1, -0.2]])
AXES = np.array([2, 0, 1])
LENGTHS = np.array([0.02, 0.03, 0.01])
NAMES = ("sensor", "clock", "foot")
DIRECTIONS = np.array([[0.0, -1.0, 0.0], [0.6, 0.0, 0.8]])
FIELDS = np.array([[3.0, 0.0, 1.0j], [-0.8, 2.0, 0.6]])


def _impedance() -> np.ndarray:
    """Symmetric, passive, any values: shape (nf, 3, 3), ohm."""
    rng = np.random.default_rng(2)
    real = rng.uniform(-20, 20, (3, 3, 3))
    real = real @ np.swapaxes(real, 1, 2) / 10
    imaginary = rng.uniform(-300, 300, (3, 3, 3))
    return np.asarray(real + 0.5j * (imaginary + np.swapaxes(imaginary, 1, 2)))


def _moments(currents: np.ndarray) -> EquivalentCurrents:
    dipoles = Dipoles(PLACES, AXES, currents * LENGTHS)
    return EquivalentCurrents(FREQUENCIES, dipoles, Dipoles.none(3))


def _run(port: int, emf: np.ndarray) -> PortRun:
    """Port driven by `emf` (nf,), all three in their references."""
    sources = np.zeros((3, 3), complex)
    sources[:, port] = emf
    currents = np.linalg.solve(_impedance() + np.diag(REFERENCE), sources[:, :, None])[:, :, 0]
    return PortRun(port, emf, currents, _moments(currents))


def _model(ports: tuple[int, ...] = (0, 1, 2)) -> PortModel:
    pulse = np.array([1e-9, 0.7e-9j, -0.2e-9])
    return assemble(
        "free-space", FREQUENCIES, NAMES, REFERENCE, [_run(port, pulse) for port in ports]
    )


def _open_voltages() -> np.ndarray:
    """-E(p_i) . l_i of waves from DIRECTIONS: E0 exp(+jk r . p), shape (nf, nd, 3)."""
    k = TWO_PI * FREQUENCIES / C0
    phase = np.exp(1j * k[:, None, None] * (DIRECTIONS @ PLACES.T))
    return -phase * FIELDS[:, AXES] * LENGTHS


def _struck(terminations: np.ndarray) -> np.ndarray:
    """Voltages across `terminations` (nf, N) under the waves, shape (nf, nd, N)."""
    loads = terminations[:, :, None] * np.eye(3)
    currents = np.linalg.solve((_impedance() + loads)[:, None], _open_voltages()[:, :, :, None])[
        ..., 0
    ]
    return np.asarray(terminations[:, None, :] * currents)


def test_impedance_matrix_comes_back() -> None:
    assert _model().impedance() == pytest.approx(_impedance(), rel=1e-9)


def test_scattering_of_a_reciprocal_device_is_symmetric() -> None:
    s = _model().scattering
    assert np.abs(s - np.swapaxes(s, 1, 2)).max() < 1e-12


def test_short_dipole_open_voltage_is_minus_the_field_times_its_length() -> None:
    """The sign and size of the reciprocity formula: V_open = -E0 . l, all phases included."""
    voltages = _model().thevenin_from_plane_wave(DIRECTIONS, FIELDS)
    expected = _open_voltages()
    assert np.abs(voltages - expected).max() < 1e-9 * np.abs(expected).max()


def test_voltage_across_the_reference_load() -> None:
    expected = _struck(np.tile(REFERENCE, (3, 1)) + 0j)
    voltages = _model().received(DIRECTIONS, FIELDS)
    assert np.abs(voltages - expected).max() < 1e-12 * np.abs(expected).max()


def test_received_voltage_of_the_driven_port_needs_no_other_run() -> None:
    """Immunity takes one run: ports that stand in their references are never driven.

    The victim's declared load is 1 kohm with 100 pF across it.
    """
    model = _model((0,))
    assert list(model.drivable) == [True, False, False]
    load = 1.0 / (1e-3 + 1j * TWO_PI * FREQUENCIES * 100e-12)
    reflection = np.zeros((3, 3), complex)
    reflection[:, 0] = reflection_factor(load, 50.0)
    terminations = np.tile(REFERENCE, (3, 1)) + 0j
    terminations[:, 0] = load
    waves = model.received_waves(DIRECTIONS, FIELDS)
    for wave in range(len(DIRECTIONS)):
        a, b = model.waves(reflection, np.zeros((3, 3), complex), waves[:, wave])
        voltage = np.sqrt(50.0) * (a + b)[:, 0]
        assert voltage == pytest.approx(_struck(terminations)[:, wave, 0], rel=1e-9)


@pytest.mark.parametrize("foot", [0.0, 25.0, 150.0, np.inf])
def test_emission_with_declared_terminations(foot: float) -> None:
    """Clock with 22 ohm inside, foot with the common-mode loads of the verdict's spread."""
    model, emf = _model(), np.array([1.0, 0.3j, -0.1])
    terminations = np.stack((np.full(3, 1e3), np.full(3, 22.0), np.full(3, foot)), axis=1).astype(
        complex
    )
    reflection = np.stack(
        [reflection_factor(terminations[:, n], REFERENCE[n]) for n in range(3)], axis=1
    )
    launched = np.zeros((3, 3), complex)
    launched[:, 1] = launched_wave(emf, terminations[:, 1], REFERENCE[1])
    incident, _ = model.waves(reflection, launched)
    finite = np.where(np.isinf(terminations), 1e15, terminations)
    sources = np.zeros((3, 3), complex)
    sources[:, 1] = emf
    currents = np.linalg.solve(_impedance() + finite[:, :, None] * np.eye(3), sources[:, :, None])
    expected = far_field(_moments(currents[:, :, 0]), DIRECTIONS)
    field = far_field(model.emission_currents(incident), DIRECTIONS)
    assert np.abs(field - expected).max() < 1e-9 * np.abs(expected).max()


def test_open_and_shorted_ends_reflect_all() -> None:
    assert reflection_factor(np.array([np.inf, 0.0, 50.0]), 50.0) == pytest.approx([1, -1, 0])


def test_what_was_never_driven_cannot_be_terminated_otherwise() -> None:
    model = _model((0,))
    zero = np.zeros((3, 3), complex)
    other = zero.copy()
    other[:, 2] = 0.5
    with pytest.raises(InputError, match="foot was never driven, but is not terminated") as error:
        model.waves(other, zero)
    assert "keep it at 50 ohm" in str(error.value)
    with pytest.raises(InputError, match="foot was never driven, but has a source"):
        model.waves(zero, other)
    with pytest.raises(InputError, match="foot was never driven, but has an incident wave"):
        model.emission_currents(other)


def test_bad_requests_are_refused() -> None:
    model = _model((0,))
    with pytest.raises(InputError, match="no port 'pump'") as error:
        model.index("pump")
    assert "sensor, clock, foot" in str(error.value)
    assert model.index("clock") == 1
    with pytest.raises(InputError, match="right angles"):
        model.received(DIRECTIONS, np.roll(FIELDS, 1, axis=1))
    with pytest.raises(InputError, match="scattering"):
        PortModel("site", FREQUENCIES, NAMES, REFERENCE, np.zeros((3, 2, 2)), (None,) * 3)
    with pytest.raises(InputError, match="driven in two runs"):
        _model((0, 0))
    with pytest.raises(InputError, match="no energy at 300 MHz"):
        assemble("s", FREQUENCIES, NAMES, REFERENCE, [_run(0, np.array([1.0, 1e-9, 1.0]))])
    silent = PortRun(0, np.ones(3) + 0j, np.ones((3, 3)) * 0.01 + 0j)
    with pytest.raises(InputError, match="no equivalent currents were taken for sensor"):
        assemble("s", FREQUENCIES, NAMES, REFERENCE, [silent]).emission_currents(
            np.array([[1.0, 0, 0]] * 3) + 0j
        )
