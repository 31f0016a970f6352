"""The device branch of the kernels, executed on the host by a GPU of loops, against NumPy."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from emtwin.backends import select_backend
from emtwin.backends.numpy_backend import NumpyBackend
from emtwin.backends.signatures import signatures
from tests.kernels.argument_base import ArgumentSet
from tests.kernels.argument_sets import MAKERS, SHAPES, argument_set
from tests.kernels.emulator import launch
from tests.kernels.test_parity import same

BLOCKS = ((32, 4, 1), (8, 3, 5), (64, 1, 1), (1, 1, 1))
SEED = 11
_BOX = np.dtype([("lo", "i8", 3), ("hi", "i8", 3)])
Build = Callable[[str], ctypes.CDLL]


def emulate(
    library: ctypes.CDLL,
    case: ArgumentSet,
    precision: str,
    block: tuple[int, int, int],
    *,
    reversed_order: bool,
) -> dict[str, Any]:
    """Three steps, in blocks of this shape; of as many threads for a kernel that walks a list."""
    host = NumpyBackend(precision)
    loaded, signature = case.load(host), signatures()[case.kernel]
    packed = signature.pack(loaded, host.real)
    box = np.zeros((), _BOX)
    box["lo"], box["hi"] = case.box
    extent = [high - low for low, high in zip(*case.box, strict=True)]
    counts = extent[::-1] if signature.by_rows else [extent[0], 1, 1]
    if not signature.by_rows:
        block = (block[0] * block[1] * block[2], 1, 1)
    x, y, z = (-(-count // size) for count, size in zip(counts, block, strict=True))
    counter = np.ones(1, np.int64)
    for step in range(3):
        values = (packed, box, step - 1, counter)
        launch(library, case.kernel, (x, y, z), block, values, reversed_order=reversed_order)
    return case.results(host, loaded)


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("kernel", sorted(MAKERS))
def test_device_branch_equals_numpy(kernel: str, precision: str, emulator: Build) -> None:
    """The macros of launch.cuh cover every cell once, whatever the block, ragged edges too.

    Expected: bitwise equal to NumPy at odd sizes, for four block shapes, and with the last thread
    first: no thread may depend on another one of its launch.
    """
    for shape, block in zip(SHAPES, BLOCKS, strict=True):
        case = argument_set(kernel, precision, SEED, shape)
        reference = case.run(select_backend("numpy", precision))
        for reversed_order in (False, True):
            found = emulate(
                emulator(precision), case, precision, block, reversed_order=reversed_order
            )
            same(kernel, reference, found)


def test_emulator_knows_every_kernel(emulator: Build) -> None:
    """A kernel that grid_emulator.cpp does not list fails here."""
    library = emulator("float32")
    assert all(library.arguments_size(name.encode()) > 0 for name in signatures())
