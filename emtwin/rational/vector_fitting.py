"""Relaxed vector fitting: a rational function through samples over frequency.

Poles are found by turns: with trial poles a_m, sigma(s) f(s) = p(s) is linear in the residues of
sigma and p, and the zeros of sigma are better poles. Relaxed: the constant of sigma is free, and
its mean over the samples is one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import TWO_PI
from emtwin.errors import InputError
from emtwin.rational.pole_residue import PoleResidue

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]

_TURNS = 20


def vector_fit(
    frequency: Real,
    values: Complex,
    n_poles: int,
    *,
    weight: Real | None = None,
    static: bool = False,
) -> PoleResidue:
    """Fit stable poles to samples of a real rational function.

    Parameters
    ----------
    frequency : ndarray of float64, shape (n,)
        Frequencies in Hz, above 0.
    values : ndarray of complex128, shape (n,)
        Samples for exp(+jwt).
    n_poles : int
        Number of poles, both of a pair counted.
    weight : ndarray of float64, shape (n,), optional
        Weight of each sample; 1 / abs(values) if left out.
    static : bool
        Add a pole at 0: the conductivity of a permittivity.

    Returns
    -------
    PoleResidue
        Least-squares fit with stable poles; nothing is said of its passivity.

    Raises
    ------
    InputError
        If there are fewer samples than unknowns.

    References
    ----------
    B. Gustavsen and A. Semlyen, IEEE Trans. Power Delivery 14 (1999) 1052-1061; B. Gustavsen,
    IEEE Trans. Power Delivery 21 (2006) 1587-1592 (relaxation).
    """
    if 2 * frequency.size < 2 * n_poles + 3:
        raise InputError.single(
            f"{frequency.size} samples cannot tell {n_poles} poles",
            field="n_poles",
            remedy="give more samples, or ask for fewer poles",
        )
    scale = TWO_PI * float(frequency.max())  # poles of order one
    s = np.asarray(1j * TWO_PI * frequency / scale, np.complex128)
    w: Real = np.asarray(1 / np.abs(values) if weight is None else weight, np.float64)
    poles = _start(np.asarray(s.imag, np.float64), n_poles)
    for _ in range(_TURNS):
        moved = _relocated(s, values, w, poles, static)
        settled = moved.size == poles.size and np.allclose(moved, poles, rtol=1e-12)
        poles = moved
        if settled:
            break
    return _residues(s, values, w, poles, static, scale)


def _start(omega: Real, n: int) -> Complex:
    """Pairs with 1 % damping spread over the band, and one real pole where the number is odd."""
    spread = np.geomspace(omega.min(), omega.max(), max(n // 2, 1))
    pairs = (-0.01 + 1j) * spread[: n // 2]
    single = [-np.sqrt(omega.min() * omega.max()) + 0j] if n % 2 else []
    return np.concatenate((np.array(single, np.complex128), pairs))


def _basis(s: Complex, poles: Complex) -> Complex:
    """Columns whose real combinations are the real functions with these poles."""
    columns = []
    for pole in poles:
        one, other = 1 / (s - pole), 1 / (s - pole.conjugate())
        columns += [one + other, 1j * (one - other)] if pole.imag else [one]
    return np.stack(columns, -1) if columns else np.empty((s.size, 0), np.complex128)


def _numerator(s: Complex, poles: Complex, static: bool) -> Complex:
    parts = [_basis(s, poles), np.ones((s.size, 1))]
    return np.concatenate([*parts, 1 / s[:, None]] if static else parts, axis=1)


def _relocated(s: Complex, values: Complex, weight: Real, poles: Complex, static: bool) -> Complex:
    """Zeros of sigma, those on the right mirrored to the left; one of each pair."""
    basis, top = _basis(s, poles), _numerator(s, poles, static)
    sigma = np.concatenate((basis, np.ones((s.size, 1))), axis=1)
    rows = weight[:, None] * np.concatenate((top, -values[:, None] * sigma), axis=1)
    size = np.linalg.norm(weight * values) / s.size
    mean = size * np.concatenate((np.zeros(top.shape[1]), sigma.real.sum(axis=0)))
    matrix = np.concatenate((rows.real, rows.imag, mean[None, :]))
    right = np.append(np.zeros(2 * s.size), size * s.size)
    length = np.linalg.norm(matrix, axis=0)
    solution = np.linalg.lstsq(matrix / length, right, rcond=None)[0] / length
    found = solution[top.shape[1] :]
    zeros = np.linalg.eigvals(_companion(poles, found[:-1], found[-1]))
    zeros = -np.abs(zeros.real) + 1j * zeros.imag
    kept: Complex = np.sort_complex(zeros[zeros.imag >= 0])
    return kept


def _companion(poles: Complex, residues: Real, constant: float) -> Real:
    """Matrix whose eigenvalues are the zeros of constant + sum residues * basis."""
    n = residues.size
    matrix, inflow, at = np.zeros((n, n)), np.zeros(n), 0
    for pole in poles:
        if pole.imag:
            block = [[pole.real, pole.imag], [-pole.imag, pole.real]]
            matrix[at : at + 2, at : at + 2] = block
            inflow[at] = 2.0
            at += 2
        else:
            matrix[at, at], inflow[at] = pole.real, 1.0
            at += 1
    return matrix - np.outer(inflow, residues) / constant


def _residues(
    s: Complex, values: Complex, weight: Real, poles: Complex, static: bool, scale: float
) -> PoleResidue:
    rows = weight[:, None] * _numerator(s, poles, static)
    right = weight * values
    matrix, length = np.concatenate((rows.real, rows.imag)), np.linalg.norm(rows, axis=0)
    known = np.concatenate((right.real, right.imag))
    found = iter((np.linalg.lstsq(matrix / length, known, rcond=None)[0] / length).tolist())
    residues = [complex(next(found), next(found) if p.imag else 0.0) for p in poles]
    constant, rest = next(found), list(found)
    every = [*poles, 0j] if static else list(poles)
    strengths = [*residues, *(complex(r) for r in rest)]
    return PoleResidue(
        constant, tuple(complex(p * scale) for p in every), tuple(r * scale for r in strengths)
    )
