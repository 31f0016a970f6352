"""Checks whose expected value follows from the discrete equations themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.constants import C0, EPS0, MU0
from emtwin.errors import GridError
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import Absorber, CurrentElement, Pulse, Simulation, Stepper
from tests.physics.cavity import box, put
from tests.physics.scenes import spectrum, traces
from tests.validation import Validated

Fields = dict[str, NDArray[np.float64]]


def graded_box(seed: int) -> Simulation:
    """A lossless box of random cells, filled with random permittivity."""
    rng = np.random.default_rng(seed)
    grid = Grid(*(np.append(0.0, np.cumsum(rng.uniform(1e-3, 2e-3, n))) for n in (9, 8, 7)))
    ids = []
    for axis in range(3):
        volume = rng.integers(1, 8, grid.nodes).astype(np.uint16)
        np.moveaxis(volume, axis, 0)[-1] = 0
        ids.append(volume)
    permittivity = np.append([1.0, 1.0], rng.uniform(1, 6, 6))
    medium = Medium(*ids, permittivity, np.zeros(8))
    return Simulation(grid, medium, Pulse(1e9), Absorber.none())


def randomise(stepper: Stepper, seed: int) -> None:
    """Random e on every edge that is free, random h on every face."""
    rng, grid = np.random.default_rng(seed), stepper.simulation.grid
    values: Fields = {}
    for axis, name in enumerate("xyz"):
        e, h = rng.standard_normal(grid.nodes), rng.standard_normal(grid.nodes) / 377
        for other in range(3):
            for array, tangential in ((e, other != axis), (h, other == axis)):
                faces = np.moveaxis(array, other, 0)
                faces[-1] = 0.0  # no element there, or a conducting wall
                if tangential:
                    faces[0] = 0.0
        values |= {f"e_{name}": e, f"h_{name}": h}
    put(stepper, values)


def components(stepper: Stepper) -> Fields:
    """Copies of the six components."""
    fields = stepper.backend.download(stepper.fields)
    names = (f"{kind}_{axis}" for kind in "eh" for axis in "xyz")
    return {name: stepper.layout.component(fields, name).copy() for name in names}


def volumes(grid: Grid, axis: int, *, along: bool) -> NDArray[np.float64]:
    """Volume of each e edge (`along`: its length times its dual area) or h face."""
    cells = [np.append(d, 0.0) for d in grid.spacings]
    duals = list(grid.dual_spacings)
    parts = [cells[a] if (a == axis) == along else duals[a] for a in range(3)]
    return np.einsum("i,j,k->ijk", *parts)


def conserved_energy(simulation: Simulation, before: Fields, after: Fields) -> float:
    """eps E^n.E^n / 2 + mu H^(n-1/2).H^(n+1/2) / 2 over the grid."""
    total = 0.0
    for axis, name in enumerate("xyz"):
        eps = EPS0 * simulation.medium.permittivity[simulation.medium.ids[axis]]
        e, grid = before[f"e_{name}"], simulation.grid
        total += float(np.sum(eps * e * e * volumes(grid, axis, along=True)))
        product = before[f"h_{name}"] * after[f"h_{name}"]
        total += MU0 * float(np.sum(product * volumes(grid, axis, along=False)))
    return total / 2


def charges(simulation: Simulation, fields: Fields) -> NDArray[np.float64]:
    """Flux of eps e out of each interior node's dual cell."""
    inner = (slice(1, -1),) * 3
    total = np.zeros([n - 2 for n in simulation.grid.nodes])
    for axis, name in enumerate("xyz"):
        eps = EPS0 * simulation.medium.permittivity[simulation.medium.ids[axis]]
        areas = [
            np.ones(simulation.grid.nodes[axis]) if a == axis else simulation.grid.dual_spacings[a]
            for a in range(3)
        ]
        flux = eps * fields[f"e_{name}"] * np.einsum("i,j,k->ijk", *areas)
        total += (flux - np.roll(flux, 1, axis))[inner]
    return total


