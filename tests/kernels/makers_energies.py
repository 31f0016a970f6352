"""Random arguments of the kernels that sum energies."""

from __future__ import annotations

from typing import Any

import numpy as np

from emtwin.backends import Box
from tests.kernels.argument_base import ArgumentSet, Maker, count, noise

_MATERIALS = 7


def _row_squares(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    nx, ny, nz = shape
    plane, size = ny * nz, nx * ny * nz
    narrow = nz % 2  # both among SHAPES
    kind_of_rows = np.uint8 if narrow else np.uint16
    arguments: dict[str, Any] = {f"field_{a}": noise(rng, size, real) for a in "xyz"}
    for n, axis in enumerate("xyz"):
        arguments[f"id_{axis}"] = rng.integers(0, _MATERIALS, size).astype(kind_of_rows)
        for kind in ("along", "across"):
            arguments[f"{kind}_{axis}"] = rng.uniform(0.5, 2.0, shape[n])
    arguments |= {
        "weight": rng.uniform(0.5, 2.0, _MATERIALS),
        "sums": np.zeros(nx * ny),
        "every": 2,
        "narrow": narrow,
        "plane": plane,
        "row": nz,
        "n_rows": ny,
    }
    return ArgumentSet("row_squares", Box((1, 1, 2), (nx, ny, nz - 1)), arguments)


def _totals(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    n, each = count(shape) // 4, 37
    arguments = {
        "sums": noise(rng, n * each, np.float64),
        "total": noise(rng, n, real),
        "count": each,
        "every": 2,
    }
    return ArgumentSet("totals", Box.items(n), arguments)


MAKERS: dict[str, Maker] = {"row_squares": _row_squares, "totals": _totals}
