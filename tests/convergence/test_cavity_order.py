"""The observed order of accuracy."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.backends import Backend
from emtwin.constants import C0
from tests.physics.cavity import box, fitted_frequency, ring

PUBLISHED = {30e-3: -4.0847e-3, 15e-3: -1.01112e-3, 7.5e-3: -2.52159e-4}
MODE, SIDES = (2, 1, 1), (0.30, 0.24, 0.36)


def relative_error(cell: float, backend: Backend) -> float:
    """Frequency of the mode on cubic cells against the continuum's."""
    cells = tuple(round(side / cell) for side in SIDES)
    simulation = box((cells[0], cells[1], cells[2]), (cell, cell, cell))
    exact = C0 / 2 * np.sqrt(sum((m / side) ** 2 for m, side in zip(MODE, SIDES, strict=True)))
    found = fitted_frequency(ring(simulation, backend, MODE, 800), simulation.dt)
    return float(found / exact - 1)


def test_second_order(machine64: Backend) -> None:
    """Leapfrog and central differences: the error falls with the square of the cell.

    Box 0.30 x 0.24 x 0.36 m, mode (2, 1, 1), cubic cells of 30, 15, 7.5 mm at 0.99 of the limit:
    the discrete dispersion relation gives -4.0847e-3, -1.01112e-3, -2.52159e-4, orders 2.014 and
    2.004. Asserted: each error to its printed digits (2e-5), the order to 0.02 of 2.
    """
    errors = {cell: relative_error(cell, machine64) for cell in PUBLISHED}
    for cell, expected in PUBLISHED.items():
        assert errors[cell] == pytest.approx(expected, rel=2e-5)
    values = np.array(list(errors.values()))
    orders = np.log2(values[:-1] / values[1:])
    assert np.all(np.abs(orders - 2.0) < 0.02)


def test_finest_grid_of_the_series(machine64: Backend) -> None:
    """The fourth member, 3.75 mm: -6.30011e-5, order 2.001 from the third."""
    error = relative_error(3.75e-3, machine64)
    assert error == pytest.approx(-6.30011e-5, rel=2e-5)
    assert np.log2(PUBLISHED[7.5e-3] / error) == pytest.approx(2.001, abs=2e-3)
