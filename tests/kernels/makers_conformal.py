"""Random calls of the kernels of conformal.cu."""

from __future__ import annotations

from typing import Any

import numpy as np

from emtwin.backends import Box
from tests.kernels.argument_base import ArgumentSet, Maker, count, noise


def _cut_face(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    n = count(shape)
    first = np.append(0, np.cumsum(rng.integers(0, 13, n)))
    total = max(int(first[-1]), 1)
    written, read = np.split(rng.permutation(3 * n), [n])
    return ArgumentSet(
        "cut_face",
        Box.items(n),
        {
            "field": noise(rng, 3 * n, real),
            "face": written.astype(np.int64),
            "first": first.astype(np.int64),
            "edge": rng.choice(read, total).astype(np.int64),
            "weight": noise(rng, total, real),
        },
    )


MAKERS: dict[str, Maker] = {"cut_face": _cut_face}
