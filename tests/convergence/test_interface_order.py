"""The observed order of accuracy where dielectrics meet: on grid planes, and on a sphere."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from emtwin.backends import Backend
from emtwin.constants import C0
from emtwin.grid import Grid
from emtwin.grid.painter import Painter
from emtwin.materials import Material
from emtwin.solver import Absorber, Pulse, Simulation, Stepper
from tests.physics.cavity import fitted_frequency, put
from tests.physics.mie import Sphere
from tests.physics.spheres import Layout
from tests.validation import Validated

WIDTH, FILLED, HEIGHT, PERMITTIVITY = 0.24, 0.12, 0.30, 6.0


def wave_numbers(f: float) -> tuple[complex, complex]:
    """Along z, in the dielectric and above it, of the mode that varies as sin(pi x / width)."""
    square = (2 * np.pi * f / C0) ** 2
    across = (np.pi / WIDTH) ** 2
    return np.sqrt(PERMITTIVITY * square - across + 0j), np.sqrt(square - across + 0j)


def mismatch(f: float) -> float:
    """k2 sin(k1 h) cos(k2 g) + k1 cos(k1 h) sin(k2 g), over k2: zero at a resonance."""
    one, two = wave_numbers(f)
    gap = HEIGHT - FILLED
    both = np.sin(one * FILLED) * np.cos(two * gap) + one * np.cos(one * FILLED) * (
        np.sin(two * gap) / two
    )
    return float(both.real)


def loaded_cavity_error(cell: float, exact: float, backend: Backend) -> float:
    """Relative error of the lowest mode with e along y; its analytic shape starts it."""
    cells = (round(WIDTH / cell), 2, round(HEIGHT / cell))
    grid = Grid.uniform(cells, cell)
    painter = Painter(grid)
    stuff = Material("stuff", PERMITTIVITY, 0.0, False, "made up")
    painter.box((0, 0, 0), (WIDTH, 1.0, FILLED), stuff)
    scene = Simulation(grid, painter.medium(), Pulse(1e9), Absorber.none())
    one, two = wave_numbers(exact)
    z = grid.z
    inside = np.sin(one * z) / np.sin(one * FILLED)
    above = np.sin(two * (HEIGHT - z)) / np.sin(two * (HEIGHT - FILLED))
    shape = np.where(z < FILLED + 1e-9, inside, above).real
    field = np.sin(np.pi * grid.x / WIDTH)[:, None, None] * shape[None, None, :]
    values = np.repeat(field, 3, axis=1)
    values[:, -1] = values[-1] = values[:, :, -1] = 0.0
    stepper = Stepper(scene, backend)
    put(stepper, {"e_y": values})
    place = [[cells[0] // 2, 0, round(FILLED / cell)]]
    steps = round(40 / exact / scene.dt)
    stage, trace = stepper.record(
        stepper.fields, stepper.layout.offset("e_y", np.array(place)), 1, steps
    )
    backend.program([*stepper.stages(), stage]).run(0, steps)
    found = fitted_frequency(backend.download(trace).astype(np.float64), scene.dt)
    return float(found / exact - 1)


def test_second_order_where_the_interface_is_a_grid_plane(
    machine64: Backend, validated: Validated
) -> None:
    """PEC box 0.24 x 0.30 m, er = 6 below z = 0.12 m, mode with e along y and the interface.

    The transcendental equation of the two layers gives the frequency. The field at the interface is
    tangential, and the mean of the permittivities makes its nodes second-order: cells of 20, 10 and
    5 mm, order 2 within 0.1.
    """
    exact = brentq(mismatch, 0.35e9, 0.5e9)
    errors = [loaded_cavity_error(cell, exact, machine64) for cell in (20e-3, 10e-3, 5e-3)]
    orders = np.log2(np.abs(np.array(errors[:-1]) / errors[1:]))
    validated(
        "order, dielectric-loaded cavity, interface on a grid plane",
        float(orders[-1]),
        2.0,
        0.1,
        reference="transcendental equation",
    )


@pytest.mark.parametrize("curved", [False, True])
def test_first_order_on_a_sphere(curved: bool, machine: Backend, validated: Validated) -> None:
    """er 41.5, 0.97 S/m, a = 0.1 m at 400 MHz: absorbed power, cells of 20 and 10 mm.

    A staircase follows a sphere to a share of a cell: first order, at least 0.9 where the mean of
    whole cells shifts the surface outwards always in the same sense. Sampled at the edges, the
    error has no definite sign and order; it has to be a fraction of the other's: less than 8 % at
    10 mm, 10 cells to the radius.
    """
    exact = Sphere(0.1, 41.5, 0.97, 400e6)
    stuff = Material("stuff", 41.5, 0.97, False, "made up")
    errors = []
    for cell in (20e-3, 10e-3):
        found = Layout(0.1, cell, 400e6, 500e6, curved).run(stuff, machine, volume=False)
        errors.append(abs(found.absorbed_by_flux / exact.absorbed() - 1))
    if curved:
        validated(
            "lossy sphere 400 MHz, 10 cells to the radius, edges sampled: error of absorbed power",
            errors[1],
            0.0,
            0.08,
            reference="Mie series",
            sided="at most",
        )
    else:
        validated(
            "order, lossy sphere of whole cells, absorbed power",
            float(np.log2(errors[0] / errors[1])),
            0.9,
            reference="first order",
            sided="at least",
        )
