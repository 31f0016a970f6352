"""The kernels compiled for the host, run by the threads of a small C++ library."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from emtwin import resources
from emtwin.backends.base import Stage
from emtwin.backends.memory import available_memory
from emtwin.backends.signatures import Signature, signatures
from emtwin.errors import EmtwinError

_STAGE = np.dtype(
    [("run", "u8"), ("arguments", "u8"), ("lo", "i8", 3), ("hi", "i8", 3), ("serial", "i8")]
)
_ITEMS_WORTH_SHARING = 4096  # below, a barrier costs more than a second thread gains


class NativeUnavailable(EmtwinError):
    """The native library is missing, stale or unfit; the message says how to get it."""


@cache
def load_library() -> ctypes.CDLL:
    """The native library of this installation.

    Raises
    ------
    NativeUnavailable
        If there is none, if it was built from other kernel sources, or if the processor lacks
        the instructions it needs.
    """
    path = resources.native_library()
    if path is None:
        raise NativeUnavailable(
            "emtwin was installed without its native library, because no C++ compiler was found. "
            "Install g++ (Debian: apt-get install g++) and run: pip install --force-reinstall "
            "--no-deps ."
        )
    library = ctypes.CDLL(str(path))
    for name in ("source_sha256", "instruction_set", "kernel_name"):
        getattr(library, f"emtwin_{name}").restype = ctypes.c_char_p
    for name in ("kernel_count", "kernel_arguments_size", "stage_size"):
        getattr(library, f"emtwin_{name}").restype = ctypes.c_longlong
    library.emtwin_kernel_function.restype = ctypes.c_void_p
    library.emtwin_run.restype = None
    _check_sources(library, path)
    return library


def _check_sources(library: ctypes.CDLL, path: Path) -> None:
    built, here = library.emtwin_source_sha256().decode(), resources.native_source_hash()
    if built != here:
        raise NativeUnavailable(
            f"{path} was built from other kernel sources ({built[:12]}) than those of this tree "
            f"({here[:12]}). Rebuild it: pip install --no-deps -e ."
        )
    if not library.emtwin_instruction_set():
        raise NativeUnavailable("the native library needs a processor with SSE 4.2 at least")


def instruction_set() -> str:
    """Instruction set in use: v2, v3, v4 or base; EMTWIN_ISA overrides the best one."""
    return os.environ.get("EMTWIN_ISA") or load_library().emtwin_instruction_set().decode()


@cache
def _functions(variant: str, real: np.dtype[Any]) -> dict[str, int]:
    """Address of each kernel, after its argument struct was found to have the same size."""
    library = load_library()
    count = library.emtwin_kernel_count(variant.encode())
    if count < 0:
        raise NativeUnavailable(f"the native library has no kernels for {variant}")
    addresses = {}
    for n in range(count):
        name = library.emtwin_kernel_name(variant.encode(), n).decode()
        size = library.emtwin_kernel_arguments_size(variant.encode(), n)
        if size != signatures()[name].dtype(real).itemsize:
            raise NativeUnavailable(f"kernel {name}: the library's arguments have another layout")
        addresses[name] = library.emtwin_kernel_function(variant.encode(), n)
    return addresses


class NativeProgram:
    """Stages packed once for the library's executor."""

    def __init__(self, stages: Sequence[Stage], real: np.dtype[Any], threads: int) -> None:
        functions = _functions(
            f"{'float' if real.itemsize == 4 else 'double'}_{instruction_set()}", real
        )
        self._threads = threads
        self._keep = [dict(stage.arguments) for stage in stages]  # the kernels hold their addresses
        self._packed = [signatures()[s.kernel].pack(s.arguments, real) for s in stages]
        self._stages = np.zeros(len(stages), _STAGE)
        for bound, stage, packed in zip(self._stages, stages, self._packed, strict=True):
            bound["run"] = functions[stage.kernel]
            bound["arguments"] = packed.ctypes.data
            bound["lo"], bound["hi"] = stage.box
            bound["serial"] = _serial(stage, signatures()[stage.kernel])

    def run(self, first_step: int, n_steps: int) -> None:
        """Run `n_steps` steps in one call."""
        load_library().emtwin_run(
            ctypes.c_void_p(self._stages.ctypes.data),
            ctypes.c_longlong(len(self._stages)),
            ctypes.c_longlong(first_step),
            ctypes.c_longlong(n_steps),
            ctypes.c_longlong(self._threads),
        )


def _serial(stage: Stage, signature: Signature) -> bool:
    return not signature.by_rows and stage.box.hi[0] - stage.box.lo[0] < _ITEMS_WORTH_SHARING


class NativeBackend:
    """Host memory and compiled kernels.

    Parameters
    ----------
    real : numpy dtype
        float32 or float64.
    threads : int or None
        Number of threads; by default EMTWIN_THREADS or every core this process may use.
    """

    name = "native"

    def __init__(self, real: DTypeLike = np.float32, threads: int | None = None) -> None:
        self.real = np.dtype(real)
        self.threads = threads or default_threads()
        load_library()

    def zeros(self, size: int, dtype: DTypeLike | None = None) -> NDArray[Any]:
        """Zeros, aligned to a cache line."""
        kind = np.dtype(dtype or self.real)
        raw = np.zeros(size * kind.itemsize + 64, np.uint8)
        start = -raw.ctypes.data % 64
        return raw[start : start + size * kind.itemsize].view(kind)

    def upload(self, values: NDArray[Any]) -> NDArray[Any]:
        """Copy of `values`, flattened."""
        copy = self.zeros(values.size, values.dtype)
        copy[:] = values.ravel()
        return copy

    def download(self, array: NDArray[Any]) -> NDArray[Any]:
        """Copy of `array`."""
        return array.copy()

    def program(self, stages: Sequence[Stage]) -> NativeProgram:
        """Bind stages."""
        return NativeProgram(stages, self.real, self.threads)

    def free_bytes(self) -> int:
        """Free host memory in bytes."""
        return available_memory()


def default_threads() -> int:
    """EMTWIN_THREADS, else the number of cores this process may use."""
    chosen = os.environ.get("EMTWIN_THREADS")
    if chosen:
        return max(1, int(chosen))
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
