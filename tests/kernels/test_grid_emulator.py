"""The device branch of the kernels, executed on the host by a GPU of loops, against NumPy."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emtwin import resources
from emtwin.backends import select_backend
from emtwin.backends.numpy_backend import NumpyBackend
from emtwin.backends.signatures import signatures
from tests.kernels.argument_sets import MAKERS, SHAPES, ArgumentSet, argument_set
from tests.kernels.test_parity import same

BLOCKS = ((32, 4, 1), (8, 3, 5), (64, 1, 1), (1, 1, 1))
SEED = 11
_BOX = np.dtype([("lo", "i8", 3), ("hi", "i8", 3)])
Build = Callable[[str], ctypes.CDLL]


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Compiles grid_emulator.cpp, once for each type of the fields."""
    compiler = shutil.which("g++") or shutil.which("clang++")
    if compiler is None:
        pytest.skip("no C++ compiler on this machine: install g++")
    folder, built = tmp_path_factory.mktemp("emulator"), dict[str, ctypes.CDLL]()

    def build(precision: str) -> ctypes.CDLL:
        if precision not in built:
            real = {"float32": "float", "float64": "double"}[precision]
            library = folder / f"emulator_{real}.so"
            command = [compiler, "-std=c++17", "-O1", "-fPIC", "-shared", "-ffp-contract=off"]
            command += ["-Wall", "-Wextra", "-Werror", "-DEMTWIN_EMULATE_GRID"]
            command += [f"-DEMTWIN_REAL={real}", f"-I{resources.kernels_dir()}"]
            command += [str(Path(__file__).with_name("grid_emulator.cpp")), "-o", str(library)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            built[precision] = ctypes.CDLL(str(library))
            built[precision].arguments_size.restype = ctypes.c_longlong
        return built[precision]

    return build


def emulate(
    library: ctypes.CDLL,
    case: ArgumentSet,
    precision: str,
    block: tuple[int, int, int],
    *,
    reversed_order: bool,
) -> dict[str, Any]:
    """Three steps, with the launch shape that the cuda backend would use for this block."""
    host = NumpyBackend(precision)
    loaded, signature = case.load(host), signatures()[case.kernel]
    packed = signature.pack(loaded, host.real)
    name = case.kernel.encode()
    assert library.arguments_size(name) == packed.dtype.itemsize
    box = np.zeros((), _BOX)
    box["lo"], box["hi"] = case.box
    extent = [high - low for low, high in zip(*case.box, strict=True)]
    counts = extent[::-1] if signature.by_rows else [extent[0], 1, 1]
    if not signature.by_rows:
        block = (block[0] * block[1] * block[2], 1, 1)
    grid = [-(-count // size) for count, size in zip(counts, block, strict=True)]
    for step in range(3):
        library.launch(
            name,
            ctypes.c_void_p(packed.ctypes.data),
            ctypes.c_void_p(box.ctypes.data),
            ctypes.c_longlong(step),
            (ctypes.c_uint * 3)(*grid),
            (ctypes.c_uint * 3)(*block),
            ctypes.c_int(reversed_order),
        )
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
