"""Closed forms over triangles against sums over small parts of them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from emtwin.geometry import Surface
from emtwin.quasistatic.triangle_potentials import near_rule, self_integrals, triangle_integrals

CORNERS = np.array([[0.1, 0.0, 0.2], [1.3, 0.2, 0.1], [0.4, 0.9, 0.6]])
TRIANGLE = Surface(CORNERS, np.array([[0, 1, 2]]))


def parts(splits: int) -> NDArray[np.float64]:
    """Centres of 4^splits equal parts."""
    found = CORNERS[None]
    for _ in range(splits):
        a, b, c = found[:, 0], found[:, 1], found[:, 2]
        d, e, f = (a + b) / 2, (b + c) / 2, (c + a) / 2
        found = np.concatenate(
            [np.stack(t, axis=1) for t in ((a, d, f), (d, b, e), (f, e, c), (d, e, f))]
        )
    return found.mean(axis=1)


def test_potential_and_gradient() -> None:
    """At points a side or so away; midpoints of parts of 1/64 err by (1/64)^2 / 8 = 3e-5."""
    points = np.array([[0.6, 0.3, 1.0], [-1.0, 0.5, 0.0], [0.5, 0.4, -0.7], [2.0, -1.0, 0.3]])
    found = triangle_integrals(points, TRIANGLE)
    away = points[:, None] - parts(6)
    r, weight = np.linalg.norm(away, axis=2), TRIANGLE.area / 4**6
    assert found.potential[:, 0] == pytest.approx(weight * (1 / r).sum(axis=1), rel=3e-5)
    gradient = -weight * (away / r[..., None] ** 3).sum(axis=1)
    assert np.allclose(found.gradient[:, 0], gradient, rtol=3e-4, atol=3e-5)


def test_on_the_triangle_the_gradient_is_the_mean_of_both_sides() -> None:
    """A small step to either side differs by 4 pi along the normal; in the plane there is none."""
    centre, normal = CORNERS.mean(axis=0), TRIANGLE.normals[0]
    steps = centre + np.array([[1e-6], [0.0], [-1e-6]]) * normal
    above, level, below = triangle_integrals(steps, TRIANGLE).gradient[:, 0]
    assert (above - below) @ normal == pytest.approx(-4 * np.pi, rel=1e-4)
    assert level @ normal == pytest.approx(0.0, abs=1e-12)
    assert np.allclose(level, (above + below) / 2, atol=1e-4)
    assert triangle_integrals(centre[None], TRIANGLE).angle[0, 0] == pytest.approx(2 * np.pi)


def test_at_a_corner_the_potential_is_finite() -> None:
    """Continuous there: a step of 1e-6 changes it by 1e-6 times a logarithm."""
    seen = triangle_integrals(CORNERS[[0, 0]] + np.array([[0.0], [1e-6]]), TRIANGLE)
    assert seen.potential[0, 0] == pytest.approx(seen.potential[1, 0], abs=1e-4)


def test_a_triangle_with_itself() -> None:
    """Outer midpoints of parts: the error falls by 2 per split, 1 % at 1/32; extrapolated, 1e-3."""
    sums = [
        triangle_integrals(parts(n), TRIANGLE).potential.mean() * TRIANGLE.area for n in (4, 5, 6)
    ]
    third = [sums[2] - (sums[1] - sums[2]) / 3, sums[2]]
    assert self_integrals(TRIANGLE)[0] == pytest.approx(third[0], rel=1e-3)


def test_the_near_rule_is_exact_to_degree_five() -> None:
    """Integrals of products of barycentric coordinates: 2 i! j! k! / (i + j + k + 2)!."""
    points, weights = near_rule()
    u, v, w = points.T
    assert weights.sum() == pytest.approx(1, rel=1e-14)
    assert weights @ (u**3 * v * w) == pytest.approx(2 * 6 / 5040, rel=1e-12)
    assert weights @ (u**2 * v**2 * w) == pytest.approx(2 * 4 / 5040, rel=1e-12)
