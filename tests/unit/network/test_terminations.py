"""Terminations from short to open, by impedance and by scattering matrix."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtwin.errors import InputError, RunError
from emtwin.network import (
    attach,
    attach_scattering,
    drive,
    drive_scattering,
    impedance_to_scattering,
    parallel_rc,
    scattering_to_impedance,
    thevenin_from_reference,
)

LOADS = st.one_of(
    st.just(0.0),
    st.just(np.inf),
    st.floats(1e-6, 1e9),
    st.builds(complex, st.floats(0.1, 1e4), st.floats(-1e4, 1e4)),
)


def _network(seed: int, nf: int = 3, n: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Reciprocal, strictly passive impedance matrices and sources."""
    random = np.random.default_rng(seed)
    root = random.normal(size=(nf, n, n))
    reactive = random.normal(size=(nf, n, n))
    z = 30 * (root @ root.transpose(0, 2, 1) + 0.1 * np.eye(n))
    z = z + 50j * (reactive + reactive.transpose(0, 2, 1))
    return z, random.normal(size=(nf, n)) + 1j * random.normal(size=(nf, n))


@given(seed=st.integers(0, 10**6), loads=st.lists(LOADS, min_size=3, max_size=3))
def test_impedance_and_scattering_form_agree(seed: int, loads: list[complex]) -> None:
    z, sources = _network(seed)
    terminations = np.array(loads, dtype=np.complex128)
    by_z = attach(z, sources, terminations)
    reference = attach(z, sources, np.full(3, 50.0)).voltages
    by_s = attach_scattering(impedance_to_scattering(z), reference, terminations)
    scale = np.max(np.abs(sources))
    assert np.allclose(by_z.voltages, by_s.voltages, rtol=1e-7, atol=1e-8 * scale)
    assert np.allclose(by_z.currents, by_s.currents, rtol=1e-7, atol=1e-9 * scale)
    driven, driven_s = (
        drive(z, sources, terminations),
        drive_scattering(impedance_to_scattering(z), sources, terminations),
    )
    assert np.allclose(driven.voltages, driven_s.voltages, rtol=1e-7, atol=1e-8 * scale)
    assert np.allclose(driven.currents, driven_s.currents, rtol=1e-7, atol=1e-9 * scale)


@given(seed=st.integers(0, 10**6), loads=st.lists(LOADS, min_size=3, max_size=3))
def test_terminations_obey_ohm_and_absorb(seed: int, loads: list[complex]) -> None:
    z, sources = _network(seed)
    state = attach(z, sources, np.array(loads, dtype=np.complex128))
    assert np.all(np.isfinite(state.voltages))
    for port, load in enumerate(loads):
        voltage, through = state.voltages[:, port], -state.currents[:, port]
        if np.isinf(load):
            assert np.all(through == 0.0)
        else:
            assert np.allclose(voltage, load * through, rtol=1e-6, atol=1e-7)
    assert np.all(state.absorbed <= 1e-9)


@given(seed=st.integers(0, 10**6), factor=st.floats(-8.0, 8.0))
def test_response_is_linear(seed: int, factor: float) -> None:
    z, sources = _network(seed)
    loads = np.array([0.0, 75.0, np.inf])
    once, scaled = attach(z, sources, loads), attach(z, factor * sources, loads)
    assert np.allclose(scaled.voltages, factor * once.voltages, rtol=1e-10, atol=1e-12)


def test_open_ports_show_the_thevenin_voltage_and_shorts_none() -> None:
    z, sources = _network(1)
    assert np.array_equal(attach(z, sources, np.full(3, np.inf)).voltages, sources)
    shorted = attach(z, sources, np.zeros(3))
    assert np.all(shorted.voltages == 0.0)
    assert np.allclose(np.einsum("fij,fj->fi", z, -shorted.currents), sources)


def test_one_port_is_a_divider() -> None:
    z = np.full((1, 1, 1), 150.0 + 0j)
    state = attach(z, np.full((1, 1), 6.0 + 0j), np.array([50.0]))
    assert state.voltages[0, 0] == pytest.approx(1.5)
    driven = drive(z, np.full((1, 1), 6.0 + 0j), np.array([50.0]))
    assert driven.voltages[0, 0] == pytest.approx(4.5)
    assert driven.currents[0, 0] == pytest.approx(0.03)


