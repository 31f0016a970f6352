"""The kernels on an NVIDIA GPU, compiled at run time by CuPy. The only module that imports cupy.

All work of a backend is queued on one stream of its own, and all its memory comes from one pool.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from emtwin.backends.base import Box, Stage
from emtwin.backends.kernel_source import inlined_source
from emtwin.backends.regions import split_at_absorber
from emtwin.backends.signatures import Signature, signatures
from emtwin.errors import EmtwinError

_BOX = np.dtype([("lo", "i8", 3), ("hi", "i8", 3)])
_ITEM_BLOCK = (128, 1, 1)
_SECTOR_BLOCK = (16, 8, 1)  # for slabs of one vector along z: a warp takes two rows of it
_SMALL = 200**3  # cells; below, a step takes less time on the GPU than its launches from here
_GRAPH_STEPS = (32, 4)  # steps of a captured graph; what is left over is launched one by one
_PRODUCT_COLUMNS = 1 << 17  # of lines that are joined, and sums that are added to, at once
_PRODUCT_LINES = 64  # of a product: the sum of many more is rounded too coarsely in float32


class CudaUnavailable(EmtwinError):
    """No usable GPU or no CuPy; the message says which."""


@cache
def _cupy() -> Any:
    try:
        import cupy
    except Exception as error:  # a broken CUDA installation raises more than ImportError
        raise CudaUnavailable(
            f"CuPy cannot be imported ({error}). Install it: pip install 'emtwin[cuda12]' or "
            "'emtwin[cuda13]'"
        ) from error
    if not cupy.cuda.is_available():
        raise CudaUnavailable(
            "CuPy finds no NVIDIA GPU, or its driver does not answer (nvidia-smi)"
        )
    return cupy


@dataclass(frozen=True)
class CudaOptions:
    """How work is put to the GPU. The results are the same to the bit, but for `contract`.

    Parameters
    ----------
    block : tuple of int
        Threads of a block along z, y and x, for kernels that walk over cells; at most 256.
    graphs : bool or None
        Replay captured graphs of several steps; None for grids below 200^3 cells.
    split : bool or None
        Sweep the interior with a kernel that does not know the absorber, and the shell apart; None
        for grids from 200^3 cells on, where six more launches do not matter.
    contract : bool
        Let the compiler fuse products and sums, which rounds once instead of twice.
    """

    block: tuple[int, int, int] = (32, 4, 1)
    graphs: bool | None = None
    split: bool | None = None
    contract: bool = False


@dataclass(frozen=True, eq=False)
class _Launch:
    """A kernel with its launch shape and argument structs."""

    kernel: Any
    grid: tuple[int, int, int]
    block: tuple[int, int, int]
    arguments: NDArray[Any]
    box: NDArray[Any]
    counter: Any
    every: int

    def __call__(self, ahead: int) -> None:
        """Queue it for the step that is `ahead` of the counter."""
        values = (self.arguments, self.box, np.int64(ahead), self.counter)
        self.kernel(self.grid, self.block, values)


class CudaProgram:
    """Stages bound to a backend's stream.

    Parameters
    ----------
    stages : sequence of Stage
        What to run.
    backend : CudaBackend
        Where.
    options : CudaOptions
        How.
    """

    def __init__(self, stages: Sequence[Stage], backend: CudaBackend, options: CudaOptions) -> None:
        small = _cells(stages) < _SMALL
        self._backend, self._options = backend, options
        self._graphed = small if options.graphs is None else options.graphs
        if not small if options.split is None else options.split:
            stages = [part for stage in stages for part in split_at_absorber(stage)]
        self._keep = [dict(stage.arguments) for stage in stages]
        self._counter = backend.zeros(1, np.int64)
        self._counted = 0  # what the counter holds once all that is queued has run
        self._launches = [self._bind(stage) for stage in stages]
        self._graphs: dict[int, Any] = {}

    @property
    def n_launches(self) -> int:
        """Launches of a step."""
        return len(self._launches)

    def run(self, first_step: int, n_steps: int) -> None:
        """Queue `n_steps` steps and wait for them."""
        self.queue(first_step, n_steps)
        self._backend.stream.synchronize()

    def queue(self, first_step: int, n_steps: int) -> None:
        """Queue `n_steps` steps; the GPU works on them while the caller goes on."""
        with self._backend.at_work():
            replayed = self._replay(first_step, n_steps) if self._graphed else 0
            for step in range(first_step + replayed, first_step + n_steps):
                for launch in self._launches:
                    if step % launch.every == 0:
                        launch(step - self._counted)

    def _replay(self, first_step: int, n_steps: int) -> int:
        """Queue graphs for most of the steps; returns how many."""
        if n_steps < _GRAPH_STEPS[-1]:
            return 0
        if self._counted != first_step:
            self._counter.fill(first_step)
            self._counted = first_step
        for size in _GRAPH_STEPS:
            while first_step + n_steps - self._counted >= size:
                self._graph(size).launch(self._backend.stream)
                self._counted += size
        return self._counted - first_step

    def _graph(self, n_steps: int) -> Any:
        """Captured launches of some steps; the last one moves the counter on."""
        if n_steps not in self._graphs:
            counting = {"counter": self._counter, "by": n_steps}
            count = self._bind(Stage("count_steps", Box.items(1), counting))
            stream = self._backend.stream
            stream.begin_capture()
            try:
                for ahead in range(n_steps):
                    for launch in self._launches:
                        launch(ahead)
                count(0)
            finally:
                graph = stream.end_capture()
            self._graphs[n_steps] = graph
        return self._graphs[n_steps]

    def _bind(self, stage: Stage) -> _Launch:
        signature, backend = signatures()[stage.kernel], self._backend
        box = np.zeros((), _BOX)
        box["lo"], box["hi"] = stage.box
        grid, block = launch_shape(stage.box, signature, self._options.block)
        arguments = signature.pack(stage.arguments, backend.real)
        narrow = bool(stage.arguments.get("narrow", True))
        kernel = backend.kernel(
            signature.file, stage.kernel, narrow=narrow, contract=self._options.contract
        )
        return _Launch(kernel, grid, block, arguments, box, self._counter, stage.every)


def _cells(stages: Sequence[Stage]) -> int:
    """Cells of the largest box."""
    return max((int(np.prod(np.subtract(s.box.hi, s.box.lo))) for s in stages), default=0)


Threads = tuple[int, int, int]


def launch_shape(box: Box, signature: Signature, row_block: Threads) -> tuple[Threads, Threads]:
    """Blocks and threads of a launch on a box.

    Threads x walk along z, the contiguous axis, or along the list; y along y, z along x.

    Parameters
    ----------
    box : Box
        Cells, or items of a list.
    signature : Signature
        Of the kernel.
    row_block : tuple of int
        Threads of a block of a kernel that walks over cells.
    """
    extent = [high - low for low, high in zip(*box, strict=True)]
    if not signature.by_rows:
        return (-(-extent[0] // _ITEM_BLOCK[0]), 1, 1), _ITEM_BLOCK
    block = _SECTOR_BLOCK if extent[2] <= _SECTOR_BLOCK[0] else row_block
    x, y, z = (-(-n // size) for n, size in zip(extent[::-1], block, strict=True))
    return (x, y, z), block


class CudaBackend:
    """Memory and kernels of the current GPU.

    Parameters
    ----------
    real : numpy dtype
        float32 or float64.
    options : CudaOptions, optional
        How work is put to the GPU.
    """

    name = "cuda"

    def __init__(self, real: DTypeLike = np.float32, options: CudaOptions | None = None) -> None:
        self.real = np.dtype(real)
        self.options = options or CudaOptions()
        cuda = _cupy().cuda
        properties = cuda.runtime.getDeviceProperties(cuda.Device().id)
        self.device = properties["name"].decode()
        # Ordered with the default stream, on which a caller's own CuPy calls run.
        self.stream = cuda.Stream()
        self._pool = cuda.MemoryPool()
        self._modules: dict[tuple[str, bool, bool], Any] = {}

    @contextmanager
    def at_work(self) -> Iterator[Any]:
        """CuPy, with this backend's stream and memory."""
        cupy = _cupy()
        with cupy.cuda.using_allocator(self._pool.malloc), self.stream:
            yield cupy

    def kernel(self, file: str, name: str, *, narrow: bool = True, contract: bool = False) -> Any:
        """A compiled kernel, ready to be launched; `narrow`: material rows are bytes."""
        key = file, narrow, contract
        if key not in self._modules:
            self._modules[key] = self._module(*key)
        return self._modules[key].get_function(name).kernel

    def _module(self, file: str, narrow: bool, contract: bool) -> Any:
        source = inlined_source(file)
        digest = hashlib.sha256(source.encode()).hexdigest()
        real = "float" if self.real.itemsize == 4 else "double"
        fused = str(contract).lower()
        return _cupy().RawModule(
            code=f"// {digest}\n{source}",
            options=(
                "-std=c++17",
                f"-fmad={fused}",
                f"-DEMTWIN_REAL={real}",
                f"-DEMTWIN_NARROW={narrow:d}",
            ),
        )

    def zeros(self, size: int, dtype: DTypeLike | None = None) -> Any:
        """Zeros on the device."""
        with self.at_work() as cupy:
            return cupy.zeros(size, dtype or self.real)

    def upload(self, values: NDArray[Any]) -> Any:
        """Copy to the device, flattened."""
        with self.at_work() as cupy:
            return cupy.asarray(np.ascontiguousarray(values).ravel())

    def adopt(self, values: NDArray[Any]) -> Any:
        """Copy to the device, flattened."""
        return self.upload(values)

    def download(self, array: Any) -> NDArray[Any]:
        """Copy to the host."""
        with self.at_work() as cupy:
            host: NDArray[Any] = cupy.asnumpy(array)
        return host

    def view(self, array: Any) -> NDArray[Any]:
        """Copy to the host."""
        return self.download(array)

    def take(self, array: Any, index: NDArray[np.int64]) -> NDArray[Any]:
        """Copy of some elements to the host."""
        with self.at_work() as cupy:
            host: NDArray[Any] = cupy.asnumpy(array[cupy.asarray(index)])
        return host

    def accumulate(
        self, sums: Any, weights: NDArray[np.float64], parts: Sequence[Any], first: int
    ) -> None:
        """Add the product of `weights` and some columns of the lines to `sums`, on the device."""
        rows, n = weights.shape
        width = sum(part.size for part in parts) // max(n, 1)
        if not sums.size or not width:
            return
        with self.at_work() as cupy:
            totals, factors = sums.reshape(rows, -1), cupy.asarray(weights.astype(self.real))
            shaped = [part.reshape(-1, width)[:, first:] for part in parts]
            for start in range(0, totals.shape[1], _PRODUCT_COLUMNS):
                here = slice(start, min(start + _PRODUCT_COLUMNS, totals.shape[1]))
                lines = cupy.concatenate([part[:, here] for part in shaped])
                for line in range(0, n, _PRODUCT_LINES):
                    summed = slice(line, line + _PRODUCT_LINES)
                    totals[:, here] += factors[:, summed] @ lines[summed]

    def reserve(self, size: int) -> None:
        """Have the pool take memory from the device, which halts all work, and keep it."""
        with self.at_work():
            self._pool.malloc(size)

    def program(self, stages: Sequence[Stage], options: CudaOptions | None = None) -> CudaProgram:
        """Compile and bind stages, with other options than the backend's where there are some."""
        return CudaProgram(stages, self, options or self.options)

    def free_bytes(self) -> int:
        """Free device memory in bytes, what the pool keeps for later included."""
        free = int(_cupy().cuda.runtime.memGetInfo()[0])
        return free + int(self._pool.free_bytes())
