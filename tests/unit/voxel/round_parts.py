"""Round and turned parts with known gaps."""

from __future__ import annotations

import numpy as np

from emtwin.geometry import Surface

Place = tuple[float, float, float]


def ring(inner: float, outer: float, height: float, facets: int, turn: float = 0.0) -> Surface:
    """A ring round the z axis from z = 0, of `facets` flat sides, the first corner at `turn`."""
    phi = turn + np.linspace(0.0, 2.0 * np.pi, facets, endpoint=False)
    profile = ((inner, 0.0), (outer, 0.0), (outer, height), (inner, height))
    points = [np.stack([r * np.cos(phi), r * np.sin(phi), z + 0 * phi], axis=1) for r, z in profile]
    this, after = np.arange(facets), np.roll(np.arange(facets), -1)
    triangles = []
    for side in range(4):
        a, b = side * facets, (side + 1) % 4 * facets
        triangles.append(np.stack([a + this, a + after, b + after], axis=1))
        triangles.append(np.stack([a + this, b + after, b + this], axis=1))
    return Surface(np.concatenate(points), np.concatenate(triangles)[:, ::-1])


def rod(radius: float, height: float, facets: int, at: tuple[float, float] = (0, 0)) -> Surface:
    """A cylinder along z from z = 0 of `facets` flat sides."""
    phi = np.linspace(0.0, 2.0 * np.pi, facets, endpoint=False)
    circle = radius * np.stack([np.cos(phi), np.sin(phi), 0 * phi], axis=1) + (*at, 0.0)
    up = np.array([0.0, 0.0, height])
    points = np.concatenate([circle, circle + up, [(*at, 0.0), (*at, height)]])
    this, after = np.arange(facets), np.roll(np.arange(facets), -1)
    low, high = np.full(facets, 2 * facets), np.full(facets, 2 * facets + 1)
    triangles = [
        (this, after, facets + after),
        (this, facets + after, facets + this),
        (low, after, this),
        (high, facets + this, facets + after),
    ]
    return Surface(points, np.concatenate([np.stack(t, axis=1) for t in triangles]))


def turned(surface: Surface, axis: int, degrees: float, about: Place = (0.0, 0.0, 0.0)) -> Surface:
    """The surface turned about a line along an axis."""
    angle, (i, j) = np.deg2rad(degrees), ((axis + 1) % 3, (axis + 2) % 3)
    turn = np.eye(3)
    turn[i, i] = turn[j, j] = np.cos(angle)
    turn[i, j], turn[j, i] = -np.sin(angle), np.sin(angle)
    return Surface((surface.points - about) @ turn.T + about, surface.triangles)
