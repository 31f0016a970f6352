"""Random calls of the kernels of plane_wave.cu."""

from __future__ import annotations

from typing import Any

import numpy as np

from emtwin.backends import Box
from tests.kernels.argument_base import ArgumentSet, Maker, count, noise


def _impress_lines(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    n = count(shape)
    return ArgumentSet(
        "impress_lines",
        Box.items(n),
        {
            "field": noise(rng, 2 * n, real),
            "offset": rng.permutation(2 * n)[:n].astype(np.int64),
            "weight": noise(rng, n, real),
            "first": rng.integers(-3, 3, n),  # over, live and still to come
            "row": rng.integers(0, 5, n),
            "rows": noise(rng, 5 * 6, real),
            "turns": noise(rng, 4 * 6, real),
            "length": 4,
            "width": 6,
        },
    )


MAKERS: dict[str, Maker] = {"impress_lines": _impress_lines}
