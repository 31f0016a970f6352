"""Each kernel once more, in NumPy: slow, readable, and the judge of the others.

In: a kernel's arguments (pointers as `At`), a box and the step, as the kernel takes them.
Out: the same arrays, changed as the kernel changes them, in its order of operations, so that
equality is to the bit. One module here for each file of kernels.
Never: a shortcut; what stands here is the definition of the kernel.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from emtwin.backends.oracle import (
    boundaries,
    clock,
    conformal,
    dispersion,
    elements,
    energies,
    lumped,
    monitors,
    plane_wave,
    prisms,
    sheets,
    winding_number,
    winding_votes,
    yee,
)

MODULES: tuple[ModuleType, ...] = (
    boundaries,
    clock,
    conformal,
    dispersion,
    elements,
    energies,
    lumped,
    monitors,
    plane_wave,
    prisms,
    sheets,
    winding_number,
    winding_votes,
    yee,
)


def kernel(name: str) -> Callable[..., Any]:
    """The NumPy form of a kernel."""
    found: Callable[..., Any] = next(getattr(m, name) for m in MODULES if hasattr(m, name))
    return found
