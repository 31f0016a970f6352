"""Surfaces and bodies that tests of cells share, and their votes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.geometry import Surface
from emtwin.materials import Material
from emtwin.voxel import Body
from emtwin.voxel.inside.winding_votes import Centres, winding_votes

METAL = Material("metal", 1.0, 1e7, True, "test")
PLASTIC = Material("plastic", 3.0, 0.0, False, "test")
WET = Material("wet", 80.0, 1.0, False, "test")

_SIDES = ((0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5))


def box(lo: tuple[float, float, float], hi: tuple[float, float, float]) -> Surface:
    """Closed box of twelve triangles, normals outward."""
    points = [[x, y, z] for z in (lo[2], hi[2]) for y in (lo[1], hi[1]) for x in (lo[0], hi[0])]
    triangles = [t for a, b, c, d in _SIDES for t in ((a, b, c), (a, c, d))]
    return Surface(np.array(points), np.array(triangles))


def plate(
    x: tuple[float, ...], y: tuple[float, ...], z: float, holes: tuple[tuple[int, int], ...] = ()
) -> Surface:
    """Plate at height `z` of the rectangles between the lines `x` and `y`, without `holes`."""
    points = np.array([[a, b, z] for a in x for b in y])
    triangles = []
    for i in range(len(x) - 1):
        for j in range(len(y) - 1):
            a = i * len(y) + j
            b, c, d = a + 1, a + len(y), a + len(y) + 1
            if (i, j) not in holes:
                triangles += [(a, c, d), (a, d, b)]
    return Surface(points, np.array(triangles))


def sphere(radius: float, centre: tuple[float, float, float], rings: int = 24) -> Surface:
    """Sphere of 2 rings x (rings - 1) quadrilaterals and two caps, normals outward."""
    theta = np.linspace(0.0, np.pi, rings + 1)[1:-1]
    phi = np.linspace(0.0, 2 * np.pi, 2 * rings, endpoint=False)
    around = [[np.sin(t) * np.cos(p), np.sin(t) * np.sin(p), np.cos(t)] for t in theta for p in phi]
    points = np.array([[0.0, 0.0, 1.0], *around, [0.0, 0.0, -1.0]])
    n, last = phi.size, len(points) - 1
    triangles: list[tuple[int, int, int]] = []
    for p in range(n):
        q = (p + 1) % n
        triangles.append((0, 1 + p, 1 + q))
        triangles.append((last, last - n + q, last - n + p))
        for t in range(theta.size - 1):
            a, b = 1 + t * n + p, 1 + t * n + q
            triangles += [(a, a + n, b + n), (a, b + n, b)]
    return Surface(points * radius + np.array(centre), np.array(triangles))


def shell(outer: Surface, inner: Surface) -> Surface:
    """The body between two closed surfaces."""
    return Surface(
        np.concatenate([outer.points, inner.points]),
        np.concatenate([outer.triangles, inner.triangles[:, ::-1] + len(outer.points)]),
    )


def hollow(
    lo: tuple[float, float, float], hi: tuple[float, float, float], wall: float
) -> tuple[Surface, Surface]:
    """Box with a wall of this thickness, and the surface of its cavity."""
    x, y, z = (value + wall for value in lo)
    inner = box((x, y, z), (hi[0] - wall, hi[1] - wall, hi[2] - wall))
    return shell(box(lo, hi), inner), inner


def blocks(lines: tuple[tuple[float, ...], ...], filled: NDArray[np.bool_]) -> Surface:
    """Closed surface of the filled blocks between the lines along x, y, z; normals outward."""
    nodes = tuple(n + 1 for n in filled.shape)
    quads = []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        padded = np.pad(filled, [(1, 1) if a == axis else (0, 0) for a in range(3)])
        step = np.diff(padded.astype(int), axis=axis)
        for side, order in ((-1, (0, 1, 2, 3)), (1, (0, 3, 2, 1))):
            corner = np.argwhere(step == side)
            unit = np.eye(3, dtype=int)
            around = [corner, corner + unit[u], corner + unit[u] + unit[v], corner + unit[v]]
            flat = np.stack([np.ravel_multi_index(tuple(c.T), nodes) for c in around], axis=1)
            quads.append(flat[:, order])
    every = np.concatenate(quads)
    points = np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1).reshape(-1, 3)
    used, inverse = np.unique(
        np.concatenate([every[:, [0, 1, 2]], every[:, [0, 2, 3]]]), return_inverse=True
    )
    return Surface(points[used], inverse.reshape(-1, 3))


def rotated(surface: Surface, seed: int, about: NDArray[np.float64] | None = None) -> Surface:
    """The surface turned by a random rotation about a point, by default its middle."""
    q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    turn: NDArray[np.float64] = q * np.sign(np.linalg.det(q))
    middle = (surface.lo + surface.hi) / 2 if about is None else about
    return Surface((surface.points - middle) @ turn.T + middle, surface.triangles)


def votes_of(surface: Surface, centres: Centres, backend: Backend) -> NDArray[np.uint8]:
    """Votes of all cells."""
    return np.concatenate([votes for _, votes in winding_votes(surface, centres, backend)])


def solid(name: str, surface: Surface, material: Material = PLASTIC, priority: int = 1) -> Body:
    """Solid body."""
    return Body(name, surface, "solid", material, priority)


def sheet(name: str, surface: Surface, priority: int = 1) -> Body:
    """Sheet of metal."""
    return Body(name, surface, "sheet", METAL, priority)
