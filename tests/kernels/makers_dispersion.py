"""Random calls of the kernel of dispersion.cu."""

from __future__ import annotations

from typing import Any

import numpy as np

from emtwin.backends import Box
from tests.kernels.argument_base import ArgumentSet, Maker, count, noise


def _disperse(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    n, materials = count(shape), 3
    n_single, n_pairs = ((0, 2), (1, 0), (2, 1), (3, 3))[(shape[1] + shape[2]) % 4]  # all in SHAPES
    third = n // 3  # edges anywhere, then stretches of one material side by side, down and upwards
    down, up = np.arange(2 * third - 1, third - 1, -1), np.arange(2 * third, n)
    stretches = np.repeat(rng.integers(0, materials, n), 37)[: n - third]
    stretches[-40:] = 1  # the call ends within a stretch
    return ArgumentSet(
        "disperse",
        Box.items(n - 20),
        {
            "field": noise(rng, 2 * n, real),
            "offset": np.concatenate((rng.permutation(third), down, up)),
            "material": np.append(rng.integers(0, materials, third), stretches).astype(np.uint16),
            "before": noise(rng, n, real),
            "state": noise(rng, (n_single + 2 * n_pairs) * n, real),
            "table": noise(rng, materials * (3 * n_single + 6 * n_pairs), real),
            "count": n,
            "n_single": n_single,
            "n_pairs": n_pairs,
        },
    )


MAKERS: dict[str, Maker] = {"disperse": _disperse}
