"""Eddy currents in thin conducting shells: shielding of low-frequency magnetic fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emtwin.constants import MU0, TWO_PI
from emtwin.errors import InputError
from emtwin.geometry import Surface
from emtwin.geometry.surface import weld
from emtwin.quasistatic.shell_matrices import ShellMatrices
from emtwin.quasistatic.shell_response import ShellResponse
from emtwin.quasistatic.shell_topology import shell_problems, stream_space
from emtwin.quasistatic.shell_wall import ShellWall
from emtwin.quasistatic.sources import Source

Numbers = NDArray[Any]

_PERFECT = 1e20  # S/m; at 1 Hz a skin depth of 50 nm


@dataclass(frozen=True, eq=False)
class Shell:
    """A thin-walled body of one material and thickness, closed or open.

    Parameters
    ----------
    surface : Surface
        Middle of the wall. Each edge belongs to one or two triangles; rims and slots are edges
        of one triangle. Coincident points are joined.
    wall : ShellWall
        Its material and thickness.

    Raises
    ------
    InputError
        If walls meet in a T, normals disagree, there is a handle as of a torus, or too many
        triangles for the dense matrices.
    """

    surface: Surface
    wall: ShellWall
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
            Field without the shell; its wires must not pierce the wall.
        frequency : float
            Frequency in Hz, above 0.

        Returns
        -------
        ShellResponse
            Currents, and the field that they add.

        Raises
        ------
        InputError
            If the frequency is not positive.
        """
        if not 0.0 < frequency < np.inf:
            raise InputError.single(
                f"eddy currents need a frequency above 0, got {frequency:g} Hz", field="frequency"
            )
        return self._respond(self.wall, source, frequency)

    def mesh_limit(self, source: Source, points: ArrayLike) -> NDArray[np.float64]:
        """Shielding that the mesh gives a closed perfect conductor, which has no field inside.

        Parameters
        ----------
        source : Source
            Field without the shell.
        points : array_like
            Places inside in metres, shape (n, 3).

        Returns
        -------
        ndarray
            Ratio of |H| without to |H| with the shell, shape (n,). What is left is the mesh's: a
            computed shielding is worth something where it is well below. An open shell leaks, so
            there it is the leak of a perfect conductor.
        """
        perfect = ShellWall(_PERFECT, self.wall.thickness)
        return self._respond(perfect, source, 1.0).shielding(points)

    def _respond(self, wall: ShellWall, source: Source, frequency: float) -> ShellResponse:
        impedance, tau = wall.sheet(frequency)
        m, omega, space = self.matrices, TWO_PI * frequency, self._space
        drive, slope = self._excitation(source)
        # Faraday's law for the hat functions above, flux along the wall below.
        own = impedance * m.resistance.toarray() + 1j * omega * m.inductance
        system = np.block(
            [
                [space.T @ (space.T @ own.T).T, -1j * omega * MU0 * (space.T @ m.charge_flux)],
                [-tau * (space.T @ m.current_slope.T).T, m.mass.toarray() - tau * m.charge_slope],
            ]
        )
        found = np.linalg.solve(
            system, np.concatenate([space.T @ (-1j * omega * drive), tau * slope])
        )
        currents = space.shape[1]
        stream = np.asarray(space @ found[:currents])
        return ShellResponse(m, wall, source, frequency, stream, found[currents:])

    @cached_property
    def _space(self) -> Any:
        return stream_space(self.surface)

    def _excitation(self, source: Source) -> tuple[Numbers, Numbers]:
        """Flux of the source through the hat functions in Wb, and its H along their slopes in A."""
        matrices, areas = self.matrices, self.surface.areas[:, None]
        flat = matrices.places.reshape(-1, 3)
        potential = source.potential(flat).reshape(-1, 3, 3).mean(axis=1) * areas
        strength = source.field(flat).reshape(-1, 3, 3).mean(axis=1) * areas
        drive = sum(f.T @ potential[:, axis] for axis, f in enumerate(matrices.currents))
        slope = sum(g.T @ strength[:, axis] for axis, g in enumerate(matrices.gradients))
        return np.asarray(drive), np.asarray(slope)
