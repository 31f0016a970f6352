"""Choosing a backend, and saying why another one is not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from emtwin.backends.base import Backend
from emtwin.errors import EmtwinError, InputError

NAMES = ("cuda", "native", "numpy")


@dataclass(frozen=True)
class BackendStatus:
    """Whether a backend can be used here, and what it needs if not."""

    name: str
    available: bool
    detail: str


def available_backends() -> tuple[BackendStatus, ...]:
    """Status of every backend, the fastest first."""
    statuses = []
    for name in NAMES:
        try:
            statuses.append(BackendStatus(name, True, _describe(_create(name, "float32"))))
        except EmtwinError as error:
            statuses.append(BackendStatus(name, False, str(error)))
    return tuple(statuses)


def select_backend(name: str = "auto", precision: str = "float32") -> Backend:
    """Backend by name; ``auto`` takes the first of cuda, native, numpy that works.

    Parameters
    ----------
    name : {"auto", "cuda", "native", "numpy"}
        The backend.
    precision : {"float32", "float64"}
        Type of the fields.

    Raises
    ------
    InputError
        If the name or precision is unknown, or the backend does not work here.
    """
    if precision not in ("float32", "float64"):
        raise InputError.single(f"precision {precision!r} is not float32 or float64")
    if name == "auto":
        first = next(status.name for status in available_backends() if status.available)
        return _create(first, precision)
    if name not in NAMES:
        raise InputError.single(
            f"there is no backend {name!r}", remedy=f"choose auto, {', '.join(NAMES)}"
        )
    try:
        return _create(name, precision)
    except InputError:
        raise
    except EmtwinError as error:
        raise InputError.single(
            f"backend {name} does not work here: {error}",
            remedy="run `emtwin doctor`, or choose --backend auto",
        ) from error


def host_backend(precision: str = "float32") -> Backend:
    """The faster backend of the host: native where its library is there, else numpy.

    Parameters
    ----------
    precision : {"float32", "float64"}
        Type of the fields.
    """
    try:
        return _create("native", precision)
    except EmtwinError:
        return _create("numpy", precision)


def _create(name: str, precision: str) -> Backend:
    real = np.dtype(precision)
    if name == "numpy":
        from emtwin.backends.numpy_backend import NumpyBackend

        return NumpyBackend(real)
    if name == "native":
        from emtwin.backends.native import NativeBackend

        return NativeBackend(real)
    from emtwin.backends.cuda import CudaBackend

    return CudaBackend(real)


def _describe(backend: Any) -> str:
    from emtwin.backends import native

    if backend.name == "native":
        return f"{backend.threads} threads, instruction set {native.instruction_set()}"
    return str(getattr(backend, "device", "slow reference, always there"))
