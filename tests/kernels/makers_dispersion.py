"""Random calls of the kernel of dispersion.cu."""

from __future__ import annotations

from typing import Any

import numpy as np

from emtwin.backends import Box
from tests.kernels.argument_base import ArgumentSet, Maker, count, noise


def _disperse(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    n, materials = count(shape), 3
    n_single, n_pairs = ((0, 2), (1, 0), (2, 1), (3, 3))[(shape[1] + shape[2]) % 4]  # all in SHAPES
    return ArgumentSet(
        "disperse",
        Box.items(n),
        {
            "field": noise(rng, 2 * n, real),
            "offset": rng.permutation(2 * n)[:n].astype(np.int64),
            "material": rng.integers(0, materials, n).astype(np.uint16),
            "before": noise(rng, n, real),
            "state": noise(rng, (n_single + 2 * n_pairs) * n, real),
            "table": noise(rng, materials * (3 * n_single + 6 * n_pairs), real),
            "count": n,
            "n_single": n_single,
            "n_pairs": n_pairs,
        },
    )


MAKERS: dict[str, Maker] = {"disperse": _disperse}
