"""Transforms: exact where they can be, and never inside out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtwin.geometry import Surface, topology
from emtwin.geometry.placement import (
    Placement,
    compose,
    mirroring,
    rotation,
    scaling,
    translation,
)

CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=float)
SIDES = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
TRIANGLES = np.array([t for a, b, c, d in SIDES for t in ((a, b, c), (a, c, d))])
# Lengths that are no binary fractions, so that rounding would show.
BOX = Surface(CORNERS * [0.1, 0.07, 0.03] + [0.013, 0.017, 0.019], TRIANGLES)
VOLUME = 0.1 * 0.07 * 0.03


@pytest.mark.parametrize("axis", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, -2)])
@pytest.mark.parametrize("angle", [90, 180, 270, -90, 360, 36000090])
def test_a_quarter_turn_leaves_a_box_parallel_to_the_axes(
    axis: tuple[float, float, float], angle: float
) -> None:
    """Every coordinate has exactly two values, as before."""
    turned = rotation(axis, angle, about=(0.011, 0.023, 0.031)).apply(BOX)
    assert [len(np.unique(turned.points[:, k])) for k in range(3)] == [2, 2, 2]
    assert turned.signed_volume == pytest.approx(VOLUME)


def test_four_quarter_turns_come_home() -> None:
    turned = compose([rotation((0, 0, 1), 90)] * 4).apply(BOX)
    np.testing.assert_array_equal(turned.points, BOX.points)


def test_the_turn_is_counter_clockwise_seen_from_the_tip() -> None:
    """x goes to y about z, and the cube's diagonal takes x to y to z."""
    x = np.array([1.0, 0.0, 0.0])
    np.testing.assert_array_equal(rotation((0, 0, 1), 90).matrix @ x, [0, 1, 0])
    np.testing.assert_array_equal(rotation((1, 1, 1), 120).matrix @ x, [0, 1, 0])
    half = np.sqrt(0.5)
    np.testing.assert_allclose(rotation((0, 0, 1), 45).matrix @ x, [half, half, 0], atol=1e-15)


def test_a_point_on_the_axis_stays() -> None:
    point = (0.1, 0.2, 0.3)
    for placement in (rotation((1, 2, 3), 37, point), mirroring((1, 2, 3), point)):
        np.testing.assert_allclose(
            placement.matrix @ np.array(point) + placement.offset, point, atol=1e-15
        )


def test_steps_happen_in_the_order_written() -> None:
    """Turn, then shift: the corner (x, y) goes to (1 - y, x)."""
    placed = compose([rotation((0, 0, 1), 90), translation((1, 0, 0))]).apply(BOX)
    np.testing.assert_allclose(placed.points[:, 0], 1 - BOX.points[:, 1], rtol=1e-15)
    np.testing.assert_allclose(placed.points[:, 1], BOX.points[:, 0], rtol=1e-15)


@pytest.mark.parametrize("normal", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, -2, 3)])
def test_a_mirrored_body_is_not_inside_out(normal: tuple[float, float, float]) -> None:
    mirrored = mirroring(normal).apply(BOX)
    assert mirrored.signed_volume == pytest.approx(VOLUME)
    assert topology(mirrored).consistent


def test_scale_about_a_point() -> None:
    scaled = scaling(2.0, about=(0.013, 0.017, 0.019)).apply(BOX)
    np.testing.assert_allclose(scaled.lo, BOX.lo, atol=1e-16)
    assert scaled.signed_volume == pytest.approx(8 * VOLUME)


def test_no_step_changes_nothing() -> None:
    np.testing.assert_array_equal(compose([]).apply(BOX).points, BOX.points)


VECTORS = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: np.linalg.norm(v) > 0.1)
STEPS = st.one_of(
    st.builds(rotation, VECTORS, st.floats(-720, 720), VECTORS),
    st.builds(mirroring, VECTORS, VECTORS),
    st.builds(translation, VECTORS),
)


@given(st.lists(STEPS, max_size=5))
def test_any_motion_keeps_volume_area_and_orientation(steps: list[Placement]) -> None:
    moved = compose(steps).apply(BOX)
    assert moved.signed_volume == pytest.approx(VOLUME, rel=1e-9)
    assert moved.area == pytest.approx(BOX.area, rel=1e-9)
