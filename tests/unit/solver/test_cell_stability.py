"""The time step of media that are faster than vacuum somewhere."""

from __future__ import annotations

import math

import numpy as np
import pytest

from emtwin.grid import Grid
from emtwin.grid.medium import Faces, Medium
from emtwin.solver import Absorber, Pulse, Simulation, Stepper
from emtwin.solver.checks.cell_stability import medium_step
from tests.machines import quick_backend
from tests.physics.test_exact import randomise

pytestmark = pytest.mark.quick
GRID = Grid.uniform((7, 6, 5), (1e-3, 2e-3, 1.5e-3))


def filled(permittivity: float, permeability: float) -> Medium:
    """Everything of one material."""
    vacuum, faces = Medium.vacuum(GRID), Faces.vacuum(GRID)
    magnetic = Faces(*faces.ids, np.array([1.0, permeability]), np.zeros(2))
    return Medium(*vacuum.ids, np.array([1.0, permittivity]), np.zeros(2), magnetic)


def test_nothing_to_do_in_vacuum() -> None:
    """Vacuum, and anything slower, is left to the Courant limit."""
    assert medium_step(GRID, Medium.vacuum(GRID)) == math.inf
    assert medium_step(GRID, filled(3.0, 1.0)) == math.inf


@pytest.mark.parametrize(("permittivity", "permeability"), [(0.5, 1.0), (1.0, 0.3), (0.6, 0.7)])
def test_a_uniform_fast_medium_scales_the_courant_limit(
    permittivity: float, permeability: float
) -> None:
    """The limit is 1 / c sqrt(sum 1 / d^2), c of the medium: sqrt(eps mu) times that of vacuum."""
    expected = GRID.courant_limit() * math.sqrt(permittivity * permeability)
    assert medium_step(GRID, filled(permittivity, permeability)) == pytest.approx(expected)


def test_random_fast_rows_do_not_grow() -> None:
    """Edges and faces of 0.2 to 1.2 at random, the whole limit: the fields stay where they were.

    The energy eps e^2 is conserved, so a field may grow by sqrt(1.2 / 0.2) where it meets a small
    permittivity: at most a factor of 6 with wandering, after 4000 steps.
    """
    rng = np.random.default_rng(2)
    vacuum, faces = Medium.vacuum(GRID), Faces.vacuum(GRID)
    edge_ids, face_ids = (
        [np.where(ids > 0, rng.integers(1, 6, ids.shape), 0) for ids in source.ids]
        for source in (vacuum, faces)
    )
    rows = np.append(1.0, rng.uniform(0.2, 1.2, 5))
    medium = Medium(*edge_ids, rows, np.zeros(6), Faces(*face_ids, rows[::-1].copy(), np.zeros(6)))
    simulation = Simulation(GRID, medium, Pulse(1e9), Absorber.none(), courant=1.0)
    assert simulation.dt < GRID.courant_limit()
    backend = quick_backend("native", "float64")
    stepper = Stepper(simulation, backend)
    randomise(stepper, 5)
    first = np.abs(backend.download(stepper.fields)).max()
    backend.program(stepper.stages()).run(0, 4000)
    assert np.abs(backend.download(stepper.fields)).max() < 6 * first
