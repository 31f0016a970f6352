"""Inductances of loops of perfect conductors, and the currents of all ports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError, Problem
from emtwin.quasistatic.capacitance import Electrostatics, elastances
from emtwin.quasistatic.magnetostatics import Magnetostatics
from emtwin.quasistatic.poisson import TOLERANCE, edge_admittances
from emtwin.quasistatic.ports import PortLike, gap_current, terminals
from emtwin.quasistatic.static_scene import StaticScene
from emtwin.quasistatic.walls import ELECTRIC

Numbers = NDArray[Any]
Real = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class InductanceMatrix:
    """Fluxes linked with ports from their currents: Psi = L I, external (no flux in metal).

    Parameters
    ----------
    ports : tuple of str
        Names, n of them.
    matrix : ndarray, shape (n, n)
        L in henry; symmetric and positive definite.
    """

    ports: tuple[str, ...]
    matrix: Real

    @property
    def coupling(self) -> Real:
        """Coupling factors L_ij / sqrt(L_ii L_jj), shape (n, n); below 1 off the diagonal."""
        own = np.sqrt(np.diag(self.matrix))
        return np.asarray(self.matrix / np.outer(own, own))


@dataclass(frozen=True, eq=False)
class PortFields:
    """Magnetic fields of one ampere in each port.

    Parameters
    ----------
    magnetostatics : Magnetostatics
        What solved them.
    ports : tuple of str
        Names, n of them.
    currents : ndarray, shape (n, edges)
        Current through every edge of the grid in ampere: that of the gap, and the displacement
        current of ports whose loop is not closed by metal.
    potentials : ndarray, shape (n, edges)
        Line integrals of A in weber.
    residual : float
        The largest of all solutions.
    """

    magnetostatics: Magnetostatics
    ports: tuple[str, ...]
    currents: Real
    potentials: Real
    residual: float

    def inductances(self) -> InductanceMatrix:
        """L_pq = sum of i_p u_q over the edges, and what the grid does not see of wires."""
        own = self.magnetostatics.scene.wires.inductances_of(self.ports)
        matrix = self.currents @ self.potentials.T + np.diag(own)
        return InductanceMatrix(self.ports, (matrix + matrix.T) / 2)


def inductances(
    scene: StaticScene,
    ports: Sequence[PortLike],
    tolerance: float = TOLERANCE,
    far: str = ELECTRIC,
) -> InductanceMatrix:
    """Self and mutual inductances of loops, each closed by metal but for its port.

    Parameters
    ----------
    scene : StaticScene
        Grid, medium and walls.
    ports : sequence of PortLike
        The gaps of the loops.
    tolerance : float
        Of the residual.
    far : {"electric", "magnetic"}
        What stands for open walls: a bound from below or from above.

    Returns
    -------
    InductanceMatrix
        In henry.

    Raises
    ------
    InputError
        If a port's terminals lie on two conductors: no metal closes its loop.
    """
    problems = [
        Problem(
            f"port {port.name}: no metal closes its loop, it lies between "
            f"{scene.name(one)} and {scene.name(other)}: the port is capacitive",
            field=port.name,
            remedy="take its impedance from `port_circuit`, or join the conductors",
        )
        for port, (one, other) in zip(ports, terminals(scene, ports), strict=True)
        if one != other
    ]
    if problems:
        raise InputError(problems)
    gaps = [gap_current(scene, port) for port in ports]
    solver = Magnetostatics(scene, tolerance, far)
    return port_fields(solver, [port.name for port in ports], gaps).inductances()


def port_fields(
    magnetostatics: Magnetostatics, names: Sequence[str], currents: Sequence[Real]
) -> PortFields:
    """Fields of given closed currents, shapes (3, nx+1, ny+1, nz+1), one per port."""
    found = [magnetostatics.solve(current) for current in currents]
    return PortFields(
        magnetostatics,
        tuple(names),
        np.stack([current.reshape(-1) for current in currents]),
        np.stack([solution.values for solution in found]),
        max(solution.residual for solution in found),
    )


def displacement_current(electric: Electrostatics, charges: Real) -> Real:
    """Displacement current through the edges when currents charge the conductors.

    Parameters
    ----------
    electric : Electrostatics
        Potentials round the conductors, lossless.
    charges : ndarray, shape (M,)
        Current into each conductor in ampere; they add up to zero where no wall is open.

    Returns
    -------
    ndarray, shape (3, nx+1, ny+1, nz+1)
        In ampere, positive along the axes.
    """
    voltages = elastances(electric.matrix().matrix) @ charges
    return displacement(electric.scene, voltages @ electric.potentials)


def displacement(scene: StaticScene, potential: Real) -> Real:
    """Flux of -eps grad phi through the dual face of every edge, shape (3, nx+1, ny+1, nz+1)."""
    phi = potential[: int(np.prod(scene.grid.nodes))].reshape(scene.grid.nodes)
    flux = edge_admittances(scene.grid, scene.permittivity())
    for axis in range(3):
        flux[axis] *= -np.diff(phi, axis=axis, append=0)  # what is appended meets no edge
    return flux
