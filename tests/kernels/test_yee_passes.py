"""Whole steps in one pass over memory against the two sweeps, on the emulator and on a GPU."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from benchmarks.gpu_passes import ONE_STEP, TWO_STEPS, Form, Passes, remainder, shrunk, unabsorbed
from emtwin.backends import Box, Stage
from emtwin.backends.cuda import CudaBackend
from emtwin.backends.numpy_backend import NumpyBackend
from tests.kernels.emulator import EmulatedCupy
from tests.kernels.passes import FORMS, SHAPES, passed, scene, swept


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("form", FORMS, ids=str)
def test_passes_and_sweeps_give_the_same_bits(form: Form, shape: tuple[int, int, int]) -> None:
    """Graded cells, scattered materials, absorber on all faces; every element of the fields, from
    noise: a rim too narrow, or a value of the wrong step or plane, shows at once.
    """
    reference = swept("float32", shape)
    assert np.isfinite(reference).all()
    np.testing.assert_array_equal(passed(CudaBackend(), shape, form), reference)


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize("form", FORMS, ids=str)
def test_double_precision_too(form: Form) -> None:
    reference = swept("float64", SHAPES[0])
    np.testing.assert_array_equal(passed(CudaBackend("float64"), SHAPES[0], form), reference)


@pytest.mark.parametrize(("form", "shape"), list(product(FORMS[1::4], SHAPES)), ids=str)
def test_the_order_of_threads_does_not_matter(
    form: Form, shape: tuple[int, int, int], emulated: EmulatedCupy
) -> None:
    """The last thread of a phase and the last block first: no phase reads what it shares, and no
    pass what it writes.
    """
    emulated.reversed_order = True
    np.testing.assert_array_equal(passed(CudaBackend(), shape, form), swept("float32", shape))


@pytest.mark.parametrize("form", [ONE_STEP, TWO_STEPS], ids=str)
def test_the_default_blocks_and_a_single_cycle(form: Form, emulated: EmulatedCupy) -> None:
    """After the least number of steps already all fields are in their first array."""
    found = passed(CudaBackend(), SHAPES[0], form, 2 * form.steps)
    np.testing.assert_array_equal(found, swept("float32", SHAPES[0], 2 * form.steps))


def test_the_pass_out_begins_where_the_absorber_s_reach_ends(emulated: EmulatedCupy) -> None:
    """A pass of s steps also computes h s places before its box; none of them may absorb."""
    stages, _ = scene(NumpyBackend(), SHAPES[0])
    inside = unabsorbed(stages)
    for stage in stages:
        low = [stage.arguments[f"low_{axis}"] for axis in "xyz"]
        high = [stage.arguments[f"high_{axis}"] for axis in "xyz"]
        assert np.all(np.array(inside.lo) >= low)
        assert np.all(np.array(inside.hi) <= high)
    np.testing.assert_array_equal(shrunk(inside, 2), np.add(inside, [[2], [-2]]))


def test_the_remainder_loses_a_layer_with_each_step() -> None:
    """Cells that each of four steps computes: all but a hole of 1, 3, 5 and 7 cells along x.

    h is computed one layer further on the upper side, where e of the shell reads it.
    """
    stages, _ = scene(NumpyBackend(), SHAPES[0])
    whole, hole = stages[0].box, Box((5, 6, 20), (12, 15, 40))
    parts = remainder(stages, hole, 4)
    cells = [_count(part.box) for part in parts]
    expected = []
    for extent in ((1, 3, 14), (3, 5, 16), (5, 7, 18), (7, 9, 20)):
        sizes = np.array(extent)
        expected += [_count(whole) - int(np.prod(sizes - 1)), _count(whole) - int(np.prod(sizes))]
    assert [sum(cells[n : n + 6]) for n in range(1, len(cells), 6)] == expected[1:]
    assert cells[0] == expected[0] == _count(whole)  # no hole of h is left in the first step


def _count(box: Box) -> int:
    return int(np.prod(np.subtract(box.hi, box.lo)))


def test_bytes_per_cell_and_step() -> None:
    """Six fields read and written and three rows of a byte: 51, half of it for two steps.

    With all rims read again, blocks of 32 x 16 threads and 64 planes, s = 1: e of 33 x 17 x 66
    cells, h of 32 x 16 x 65, for 31 x 15 x 64 of their own.
    """
    assert ONE_STEP.bytes_moved(cached=True) == 51
    assert TWO_STEPS.bytes_moved(cached=True) == 25.5
    own = 31 * 15 * 64
    expected = 12 * (33 * 17 * 66 + 32 * 16 * 65) / own + 27
    assert ONE_STEP.bytes_moved(cached=False) == pytest.approx(expected, rel=1e-12)


def test_what_passes_cannot_do_is_refused(emulated: EmulatedCupy) -> None:
    """Other stages, a box too small between the absorbers, part of a cycle."""
    cuda = CudaBackend()
    stages, fields = scene(cuda, SHAPES[0])
    with pytest.raises(ValueError, match=r"advance yee_h and yee_e, not \['yee_h'\]"):
        Passes(stages[:1], fields, cuda, ONE_STEP)
    thick: list[Stage] = [
        replace(stage, arguments={**stage.arguments, "low_y": 9}) for stage in stages
    ]
    with pytest.raises(ValueError, match="nothing is left 4 cells inside them"):
        Passes(thick, fields, cuda, TWO_STEPS)
    with pytest.raises(ValueError, match="6 steps are no multiple of 4"):
        Passes(stages, fields, cuda, TWO_STEPS).run(6)
