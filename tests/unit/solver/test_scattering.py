"""Scattering matrices against circuit theory, Touchstone files as another program reads them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emtwin.errors import InputError
from emtwin.grid import Grid, Medium, Node
from emtwin.solver import (
    Absorber,
    CurrentElement,
    Diode,
    EdgePort,
    NonLinearElement,
    Pulse,
    RunResult,
    ScatteringMatrix,
    Simulation,
    StopRule,
    run,
    scattering,
    scattering_of,
)

F = np.array([1e6, 2.5e8, 3.0000001e9])


def of_impedance(z: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """S = (y - 1)^-1 ... by the waves themselves: a = (Z + R) i / 2 sqrt(R), b = (Z - R) i / ..."""
    root, r = np.diag(1 / (2 * np.sqrt(reference))), np.diag(reference)
    return root @ (z - r) @ np.linalg.inv(root @ (z + r))


def network(count: int) -> tuple[ScatteringMatrix, np.ndarray]:
    """A random reciprocal, passive network, and its impedances."""
    rng = np.random.default_rng(count)
    a = rng.normal(size=(F.size, count, count))
    x = rng.normal(size=(F.size, count, count))
    z = 20 * (a @ a.swapaxes(1, 2)) + 50j * (x + x.swapaxes(1, 2))
    reference = rng.uniform(20, 90, count)
    s = np.array([of_impedance(one, reference) for one in z])
    return ScatteringMatrix(F, tuple(f"p{n}" for n in range(count)), reference, s), z


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_impedance_and_references(count: int) -> None:
    """Z comes back, and does not know of the reference; S at 50 ohm is that of Z at 50 ohm."""
    found, z = network(count)
    np.testing.assert_allclose(found.impedance(), z, rtol=1e-9, atol=1e-9)
    at_50 = found.renormalised(50.0)
    np.testing.assert_allclose(at_50.impedance(), z, rtol=1e-9, atol=1e-9)
    expected = np.array([of_impedance(one, np.full(count, 50.0)) for one in z])
    np.testing.assert_allclose(at_50.s, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_another_program_reads_the_file(count: int, tmp_path: Path) -> None:
    """scikit-rf finds frequencies, matrix and reference to the ten digits that are written."""
    skrf = pytest.importorskip("skrf")
    found = network(count)[0].renormalised(75.0)
    file = found.write_touchstone(tmp_path / "net", "two lines\nof comment")
    assert file.name == f"net.s{count}p"
    read = skrf.Network(str(file))
    np.testing.assert_allclose(read.f, F, rtol=1e-10)
    np.testing.assert_allclose(read.s, found.s, atol=1e-9)
    np.testing.assert_allclose(read.z0, 75.0)
    text = file.read_text(encoding="ascii")
    assert text.startswith("! two lines\n! of comment\n! Port[1] = p0\n")
    assert max(map(len, text.splitlines())) < 200


@pytest.mark.parametrize(
    ("changes", "name", "message"),
    [
        ({}, "net.s2p", "one reference resistance, but the ports"),
        ({"reference": np.full(2, 50.0)}, "net.s3p", "the suffix .s3p does not fit 2 ports"),
        (
            {"reference": np.full(2, 50.0), "frequencies": F[::-1]},
            "net",
            "frequencies of a Touchstone file must rise",
        ),
    ],
)
def test_what_a_file_cannot_hold(
    changes: dict[str, Any], name: str, message: str, tmp_path: Path
) -> None:
    found = replace(network(2)[0], **changes)
    with pytest.raises(InputError, match=message):
        found.write_touchstone(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_port_by_name() -> None:
    found = network(2)[0]
    np.testing.assert_array_equal(found.between("p1", "p0"), found.s[:, 1, 0])
    with pytest.raises(InputError, match="no port 'x'"):
        found.between("x", "p0")
    with pytest.raises(InputError, match="must be positive, got 0 ohm"):
        found.renormalised(0.0)


def gap(**changes: Any) -> Simulation:
    """Two ports in a small closed box."""
    grid = Grid.uniform((6, 6, 4), 5e-3)
    settings: dict[str, Any] = {
        "ports": (
            EdgePort("p", Node(2, 3, 0), Node(2, 3, 4), 50.0),
            EdgePort("q", Node(4, 3, 0), Node(4, 3, 4), 75.0),
        ),
        "frequencies": np.array([0.5e9, 1e9]),
    }
    return Simulation(
        grid, Medium.vacuum(grid), Pulse(2e9), Absorber.none(), **(settings | changes)
    )


def results(**changes: Any) -> dict[str, RunResult]:
    """A run that drives each port."""
    stop = StopRule(max_steps=1500)
    return {n: run(gap(driven=n, **changes), "numpy", stop) for n in ("p", "q")}


@pytest.fixture(scope="module")
def runs() -> dict[str, RunResult]:
    return results()


def test_waves_of_a_port(runs: dict[str, RunResult]) -> None:
    """v = sqrt(R) (a + b), i = (a - b) / sqrt(R) with v the mean of a step; at rest a = 0.

    The box is lossless, and the two ports' v and i are those of one instant: what goes in at p
    comes out at q up to what the run's end leaves, 1e-6 of the incident energy, in float32.
    """
    dt = runs["p"].dt
    for name, record in runs["p"].ports.items():
        root, mean = np.sqrt(record.resistance), np.cos(np.pi * runs["p"].frequencies * dt)
        np.testing.assert_allclose(
            root * (record.incident + record.outgoing), mean * record.spectrum, rtol=1e-9
        )
        np.testing.assert_allclose(
            (record.incident - record.outgoing) / root, record.current, rtol=1e-9
        )
        v_i = 0.5 * np.real(mean * record.spectrum * np.conj(record.current))
        np.testing.assert_allclose(record.accepted, v_i, rtol=1e-6)
        assert np.any(record.incident) == (name == "p")
    driven, at_rest = runs["p"].ports["p"], runs["p"].ports["q"]
    np.testing.assert_allclose(at_rest.impedance, -75.0, rtol=1e-12)
    lost = driven.accepted + at_rest.accepted
    assert np.abs(lost).max() <= 1e-6 * (np.abs(driven.incident) ** 2).min() / 2


def test_order_of_the_ports(runs: dict[str, RunResult]) -> None:
    found = scattering_of(list(runs.values()), ["q", "p"])
    other = scattering_of(list(runs.values()))
    np.testing.assert_array_equal(found.s, other.s[:, ::-1, ::-1])
    np.testing.assert_array_equal(found.reference, [75.0, 50.0])


@pytest.mark.parametrize(
    ("chosen", "changes", "message"),
    [
        (["p", "p"], {}, "port p was driven in two runs"),
        (["p"], {}, "no run drove q"),
        (["p", "q"], {"driven": ""}, "run 1 drove no port"),
        (["p", "q"], {"frequencies": np.array([1e9])}, "driven at q has other frequencies"),
        (["p", "q"], {"ports": {}}, "driven at q has other ports or reference resistances"),
    ],
)
def test_runs_that_do_not_belong_together(
    runs: dict[str, RunResult], chosen: list[str], changes: dict[str, Any], message: str
) -> None:
    picked = [runs[name] for name in chosen]
    if changes == {"ports": {}}:
        changes = {"ports": {"q": runs["q"].ports["q"]}}
    picked[-1] = replace(picked[-1], **changes)
    with pytest.raises(InputError, match=message):
        scattering_of(picked, ["p", "q"])


def test_a_source_without_energy(runs: dict[str, RunResult]) -> None:
    record = runs["p"].ports["p"]
    silent = replace(record, emf=record.emf * np.array([1.0, 1e-6]))
    weak = replace(runs["p"], ports=runs["p"].ports | {"p": silent})
    with pytest.raises(InputError, match="source of port p has no energy at 1000 MHz"):
        scattering_of([weak, runs["q"]])


def test_impedance_of_a_port_that_was_not_driven(runs: dict[str, RunResult]) -> None:
    with pytest.raises(InputError, match="port q was not driven in this run, port p was"):
        runs["p"].impedance("q")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"currents": (CurrentElement("e_z", Node(3, 2, 1)),)}, "ports are its only sources"),
        ({"ports": ()}, "need ports and frequencies, got 0 and 2"),
        ({"frequencies": np.empty(0)}, "need ports and frequencies, got 2 and 0"),
        (
            {"elements": (NonLinearElement("d", Node(3, 2, 0), Node(3, 2, 1), Diode(1e-12)),)},
            "d is not linear",
        ),
    ],
)
def test_scenes_without_scattering_parameters(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        scattering(gap(**changes), "numpy")
