"""The ports of a device below the band of the field solver: Z(w) from C, L, G and R.

The impedance of the very discrete operator that the field solver steps, Z = jw i^T (K - w^2 M)^-1 i
with K = C^T W C and M the capacitances of the edges, has at w = 0 the expansion

    Z = P / jw + jw L + jw^3 T + ...

P are the elastances between the terminals (zero where metal joins them), L the fluxes of the
port's currents closed by displacement currents where metal does not, and T twice the energy of the
electric field that these induce. The series is continued as that of a parallel resonance,

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
    Electrostatics,
    elastances,
    electrostatics,
)
from emtwin.quasistatic.curl import gradient
from emtwin.quasistatic.inductance import (
    InductanceMatrix,
    PortFields,
    displacement_current,
    port_fields,
)
from emtwin.quasistatic.magnetostatics import Magnetostatics
from emtwin.quasistatic.poisson import TOLERANCE, PotentialSolver, edge_admittances
from emtwin.quasistatic.ports import PortLike, gap_current, terminals
from emtwin.quasistatic.static_scene import StaticScene
from emtwin.quasistatic.surface_loss import Finish, Marks, skin_impedance, surface_integrals

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

_FINER = 1e-2  # of the tolerance: potentials, whose residual leaves the currents open

AGREEMENT = 10 ** (0.5 / 20) - 1
"""Error that is allowed at the end of the band: 0.5 dB, 5.9 %."""


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
    bending : ndarray, shape (n, n)
        T in H^2 F; zero for ports that are not loops.
    finishes : tuple of Finish
        Metals of the surfaces.
    integrals : ndarray, shape (len(finishes), n, n)
        Integrals of H_p . H_q over each of them.
    """

    ports: tuple[str, ...]
    capacitance: CapacitanceMatrix
    connection: Real
    inductance: InductanceMatrix
    bending: Real
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

    @cached_property
    def limit(self) -> Limit:
        """Up to where what is not known counts for less than 0.5 dB of each port's impedance.

        For a loop that is what the continuation beyond the third term adds (the true terms rise
        faster than it takes them to, by a fraction of that: a quarter for a closed line); else the
        third term, taken in the ratio of the first two (for an open line it is a fifth of that).
        """
        frequencies = np.geomspace(1e3, 1e11, 1601)
        w = TWO_PI * frequencies
        least = Limit(
            float(frequencies[-1]),
            "every port holds there, and no higher was looked",
        )
        for n, name in enumerate(self.ports):
            own = w * self.inductance.matrix[n, n]
            if self.is_loop[n]:
                ratio = w**2 * self.bending[n, n] / self.inductance.matrix[n, n]
                ratio = np.minimum(ratio, 0.99)
                reactance, left_out = own / (1 - ratio), own * ratio**2 / (1 - ratio)
            else:
                elastic = np.abs(self._elastic(frequencies)[:, n, n])
                ratio = own / elastic
                reactance, left_out = own - elastic, own * ratio
            bad = np.flatnonzero(left_out > AGREEMENT * np.abs(reactance))
            if bad.size and frequencies[bad[0]] < least.frequency:
                at = bad[0]
                least = Limit(
                    float(frequencies[at]),
                    f"the next terms of port {name} in powers of the frequency reach 0.5 dB "
                    f"({left_out[at]:.3g} of {abs(reactance[at]):.3g} ohm)",
                )
        return least

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
        If a port touches no metal, is shorted, or there is no port.
    """
    if not ports:
        raise InputError.single("a circuit needs at least one port", field="ports")
    ends = terminals(scene, ports)
    gaps = [gap_current(scene, port) for port in ports]
    electric = electrostatics(scene, tolerance=_FINER * tolerance)
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
        _bending(electric, fields, np.asarray(~connection.any(axis=0))),
        tuple(finishes),
        surface_integrals(scene, fields, marks, len(finishes)),
    )


def _bending(electric: Electrostatics, fields: PortFields, loops: NDArray[np.bool_]) -> Real:
    """T_pq = u_p . M u_q once u has no charge on conductors and between them.

    The induced field is -jw u, less a gradient that takes its charges away: those between
    dielectrics, and the net charge of each conductor.
    """
    n = len(fields.ports)
    result = np.zeros((n, n))
    which = np.flatnonzero(loops)
    if not which.size:
        return result
    scene = electric.scene
    y = edge_admittances(scene.grid, scene.permittivity()).reshape(-1)
    u = fields.potentials[which]
    d = np.zeros((which.size, electric.potentials.shape[1]))
    d[:, : int(np.prod(scene.grid.nodes))] = (gradient(scene.grid).T @ (y * u).T).T
    d[:, _outermost(fields, scene)] = 0
    free = np.flatnonzero(scene.conductor_of_unknowns < 0)
    solver = PotentialSolver(electric.operator[free][:, free], name="induced charge")
    phi = np.zeros(d.shape)
    phi[:, free] = [solver.solve(charge).values for charge in d[:, free]]
    held = elastances(electric.matrix().matrix)
    phi += (d @ electric.potentials.T) @ held @ electric.potentials
    energy = (u * y) @ u.T - phi @ d.T
    result[np.ix_(which, which)] = (energy + energy.T) / 2
    return result


def _outermost(fields: PortFields, scene: StaticScene) -> NDArray[np.int64]:
    """Nodes of walls that conduct in the magnetic problem and are open in the electric one."""
    wall = fields.magnetostatics.scene.conductor_of_nodes.reshape(-1) >= 0
    return np.flatnonzero(wall & (scene.conductor_of_nodes.reshape(-1) < 0))
