"""Reads the argument lists of the kernels from their own text.

Each kernel declares its arguments once, as a list of ``FIELD(type, name)`` in a macro
``<KERNEL>_ARGUMENTS``; a list may include another one (``ABSORBER_FIELDS(FIELD)``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from emtwin import resources
from emtwin.backends.base import At

_LIST = re.compile(r"#define (\w+)\(FIELD\)((?:.*\\\n)*.*)")
_FIELD = re.compile(r"FIELD\(([^,()]+), (\w+)\)|(\w+)\(FIELD\)")
_KERNEL = re.compile(r"^KERNEL_(ROWS|ITEMS|BLOCKS)\((\w+)\)", re.MULTILINE)


@dataclass(frozen=True)
class Signature:
    """Argument list of one kernel.

    Parameters
    ----------
    name : str
        Kernel name.
    file : str
        Source file that holds it, in the folder of the kernels.
    by_rows : bool
        True where each thread walks over cells of its own.
    fields : tuple of (str, str)
        C type and name of each argument, in order.
    """

    name: str
    file: str
    by_rows: bool
    fields: tuple[tuple[str, str], ...]

    def dtype(self, real: np.dtype[Any]) -> np.dtype[Any]:
        """Layout of the argument struct, as a C compiler lays it out."""
        scalars = {"real": real.str, "Index": "i8", "double": "f8"}
        return np.dtype(
            [(name, "u8" if kind.endswith("*") else scalars[kind]) for kind, name in self.fields],
            align=True,
        )

    def check(self, arguments: Mapping[str, Any]) -> None:
        """Refuse missing, unknown and wrongly typed arguments.

        Raises
        ------
        TypeError
            Naming the kernel and the arguments.
        """
        names = {name for _, name in self.fields}
        wrong = names.symmetric_difference(arguments)
        if wrong:
            raise TypeError(f"kernel {self.name}: arguments missing or unknown: {sorted(wrong)}")
        for kind, name in self.fields:
            is_pointer = not isinstance(arguments[name], int | float | np.number)
            if is_pointer != kind.endswith("*"):
                raise TypeError(f"kernel {self.name}: argument {name} must be of type {kind}")

    def pack(self, arguments: Mapping[str, Any], real: np.dtype[Any]) -> np.ndarray[Any, Any]:
        """One argument struct, pointers as addresses; `arguments` must outlive it."""
        self.check(arguments)
        packed = np.zeros((), self.dtype(real))
        for kind, name in self.fields:
            value = arguments[name]
            packed[name] = _address(value, kind, real, name) if kind.endswith("*") else value
        return packed


def element_type(
    kind: str, real: np.dtype[Any], stored: np.dtype[Any] | None = None
) -> np.dtype[Any]:
    """NumPy type of what a pointer of C type `kind` points to; `row_ids` have one of two."""
    base = kind.removeprefix("const ").removesuffix("*").strip()
    if base == "row_ids":
        return np.dtype("u1" if stored is None or stored.itemsize == 1 else "u2")
    types = {"Index": "i8", "double": "f8", "int32": "i4", "flag": "u1", "row_id": "u2"}
    return real if base == "real" else np.dtype(types[base])


def _address(value: Any, kind: str, real: np.dtype[Any], name: str) -> int:
    array, offset = value if isinstance(value, At) else (value, 0)
    expected = element_type(kind, real, array.dtype)
    if array.dtype != expected:
        raise TypeError(f"argument {name} holds {array.dtype}, the kernel reads {expected}")
    base = array.ctypes.data if isinstance(array, np.ndarray) else array.data.ptr
    return int(base) + offset * expected.itemsize


@cache
def signatures() -> dict[str, Signature]:
    """Signature of every kernel, by name."""
    found: dict[str, Signature] = {}
    for file in sorted(resources.kernels_dir().glob("*.cu")):
        found.update(signatures_in(file.name))
    return found


def signatures_in(file: str) -> dict[str, Signature]:
    """Signature of every kernel of one file, by name.

    Parameters
    ----------
    file : str
        The file, in the folder of the kernels.
    """
    text = (resources.kernels_dir() / file).read_text(encoding="utf-8")
    lists = {match[1]: match[2] for match in _LIST.finditer(text)}

    def expand(name: str) -> list[tuple[str, str]]:
        """Types and names of a list, those of the lists in it in their places."""
        fields: list[tuple[str, str]] = []
        for kind, field, nested in _FIELD.findall(lists[name]):
            fields += expand(nested) if nested else [(kind, field)]
        return fields

    return {
        name: Signature(name, file, shape == "ROWS", tuple(expand(f"{name.upper()}_ARGUMENTS")))
        for shape, name in _KERNEL.findall(text)
    }
