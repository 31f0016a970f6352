"""What a declaration is, as a digest: two that differ anywhere have different digests."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import partial
from pathlib import PurePath
from types import CodeType, FunctionType, MethodType
from typing import Any

import numpy as np

from emtwin.errors import InputError

_TEXT = 60  # characters of a value that a message shows
_ATOMS = (str, bytes, int, float, complex, bool, type(None), Enum, PurePath, np.generic, slice)


def digest(value: Any) -> str:
    """SHA-256 of a declaration: dataclasses, arrays, containers, functions, to any depth.

    Parameters
    ----------
    value : object
        What to tell apart. Of a dataclass the fields count, of any other object its attributes;
        of a function its code and what it closes over.

    Returns
    -------
    str
        Hexadecimal digest, the same in every process.

    Raises
    ------
    InputError
        If something in it has no content that could be compared.
    """
    sha = hashlib.sha256()
    _feed(sha, value)
    return sha.hexdigest()


def described(value: Any) -> str:
    """Short text of a small value for a message, or nothing."""
    if isinstance(value, _ATOMS):
        return repr(value)[:_TEXT]
    if is_dataclass(value) or (isinstance(value, tuple) and len(value) < 4):
        text = repr(value)
        return text if len(text) <= _TEXT else ""
    return ""


def _feed(sha: Any, value: Any) -> None:
    """Every value begins with its kind, so that neighbours cannot run into each other."""
    kind = type(value)
    sha.update(f"<{kind.__module__}.{kind.__qualname__}".encode())
    if isinstance(value, np.ndarray):
        sha.update(f"{value.dtype.str}{value.shape}".encode())
        sha.update(np.ascontiguousarray(value).tobytes())
    elif isinstance(value, _ATOMS):
        sha.update(repr(value).encode())
    else:
        for part in _parts(value):
            _feed(sha, part)
    sha.update(b">")


def _parts(value: Any) -> list[Any]:
    """What tells a value apart, in an order of its own."""
    if is_dataclass(value) and not isinstance(value, type):
        return [part for f in fields(value) for part in (f.name, getattr(value, f.name))]
    for kind, parts in _KINDS.items():
        if isinstance(value, kind):
            return list(parts(value))
    if hasattr(value, "__dict__"):
        return sorted(vars(value).items())
    raise InputError.single(
        f"a {type(value).__name__} in the simulation has no content that could be compared, so "
        "that its checkpoint could belong to another one",
        remedy="run without a checkpoint, or make it a dataclass",
    )


def _of_function(value: FunctionType) -> tuple[Any, ...]:
    closed = [cell.cell_contents for cell in value.__closure__ or ()]
    return value.__module__, value.__qualname__, value.__code__, value.__defaults__, closed


_KINDS: dict[type, Callable[[Any], Iterable[Any]]] = {
    Mapping: lambda value: [part for pair in value.items() for part in pair],
    Set: lambda value: sorted(digest(part) for part in value),
    list: iter,
    tuple: iter,
    FunctionType: _of_function,
    CodeType: lambda value: (value.co_code, value.co_consts, value.co_names),
    MethodType: lambda value: (value.__self__, value.__func__.__qualname__),
    partial: lambda value: (value.func, value.args, value.keywords),
    type: lambda value: (value.__module__, value.__qualname__),
}
