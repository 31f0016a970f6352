"""The kernels on an NVIDIA GPU, compiled at run time by CuPy. The only module that imports cupy."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from emtwin import resources
from emtwin.backends.base import Stage
from emtwin.backends.signatures import Signature, signatures
from emtwin.errors import EmtwinError

_BOX = np.dtype([("lo", "i8", 3), ("hi", "i8", 3)])
_ROW_BLOCK = (32, 4, 1)
_ITEM_BLOCK = (128, 1, 1)


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


@cache
def inlined_source(file: str) -> str:
    """Text of a kernel file with `launch.cuh` put in place of its include.

    CuPy's cache is keyed by the text alone and would not see a change of an included header.
    """
    folder = resources.kernels_dir()
    header = (folder / "launch.cuh").read_text(encoding="utf-8")
    text = (folder / file).read_text(encoding="utf-8")
    return re.sub(r'#include "launch\.cuh"', lambda _: header, text)


@cache
def _module(file: str, real_name: str) -> Any:
    source = inlined_source(file)
    digest = hashlib.sha256(source.encode()).hexdigest()
    return _cupy().RawModule(
        code=f"// {digest}\n{source}",
        options=("-std=c++17", "-fmad=false", f"-DEMTWIN_REAL={real_name}"),
    )


class CudaProgram:
    """Stages with their launch shapes and argument structs."""

    def __init__(self, stages: Sequence[Stage], real: np.dtype[Any]) -> None:
        real_name = "float" if real.itemsize == 4 else "double"
        self._keep = [dict(stage.arguments) for stage in stages]
        self._launches = [
            _launch(stage, signatures()[stage.kernel], real, real_name) for stage in stages
        ]

    def run(self, first_step: int, n_steps: int) -> None:
        """Queue `n_steps` steps and wait for them."""
        for step in range(first_step, first_step + n_steps):
            now = np.int64(step)
            for kernel, grid, block, arguments, box in self._launches:
                kernel(grid, block, (arguments, box, now))
        _cupy().cuda.get_current_stream().synchronize()


def _launch(
    stage: Stage, signature: Signature, real: np.dtype[Any], real_name: str
) -> tuple[Any, ...]:
    box = np.zeros((), _BOX)
    box["lo"], box["hi"] = stage.box
    extent = [high - low for low, high in zip(*stage.box, strict=True)]
    block = _ROW_BLOCK if signature.by_rows else _ITEM_BLOCK
    # threads: x walks along z (the contiguous axis) or along the list, y along y, z along x
    counts = (extent[2], extent[1], extent[0]) if signature.by_rows else (extent[0], 1, 1)
    grid = tuple(-(-count // size) for count, size in zip(counts, block, strict=True))
    kernel = _module(signature.file, real_name).get_function(stage.kernel)
    return kernel, grid, block, signature.pack(stage.arguments, real), box


class CudaBackend:
    """Memory and kernels of the current GPU.

    Parameters
    ----------
    real : numpy dtype
        float32 or float64.
    """

    name = "cuda"

    def __init__(self, real: DTypeLike = np.float32) -> None:
        self.real = np.dtype(real)
        properties = _cupy().cuda.runtime.getDeviceProperties(_cupy().cuda.Device().id)
        self.device = properties["name"].decode()

    def zeros(self, size: int, dtype: DTypeLike | None = None) -> Any:
        """Zeros on the device."""
        return _cupy().zeros(size, dtype or self.real)

    def upload(self, values: NDArray[Any]) -> Any:
        """Copy to the device, flattened."""
        return _cupy().asarray(np.ascontiguousarray(values).ravel())

    def adopt(self, values: NDArray[Any]) -> Any:
        """Copy to the device, flattened."""
        return self.upload(values)

    def download(self, array: Any) -> NDArray[Any]:
        """Copy to the host."""
        host: NDArray[Any] = _cupy().asnumpy(array)
        return host

    def program(self, stages: Sequence[Stage]) -> CudaProgram:
        """Compile and bind stages."""
        return CudaProgram(stages, self.real)

    def free_bytes(self) -> int:
        """Free device memory in bytes."""
        return int(_cupy().cuda.runtime.memGetInfo()[0])
