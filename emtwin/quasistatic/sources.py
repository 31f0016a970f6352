"""Sources of magnetostatic field: what each can say, and those without wires.

A source gives H and the vector potential A at any points, exactly. Sources add up in `Sources`;
their currents are what the user means by them, rms or peak, and so are all fields that follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emtwin.constants import MU0
from emtwin.errors import InputError

Real = NDArray[np.float64]
Numbers = NDArray[Any]  # real, or complex where a source has a phase
Vector = tuple[float, float, float]


class Source(Protocol):
    """Anything with a magnetic field and a vector potential (Coulomb gauge)."""

    def field(self, points: ArrayLike) -> Numbers:
        """H in A/m at points (n, 3) in metres, shape (n, 3)."""
        ...

    def potential(self, points: ArrayLike) -> Numbers:
        """A in Wb/m at points (n, 3) in metres, shape (n, 3)."""
        ...


@dataclass(frozen=True)
class Dipole:
    """A loop so small that only its moment matters.

    Parameters
    ----------
    centre : tuple of float
        Place in metres.
    moment : tuple of complex
        Current times area, A m^2.
    """

    centre: Vector
    moment: tuple[complex, complex, complex]

    def field(self, points: ArrayLike) -> Numbers:
        """H in A/m at points (n, 3) in metres, shape (n, 3).

        Source: Jackson, Classical Electrodynamics, 3rd ed., eq. 5.56.
        """
        away, r = self._away(points)
        m = np.asarray(self.moment)
        values: Numbers = (3.0 * away * (away @ m)[:, None] / r**2 - m) / (4.0 * np.pi * r**3)
        return values

    def potential(self, points: ArrayLike) -> Numbers:
        """A in Wb/m at points (n, 3) in metres, shape (n, 3). Source: Jackson, eq. 5.55."""
        away, r = self._away(points)
        return np.asarray(MU0 * np.cross(self.moment, away) / (4.0 * np.pi * r**3))

    def _away(self, points: ArrayLike) -> tuple[Real, Real]:
        away = points_of(points) - self.centre
        r = np.linalg.norm(away, axis=1, keepdims=True)
        if not np.all(r > 0.0):
            raise InputError.single(f"a point lies on the dipole at {self.centre} m")
        return away, r


@dataclass(frozen=True)
class UniformField:
    """The same field everywhere, as in the middle of a large coil.

    Parameters
    ----------
    strength : tuple of complex
        H in A/m.
    """

    strength: tuple[complex, complex, complex]

    def field(self, points: ArrayLike) -> Numbers:
        """H in A/m at points (n, 3) in metres, shape (n, 3)."""
        return np.asarray(np.broadcast_to(np.asarray(self.strength), points_of(points).shape))

    def potential(self, points: ArrayLike) -> Numbers:
        """A = mu0 H x r / 2 in Wb/m at points (n, 3) in metres, shape (n, 3)."""
        return np.asarray(MU0 / 2.0 * np.cross(self.strength, points_of(points)))


@dataclass(frozen=True)
class Sources:
    """Sum of several sources.

    Parameters
    ----------
    parts : tuple of Source
        What adds up.
    """

    parts: tuple[Source, ...]

    def field(self, points: ArrayLike) -> Numbers:
        """H in A/m at points (n, 3) in metres, shape (n, 3)."""
        return np.asarray(sum(part.field(points) for part in self.parts))

    def potential(self, points: ArrayLike) -> Numbers:
        """A in Wb/m at points (n, 3) in metres, shape (n, 3)."""
        return np.asarray(sum(part.potential(points) for part in self.parts))


def points_of(points: ArrayLike) -> Real:
    """Points as an array of shape (n, 3); one point may be given alone.

    Raises InputError for any other shape.
    """
    at = np.atleast_2d(np.asarray(points, dtype=np.float64))
    if at.ndim != 2 or at.shape[1] != 3:
        raise InputError.single(f"points must have the shape (n, 3), got {at.shape}")
    return at
