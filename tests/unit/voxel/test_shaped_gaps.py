"""Round and oblique gaps, against exact geometry."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from emtwin.geometry import Surface
from emtwin.voxel import Body, Gap, ShapedGap, find_gaps
from tests.unit.voxel.round_parts import ring, rod, turned
from tests.unit.voxel.shapes import (
    METAL,
    PLASTIC,
    box,
    hollow,
    plate,
    rotated,
    sheet,
    shell,
    solid,
    sphere,
)

Floats = NDArray[np.float64]

MM = 1e-3
WIDEST = 4 * MM


def found(*surfaces: Surface, widest: float = WIDEST) -> tuple[Gap, ...]:
    """Gaps of metal solids named a, b, c, ..."""
    return find_gaps([solid("abcdef"[n], s, METAL) for n, s in enumerate(surfaces)], widest)


def only(gaps: Sequence[Gap]) -> ShapedGap:
    """The one gap that was found, which is not flat along an axis."""
    (gap,) = gaps
    assert isinstance(gap, ShapedGap)
    return gap


def sagitta(radius: float, facets: int) -> float:
    """Height of the arc over a side of a regular polygon."""
    return radius * (1.0 - np.cos(np.pi / facets))


@pytest.mark.parametrize("facets", [(12, 12), (16, 20), (48, 48), (64, 90), (100, 31)])
def test_an_annular_gap_has_its_width_within_the_chord_error(facets: tuple[int, int]) -> None:
    inner, outer, depth = 5 * MM, 5.5 * MM, 7 * MM
    gap = only(
        found(rod(inner, depth, facets[0]), ring(outer, 20 * MM, depth, facets[1], turn=0.03))
    )
    low, high = 0.5 * MM - sagitta(outer, facets[1]), 0.5 * MM + sagitta(inner, facets[0])
    assert low - 1e-9 <= gap.width <= high
    assert low - 1e-9 <= gap.typical <= high / np.cos(np.deg2rad(15.0))
    assert (gap.kind, gap.parts) == ("round", ("a", "b"))
    # Both perimeters are taken, and their mean is the course.
    sides = [2 * n * r * np.sin(np.pi / n) for n, r in zip(facets, (inner, outer), strict=True)]
    assert gap.length == pytest.approx(np.mean(sides), rel=1e-6)
    assert gap.box.hi[2] - gap.box.lo[2] == pytest.approx(depth)


def test_an_eccentric_annulus_has_the_width_of_its_narrow_side() -> None:
    gap = only(found(rod(5 * MM, 7 * MM, 96, at=(0.3 * MM, 0)), ring(5.5 * MM, 0.02, 7 * MM, 96)))
    assert gap.width == pytest.approx(0.2 * MM, abs=sagitta(5.5 * MM, 96) + 1e-9)
    assert gap.typical == pytest.approx(0.5 * MM, rel=0.05)
    assert gap.place[0] == pytest.approx(5.4 * MM, abs=0.1 * MM)
    assert abs(gap.place[1]) < 0.7 * MM
    assert gap.headline == "round gap of 0.2 mm (0.5 mm typically)"


@pytest.mark.parametrize("degrees", [10.0, 30.0, 45.0])
def test_a_slot_turned_against_the_axes(degrees: float) -> None:
    blocks = box((0, 0, 0), (0.03, 0.03, 0.005)), box((0, 0, 0.0055), (0.03, 0.03, 0.01))
    gap = only(found(*(turned(block, 0, degrees) for block in blocks)))
    assert gap.kind == "oblique"
    assert (gap.width, gap.length) == pytest.approx((0.5 * MM, 30 * MM))
    angle = np.deg2rad(degrees)
    assert np.abs(gap.ways.normal @ (0, -np.sin(angle), np.cos(angle))) == pytest.approx(1.0)
    # Two cells across along y and along z, whichever is shorter.
    assert gap.cell_needed == pytest.approx(0.25 * MM / np.cos(angle))


def test_a_wedge_has_the_width_of_its_narrow_end() -> None:
    lid = turned(box((0, 0, 0.0055), (0.03, 0.03, 0.01)), 1, -3.0, (0, 0, 0.0055))
    gap = only(found(box((0, 0, 0), (0.03, 0.03, 0.005)), lid))
    assert gap.width == pytest.approx(0.5 * MM, rel=1e-9)
    assert gap.typical == pytest.approx(0.5 * MM + 15 * MM * np.tan(np.deg2rad(3)), rel=0.1)
    assert gap.place[0] < 1 * MM
    assert gap.length == pytest.approx(30 * MM, rel=0.01)


def test_two_spheres_close_together() -> None:
    gap = only(found(sphere(0.01, (0, 0, 0), 48), sphere(0.01, (0.0203, 0, 0), 48)))
    assert gap.width == pytest.approx(0.3 * MM)
    assert np.allclose(gap.place, (10.15 * MM, 0, 0), atol=0.5 * MM)


def test_two_rods_side_by_side_and_a_round_hole_in_a_sheet() -> None:
    gap = only(found(rod(3 * MM, 0.02, 48), rod(3 * MM, 0.02, 48, at=(6.5 * MM, 0))))
    assert (gap.width, gap.length) == pytest.approx((0.5 * MM, 20 * MM))
    wall = ring(1.5 * MM, 20 * MM, 1 * MM, 48)
    flat = wall.corners[:, :, 2].max(axis=1) == 0.0
    gap = only(find_gaps([sheet("wall", Surface(wall.points, wall.triangles[flat]))], WIDEST))
    assert gap.rims
    assert gap.width == pytest.approx(3 * MM, rel=0.005)
    assert np.allclose((gap.box.lo, gap.box.hi), [[-1.5 * MM] * 2 + [0], [1.5 * MM] * 2 + [0]])


def test_a_slot_across_a_sheet_that_is_turned() -> None:
    slotted = plate((0.0, 0.04, 0.043, 0.1), (0.0, 0.01, 0.05, 0.06), 0.0, ((1, 1),))
    gap = only(find_gaps([sheet("wall", turned(slotted, 2, 30.0))], WIDEST))
    assert gap.rims
    assert gap.kind == "oblique"
    assert (gap.width, gap.length) == pytest.approx((3 * MM, 40 * MM), rel=1e-6)


@pytest.mark.parametrize("order", [(1, 2, 0), (2, 0, 1), (0, 2, 1)])
def test_exchanged_axes_give_the_same_gaps(order: tuple[int, int, int]) -> None:
    shapes = rod(5 * MM, 7 * MM, 30, at=(0.2 * MM, 0.1 * MM)), ring(5.5 * MM, 0.02, 7 * MM, 40)
    plain = only(found(*shapes))
    other = only(found(*(Surface(s.points[:, list(order)], s.triangles) for s in shapes)))
    assert (other.width, other.length) == pytest.approx((plain.width, plain.length))
    assert other.cell_needed == pytest.approx(plain.cell_needed)
    assert np.sort(other.place) == pytest.approx(np.sort(plain.place), abs=1.0 * MM)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_rigid_turn_changes_neither_width_nor_length(seed: int) -> None:
    about = np.zeros(3)
    shapes = rod(5 * MM, 7 * MM, 30, at=(0.2 * MM, 0.1 * MM)), ring(5.5 * MM, 0.01, 7 * MM, 40)
    plain, other = (only(found(*s)) for s in (shapes, [rotated(s, seed, about) for s in shapes]))
    assert (other.width, other.length) == pytest.approx((plain.width, plain.length), rel=1e-6)
    assert other.kind == plain.kind == "round"


def test_what_is_wider_than_the_bound_is_left_out() -> None:
    shapes = rod(5 * MM, 7 * MM, 48), ring(5.5 * MM, 20 * MM, 7 * MM, 48)
    assert found(*shapes, widest=0.45 * MM) == ()
    assert len(found(*shapes, widest=0.6 * MM)) == 1


def test_parts_that_touch_have_no_gap() -> None:
    """The same radius in another tessellation: corners reach in, and chords leave slivers."""
    for facets, turn in ((48, 0.0), (60, 0.03), (31, 0.2)):
        assert found(rod(5 * MM, 7 * MM, 48), ring(5 * MM, 0.02, 7 * MM, facets, turn)) == ()
    # A tilted lid that lies on its frame, and one that is pressed into it.
    for overlap in (0.0, 0.1 * MM):
        blocks = (
            box((0, 0, 0), (0.03, 0.03, 0.005)),
            box((0, 0, 0.005 - overlap), (0.03, 0.03, 0.01)),
        )
        assert found(*(turned(block, 0, 20.0) for block in blocks)) == ()


def test_a_sliver_between_round_parts_that_do_not_touch_is_a_gap() -> None:
    """Narrower than the chord error, and still drawn: the two would be shorted in silence."""
    gap = only(found(rod(5 * MM, 7 * MM, 24), ring(5.02 * MM, 0.02, 7 * MM, 24)))
    assert gap.width == pytest.approx(0.02 * MM * np.cos(np.pi / 24))
    assert gap.width < sagitta(5 * MM, 24)


def test_a_hole_that_a_screw_fills_is_no_gap() -> None:
    lid, screw = ring(1.25 * MM, 20 * MM, 5 * MM, 32), rod(1.5 * MM, 5 * MM, 40)
    assert len(found(lid)) == 1
    assert found(lid, screw) == ()


def test_plastic_fillets_corners_and_far_walls_are_no_gaps() -> None:
    shapes = rod(5 * MM, 7 * MM, 48), ring(5.5 * MM, 20 * MM, 7 * MM, 48)
    parts = [solid("a", shapes[0], METAL), solid("b", shapes[1], PLASTIC)]
    assert find_gaps(parts, WIDEST) == ()
    assert found(turned(hollow((0, 0, 0), (0.03, 0.03, 0.03), 1 * MM)[0], 0, 20.0)) == ()
    assert found(turned(angle_with_fillet(2 * MM), 2, 20.0)) == ()


def angle_with_fillet(radius: float, facets: int = 8) -> Surface:
    """An L of 20 x 20 mm, 2 mm thick and 10 mm deep, with a fillet in its corner."""
    phi = np.linspace(np.pi, 1.5 * np.pi, facets + 1)[::-1]
    arc = [(2 * MM + radius * (1 + np.cos(p)), 2 * MM + radius * (1 + np.sin(p))) for p in phi]
    outline = np.array(
        [(0, 0), (0.02, 0), (0.02, 2 * MM), *arc, (2 * MM, 0.02), (0, 0.02)], dtype=float
    )
    return prism(outline, 0.01)


def prism(outline: Floats, height: float) -> Surface:
    """The solid over a counterclockwise outline that its first corner sees all of."""
    n = len(outline)
    low = np.column_stack([outline, np.zeros(n)])
    points = np.concatenate([low, low + np.array([0.0, 0.0, height])])
    this, after = np.arange(n), np.roll(np.arange(n), -1)
    fan = np.array([(0, i, i + 1) for i in range(1, n - 1)])
    sides = [np.stack([this, after, n + after], axis=1), np.stack([this, n + after, n + this], 1)]
    return Surface(points, np.concatenate([*sides, fan[:, ::-1], fan + n]))


def rounded(half: float, radius: float, facets: int = 6) -> Floats:
    """Counterclockwise outline of a square with round corners."""
    corners = []
    for quarter in range(4):
        phi = np.linspace(0.0, np.pi / 2, facets + 1) + quarter * np.pi / 2
        turn = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)])[quarter] * (half - radius)
        corners.append(turn + radius * np.stack([np.cos(phi), np.sin(phi)], axis=1))
    return np.concatenate(corners)


def test_the_straight_sides_of_a_rounded_seam_stay_flat_gaps() -> None:
    """A lid with round corners in an opening: four slots along the axes, and four round corners."""
    lid = prism(rounded(20 * MM, 3 * MM), 2 * MM)
    frame = opening(rounded(20.5 * MM, 3.5 * MM), 30 * MM, 2 * MM)
    gaps = found(lid, frame)
    flat = [gap for gap in gaps if not isinstance(gap, ShapedGap)]
    assert sorted(gap.axis for gap in flat) == [0, 0, 1, 1]
    assert [(gap.width, gap.length) for gap in flat] == [pytest.approx((0.5 * MM, 34 * MM))] * 4
    corners = [gap for gap in gaps if isinstance(gap, ShapedGap)]
    assert len(corners) == 4
    for gap in corners:
        assert gap.width == pytest.approx(0.5 * MM, rel=0.02)
        assert gap.kind == "round"


def opening(outline: Floats, radius: float, height: float) -> Surface:
    """A disc with an opening; its rim has as many corners as the opening."""
    n = len(outline)
    phi = np.arctan2(outline[:, 1], outline[:, 0])
    rim = radius * np.stack([np.cos(phi), np.sin(phi)], axis=1)
    rings = [np.column_stack([p, np.full(n, z)]) for p, z in ((outline, 0.0), (rim, 0.0))]
    points = np.concatenate(
        [*rings, rings[1] + np.array([0, 0, height]), rings[0] + np.array([0, 0, height])]
    )
    this, after = np.arange(n), np.roll(np.arange(n), -1)
    triangles = []
    for side in range(4):
        a, b = side * n, (side + 1) % 4 * n
        triangles.append(np.stack([a + this, b + after, a + after], axis=1))
        triangles.append(np.stack([a + this, b + this, b + after], axis=1))
    return Surface(points, np.concatenate(triangles))


def test_a_gap_inside_other_metal_is_none() -> None:
    shapes = rod(5 * MM, 7 * MM, 48), ring(5.5 * MM, 20 * MM, 7 * MM, 48)
    block = box((-0.05, -0.05, -0.05), (0.05, 0.05, 0.05))
    assert found(*shapes, block) == ()


def test_a_part_between_divides_a_gap() -> None:
    gaps = found(
        rod(5 * MM, 7 * MM, 48),
        ring(5.4 * MM, 6 * MM, 7 * MM, 48),
        ring(6.4 * MM, 0.02, 7 * MM, 48),
    )
    assert [gap.parts for gap in gaps] == [("a", "b"), ("b", "c")]
    assert [gap.width for gap in gaps] == pytest.approx([0.4 * MM, 0.4 * MM], rel=0.01)


def test_a_step_in_width_makes_two_gaps() -> None:
    """A shaft with a collar: an annulus of 0.3 mm, and one of 2 mm beside it."""
    shaft = ring(1 * MM, 5 * MM, 10 * MM, 48)
    collar = Surface(
        ring(1 * MM, 6.7 * MM, 10 * MM, 48).points + np.array([0.0, 0.0, 10 * MM]), shaft.triangles
    )
    both = Surface(
        np.concatenate([shaft.points, collar.points]),
        np.concatenate([shaft.triangles, collar.triangles + len(shaft.points)]),
    )
    gaps = found(both, ring(7 * MM, 20 * MM, 20 * MM, 48))
    between = [gap for gap in gaps if gap.parts == ("a", "b")]
    assert sorted(gap.width for gap in between) == pytest.approx([0.3 * MM, 2 * MM], rel=0.01)


def test_bodies_of_one_part_face_each_other_too() -> None:
    rods = [rod(3 * MM, 0.02, 48), rod(3 * MM, 0.02, 48, at=(6.5 * MM, 0))]
    both = Surface(
        np.concatenate([s.points for s in rods]),
        np.concatenate([rods[0].triangles, rods[1].triangles + len(rods[0].points)]),
    )
    gap = only(find_gaps([Body("pins", both, "solid", METAL, 1)], WIDEST))
    assert gap.parts == ("pins", "pins")
    assert gap.width == pytest.approx(0.5 * MM)


def test_a_hundred_thousand_triangles_take_seconds() -> None:
    inner, outer = sphere(0.05, (0, 0, 0), 110), sphere(0.0505, (0, 0, 0), 110)
    around = shell(sphere(0.06, (0, 0, 0), 20), outer)
    start = time.process_time()
    gap = only(found(inner, around))
    assert time.process_time() - start < 20.0
    assert gap.width == pytest.approx(0.5 * MM, rel=0.01)
