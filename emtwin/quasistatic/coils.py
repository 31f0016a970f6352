"""Coils: currents in thin wires of straight pieces or in circles.

Their fields are in closed form, so that no quadrature stands between a current and its field.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from emtwin.errors import InputError, Problem
from emtwin.quasistatic.filaments import (
    circle_field,
    circle_potential,
    segment_field,
    segment_potential,
)
from emtwin.quasistatic.sources import Numbers, Real, Sources, Vector, points_of


@dataclass(frozen=True)
class Polyline:
    """Wire of straight pieces; a path that is not closed has a field only as part of a circuit.

    Parameters
    ----------
    path : tuple of (float, float, float)
        Corners in metres, in the direction of the current.
    turns : float
        Number of turns on the same path.
    current : complex
        Current in A.
    closed : bool
        Whether the last corner leads back to the first.

    Raises
    ------
    InputError
        If there are fewer than two corners, or neighbours are the same point.
    """

    path: tuple[Vector, ...]
    turns: float = 1.0
    current: complex = 1.0
    closed: bool = True

    def __post_init__(self) -> None:
        corners = np.asarray(self.path, dtype=np.float64)
        if corners.ndim != 2 or corners.shape[1] != 3 or len(corners) < 2 + self.closed:
            raise InputError.single(
                f"a path needs {2 + self.closed} or more points (x, y, z), got shape "
                f"{corners.shape}",
                field="path",
            )
        object.__setattr__(self, "path", tuple(tuple(map(float, corner)) for corner in corners))
        starts, ends = self.segments
        lengths = np.linalg.norm(ends - starts, axis=1)
        if not np.all(lengths > 0.0):
            raise InputError.single(
                f"piece {int(np.argmin(lengths > 0.0))} of the path has no length or is not finite",
                field="path",
                remedy="give each corner once; `closed` leads back to the first",
            )

    @property
    def segments(self) -> tuple[Real, Real]:
        """Starts and ends of the straight pieces in metres, shapes (n, 3)."""
        corners = np.asarray(self.path)
        ends = np.roll(corners, -1, axis=0)
        return (corners, ends) if self.closed else (corners[:-1], ends[:-1])

    def field(self, points: ArrayLike) -> Numbers:
        """H in A/m at points (n, 3) in metres, shape (n, 3)."""
        at = points_of(points)
        every = zip(*self.segments, strict=True)
        return np.asarray(_strength(self) * sum(segment_field(at, *ends) for ends in every))

    def potential(self, points: ArrayLike) -> Numbers:
        """A in Wb/m at points (n, 3) in metres, shape (n, 3)."""
        at = points_of(points)
        every = zip(*self.segments, strict=True)
        return np.asarray(_strength(self) * sum(segment_potential(at, *ends) for ends in every))


@dataclass(frozen=True)
class Circle:
    """Circular loop of thin wire.

    Parameters
    ----------
    centre : tuple of float
        Centre in metres.
    normal : tuple of float
        Direction of the field at the centre for a positive current, any length but 0.
    radius : float
        Radius in metres.
    turns : float
        Number of turns.
    current : complex
        Current in A.

    Raises
    ------
    InputError
        If the radius is not positive or the normal has no direction.
    """

    centre: Vector
    normal: Vector
    radius: float
    turns: float = 1.0
    current: complex = 1.0

    def __post_init__(self) -> None:
        problems = []
        if not self.radius > 0.0 or not np.isfinite(self.radius):
            problems.append(
                Problem(f"a circle needs a positive radius, got {self.radius:g} m", field="radius")
            )
        if not 0.0 < np.linalg.norm(self.normal) < np.inf:
            problems.append(
                Problem(f"the normal {self.normal} of a circle has no direction", field="normal")
            )
        if problems:
            raise InputError(problems)

    @property
    def frame(self) -> Real:
        """Unit vectors of the loop's own x, y, z; z is its normal; shape (3, 3)."""
        return _frame(self.normal)

    def field(self, points: ArrayLike) -> Numbers:
        """H in A/m at points (n, 3) in metres, shape (n, 3)."""
        own = (points_of(points) - self.centre) @ self.frame.T
        return _strength(self) * (circle_field(own, self.radius) @ self.frame)

    def potential(self, points: ArrayLike) -> Numbers:
        """A in Wb/m at points (n, 3) in metres, shape (n, 3)."""
        own = (points_of(points) - self.centre) @ self.frame.T
        return _strength(self) * (circle_potential(own, self.radius) @ self.frame)


def rectangle(
    width: float,
    height: float,
    centre: Vector = (0.0, 0.0, 0.0),
    normal: Vector = (0.0, 0.0, 1.0),
    turns: float = 1.0,
    current: complex = 1.0,
) -> Polyline:
    """Rectangular loop.

    Parameters
    ----------
    width, height : float
        Sides in metres; with the normal along z, along x and y.
    centre, normal : tuple of float
        As in `Circle`.
    turns, current : float, complex
        As in `Circle`.

    Returns
    -------
    Polyline
        The loop.
    """
    corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]) / 2.0
    path = corners * (width, height, 0.0) @ _frame(normal) + np.asarray(centre)
    return Polyline(tuple(map(tuple, path.tolist())), turns, current)


def pair(coil: Polyline | Circle, spacing: float, axis: Vector = (0.0, 0.0, 1.0)) -> Sources:
    """Two equal coils half of `spacing` (m) to either side of `coil` along `axis`.

    A pair of circles at a distance of their radius is Helmholtz's.
    """
    half = _frame(axis)[2] * spacing / 2.0
    return Sources((_moved(coil, -half), _moved(coil, half)))


def helmholtz(radius: float, turns: float = 1.0, current: complex = 1.0) -> Sources:
    """Helmholtz pair of `radius` (m) about the z axis, centred at the origin."""
    return pair(Circle((0.0, 0.0, 0.0), (0.0, 0.0, 1.0), radius, turns, current), radius)


def _moved(coil: Polyline | Circle, by: Real) -> Polyline | Circle:
    if isinstance(coil, Circle):
        x, y, z = np.asarray(coil.centre) + by
        return replace(coil, centre=(float(x), float(y), float(z)))
    return replace(coil, path=tuple(map(tuple, (np.asarray(coil.path) + by).tolist())))


def _strength(coil: Polyline | Circle) -> float | complex:
    """Ampere-turns; a real current stays real."""
    current = complex(coil.current)
    return coil.turns * (current.real if current.imag == 0.0 else current)


def _frame(normal: Vector) -> Real:
    """Right-handed unit vectors whose third is `normal`; the axes themselves where it is z."""
    z = np.asarray(normal, dtype=np.float64) / np.linalg.norm(normal)
    x = np.roll(np.eye(3)[int(np.argmax(np.abs(z)))], 1)
    x = x - z * (x @ z)
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(z, x), z])
