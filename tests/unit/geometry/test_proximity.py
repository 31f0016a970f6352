"""Distances of triangles and of surfaces, and winding numbers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from emtwin.geometry import Surface
from emtwin.geometry.proximity import BoxTrees, near_boxes, winding
from emtwin.geometry.triangle_pairs import plane_distance, triangle_distance
from tests.unit.voxel.shapes import box, rotated, sphere

PAIR = np.array([[0, 1]])


def test_triangles_against_a_minimiser() -> None:
    """The squared distance is convex in the two pairs of barycentric coordinates."""
    rng = np.random.default_rng(0)
    first = rng.normal(size=(40, 3, 3))
    second = rng.normal(size=(40, 3, 3)) + rng.normal(size=(40, 1, 3))
    distance, p, q = triangle_distance(first, second)
    assert np.linalg.norm(p - q, axis=1) == pytest.approx(distance, abs=1e-9)
    assert (plane_distance(first, second) <= distance + 1e-12).all()
    for a, b, found in zip(first, second, distance, strict=True):

        def squared(x: np.ndarray, a: np.ndarray = a, b: np.ndarray = b) -> float:
            p = a[0] + x[0] * (a[1] - a[0]) + x[1] * (a[2] - a[0])
            return float(((p - b[0] - x[2] * (b[1] - b[0]) - x[3] * (b[2] - b[0])) ** 2).sum())

        limits = [{"type": "ineq", "fun": lambda x, n=n: 1 - x[n] - x[n + 1]} for n in (0, 2)]
        best = minimize(squared, [0.3] * 4, bounds=[(0, 1)] * 4, constraints=limits, tol=1e-13)
        assert found == pytest.approx(np.sqrt(max(best.fun, 0.0)), abs=1e-4)


@pytest.mark.parametrize(
    ("second", "distance"),
    [
        ([[0, 0, 2], [1, 0, 2], [0, 1, 2]], 2.0),  # parallel
        ([[0.2, 0.2, -1], [0.2, 0.2, 1], [0.3, 0.2, 1]], 0.0),  # through the middle
        ([[0.1, 0.1, 0], [0.2, 0.1, 0], [0.1, 0.2, 0]], 0.0),  # inside, in one plane
        ([[0, 0, 0], [-1, 0, 0], [0, -1, 0]], 0.0),  # a shared corner
        ([[3, 4, 0], [3, 4, 0], [3, 4, 0]], np.sqrt(18)),
    ],
)
def test_special_positions(second: list[list[float]], distance: float) -> None:
    """The last is a point: nearest on the hypotenuse, at (3 + 4 - 1) / sqrt(2) = sqrt(18)."""
    first = np.array([[[0, 0, 0], [1, 0, 0], [0, 1, 0]]], dtype=float)
    for one, other in ((first, np.array([second], float)), (np.array([second], float), first)):
        assert triangle_distance(one, other)[0][0] == pytest.approx(distance, abs=1e-12)


def test_trees_find_the_nearest_of_all_triangles() -> None:
    """Against every pair of triangles of two turned boxes and of two spheres."""
    pairs = [
        (rotated(box((0, 0, 0), (1, 2, 3)), 1), rotated(box((2, 2, 2), (3, 4, 6)), 2)),
        (sphere(1.0, (0, 0, 0), 6), sphere(0.5, (1.1, 1.2, 0.3), 5)),
    ]
    trees = BoxTrees([surface for pair in pairs for surface in pair])
    found = trees.nearest(np.array([[0, 1], [2, 3]]), np.inf)
    for number, (first, second) in enumerate(pairs):
        i, j = np.indices((len(first.triangles), len(second.triangles))).reshape(2, -1)
        expected = triangle_distance(first.corners[i], second.corners[j])[0].min()
        assert found.distance[number] == pytest.approx(expected, rel=1e-12)
        apart = np.linalg.norm(found.on_first[number] - found.on_second[number])
        assert apart == pytest.approx(expected, rel=1e-12)


def test_beyond_the_limit_there_is_no_distance() -> None:
    trees = BoxTrees([box((0, 0, 0), (1, 1, 1)), box((3, 0, 0), (4, 1, 1))])
    assert trees.nearest(PAIR, 1.9).distance[0] == np.inf
    assert trees.nearest(PAIR, 2.0).distance[0] == pytest.approx(2.0)


def test_near_boxes() -> None:
    surfaces = [box((n, 0, 0), (n + 0.5, 1, 1)) for n in range(4)]
    assert near_boxes(surfaces, 0.6).tolist() == [[0, 1], [1, 2], [2, 3]]
    assert near_boxes(surfaces[:1], 0.6).shape == (0, 2)


def test_winding_number() -> None:
    ball = sphere(1.0, (0, 0, 0))
    assert winding(ball, np.array([0.3, 0.2, 0.1])) == pytest.approx(1.0)
    assert winding(ball, np.array([1.3, 0.2, 0.1])) == pytest.approx(0.0, abs=1e-12)
    half = Surface(ball.points, ball.triangles[: len(ball.triangles) // 2])
    assert 0.1 < abs(winding(half, np.array([0.3, 0.2, 0.1]))) < 0.9