def test_power_into_the_network_is_its_loss() -> None:
    z, emf = _network(4)
    state = drive(z, emf, np.array([50.0, 10 - 20j, 1e3]))
    loss = np.einsum("fi,fij,fj->f", np.conj(state.currents), z, state.currents).real
    assert np.sum(state.absorbed, axis=1) == pytest.approx(loss)


def test_incident_wave_of_a_matched_source() -> None:
    z, _ = _network(2)
    emf = np.zeros((3, 3), dtype=np.complex128)
    emf[:, 1] = 2.0
    waves = drive(z, emf, np.full(3, 50.0)).incident
    assert np.abs(waves) == pytest.approx(
        np.broadcast_to([0.0, 1 / np.sqrt(50), 0.0], (3, 3)), abs=1e-12
    )


def test_thevenin_from_reference_undoes_the_reference_loads() -> None:
    z, sources = _network(3)
    loaded = attach(z, sources, np.full(3, 50.0)).voltages
    assert np.allclose(thevenin_from_reference(z, loaded), sources)


@given(seed=st.integers(0, 10**6))
def test_scattering_round_trip(seed: int) -> None:
    z, _ = _network(seed)
    s = impedance_to_scattering(z)
    assert np.all(np.linalg.norm(s, 2, axis=(1, 2)) <= 1.0 + 1e-9)
    assert np.allclose(s, s.transpose(0, 2, 1))
    assert np.allclose(scattering_to_impedance(s), z, rtol=1e-6, atol=1e-6 * np.abs(z).max())


def test_open_network_works_by_scattering_only() -> None:
    s = np.ones((1, 1, 1), dtype=np.complex128)
    state = attach_scattering(s, np.full((1, 1), 1.0 + 0j), np.array([50.0]))
    assert state.voltages[0, 0] == pytest.approx(1.0)
    with pytest.raises(RunError, match="1 - S is singular at frequency index 0"):
        scattering_to_impedance(s)


def test_lossless_resonance_is_an_error() -> None:
    z = np.full((1, 1, 1), 25j)
    with pytest.raises(RunError, match="resonate there without loss"):
        attach(z, np.ones((1, 1), dtype=np.complex128), np.array([-25j]))


def test_parallel_rc() -> None:
    frequency = np.array([0.0, 1.0 / (2 * np.pi * 1e3 * 1e-9)])
    impedance = parallel_rc(frequency, 1e3, 1e-9)
    assert impedance[0] == 1e3
    assert impedance[1] == pytest.approx(1e3 / (1 + 1j))
    assert np.all(parallel_rc(frequency, 0.0, 1e-9) == 0.0)
    assert np.isinf(parallel_rc(frequency, np.inf, 1e-9)[0])
    assert np.all(np.isinf(parallel_rc(frequency, np.inf)))


@pytest.mark.parametrize(("r", "c"), [(-1.0, 0.0), (np.nan, 0.0), (1.0, -1e-12), (1.0, np.inf)])
def test_impossible_termination_is_refused(r: float, c: float) -> None:
    with pytest.raises(InputError, match="0 ohm or more"):
        parallel_rc(np.array([1e6]), r, c)


@pytest.mark.parametrize("bad", [-1.0, np.nan])
def test_active_termination_is_refused(bad: float) -> None:
    z, sources = _network(0)
    with pytest.raises(InputError, match="passive"):
        attach(z, sources, np.array([bad, 1.0, 1.0]))


def test_wrong_shapes_are_refused() -> None:
    z, sources = _network(0)
    with pytest.raises(InputError, match="sources must have shape"):
        attach(z, sources[:, :2], np.ones(3))
    with pytest.raises(InputError, match=r"shape \(nf, n, n\)"):
        attach(z[0], sources, np.ones(3))
    with pytest.raises(InputError, match="not finite"):
        attach(z * np.nan, sources, np.ones(3))
