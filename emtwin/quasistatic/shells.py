"""Eddy currents in thin conducting shells: shielding of low-frequency magnetic fields.

The wall is a two-port between its faces, e_1 = Z11 K_1 + Z12 K_2 (`materials.slab`). The sum of
both equations says what drives the current J = K_1 + K_2 along the wall, their difference what flux
runs along inside it: so a wall of several skin depths is right, too. The equations hold at
the middle of the wall, to which the air of both sides is thought to extend; what a layer of air of
the wall's thickness would do is therefore taken off:

    mean e_t = ((Z11 + Z12) / 2 - j w mu0 t / 4) J,    [H_n] = -div(tau H_t),
    tau = 2 (Z11 - Z12) / (j w mu0) - t.

For a sphere the model differs from the exact solution by terms of (t / a)^2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emtwin.constants import C0, MU0, TWO_PI
from emtwin.errors import InputError, Notice, Problem
from emtwin.geometry import Surface
from emtwin.geometry.surface import weld
from emtwin.materials.slab import slab_impedances
from emtwin.quasistatic.coils import Source, Sources, points_of
from emtwin.quasistatic.shell_matrices import ShellMatrices
from emtwin.quasistatic.shell_topology import shell_problems, stream_space
from emtwin.quasistatic.triangle_potentials import TriangleIntegrals, triangle_integrals

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

_BLOCK = 400_000  # pairs of point and triangle at a time
_IN_WALL = 0.5  # solid angle of a triangle from which a point close to its plane is over it
_QUASI_STATIC = 0.2  # of k0 times the size; the phase over the shell that is neglected


@dataclass(frozen=True)
class Wall:
    """What a shell is made of.

    Parameters
    ----------
    conductivity : float
        Conductivity in S/m.
    thickness : float
        Thickness in metres.
    permeability : float
        Relative permeability.

    Raises
    ------
    InputError
        If a value is not positive; all of them at once.
    """

    conductivity: float
    thickness: float
    permeability: float = 1.0

    def __post_init__(self) -> None:
        units = {"conductivity": "S/m", "thickness": "m", "permeability": "relative"}
        problems = [
            Problem(f"a wall needs a positive {name}, got {value:g} ({unit})", field=f"wall.{name}")
            for name, unit in units.items()
            if not 0.0 < (value := getattr(self, name)) < np.inf
        ]
        if problems:
            raise InputError(problems)

    def sheet(self, frequency: float) -> tuple[complex, complex]:
        """Impedance in ohm and flux thickness tau in metres of the sheet that stands for the wall."""
        z11, z12 = self._impedances(frequency)
        air = 1j * TWO_PI * frequency * MU0
        return (z11 + z12) / 2.0 - air * self.thickness / 4.0, (
            2.0 * (z11 - z12) / air - self.thickness
        )

    def resistances(self, frequency: float) -> tuple[float, float]:
        """Loss per |J|^2 and per |H_t|^2 in ohm: Re (Z11 + Z12) / 2 and Re 2 (Z11 - Z12)."""
        z11, z12 = self._impedances(frequency)
        return (z11 + z12).real / 2.0, 2.0 * (z11 - z12).real

    def _impedances(self, frequency: float) -> tuple[complex, complex]:
        z11, z12 = slab_impedances(
            self.conductivity, self.thickness, np.array([frequency]), self.permeability
        )
        return complex(z11[0]), complex(z12[0])


@dataclass(frozen=True, eq=False)
class Shell:
    """A thin-walled body of one material and thickness, closed or open.

    Parameters
    ----------
    surface : Surface
        Middle of the wall. Each edge belongs to one or two triangles; rims and slots are edges
        of one triangle. Coincident points are joined.
    wall : Wall
        Its material and thickness.

    Raises
    ------
    InputError
        If walls meet in a T, normals disagree, there is a handle as of a torus, or too many
        triangles for the dense matrices.
    """

    surface: Surface
    wall: Wall
    matrices: ShellMatrices = field(init=False, repr=False)

    def __post_init__(self) -> None:
        surface = weld(self.surface)
        problems = shell_problems(surface)
        if problems:
            raise InputError(problems)
        object.__setattr__(self, "surface", surface)
        object.__setattr__(self, "matrices", ShellMatrices(surface))

    def respond(self, source: Source, frequency: float) -> ShellResponse:
        """Currents that a source induces.

        Parameters
        ----------
        source : Source
            Field without the shell.
        frequency : float
            Frequency in Hz, above 0.

        Returns
        -------
        ShellResponse
            Currents, and the field that they add.

        Raises
        ------
        InputError
            If the frequency is not positive, or the source's wires cut the wall.
        """
        if not 0.0 < frequency < np.inf:
            raise InputError.single(
                f"eddy currents need a frequency above 0, got {frequency:g} Hz", field="frequency"
            )
        matrices, omega = self.matrices, TWO_PI * frequency
        impedance, tau = self.wall.sheet(frequency)
        space = self._space
        drive, slope = self._excitation(source)
        top = [
            impedance * matrices.resistance.toarray() + 1j * omega * matrices.inductance,
            -1j * omega * MU0 * matrices.charge_flux,
        ]
        below = [
            -tau * matrices.current_slope,
            matrices.mass.toarray() - tau * matrices.charge_slope,
        ]
        system = np.block([[space.T @ (space.T @ top[0].T).T, space.T @ top[1]],
                           [(space.T @ below[0].T).T, below[1]]])  # fmt: skip
        right = np.concatenate([space.T @ (-1j * omega * drive), tau * slope])
        found = np.linalg.solve(system, right)
        psi = space @ found[: space.shape[1]]
        return ShellResponse(self, source, frequency, psi, found[space.shape[1] :])

    @cached_property
    def _space(self) -> object:
        return stream_space(self.surface)

    def _excitation(self, source: Source) -> tuple[Complex, Complex]:
        """Flux of the source through the hat functions in Wb, and its H along their slopes in A."""
        matrices, areas = self.matrices, self.surface.areas[:, None]
        flat = matrices.places.reshape(-1, 3)
        potential = source.potential(flat).reshape(-1, 3, 3).mean(axis=1) * areas
        strength = source.field(flat).reshape(-1, 3, 3).mean(axis=1) * areas
        drive = sum(f.T @ potential[:, axis] for axis, f in enumerate(matrices.currents))
        slope = sum(g.T @ strength[:, axis] for axis, g in enumerate(matrices.gradients))
        return np.asarray(drive), np.asarray(slope)


@dataclass(frozen=True, eq=False)
class ShellResponse:
    """Currents in a shell, as a `Source` of the field that they add.

    Parameters
    ----------
    shell : Shell
        The shell.
    source : Source
        What drives it.
    frequency : float
        Frequency in Hz.
    stream : ndarray
        Stream function of the current at the points of the surface in A, shape (n,).
    charge : ndarray
        Jump of H_n at the points of the surface in A/m, shape (n,).
    """

    shell: Shell
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
        flows = self.shell.matrices.currents
        return np.stack([flow @ self.stream for flow in flows], axis=1)

    def field(self, points: ArrayLike) -> Complex:
        """H of the shell in A/m at points (n, 3) in metres, shape (n, 3).

        Raises InputError for a point within the wall.
        """
        charge = self.shell.matrices.averages @ self.charge
        at = points_of(points)
        values = np.empty(at.shape, dtype=np.complex128)
        for rows in _blocks(at, self.shell.surface):
            pull = self._outside(at[rows], triangle_integrals(at[rows], self.shell.surface))[1]
            turned = np.cross(pull, self.current).sum(axis=1)
            values[rows] = (turned - np.einsum("nmi,m->ni", pull, charge)) / (4.0 * np.pi)
        return values

    def potential(self, points: ArrayLike) -> Complex:
        """A of the shell in Wb/m at points (n, 3) in metres, shape (n, 3).

        The flux inside the wall acts as a sheet of magnetic dipoles. Raises as `field`.
        """
        _, tau = self.shell.wall.sheet(self.frequency)
        at = points_of(points)
        values = np.empty(at.shape, dtype=np.complex128)
        for rows in _blocks(at, self.shell.surface):
            near, pull = self._outside(at[rows], triangle_integrals(at[rows], self.shell.surface))
            dipoles = np.cross(pull, tau * self.tangential).sum(axis=1)
            values[rows] = MU0 / (4.0 * np.pi) * (near @ self.current + dipoles)
        return values

    def shielding(self, points: ArrayLike) -> Real:
        """Ratio of |H| without to |H| with the shell at points (n, 3) in metres, shape (n,)."""
        without = np.linalg.norm(self.source.field(points), axis=1)
        return np.asarray(without / np.linalg.norm(self.total.field(points), axis=1))

    @cached_property
    def tangential(self) -> Complex:
        """Mean of H along both faces in A/m on each triangle, shape (m, 3)."""
        matrices, surface = self.shell.matrices, self.shell.surface
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
        along, through = self.shell.wall.resistances(self.frequency)
        squares = [np.sum(np.abs(part) ** 2, axis=1) for part in (self.current, self.tangential)]
        return float(self.shell.surface.areas @ (along * squares[0] + through * squares[1]))

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What makes the result doubtful."""
        surface, found = self.shell.surface, []
        size = float(np.linalg.norm(surface.hi - surface.lo))
        phase = TWO_PI * self.frequency / C0 * size
        if phase > _QUASI_STATIC:
            found.append(
                Notice(
                    "not-quasi-static",
                    f"at {self.frequency:g} Hz the shell's size is {phase / TWO_PI:.2f} "
                    "wavelengths: the field's delay is neglected; use the full-wave solver",
                )
            )
        if self.shell.wall.thickness > size / 20.0:
            found.append(
                Notice(
                    "shell-not-thin",
                    f"the wall of {self.shell.wall.thickness:g} m is more than a twentieth of the "
                    f"shell's size of {size:g} m: terms of the square of this ratio are neglected",
                )
            )
        return tuple(found)

    def _outside(self, points: Real, seen: TriangleIntegrals) -> tuple[Real, Real]:
        """Both integrals, refused where a point lies within the wall."""
        half = self.shell.wall.thickness / 2.0
        solid = np.abs(np.einsum("nmi,mi->nm", seen.gradient, self.shell.surface.normals))
        inside = ((np.abs(seen.height) < half) & (solid > _IN_WALL)).any(axis=1)
        if inside.any():
            x, y, z = points[int(np.argmax(inside))]
            raise InputError.single(
                f"{int(inside.sum())} points lie within the wall, which has no field of its own "
                f"here; the first is ({x:g}, {y:g}, {z:g}) m",
                remedy=f"move them {half:g} m or more off the middle of the wall",
            )
        return seen.potential, seen.gradient


def _blocks(points: Real, surface: Surface) -> Iterator[slice]:
    step = max(1, _BLOCK // len(surface.triangles))
    return (slice(first, first + step) for first in range(0, len(points), step))
