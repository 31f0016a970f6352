"""The boundary of volume cells, conforming or not."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from emtwin.backends import select_backend
from emtwin.geometry import Surface
from emtwin.geometry.boundary import outer_boundary
from tests.unit.voxel import shapes

CORNERS = np.array([[x, y, z] for x in (0.0, 4.0) for y in (0.0, 4.0) for z in (0.0, 4.0)])
CUBE = np.array(
    [[0, 1, 3, 7], [0, 3, 2, 7], [0, 2, 6, 7], [0, 6, 4, 7], [0, 4, 5, 7], [0, 5, 1, 7]]
)
CENTRES = (np.arange(-1, 10) + 0.4, np.arange(-1, 10) + 0.5, np.arange(-1, 10) + 0.6)


def votes_of(points: NDArray[np.float64], cells: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Votes of the cells of a grid of metres for the tetrahedra `cells`."""
    surface = Surface(points, outer_boundary(points, {"tetra": cells}))
    return shapes.votes_of(surface, CENTRES, select_backend("numpy"))


def box_votes(side: int) -> NDArray[np.uint8]:
    """All votes for the centres within a cube of `side` metres, none elsewhere."""
    within = [(c > 0) & (c < side) for c in CENTRES]
    return np.where(within[0][:, None, None] & within[1][:, None] & within[2], 6, 0).astype("u1")


def test_conforming_tetrahedra_leave_only_the_outside() -> None:
    assert len(outer_boundary(CORNERS, {"tetra": CUBE})) == 12
    assert np.array_equal(votes_of(CORNERS, CUBE), box_votes(4))


def test_inverted_tetrahedra_count_as_the_others() -> None:
    mixed = CUBE.copy()
    mixed[::2] = mixed[::2, [1, 0, 2, 3]]
    assert np.array_equal(votes_of(CORNERS, mixed), box_votes(4))


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [2, 1, 0, 3]])
def test_tetrahedra_that_are_there_twice_count_once(order: list[int]) -> None:
    twice = np.concatenate([CUBE, CUBE[:3][:, order]])
    assert len(outer_boundary(CORNERS, {"tetra": twice})) == 12


def test_overlapping_tetrahedra_enclose_the_overlap_twice() -> None:
    """A second cube of 2 m within the first, with points of its own: nothing is cut out."""
    points = np.concatenate([CORNERS, CORNERS / 2 + 1])
    both = np.concatenate([CUBE, CUBE + 8])
    assert len(outer_boundary(points, {"tetra": both})) == 24
    assert np.array_equal(votes_of(points, both), box_votes(4))


def test_tetrahedra_on_one_side_of_a_face_keep_it_twice() -> None:
    """Two that share a face and lie on the same side of it: their union, though they overlap."""
    points = np.array([[0, 0, 0], [8, 0, 0], [0, 8, 0], [1, 1, 8], [2, 2, 4]], float)
    cells = np.array([[0, 1, 2, 3], [0, 1, 2, 4]])
    apart = [votes_of(points, cell[None]) for cell in cells]
    assert np.array_equal(votes_of(points, cells), np.maximum(*apart))


def test_tetrahedra_of_other_sizes_beside_each_other_leave_no_gap() -> None:
    """A cube beside eight cubes of half its size: the faces between do not match, yet cancel."""
    small = [CORNERS / 2 + [4 + 2 * i, 2 * j, 2 * k] for i, j, k in np.ndindex(2, 2, 2)]
    points = np.concatenate([CORNERS, *small])
    cells = np.concatenate([CUBE + 8 * n for n in range(9)])
    within = [(c > 0) & (c < size) for c, size in zip(CENTRES, (8, 4, 4), strict=True)]
    expected = within[0][:, None, None] & within[1][:, None] & within[2]
    assert np.array_equal(votes_of(points, cells) == 6, expected)
    assert set(np.unique(votes_of(points, cells))) == {0, 6}
