"""Triangles on tiles of columns: nothing missing, nothing twice, lists of bounded length."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtwin.backends import select_backend
from emtwin.geometry import Surface
from emtwin.grid import Grid
from emtwin.voxel.inside import bins
from emtwin.voxel.inside.bins import (
    Bins,
    Span,
    columns_between_met,
    columns_met,
    extremes,
    places,
    within,
)
from emtwin.voxel.inside.fractions import fractions
from emtwin.voxel.inside.memory import lists_bytes
from emtwin.voxel.inside.solids import inside
from tests.unit.voxel.shapes import rotated, solid, sphere

GRID = Grid.uniform((12, 12, 12), 1.0)
NATIVE = select_backend("auto")


def spans(rng: np.random.Generator, count: int, columns: int) -> Span:
    """Columns of some triangles along an axis; some triangles meet none."""
    low = rng.integers(0, columns + 1, count)
    high = np.minimum(low + rng.integers(0, 4, count) ** 2, columns)
    return low.astype(np.int32), high.astype(np.int32)


@given(st.integers(0, 2**31), st.integers(0, 40), st.integers(1, 30), st.integers(1, 30))
def test_a_tile_lists_the_triangles_that_meet_its_columns(
    seed: int, count: int, n_p: int, n_q: int
) -> None:
    """Each once and in order; those that meet no column are in no list."""
    rng = np.random.default_rng(seed)
    p, q = spans(rng, count, n_p), spans(rng, count, n_q)
    found = Bins.of(p, q, (n_p, n_q))
    tile, tiles_p = found.tile, -(-n_p // found.tile)
    assert found.tiles_q == -(-n_q // tile)
    assert found.first.size == tiles_p * found.tiles_q + 1
    met = (p[0] < p[1]) & (q[0] < q[1])
    for number in range(tiles_p * found.tiles_q):
        at_p, at_q = np.array(divmod(number, found.tiles_q)) * tile
        here = met & (p[0] < at_p + tile) & (p[1] > at_p) & (q[0] < at_q + tile) & (q[1] > at_q)
        listed = found.listed[found.first[number] : found.first[number + 1]]
        assert listed.tolist() == np.flatnonzero(here).tolist()


@given(
    st.lists(st.integers(0, 16), min_size=3, max_size=30),
    st.lists(st.integers(0, 16), min_size=2, max_size=9, unique=True),
)
def test_columns_of_triangles_with_corners_on_and_between_lines(
    values: list[int], lines: list[int]
) -> None:
    """Through lines: those within the corners' range, ends included; between: those that overlap.

    Corners one after another make triangles. What only touches a column's line has no area in it,
    and may be counted or not.
    """
    at, of = np.array(values, float), np.sort(np.array(lines, float))
    corners = np.stack([np.arange(len(values) - 2) + n for n in range(3)])
    extent = extremes(places(at, of), corners)
    through, between = columns_met(extent), columns_between_met(extent, of.size - 1)
    ends = at[corners].min(axis=0), at[corners].max(axis=0)
    for n, (low, high) in enumerate(zip(*ends, strict=True)):
        met = np.flatnonzero((of >= low) & (of <= high))
        assert np.arange(through[0][n], through[1][n]).tolist() == met.tolist()
        overlap = np.flatnonzero((of[:-1] <= high) & (of[1:] >= low))
        strict = np.flatnonzero((of[:-1] < high) & (of[1:] > low))
        found = np.arange(between[0][n], between[1][n]).tolist()
        assert set(strict) <= set(found) <= set(overlap)


def test_a_value_near_a_line_is_on_it() -> None:
    """Up to and with the distance that is called near."""
    found = places(np.array([0.0, 0.75, 1.0, 1.25, 1.5, 3.0]), np.array([1.0, 2.0]), 0.25)
    assert found.tolist() == [0, 1, 1, 1, 2, 4]


def test_a_part_of_the_columns_has_what_reaches_into_it() -> None:
    """Columns 4 to 7 of spans before, into, over, and beyond them."""
    span = np.array([0, 2, 3, 5, 8], np.int32), np.array([3, 5, 9, 6, 9], np.int32)
    low, high = within(span, 4, 8)
    assert [(a, b) for a, b in zip(low, high, strict=True) if a < b] == [(0, 1), (0, 4), (1, 2)]


@pytest.mark.parametrize("shift", [0, 1, 3, 5])
def test_tiles_decide_nothing(shift: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cells, and shares to the bit, are those of any other size of tile."""
    body = solid("ball", rotated(sphere(4.1, (6.0, 6.1, 5.8)), 7))
    cells, shares = inside(body, GRID).mask, fractions(body, GRID).share
    monkeypatch.setattr(bins, "_shift", lambda *_: shift)
    assert np.array_equal(inside(body, GRID).mask, cells)
    assert np.array_equal(fractions(body, GRID).share, shares)


def test_large_triangles_among_small_ones_do_not_fill_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """2000 triangles of one column each and 20 across all 300 x 300: tiles grow until it is enough.

    With the tile that most of them ask for there would be 20 x 300 x 300 pairs, 900 for each
    triangle.
    """
    monkeypatch.setattr(bins, "SHORT_LIST", 0)
    rng = np.random.default_rng(1)
    low = np.append(rng.integers(0, 300, 2000), np.zeros(20, int)).astype(np.int32)
    high = np.append(low[:2000] + 1, np.full(20, 300)).astype(np.int32)
    found = Bins.of((low, high), (low[::1], high[::1]), (300, 300))
    assert 2020 < found.listed.size <= bins.PAIRS_PER_TRIANGLE * 2020
    assert 1 < found.tile < 512


@given(st.integers(0, 2**31))
def test_lists_take_no_more_than_is_told(seed: int) -> None:
    """Whatever the triangles are like."""
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(40, 3)) * rng.choice([0.1, 1, 30], (40, 1))
    surface = Surface(points, rng.integers(0, 40, (60, 3)))
    lines = np.arange(-20.0, 21.0)
    corners = surface.triangles.T
    p, q = (columns_met(extremes(places(points[:, axis], lines), corners)) for axis in (0, 1))
    found = Bins.of(p, q, (41, 41))
    assert found.first.nbytes + found.listed.nbytes <= lists_bytes(surface, 41 * 41)
