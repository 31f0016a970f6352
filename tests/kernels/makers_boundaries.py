"""Random calls of the kernels of boundaries.cu."""

from __future__ import annotations

from typing import Any

import numpy as np

from emtwin.backends import Box
from tests.kernels.argument_base import ArgumentSet, Maker, count, noise


def _transfer(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    n = count(shape)
    target, free = np.split(rng.permutation(3 * n).astype(np.int64), [n])
    return ArgumentSet(
        "transfer",
        Box.items(n),
        {"field": noise(rng, 3 * n, real), "source": rng.choice(free, n), "target": target},
    )


MAKERS: dict[str, Maker] = {"transfer": _transfer}
