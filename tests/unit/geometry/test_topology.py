"""Closedness, manifoldness and orientation."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.errors import InputError
from emtwin.geometry import Surface, oriented, topology
from emtwin.geometry.surface import weld

POINTS = np.array([[x, y, z] for z in (0, 1) for y in (0, 1) for x in (0, 1)], dtype=float)
SIDES = [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]]
TRIANGLES = np.array([t for a, b, c, d in SIDES for t in ([a, b, c], [a, c, d])])


def test_cube_is_closed_manifold_and_outward() -> None:
    cube = Surface(POINTS, TRIANGLES)
    found = topology(cube)
    assert (found.edges, found.boundary, found.odd, found.crowded) == (18, 0, 0, 0)
    assert found.closed
    assert found.manifold
    assert found.consistent
    assert cube.signed_volume == pytest.approx(1.0)


def test_missing_triangle_leaves_three_boundary_edges() -> None:
    found = topology(Surface(POINTS, TRIANGLES[1:]))
    assert found.boundary == 3
    assert not found.closed
    assert found.example is not None


def test_inner_wall_makes_odd_edges() -> None:
    wall = np.array([[0, 1, 7], [0, 7, 6]])
    found = topology(Surface(POINTS, np.concatenate([TRIANGLES, wall])))
    assert found.odd == 4
    assert not found.manifold
    assert not found.closed


def test_two_cubes_that_touch_in_an_edge_are_closed_but_crowded() -> None:
    both = Surface(
        np.concatenate([POINTS, POINTS + np.array([1.0, 1.0, 0.0])]),
        np.concatenate([TRIANGLES, TRIANGLES + 8]),
    )
    found = topology(weld(both))
    assert found.closed
    assert found.crowded == 1


def test_turned_triangles_are_turned_back() -> None:
    mixed = TRIANGLES.copy()
    mixed[::3] = mixed[::3, ::-1]
    assert topology(Surface(POINTS, mixed)).disagreeing > 0
    repaired = oriented(Surface(POINTS, mixed))
    assert topology(repaired).consistent
    assert repaired.signed_volume == pytest.approx(1.0)


def test_inward_normals_are_turned_outward() -> None:
    inward = Surface(POINTS, TRIANGLES[:, ::-1])
    assert inward.signed_volume == pytest.approx(-1.0)
    assert oriented(inward).signed_volume == pytest.approx(1.0)


def test_weld_merges_points_on_both_sides_of_a_rounding_border() -> None:
    rng = np.random.default_rng(5)
    loose = POINTS[TRIANGLES].reshape(-1, 3)
    loose = loose + rng.uniform(-1e-10, 1e-10, loose.shape)
    welded = weld(Surface(loose, np.arange(36).reshape(12, 3)))
    assert len(welded.points) == 8
    assert topology(welded).closed


@pytest.mark.parametrize(
    ("points", "triangles", "message"),
    [
        (POINTS, np.zeros((0, 3)), "no triangle"),
        (POINTS, np.array([[0, 1, 8]]), "names point 8"),
        (np.full((8, 3), np.nan), TRIANGLES, "not finite"),
        (POINTS * 1e300, TRIANGLES, "coordinate 1e[+]300, beyond 1e[+]09: the file is damaged"),
        (POINTS[:, :2], TRIANGLES, "needs points"),
    ],
)
def test_bad_arrays_are_refused(points: np.ndarray, triangles: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Surface(points, triangles)
