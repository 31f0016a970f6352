"""Moving, turning, mirroring and scaling surfaces."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry.surface import Surface

_ROUNDING = 1e-12
Vector = tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Placement:
    """The map x -> matrix x + offset.

    Parameters
    ----------
    matrix : ndarray of float64
        Rotation, mirroring and scale, shape (3, 3).
    offset : ndarray of float64
        Shift in metres, shape (3,).
    """

    matrix: NDArray[np.float64]
    offset: NDArray[np.float64]

    def then(self, other: Placement) -> Placement:
        """This placement followed by another."""
        return Placement(other.matrix @ self.matrix, other.matrix @ self.offset + other.offset)

    def apply(self, surface: Surface) -> Surface:
        """The surface in its new place; under a mirroring its triangles are turned over.

        Parameters
        ----------
        surface : Surface
            Surface in metres.

        Returns
        -------
        Surface
            Normals that pointed outward still do. What was flat and normal to an axis is so
            exactly, where the map takes axes to axes.
        """
        points = np.stack([_row(row, surface.points) for row in self.matrix], axis=1)
        mirrored = np.linalg.det(self.matrix) < 0.0
        triangles = surface.triangles[:, ::-1] if mirrored else surface.triangles
        return Surface(points + self.offset, triangles)


def _row(row: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """One new coordinate; a matrix product may round equal coordinates differently."""
    total = np.zeros(len(points))
    for axis in np.flatnonzero(row):
        total += row[axis] * points[:, axis]
    return total


def compose(steps: Iterable[Placement]) -> Placement:
    """All placements, the first one first.

    Parameters
    ----------
    steps : iterable of Placement
        Placements in the order in which they happen.

    Returns
    -------
    Placement
        The identity for no step.
    """
    result = Placement(np.eye(3), np.zeros(3))
    for step in steps:
        result = result.then(step)
    return result


def scaling(factor: float, about: Vector = (0.0, 0.0, 0.0)) -> Placement:
    """Scale by a factor above 0 about a point in metres."""
    return _about(np.eye(3) * factor, about)


def translation(shift: Vector) -> Placement:
    """Shift by a vector in metres."""
    return Placement(np.eye(3), np.asarray(shift, dtype=np.float64))


def mirroring(normal: Vector, about: Vector = (0.0, 0.0, 0.0)) -> Placement:
    """Mirror in the plane through a point (metres) with this normal (any length above 0)."""
    n = np.asarray(normal, dtype=np.float64) / np.linalg.norm(normal)
    return _about(_snapped(np.eye(3) - 2.0 * np.outer(n, n)), about)


def rotation(axis: Vector, angle: float, about: Vector = (0.0, 0.0, 0.0)) -> Placement:
    """Turn about an axis through a point, counter-clockwise seen from the axis's tip.

    Parameters
    ----------
    axis : tuple of float
        Direction of the axis, of any length above 0.
    angle : float
        Angle in degrees.
    about : tuple of float, default (0, 0, 0)
        Point on the axis in metres.

    Returns
    -------
    Placement
        Rotation by Rodrigues' formula. Entries within 1e-12 of 0, 1 or -1 are these, so that a
        quarter turn leaves a box parallel to the axes.
    """
    x, y, z = np.asarray(axis, dtype=np.float64) / np.linalg.norm(axis)
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    # A whole number of turns is taken off first: the sine of a large angle is rounded more.
    turn = np.radians(angle % 360.0)
    matrix = np.eye(3) + np.sin(turn) * cross + (1.0 - np.cos(turn)) * (cross @ cross)
    return _about(_snapped(matrix), about)


def _about(matrix: NDArray[np.float64], point: Vector) -> Placement:
    centre = np.asarray(point, dtype=np.float64)
    return Placement(matrix, centre - matrix @ centre)


def _snapped(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    nearest = np.round(matrix)
    return np.where(np.abs(matrix - nearest) < _ROUNDING, nearest, matrix)
