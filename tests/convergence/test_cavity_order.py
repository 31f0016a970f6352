"""The observed order of accuracy."""

from __future__ import annotations

import numpy as np

from emtwin.backends import Backend
from emtwin.constants import C0
from tests.physics.cavity import box, fitted_frequency, ring
from tests.validation import Validated

PUBLISHED = {30e-3: -4.0847e-3, 15e-3: -1.01112e-3, 7.5e-3: -2.52159e-4, 3.75e-3: -6.30011e-5}
ORDERS = {15e-3: 2.014, 7.5e-3: 2.004, 3.75e-3: 2.001}
MODE, SIDES = (2, 1, 1), (0.30, 0.24, 0.36)


def relative_error(cell: float, backend: Backend) -> float:
    """Frequency of the mode on cubic cells against the continuum's."""
    cells = tuple(round(side / cell) for side in SIDES)
    simulation = box((cells[0], cells[1], cells[2]), (cell, cell, cell))
    exact = C0 / 2 * np.sqrt(sum((m / side) ** 2 for m, side in zip(MODE, SIDES, strict=True)))
    found = fitted_frequency(ring(simulation, backend, MODE, 800), simulation.dt)
    return float(found / exact - 1)


def hold_error(validated: Validated, cell: float, error: float) -> None:
    """One grid's error to its printed digits."""
    validated(
        f"order, box 0.30 x 0.24 x 0.36 m, mode (2, 1, 1), error with cells of {cell * 1e3:g} mm",
        error,
        PUBLISHED[cell],
        2e-5,
        relative=True,
        reference="discrete dispersion relation",
    )


def hold_order(validated: Validated, cell: float, order: float) -> None:
    """The order from the next coarser grid: three decimals, and 2e-5 of each of two errors."""
    validated(
        f"order, box 0.30 x 0.24 x 0.36 m, mode (2, 1, 1), {cell * 2e3:g} to {cell * 1e3:g} mm",
        order,
        ORDERS[cell],
        6e-4,
        reference="discrete dispersion relation",
    )


def test_second_order(machine64: Backend, validated: Validated) -> None:
    """Leapfrog and central differences: the error falls with the square of the cell.

    Box 0.30 x 0.24 x 0.36 m, mode (2, 1, 1), cubic cells of 30, 15, 7.5 mm at 0.99 of the limit:
    the discrete dispersion relation gives -4.0847e-3, -1.01112e-3, -2.52159e-4, orders 2.014 and
    2.004. Asserted: each error to its printed digits (2e-5), each order to its own (6e-4).
    """
    errors = {cell: relative_error(cell, machine64) for cell in (30e-3, 15e-3, 7.5e-3)}
    for cell, error in errors.items():
        hold_error(validated, cell, error)
    for cell in (15e-3, 7.5e-3):
        hold_order(validated, cell, float(np.log2(errors[2 * cell] / errors[cell])))


def test_finest_grid_of_the_series(machine64: Backend, validated: Validated) -> None:
    """The fourth member, 3.75 mm: -6.30011e-5, order 2.001 from the third."""
    error = relative_error(3.75e-3, machine64)
    hold_error(validated, 3.75e-3, error)
    hold_order(validated, 3.75e-3, float(np.log2(PUBLISHED[7.5e-3] / error)))
