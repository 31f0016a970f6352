"""The kernels compiled for the host: where the library lies, whether it fits, what it holds."""

from __future__ import annotations

import ctypes
import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from emtwin import resources
from emtwin.backends.signatures import signatures
from emtwin.errors import EmtwinError


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
    for name in ("kernel_count", "kernel_arguments_size", "size_of"):
        getattr(library, f"emtwin_{name}").restype = ctypes.c_longlong
    library.emtwin_kernel_function.restype = ctypes.c_void_p
    for name in ("run_plain", "run_fused", "run_tiled", "clear"):
        getattr(library, f"emtwin_{name}").restype = None
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


def clear(address: int, n_bytes: int, threads: int) -> None:
    """Set fresh memory to zero, its pages spread over the memories of all threads."""
    numbers = (ctypes.c_longlong(n) for n in (n_bytes, threads))
    load_library().emtwin_clear(ctypes.c_void_p(address), *numbers)


def kernel_addresses(real: np.dtype[Any]) -> dict[str, int]:
    """Address of each kernel for a precision and the instruction set in use."""
    return _addresses(f"{'float' if real.itemsize == 4 else 'double'}_{instruction_set()}", real)


@cache
def _addresses(variant: str, real: np.dtype[Any]) -> dict[str, int]:
    """The same, after each argument struct was found to have the size that Python packs."""
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
