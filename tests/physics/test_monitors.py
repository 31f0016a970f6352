"""Monitors against exact statements: Poynting's theorem of the grid, a plane wave, a TEM wave."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from emtwin.backends import Backend
from emtwin.constants import C0, ETA0, TWO_PI
from emtwin.errors import GridError
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Faces, Medium
from emtwin.solver import (
    Absorber,
    BoxEnergy,
    ConductorCurrents,
    CurrentElement,
    FieldSamples,
    Flux,
    PlaneWave,
    Pulse,
    RunResult,
    Simulation,
    StopRule,
    TimeMonitor,
    run,
)
from tests.physics.scenes import traces
from tests.validation import Validated

FREQUENCIES = np.array([5e9, 20e9, 50e9])
LO, HI = Node(4, 3, 5), Node(9, 8, 9)


def lossy_box(seed: int, source: Node) -> tuple[Grid, Medium, CurrentElement]:
    """Random cells, every edge and face a random lossy and magnetic material, some metal."""
    rng = np.random.default_rng(seed)
    grid = Grid(*(np.append(0.0, np.cumsum(1e-3 * (1 + rng.random(n)))) for n in (13, 12, 14)))
    ids = []
    for axis in range(3):
        volume = rng.integers(2, 9, grid.nodes).astype(np.uint16)
        volume[rng.random(grid.nodes) < 0.03] = 0
        np.moveaxis(volume, axis, 0)[-1] = 0
        ids.append(volume)
    ids[2][source] = 3
    face_ids = [ids.copy() for ids in Faces.vacuum(grid).ids]
    for volume in face_ids:
        volume[volume > 0] = rng.integers(1, 4, np.count_nonzero(volume))
    faces = Faces(*face_ids, np.array([1.0, 1.0, 2.0, 3.5]), np.zeros(4))
    permittivity = np.append([1.0, 1.0], rng.uniform(1, 8, 7))
    conductivity = np.append([0.0, 0.0], rng.uniform(0.2, 0.8, 7))
    medium = Medium(*ids, permittivity, conductivity, faces)
    return grid, medium, CurrentElement("e_z", source)


@pytest.mark.quick
@pytest.mark.parametrize("source", [Node(2, 6, 7), Node(6, 5, 7)])
def test_poynting_theorem_of_a_box(source: Node, machine64: Backend, validated: Validated) -> None:
    """Flux out of a box = -heat in it - 2 j W (magnetic - electric energy), to round-off.

    Random materials, graded cells, source outside. Derived in `solver/monitors/flux.py`; the
    spectra are sums over all steps (the waveform fills the band up to the time step's Nyquist
    rate), so what is left is round-off and what the run had not yet lost: -200 dB of energy, 1e-10
    of the fields. With the source inside, what flows out and what is lost come from it and the sum
    is the power that it gives: at least a tenth of what flows out, the negative control.
    """
    grid, medium, drive = lossy_box(5, source)
    flux, energy = Flux.box("flux", grid, LO, HI), BoxEnergy("energy", grid, medium, LO, HI)
    simulation = Simulation(
        grid,
        medium,
        Pulse(120e9),
        Absorber.none(),
        currents=(drive,),
        samples=(flux.samples, energy.samples),
        frequencies=FREQUENCIES,
    )
    result = run(simulation, machine64, StopRule(-200, -200, 20_000))
    out = flux.complex_power(result)
    heat = sum(energy.dissipated(result).values())
    electric = sum(energy.electric(result).values())
    magnetic = sum(energy.magnetic(result).values())
    rate = 2 / result.dt * np.sin(np.pi * FREQUENCIES * result.dt)
    wrong = np.abs(out + heat + 2j * rate * (magnetic - electric)) / np.abs(out)
    if source == Node(6, 5, 7):
        assert wrong.min() > 0.1
        return
    assert np.all(heat > 0)
    assert {*energy.dissipated(result)} == set(range(2, 9))
    for frequency, value, lost in zip(FREQUENCIES, wrong, -out.real / heat, strict=True):
        case = f"Poynting theorem of a random lossy box, {frequency / 1e9:g} GHz"
        theorem = "derived from the update equations"
        validated(f"{case}, whole", value, 0.0, 1e-8, reference=theorem)
        validated(f"{case}, flux / heat", lost, 1.0, 1e-8, reference=theorem)


def test_flux_of_a_plane_wave(machine64: Backend, validated: Validated) -> None:
    """E^2 / 2 eta per area, times cos(k d / 2): h is half a cell behind e.

    Along an axis the grid's wave has e / h = eta exactly, W = c K, and so |e h*| = E^2 / eta with
    the phase k d / 2 between, sin(k d / 2) = d / (c dt) sin(w dt / 2). The plane lies in the total
    field, and the spectra are taken at the Nyquist rate of the pulse, which folds back 1e-5.
    Along the other direction of travel the power is negative.
    """
    d, size = 1e-3, (26, 24, 34)
    grid, f = Grid.uniform(size, d), np.array([5e9, 10e9, 15e9])
    box = (Node(11, 11, 11), Node(15, 13, 23))
    flux = Flux.plane("flux", grid, Node(11, 11, 16), Node(15, 13, 16))
    area = 4 * 2 * d**2
    for direction in (1.0, -1.0):
        start = (0.0, 0.0, 0.0) if direction > 0 else (0.0, 0.0, 34 * d)
        wave = PlaneWave((0.0, 0.0, direction), (1.0, 0.0, 0.0), *box, start)
        simulation = Simulation(
            grid,
            Medium.vacuum(grid),
            Pulse(15e9),
            plane_wave=wave,
            samples=(flux.samples,),
            frequencies=f,
        )
        result = run(simulation, machine64, StopRule(-80, -80, 3000))
        half = np.arcsin(d / (C0 * result.dt) * np.sin(np.pi * f * result.dt))
        expected = area / (2 * ETA0) * np.cos(half)
        for frequency, ratio in zip(f, direction * flux.power(result) / expected, strict=True):
            validated(
                f"Flux of a plane wave along {direction:+g} z, {frequency / 1e9:g} GHz",
                ratio,
                1.0,
                1e-4,
                reference="E^2 / 2 eta cos(k d / 2)",
            )


def guided_wave(machine64: Backend, *samples: Any, elements: tuple[Any, ...] = ()) -> RunResult:
    """A TEM pulse between plates at z = 0 and z = 1e9 m, along x; uniform across to 1e-24."""
    n, far = 600, 1e9 * np.arange(3)
    grid = Grid(1e-3 * np.arange(n + 1), far, far[:2])
    simulation = Simulation(
        grid,
        Medium.vacuum(grid),
        Pulse(15e9),
        Absorber.none(),
        currents=(CurrentElement("e_z", Node(300, 1, 0), 1e9),),
        samples=samples,
        elements=elements,
        frequencies=np.array([5e9, 10e9]),
        courant=0.5,
    )
    return run(simulation, machine64, StopRule(-np.inf, -np.inf, 512))


@pytest.mark.quick
def test_current_on_a_plate_that_guides_a_wave(machine64: Backend, validated: Validated) -> None:
    """The surface current of a TEM wave is h = e / eta, along x on the lower plate for +x.

    On the grid e / h = eta exactly, e_z at node i leading h_y at i + 1/2 by k d / 2. The run ends
    before an echo comes back, 300 cells away at half a cell per step; the pulse is over.
    """
    grid = Grid(1e-3 * np.arange(601), 1e9 * np.arange(3), 1e9 * np.arange(2))
    lo, hi = Node(330, 0, 0), Node(331, 2, 0)
    plate = ConductorCurrents("plate", grid, Medium.vacuum(grid), lo, hi, "x")
    probe = FieldSamples.box("e", grid, Node(330, 1, 0), Node(330, 1, 1), ("e_z",))
    result = guided_wave(machine64, plate.samples, probe)
    middle = plate.edges[:, 1] == 1
    density = plate.density(result)[:, middle][:, 0]
    f, dt = result.frequencies, result.dt
    half = np.arcsin(1e-3 / (C0 * dt) * np.sin(np.pi * f * dt))
    expected = result.spectra["e"][:, 0] / ETA0 * np.exp(-1j * half)
    for frequency, ratio in zip(f, density / expected, strict=True):
        case = f"Surface current of a TEM wave, {frequency / 1e9:g} GHz"
        error = abs(ratio - 1)
        validated(case, error, 0.0, 1e-6, reference="e / eta on the grid")


def test_time_monitors_write_what_the_field_is(machine64: Backend) -> None:
    """Point, line, plane and volume, decimated in place and time, against the plain recorder."""
    grid, medium, drive = lossy_box(7, Node(2, 6, 7))
    boxes = {
        "point": (Node(5, 5, 5), Node(5, 5, 5), 1, 1),
        "line": (Node(5, 5, 2), Node(5, 5, 12), 3, 1),
        "plane": (Node(3, 4, 5), Node(9, 4, 9), 2, 7),
        "volume": (Node(3, 4, 5), Node(6, 7, 8), 1, 600),
    }
    elements = tuple(
        TimeMonitor(name, lo, hi, ("e_z", "h_x"), stride, every)
        for name, (lo, hi, stride, every) in boxes.items()
    )
    simulation = Simulation(
        grid, medium, Pulse(20e9), Absorber.none(), currents=(drive,), elements=elements
    )
    result = run(simulation, machine64, StopRule(-300, -300, 1000))
    for name, (lo, hi, stride, every) in boxes.items():
        for component, shift in (("e_z", 1.0), ("h_x", 0.5)):
            index = FieldSamples.box("", grid, lo, hi, (component,), stride=stride).index
            whole = traces(simulation, machine64, component, index, result.n_steps)
            key = f"{name} {component}"
            np.testing.assert_array_equal(result.traces[key], whole[::every])
            times = (np.arange(0, result.n_steps, every) + shift) * result.dt
            np.testing.assert_allclose(result.times[key], times, rtol=1e-12)
            assert np.abs(whole).max() > 0
    assert len(result.traces["point e_z"][0]) == 1
    assert result.traces["line e_z"].shape[1] == 4
    assert elements[2].bytes_of(grid, 1000) == 16 * (4 * 2 + 4 * 2) * 143


@pytest.mark.quick
def test_spectra_of_a_box_of_samples(machine64: Backend) -> None:
    """A plane of samples holds the Fourier sums of the same places' traces (Nyquist: 1e-4)."""
    grid, medium, drive = lossy_box(9, Node(2, 6, 7))
    f = np.array([3e9, 8e9])
    plane = FieldSamples.box("p", grid, Node(3, 5, 4), Node(8, 5, 9), ("e_x", "h_y"), frequencies=f)
    simulation = Simulation(
        grid, medium, Pulse(20e9), Absorber.none(), currents=(drive,), samples=(plane,)
    )
    result = run(simulation, machine64, StopRule(-150, -150, 4000))
    start = 0
    for component, after in (("e_x", 1.0), ("h_y", 0.5)):
        index = plane.index[plane.component == component]
        values = traces(simulation, machine64, component, index, result.n_steps)
        times = (np.arange(result.n_steps) + after) * result.dt
        expected = np.exp(-1j * TWO_PI * np.multiply.outer(f, times)) @ values * result.dt
        found = result.spectra["p"][:, start : start + len(index)]
        start += len(index)
        assert np.abs(found - expected).max() < 1e-4 * np.abs(expected).max()


