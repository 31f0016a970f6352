"""Rays through the cell centres: where they cross a surface, and on which side."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from emtwin.voxel.inside.scanline import Crossings, crossings
from tests.unit.voxel.shapes import box

CENTRES = tuple(np.arange(n) + 0.5 for n in (6, 7, 8))


def per_gap(hits: Crossings, axis: int) -> NDArray[np.int64]:
    """Number of crossings before each centre along `axis`, and beyond the last one."""
    counts = np.zeros([c.size + (along == axis) for along, c in enumerate(CENTRES)], np.int64)
    index = [hits.u] * 3
    index[axis], index[(axis + 2) % 3] = hits.w, hits.v
    np.add.at(counts, tuple(index), 1)
    return counts


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_ray_enters_a_box_once_and_leaves_it_once(axis: int) -> None:
    """The box holds the centres 1 ... 3, 2 ... 4 and 3 ... 6: one gap before, one beyond."""
    lo, hi = (1, 2, 3), (4, 5, 7)
    surface = box(lo, hi)
    hits = crossings(surface, axis, CENTRES)
    counts = per_gap(hits, axis)
    inside = tuple(slice(a, b) for a, b in zip(lo, hi, strict=True) if a != lo[axis])
    expected = np.zeros_like(counts)
    for gap in (lo[axis], hi[axis]):
        where = list(inside)
        where.insert(axis, gap)
        expected[tuple(where)] = 1
    assert np.array_equal(counts, expected)
    assert set(hits.w[hits.side < 0]) == {lo[axis]}
    assert set(hits.w[hits.side > 0]) == {hi[axis]}
    normals = surface.area_vectors[hits.triangle, axis]
    assert np.array_equal(np.sign(normals), hits.side)


def test_two_walls_in_one_gap_count_two() -> None:
    counts = per_gap(crossings(box((1, 1, 3.6), (4, 4, 4.4)), 2, CENTRES), 2)
    assert counts.max() == 2
    assert counts[2, 2, 4] == 2
