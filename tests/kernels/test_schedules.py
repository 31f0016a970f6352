"""Neither the order of the work nor the machine's vectors nor its threads change a bit."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from emtwin.backends import Backend, Box, select_backend
from emtwin.backends.native import NativeBackend, NativeUnavailable, load_library
from emtwin.backends.signatures import signatures
from tests.kernels.argument_sets import MAKERS, argument_set
from tests.kernels.test_parity import same

SHAPE = (11, 7, 35)
LEVELS = ("v2", "v3", "v4")


def native(precision: str, threads: int = 1) -> NativeBackend:
    """The native backend with a number of threads, or a skip that says why there is none."""
    try:
        return NativeBackend(precision, threads)
    except NativeUnavailable as error:
        pytest.skip(str(error))


def cut(box: Box, axis: int, parts: int, seed: int) -> tuple[Box, ...]:
    """`box` in slabs of unequal thickness along an axis, shuffled."""
    rng = np.random.default_rng(seed)
    low, high = box.lo[axis], box.hi[axis]
    inner = low + 1 + rng.permutation(high - low - 1)[: parts - 1]
    edges = [low, *sorted(inner.tolist()), high]
    slabs = []
    for start, stop in pairwise(edges):
        lo, hi = list(box.lo), list(box.hi)
        lo[axis], hi[axis] = start, stop
        slabs.append(Box((lo[0], lo[1], lo[2]), (hi[0], hi[1], hi[2])))
    return tuple(slabs[n] for n in rng.permutation(len(slabs)))


@pytest.mark.parametrize("name", ["numpy", "native"])
@pytest.mark.parametrize("kernel", sorted(MAKERS))
def test_slabs_in_any_order_give_the_same_bits(kernel: str, name: str) -> None:
    """A kernel gathers only: a cell writes its own values and reads none that the stage writes.

    Expected: the whole box and its slabs along x, in shuffled order, agree to the bit; NumPy's own
    order of summation in a reduction depends on the shape, so there to 1e-12.
    """
    machine: Backend = native("float32") if name == "native" else select_backend(name)
    case = argument_set(kernel, "float32", 5, SHAPE)
    whole = case.run(machine)
    for seed in range(3):
        slabs = case.run(machine, boxes=cut(case.box, 0, 4, seed))
        if name == "numpy":
            same(kernel, whole, slabs)
            continue
        for array, values in whole.items():
            np.testing.assert_array_equal(slabs[array], values, err_msg=f"{kernel}: {array}")


@pytest.mark.parametrize("kernel", [k for k in sorted(MAKERS) if signatures()[k].by_rows])
def test_native_boxes_may_be_cut_along_y_too(kernel: str) -> None:
    """The rows of a box are independent as well: slabs along y, shuffled, give the same bits."""
    case = argument_set(kernel, "float32", 6, SHAPE)
    machine = native("float32")
    whole = case.run(machine)
    slabs = case.run(machine, boxes=cut(case.box, 1, 3, 1))
    for array, values in whole.items():
        np.testing.assert_array_equal(slabs[array], values, err_msg=f"{kernel}: {array}")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("kernel", sorted(MAKERS))
def test_instruction_sets_agree_to_the_bit(
    kernel: str, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """x86-64-v2, v3 and v4 differ in vector width, never in rounding (-ffp-contract=off).

    Expected: equal to the NumPy form, so equal to one another; a reduction, which is a serial sum
    per row, equals the lowest level's.
    """
    best = load_library_or_skip().emtwin_instruction_set().decode()
    if best not in LEVELS or LEVELS.index(level) > LEVELS.index(best):
        pytest.skip(f"this processor executes {best}, not {level}")
    for precision in ("float32", "float64"):
        case = argument_set(kernel, precision, 7, SHAPE)
        monkeypatch.setenv("EMTWIN_ISA", "v2")
        reference = case.run(native(precision))
        monkeypatch.setenv("EMTWIN_ISA", level)
        for array, values in case.run(native(precision)).items():
            np.testing.assert_array_equal(values, reference[array], err_msg=f"{kernel}: {array}")


@pytest.mark.parametrize("threads", [2, 3])
@pytest.mark.parametrize("kernel", sorted(MAKERS))
def test_threads_agree_to_the_bit(kernel: str, threads: int) -> None:
    """Threads share planes, or a list of more than 4096 items; who computes a value is no matter.

    Expected: one, two and three threads give the same bits, also where a box has fewer planes than
    there are threads.
    """
    for shape in (SHAPE, (29, 17, 11), (2, 5, 7)):
        case = argument_set(kernel, "float32", 8, shape)
        one, many = case.run(native("float32", 1)), case.run(native("float32", threads))
        for array, values in one.items():
            np.testing.assert_array_equal(many[array], values, err_msg=f"{kernel}: {array}")


def load_library_or_skip():  # type: ignore[no-untyped-def]
    """The native library, or a skip that says why there is none."""
    try:
        return load_library()
    except NativeUnavailable as error:
        pytest.skip(str(error))
