"""Random arguments of the kernel that counts steps."""

from __future__ import annotations

from typing import Any

import numpy as np

from emtwin.backends import Box
from tests.kernels.argument_base import ArgumentSet, Maker, count


def _count_steps(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    n = count(shape)
    return ArgumentSet(
        "count_steps", Box.items(n), {"counter": rng.integers(0, 10**12, n), "by": 32}
    )


MAKERS: dict[str, Maker] = {"count_steps": _count_steps}
