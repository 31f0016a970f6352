"""Debye terms with steps that are not negative: passive whatever the data."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import TWO_PI
from emtwin.rational.pole_residue import PoleResidue

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

_BEYOND = 30.0  # a relaxation farther outside the band is a constant or a conductivity in it


def debye_terms(frequency: Real, values: Complex, n_terms: int) -> PoleResidue:
    """Fit 1 + d_0 + sum d_m / (1 + jw tau_m) + sigma / (jw eps0), no d or sigma below 0.

    The relative error is least in the mean square. For given relaxation times the steps and the
    conductivity are non-negative least squares; the times are moved until the error stops to fall.

    Parameters
    ----------
    frequency : ndarray of float64, shape (n,)
        Frequencies in Hz, above 0.
    values : ndarray of complex128, shape (n,)
        Relative permittivity for exp(+jwt).
    n_terms : int
        Number of relaxation times.
    """
    from scipy.optimize import least_squares

    omega = TWO_PI * frequency
    start = -np.log(np.geomspace(omega.min(), omega.max(), n_terms + 2)[1:-1])
    far = np.log(_BEYOND)
    bounds = (-np.log(omega.max()) - far, -np.log(omega.min()) + far)
    best = least_squares(lambda x: _solved(omega, values, x)[1], start, bounds=bounds, max_nfev=60)
    steps, _ = _solved(omega, values, best.x)
    rates = np.exp(-best.x)
    poles = [complex(-rate) for rate, d in zip(rates, steps[1:-1], strict=True) if d > 0]
    residues = [complex(d * rate) for rate, d in zip(rates, steps[1:-1], strict=True) if d > 0]
    if steps[-1] > 0:
        poles, residues = [*poles, 0j], [*residues, complex(steps[-1] * omega.min())]
    return PoleResidue(1.0 + steps[0], tuple(poles), tuple(residues))


def _solved(omega: Real, values: Complex, log_times: Real) -> tuple[Real, Real]:
    """Steps (constant, relaxations, sigma / (eps0 w) at the lowest w), weighted residuals."""
    from scipy.optimize import nnls

    jw = 1j * omega[:, None]
    columns = (
        np.ones((omega.size, 1)),
        1 / (1 + jw * np.exp(log_times)),
        omega.min() / jw,
    )
    rows = np.concatenate(columns, axis=1) / np.abs(values)[:, None]
    right = (values - 1.0) / np.abs(values)
    matrix = np.concatenate((rows.real, rows.imag))
    known = np.concatenate((right.real, right.imag))
    steps = nnls(matrix, known)[0]
    return steps, matrix @ steps - known
