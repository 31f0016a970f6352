"""Dispersive materials against the discrete and the continuous transfer matrix, and at rest."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.constants import EPS0, MU0
from emtwin.errors import GridError, InputError
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.rational import PoleResidue, debye, drude, lorentz
from emtwin.solver import Absorber, CurrentElement, EdgePort, Pulse, Simulation, Stepper
from tests.physics.cavity import put
from tests.physics.lines import Line, Stuff, continuous, discrete, measured
from tests.physics.scenes import random_medium, spectrum, traces
from tests.physics.test_exact import components, conserved_energy
from tests.validation import Validated


def stuff(permittivity: PoleResidue, conductivity: float = 0.0) -> Stuff:
    """A material of a rational permittivity; its pole at 0 is a conductivity."""
    constant, poles, static = permittivity.split()
    return Stuff(constant, conductivity + EPS0 * static, poles)


GHZ = 2 * np.pi * 1e9
MATERIALS = {
    "Debye": stuff(debye(2.0, [(3.0, 20e-12)])),
    "two Debye terms, conducting": stuff(debye(1.5, [(3.0, 20e-12), (9.0, 90e-12)]), 0.2),
    "Lorentz": stuff(lorentz(1.5, [(2.0, 2.5 * GHZ, 6e9)])),
    "Drude": stuff(drude(1.0, [(3.0 * GHZ, 5e9)])),
    "mixed": stuff(
        debye(2.0, [(4.0, 30e-12)])
        + lorentz(0.0, [(1.0, 4.0 * GHZ, 5e9)])
        + drude(0.0, [(1.0 * GHZ, 8e9)])
    ),
}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.quick if name == "mixed" else ()) for name in MATERIALS],
)
def test_a_slab_answers_as_the_discrete_line_does(
    name: str, machine64: Backend, validated: Validated
) -> None:
    """1-D, 10 cells of 1 mm, dt = dx / 2c: the trapezoidal rule makes eps(w) into eps(s_d).

    s_d = (2j/dt) tan(w dt/2); the nodes at the faces have half the susceptibility. Reflection and
    transmission at six frequencies from 0.7 to 6 GHz against the discrete transfer matrix, to 1e-6:
    what rings is damped by exp(-2.5e9/s t) or faster and is cut at 8 ns, before an echo returns.
    """
    frequency = np.array([0.7e9, 1.5e9, 2.5e9, 3.5e9, 5e9, 6e9])
    line = Line.slab(1e-3 * np.arange(4001), 1900, 10, MATERIALS[name])
    places = (1850, 1900, 1930)
    r, t, dt = measured(line, machine64, places, frequency, 5000, f_max=6e9, courant=0.5)
    expected = discrete(line, 1900, 1930, frequency, dt)
    off = max(np.abs(r - expected[0]).max(), np.abs(t - expected[1]).max())
    validated(
        f"{name} slab, reflection and transmission off the discrete line",
        off,
        0.0,
        1e-6,
        reference="discrete transfer matrix",
        sided="at most",
    )


@pytest.mark.parametrize("name", ["Lorentz", "Drude", "mixed"])
def test_a_slab_answers_as_the_continuum_does(
    name: str, machine64: Backend, validated: Validated
) -> None:
    """10 mm in cells of 0.5 mm against the transfer matrix of the continuum, 0.5 % of |r| and |t|.

    The index stays below 3.2 up to 5 GHz: 37 cells to a wavelength, phase errors of (2 pi / 37)^2 /
    24 = 0.12 % over less than a wavelength, the more so at lower frequencies. Magnitudes below 0.1
    are held to 5e-4 instead.
    """
    frequency = np.array([1e9, 2e9, 3.5e9, 5e9])
    line = Line.slab(5e-4 * np.arange(6001), 2900, 20, MATERIALS[name])
    r, t, _ = measured(line, machine64, (2850, 2900, 2940), frequency, 8000, f_max=6e9, courant=0.5)
    exact = continuous(MATERIALS[name], 0.01, frequency)
    for symbol, found, expected in (("r", r, exact[0]), ("t", t, exact[1])):
        for n, f in enumerate(frequency):
            size = float(abs(expected[n]))
            validated(
                f"{name} slab 10 mm, |{symbol}| at {f / 1e9:g} GHz",
                float(abs(found[n])),
                size,
                max(0.005 * size, 5e-4),
                reference="transfer matrix",
            )


GLASS = {0.5e9: 0.544865, 0.75e9: 0.600000, 1.0e9: 0.544384}


@pytest.mark.quick
def test_a_dielectric_slab(machine64: Backend, validated: Validated) -> None:
    """er = 4, 50 mm in cells of 2.5 mm: |r| within 0.5 %.

    At 1 GHz 60 cells to a wavelength inside: phase wrong by (2 pi / 60)^2 / 24 = 0.05 %.
    """
    frequency, glass = np.array(list(GLASS)), Stuff(4.0)
    line = Line.slab(2.5e-3 * np.arange(2001), 950, 20, glass)
    r, _, _ = measured(line, machine64, (900, 950, 980), frequency, 3000, f_max=1e9, courant=0.5)
    exact, _ = continuous(glass, 0.05, frequency)
    for n, (f, value) in enumerate(GLASS.items()):
        assert abs(exact[n]) == pytest.approx(value, rel=1e-5)
        validated(
            f"dielectric slab er 4, 50 mm, |r| at {f / 1e9:g} GHz",
            abs(r[n]),
            value,
            0.005,
            relative=True,
            reference="transfer matrix",
        )


WATER = {1e9: 0.22956, 3e9: 0.24151, 5e9: 0.13327, 10e9: 0.0081171}


def test_water(machine64: Backend, validated: Validated) -> None:
    """10 mm of Debye water (5.2, 78.4, 8.27 ps): magnitude of the transmission within 0.5 %.

    Cells of 0.05 mm are 75 to a wavelength at 10 GHz (index 7.9): the phase is wrong by
    (2 pi / 75)^2 / 24 = 0.03 %, and so is the attenuation of 40 dB: 0.15 % of the amplitude.
    """
    frequency = np.array(list(WATER))
    z = np.cumsum(np.concatenate(([0.0], np.full(60, 5e-4), np.full(240, 5e-5), np.full(60, 5e-4))))
    water = stuff(debye(5.2, [(78.4 - 5.2, 8.27e-12)]))
    line = Line.slab(z, 80, 200, water)
    absorber = Absorber(((0, 0), (0, 0), (15, 15)), alpha_max=1e-3)
    _, t, _ = measured(
        line, machine64, (40, 70, 290), frequency, 60_000, f_max=10e9, absorber=absorber
    )
    _, exact = continuous(water, 0.01, frequency)
    for n, (f, value) in enumerate(WATER.items()):
        assert abs(exact[n]) == pytest.approx(value, rel=5e-5)
        validated(
            f"Debye water slab 10 mm, |t| at {f / 1e9:g} GHz",
            abs(t[n]),
            value,
            0.005,
            relative=True,
            reference="transfer matrix",
        )


def test_a_current_inside_a_dispersive_material(machine64: Backend) -> None:
    """A sheet of current J in a uniform line: 2 h + jW eps0 eps(s_d) dz e = -J at its node.

    h / e follows from the discrete dispersion t + 1/t - 2 = (jW dz)^2 eps mu, t for one
    cell.    So e in the material over e in vacuum is known to round-off (1e-6: the trace is cut).
    """
    frequency, n = np.array([1e9, 2e9, 4e9]), 1601
    z, node = 1e-3 * np.arange(n), 800
    inside, found = MATERIALS["Debye"], []
    for filling in ({}, dict.fromkeys(range(n), inside)):
        scene = Line(z, filling).simulation(node, 5e9, courant=0.5)
        trace = traces(scene, machine64, "e_x", np.array([[0, 1, node]]), 3000)
        found.append(spectrum(trace[:, 0], scene.dt, frequency))
    s = 2j / scene.dt * np.tan(np.pi * frequency * scene.dt)
    jw = 2j / scene.dt * np.sin(np.pi * frequency * scene.dt)

    def admittance(eps: NDArray[np.complex128]) -> NDArray[np.complex128]:
        step = jw * 1e-3
        square = step**2 * EPS0 * MU0 * eps
        turn = 1 + square / 2 - np.sqrt(square + square**2 / 4)
        turn = np.where(np.abs(turn) > 1, 1 / turn, turn)
        return 2 * (1 - turn) / (step * MU0) + step * EPS0 * eps

    expected = admittance(np.ones(3, complex)) / admittance(inside.eps(s))
    np.testing.assert_allclose(found[1] / found[0], expected, rtol=1e-6)


def random_poles(rng: np.random.Generator) -> PoleResidue:
    """One to three poles of each kind, from far below to far above what the grid carries."""
    total = PoleResidue()
    for _ in range(rng.integers(1, 4)):
        rate, other = 10 ** rng.uniform(8, 13, 2)
        total += debye(0.0, [(rng.uniform(0.1, 50), 1 / rate)])
        total += lorentz(0.0, [(rng.uniform(0.1, 5), 2.01 * other, rate)])
        total += drude(0.0, [(other, rate)])
    return total


def dispersive_box(seed: int) -> Simulation:
    """A graded box of random cells; every row above vacuum has eps_inf = 1 and random poles."""
    rng = np.random.default_rng(seed)
    grid = Grid(*(np.append(0.0, np.cumsum(rng.uniform(1e-3, 2e-3, n))) for n in (9, 8, 7)))
    plain = random_medium(rng, grid, 7)
    poles = {row: random_poles(rng).split() for row in range(2, 7)}
    sigma = np.array([0.0, 0.0, *(EPS0 * static for _, _, static in poles.values())])
    medium = Medium(
        *plain.ids, np.ones(7), sigma, dispersion={row: p for row, (_, p, _) in poles.items()}
    )
    return Simulation(grid, medium, Pulse(1e9), Absorber.none())


@pytest.mark.parametrize("seed", [pytest.param(1, marks=pytest.mark.quick), 2, 3])
def test_random_poles_at_the_courant_limit_of_vacuum(seed: int, machine64: Backend) -> None:
    """With eps_inf = 1 the field energy never exceeds its start, at 0.99 of the limit of vacuum.

    s chi(s) is positive real and the trapezoidal rule keeps it so: the polarisation takes energy
    and gives back at most what it took. From random h and no polarisation, W = eps0 eps_inf E.E / 2
    + mu H.H / 2 stays below its first value (1e-12: round-off), over 12 000 steps.
    """
    simulation = dispersive_box(seed)
    stepper, rng = Stepper(simulation, machine64), np.random.default_rng(seed)
    start = {}
    for axis, name in enumerate("xyz"):
        h = rng.standard_normal(simulation.grid.nodes) / 377
        for other in range(3):
            edge = np.moveaxis(h, other, 0)
            edge[-1] = 0.0
            if other == axis:
                edge[0] = 0.0
        start |= {f"h_{name}": h, f"e_{name}": np.zeros(simulation.grid.nodes)}
    put(stepper, start)
    program, energies, step = machine64.program(stepper.stages()), [], 0
    for wait in (1, 10, 100, 1000, 4000, 7000):
        before = components(stepper)
        program.run(step, 1)
        energies.append(conserved_energy(simulation, before, components(stepper)))
        program.run(step + 1, wait - 1)
        step += wait
    assert simulation.dt == 0.99 * simulation.grid.courant_limit()
    assert max(energies[1:]) <= energies[0] * (1 + 1e-12)
    assert energies[-1] < 0.9 * energies[1]


@pytest.mark.parametrize("name", ["Debye", "Lorentz", "Drude", "mixed"])
def test_a_material_may_run_into_the_absorber(name: str, machine: Backend) -> None:
    """A box filled to its walls, absorber on all sides: 1e4 steps after the pulse nothing grows.

    What is left after 5000 steps is the static field of the charge that round-off in the source's
    sum has left, here below 1e-3; it may not grow in the next 5000 (5 %: its own round-off).
    """
    grid, inside = Grid.uniform((18, 18, 18), 2e-3), MATERIALS[name]
    ids = []
    for axis in range(3):
        volume = np.full(grid.nodes, 2, np.uint16)
        np.moveaxis(volume, axis, 0)[-1] = 0
        ids.append(volume)
    assert inside.poles is not None
    medium = Medium(
        *ids,
        np.array([1.0, 1.0, inside.permittivity]),
        np.array([0.0, 0.0, inside.conductivity]),
        dispersion={2: inside.poles},
    )
    source = CurrentElement("e_z", Node(8, 9, 9))
    absorber = Absorber(((6, 6),) * 3)
    scene = Simulation(grid, medium, Pulse(8e9), absorber, currents=(source,))
    stepper = Stepper(scene, machine)
    program, done = machine.program(stepper.stages()), 0
    largest = []
    for steps in (int(scene.pulse.duration / scene.dt), 5000, 5000):
        program.run(done, steps)
        done += steps
        largest.append(float(np.abs(machine.download(stepper.fields)).max()))
    assert largest[1] < 1e-3 * largest[0]
    assert largest[2] < 1.05 * largest[1]


@pytest.mark.quick
def test_what_a_dispersive_row_may_not_be() -> None:
    """Not the conductor or vacuum, no constant, not active; and no port across its edges."""
    grid = Grid.uniform((4, 4, 4), 1e-3)
    vacuum = Medium.vacuum(grid)
    eps, sigma, water = np.array([1.0, 1.0, 5.2]), np.zeros(3), debye(0.0, [(73.2, 8.27e-12)])
    with pytest.raises(GridError, match="row 1 cannot disperse"):
        Medium(*vacuum.ids, eps, sigma, dispersion={1: water})
    with pytest.raises(GridError, match="hold a constant"):
        Medium(*vacuum.ids, eps, sigma, dispersion={2: debye(5.2, [(73.2, 8.27e-12)])})
    with pytest.raises(InputError, match=r"not passive: at .* Hz"):
        Medium(*vacuum.ids, eps, sigma, dispersion={2: water.scaled(-1)})
    ids = [np.where(volume == 1, 2, volume).astype(np.uint16) for volume in vacuum.ids]
    port = EdgePort("p", Node(2, 2, 1), Node(2, 2, 2), 50.0, bare=True)
    medium = Medium(*ids, eps, sigma, dispersion={2: water})
    with pytest.raises(GridError, match=r"e_z at \(2, 2, 1\) lies in a dispersive material"):
        Simulation(grid, medium, Pulse(1e9), ports=(port,), driven="p")
