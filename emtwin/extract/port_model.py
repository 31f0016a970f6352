"""The device in one electromagnetic environment: an N-port that radiates and receives.

Convention exp(+jwt), SI units, peak and rms alike (everything is linear).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import MU0, TWO_PI
from emtwin.errors import InputError
from emtwin.solver.radiation.currents import EquivalentCurrents, combined
from emtwin.solver.radiation.near_to_far import far_field
from emtwin.solver.scattering import impedance_of

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PortModel:
    """What one run per driven port tells about a device.

    Every run keeps all ports in their reference resistances.  A port whose
    declared termination *is* its reference has a = 0 for ever, so its column of
    S is never needed: such a port needs no run, and its column stays NaN.

    Parameters
    ----------
    site : str
        Name of the environment, for example ``free-space`` or ``emission``.
    frequencies : ndarray of float64, shape (nf,)
        Hz.
    port_names : tuple of str
        N names.
    reference : ndarray of float64, shape (N,)
        Reference resistances in ohm.
    scattering : ndarray of complex128, shape (nf, N, N)
        S at the reference resistances; columns of ports never driven are NaN.
    radiated : tuple of EquivalentCurrents or None, length N
        Per driven port the equivalent currents per volt of source e.m.f.
        behind the reference resistance, all others in their references.

    Raises
    ------
    InputError
        If the shapes do not belong together.
    """

    site: str
    frequencies: Real
    port_names: tuple[str, ...]
    reference: Real
    scattering: Complex
    radiated: tuple[EquivalentCurrents | None, ...]

    def __post_init__(self) -> None:
        nf, n = len(self.frequencies), len(self.port_names)
        fits = (
            self.scattering.shape == (nf, n, n)
            and len(self.radiated) == n
            and np.shape(self.reference) == (n,)
        )
        if not fits:
            raise InputError.single(
                f"port model {self.site}: {n} ports at {nf} frequencies, but scattering "
                f"{self.scattering.shape}, reference {np.shape(self.reference)} and "
                f"{len(self.radiated)} sets of currents"
            )

    @property
    def drivable(self) -> NDArray[np.bool_]:
        """Which ports were driven, shape (N,)."""
        driven: NDArray[np.bool_] = np.all(np.isfinite(self.scattering), axis=(0, 1))
        return driven

    def index(self, port: str) -> int:
        """Index of a port by name.

        Raises
        ------
        InputError
            If there is no such port; the message lists the ports.
        """
        if port not in self.port_names:
            raise InputError.single(
                f"site {self.site} has no port {port!r}",
                field="port",
                remedy=f"its ports are {', '.join(self.port_names)}",
            )
        return self.port_names.index(port)

    def impedance(self) -> Complex:
        """Impedance matrix in ohm, shape (nf, D, D), of the D drivable ports.

        Ports that were never driven stay terminated in their references.
        Z = sqrt(R) (1 + S) (1 - S)^-1 sqrt(R).
        """
        picked = np.flatnonzero(self.drivable)
        s = self.scattering[:, picked[:, None], picked]
        return impedance_of(s, self.reference[picked])

    def received(self, directions_of_arrival: Real, e0: Complex) -> Complex:
        """Voltages that plane waves give across the reference loads, by reciprocity.

        V_i = 4 pi F_i(r) . E0 / (j w mu0 I_s), with I_s = V_s / R the Norton
        current behind F_i.  V_i counts positive as the e.m.f. of port i does:
        for a short dipole along its port axis, open, it is -E0 . l.  As a
        Thevenin source in waves, see `received_waves`.

        Parameters
        ----------
        directions_of_arrival : ndarray of float64, shape (nd, 3)
            Unit vectors from the origin towards where each wave comes *from*.
        e0 : ndarray, shape (nd, 3), real or complex
            Field at the origin in V/m, at right angles to the direction.

        Returns
        -------
        ndarray of complex128, shape (nf, nd, N)
            Volts, phase reference at the origin; NaN for ports never driven.

        Raises
        ------
        InputError
            If a field is not transverse to its direction.
        """
        directions = np.asarray(directions_of_arrival, np.float64)
        _check_transverse(directions, np.asarray(e0))
        voltages = np.full(
            (len(self.frequencies), len(directions), len(self.port_names)), np.nan + 1j * np.nan
        )
        places, which = np.unique(directions, axis=0, return_inverse=True)
        per_reaction = 2.0 * TWO_PI / (1j * TWO_PI * self.frequencies * MU0)
        for port, currents in enumerate(self.radiated):
            if currents is not None:
                # Currents are per volt, so the Norton current behind them is 1 V / R.
                field = far_field(currents, places)[:, which]
                reaction = np.einsum("fdc,dc->fd", field, e0)
                voltages[:, :, port] = per_reaction[:, None] * reaction * self.reference[port]
        return voltages

    def received_waves(self, directions_of_arrival: Real, e0: Complex) -> Complex:
        """Waves b0 that plane waves send out of the ports into matched loads.

        b0_i = V_i / sqrt(R_i) with V_i of `received`; shape (nf, nd, N), sqrt(W).
        """
        waves: Complex = self.received(directions_of_arrival, e0) / np.sqrt(self.reference)
        return waves

    def thevenin_from_plane_wave(self, directions_of_arrival: Real, e0: Complex) -> Complex:
        """Open-circuit voltages behind `impedance`, for the drivable ports.

        V_open = (1 + Z / R) V_reference; ports never driven stay terminated in
        their references.

        Parameters
        ----------
        directions_of_arrival : ndarray of float64, shape (nd, 3)
            As for `received`.
        e0 : ndarray, shape (nd, 3)
            As for `received`.

        Returns
        -------
        ndarray of complex128, shape (nf, nd, D)
            Volts.
        """
        picked = np.flatnonzero(self.drivable)
        loaded = self.received(directions_of_arrival, e0)[:, :, picked]
        step = np.eye(picked.size) + self.impedance() / self.reference[picked]
        return np.asarray(np.einsum("fij,fdj->fdi", step, loaded))

    def waves(
        self, reflection: Complex, launched: Complex, received: Complex | None = None
    ) -> tuple[Complex, Complex]:
        """Waves at all ports when linear terminations and sources are attached.

        a = launched + reflection b,  b = S a + received.  A termination Z_t with
        e.m.f. E has reflection (Z_t - R) / (Z_t + R) and launches
        E sqrt(R) / (Z_t + R); an open end reflects 1 and launches nothing.

        Parameters
        ----------
        reflection : ndarray of complex, shape (nf, N)
            Reflection factor of each port's termination.
        launched : ndarray of complex, shape (nf, N)
            Wave of each port's source, sqrt(W).
        received : ndarray of complex, shape (nf, N), optional
            Waves of an outer field into matched loads, `received_waves`.

        Returns
        -------
        incident : ndarray of complex128, shape (nf, N)
            a towards the network; V = sqrt(R) (a + b), I = (a - b) / sqrt(R).
        outgoing : ndarray of complex128, shape (nf, N)
            b out of the network.  NaN where a received wave was NaN.

        Raises
        ------
        InputError
            If a port that was never driven does not stand in its reference.
        """
        self._refuse_undriven(reflection, "is not terminated in its reference")
        self._refuse_undriven(launched, "has a source")
        scattering = np.where(self.drivable, self.scattering, 0.0)
        outer = np.zeros_like(launched) if received is None else received
        known = np.where(self.drivable, outer, 0.0)
        system = np.eye(len(self.port_names)) - reflection[:, :, None] * scattering
        forcing = launched + reflection * known
        incident = np.linalg.solve(system, forcing[:, :, None])[:, :, 0]
        outgoing = np.einsum("fij,fj->fi", scattering, incident) + outer
        return np.asarray(incident, np.complex128), np.asarray(outgoing, np.complex128)

    def emission_currents(self, incident: Complex) -> EquivalentCurrents:
        """Equivalent currents when the waves `incident` run into the ports.

        Port j alone behind its reference carries a_j = V_s / (2 sqrt(R_j)), so
        its currents per volt are weighted with 2 sqrt(R_j) a_j.

        Parameters
        ----------
        incident : ndarray of complex, shape (nf, N)
            a of `waves`, sqrt(W).

        Returns
        -------
        EquivalentCurrents
            In A m and V m.

        Raises
        ------
        InputError
            If a wave runs into a port that was never driven, or nothing was.
        """
        self._refuse_undriven(incident, "has an incident wave")
        ports = [n for n, currents in enumerate(self.radiated) if currents is not None]
        missing = [
            self.port_names[n]
            for n in range(len(self.port_names))
            if n not in ports and np.any(incident[:, n] != 0.0)
        ]
        if missing:
            raise InputError.single(
                f"site {self.site}: no equivalent currents were taken for {', '.join(missing)}",
                remedy="run these ports with the near-to-far surface",
            )
        weights = 2.0 * np.sqrt(self.reference[ports]) * incident[:, ports]
        currents = [c for c in self.radiated if c is not None]
        return combined(currents, weights)

    def _refuse_undriven(self, values: Complex, trouble: str) -> None:
        for port in np.flatnonzero(~self.drivable):
            if np.any(values[:, port] != 0.0):
                raise InputError.single(
                    f"site {self.site}: port {self.port_names[port]} was never driven, "
                    f"but {trouble}",
                    remedy=f"add a run that drives {self.port_names[port]}, or keep it at "
                    f"{self.reference[port]:g} ohm",
                )


def reflection_factor(impedance: Complex, reference: float) -> Complex:
    """(Z - R) / (Z + R), with an open end (infinite Z) as 1.

    Parameters
    ----------
    impedance : ndarray of complex, shape (nf,)
        Termination in ohm; inf for an open end.
    reference : float
        R in ohm.

    Returns
    -------
    ndarray of complex128, shape (nf,)
        Dimensionless.
    """
    values = np.asarray(impedance, np.complex128)
    closed = np.where(np.isfinite(values), values, 0.0)
    factor: Complex = np.where(
        np.isfinite(values), (closed - reference) / (closed + reference), 1.0
    )
    return factor


def launched_wave(emf: Complex, impedance: Complex, reference: float) -> Complex:
    """Wave of a source: E sqrt(R) / (Z + R).

    Parameters
    ----------
    emf : ndarray of complex, shape (nf,)
        Source e.m.f. in volts.
    impedance : ndarray of complex, shape (nf,)
        Its inner impedance in ohm, finite.
    reference : float
        R in ohm.

    Returns
    -------
    ndarray of complex128, shape (nf,)
        sqrt(W).
    """
    wave: Complex = emf * np.sqrt(reference) / (np.asarray(impedance) + reference)
    return wave


def _check_transverse(directions: Real, e0: Complex) -> None:
    along = np.abs(np.sum(directions * e0, axis=1))
    if np.any(along > 1e-6 * np.linalg.norm(e0, axis=1)):
        raise InputError.single(
            "the field of a plane wave is not at right angles to its direction",
            field="e0",
            remedy="take e0 from the two polarisations of the direction",
        )
