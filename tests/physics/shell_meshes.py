"""Triangle meshes of shells: sphere, disc or ring, and box."""

from __future__ import annotations

import itertools

import numpy as np

from emtwin.geometry import Surface
from emtwin.geometry.surface import weld

_GOLDEN = (1 + 5**0.5) / 2


def sphere(radius: float, splits: int) -> Surface:
    """Icosahedron with its triangles split into four, scaled to the area of a sphere.

    With the sphere's own area the resistance of a uniform field's currents is right to the order of
    edge^2 / radius^2; a mesh with its corners on the sphere would be too small by as much.
    """
    corners = np.array(
        [
            np.roll((0.0, a, b * _GOLDEN), turn)
            for turn in range(3)
            for a, b in itertools.product((1, -1), repeat=2)
        ]
    )
    gaps = np.linalg.norm(corners[:, None] - corners, axis=2)
    faces = [
        face
        for face in itertools.combinations(range(12), 3)
        if all(gaps[a, b] < 2.1 for a, b in itertools.combinations(face, 2))
    ]
    surface = _outward(Surface(corners, np.array(faces)))
    for _ in range(splits):
        surface = _split(surface)
        lengths = np.linalg.norm(surface.points, axis=1, keepdims=True)
        surface = Surface(surface.points / lengths, surface.triangles)
    return surface.scaled(radius * np.sqrt(4 * np.pi / surface.area))


def ring(inner: float, outer: float, rings: int, around: int) -> Surface:
    """Flat ring in z = 0, normals up; a disc where `inner` is 0. Rings of equal width."""
    radii = np.linspace(inner, outer, rings + 1)
    angle = 2 * np.pi * np.arange(around) / around
    points = np.stack(
        [
            np.outer(radii, np.cos(angle)),
            np.outer(radii, np.sin(angle)),
            np.zeros((rings + 1, around)),
        ],
        axis=-1,
    )
    number = np.arange((rings + 1) * around).reshape(rings + 1, around)
    a, b = number[:-1], number[1:]
    c, d = np.roll(b, -1, axis=1), np.roll(a, -1, axis=1)
    triangles = np.stack([a, b, c, a, c, d], axis=-1).reshape(-1, 3)
    return weld(Surface(points.reshape(-1, 3), triangles))


def box(sides: tuple[float, float, float], cells: tuple[int, int, int]) -> Surface:
    """Closed box about the origin, `cells` rectangles along its sides, each cut into two."""
    points, triangles, first = [], [], 0
    for axis, side in itertools.product(range(3), (-0.5, 0.5)):
        lines = [np.linspace(-0.5, 0.5, cells[(axis + n) % 3] + 1) for n in (1, 2)]
        u, v = np.meshgrid(*lines, indexing="ij")
        face = np.stack([np.full_like(u, side), u, v], axis=-1).reshape(-1, 3)
        number = first + np.arange(u.size).reshape(u.shape)
        a, b, c, d = number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]
        both = np.stack([a, b, c, a, c, d], axis=-1).reshape(-1, 3)
        triangles.append(both if side > 0 else both[:, ::-1])
        points.append(np.roll(face, axis, axis=1))
        first += u.size
    return weld(Surface(np.concatenate(points) * sides, np.concatenate(triangles)))


def without(surface: Surface, drop: np.ndarray) -> Surface:
    """The surface without some triangles."""
    return weld(Surface(surface.points, surface.triangles[~drop]))


def _outward(surface: Surface) -> Surface:
    inward = np.sum(surface.area_vectors * surface.corners.mean(axis=1), axis=1) < 0
    triangles = surface.triangles.copy()
    triangles[inward] = triangles[inward][:, ::-1]
    return Surface(surface.points, triangles)


def _split(surface: Surface) -> Surface:
    a, b, c = (surface.corners[:, n] for n in range(3))
    d, e, f = (a + b) / 2, (b + c) / 2, (c + a) / 2
    parts = np.concatenate(
        [np.stack(t, axis=1) for t in ((a, d, f), (d, b, e), (f, e, c), (d, e, f))]
    )
    return weld(Surface(parts.reshape(-1, 3), np.arange(3 * len(parts)).reshape(-1, 3)))
