"""What is done with a capacitance matrix, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.errors import InputError
from emtwin.grid import Grid
from emtwin.grid.medium import Medium
from emtwin.quasistatic import CapacitanceMatrix, StaticScene, capacitances
from emtwin.quasistatic.capacitance import elastances

# Capacitors of 1 pF (a to b), 2 pF (b to c), 3 pF (a to c), and 4 pF from c to infinity.
NETWORK = CapacitanceMatrix(("a", "b", "c"), np.array([[4.0, -1, -3], [-1, 3, -2], [-3, -2, 9]]))


def test_mutual_form():
    np.testing.assert_array_equal(NETWORK.mutual, [[0, 1, 3], [1, 0, 2], [3, 2, 4]])


def test_grounded():
    found = NETWORK.grounded(["c"])
    assert found.conductors == ("a", "b")
    np.testing.assert_array_equal(found.matrix, [[4, -1], [-1, 3]])


def test_floating():
    """With b floating, 1 and 2 pF are in series between a and c: 2/3 pF beside 3."""
    found = NETWORK.floating(["b"])
    np.testing.assert_allclose(found.mutual, [[0, 11 / 3], [11 / 3, 4]], atol=1e-12)
    assert NETWORK.floating([]).conductors == NETWORK.conductors


def test_between_two_conductors():
    """Between a and b: 1 pF beside 3 and 2 in series; the one to infinity carries nothing."""
    assert NETWORK.between("a", "b") == pytest.approx(1 + 6 / 5)


def test_between_conductors_that_know_no_infinity():
    pair = CapacitanceMatrix(("a", "b"), np.array([[2.0, -2], [-2, 2]]))
    assert pair.between("a", "b") == pytest.approx(2)


def test_losses_are_parted_from_capacitances():
    c = np.array([[2.0 - 0.5j]])
    found = CapacitanceMatrix(("a",), c, 1 / (2 * np.pi))
    assert (found.capacitance[0, 0], found.conductance[0, 0]) == pytest.approx((2.0, 0.5))
    assert not NETWORK.conductance.any()


def test_elastances_of_many_sizes():
    """A femtofarad beside a nanofarad is not taken for nothing."""
    c = np.diag([1e-15, 1e-9, 1e-12])
    np.testing.assert_allclose(elastances(c), np.diag([1e15, 1e9, 1e12]))


def test_a_floating_conductor_needs_a_capacitance_to_something():
    pair = CapacitanceMatrix(("a", "b"), np.array([[2.0, -2], [-2, 2]]))
    with pytest.raises(InputError, match="nothing defines the potentials of a, b"):
        pair.floating(["a", "b"])


def test_an_unknown_conductor_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match=r"no conductor 'd'(.|\n)*a, b, c"):
        NETWORK.index("d")


def test_a_grid_without_conductor_is_refused():
    grid = Grid.uniform((2, 2, 2), 1.0)
    with pytest.raises(InputError, match="no conductor in the grid"):
        capacitances(StaticScene(grid, Medium.vacuum(grid)))


def test_losses_at_no_frequency_are_refused():
    grid = Grid.uniform((2, 2, 2), 1.0)
    medium = Medium.vacuum(grid)
    ids = [np.zeros_like(rows) for rows in medium.ids]
    with pytest.raises(InputError, match="frequency above 0 Hz, got 0 Hz"):
        capacitances(StaticScene(grid, Medium(*ids, np.ones(2), np.zeros(2))), 0.0)
