"""Magnetic and anisotropic materials against transfer matrices, duality and a filled cavity."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.backends import Backend
from emtwin.constants import EPS0, MU0
from emtwin.grid import Grid, Node
from emtwin.grid.painter import Painter
from emtwin.materials import Material
from emtwin.solver import Absorber, CurrentElement, Pulse, Simulation
from tests.physics.cavity import fitted_frequency, grid_frequency, ring
from tests.physics.lines import Line, Stuff, continuous, discrete, measured
from tests.physics.scenes import spectrum, traces
from tests.validation import Validated

FREQUENCY = np.array([0.5e9, 1.5e9, 3e9, 5e9])


@pytest.mark.parametrize("loss", [0.0, 2e4])
def test_a_magnetic_slab_answers_as_the_discrete_line_does(
    loss: float, machine64: Backend, validated: Validated
) -> None:
    """1-D, 12 cells of 1 mm, mu_r = 3 (and 2e4 ohm/m), er = 2, against the discrete line.

    Faces lie in cell centres along the line, so that each has the material of its own cell; loss is
    mu(s_d) = mu + sigma* / (s_d mu0) exactly, as conductivity is for e.
    """
    stuff = Stuff(permittivity=2.0, permeability=3.0, magnetic_loss=loss)
    line = Line.slab(1e-3 * np.arange(3001), 1400, 12, stuff)
    r, t, dt = measured(
        line, machine64, (1350, 1400, 1430), FREQUENCY, 4000, f_max=6e9, courant=0.5
    )
    expected = discrete(line, 1400, 1430, FREQUENCY, dt)
    off = max(np.abs(r - expected[0]).max(), np.abs(t - expected[1]).max())
    validated(
        f"magnetic slab, loss {loss:g} ohm/m, off the discrete line",
        off,
        0.0,
        1e-7,
        reference="discrete transfer matrix",
        sided="at most",
    )


@pytest.mark.quick
def test_duality(machine64: Backend) -> None:
    """eps and mu exchanged, node for face: the reflection changes its sign and nothing else.

    Nodes 700 .. 710 with the permittivities 2.5, 4 .. 4, 2.5 against faces 700 .. 710 with those
    permeabilities. A dual line is shifted by half a cell, so r gains the phase of one cell (there
    and back): r_mu = -r_eps t, t = exp(-j k dz) of the grid. Losses are exchanged alike:
    sigma / eps0 for sigma* / mu0.
    """
    z, dt_loss = 1e-3 * np.arange(1501), 3e9
    eps, mu = {}, {}
    for k in range(700, 711):
        half = 0.5 if k in (700, 710) else 1.0
        rate = half * dt_loss
        eps[k] = Stuff(permittivity=1 + 3 * half, conductivity=rate * EPS0)
        mu[k] = Stuff(permeability=1 + 3 * half, magnetic_loss=rate * MU0)
    settings = {"f_max": 6e9, "courant": 0.5}
    one, _, dt = measured(Line(z, eps), machine64, (600, 690, 720), FREQUENCY, 2000, **settings)
    two, _, _ = measured(Line(z, {}, mu), machine64, (600, 690, 720), FREQUENCY, 2000, **settings)
    jw = 2 / dt * np.sin(np.pi * FREQUENCY * dt)
    turn = np.exp(-2j * np.arcsin(jw * 1e-3 / (2 * 299792458.0)))
    np.testing.assert_allclose(two, -one * turn, rtol=0, atol=1e-9)


def slab_3d(material: Material, thickness: int, polarisation: str, machine: Backend) -> tuple:
    """Reflection of a painted slab across z in a duct whose walls carry the polarisation."""
    far = 1e9 * np.arange(3)
    z = 1e-3 * np.arange(1601)
    grid = Grid(far[:2], far, z) if polarisation == "x" else Grid(far, far[:2], z)
    node = Node(0, 1, 700) if polarisation == "x" else Node(1, 0, 700)
    drive = CurrentElement(f"e_{polarisation}", node, 1e9)
    probe, found, dt = np.array([[*node[:2], 720]]), [], 0.0
    for filled in (False, True):
        painter = Painter(grid)
        if filled:
            lo, hi = (-1.0, -1.0, 0.75), (3e9, 3e9, 0.75 + 1e-3 * thickness)
            painter.box(lo, hi, material)
        scene = Simulation(
            grid, painter.medium(), Pulse(6e9), Absorber.none(), currents=(drive,), courant=0.5
        )
        dt = scene.dt
        trace = traces(scene, machine, f"e_{polarisation}", probe, 2400)
        found.append(spectrum(trace[:, 0], dt, FREQUENCY))
    return (found[1] - found[0]) / found[0], dt


@pytest.mark.parametrize("polarisation", [pytest.param("x", marks=pytest.mark.quick), "y"])
def test_an_anisotropic_slab(polarisation: str, machine64: Backend, validated: Validated) -> None:
    """Each polarisation sees its own permittivity and, across it, its own permeability.

    eps = (2, 5, 9) and mu = (1.5, 3, 7), 10 cells of 1 mm: e_x goes with h_y, so (2, 3); e_y with
    h_x, so (5, 1.5). Against the discrete line of those, 1e-7; the z values never enter.
    """
    material = Material(
        "crystal", (2.0, 5.0, 9.0), (0.01, 0.03, 9.0), False, "made up", (1.5, 3.0, 7.0)
    )
    found, dt = slab_3d(material, 10, polarisation, machine64)
    which = {"x": Stuff(2.0, 0.01, permeability=3.0), "y": Stuff(5.0, 0.03, permeability=1.5)}
    line = Line.slab(1e-3 * np.arange(1601), 750, 10, which[polarisation])
    expected, _ = discrete(line, 720, 770, FREQUENCY, dt)
    validated(
        f"anisotropic slab, e along {polarisation}, reflection off the discrete line",
        np.abs(found - expected).max(),
        0.0,
        1e-7,
        reference="discrete transfer matrix",
        sided="at most",
    )


def test_a_magnetic_slab_converges_to_the_continuum(
    machine64: Backend, validated: Validated
) -> None:
    """20 mm of er = 2, mu_r = 3: cells of 1 and 0.5 mm, errors of |r| fall by 4 (second order).

    The half-filled nodes at the faces and the grid's dispersion are both of second order, (k dz)^2
    / 24 per radian: at 2 GHz 4 mm^-1 .. below 0.5 % at 1 mm.
    """
    frequency, stuff, errors = np.array([1e9, 2e9]), Stuff(2.0, permeability=3.0), []
    for cell, n in ((1e-3, 1600), (0.5e-3, 3200)):
        cells = round(0.02 / cell)
        line = Line.slab(cell * np.arange(n + 1), n // 2, cells, stuff)
        places = (n // 2 - 20, n // 2, n // 2 + cells + 5)
        r, _, _ = measured(line, machine64, places, frequency, 2 * n, f_max=3e9, courant=0.5)
        exact, _ = continuous(stuff, 0.02, frequency)
        errors.append(np.abs(np.abs(r) / np.abs(exact) - 1))
    for f, error in zip(frequency, errors[1], strict=True):
        validated(
            f"magnetic slab mu 3, er 2, 20 mm, |r| off at {f / 1e9:g} GHz",
            float(error),
            0.0,
            0.005,
            reference="transfer matrix",
            sided="at most",
        )
    assert np.all(np.log2(errors[0] / errors[1]) > 1.8)


@pytest.mark.quick
def test_a_cavity_filled_with_magnetic_material(machine64: Backend, validated: Validated) -> None:
    """er = 2 and mu_r = 4.5 everywhere: the mode (1, 1, 0) rings at a third of its frequency.

    Exactly: sin(w dt / 2) is a third of the vacuum's at the same dt. Tolerance 1e-9.
    """
    cells, sizes = (10, 8, 6), (3e-3, 4e-3, 5e-3)
    grid = Grid.uniform(cells, sizes)
    stuff = Material("ferrite", 2.0, 0.0, False, "made up", 4.5)
    medium = Painter(grid, stuff).medium()
    scene = Simulation(grid, medium, Pulse(1e9), Absorber.none())
    found = fitted_frequency(ring(scene, machine64, (1, 1, 0), 800), scene.dt)
    vacuum = grid_frequency((1, 1, 0), cells, sizes, scene.dt)
    expected = np.arcsin(np.sin(np.pi * vacuum * scene.dt) / 3) / (np.pi * scene.dt)
    validated(
        "cavity filled with er 2, mu 4.5, mode 110",
        found,
        float(expected),
        1e-9,
        relative=True,
        reference="discrete dispersion",
        unit="Hz",
    )
