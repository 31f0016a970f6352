"""Matrices of a thin conducting shell: what its currents and its wall flux do to each other.

The current is J = n x grad psi with a stream function psi that is linear on each triangle, so that
J is constant there and free of divergence. The flux that runs along inside the wall leaves through
the faces as magnetic charge q, the jump of H_n. All fields of both are integrals of 1 / R and its
gradient over triangles, in closed form at the points of an outer rule (Galerkin's method).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import MU0
from emtwin.geometry import Surface
from emtwin.quasistatic.triangle_potentials import (
    near_rule,
    pair_integrals,
    self_integrals,
    triangle_integrals,
)

Real = NDArray[np.float64]
Sparse = Any  # scipy.sparse.csr_array, which has no type stubs

OUTER_RULE = np.array([[4.0, 1.0, 1.0], [1.0, 4.0, 1.0], [1.0, 1.0, 4.0]]) / 6.0
"""Points of a triangle, in barycentric coordinates; equal weights, exact to degree 2."""

_NEAR = 1.5  # distance of two centres over the sum of the triangles' sizes; their neighbours
_BLOCK = 200_000  # pairs of point and triangle at a time


class Kernels(NamedTuple):
    """Integrals over pairs of m triangles, inner closed form, outer rule.

    Parameters
    ----------
    potential : ndarray
        Of 1 / R, in m^3, shape (m, m).
    gradient : ndarray
        Of grad 1 / R, in m^2, shape (m, m, 3).
    """

    potential: Real
    gradient: Real


@dataclass(frozen=True, eq=False)
class ShellMatrices:
    """Geometry of a shell, discretised. Rows and columns of a matrix are points of the surface.

    Parameters
    ----------
    surface : Surface
        Middle of the wall, triangles with shared points and agreeing normals.
    """

    surface: Surface

    @cached_property
    def gradients(self) -> list[Sparse]:
        """x, y, z of the gradient of a nodal function, 1/m: (triangles, points) each."""
        return [self._scatter(self._slopes[:, :, axis]) for axis in range(3)]

    @cached_property
    def currents(self) -> list[Sparse]:
        """x, y, z of the current of a nodal stream function, 1/m: (triangles, points) each."""
        flows = np.cross(self.surface.normals[:, None, :], self._slopes)
        return [self._scatter(flows[:, :, axis]) for axis in range(3)]

    @cached_property
    def averages(self) -> Sparse:
        """Mean of a nodal function on every triangle: (triangles, points)."""
        return self._scatter(np.full(self.surface.triangles.shape, 1.0 / 3.0))

    @cached_property
    def mass(self) -> Sparse:
        """Integral of the product of two hat functions, m^2."""
        from scipy import sparse

        corner = self._scatter(np.ones(self.surface.triangles.shape))
        twelfth = self.surface.areas / 12.0
        return corner.T @ sparse.diags_array(twelfth) @ corner + sparse.diags_array(
            corner.T @ twelfth
        )

    @cached_property
    def resistance(self) -> Sparse:
        """Integral of the product of two currents: ohm of a sheet of 1 ohm."""
        from scipy import sparse

        areas = sparse.diags_array(self.surface.areas)
        return sum(flow.T @ areas @ flow for flow in self.currents)

    @cached_property
    def inductance(self) -> Real:
        """Flux of a current through the hat function of another, H."""
        pairs = MU0 / (4.0 * np.pi) * self.kernels.potential
        return np.asarray(sum(flow.T @ (flow.T @ pairs.T).T for flow in self.currents))

    @cached_property
    def charge_flux(self) -> Real:
        """Integral of a hat function times H_n (mean of both faces) of charge at a point, m^2."""
        normal = np.einsum("tmi,ti->tm", self.kernels.gradient, self.surface.normals)
        return np.asarray(self.averages.T @ (self.averages.T @ normal.T).T) / (-4.0 * np.pi)

    @cached_property
    def charge_slope(self) -> Real:
        """Integral of the gradient of a hat function times H of charge at a point, m."""
        kernel = self.kernels.gradient
        total = sum(grad.T @ kernel[:, :, axis] for axis, grad in enumerate(self.gradients))
        return np.asarray((self.averages.T @ total.T).T) / (-4.0 * np.pi)

    @cached_property
    def current_slope(self) -> Real:
        """Integral of the gradient of a hat function times H (mean of both faces) of a current."""
        kernel, flow = self.kernels.gradient, self.currents
        total = np.zeros((len(self.surface.points),) * 2)
        for axis, grad in enumerate(self.gradients):
            u, v = (axis + 1) % 3, (axis + 2) % 3
            cross = (flow[v].T @ kernel[:, :, u].T).T - (flow[u].T @ kernel[:, :, v].T).T
            total += grad.T @ cross
        return np.asarray(total / (4.0 * np.pi))

    @cached_property
    def kernels(self) -> Kernels:
        """The integrals over pairs of triangles."""
        surface, m = self.surface, len(self.surface.triangles)
        potential, gradient = np.empty((m, m)), np.empty((m, m, 3))
        places, weight = self.places, surface.areas / 3.0
        step = max(1, _BLOCK // (3 * m))
        for first in range(0, m, step):
            rows = slice(first, min(first + step, m))
            seen = triangle_integrals(places[rows].reshape(-1, 3), surface)
            pull = seen.gradient.reshape(-1, 3, m, 3).sum(axis=1)
            potential[rows] = seen.potential.reshape(-1, 3, m).sum(axis=1) * weight[rows, None]
            gradient[rows] = pull * weight[rows, None, None]
        _sharpen(potential, gradient, surface)
        return Kernels(
            (potential + potential.T) / 2.0, (gradient - gradient.transpose(1, 0, 2)) / 2.0
        )

    @cached_property
    def places(self) -> Real:
        """Points of the outer rule on every triangle in metres, shape (m, 3 points, 3)."""
        return np.asarray(np.einsum("ga,tai->tgi", OUTER_RULE, self.surface.corners))

    @cached_property
    def _slopes(self) -> Real:
        """Gradient of the hat function of each corner, 1/m, shape (m, 3 corners, 3)."""
        corners = self.surface.corners
        opposite = np.roll(corners, -2, axis=1) - np.roll(corners, -1, axis=1)
        across = np.cross(self.surface.normals[:, None, :], opposite)
        return np.asarray(across / (2.0 * self.surface.areas[:, None, None]))

    def _scatter(self, values: Real) -> Sparse:
        """Sparse (triangles, points) with `values` of each corner, shape (m, 3)."""
        from scipy import sparse

        rows = np.repeat(np.arange(len(values)), 3)
        columns = self.surface.triangles.ravel()
        shape = (len(values), len(self.surface.points))
        return sparse.csr_array((values.ravel(), (rows, columns)), shape=shape)


def _sharpen(potential: Real, gradient: Real, surface: Surface) -> None:
    """Neighbours, whose fields have a logarithm at the common edge, by a finer outer rule.

    The field inside a good shell is what is left of two large ones: 0.1 % here is seen there.
    """
    from scipy.spatial import cKDTree

    centres, size = surface.corners.mean(axis=1), np.sqrt(surface.areas)
    reach = _NEAR * 2.0 * float(size.max())
    near = cKDTree(centres).query_pairs(reach, output_type="ndarray")
    apart = np.linalg.norm(centres[near[:, 0]] - centres[near[:, 1]], axis=1)
    near = near[apart < _NEAR * size[near].sum(axis=1)]
    rule, weights = near_rule()
    for first in range(0, len(near), _BLOCK // len(rule)):
        some = near[first : first + _BLOCK // len(rule)]
        for t, s in (some.T, some[:, ::-1].T):
            at = np.einsum("ga,tai->tgi", rule, surface.corners[t])
            seen = pair_integrals(at, surface.corners[s][:, None], surface.normals[s][:, None])
            potential[t, s] = seen.potential @ weights * surface.areas[t]
            pull = np.einsum("pgi,g->pi", seen.gradient, weights)
            gradient[t, s] = pull * surface.areas[t, None]
    potential[np.diag_indices(len(potential))] = self_integrals(surface)
