"""The one view direction of all 3-D pictures, as a parallel projection."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
UP = np.array([0.0, 0.0, 1.0])
TOWARD = np.array([-0.62, -1.0, 0.55]) / np.linalg.norm([-0.62, -1.0, 0.55])
RIGHT = np.cross(UP, TOWARD) / np.linalg.norm(np.cross(UP, TOWARD))
SCREEN_UP = np.cross(TOWARD, RIGHT)


class Extent(NamedTuple):
    """Part of the projected plane that a picture shows, in metres."""

    left: float
    right: float
    bottom: float
    top: float

    @property
    def width(self) -> float:
        """Width in metres."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Height in metres."""
        return self.top - self.bottom


def project(points: Vector) -> Vector:
    """Screen coordinates (n, 2) in metres of `points` (n, 3)."""
    return np.asarray(np.reshape(points, (-1, 3)) @ np.stack([RIGHT, SCREEN_UP], axis=1))


def depth(points: Vector) -> Vector:
    """Distance towards the viewer (n,) in metres; larger is nearer."""
    return np.asarray(np.reshape(points, (-1, 3)) @ TOWARD)


def extent_of(points: Vector, margin: float = 0.06) -> Extent:
    """Extent around `points` (n, 3), never narrower or flatter than 0.75 to 1.7."""
    flat = project(points)
    low, high = flat.min(axis=0), flat.max(axis=0)
    middle, half = (low + high) / 2, (high - low) / 2 * (1 + 2 * margin) + 1e-6
    half[0] = max(half[0], 1.05 * half[1])
    half[1] = max(half[1], half[0] / 1.7)
    (left, bottom), (right, top) = middle - half, middle + half
    return Extent(float(left), float(right), float(bottom), float(top))
