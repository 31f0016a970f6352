"""Approximate inverses of symmetric positive (semi-)definite sparse matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[Any]
Sparse = Any
Apply = Callable[[Numbers], Numbers]

_COARSEST = 200  # unknowns that are solved directly
_RELAXATION = 1.5


def precondition(matrix: Sparse) -> tuple[Apply, str]:
    """An approximate inverse of `matrix`, and its name.

    Parameters
    ----------
    matrix : scipy.sparse array, shape (n, n)
        Symmetric; the diagonal has no zero. If complex, real and imaginary part are semi-definite:
        the inverse is that of (+-) the one plus (+-) the other, which differs from `matrix` by a
        factor between 1 / sqrt 2 and 1, whatever their ratio.

    Returns
    -------
    apply : callable
        From a residual to a correction; real or complex, linear and symmetric.
    name : str
        ``multigrid`` or what stands for it.
    """
    real = _real_equivalent(matrix)
    try:
        import pyamg  # noqa: F401  (only whether it is there)
    except ImportError:
        name = "over-relaxation; pip install 'emtwin[quasistatic]' adds multigrid, which is faster"
        return _by_parts(_relaxation(real)), name
    return _by_parts(_multigrid(real)), "multigrid"


def _real_equivalent(matrix: Sparse) -> Sparse:
    if not np.iscomplexobj(matrix):
        return matrix
    total = 0
    for part in (matrix.real, matrix.imag):
        total = total + (part if part.diagonal().sum() >= 0 else -part)
    return total


def _multigrid(matrix: Sparse) -> Apply:
    """One V-cycle of classical algebraic multigrid (Ruge and Stueben).

    For finite differences on graded grids it needs about half the time of smoothed aggregation, and
    nothing in it is drawn by chance.
    """
    import pyamg
    from scipy import sparse

    levels = pyamg.ruge_stuben_solver(sparse.csr_matrix(matrix), max_coarse=_COARSEST)
    cycle: Apply = levels.aspreconditioner(cycle="V").matvec
    return cycle


def _relaxation(matrix: Sparse) -> Apply:
    """Symmetric successive over-relaxation: (D/w + L) D^-1 (D/w + L)^T, up to a factor."""
    from scipy import sparse
    from scipy.sparse.linalg import splu

    diagonal = matrix.diagonal()
    lower = sparse.csc_matrix(sparse.tril(matrix, -1) + sparse.diags_array(diagonal / _RELAXATION))
    # A triangular matrix is its own factor: no fill, and both substitutions run in C.
    factor = splu(
        lower, permc_spec="NATURAL", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
    )
    return lambda r: factor.solve(diagonal * factor.solve(r), "T")


def _by_parts(apply: Apply) -> Apply:
    """The same for complex residuals, real and imaginary part for themselves."""

    def both(r: Numbers) -> Numbers:
        """Apply to both parts."""
        if not np.iscomplexobj(r):
            return apply(r)
        return apply(np.ascontiguousarray(r.real)) + 1j * apply(np.ascontiguousarray(r.imag))

    return both
