"""The first triangle that short rays meet, and the pieces that rays start from."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from emtwin.geometry.first_hits import first_hits
from emtwin.geometry.subdivision import cut_edges, cut_triangles

Floats = NDArray[np.float64]


def one_by_one(corners: Floats, starts: Floats, ways: Floats, reach: float) -> Floats:
    """Distance to the nearest triangle from linear equations, one triangle after the other."""
    nearest = np.full(len(starts), np.inf)
    for a, b, c in corners:
        sides = np.broadcast_to(np.stack([b - a, c - a], axis=1), (len(starts), 3, 2))
        matrix = np.concatenate([sides, -ways[:, :, None]], axis=2)
        s, t, distance = np.linalg.solve(matrix, (starts - a)[..., None])[..., 0].T
        met = (s >= 0) & (t >= 0) & (s + t <= 1) & (distance >= 0) & (distance <= reach)
        nearest[met] = np.minimum(nearest[met], distance[met])
    return nearest


@pytest.mark.parametrize("reach", [0.1, 0.7])
def test_rays_meet_what_a_search_of_all_triangles_finds(reach: float) -> None:
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 1, (300, 1, 3)) + rng.normal(0, 0.1, (300, 3, 3))
    starts, ways = rng.uniform(0, 1, (400, 3)), rng.normal(size=(400, 3))
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    hits = first_hits(corners, starts, ways, np.full(400, -1), reach, 0.0)
    wanted = one_by_one(corners, starts, ways, reach)
    assert np.array_equal(np.isfinite(wanted), hits.triangle >= 0)
    assert 0 < np.isfinite(wanted).sum() < 400
    assert np.allclose(hits.distance, wanted, rtol=1e-9, atol=1e-12)


def test_a_ray_passes_over_its_own_triangle_and_sees_what_touches_it() -> None:
    triangle = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]])
    corners = np.stack(
        [triangle, triangle + np.array([0, 0, -1e-6]), triangle + np.array([0, 0, 1])]
    )
    start, way = np.array([[0.25, 0.25, 0.0]]), np.array([[0.0, 0.0, 1.0]])
    for behind, wanted in ((0.0, 2), (2e-6, 1)):
        assert first_hits(corners, start, way, np.array([0]), 2.0, behind).triangle[0] == wanted
    assert first_hits(corners, start, way, np.array([0]), 0.5, 0.0).triangle[0] == -1


def test_pieces_fill_their_triangles_and_are_small() -> None:
    corners = np.random.default_rng(2).normal(size=(60, 3, 3))
    corners[:20, 2] = corners[:20, 0] + 1e-2 * corners[:20, 2]  # slivers
    pieces, of = cut_triangles(corners, 0.3)

    def vectors(c: Floats) -> Floats:
        return np.asarray(np.cross(c[:, 1] - c[:, 0], c[:, 2] - c[:, 0]))

    sums = np.zeros((60, 3))
    np.add.at(sums, of, vectors(pieces))
    assert np.allclose(sums, vectors(corners))
    assert np.linalg.norm(np.roll(pieces, -1, axis=1) - pieces, axis=2).max() <= 0.6


def test_pieces_of_edges_follow_each_other() -> None:
    ends = np.array([[[0.0, 0, 0], [1.0, 0, 0]], [[0.0, 0, 0], [0, 0.2, 0]]])
    pieces, of = cut_edges(ends, 0.3)
    assert of.tolist() == [0, 0, 0, 0, 1]
    assert np.allclose(pieces[:4, :, 0], [[0, 0.25], [0.25, 0.5], [0.5, 0.75], [0.75, 1]])
