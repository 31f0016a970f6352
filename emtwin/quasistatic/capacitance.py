"""Capacitances of the conductors on a grid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import TWO_PI
from emtwin.errors import InputError
from emtwin.quasistatic.poisson import TOLERANCE, PotentialSolver
from emtwin.quasistatic.static_scene import StaticScene

Numbers = NDArray[Any]
Real = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CapacitanceMatrix:
    """Charges of conductors from their potentials: Q = C V, in Maxwell's form.

    C is symmetric, its diagonal positive and the rest not. Potentials count from infinity (open
    walls); what a row adds up to is the capacitance to infinity. With losses C is complex:
    Y = jw C = G + jw C'.

    Parameters
    ----------
    conductors : tuple of str
        Names, M of them.
    matrix : ndarray, shape (M, M)
        C in farad; real, or complex at `frequency`.
    frequency : float or None
        Hz; None for a lossless medium.
    """

    conductors: tuple[str, ...]
    matrix: Numbers
    frequency: float | None = None

    def index(self, conductor: str) -> int:
        """Index of a conductor by name.

        Raises
        ------
        InputError
            If there is none of that name; the message lists them.
        """
        if conductor not in self.conductors:
            raise InputError.single(
                f"there is no conductor {conductor!r}",
                field="conductor",
                remedy=f"the conductors are {', '.join(self.conductors)}",
            )
        return self.conductors.index(conductor)

    @property
    def capacitance(self) -> Real:
        """C' in farad, shape (M, M)."""
        return np.asarray(self.matrix.real)

    @property
    def conductance(self) -> Real:
        """G in siemens at `frequency`, shape (M, M); zero without losses."""
        if self.frequency is None:
            return np.zeros(self.matrix.shape)
        return np.asarray(-TWO_PI * self.frequency * self.matrix.imag)

    @cached_property
    def mutual(self) -> Numbers:
        """Capacitors of the equivalent network in farad, shape (M, M).

        Off the diagonal between two conductors, -C_ij; on it to infinity, the sum of a row.
        """
        network = -np.array(self.matrix)
        np.fill_diagonal(network, self.matrix.sum(axis=1))
        return network

    def grounded(self, conductors: Iterable[str]) -> CapacitanceMatrix:
        """The matrix with some conductors held at potential 0 and left out."""
        gone = {self.index(name) for name in conductors}
        kept = [n for n in range(len(self.conductors)) if n not in gone]
        return self._of(kept, self.matrix[np.ix_(kept, kept)])

    def floating(self, conductors: Iterable[str]) -> CapacitanceMatrix:
        """The matrix with some conductors left floating, without charge, and left out.

        Q_f = 0 gives C_kk - C_kf C_ff^-1 C_fk.

        Raises
        ------
        InputError
            If nothing defines the potential of a floating conductor.
        """
        gone = sorted({self.index(name) for name in conductors})
        kept = [n for n in range(len(self.conductors)) if n not in gone]
        between, own = self.matrix[np.ix_(gone, kept)], self.matrix[np.ix_(gone, gone)]
        if gone and not np.linalg.cond(own) < 1e12:
            names = ", ".join(self.conductors[n] for n in gone)
            raise InputError.single(
                f"nothing defines the potentials of {names}: no capacitance leads away from them",
                remedy="keep one of them, or open a wall",
            )
        reduced = self.matrix[np.ix_(kept, kept)] - between.T @ np.linalg.solve(own, between)
        return self._of(kept, (reduced + reduced.T) / 2)

    def between(self, one: str, other: str) -> complex:
        """Capacitance in farad that a generator between two conductors sees; all others float."""
        a, b = self.index(one), self.index(other)
        charge = np.zeros(len(self.conductors))
        charge[a], charge[b] = 1.0, -1.0
        potential = elastances(self.matrix) @ charge
        return complex(1 / (potential[a] - potential[b]))

    def _of(self, kept: list[int], matrix: Numbers) -> CapacitanceMatrix:
        return CapacitanceMatrix(tuple(self.conductors[n] for n in kept), matrix, self.frequency)


def elastances(capacitances: Numbers) -> Numbers:
    """Potentials of conductors from their charges, shape (..., M, M), per farad.

    Without infinity, or an electric wall that is left out, only charges that add up to zero have
    an answer, and their potentials are known up to a constant: a generalised inverse.

    Parameters
    ----------
    capacitances : ndarray, shape (..., M, M)
        Maxwell's matrices, or admittances.
    """
    size = 1 / np.sqrt(np.abs(np.diagonal(capacitances, axis1=-2, axis2=-1)))
    both = size[..., :, None] * size[..., None, :]
    inverse = np.linalg.pinv(capacitances * both, rcond=_ZERO) * both
    return np.asarray(inverse)


_ZERO = 1e-9  # of the largest: what the residuals leave of a singular value that is zero


@dataclass(frozen=True, eq=False)
class Electrostatics:
    """Potentials round conductors, each at 1 V in turn and the others at 0.

    Parameters
    ----------
    scene : StaticScene
        Grid, medium and walls.
    operator : scipy.sparse.csr_array, shape (nodes, nodes)
        Charges of the nodes from their potentials, in farad.
    potentials : ndarray, shape (M, nodes)
        Dimensionless (per volt), real or complex.
    frequency : float or None
        Hz; None for a lossless medium.
    residual : float
        The largest of all solutions.
    """

    scene: StaticScene
    operator: Any
    potentials: Numbers
    frequency: float | None
    residual: float

    def matrix(self) -> CapacitanceMatrix:
        """Capacitances, from the energy: C_ab = phi_a^T K phi_b, whose error is the square."""
        c = self.potentials @ (self.operator @ self.potentials.T)
        names = tuple(self.scene.name(n) for n in range(len(self.potentials)))
        return CapacitanceMatrix(names, (c + c.T) / 2, self.frequency)


def electrostatics(
    scene: StaticScene, frequency: float | None = None, tolerance: float = TOLERANCE
) -> Electrostatics:
    """Solve div(eps grad phi) = 0 for every conductor.

    Parameters
    ----------
    scene : StaticScene
        Grid, medium and walls.
    frequency : float, optional
        With it, dielectrics lose as they do there; above 0 Hz.
    tolerance : float
        Of the residual.

    Returns
    -------
    Electrostatics
        Potentials, from which capacitances come.

    Raises
    ------
    InputError
        If there is no conductor, or the frequency is not positive.
    """
    if scene.n_conductors == 0:
        raise InputError.single(
            "there is no conductor in the grid", remedy="give a part a metal as material"
        )
    if frequency is not None and not frequency > 0:
        raise InputError.single(
            f"a capacitance with losses needs a frequency above 0 Hz, got {frequency:g} Hz",
            field="frequency",
            remedy="use dc resistances for conduction at 0 Hz",
        )
    operator = scene.potential_operator(frequency)
    label = scene.conductor_of_unknowns
    free = np.flatnonzero(label < 0)
    solver = PotentialSolver(operator[free][:, free], tolerance, name="electric potential")
    potentials = np.zeros((scene.n_conductors, label.size), operator.dtype)
    residual = 0.0
    for number, phi in enumerate(potentials):
        phi[label == number] = 1
        found = solver.solve(-(operator @ phi)[free])
        phi[free] = found.values
        residual = max(residual, found.residual)
    return Electrostatics(scene, operator, potentials, frequency, residual)


def capacitances(
    scene: StaticScene, frequency: float | None = None, tolerance: float = TOLERANCE
) -> CapacitanceMatrix:
    """Capacitance matrix of all conductors of a scene; see `electrostatics`."""
    return electrostatics(scene, frequency, tolerance).matrix()
