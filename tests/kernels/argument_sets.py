"""Random arguments for every kernel: one call that each backend can run."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.kernels import (
    makers_boundaries,
    makers_clock,
    makers_conformal,
    makers_dispersion,
    makers_elements,
    makers_energies,
    makers_fields,
    makers_lumped,
    makers_plane_wave,
    makers_sheets,
    makers_winding,
)
from tests.kernels.argument_base import ArgumentSet, Maker, Shape

MAKERS: dict[str, Maker] = {
    **makers_boundaries.MAKERS,
    **makers_clock.MAKERS,
    **makers_conformal.MAKERS,
    **makers_dispersion.MAKERS,
    **makers_elements.MAKERS,
    **makers_energies.MAKERS,
    **makers_fields.MAKERS,
    **makers_lumped.MAKERS,
    **makers_plane_wave.MAKERS,
    **makers_sheets.MAKERS,
    **makers_winding.MAKERS,
}

SHAPES = ((7, 5, 11), (13, 9, 37), (3, 17, 18), (5, 3, 50))
"""Odd sizes: rows shorter than a vector, one that just spills over, slabs that meet."""

LATER_STEPS = (5, 6)
"""After the end of the short waveforms; what is due every second step is due in one of them."""

REDUCTIONS = frozenset({"energy"})
"""Kernels whose NumPy form sums in another order: equal to round-off, not to the bit."""


def argument_set(kernel: str, real: Any, seed: int, shape: Shape) -> ArgumentSet:
    """Arguments of a kernel: cells of a graded grid of `shape`, or a list of that many items."""
    rng = np.random.default_rng(seed)
    return MAKERS[kernel](rng, np.dtype(real), shape)


def parity_set(kernel: str, real: Any, shape: Shape) -> ArgumentSet:
    """The arguments with which a kernel is held against its NumPy form."""
    return argument_set(kernel, real, 20_241 + sum(shape), shape)
