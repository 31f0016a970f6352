"""The kernels compiled for the host, run by the threads of a small C++ library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from emtwin.backends.base import Stage
from emtwin.backends.host_memory import HostMemory
from emtwin.backends.host_threads import default_threads
from emtwin.backends.native_library import (
    NativeUnavailable,
    clear,
    instruction_set,
    load_library,
)
from emtwin.backends.native_program import NativeProgram, Schedule

__all__ = [
    "NativeBackend",
    "NativeUnavailable",
    "default_threads",
    "instruction_set",
    "load_library",
]


_CACHE_LINE, _HUGE_PAGE = 64, 2 << 20


class NativeBackend(HostMemory):
    """Host memory and compiled kernels.

    Parameters
    ----------
    real : numpy dtype
        float32 or float64.
    threads : int or None
        Number of threads; by default EMTWIN_THREADS or every core this process may use.
    schedule : {"auto", "plain", "fused", "tiled"}
        Order of the work within and between time steps; the bits are the same.
    """

    name = "native"

    def __init__(
        self,
        real: DTypeLike = np.float32,
        threads: int | None = None,
        schedule: Schedule = "auto",
    ) -> None:
        self.real = np.dtype(real)
        self.threads = threads or default_threads()
        self.schedule = schedule
        load_library()

    def zeros(self, size: int, dtype: DTypeLike | None = None) -> NDArray[Any]:
        """Zeros, aligned to a cache line, or to a huge page where they fill several."""
        kind = np.dtype(dtype or self.real)
        n_bytes = size * kind.itemsize
        boundary = _CACHE_LINE if n_bytes < 4 * _HUGE_PAGE else _HUGE_PAGE
        raw = np.empty(n_bytes + boundary, np.uint8)
        start = -raw.ctypes.data % boundary
        memory = raw[start : start + n_bytes]
        if n_bytes < 4 * _HUGE_PAGE:
            memory[:] = 0
        else:
            clear(memory.ctypes.data, n_bytes, self.threads)
        return memory.view(kind)

    def upload(self, values: NDArray[Any]) -> NDArray[Any]:
        """Copy of `values`, flattened."""
        copy = self.zeros(values.size, values.dtype)
        copy[:] = values.ravel()
        return copy

    def program(self, stages: Sequence[Stage]) -> NativeProgram:
        """Bind stages."""
        return NativeProgram(stages, self.real, self.threads, self.schedule)
