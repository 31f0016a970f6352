"""Lists that the kernels walk along, for any material, any grid, any network."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from emtwin.backends.native import NativeBackend
from emtwin.grid import Grid
from emtwin.solver.stages.coefficients import patterns_along_z
from emtwin.solver.stages.layout import COMPONENTS, Layout
from emtwin.solver.stepper import _without_repeats
from emtwin.solver.wires.stages import _ragged

shapes = st.tuples(st.integers(1, 3), st.integers(1, 4), st.sampled_from([16, 32, 48]))


@settings(max_examples=60)
@given(shape=shapes, blocky=st.booleans(), data=st.data())
def test_patterns_reconstruct_the_ids(
    shape: tuple[int, int, int], blocky: bool, data: st.DataObject
) -> None:
    """The table's row of a vector's pattern is the vector; no two rows of the table are alike."""
    ids = []
    for _ in range(3):
        block = (shape[0], shape[1], shape[2] // 8) if blocky else shape
        volume = data.draw(hnp.arrays(np.uint16, block, elements=st.integers(0, 2)))
        ids.append(np.repeat(volume, 8, axis=2) if blocky else volume)
    patterns = patterns_along_z((ids[0], ids[1], ids[2]), 3)
    for numbers, volume in zip(patterns.numbers, ids, strict=True):
        np.testing.assert_array_equal(patterns.rows[numbers].reshape(volume.shape), volume)
    np.testing.assert_array_equal(patterns.rows[:3], np.arange(3)[:, None] * np.ones((1, 16)))
    assert len(np.unique(patterns.rows, axis=0)) == len(patterns.rows)


sizes = st.tuples(st.integers(1, 5), st.integers(1, 6), st.integers(1, 40))


@settings(max_examples=40)
@given(shape=sizes)
def test_offsets_are_unique_and_guarded(shape: tuple[int, int, int]) -> None:
    """Every element of every component has an address of its own, and so have all its neighbours.

    Kernels read one plane, one row and one element away: those addresses lie inside the allocation,
    and inside no other component.
    """
    layout = Layout(Grid.uniform(shape, 1e-3))
    index = np.stack(np.meshgrid(*(np.arange(n) for n in layout.grid.nodes), indexing="ij"), -1)
    offsets = [layout.offset(name, index.reshape(-1, 3)) for name in COMPONENTS]
    assert np.unique(np.concatenate(offsets)).size == sum(o.size for o in offsets)
    for name, own in zip(COMPONENTS, offsets, strict=True):
        reach = layout.plane + layout.pitch + 1
        assert own.min() - reach >= 0
        assert own.max() + reach < layout.total
        others = [o for n, o in zip(COMPONENTS, offsets, strict=True) if n != name]
        for other in others:
            assert own.max() + reach < other.min() or own.min() - reach > other.max()


@given(shape=sizes)
def test_rows_begin_on_a_vector(shape: tuple[int, int, int]) -> None:
    """Row pitch and component starts are multiples of 16 elements; memory is cache-line aligned."""
    layout = Layout(Grid.uniform(shape, 1e-3))
    assert layout.pitch % 16 == 0
    assert layout.pitch >= layout.grid.nodes[2]
    assert all(layout.start(name) % 16 == 0 for name in COMPONENTS)


@given(size=st.integers(1, 200))
def test_native_memory_begins_on_a_cache_line(size: int) -> None:
    """Zeros of any size start at a multiple of 64 bytes and are exactly that many."""
    array = NativeBackend.zeros.__get__(_Reals())(size)
    assert array.size == size
    assert array.ctypes.data % 64 == 0
    assert not array.any()


class _Reals:
    """What `zeros` needs of a backend."""

    real = np.dtype(np.float32)


@given(
    lists=st.lists(
        st.lists(st.tuples(st.integers(0, 99), st.sampled_from([-1.0, 1.0, 0.5])), max_size=4),
        min_size=1,
        max_size=12,
    )
)
def test_ragged_lists_come_back(lists: list[list[tuple[int, float]]]) -> None:
    """Row pointers cut the flat lists into the lists that went in."""
    first, numbers, values = _ragged(lists)
    cut = [list(zip(numbers[a:b], values[a:b], strict=True)) for a, b in pairwise(first)]
    assert cut == lists


@given(offsets=hnp.arrays(np.int64, st.integers(1, 60), elements=st.integers(0, 9)))
def test_no_part_names_an_element_twice(offsets: np.ndarray) -> None:
    """Items of a stage run in any order: repeated offsets are dealt out to several stages."""
    parts = _without_repeats(offsets)
    assert sorted(np.concatenate(parts).tolist()) == list(range(offsets.size))
    for part in parts:
        assert np.unique(offsets[part]).size == part.size
    assert len(parts) == np.bincount(offsets).max()
