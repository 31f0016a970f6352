"""Sound surfaces, and ways to damage them, for the tests of diagnosis and repair."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry import Surface

_SIDES = ((0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5))
BOX = np.array([t for a, b, c, d in _SIDES for t in ((a, b, c), (a, c, d))])


def box(side: float = 0.04, at: float = 0.0) -> Surface:
    """Cube of twelve triangles from (at, at, at) up, in metres."""
    points = np.array([[x, y, z] for z in (0, 1) for y in (0, 1) for x in (0, 1)], dtype=float)
    return Surface(points * side + at, BOX)


def joined(*surfaces: Surface) -> Surface:
    """Surfaces as one, no points shared."""
    starts = np.cumsum([0, *(len(s.points) for s in surfaces)])
    return Surface(
        np.concatenate([s.points for s in surfaces]),
        np.concatenate([s.triangles + n for s, n in zip(surfaces, starts, strict=False)]),
    )


def turned(surface: Surface, which: NDArray[np.bool_] | slice = slice(None)) -> Surface:
    """The surface with some triangles inside out."""
    triangles = surface.triangles.copy()
    triangles[which] = triangles[which][:, ::-1]
    return Surface(surface.points, triangles)


def more(surface: Surface, triangles: list[list[int]], *points: tuple[float, ...]) -> Surface:
    """The surface with further triangles and points (in metres)."""
    return Surface(
        np.concatenate([surface.points, np.array(points).reshape(-1, 3)]),
        np.concatenate([surface.triangles, np.array(triangles)]),
    )


def torn(surface: Surface, gap: float) -> Surface:
    """The surface cut through its middle across x, the halves `gap` metres apart."""
    middle = surface.corners[:, :, 0].mean(axis=1)
    right = middle > np.median(middle)
    points = np.concatenate([surface.points, surface.points + np.array([gap, 0.0, 0.0])])
    triangles = surface.triangles.copy()
    triangles[right] += len(surface.points)
    return Surface(points, triangles)
