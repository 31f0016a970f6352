"""Volumes of bodies on ever finer grids: order two for fractions, at least one for whole cells."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from emtwin.geometry import Surface
from emtwin.grid import Grid
from emtwin.materials import Material
from emtwin.voxel import Body
from emtwin.voxel.inside.fractions import fractions
from emtwin.voxel.inside.solids import inside

PLASTIC = Material("plastic", 3.0, 0.0, False, "test")
CELLS = (8, 16, 32)
SHIFTS = 6


def wrapped(points: np.ndarray) -> Surface:
    """Closed surface of a torus-like net of points, shape (n, m, 3), normals outward."""
    n, m = points.shape[:2]
    number = np.arange(n * m).reshape(n, m)
    a, b = number, np.roll(number, -1, 0)
    c, d = np.roll(b, -1, 1), np.roll(a, -1, 1)
    triangles = np.concatenate([np.stack(t, -1).reshape(-1, 3) for t in ((a, b, c), (a, c, d))])
    surface = Surface(points.reshape(-1, 3), triangles)
    return surface if surface.signed_volume > 0 else Surface(surface.points, triangles[:, ::-1])


def torus(n: int, ring: float = 0.27, tube: float = 0.13) -> tuple[Surface, float]:
    """Torus with facets of about a cell, and its volume 2 pi^2 R r^2."""
    u = np.linspace(0, 2 * np.pi, 2 * n, endpoint=False)[:, None]
    v = np.linspace(0, 2 * np.pi, n, endpoint=False)
    r = ring + tube * np.cos(v)
    points = np.stack([r * np.cos(u), r * np.sin(u), tube * np.sin(v) + 0 * u], axis=-1)
    return wrapped(points), 2 * np.pi**2 * ring * tube**2


def sphere(n: int, radius: float = 0.37) -> tuple[Surface, float]:
    """Sphere with facets of about a cell, and its volume."""
    theta = np.linspace(0, np.pi, n + 1)[1:-1]
    phi = np.linspace(0, 2 * np.pi, 2 * n, endpoint=False)
    net = [[np.sin(t) * np.cos(p), np.sin(t) * np.sin(p), np.cos(t)] for t in theta for p in phi]
    points = np.array([[0, 0, 1.0], *net, [0, 0, -1.0]]) * radius
    m, last = phi.size, len(points) - 1
    triangles = []
    for p in range(m):
        q = (p + 1) % m
        triangles += [(0, 1 + p, 1 + q), (last, last - m + q, last - m + p)]
        for t in range(theta.size - 1):
            a, b = 1 + t * m + p, 1 + t * m + q
            triangles += [(a, a + m, b + m), (a, b + m, b)]
    return Surface(points, np.array(triangles)), 4 / 3 * np.pi * radius**3


def thin_box(_n: int, side: float = 0.5, wall: float = 0.04) -> tuple[Surface, float]:
    """Hollow cube with walls thinner than the coarse cells."""
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) / 2
    sides = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    out = np.array([t for a, b, c, d in sides for t in ((a, b, c), (a, c, d))])
    hole = side - 2 * wall
    points = np.concatenate([corners * side, corners * hole])
    return Surface(points, np.concatenate([out, out[:, ::-1] + 8])), side**3 - hole**3


def placed(surface: Surface, seed: int) -> Body:
    """The surface turned and shifted at random, so that nothing lies on a grid line."""
    rng = np.random.default_rng(seed)
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    turn *= np.sign(np.linalg.det(turn))
    middle = 0.5 + rng.uniform(-0.03, 0.03, 3)
    return Body(
        "body", Surface(surface.points @ turn.T + middle, surface.triangles), "solid", PLASTIC, 1
    )


Shape = Callable[[int], tuple[Surface, float]]


def error(shape: Shape, by_fractions: bool, n: int) -> float:
    """Root mean square of the relative error of the volume over some places of the body."""
    surface, exact = shape(n)
    grid, errors = Grid.uniform((n, n, n), 1 / n), []
    for seed in range(SHIFTS):
        body = placed(surface, seed)
        counted = fractions(body, grid).share if by_fractions else inside(body, grid).mask
        errors.append(counted.sum() / n**3 / exact - 1)
    return float(np.sqrt(np.mean(np.square(errors))))


@pytest.mark.parametrize("shape", [sphere, torus])
def test_fractions_converge_with_order_two(shape: Shape) -> None:
    """The fractions of a polyhedron are exact: what is left is its facets, of the order of h^2."""
    errors = [error(shape, True, n) for n in CELLS]
    orders = np.log2(np.divide(errors[:-1], errors[1:]))
    assert orders.min() >= 1.9, errors


def test_fractions_of_flat_walls_are_exact() -> None:
    """A tilted box with walls of a third to four thirds of a cell: every volume to rounding."""
    for n in CELLS:
        assert error(thin_box, True, n) < 1e-12


@pytest.mark.parametrize("shape", [sphere, torus, thin_box])
def test_whole_cells_converge_with_order_one(shape: Shape) -> None:
    """Each cut cell errs by up to its volume: area times h at worst, less where errors cancel.

    Expected: order at least 1 from 8 to 32 cells, the facets growing finer with the grid.
    """
    errors = [error(shape, False, n) for n in CELLS]
    assert np.log2(errors[0] / errors[-1]) / 2 >= 1.0, errors


@pytest.mark.parametrize("order", [(1, 2, 0), (1, 0, 2), (2, 1, 0)])
def test_permuting_the_axes_permutes_the_fractions(order: tuple[int, int, int]) -> None:
    """Prisms along another axis hold the same volumes, to rounding."""
    body = placed(torus(12)[0], 3)
    rng = np.random.default_rng(4)
    lines = [np.insert(np.cumsum(rng.uniform(0.5, 1.0, n)), 0, 0) for n in (9, 10, 11)]
    lines = [values / values[-1] for values in lines]
    found = fractions(body, Grid(*lines))
    turned = Body("body", body.surface.permuted(order), "solid", PLASTIC, 1)
    other = fractions(turned, Grid(*(lines[axis] for axis in order)))
    assert other.window == tuple(found.window[axis] for axis in order)
    assert np.allclose(other.share, found.share.transpose(order), rtol=0, atol=1e-12)


def test_the_cells_of_a_solid_sum_up_to_its_volume() -> None:
    """On a graded grid the sum of share times volume is the mesh's own volume, to rounding."""
    body = placed(sphere(20)[0], 5)
    rng = np.random.default_rng(6)
    lines = [np.insert(np.cumsum(rng.uniform(0.3, 1.0, n)), 0, 0) for n in (14, 15, 16)]
    grid = Grid(*(values / values[-1] for values in lines))
    found = fractions(body, grid)
    dx, dy, dz = (d[s] for d, s in zip(grid.spacings, found.window, strict=True))
    assert found.exact
    assert dx @ (found.share @ dz) @ dy == pytest.approx(body.surface.signed_volume, rel=1e-13)
    assert found.share.min() >= 0.0
    assert found.share.max() <= 1.0


def test_an_open_surface_has_whole_cells() -> None:
    whole = placed(sphere(12)[0], 1)
    open_ = Surface(whole.surface.points, whole.surface.triangles[1:])
    grid = Grid.uniform((10, 10, 10), 0.1)
    found = fractions(Body("b", open_, "solid", PLASTIC, 1), grid)
    assert not found.exact
    assert set(np.unique(found.share)) == {0.0, 1.0}
