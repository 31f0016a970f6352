"""The ports of a device below the band of the field solver: Z(w) from C, L, G and R.

The impedance of the very discrete operator that the field solver steps, Z = jw i^T (K - w^2 M)^-1 i
with K = C^T W C and M the capacitances of the edges, has at w = 0 the expansion

    Z = P / jw + jw L + jw^3 T + ...

P are the elastances between the terminals (zero where metal joins them), L the fluxes of the
port's currents closed by displacement currents where metal does not, and T twice the energy of the
electric field that these induce (see `resonances`). The series is continued as that of a parallel
resonance,

    Z = P / jw + ((jw L + Z_s)^-1 + jw L^-1 T L^-1)^-1,

which has the same first terms and stays passive. Losses are added: Z_s of the metal's skin beside
the inductances, conductances beside the capacitances.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import TWO_PI
from emtwin.errors import InputError
from emtwin.quasistatic.capacitance import (
    CapacitanceMatrix,
    elastances,
    electrostatics,
)
from emtwin.quasistatic.inductance import (
    InductanceMatrix,
    displacement_current,
    port_fields,
)
from emtwin.quasistatic.magnetostatics import Magnetostatics
from emtwin.quasistatic.poisson import FINER, TOLERANCE
from emtwin.quasistatic.ports import PortLike, gap_current, terminals
from emtwin.quasistatic.resonances import Poles, moments
from emtwin.quasistatic.static_scene import StaticScene
from emtwin.quasistatic.surface_loss import Finish, Marks, skin_impedance, surface_integrals
from emtwin.units import format_si

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

AGREEMENT = 10 ** (0.5 / 20) - 1
"""Error that is allowed at the end of the band: 0.5 dB, 5.9 %."""

_KNOWN = 0.5  # of that, what is taken up by the difference to a circuit with more terms


@dataclass(frozen=True)
class Limit:
    """Up to where a circuit holds.

    Parameters
    ----------
    frequency : float
        Hz.
    reason : str
        Why.
    """

    frequency: float
    reason: str


@dataclass(frozen=True, eq=False)
class PortCircuit:
    """Impedance matrix of ports at low frequencies; exp(+jwt), SI units.

    Parameters
    ----------
    ports : tuple of str
        Names, n of them.
    capacitance : CapacitanceMatrix
        Of the conductors, M of them; with losses if it has a frequency.
    connection : ndarray, shape (M, n)
        Current into each conductor per ampere in each port: 1 at `stop`, -1 at `start`, 0 where a
        port's loop is closed by metal.
    inductance : InductanceMatrix
        Of the ports.
    moments : ndarray, shape (2, n, n)
        T in H^2 F, and M, the next term. The impedance has T of loops; the rest says up to where
        that is enough.
    finishes : tuple of Finish
        Metals of the surfaces.
    integrals : ndarray, shape (len(finishes), 2, n, n)
        Integrals of H_p . H_q over each of them, see `surface_integrals`.
    """

    ports: tuple[str, ...]
    capacitance: CapacitanceMatrix
    connection: Real
    inductance: InductanceMatrix
    moments: Real
    finishes: tuple[Finish, ...]
    integrals: Real

    def impedance(self, frequencies: Real) -> Complex:
        """Z in ohm, shape (nf, n, n).

        Parameters
        ----------
        frequencies : ndarray, shape (nf,)
            Hz, above 0.

        Raises
        ------
        InputError
            If a frequency is not positive.
        """
        frequencies = np.asarray(frequencies, np.float64)
        if not np.all(frequencies > 0):
            raise InputError.single(
                f"an impedance needs frequencies above 0 Hz, got {frequencies.min():g} Hz"
            )
        jw = 2j * np.pi * frequencies[:, None, None]
        skin = skin_impedance(self.finishes, self.integrals, frequencies)
        series = jw * self.inductance.matrix + skin
        flux = np.linalg.inv(self.inductance.matrix)
        shunt = jw * (flux @ self.bending @ flux)
        z = np.linalg.inv(np.linalg.inv(series) + shunt) + self._elastic(frequencies)
        return np.asarray(z, np.complex128)

    @property
    def is_loop(self) -> NDArray[np.bool_]:
        """Which ports are joined by metal, shape (n,)."""
        return np.asarray(~self.connection.any(axis=0))

    @property
    def bending(self) -> Real:
        """T in H^2 F, shape (n, n), zero for ports that are not loops.

        The displacement current of a port that no metal closes induces a field that falls as the
        distance only: its T is that of the room up to the walls.
        """
        loops = np.outer(self.is_loop, self.is_loop)
        return np.where(loops, self.moments[0], 0.0)

    @cached_property
    def limit(self) -> Limit:
        """Up to where what is left out counts for less than 0.5 dB of each port's impedance.

        What is left out are the terms after L, and for a loop those that its T does not foretell.
        They are summed to the resonance that T and M foretell together, which is also that of
        neighbours: other cables, planes, a housing, and the room up to the walls. Half of the 0.5
        dB is kept for what one resonance for each port does not see.
        """
        frequencies = np.geomspace(1e3, 1e11, 1601)
        w = TWO_PI * frequencies
        own = self.inductance.matrix
        has, better = Poles.of(own, self.bending), Poles.of(*self.moments)
        above = w[:, None] ** 2 * better.reactances(w)
        inductive = np.outer(w, np.diag(own))
        elastic = np.abs(np.diagonal(self._elastic(frequencies), axis1=1, axis2=2))
        reactance = inductive + above - elastic
        left_out = np.abs(inductive + above - has.reactances(w))
        resonates = (w >= min(has.first, better.first))[:, None]
        bad = resonates | (left_out > _KNOWN * AGREEMENT * np.abs(reactance))
        if not bad.any():
            return Limit(float(frequencies[-1]), "every port holds there, and no higher was looked")
        at = int(np.argmax(bad.any(axis=1)))
        n = int(np.argmax(bad[at]))
        return Limit(
            float(frequencies[at]),
            f"the next terms of port {self.ports[n]} in powers of the frequency reach "
            f"{_KNOWN * 0.5:g} dB ({left_out[at, n]:.3g} of {abs(reactance[at, n]):.3g} ohm); a "
            f"first resonance is near {format_si(better.first / TWO_PI, 'Hz', 3)}",
        )

    def _elastic(self, frequencies: Real) -> Complex:
        """P / jw, or (G + jw C)^-1 between the terminals, shape (nf, n, n)."""
        jw = 2j * np.pi * frequencies[:, None, None]
        admittance = self.capacitance.conductance + jw * self.capacitance.capacitance
        return np.asarray(self.connection.T @ elastances(admittance) @ self.connection)


def port_circuit(
    scene: StaticScene,
    ports: Sequence[PortLike],
    finishes: Sequence[Finish] = (),
    marks: Marks | None = None,
    frequency: float | None = None,
    tolerance: float = TOLERANCE,
) -> PortCircuit:
    """Low-frequency circuit of the ports of a scene.

    Parameters
    ----------
    scene : StaticScene
        Grid, medium and walls. Open walls act as electric ones on the magnetic field, which wants
        them some lengths of the device away; see `widened`.
    ports : sequence of PortLike
        Ports between two nodes on a grid line; those of the field solver fit.
    finishes : sequence of Finish
        Metals of the surfaces; perfect where left out.
    marks : ndarray of int, shape (3, nx+1, ny+1, nz+1), optional
        Which finish each metal edge has, see `surface_integrals`.
    frequency : float, optional
        Where the losses of dielectrics are taken, Hz; lossless if left out. Conductances and
        capacitances found there hold for all frequencies.
    tolerance : float
        Of the residuals.

    Returns
    -------
    PortCircuit
        Impedances, and the frequency up to which they hold.

    Raises
    ------
    InputError
        If a port touches no metal, is shorted, or there is no port; or if mirrors keep open walls
        apart, so that a displacement current has no way back from one to another.
    """
    if not ports:
        raise InputError.single("a circuit needs at least one port", field="ports")
    ends = terminals(scene, ports)
    gaps = [gap_current(scene, port) for port in ports]
    electric = electrostatics(scene, tolerance=FINER * tolerance)
    connection = np.zeros((len(electric.potentials), len(ports)))
    for n, (start, stop) in enumerate(ends):
        connection[stop, n] += 1
        connection[start, n] -= 1
    currents = [
        gap + displacement_current(electric, charge) if charge.any() else gap
        for gap, charge in zip(gaps, connection.T, strict=True)
    ]
    names = tuple(port.name for port in ports)
    fields = port_fields(Magnetostatics(scene, tolerance), names, currents)
    lossy = electric if frequency is None else electrostatics(scene, frequency, tolerance)
    return PortCircuit(
        names,
        lossy.matrix(),
        connection,
        fields.inductances(),
        moments(electric, fields),
        tuple(finishes),
        surface_integrals(scene, fields, marks, len(finishes)),
    )
