"""Conformal metal: energy, stability, and what it must not change."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.backends import Backend, select_backend
from emtwin.grid import Grid, Node, distances
from emtwin.grid.medium import Medium
from emtwin.grid.painter import PEC, Painter
from emtwin.solver import (
    Absorber,
    ConformalMetal,
    CurrentElement,
    PlaneWave,
    Pulse,
    Simulation,
    Stepper,
)
from emtwin.solver.stages.layout import COMPONENTS
from tests.physics.conformal_cases import Real, Weighed, closed_box, random_body, random_grid
from tests.physics.scenes import fields_after

BODIES = ("ball", "box", "cylinder", "ball cavity", "box cavity")
CELLS = 11


def random_box(seed: int, kind: str, *, graded: bool) -> Simulation:
    """A body in a closed box, everything by its seed."""
    rng = np.random.default_rng(seed)
    grid = random_grid(rng, CELLS, graded=graded)
    return closed_box(grid, random_body(rng, grid, kind))


@pytest.mark.parametrize("graded", [False, True], ids=["uniform", "graded"])
@pytest.mark.parametrize("kind", BODIES)
def test_energy_is_conserved_and_nothing_grows(kind: str, graded: bool, machine64: Backend) -> None:
    """W = e^n . M e^n / 2 + phi^(n-1/2) . N phi^(n+1/2) / 2 is a constant where N is symmetric.

    Random e on all edges outside metal, 20 000 steps at 0.99 of the stated limit. Both terms are
    positive in a stable run, so a constant W bounds every field. Expected: round-off, 1e-12; the
    weights of a thin edge differ from those of a whole one by up to 1e5, so some digits may go.
    """
    simulation = random_box(7, kind, graded=graded)
    box, rng = Weighed(simulation, machine64), np.random.default_rng(1)
    box.put(rng.normal(size=box.offset.size))
    energies, step = [], 0
    for _ in range(5):
        before = box.fields()
        box.program.run(step, 1)
        energies.append(box.energy(before, box.fields()))
        box.program.run(step + 1, 3999)
        step += 4000
    assert energies[0] > 0
    np.testing.assert_allclose(energies, energies[0], rtol=1e-12)


@pytest.mark.parametrize("kind", BODIES)
def test_nothing_grows_in_single_precision(kind: str, machine: Backend) -> None:
    """20 000 steps in float32 from random fields: the largest stays as large as at the start.

    Rounding adds 6e-8 per step, less than a percent over the run; the energy of the start moves
    about, so that a single value may exceed the largest of the start by a small factor.
    """
    box, rng = Weighed(random_box(8, kind, graded=True), machine), np.random.default_rng(2)
    box.put(rng.normal(size=box.offset.size))
    box.program.run(0, 2000)
    early = np.linalg.norm(box.fields()[box.offset] * np.sqrt(box.mass))
    box.program.run(2000, 18_000)
    late = np.linalg.norm(box.fields()[box.offset] * np.sqrt(box.mass))
    assert 0.8 < late / early < 1.25


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", BODIES)
def test_the_stated_limit_is_below_the_true_one(kind: str, seed: int, machine64: Backend) -> None:
    """Leapfrog is stable below 2 / w_max; w_max from the kernels themselves, by Lanczos.

    The limit is proved edge by edge with absolute values, hence below the true one; half of the
    seeds are graded grids. In cubes the proof gives sqrt(3) / 2 of the Courant limit.
    """
    simulation = random_box(100 + seed, kind, graded=seed % 2 == 1)
    stated = simulation.elements[0].stable_step(simulation.grid, simulation.medium)
    true = 2 / Weighed(simulation, machine64).largest_frequency()
    assert stated <= true
    if seed % 2 == 0:
        assert stated == pytest.approx(np.sqrt(3) / 2 * simulation.grid.courant_limit())


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
def test_above_the_true_limit_it_blows_up(machine64: Backend) -> None:
    """Negative control: at 1.02 of 2 / w_max a field grows by e^(0.4 n), and 500 steps are many."""
    simulation = random_box(3, "ball", graded=False)
    true = 2 / Weighed(simulation, machine64).largest_frequency()
    simulation.__dict__["dt"] = 1.02 * true
    box = Weighed(simulation, machine64)
    box.put(np.random.default_rng(2).normal(size=box.offset.size))
    box.program.run(0, 500)
    assert not np.abs(box.fields()).max() < 1e6


def test_metal_that_fills_cells_is_a_staircase(machine: Backend) -> None:
    """A box between grid planes cuts no face: the same bits as the painted one at the same step."""
    grid = Grid.uniform((14, 12, 13), 1e-3)
    drive = (CurrentElement("e_z", Node(3, 3, 3)),)
    conformal = ConformalMetal.of(
        "box", grid, distances.box((7e-3, 6e-3, 7e-3), (4e-3, 2e-3, 6e-3))
    )
    painter = Painter(grid)
    painter.box((5e-3, 5e-3, 4e-3), (9e-3, 7e-3, 10e-3), PEC)
    fields = []
    for medium, elements in ((Medium.vacuum(grid), (conformal,)), (painter.medium(), ())):
        simulation = Simulation(
            grid, medium, Pulse(40e9), Absorber.none(), currents=drive, elements=elements
        )
        simulation.__dict__["dt"] = 0.8 * grid.courant_limit()
        fields.append(fields_after(simulation, machine, 200))
    assert not conformal.update.faces.size
    assert np.abs(fields[0]).max() > 0
    np.testing.assert_array_equal(fields[0], fields[1])


def wave_on_a_ball() -> Simulation:
    """A ball of 2.6 cells in a plane wave, absorber around."""
    grid = Grid.uniform((19, 19, 19), 1e-3)
    ball = ConformalMetal.of("ball", grid, distances.sphere((9.4e-3, 9.2e-3, 9.7e-3), 2.6e-3))
    wave = PlaneWave((1, 0, 0), (0, 0, 1), Node(5, 5, 5), Node(14, 14, 14))
    return Simulation(
        grid,
        Medium.vacuum(grid),
        Pulse(30e9),
        Absorber(((4, 4),) * 3),
        plane_wave=wave,
        elements=(ball,),
    )


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_the_reference_gives_the_same_bits(precision: str, machine: Backend) -> None:
    """NumPy and the machine, to the bit in float64.

    In float32 the wave begins so faintly that its first fields are subnormal: `native` flushes them
    and NumPy does not. A GPU may contract. Hence 1e-6 and 1e-5 of the largest field there.
    """
    backend = select_backend(machine.name, precision)
    expected = fields_after(wave_on_a_ball(), select_backend("numpy", precision), 60)
    found = fields_after(wave_on_a_ball(), backend, 60)
    scale = np.abs(expected).max()
    assert scale > 0
    if machine.name == "cuda":
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * scale)
    elif precision == "float32":
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6 * scale)
    else:
        np.testing.assert_array_equal(found, expected)


def test_the_axes_are_alike(machine64: Backend) -> None:
    """Grid, body and source with their axes turned round, x' = y, y' = z, z' = x: fields turned so.

    A body on a graded grid, in float64. Sums have another order, hence 1e-12 and not the same bits.
    """
    rng = np.random.default_rng(11)
    grid = random_grid(rng, CELLS, graded=True)
    body = random_body(rng, grid, "box")
    turned_grid = Grid(grid.y, grid.z, grid.x)
    one = closed_box(grid, body, currents=(CurrentElement("e_z", Node(1, 2, 3)),))
    two = closed_box(
        turned_grid,
        lambda points: body(points[:, [2, 0, 1]]),
        currents=(CurrentElement("e_y", Node(2, 3, 1)),),
    )
    expected, found = (components(simulation, machine64) for simulation in (one, two))
    for name, axis in (("x", "y"), ("y", "z"), ("z", "x")):
        for kind in "eh":
            turned = np.transpose(expected[f"{kind}_{axis}"], (1, 2, 0))
            scale = np.abs(turned).max()
            assert scale > 0
            np.testing.assert_allclose(found[f"{kind}_{name}"], turned, rtol=0, atol=1e-12 * scale)


def components(simulation: Simulation, backend: Backend) -> dict[str, Real]:
    """The fields by component after 150 steps."""
    stepper = Stepper(simulation, backend)
    backend.program(stepper.stages()).run(0, 150)
    fields = backend.download(stepper.fields)
    return {name: stepper.layout.component(fields, name) for name in COMPONENTS}