GRID = Grid.uniform((12, 10, 8), 1e-3)


@pytest.mark.quick
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: FieldSamples.box("p", GRID, Node(0, 0, 0), Node(13, 2, 2)),
            r"monitor p spans nodes \(0, 0, 0\) to \(13, 2, 2\), outside the grid",
        ),
        (
            lambda: FieldSamples.box("p", GRID, Node(3, 0, 0), Node(2, 2, 2)),
            r"monitor p spans nodes \(3, 0, 0\) to \(2, 2, 2\)",
        ),
        (
            lambda: Flux.box("f", GRID, Node(0, 2, 2), Node(5, 5, 5)),
            "monitor f: the box .* needs a cell around it",
        ),
        (
            lambda: Flux.plane("f", GRID, Node(2, 2, 2), Node(5, 5, 5)),
            "monitor f: nodes .* span no plane",
        ),
        (
            lambda: Flux.plane("f", GRID, Node(2, 2, 8), Node(5, 5, 8)),
            "no plane with a cell behind it",
        ),
        (
            lambda: ConductorCurrents(
                "c", GRID, Medium.vacuum(GRID), Node(2, 2, 2), Node(5, 5, 2), "x"
            ),
            r"monitor c: no edge along x from \(2, 2, 2\) to \(5, 5, 2\) lies in a perfect con",
        ),
    ],
)
def test_monitors_that_are_impossible(make: Any, message: str) -> None:
    """Outside the grid, flat where it must not be, or with nothing to see."""
    with pytest.raises(GridError, match=message):
        make()


@pytest.mark.quick
def test_time_monitors_that_are_impossible() -> None:
    """An unknown component and a step of zero come at once; a box outside the grid alone."""
    lo, hi = Node(1, 1, 1), Node(20, 2, 2)
    elements = (TimeMonitor("t", lo, lo, ("e_r",), every=0), TimeMonitor("u", lo, hi))
    with pytest.raises(GridError) as caught:
        Simulation(GRID, Medium.vacuum(GRID), Pulse(5e9), elements=elements)
    first, second, third = (p.message for p in caught.value.problems)
    assert first == "monitor t: no component 'e_r'"
    assert second == "monitor t: stride 1 and every 0 must be 1 or more"
    assert "monitor u spans nodes (1, 1, 1) to (20, 2, 2), outside the grid" in third
