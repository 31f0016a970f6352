"""Scattering and impedance matrices with one real reference resistance.

Waves: ``v = sqrt(R0) (a + b)``, ``i = (a - b) / sqrt(R0)`` with the current i
flowing into the network; a runs into the network, b out of it; ``b = S a``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError, RunError

Complex = NDArray[np.complex128]


def impedance_to_scattering(z: Complex, reference: float = 50.0) -> Complex:
    """Scattering matrix of an impedance matrix.

    Parameters
    ----------
    z : ndarray of complex128, shape (nf, n, n)
        Impedance matrix in ohm.
    reference : float, default 50
        Reference resistance of every port in ohm.

    Returns
    -------
    ndarray of complex128, shape (nf, n, n)
        ``S = (Z - R0) (Z + R0)^-1``, dimensionless.
    """
    eye = np.eye(matrix_of(z, "Z").shape[1])
    return transposed_solve(z + reference * eye, z - reference * eye, "Z + R0")


def scattering_to_impedance(s: Complex, reference: float = 50.0) -> Complex:
    """Impedance matrix of a scattering matrix.

    Parameters
    ----------
    s : ndarray of complex128, shape (nf, n, n)
        Scattering matrix, dimensionless.
    reference : float, default 50
        Reference resistance of every port in ohm.

    Returns
    -------
    ndarray of complex128, shape (nf, n, n)
        ``Z = R0 (1 + S) (1 - S)^-1`` in ohm.

    Raises
    ------
    RunError
        If ``1 - S`` is singular (an ideal open); use the scattering form then.
    """
    eye = np.eye(matrix_of(s, "S").shape[1])
    return reference * transposed_solve(eye - s, eye + s, "1 - S")


def thevenin_from_reference(z: Complex, voltages: Complex, reference: float = 50.0) -> Complex:
    """Open-circuit voltages that cause given voltages across the reference loads.

    Parameters
    ----------
    z : ndarray of complex128, shape (nf, n, n)
        Impedance matrix in ohm.
    voltages : ndarray of complex128, shape (nf, n)
        Port voltages with every port loaded by `reference`, in volt.
    reference : float, default 50
        Reference resistance of every port in ohm.

    Returns
    -------
    ndarray of complex128, shape (nf, n)
        ``(1 + Z / R0) v`` in volt: the Thevenin source behind `z`.
    """
    drops = np.einsum("fij,fj->fi", matrix_of(z, "Z"), voltages)
    return np.asarray(voltages + drops / reference, dtype=np.complex128)


def matrix_of(values: Complex, name: str) -> Complex:
    """Check a stack of square matrices, shape (nf, n, n), all finite."""
    if values.ndim != 3 or values.shape[1] != values.shape[2]:
        raise InputError.single(f"{name} must have shape (nf, n, n), got {values.shape}")
    if not np.all(np.isfinite(values)):
        raise InputError.single(f"{name} has values that are not finite")
    return values


def solve(matrix: Complex, right: Complex, name: str) -> Complex:
    """Solve ``matrix x = right`` at every frequency; shapes (nf, n, n) and (nf, n).

    Raises
    ------
    RunError
        If a matrix is singular: a resonance without any loss.
    """
    try:
        answer = np.linalg.solve(matrix, right[..., np.newaxis])[..., 0]
    except np.linalg.LinAlgError:
        raise _singular(matrix, name) from None
    return np.asarray(answer, dtype=np.complex128)


def transposed_solve(matrix: Complex, left: Complex, name: str) -> Complex:
    """Return ``left @ inverse(matrix)`` at every frequency, shapes (nf, n, n).

    Raises
    ------
    RunError
        If a matrix is singular.
    """
    try:
        answer = np.linalg.solve(matrix.transpose(0, 2, 1), left.transpose(0, 2, 1))
    except np.linalg.LinAlgError:
        raise _singular(matrix, name) from None
    return np.asarray(answer.transpose(0, 2, 1), dtype=np.complex128)


def _singular(matrix: Complex, name: str) -> RunError:
    at = int(np.argmax(np.linalg.cond(matrix)))
    return RunError(
        f"{name} is singular at frequency index {at}: network and terminations resonate there "
        "without loss, or a port is open; give a termination some resistance"
    )