@pytest.mark.quick
@pytest.mark.parametrize("scene", ["uniform", "graded"])
def test_energy_and_charge_are_conserved(
    scene: str, machine64: Backend, validated: Validated
) -> None:
    """By parts: W = eps E^n.E^n / 2 + mu H^(n-1/2).H^(n+1/2) / 2 is a constant of the scheme.

    It holds on a graded grid with any permittivity, each value weighted with its own volume, and so
    does the flux of eps e out of every interior node, because div curl vanishes term by term.
    Expected: 1e-12 relative over 4000 steps (round-off 1e-16 times the square root of 4000 steps
    and of some hundred terms).
    """
    simulation = box((9, 8, 7), (2e-3, 1e-3, 3e-3)) if scene == "uniform" else graded_box(4)
    stepper = Stepper(simulation, machine64)
    randomise(stepper, 5)
    program = machine64.program(stepper.stages())
    begin, energies, step = components(stepper), [], 0
    for _ in range(5):
        before = components(stepper)
        program.run(step, 1)
        energies.append(conserved_energy(simulation, before, components(stepper)))
        program.run(step + 1, 999)
        step += 1000
    first, last = charges(simulation, begin), charges(simulation, components(stepper))
    drift = {
        "energy": np.abs(np.array(energies) / energies[0] - 1).max(),
        "charge of every node": np.abs(last - first).max() / np.abs(first).max(),
    }
    for what, change in drift.items():
        validated(
            f"closed box, {scene} grid, random fields, 4000 steps, change of {what}",
            float(change),
            0.0,
            1e-12,
            sided="at most",
            reference="discrete conservation law",
        )


def energy_growth(simulation: Simulation, backend: Backend, n_steps: int) -> float:
    """Largest field after a random start, relative to the start."""
    stepper = Stepper(simulation, backend)
    randomise(stepper, 6)
    begin = np.abs(backend.download(stepper.fields)).max()
    backend.program(stepper.stages()).run(0, n_steps)
    return float(np.abs(backend.download(stepper.fields)).max() / begin)


def at_courant(fraction: float) -> Simulation:
    """A box of 8 x 8 x 8 cells whose time step was set behind the back of the declaration."""
    simulation = box((8, 8, 8), (1e-3, 1e-3, 1e-3))
    simulation.__dict__["dt"] = fraction * simulation.grid.courant_limit()
    return simulation


@pytest.mark.quick
def test_a_step_above_the_limit_is_refused() -> None:
    """Simulation takes a share of the limit in (0, 1] and names the field and the remedy."""
    for fraction in (1.01, 0.0, -1.0):
        with pytest.raises(GridError, match="courant") as caught:
            box((8, 8, 8), (1e-3, 1e-3, 1e-3), courant=fraction)
        assert "(0, 1]" in caught.value.problems[0].remedy


@pytest.mark.quick
@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
def test_why_it_is_refused(machine64: Backend, validated: Validated) -> None:
    """Negative control: the same kernels with the step forced to 1.05 of the limit blow up.

    In a box of N cells the fastest mode has sin((N-1) pi / 2N) in place of 1: for N = 8 that raises
    the limit to 1.0196 of the infinite grid's, so 1.01 stays bounded and 1.05 grows by
    exp(2 acosh(1.05 / 1.0196)) = 1.63 per step, beyond 1e80 within 500.
    """
    for courant, bound, sided in ((1.01, 1.0, "at most"), (1.05, 80.0, "at least")):
        validated(
            f"closed box of 8 x 8 x 8 cells, {courant} of the limit, growth in 500 steps",
            float(np.log10(energy_growth(at_courant(courant), machine64, 500))),
            bound,
            sided=sided,
            reference="growth of the fastest mode",
            unit="decades",
        )


def test_no_drift_in_a_hundred_thousand_steps(machine: Backend, validated: Validated) -> None:
    """0.99 of the limit, random start, 1e5 steps in float32: the largest field stays where it was.

    The energy is conserved, so the maximum of a random field wanders but cannot grow: at most a
    factor of 4 (all the energy of 5000 values in a few of them has no weight in a random state).
    """
    validated(
        "closed box, 0.99 of the limit, random fields, 1e5 steps in float32, largest over first",
        energy_growth(box((12, 11, 13), (1e-3, 1e-3, 1e-3)), machine, 100_000),
        4.0,
        sided="at most",
        reference="conserved energy",
    )


