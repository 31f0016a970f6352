"""Attach terminations and sources to the ports of a linear network.

A termination is a complex impedance from 0 (short) to infinity (open). It is
kept as the pair ``p v = q i`` with p and q at most 1 in size, so that neither
end of that range divides by zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import TWO_PI
from emtwin.errors import InputError
from emtwin.network.scattering import Complex, matrix_of, solve


@dataclass(frozen=True, eq=False)
class PortState:
    """Voltages and currents at the ports, as the sources count them (peak or rms).

    Parameters
    ----------
    voltages : ndarray of complex128, shape (nf, n)
        Port voltages in volt.
    currents : ndarray of complex128, shape (nf, n)
        Port currents **into the network** in ampere.
    reference : float
        Reference resistance of the waves in ohm.
    """

    voltages: Complex
    currents: Complex
    reference: float = 50.0

    @property
    def incident(self) -> Complex:
        """Waves a that run into the network, in sqrt(W), shape (nf, n)."""
        r0 = self.reference
        return (self.voltages + r0 * self.currents) / (2.0 * math.sqrt(r0))

    @property
    def absorbed(self) -> NDArray[np.float64]:
        """``Re(v conj i)``: power into each port, in W for rms values, shape (nf, n)."""
        return np.real(self.voltages * np.conj(self.currents))


def parallel_rc(
    frequencies: NDArray[np.float64], resistance: float, capacitance: float = 0.0
) -> Complex:
    """Impedance of a resistor and a capacitor in parallel.

    Parameters
    ----------
    frequencies : ndarray of float64, shape (nf,)
        Frequencies in hertz.
    resistance : float
        Resistance in ohm; 0 is a short, ``inf`` leaves the capacitor alone.
    capacitance : float, default 0
        Capacitance in farad.

    Returns
    -------
    ndarray of complex128, shape (nf,)
        Impedance in ohm; ``inf`` where nothing conducts.

    Raises
    ------
    InputError
        If a value is negative or not a number.
    """
    if not resistance >= 0.0 or not (capacitance >= 0.0 and math.isfinite(capacitance)):
        raise InputError.single(
            f"a termination needs a resistance of 0 ohm or more and a capacitance of 0 F or more, "
            f"got {resistance:g} ohm and {capacitance:g} F",
            field="termination",
        )
    if resistance == 0.0:
        return np.zeros(np.shape(frequencies), dtype=np.complex128)
    admittance = 1.0 / resistance + 1j * TWO_PI * np.asarray(frequencies) * capacitance
    impedance = np.full(admittance.shape, np.inf, dtype=np.complex128)
    np.divide(1.0, admittance, out=impedance, where=admittance != 0.0)
    return impedance


def attach(z: Complex, sources: Complex, terminations: Complex) -> PortState:
    """Terminate a network that holds the sources itself (immunity).

    Parameters
    ----------
    z : ndarray of complex128, shape (nf, n, n)
        Impedance matrix in ohm.
    sources : ndarray of complex128, shape (nf, n)
        Open-circuit (Thevenin) voltages in volt.
    terminations : ndarray of complex128, broadcastable to (nf, n)
        Impedance at each port in ohm, 0 and inf included.

    Returns
    -------
    PortState
        Voltages across the terminations and currents into the network, which
        are minus the currents through the terminations.

    Raises
    ------
    InputError
        If shapes disagree or a termination has a negative resistance.
    RunError
        If network and terminations resonate without loss.
    """
    p, q = _pairs(terminations, _matching(z, sources))
    through = _currents(z, sources, p, q)
    # Near a short the difference of two large numbers would leave only round-off.
    across = np.where(
        np.abs(p) >= np.abs(q),
        q * through / np.where(p == 0.0, 1.0, p),
        sources - np.einsum("fij,fj->fi", z, through),
    )
    return PortState(across, -through)


def drive(z: Complex, emf: Complex, terminations: Complex) -> PortState:
    """Drive a source-free network by an e.m.f. behind each termination (emission).

    Parameters
    ----------
    z : ndarray of complex128, shape (nf, n, n)
        Impedance matrix in ohm.
    emf : ndarray of complex128, shape (nf, n)
        E.m.f. in series with the termination of each port in volt; 0 where
        the port is only loaded.
    terminations : ndarray of complex128, broadcastable to (nf, n)
        Source or load impedance in ohm, 0 and inf included.

    Returns
    -------
    PortState
        Port voltages and currents into the network.

    Raises
    ------
    InputError
        If shapes disagree or a termination has a negative resistance.
    RunError
        If network and terminations resonate without loss.
    """
    p, q = _pairs(terminations, _matching(z, emf))
    into = _currents(z, emf, p, q)
    return PortState(np.einsum("fij,fj->fi", z, into), into)


def attach_scattering(
    s: Complex, reference_voltages: Complex, terminations: Complex, reference: float = 50.0
) -> PortState:
    """Terminate a network known by its scattering matrix (immunity).

    Unlike `attach` it also serves networks without an impedance matrix.

    Parameters
    ----------
    s : ndarray of complex128, shape (nf, n, n)
        Scattering matrix, dimensionless.
    reference_voltages : ndarray of complex128, shape (nf, n)
        Voltages that the field causes across the reference resistances, all
        ports loaded by them, in volt.
    terminations : ndarray of complex128, broadcastable to (nf, n)
        Impedance at each port in ohm, 0 and inf included.
    reference : float, default 50
        Reference resistance in ohm.

    Returns
    -------
    PortState
        Voltages across the terminations and currents into the network.

    Raises
    ------
    InputError
        If shapes disagree or a termination has a negative resistance.
    RunError
        If network and terminations resonate without loss.
    """
    gamma = _reflections(terminations, _matching(s, reference_voltages), reference)
    outgoing = solve(
        np.eye(s.shape[1]) - s * gamma[:, np.newaxis, :],
        reference_voltages / math.sqrt(reference),
        "1 - S gamma",
    )
    return _from_waves(gamma * outgoing, outgoing, reference)


def drive_scattering(
    s: Complex, emf: Complex, terminations: Complex, reference: float = 50.0
) -> PortState:
    """Drive a network known by its scattering matrix (emission).

    Parameters
    ----------
    s : ndarray of complex128, shape (nf, n, n)
        Scattering matrix, dimensionless.
    emf : ndarray of complex128, shape (nf, n)
        E.m.f. in series with the termination of each port in volt.
    terminations : ndarray of complex128, broadcastable to (nf, n)
        Source or load impedance in ohm, 0 and inf included.
    reference : float, default 50
        Reference resistance in ohm.

    Returns
    -------
    PortState
        Port voltages and currents into the network. Fields follow by
        superposition: `PortState.incident` at port k, divided by the incident
        wave of the extraction run of port k, weighs the field of that run.

    Raises
    ------
    InputError
        If shapes disagree or a termination has a negative resistance.
    RunError
        If network and terminations resonate without loss.
    """
    gamma = _reflections(terminations, _matching(s, emf), reference)
    # sqrt(R0) E / (Z + R0) = E (1 - gamma) / (2 sqrt(R0)), which is 0 for an open end.
    launched = emf * (1.0 - gamma) / (2.0 * math.sqrt(reference))
    incident = solve(np.eye(s.shape[1]) - gamma[:, :, np.newaxis] * s, launched, "1 - gamma S")
    return _from_waves(incident, np.einsum("fij,fj->fi", s, incident), reference)


def _currents(z: Complex, sources: Complex, p: Complex, q: Complex) -> Complex:
    """Currents that the sources drive round the loops of network and terminations."""
    currents = solve(p[:, :, np.newaxis] * z + _diagonal(q), p * sources, "Z + termination")
    # Row pivoting leaves round-off where an open end carries exactly nothing.
    return np.where(p == 0.0, 0.0, currents)


def _from_waves(incident: Complex, outgoing: Complex, reference: float) -> PortState:
    root = math.sqrt(reference)
    return PortState(root * (incident + outgoing), (incident - outgoing) / root, reference)


def _matching(matrix: Complex, vectors: Complex) -> tuple[int, ...]:
    shape = matrix_of(matrix, "the network matrix").shape[:2]
    if np.shape(vectors) != shape:
        raise InputError.single(
            f"sources must have shape {shape} like the network, got {np.shape(vectors)}"
        )
    return shape


def _pairs(terminations: Complex, shape: tuple[int, ...]) -> tuple[Complex, Complex]:
    """Each impedance z as (p, q) = (1, z) up to 1 ohm in size and (1/z, 1) above."""
    z = np.broadcast_to(np.asarray(terminations, dtype=np.complex128), shape)
    is_open = np.isinf(z)
    finite = np.where(is_open, 1.0, z)
    if np.any(np.isnan(finite)) or np.any(finite.real < 0.0):
        raise InputError.single(
            "a termination must be passive: resistance 0 ohm or more, or inf for an open end",
            field="termination",
            remedy="give the impedance of the circuit at the port",
        )
    small = np.abs(finite) <= 1.0
    inverse = 1.0 / np.where(small, 1.0, finite)
    p = np.where(small, 1.0, inverse)
    q = np.where(small, finite, 1.0)
    return np.where(is_open, 0.0, p), np.where(is_open, 1.0, q)


def _reflections(terminations: Complex, shape: tuple[int, ...], reference: float) -> Complex:
    p, q = _pairs(terminations, shape)
    return np.asarray((q - reference * p) / (q + reference * p), dtype=np.complex128)


def _diagonal(values: Complex) -> Complex:
    return np.asarray(values[:, :, np.newaxis] * np.eye(values.shape[1]))
