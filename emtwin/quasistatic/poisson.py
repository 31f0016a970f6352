"""Sparse symmetric systems of a potential: node operator, and the solver for all of them.

The node operator is that of finite differences on the Yee grid: an edge between two nodes carries
the flux (value x dual area / length) x difference of potential, and at a node without source the
fluxes add up to zero. It is the operator of a network of admittances.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emtwin.backends.host_threads import quiet_matrices
from emtwin.errors import InputError, RunError
from emtwin.grid import Grid
from emtwin.quasistatic.preconditioners import Apply, precondition

Numbers = NDArray[Any]  # real or complex
Sparse = Any  # scipy.sparse.csr_array, which has no type stubs

TOLERANCE = 1e-10
MAX_ITERATIONS = 2000
BALANCE = 1e-8
"""Sum of the sources of a part without fixed potential, as a share of their moduli: round-off."""

FINER = 1e-2
"""Of the tolerance, for potentials of which the residual would leave displacement currents open."""


class Solution(NamedTuple):
    """A potential, and how well it solves its system.

    Parameters
    ----------
    values : ndarray, shape (n,)
        The unknowns, real or complex as the system.
    residual : float
        |b - A x| / |b|, computed anew from `values`; 0 where b is 0. Each row counts by the inverse
        of its diagonal in the squares, so that bad conductors are not lost beside good ones.
    iterations : int
        Steps of conjugate gradients.
    """

    values: Numbers
    residual: float
    iterations: int


def edge_admittances(grid: Grid, values: Numbers) -> Numbers:
    """Flux per unit of potential difference along each edge: value x dual area / length.

    Parameters
    ----------
    grid : Grid
        The grid.
    values : ndarray, shape (3, nx+1, ny+1, nz+1) or any that spreads to it
        Permittivity (F/m), conductivity (S/m) or their complex sum of the edges along x, y, z.
        What stands where there is no edge, in the last plane along its axis, is ignored.

    Returns
    -------
    ndarray, shape (3, nx+1, ny+1, nz+1)
        In F or S; zero where there is no edge. Dual areas end at the outer faces of the grid, which
        therefore are faces without flux.
    """
    values = np.broadcast_to(values, (3, *grid.nodes))
    result = np.zeros(values.shape, np.result_type(values, np.float64))
    for axis in range(3):
        factors = [1 / grid.spacings[a] if a == axis else grid.dual_spacings[a] for a in range(3)]
        shape = np.einsum("i,j,k->ijk", *factors)
        inside = tuple(slice(0, n) for n in shape.shape)
        result[axis][inside] = values[axis][inside] * shape
    return result


def node_operator(grid: Grid, admittances: Numbers) -> Sparse:
    """Matrix of the network: (A phi)_n = sum over the edges at n of y (phi_n - phi_neighbour).

    Parameters
    ----------
    grid : Grid
        The grid.
    admittances : ndarray, shape (3, nx+1, ny+1, nz+1)
        As `edge_admittances` gives them.

    Returns
    -------
    scipy.sparse.csr_array, shape (nodes, nodes)
        Symmetric (not Hermitian) and without source or sink: every row adds up to zero. Nodes are
        numbered as in ``reshape(-1)`` of an array of shape `grid.nodes`.
    """
    from scipy import sparse

    tails, heads, weights = [], [], []
    for stride, values in zip(grid.node_strides, admittances, strict=True):
        tail = np.flatnonzero(values)
        tails.append(tail)
        heads.append(tail + stride)
        weights.append(values.reshape(-1)[tail])
    tail, head, y = (np.concatenate(parts) for parts in (tails, heads, weights))
    n = int(np.prod(grid.nodes))
    rows = np.concatenate((tail, head, tail, head)).astype(np.int32)
    columns = np.concatenate((head, tail, tail, head)).astype(np.int32)
    return sparse.csr_array((np.concatenate((-y, -y, y, y)), (rows, columns)), shape=(n, n))


@dataclass(eq=False)
class PotentialSolver:
    """Solves A x = b for a symmetric positive (semi-)definite A, several times.

    A may be complex symmetric if its real and imaginary parts are semi-definite, as conductance
    and susceptance are. Unknowns whose rows are empty stay 0. In a part of the network that nothing
    ties to a fixed potential, sources must add up to zero, and the mean of the potential is set
    to zero.

    Method: conjugate gradients (for complex A the conjugate orthogonal form, van der Vorst and
    Melissen, IEEE Trans. Magn. 26, 1990, p. 706), preconditioned with the sum of the moduli of both
    parts: multigrid where pyamg is installed, else symmetric successive over-relaxation.

    Parameters
    ----------
    matrix : scipy.sparse array, shape (n, n)
        A.
    tolerance : float
        Largest residual, see `Solution`.
    max_iterations : int
        Steps after which it gives up.
    name : str
        What is solved, for messages.
    near : scipy.sparse array, shape (n, n), optional
        A matrix like A, and easier, to precondition with; A itself if left out.
    """

    matrix: Sparse
    tolerance: float = TOLERANCE
    max_iterations: int = MAX_ITERATIONS
    name: str = "potential"
    near: Sparse | None = None
    preconditioner: str = field(init=False)
    """Which one is in use, in words."""

    def __post_init__(self) -> None:
        from scipy import sparse

        matrix = sparse.csr_array(self.matrix)
        if matrix.shape[0] != matrix.shape[1]:
            raise InputError.single(f"{self.name}: the matrix has shape {matrix.shape}, not square")
        self._used = np.flatnonzero(matrix.diagonal())
        kept = self._kept(matrix)
        # To numbers near 1 by a power of two: sizes of any unit give the same digits.
        largest = float(np.abs(kept.diagonal()).max(initial=1e-300))
        self._scale = 2.0 ** -np.floor(np.log2(largest))
        self._system = kept * self._scale
        self._weight = 1 / np.sqrt(np.abs(self._system.diagonal()))
        self._floating = _Floating.of(self._system)
        near = self._system if self.near is None else self._kept(self.near) * self._scale
        with quiet_matrices():
            self._apply, self.preconditioner = precondition(near)

    def _kept(self, matrix: Sparse) -> Sparse:
        """Rows and columns that are used."""
        if self._used.size == matrix.shape[0]:
            return matrix
        return matrix[self._used][:, self._used]

    def solve(self, source: Numbers) -> Solution:
        """The potential of `source`, shape (n,).

        Raises
        ------
        InputError
            If a source feeds an empty row, or sources without a fixed potential do not add up
            to zero.
        RunError
            If the iteration does not reach the tolerance.
        """
        source = np.asarray(source)
        b = source[self._used] * self._scale
        if np.count_nonzero(source) > np.count_nonzero(b):
            raise InputError.single(
                f"{self.name}: a source lies at a node that nothing conducts to",
                remedy="put sources where the medium conducts, or fix the potential there",
            )
        self._floating.check(b, self.name)
        norm = float(np.linalg.norm(self._weight * b))
        if norm == 0:
            return Solution(np.zeros(source.shape, np.result_type(b, self._system.dtype)), 0.0, 0)
        goal = self.tolerance * norm
        with quiet_matrices():
            x, steps = conjugate_gradients(
                self._system, b, self._apply, self._weight, goal, self.max_iterations
            )
        x -= self._floating.means(x)
        residual = float(np.linalg.norm(self._weight * (b - self._system @ x))) / norm
        if not residual <= 10 * self.tolerance:  # also where it is NaN; ten for round-off
            raise RunError(
                f"{self.name}: the solution of {b.size} unknowns has a residual of {residual:.1e} "
                f"after {steps} steps ({self.preconditioner}), wanted {self.tolerance:.1e}. "
                "Very unequal cells or materials do that: use a coarser ratio, or more steps"
            )
        values = np.zeros(source.shape, x.dtype)
        values[self._used] = x
        return Solution(values, residual, steps)


def conjugate_gradients(
    matrix: Sparse, b: Numbers, apply: Apply, weight: Numbers, goal: float, max_iterations: int
) -> tuple[Numbers, int]:
    """Preconditioned conjugate gradients without conjugation: for real and complex symmetric A.

    Parameters
    ----------
    matrix : scipy.sparse array, shape (n, n)
        A.
    b : ndarray, shape (n,)
        Right-hand side.
    apply : callable
        The preconditioner, r to z.
    weight : ndarray, shape (n,)
        Of the rows in the norm.
    goal : float
        |weight (b - A x)| at which to stop.
    max_iterations : int
        Steps after which to stop.

    Returns
    -------
    values : ndarray, shape (n,)
        x, as far as it came.
    steps : int
        Steps taken.
    """
    x: Numbers = np.zeros(b.shape, np.result_type(b, matrix.dtype))
    r: Numbers = b.astype(x.dtype)
    z = apply(r)
    p, rz = z.copy(), r @ z
    for step in range(1, max_iterations + 1):
        q = matrix @ p
        alpha = rz / (p @ q)
        x += alpha * p
        r -= alpha * q
        if not np.linalg.norm(weight * r) > goal:  # reached, or no longer finite
            return x, step
        z = apply(r)
        rz, before = r @ z, rz
        p = z + (rz / before) * p
    return x, max_iterations


@dataclass(frozen=True, eq=False)
class _Floating:
    """Parts of a network that nothing ties to a fixed potential."""

    label: NDArray[np.int64]  # part of every unknown; 0 where a potential is fixed
    count: int

    @classmethod
    def of(cls, matrix: Sparse) -> _Floating:
        """Parts of `matrix` in which every row adds up to zero."""
        from scipy.sparse import csgraph

        n, part = csgraph.connected_components(matrix != 0, directed=False)
        excess = np.abs(matrix @ np.ones(matrix.shape[0])) / np.abs(matrix.diagonal())
        tied = np.zeros(n)
        np.maximum.at(tied, part, excess)
        number = np.where(tied > 1e-12, 0, np.cumsum(tied <= 1e-12))
        return cls(number[part].astype(np.int64), int(number.max(initial=0)))

    def check(self, b: Numbers, name: str) -> None:
        """Refuse sources that do not add up to zero."""
        if not self.count:
            return
        net = np.abs(self._sums(b))[1:]
        gross = self._sums(np.abs(b))[1:]
        wrong = np.flatnonzero(net > BALANCE * gross)
        if wrong.size:
            worst = wrong[np.argmax(net[wrong])]
            raise InputError.single(
                f"{name}: in a part of {np.count_nonzero(self.label == worst + 1)} nodes without "
                f"fixed potential the sources add up to {net[worst] / gross[worst]:.2g} of "
                "their moduli instead of 0",
                remedy="let as much current out as in, or fix the potential of a node there",
            )

    def means(self, x: Numbers) -> Numbers:
        """The mean of its own floating part at every unknown, 0 in the others."""
        if not self.count:
            return np.zeros((), x.dtype)
        sizes = np.bincount(self.label, minlength=self.count + 1)
        mean = self._sums(x) / np.maximum(sizes, 1)
        mean[0] = 0
        values: Numbers = mean[self.label]
        return values

    def _sums(self, x: Numbers) -> Numbers:
        """Sum over each part."""
        if np.iscomplexobj(x):
            return self._sums(x.real) + 1j * self._sums(x.imag)
        return np.bincount(self.label, x, minlength=self.count + 1)