@pytest.mark.quick
def test_conductor_loss(machine64: Backend, validated: Validated) -> None:
    """E_n = E_0 ((1 - x) / (1 + x))^n with x = sigma dt / (2 eps), to 1e-13.

    A field without curl never wakes h: e is the gradient of a random potential that vanishes on the
    wall. Potentials are integers and the cells a power of two, so that the curl is zero to the bit.
    """
    cell, n = 2.0**-8, (6, 7, 5)
    grid = Grid.uniform(n, cell)
    vacuum = Medium.vacuum(grid)
    medium = Medium(*vacuum.ids, np.array([1.0, 3.0]), np.array([0.0, 0.05]))
    simulation = Simulation(grid, medium, Pulse(1e9), Absorber.none())
    potential = np.zeros(grid.nodes)
    rng = np.random.default_rng(8)
    potential[1:-1, 1:-1, 1:-1] = rng.integers(-99, 99, [m - 1 for m in n])
    stepper = Stepper(simulation, machine64)
    begin = {
        f"e_{name}": np.diff(potential, axis=axis, append=0.0) / cell
        for axis, name in enumerate("xyz")
    }
    put(stepper, begin)
    machine64.program(stepper.stages()).run(0, 50)
    x = 0.05 * simulation.dt / (2 * 3.0 * EPS0)
    end, off = components(stepper), []
    for name, values in begin.items():
        expected = values * ((1 - x) / (1 + x)) ** 50
        off.append(np.abs(end[name] - expected).max() / np.abs(expected).max())
    validated(
        "loss, er 3, 0.05 S/m, 50 steps, off the discrete decay",
        float(max(off)),
        0.0,
        1e-13,
        sided="at most",
        reference="((1 - x) / (1 + x))^n, x = sigma dt / 2 eps",
    )


def line(n: int, permittivity: NDArray[np.float64], **changes: Any) -> Simulation:
    """A grid that is one-dimensional to 1e-24: cells of 1 mm along x, of 1e9 m across.

    e_z at j = 1 is the only field that counts; `permittivity` holds one value per node along x.
    """
    far = 1e9 * np.arange(3)
    grid = Grid(1e-3 * np.arange(n + 1), far, far[:2])
    rows, ids = np.unique(permittivity, return_inverse=True)
    vacuum = Medium.vacuum(grid)
    ids_z = vacuum.ids_z.copy()
    ids_z[:, :, 0] = (ids + 1)[:, None]
    medium = Medium(
        vacuum.ids_x, vacuum.ids_y, ids_z, np.append(1.0, rows), np.zeros(rows.size + 1)
    )
    settings: dict[str, Any] = {"absorber": Absorber.none()} | changes
    return Simulation(grid, medium, **settings)


@pytest.mark.quick
def test_slab_reflects_as_the_discrete_line_does(machine64: Backend, validated: Validated) -> None:
    """1-D, dx = 1 mm, dt = dx / 2c, er = 4 on 10 cells, interface nodes (1 + er) / 2.

    The discrete transfer matrix gives at 5 GHz r = -0.48984255 + 0.22947101j, referred to the first
    interface node, where the reflected wave is the difference of a run with and one without the
    slab. The line is too long for an echo from its ends; tolerance 1e-7, the digits given.
    """
    n, front, probe = 2400, 1100, 1100
    vacuum = np.ones(n + 1)
    slab = vacuum.copy()
    slab[front : front + 11] = 4.0
    slab[[front, front + 10]] = 2.5
    drive = CurrentElement("e_z", Node(1000, 1, 0), 1e9)
    found = []
    for permittivity in (vacuum, slab):
        scene = line(n, permittivity, pulse=Pulse(6e9), currents=(drive,), courant=0.5)
        assert scene.dt == pytest.approx(1e-3 / (2 * C0), rel=1e-12)
        trace = traces(scene, machine64, "e_z", np.array([[probe, 1, 0]]), 2600)
        found.append(spectrum(trace[:, 0], scene.dt, np.array([5e9]))[0])
    reflection = (found[1] - found[0]) / found[0]
    expected = -0.48984255 + 0.22947101j
    for part in ("real", "imag"):
        validated(
            f"slab er 4, 10 cells of 1 mm, r at 5 GHz, {part}",
            getattr(reflection, part),
            getattr(expected, part),
            1e-7,
            reference="discrete transfer matrix",
        )
    assert abs(reflection - expected) < 1e-7
