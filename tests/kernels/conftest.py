"""The emulator of a GPU, compiled once, and the cuda backend on it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

import pytest

from emtwin.backends import cuda, native_program
from tests.kernels.emulator import EmulatedCupy, build_emulator, compiler, load_emulator

REAL = {"float32": "float", "float64": "double"}


@pytest.fixture(autouse=True)
def all_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """The native backend starts every thread asked for, however small a test's grid is."""
    monkeypatch.setattr(native_program, "CELLS_WORTH_A_THREAD", 1)


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], ctypes.CDLL]:
    """Gives the emulator for a precision, compiled when it is first asked for."""
    if compiler() is None:
        pytest.skip("no C++ compiler on this machine: install g++")
    folder, built = tmp_path_factory.mktemp("emulator"), dict[str, ctypes.CDLL]()

    def library(precision: str) -> ctypes.CDLL:
        if precision not in built:
            built[precision] = load_emulator(build_emulator(folder, REAL[precision]))
        return built[precision]

    return library


@pytest.fixture
def emulated(
    emulator: Callable[[str], ctypes.CDLL], monkeypatch: pytest.MonkeyPatch
) -> EmulatedCupy:
    """A CuPy on the emulator, in the place where the cuda backend looks for CuPy."""
    cupy = EmulatedCupy({REAL[p]: emulator(p) for p in REAL})
    monkeypatch.setattr(cuda, "_cupy", lambda: cupy)
    return cupy


@pytest.fixture(params=["emulator", pytest.param("gpu", marks=pytest.mark.gpu)])
def device(request: pytest.FixtureRequest) -> None:
    """The cuda backend works: on the emulator, and on a GPU where there is one."""
    if request.param == "emulator":
        request.getfixturevalue("emulated")
