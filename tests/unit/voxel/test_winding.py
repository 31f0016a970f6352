"""Winding numbers, six votes, and how sure a solid's cells are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emtwin.backends import Backend, select_backend
from emtwin.geometry import Surface
from emtwin.grid import Grid
from emtwin.voxel import Body, voxelise
from emtwin.voxel.inside import winding_number as numbers
from emtwin.voxel.inside import winding_votes as counting
from emtwin.voxel.inside.certainty import Certainty, certainty_notices
from emtwin.voxel.inside.solids import inside, is_balanced, outward
from emtwin.voxel.inside.winding_number import Tree, winding_number
from emtwin.voxel.inside.winding_votes import ALL_VOTES, winding_votes
from tests.unit.voxel.shapes import box, plate, rotated, sheet, solid, sphere, votes_of

GRID = Grid.uniform((12, 12, 12), 1.0)
NUMPY = select_backend("numpy")


@pytest.fixture(params=["numpy", "native"])
def machine(request: pytest.FixtureRequest) -> Backend:
    """Both backends of the host."""
    names = {"numpy": NUMPY}
    return names.get(request.param) or select_backend("native")


def without(surface: Surface, *numbers: int) -> Surface:
    """The surface without some of its triangles."""
    return Surface(surface.points, np.delete(surface.triangles, numbers, axis=0))


def joined(*surfaces: Surface) -> Surface:
    """Several surfaces as one."""
    starts = np.cumsum([0, *(len(s.points) for s in surfaces)])
    return Surface(
        np.concatenate([s.points for s in surfaces]),
        np.concatenate([s.triangles + n for s, n in zip(surfaces, starts[:-1], strict=True)]),
    )


def crooked(seed: int, *, lattice: bool) -> Surface:
    """A tetrahedron with outward normals; its corners on half cells, or anywhere."""
    rng = np.random.default_rng(seed)
    while True:
        points = rng.integers(2, 23, (4, 3)) / 2 if lattice else rng.uniform(1, 11, (4, 3))
        volume = np.linalg.det(points[1:] - points[0])
        if abs(volume) > 1.0:
            order = [0, 1, 2, 3] if volume > 0 else [0, 2, 1, 3]
            faces = [[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]]
            return Surface(points[order], np.array(faces))


def heights(surface: Surface) -> np.ndarray:
    """Distance of each cell centre of GRID from the plane of each triangle times twice its area."""
    places = np.stack(np.meshgrid(*GRID.centres, indexing="ij"), axis=-1)
    offset = places[..., None, :] - surface.corners[:, 0]
    return np.einsum("...tk,tk->...t", offset, 2 * surface.area_vectors)


@given(st.integers(0, 2**31), st.booleans())
def test_all_six_votes_agree_about_a_closed_surface(seed: int, lattice: bool) -> None:
    """Also where centres lie on corners, edges and planes: all as if shifted in one way."""
    surface = crooked(seed, lattice=lattice)
    votes = votes_of(surface, GRID.centres, NUMPY)
    assert set(np.unique(votes)) <= {0, ALL_VOTES}
    height = heights(surface)
    clear = np.abs(height).min(axis=-1) > 1e-9
    assert np.array_equal(votes[clear] > 0, (height < 0.0).all(axis=-1)[clear])


@given(st.integers(0, 2**31))
def test_two_bodies_that_share_a_face_share_out_the_cells(seed: int) -> None:
    """Two tetrahedra on either side of a lattice triangle: no centre is in both or left out."""
    first = crooked(seed, lattice=True)
    a, b, c, d = first.points
    mirrored = np.round(2 * (a + b + c) / 3 * 2) / 2 - d
    faces = np.array([[0, 1, 2], [0, 3, 1], [1, 3, 2], [2, 3, 0]])
    second = Surface(np.array([a, b, c, mirrored]), faces)
    if second.signed_volume <= 0.1:
        return
    both = joined(first, second)
    union = [votes_of(s, GRID.centres, NUMPY) > 0 for s in (first, second, both)]
    assert not np.any(union[0] & union[1])
    assert np.array_equal(union[0] | union[1], union[2])


@settings(max_examples=60)
@given(
    st.integers(0, 2**31),
    st.booleans(),
    st.permutations((0, 1, 2)),
)
def test_permuting_the_axes_permutes_the_votes(
    seed: int, lattice: bool, order: tuple[int, ...]
) -> None:
    """To the bit, but for centres on a plane that holds the direction (1, 1, 1).

    A permutation may map such a plane onto itself and turn its sides: there no rule can both
    follow the axes and share out the cells of two bodies beside the plane.
    """
    order = (order[0], order[1], order[2])
    surface = crooked(seed, lattice=lattice)
    permuted, _ = outward(surface.permuted(order))  # an odd one turns the normals
    votes = votes_of(surface, GRID.centres, NUMPY).transpose(order)
    other = votes_of(permuted, GRID.centres, NUMPY)
    height = np.abs(heights(surface)).transpose(*order, 3)
    tilted = np.abs(surface.area_vectors.sum(axis=1)) > 1e-9
    free = ((height > 1e-9) | tilted).all(axis=-1)
    assert np.array_equal(votes[free], other[free])
    assert free.mean() > 0.5


@pytest.mark.parametrize("seed", [1, 2])
def test_backends_cast_the_same_votes(seed: int) -> None:
    surface = without(rotated(sphere(4.1, (6.0, 6.1, 5.8)), seed), 3, 40, 90)
    assert np.array_equal(
        votes_of(surface, GRID.centres, NUMPY),
        votes_of(surface, GRID.centres, select_backend("native")),
    )


@pytest.mark.parametrize("cells", [1, 300, 720])
def test_slabs_give_the_same_votes(
    cells: int, machine: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One plane at a time, two, and five with a rest: holes, corners and facets on cell centres.

    A plane has 144 cells; a slab of less than that is one plane.
    """
    surfaces = [crooked(seed, lattice=True) for seed in range(6)]
    surfaces.append(without(rotated(sphere(4.1, (6.0, 6.1, 5.8)), 1), 3, 40, 90))
    whole = [votes_of(s, GRID.centres, machine) for s in surfaces]
    monkeypatch.setattr(counting, "SLAB_CELLS", cells)
    for surface, votes in zip(surfaces, whole, strict=True):
        slabs = list(winding_votes(surface, GRID.centres, machine))
        assert [s.start for s, _ in slabs] == list(range(0, 12, max(cells // 144, 1)))
        assert np.array_equal(votes_of(surface, GRID.centres, machine), votes)


def test_any_number_of_shells_may_lie_before_a_slab(
    machine: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """24 boxes within each other, all around the last cells: a byte's five bits know 15 of them.

    Their sides are 0.1 apart, so that no more than ten lie between two centres.
    """
    shells = [box((0.04 + n / 10,) * 3, (11.9, 11.9, 11.9)) for n in range(24)]
    nested = joined(*shells)
    assert np.all(votes_of(nested, GRID.centres, machine) == ALL_VOTES)
    monkeypatch.setattr(counting, "SLAB_CELLS", 144)
    assert np.all(votes_of(nested, GRID.centres, machine) == ALL_VOTES)


def test_points_are_taken_some_at_a_time(machine: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """300 points in parts of 128: the same numbers, in the same order; none at all are no error."""
    tree = Tree.of(without(rotated(sphere(3.3, (5.5, 6.0, 6.2)), 4), 5, 6))
    points = np.random.default_rng(0).uniform(1, 11, (300, 3))
    whole = winding_number(tree, points, machine)
    monkeypatch.setattr(numbers, "POINTS_AT_ONCE", 128)
    assert np.array_equal(winding_number(tree, points, machine), whole)
    assert winding_number(tree, points[:0], machine).size == 0


def test_a_tree_of_dipoles_sums_as_the_triangles_do(machine: Backend) -> None:
    """Beyond three radii a flat node's error falls as the square of the distance.

    Next term of the expansion over the first: below (1 / 3)^2 for one node, and much less for the
    sum over the nodes of a closed surface; 0.02 is a fifth of what is called undecided.
    """
    surface = rotated(sphere(3.3, (5.5, 6.0, 6.2)), 4)
    points = np.random.default_rng(0).uniform(1, 11, (300, 3))
    distance = np.linalg.norm(points - (5.5, 6.0, 6.2), axis=1)
    clear = np.abs(distance - 3.3) > 0.03
    number = winding_number(Tree.of(surface), points, machine)
    assert np.abs(number - (distance < 3.3))[clear].max() < 0.02


def test_solid_angle_of_a_cube_without_a_side(machine: Backend) -> None:
    """Seen from its middle each side of a cube takes one sixth; on a side itself, one half is left.

    A point in the plane of a triangle sees nothing of it: the five other sides take half a sphere.
    """
    cube = box((1, 1, 1), (3, 3, 3))
    points = np.array([[2.0, 2.0, 2.0], [2.0, 2.0, 1.0], [2.0, 2.0, 8.0]])
    tree = Tree.of(cube)
    found = winding_number(tree, points, machine)
    assert found == pytest.approx([1.0, 0.5, 0.0], abs=2e-3)
    open_ = winding_number(Tree.of(without(cube, 0, 1)), points[:1], machine)
    assert open_ == pytest.approx([5 / 6], abs=1e-12)


def test_overlapping_shells_are_inside_twice_and_not_outside() -> None:
    both = joined(box((1, 1, 1), (6, 6, 6)), box((4, 4, 4), (9, 9, 9)))
    found = inside(solid("b", both), GRID)
    assert found.mask.sum() == 125 + 125 - 8
    assert found.certainty == Certainty(8**3)
    number = winding_number(Tree.of(both), np.array([[5.0, 5.1, 5.2]]), NUMPY)
    assert number == pytest.approx([2.0])


def test_a_hole_leaves_the_cells_as_they_are(machine: Backend) -> None:
    """Three of 2,208 triangles: rays through the hole are outvoted by the winding number."""
    ball = rotated(sphere(4.1, (6.0, 6.1, 5.8)), 7)
    whole = inside(solid("ball", ball), GRID, machine)
    found = inside(solid("ball", without(ball, 1000, 1001, 1002)), GRID, machine)
    assert np.array_equal(found.mask, whole.mask)
    assert whole.certainty == Certainty(whole.mask.size)
    assert found.certainty.by_winding_number > 0
    assert found.certainty.nearest_half >= 0.1
    assert found.certainty.undecided_cells == 0
    [notice] = certainty_notices("ball", found.certainty)
    assert notice.name == "inside-by-winding-number"
    assert "part 'ball' is not closed or its normals disagree" in notice.message


def test_a_missing_side_is_undecided_at_the_opening(machine: Backend) -> None:
    """Centres 0.5 m below the open top: the winding number of the five sides is near one half.

    With the top's solid angle 4 atan(a^2 / (d sqrt(2 a^2 + d^2))), a = 3, d = 0.5: 5.17 of 4 pi, so
    w = 1 - 0.41 on the axis, 0.59; towards the rim it falls.
    """
    tray = without(box((3, 3, 3), (9, 9, 9)), 2, 3)  # the top
    assert not is_balanced(tray)
    found = inside(Body("tray", tray, "solid", solid("s", tray).material, 1), GRID, machine)
    assert found.certainty.undecided_cells > 0
    assert found.certainty.undecided_volume == pytest.approx(found.certainty.undecided_cells)
    assert found.certainty.nearest_half < 0.1
    assert found.mask[:, :, :-1].all()
    [notice] = certainty_notices("tray", found.certainty)
    assert notice.name == "inside-undecided"
    assert "leaves open whether" in notice.message
    assert "Close its holes" in notice.message


def test_a_sure_solid_has_no_notice() -> None:
    assert not list(certainty_notices("b", Certainty(100)))


def test_the_model_carries_how_sure_it_is() -> None:
    """A ball without three of its triangles, beside a sheet, which has no inside."""
    ball = without(rotated(sphere(4.1, (6.0, 6.1, 5.8)), 7), 1000, 1001, 1002)
    bodies = [solid("ball", ball), sheet("plate", plate((1, 11), (1, 11), 0.6))]
    model = voxelise(bodies, GRID)
    assert model.certainty[0] == inside(bodies[0], GRID).certainty
    assert model.certainty[1] is None
    assert "inside-by-winding-number" in [notice.name for notice in model.notices]
