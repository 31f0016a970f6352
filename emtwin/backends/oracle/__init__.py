"""Each kernel once more, in NumPy: slow, readable, and the judge of the others.

A function takes the kernel's arguments (pointers as `At`), a box and the step, as the kernel does.
Differences are written in the kernels' order of operations, so that equality is to the bit. One
module here for each file of kernels.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from emtwin.backends.oracle import elements, monitors, yee

MODULES: tuple[ModuleType, ...] = (yee, elements, monitors)


def kernel(name: str) -> Callable[..., Any]:
    """The NumPy form of a kernel."""
    found: Callable[..., Any] = next(getattr(m, name) for m in MODULES if hasattr(m, name))
    return found
