"""Bodies as signed distances: negative inside, positive outside, zero on the surface, in metres.

A distance takes points of shape (n, 3) and gives values of shape (n,). Whoever writes one of their
own keeps this rule: the value never exceeds the distance to the surface.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emtwin.errors import GridError

Real = NDArray[np.float64]
Distance = Callable[[Real], Real]
"""Signed distance of points of shape (n, 3), shape (n,), both in metres."""

Point = Sequence[float]


def sphere(centre: Point, radius: float) -> Distance:
    """Distance from a sphere; `centre` and `radius` in metres."""
    middle = np.array(centre, np.float64)
    _positive(radius=radius)

    def _distance(points: Real) -> Real:
        values: Real = np.linalg.norm(points - middle, axis=1) - radius
        return values

    return _distance


def cylinder(start: Point, stop: Point, radius: float) -> Distance:
    """Distance from a round cylinder with flat ends between two points on its axis, metres."""
    begin, along = np.array(start, np.float64), np.subtract(stop, start)
    half = float(np.linalg.norm(along)) / 2
    _positive(radius=radius, length=2 * half)
    axis = along / (2 * half)

    def _distance(points: Real) -> Real:
        offset = points - begin - half * axis
        height = offset @ axis
        outwards = np.linalg.norm(offset - height[:, None] * axis, axis=1)
        return _corner(np.stack([outwards - radius, np.abs(height) - half], axis=1))

    return _distance


def box(
    centre: Point, sides: Point, axes: ArrayLike = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
) -> Distance:
    """Distance from a box.

    Parameters
    ----------
    centre : sequence of float
        Its middle in metres.
    sides : sequence of float
        Its three side lengths in metres.
    axes : array-like, shape (3, 3)
        Unit vectors along the sides, one per row, at right angles.

    Raises
    ------
    GridError
        If a side is not positive, or the axes are not at right angles.
    """
    middle, half = np.array(centre, np.float64), np.array(sides, np.float64) / 2
    turned = np.array(axes, np.float64)
    _positive(side=2 * float(half.min()))
    if not np.allclose(turned @ turned.T, np.eye(3), rtol=0, atol=1e-9):
        raise GridError.single("the axes of a box must be unit vectors at right angles")

    def _distance(points: Real) -> Real:
        return _corner(np.abs((points - middle) @ turned.T) - half)

    return _distance


def half_space(point: Point, normal: Point) -> Distance:
    """Distance from a half-space whose surface holds `point` (m); `normal` points out of it."""
    outwards = np.array(normal, np.float64)
    _positive(normal=float(np.linalg.norm(outwards)))
    outwards /= np.linalg.norm(outwards)
    origin = np.array(point, np.float64)

    def _distance(points: Real) -> Real:
        values: Real = (points - origin) @ outwards
        return values

    return _distance


def outside(body: Distance) -> Distance:
    """Everything that is not `body`: the wall of a cavity."""
    return lambda points: -body(points)


def union(*bodies: Distance) -> Distance:
    """What lies in any of the bodies."""
    return lambda points: np.min([body(points) for body in bodies], axis=0)


def _corner(beyond: Real) -> Real:
    """Distance from an intersection of slabs at right angles, from how far each is exceeded."""
    values: Real = np.linalg.norm(np.maximum(beyond, 0), axis=1) + np.minimum(beyond.max(axis=1), 0)
    return values


def _positive(**sizes: float) -> None:
    for name, value in sizes.items():
        if not value > 0:
            raise GridError.single(f"a body has the {name} {value:g} m; it must be positive")
