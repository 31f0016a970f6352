"""What a result says of itself, and a run without a backend."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from emtwin.backends import select_backend
from emtwin.errors import GridError
from emtwin.grid import Grid, Medium, Node
from emtwin.solver import (
    Absorber,
    EdgePort,
    FieldSamples,
    Pulse,
    Simulation,
    StopRule,
    run,
    simulation,
)


def box(frequencies: list[float]) -> Simulation:
    """A port of 50 ohm across two cells between the plates of a small closed box."""
    grid = Grid.uniform((6, 6, 2), 5e-3)
    port = EdgePort("p", Node(3, 3, 0), Node(3, 3, 2), 50.0)
    at = Node(2, 3, 1)
    return Simulation(
        grid,
        Medium.vacuum(grid),
        Pulse(1e9),
        Absorber.none(),
        ports=(port,),
        driven="p",
        samples=(
            FieldSamples.box("own", grid, at, at, ["e_z"]),
            FieldSamples.box("other", grid, at, at, ["e_z"], frequencies=np.array([1e9])),
        ),
        frequencies=np.array(frequencies),
    )


def test_impedance_and_fields_per_source() -> None:
    """A closed box is lossless: its impedance is a reactance, inductive below its resonance of
    7.1 GHz, and v = Z / (Z + R) per volt of source in the middle of a step. Samples with
    frequencies of their own are divided by the source there. Float64; the port damps the ringing
    to nothing.
    """
    backend = select_backend("numpy", "float64")
    result = run(box([0.5e9, 1e9]), backend, StopRule(-100, -100))
    impedance = result.impedance("p")
    assert np.all(np.abs(impedance.real) < 1e-3 * np.abs(impedance.imag))
    assert 0 < impedance[0].imag < impedance[1].imag
    mean = np.cos(np.pi * result.frequencies * result.dt)
    np.testing.assert_allclose(
        mean * result.ports["p"].spectrum / result.source, impedance / (impedance + 50), rtol=1e-9
    )
    own, other = result.per_source("own"), result.per_source("other")
    assert own.shape == (2, 1)
    np.testing.assert_allclose(own, result.spectra["own"] / result.source[:, None])
    np.testing.assert_allclose(other[0], own[1], rtol=1e-9)


def test_a_run_chooses_its_backend() -> None:
    """The first that works, in float32; and one by name."""
    for result in (run(box([1e9])), run(box([1e9]), "numpy")):
        assert result.finished_by == "decay"
        assert result.spectra["own"].dtype == np.complex64


def test_a_run_tells_its_time_by_stage() -> None:
    """Set-up, steps, looks, spectra and ending; all but the set-up within the loop's time."""
    result = run(box([0.5e9]), select_backend("numpy", "float64"), StopRule(-20, -20))
    assert list(result.timing) == [
        "set-up",
        "time steps",
        "looks at the energy",
        "spectra and traces",
        "ending",
    ]
    assert min(result.timing.values()) > 0
    assert result.timing["time steps"] + result.timing["looks at the energy"] < result.seconds


def test_driving_another_port_keeps_the_time_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """The step of the same scene declared anew, and it is sought once only."""
    scene = box([0.5e9])
    silent = replace(scene, driven="", samples=())
    expected = scene.dt
    assert silent.dt == expected
    monkeypatch.setattr(simulation, "stable_step", None)  # would fail if it were called
    driven = silent.driving("p", scene.samples)
    assert (driven.driven, driven.samples) == ("p", scene.samples)
    assert driven.dt == expected
    with pytest.raises(GridError, match="no port 'q'"):
        silent.driving("q")
