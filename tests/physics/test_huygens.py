"""The near-to-far surface against the closed form of a short dipole."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.constants import C0, MU0, TWO_PI
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import (
    Absorber,
    CurrentElement,
    HuygensSurface,
    Pulse,
    Simulation,
    StopRule,
    run,
)
from emtwin.solver.radiation.near_to_far import far_field

CELL = 5e-3
FREQUENCIES = np.array([0.3e9, 1e9, 2e9])
DIRECTIONS = np.array([[1, 0, 0], [0, 0.6, 0.8], [3**-0.5] * 3])
Complex = NDArray[np.complex128]


def dipole_field(moment: NDArray[np.float64], place: NDArray[np.float64]) -> Complex:
    """F = -j w mu0 I l (m - r (r . m)) exp(+jk r . place) / 4 pi, of one ampere on one cell."""
    across = moment - DIRECTIONS * (DIRECTIONS @ moment)[:, None]
    phase = np.exp(1j * TWO_PI * FREQUENCIES[:, None] / C0 * (DIRECTIONS @ place))
    gain = -1j * TWO_PI * FREQUENCIES * MU0 * CELL / (4 * np.pi)
    return gain[:, None, None] * across * phase[:, :, None]


def error(found: Complex, expected: Complex) -> NDArray[np.float64]:
    """Largest error per frequency relative to the largest field."""
    return np.abs(found - expected).max(axis=(1, 2)) / np.abs(expected).max(axis=(1, 2))


@pytest.mark.parametrize(
    ("lo", "hi"),
    [(Node(14, 14, 14), Node(32, 32, 32)), (Node(13, 16, 19), Node(34, 28, 29))],
    ids=["symmetric", "shifted"],
)
def test_short_dipole_in_free_space(lo: Node, hi: Node, machine: Backend) -> None:
    """A current on one edge is a short dipole of moment I times the cell, at the edge's middle.

    The surface of Yee currents has no error of its own, so what is left is the grid's dispersion
    between dipole and surface: (k d)^2 / 24 per radian of path. At 30 cells per wavelength and 10
    cells of path: (0.21)^2 / 24 * 2.1 = 0.4 %; at 60 and 200 cells 5e-4 and 2e-5. Found 3.8e-3,
    2.7e-4, 7e-6. The bound is the same for a surface elsewhere: the result does not depend on it.
    """
    grid = Grid.uniform((46, 46, 46), CELL)
    drive = (CurrentElement("e_z", Node(23, 23, 23)),)
    surface = HuygensSurface(grid, lo, hi)
    simulation = Simulation(
        grid,
        Medium.vacuum(grid),
        Pulse(2e9),
        currents=drive,
        surface=surface,
        frequencies=FREQUENCIES,
    )
    result = run(simulation, machine, StopRule(-60, -60, 3000))
    assert result.currents is not None
    found = far_field(result.currents, DIRECTIONS) / result.source[:, None, None]
    expected = dipole_field(np.array([0, 0, 1.0]), CELL * np.array([23, 23, 23.5]))
    assert np.all(error(found, expected) < (1e-4, 1e-3, 6e-3))


@pytest.mark.parametrize(
    ("lo", "hi"),
    [(Node(14, 14, 0), Node(32, 32, 16)), (Node(13, 16, 0), Node(34, 28, 18))],
    ids=["symmetric", "shifted"],
)
def test_dipole_over_a_floor(lo: Node, hi: Node, machine: Backend) -> None:
    """A vertical and a horizontal short dipole over a conducting floor, by images.

    The grid ends in a conductor at z = 0; the surface stands on it and has no face there. Expected:
    dipole plus image (vertical of the same, horizontal of the opposite sign), which nearly cancel
    for the horizontal one at 0.3 GHz; tolerances as in free space.
    """
    grid = Grid.uniform((46, 46, 32), CELL)
    k = 8
    simulation = Simulation(
        grid,
        Medium.vacuum(grid),
        Pulse(2e9),
        Absorber(((10, 10), (10, 10), (0, 10))),
        currents=(CurrentElement("e_z", Node(23, 23, k)), CurrentElement("e_x", Node(23, 23, k))),
        surface=HuygensSurface(grid, lo, hi, on_floor=True),
        frequencies=FREQUENCIES,
    )
    result = run(simulation, machine, StopRule(-60, -60, 3000))
    assert result.currents is not None
    found = far_field(result.currents.over_floor(0.0), DIRECTIONS) / result.source[:, None, None]
    up, along = np.array([0, 0, 1.0]), np.array([1.0, 0, 0])
    expected = sum(
        dipole_field(moment, CELL * np.array(place))
        for moment, place in (
            (up, (23, 23, k + 0.5)),
            (up, (23, 23, -k - 0.5)),
            (along, (23.5, 23, k)),
            (-along, (23.5, 23, -k)),
        )
    )
    assert np.all(error(found, expected) < (1e-4, 1e-3, 6e-3))
