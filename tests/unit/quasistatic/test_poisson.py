"""Networks of admittances: answers known by hand, and what is refused."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from emtwin.errors import InputError, RunError
from emtwin.grid import Grid
from emtwin.quasistatic.poisson import PotentialSolver, edge_admittances, node_operator

GRID = Grid(np.cumsum([0.0, 1, 2, 1, 3]), np.cumsum([0.0, 2, 1, 1]), np.cumsum([0.0, 1, 1, 4]))


@pytest.fixture(params=["multigrid", "over-relaxation"])
def preconditioner(request, monkeypatch):
    """With pyamg, and as if it were not installed."""
    if request.param == "multigrid":
        pytest.importorskip("pyamg")
    else:
        monkeypatch.setitem(sys.modules, "pyamg", None)
    return request.param


def flat(grid, node):
    return int(np.ravel_multi_index(node, grid.nodes))


def uniform_current(value):
    """A current of 1 through the whole cross-section, from the plane x = 0 to the last plane."""
    admittances = edge_admittances(GRID, value)
    source = np.zeros(GRID.nodes, np.result_type(value, float))
    area = np.multiply.outer(GRID.dual_spacings[1], GRID.dual_spacings[2])
    source[0], source[-1] = area / area.sum(), -area / area.sum()
    return node_operator(GRID, admittances), source.reshape(-1)


@pytest.mark.parametrize("value", [0.5, 0.5 + 2j, 1e-12j])
def test_a_uniform_bar_has_length_over_value_and_area(preconditioner, value):
    """7 m long and 4 m x 6 m across: the difference of potential is 7 / (24 value), exactly."""
    matrix, source = uniform_current(value)
    solver = PotentialSolver(matrix)
    found = solver.solve(source)
    drop = found.values.reshape(GRID.nodes)[0] - found.values.reshape(GRID.nodes)[-1]
    assert solver.preconditioner.startswith(preconditioner)
    np.testing.assert_allclose(drop, 7 / (24 * value), rtol=1e-9)
    assert found.residual < 1e-9
    assert abs(found.values.mean()) < 1e-9 * abs(drop).max()


def test_the_operator_is_symmetric_and_without_source():
    values = np.random.default_rng(1).uniform(0.1, 9, (3, *GRID.nodes))
    matrix = node_operator(GRID, edge_admittances(GRID, values))
    assert abs(matrix - matrix.T).max() == 0
    np.testing.assert_allclose(matrix.sum(axis=0), 0, atol=1e-12)


@pytest.mark.parametrize("ratio", [1e-6, 1.0, 1e6])
def test_complex_materials_agree_with_a_direct_solution(preconditioner, ratio):
    """Random conductance and susceptance, whatever their ratio; one node tied to ground."""
    from scipy.sparse.linalg import spsolve

    rng = np.random.default_rng(2)
    grid = Grid.uniform((7, 6, 5), 1.0)
    values = rng.uniform(0.1, 9, (3, *grid.nodes)) + 1j * ratio * rng.uniform(
        0.1, 9, (3, *grid.nodes)
    )
    matrix = node_operator(grid, edge_admittances(grid, values)).tolil()
    matrix[0, 0] *= 2
    source = rng.standard_normal(matrix.shape[0])
    found = PotentialSolver(matrix.tocsr()).solve(source)
    expected = spsolve(matrix.tocsc(), source.astype(complex))
    assert np.linalg.norm(found.values - expected) < 1e-7 * np.linalg.norm(expected)


def test_sizes_of_any_unit_give_the_same_digits(preconditioner):
    """All admittances times 2^-40: the potential times 2^40, bit by bit."""
    matrix, source = uniform_current(1.0)
    one = PotentialSolver(matrix).solve(source).values
    other = PotentialSolver(matrix * 2.0**-40).solve(source).values
    np.testing.assert_array_equal(other, one * 2.0**40)


def test_two_floating_parts_are_solved_apart(preconditioner):
    """Edges along x only: every line of nodes is a part of its own."""
    values = np.zeros((3, *GRID.nodes))
    values[0] = 1.0
    matrix = node_operator(GRID, edge_admittances(GRID, values))
    source = np.zeros(matrix.shape[0])
    source[flat(GRID, (0, 1, 1))], source[flat(GRID, (4, 1, 1))] = 1.0, -1.0
    phi = PotentialSolver(matrix).solve(source).values.reshape(GRID.nodes)
    area = GRID.dual_spacings[1][1] * GRID.dual_spacings[2][1]
    assert phi[0, 1, 1] - phi[4, 1, 1] == pytest.approx(7 / area, rel=1e-9)
    phi[:, 1, 1] = 0
    np.testing.assert_allclose(phi, 0, atol=1e-12)


def test_unequal_sources_of_a_floating_part_are_refused():
    matrix, source = uniform_current(1.0)
    source[0] *= 1.5
    with pytest.raises(InputError, match=r"part of 80 nodes without\s+fixed potential"):
        PotentialSolver(matrix).solve(source)


def test_a_source_where_nothing_conducts_is_refused():
    values = np.zeros((3, *GRID.nodes))
    values[0, :, 1, 1] = 1.0
    matrix = node_operator(GRID, edge_admittances(GRID, values))
    source = np.zeros(matrix.shape[0])
    source[0] = 1.0
    with pytest.raises(InputError, match="nothing conducts to"):
        PotentialSolver(matrix).solve(source)


def test_a_matrix_that_is_not_square_is_refused():
    from scipy import sparse

    with pytest.raises(InputError, match="not square"):
        PotentialSolver(sparse.csr_array((2, 3)))


def test_no_convergence_is_an_error_with_figures():
    grid = Grid.uniform((9, 9, 9), 1.0)
    matrix = node_operator(grid, edge_admittances(grid, 1.0))
    noise = np.random.default_rng(3).standard_normal(matrix.shape[0])
    solver = PotentialSolver(matrix, max_iterations=1, tolerance=1e-13)
    with pytest.raises(RunError, match=r"1000 unknowns has a residual of \S+ after 1 steps"):
        solver.solve(noise - noise.mean())
