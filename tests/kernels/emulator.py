"""The device branch of the kernels as a library of the host, and a CuPy whose GPU that library is.

The emulated CuPy has what `emtwin.backends.cuda` calls, and no more. Its kernels check what a GPU
would: the size of the arguments, the threads of a block, the blocks of a grid. While a stream
captures, launches are kept with copies of their arguments, and run when the graph is launched.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin import resources

MOST_BLOCKS = 65_535
"""Of a grid along y and z (CUDA C++ Programming Guide, technical specifications)."""

Threads = tuple[int, int, int]


def compiler() -> str | None:
    """A C++ compiler of this machine."""
    return shutil.which("g++") or shutil.which("clang++")


def build_emulator(folder: Path, real: str, *flags: str) -> Path:
    """Compile grid_emulator.cpp for `real`, "float" or "double"."""
    program, library = compiler(), folder / f"emulator_{real}.so"
    assert program is not None
    command = [program, "-std=c++17", "-O1", "-fPIC", "-shared", "-ffp-contract=off"]
    command += ["-Wall", "-Wextra", "-Werror", "-DEMTWIN_EMULATE_GRID", *flags]
    command += [f"-DEMTWIN_REAL={real}", f"-I{resources.kernels_dir()}"]
    command += [str(Path(__file__).with_name("grid_emulator.cpp")), "-o", str(library)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return library


def load_emulator(path: Path) -> ctypes.CDLL:
    """The library, its functions declared."""
    return declare(ctypes.CDLL(str(path)))


def declare(library: ctypes.CDLL) -> ctypes.CDLL:
    """An emulator that was loaded elsewhere, its functions declared."""
    library.arguments_size.restype = ctypes.c_longlong
    return library


def launch(
    library: ctypes.CDLL,
    name: str,
    grid: Threads,
    block: Threads,
    values: tuple[NDArray[Any], NDArray[Any], int, NDArray[np.int64]],
    *,
    reversed_order: bool = False,
) -> None:
    """Run every thread of a launch, one after another.

    `values` are what the kernel takes: its arguments, the box, the steps ahead, the counter.
    """
    arguments, box, ahead, counter = values
    assert library.arguments_size(name.encode()) == arguments.dtype.itemsize
    assert np.prod(block) <= library.most_threads(name.encode())
    assert max(grid[1:]) <= MOST_BLOCKS
    library.launch(
        name.encode(),
        ctypes.c_void_p(arguments.ctypes.data),
        ctypes.c_void_p(box.ctypes.data),
        ctypes.c_longlong(ahead),
        ctypes.c_void_p(counter.ctypes.data),
        (ctypes.c_uint * 3)(*(max(1, n) for n in grid)),
        (ctypes.c_uint * 3)(*block),
        ctypes.c_int(reversed_order),
    )


@dataclass
class Stream:
    """Runs what it is given at once, or captures it."""

    captured: list[Callable[[], None]] | None = None
    n_launched: int = 0
    n_graphs: int = 0

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def synchronize(self) -> None:
        """Nothing is ever left to do, but a capture must have ended."""
        assert self.captured is None

    def begin_capture(self) -> None:
        """Keep launches from now on."""
        assert self.captured is None
        self.captured = []

    def end_capture(self) -> SimpleNamespace:
        """A graph of what was kept."""
        assert self.captured is not None
        kept, self.captured = self.captured, None

        def run(stream: Stream) -> None:
            assert stream is self
            self.n_graphs += 1
            for node in kept:
                node()

        return SimpleNamespace(launch=run)

    def take(self, work: Callable[[], None]) -> None:
        """Do a launch, or keep it."""
        if self.captured is not None:
            self.captured.append(work)
        else:
            self.n_launched += 1
            work()


class MemoryPool:
    """Counts nothing: the host's allocator serves."""

    def malloc(self, size: int) -> NDArray[np.uint8]:
        """Some memory."""
        return np.empty(size, np.uint8)

    def free_bytes(self) -> int:
        """Kept for later."""
        return 0


@dataclass
class EmulatedCupy:
    """A stand-in for the module `cupy`.

    Parameters
    ----------
    libraries : dict of str to CDLL
        Emulators by C type of the fields.
    reversed_order : bool
        Run the last thread and the last block first.
    """

    libraries: dict[str, ctypes.CDLL]
    reversed_order: bool = False
    stream: Stream = field(default_factory=Stream)

    def __post_init__(self) -> None:
        @contextmanager
        def using_allocator(allocator: object) -> Iterator[None]:
            yield

        properties = {"name": b"grid emulator"}
        self.cuda = SimpleNamespace(
            Stream=lambda: self.stream,
            MemoryPool=MemoryPool,
            using_allocator=using_allocator,
            Device=lambda: SimpleNamespace(id=0),
            runtime=SimpleNamespace(
                getDeviceProperties=lambda _: properties, memGetInfo=lambda: (1 << 30, 1 << 30)
            ),
        )

    zeros = staticmethod(np.zeros)
    asarray = staticmethod(np.array)
    asnumpy = staticmethod(np.array)
    concatenate = staticmethod(np.concatenate)

    def RawModule(self, code: str, options: tuple[str, ...]) -> SimpleNamespace:  # noqa: N802
        """Kernels by name; `code` must be whole."""
        assert '#include "' not in code
        [real] = [o.removeprefix("-DEMTWIN_REAL=") for o in options if "EMTWIN_REAL" in o]
        library = self.libraries[real]

        def get_function(name: str) -> SimpleNamespace:
            assert f"({name})" in code

            def call(grid: Threads, block: Threads, values: tuple[Any, ...]) -> None:
                arguments, box, ahead, counter = values
                fixed = (arguments.copy(), box.copy(), int(ahead), counter)
                order = self.reversed_order
                self.stream.take(
                    lambda: launch(library, name, grid, block, fixed, reversed_order=order)
                )

            return SimpleNamespace(kernel=call)

        return SimpleNamespace(get_function=get_function)
