"""Triangulated surfaces."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError

LARGEST_COORDINATE = 1e9
"""Largest coordinate, in metres or in the unit of a file; its third power fits a float."""

_IN_CACHE = 1 << 15  # triangles whose numbers stay in a core's cache


@dataclass(frozen=True, eq=False)
class Surface:
    """Triangles over shared points.

    Parameters
    ----------
    points : ndarray of float64
        Coordinates in metres, shape (n, 3).
    triangles : ndarray of int64
        Three point indices per triangle, shape (m, 3).

    Raises
    ------
    InputError
        If it is empty, a coordinate is not finite or an index has no point.
    """

    points: NDArray[np.float64]
    triangles: NDArray[np.int64]

    def __post_init__(self) -> None:
        points = np.ascontiguousarray(self.points, dtype=np.float64)
        triangles = np.ascontiguousarray(self.triangles, dtype=np.int64)
        _check(points, triangles)
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "triangles", triangles)

    @cached_property
    def corners(self) -> NDArray[np.float64]:
        """Corner coordinates in metres, shape (m, 3 corners, 3 axes)."""
        corners: NDArray[np.float64] = self.points[self.triangles]
        return corners

    @cached_property
    def lo(self) -> NDArray[np.float64]:
        """Lower corner of the bounding box of all triangles in metres, shape (3,)."""
        return np.asarray(self._used.min(axis=0), dtype=np.float64)

    @cached_property
    def hi(self) -> NDArray[np.float64]:
        """Upper corner of the bounding box of all triangles in metres, shape (3,)."""
        return np.asarray(self._used.max(axis=0), dtype=np.float64)

    @property
    def _used(self) -> NDArray[np.float64]:
        """The points that triangles have."""
        used = np.zeros(len(self.points), dtype=bool)
        used[self.triangles] = True
        return self.points[used]

    @cached_property
    def area_vectors(self) -> NDArray[np.float64]:
        """Normal times area per triangle in square metres, shape (m, 3)."""
        a, b, c = self.corners[:, 0], self.corners[:, 1], self.corners[:, 2]
        return np.asarray(np.cross(b - a, c - a) / 2.0, dtype=np.float64)

    @cached_property
    def areas(self) -> NDArray[np.float64]:
        """Area of each triangle in square metres, shape (m,)."""
        return np.asarray(np.linalg.norm(self.area_vectors, axis=1), dtype=np.float64)

    @cached_property
    def normals(self) -> NDArray[np.float64]:
        """Unit normal of each triangle, zero where it has no area, shape (m, 3)."""
        areas = self.areas[:, None]
        return np.asarray(self.area_vectors / np.where(areas > 0.0, areas, 1.0))

    @property
    def area(self) -> float:
        """Sum of the triangle areas in square metres."""
        return float(self.areas.sum())

    @property
    def signed_volume(self) -> float:
        """Enclosed volume in cubic metres, positive where the normals point outward."""
        x, y, z = np.ascontiguousarray((self.points - self.lo).T)
        sums = []
        for start in range(0, len(self.triangles), _IN_CACHE):
            a, b, c = self.triangles[start : start + _IN_CACHE].T
            # The flux of (x, 0, 0): the mean x of each triangle times its area as seen along x.
            y_a, z_a = y[a], z[a]
            seen = (y[b] - y_a) * (z[c] - z_a) - (z[b] - z_a) * (y[c] - y_a)
            sums.append(np.sum((x[a] + x[b] + x[c]) * seen))
        return float(np.sum(sums) / 6.0)

    def scaled(self, factor: float) -> Surface:
        """The same surface with every coordinate multiplied by `factor`."""
        return Surface(self.points * factor, self.triangles)

    def permuted(self, order: tuple[int, int, int]) -> Surface:
        """The same surface with its axes taken in `order`."""
        return Surface(self.points[:, list(order)], self.triangles)


def weld(surface: Surface, tolerance: float = 1e-8) -> Surface:
    """Surface whose coincident points are one point.

    Formats without shared points (STL) repeat each corner per triangle, and CAD
    kernels repeat the points of a common face.

    Parameters
    ----------
    surface : Surface
        Surface with any number of repeated points.
    tolerance : float, default 1e-8
        Largest distance of merged points, as a share of the bounding box's diagonal.

    Returns
    -------
    Surface
        Surface without repeated or unused points and without triangles that collapsed
        to a line.

    Raises
    ------
    InputError
        If no triangle is left.
    """
    step = tolerance * float(np.linalg.norm(surface.hi - surface.lo))
    points, triangles = surface.points, surface.triangles
    if step > 0.0:
        # Two roundings, half a step apart: points that straddle one do not straddle the other.
        for shift in (0.0, 0.5):
            keys = np.round((points - surface.lo) / step + shift).astype(np.int64)
            _, first, inverse = np.unique(keys, axis=0, return_index=True, return_inverse=True)
            points, triangles = points[first], inverse.ravel()[triangles]
    a, b, c = triangles.T
    triangles = triangles[(a != b) & (b != c) & (c != a)]
    used, inverse = np.unique(triangles, return_inverse=True)
    return Surface(points[used], inverse.reshape(triangles.shape))


def _check(points: NDArray[np.float64], triangles: NDArray[np.int64]) -> None:
    if points.ndim != 2 or points.shape[1:] != (3,) or triangles.shape[1:] != (3,):
        raise InputError.single(
            f"a surface needs points (n, 3) and triangles (m, 3), got {points.shape} "
            f"and {triangles.shape}"
        )
    if not triangles.size:
        raise InputError.single("the surface has no triangle")
    if triangles.min() < 0 or triangles.max() >= len(points):
        raise InputError.single(
            f"a triangle names point {int(triangles.max())}, but there are {len(points)} points"
        )
    corners = points[triangles]
    bad = ~np.isfinite(corners).all(axis=(1, 2))
    if bad.any():
        raise InputError.single(f"{int(bad.sum())} triangles have a coordinate that is not finite")
    largest = float(np.abs(corners).max())
    if largest > LARGEST_COORDINATE:
        raise InputError.single(
            f"a triangle has the coordinate {largest:.3g}, beyond {LARGEST_COORDINATE:g}: the file "
            "is damaged"
        )
