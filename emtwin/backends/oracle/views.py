"""Kernel arguments as NumPy views."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from emtwin.backends.base import At, Box

Values = NDArray[Any]


def volume(pointer: At, shape: tuple[int, int, int], shift: int = 0) -> Values:
    """View of a field array, shifted by `shift` elements; guards make every shift legal."""
    start = pointer.offset + shift
    view: Values = pointer.array[start : start + shape[0] * shape[1] * shape[2]].reshape(shape)
    return view


def line(pointer: At, count: int) -> Values:
    """The first `count` values of a list."""
    view: Values = pointer.array[pointer.offset : pointer.offset + count]
    return view


def items(pointer: At, box: Box) -> Values:
    """The values of a list that belong to the box's items."""
    view: Values = pointer.array[pointer.offset + box.lo[0] : pointer.offset + box.hi[0]]
    return view
