"""Currents in a shell, and the field, shielding and loss that follow from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emtwin.constants import MU0
from emtwin.errors import InputError, Notice
from emtwin.quasistatic.shell_matrices import ShellMatrices
from emtwin.quasistatic.shell_wall import ShellWall
from emtwin.quasistatic.sources import Source, Sources, points_of
from emtwin.quasistatic.triangle_potentials import TriangleIntegrals, triangle_integrals
from emtwin.quasistatic.validity import delay_notices

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

_BLOCK = 400_000  # pairs of point and triangle at a time
_IN_WALL = 0.5  # solid angle of a triangle from which a point close to its plane is over it


@dataclass(frozen=True, eq=False)
class ShellResponse:
    """Currents in a shell, as a `Source` of the field that they add.

    Parameters
    ----------
    matrices : ShellMatrices
        The shell's geometry.
    wall : ShellWall
        Its material.
    source : Source
        What drives it.
    frequency : float
        Frequency in Hz.
    stream : ndarray
        Stream function of the current at the points of the surface in A, shape (n,).
    charge : ndarray
        Jump of H_n at the points of the surface in A/m, shape (n,).
    """

    matrices: ShellMatrices
    wall: ShellWall
    source: Source
    frequency: float
    stream: Complex
    charge: Complex

    @property
    def total(self) -> Sources:
        """The source and the shell together."""
        return Sources((self.source, self))

    @cached_property
    def current(self) -> Complex:
        """Current through the whole wall in A/m on each triangle, shape (m, 3)."""
        flows = self.matrices.currents
        return np.stack([flow @ self.stream for flow in flows], axis=1)

    def field(self, points: ArrayLike) -> Complex:
        """H of the shell in A/m at points (n, 3) in metres, shape (n, 3).

        Raises InputError for a point within the wall.
        """
        at, charge = points_of(points), self.matrices.averages @ self.charge
        values = np.empty(at.shape, dtype=np.complex128)
        for rows, _, pull in self._seen(at):
            turned = np.cross(pull, self.current).sum(axis=1)
            values[rows] = (turned - np.einsum("nmi,m->ni", pull, charge)) / (4.0 * np.pi)
        return values

    def potential(self, points: ArrayLike) -> Complex:
        """A of the shell in Wb/m at points (n, 3) in metres, shape (n, 3).

        The flux inside the wall acts as a sheet of magnetic dipoles. Raises as `field`.
        """
        at, flux = points_of(points), self.wall.sheet(self.frequency)[1] * self.tangential
        values = np.empty(at.shape, dtype=np.complex128)
        for rows, near, pull in self._seen(at):
            dipoles = np.cross(pull, flux).sum(axis=1)
            values[rows] = MU0 / (4.0 * np.pi) * (near @ self.current + dipoles)
        return values

    def shielding(self, points: ArrayLike) -> Real:
        """Ratio of |H| without to |H| with the shell at points (n, 3) in metres, shape (n,)."""
        without = np.linalg.norm(self.source.field(points), axis=1)
        return np.asarray(without / np.linalg.norm(self.total.field(points), axis=1))

    @cached_property
    def tangential(self) -> Complex:
        """Mean of H along both faces in A/m on each triangle, shape (m, 3)."""
        matrices, surface = self.matrices, self.matrices.surface
        pull = matrices.kernels.gradient / surface.areas[:, None, None]
        charge = matrices.averages @ self.charge
        mean = self.source.field(matrices.places.reshape(-1, 3)).reshape(-1, 3, 3).mean(axis=1)
        mean = mean - np.einsum("nmi,m->ni", pull, charge) / (4.0 * np.pi)
        for axis in range(3):
            u, v = (axis + 1) % 3, (axis + 2) % 3
            turned = pull[:, :, u] @ self.current[:, v] - pull[:, :, v] @ self.current[:, u]
            mean[:, axis] += turned / (4.0 * np.pi)
        normals = surface.normals
        return np.asarray(mean - normals * np.sum(mean * normals, axis=1)[:, None])

    @cached_property
    def loss(self) -> float:
        """Power turned to heat in the wall in W, for currents given as rms."""
        along, through = self.wall.resistances(self.frequency)
        squares = [np.sum(np.abs(part) ** 2, axis=1) for part in (self.current, self.tangential)]
        return float(self.matrices.surface.areas @ (along * squares[0] + through * squares[1]))

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What makes the result doubtful."""
        surface, thickness = self.matrices.surface, self.wall.thickness
        size = float(np.linalg.norm(surface.hi - surface.lo))
        found = delay_notices(size, self.frequency, "shell")
        if thickness <= size / 20.0:
            return found
        thick = Notice(
            "shell-not-thin",
            f"the wall of {thickness:g} m is more than a twentieth of the shell's size of "
            f"{size:.3g} m: terms of the square of this ratio are neglected",
        )
        return (*found, thick)

    def _seen(self, points: Real) -> Iterator[tuple[slice, Real, Real]]:
        """Both integrals over the triangles, some points at a time."""
        step = max(1, _BLOCK // len(self.matrices.surface.triangles))
        for first in range(0, len(points), step):
            rows = slice(first, first + step)
            seen = triangle_integrals(points[rows], self.matrices.surface)
            self._refuse_within(points[rows], seen)
            yield rows, seen.potential, seen.gradient

    def _refuse_within(self, points: Real, seen: TriangleIntegrals) -> None:
        half = self.wall.thickness / 2.0
        within = ((np.abs(seen.height) < half) & (seen.angle > _IN_WALL)).any(axis=1)
        if within.any():
            x, y, z = points[int(np.argmax(within))]
            raise InputError.single(
                f"{int(within.sum())} points lie within the wall, whose field is not that of "
                f"either side; the first is ({x:g}, {y:g}, {z:g}) m",
                remedy=f"move them {half:g} m or more off the middle of the wall",
            )
