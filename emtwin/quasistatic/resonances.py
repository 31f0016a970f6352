"""What the induced electric field adds to the impedance of ports, term by term, and its resonances.

Beside their elastances the ports of a lossless scene are a sum over resonances,

    Z - P / jw = jw sum of a_k / (1 - w^2 t_k) = jw (L + w^2 T + w^4 M + ...),

with a_k positive and t_k = 1 / w_k^2: the terms are moments of the t_k. T and M come from the field
that the displacement current of the induced field drives in its turn,

    K u = i,        e = u - grad phi without charge,    T = e^T M_e e,
    K u' = M_e e,                                       M = (M_e e)^T u'.

Two moments T, M give one pole for each port, a Gauss quadrature of the t_k weighted with a_k t_k
(Golub and Meurant, Matrices, Moments and Quadrature, 2010), so that resonances low in frequency
count most.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.quasistatic.capacitance import Electrostatics, elastances
from emtwin.quasistatic.curl import gradient
from emtwin.quasistatic.inductance import PortFields, displacement
from emtwin.quasistatic.poisson import FINER, PotentialSolver, edge_admittances
from emtwin.quasistatic.static_scene import StaticScene

Real = NDArray[np.float64]

_INDEPENDENT = 1e-7  # of the largest: far above what the residuals leave of zero


def moments(electric: Electrostatics, fields: PortFields) -> Real:
    """T and M of ports in H^2 F and H^3 F^2.

    Parameters
    ----------
    electric : Electrostatics
        Potentials of the conductors, lossless.
    fields : PortFields
        Of one ampere in each of n ports.

    Returns
    -------
    ndarray, shape (2, n, n)
        Symmetric and positive semi-definite.
    """
    third, currents = _Induced(electric, fields).energy_and_current(fields.potentials)
    solved = [fields.magnetostatics.solve(current).values for current in currents]
    fifth = currents.reshape(len(solved), -1) @ np.stack(solved).T
    every = np.stack([third, fifth])
    return np.asarray((every + every.transpose(0, 2, 1)) / 2)


class _Induced:
    """Electric fields that vector potentials induce round conductors.

    The field is -jw u, less a gradient that takes its charges away: those between dielectrics, and
    the net charge of each conductor.
    """

    def __init__(self, electric: Electrostatics, fields: PortFields) -> None:
        scene = electric.scene
        self._electric, self._scene = electric, scene
        self._admittances = edge_admittances(scene.grid, scene.permittivity())
        self._outermost = _outermost(fields, scene)
        self._free = np.flatnonzero(scene.conductor_of_unknowns < 0)
        operator = electric.operator[self._free][:, self._free]
        finer = FINER * fields.magnetostatics.tolerance
        self._solver = PotentialSolver(operator, finer, name="induced charge")

    def energy_and_current(self, u: Real) -> tuple[Real, Real]:
        """e_p . M e_q, shape (n, n), and M e_q through the edges, (n, 3, nx+1, ny+1, nz+1)."""
        electric, grid = self._electric, self._scene.grid
        flux = self._admittances.reshape(-1) * u
        d = np.zeros((len(u), electric.potentials.shape[1]))
        d[:, : int(np.prod(grid.nodes))] = (gradient(grid).T @ flux.T).T
        d[:, self._outermost] = 0
        phi = np.zeros(d.shape)
        phi[:, self._free] = [self._solver.solve(charge).values for charge in d[:, self._free]]
        held = elastances(electric.matrix().matrix)
        phi += (d @ electric.potentials.T) @ held @ electric.potentials
        currents = [
            own.reshape(self._admittances.shape) + displacement(self._scene, potential)
            for own, potential in zip(flux, phi, strict=True)
        ]
        return flux @ u.T - phi @ d.T, np.stack(currents)


def _outermost(fields: PortFields, scene: StaticScene) -> NDArray[np.int64]:
    """Nodes of walls that conduct in the magnetic problem and are open in the electric one."""
    wall = fields.magnetostatics.scene.conductor_of_nodes.reshape(-1) >= 0
    return np.flatnonzero(wall & (scene.conductor_of_nodes.reshape(-1) < 0))


@dataclass(frozen=True, eq=False)
class Poles:
    """Resonances that have given moments.

    Parameters
    ----------
    squares : ndarray, shape (K,)
        t_k in s^2.
    residues : ndarray, shape (K, n)
        Roots of the a_k at the n ports.
    """

    squares: Real
    residues: Real

    @classmethod
    def of(cls, first: Real, second: Real) -> Poles:
        """One pole for each port from two moments.

        Parameters
        ----------
        first, second : ndarray, shape (n, n)
            Sums of a_k and of a_k t_k, such as L and T.
        """
        size = 1 / np.sqrt(np.maximum(np.diag(first), np.finfo(float).tiny))
        weight, vectors = np.linalg.eigh(first * np.outer(size, size))
        kept = weight > _INDEPENDENT * weight[-1]
        basis = size[:, None] * vectors[:, kept] / np.sqrt(weight[kept])
        squares, turned = np.linalg.eigh(basis.T @ second @ basis)
        return cls(squares, (basis @ turned).T @ first)

    @property
    def first(self) -> float:
        """Angular frequency of the lowest resonance; infinite where there is none."""
        largest = float(self.squares.max(initial=0.0))
        return largest**-0.5 if largest > 0 else np.inf

    def reactances(self, w: Real) -> Real:
        """w sum of a_k / (1 - w^2 t_k) of each port, shape (nf, n)."""
        resonant = w[:, None] / (1 - w[:, None] ** 2 * self.squares)
        return np.asarray(resonant @ self.residues**2)
