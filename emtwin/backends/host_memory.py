"""What the backends that keep their arrays in the host's memory have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.backends.memory import available_memory
from emtwin.backends.products import accumulate


class HostMemory:
    """The part of `Backend` that looks at arrays where they are."""

    def adopt(self, values: NDArray[Any]) -> NDArray[Any]:
        """`values` themselves, flattened."""
        return values.ravel()

    def download(self, array: NDArray[Any]) -> NDArray[Any]:
        """Copy of `array`."""
        return array.copy()

    def view(self, array: NDArray[Any]) -> NDArray[Any]:
        """`array` itself."""
        return array

    def take(self, array: NDArray[Any], index: NDArray[np.int64]) -> NDArray[Any]:
        """Copy of some elements."""
        taken: NDArray[Any] = array[index]
        return taken

    def accumulate(
        self,
        sums: NDArray[np.float64],
        weights: NDArray[np.float64],
        parts: Sequence[NDArray[Any]],
        first: int,
    ) -> None:
        """Add the product of `weights` and some columns of the lines to `sums`."""
        accumulate(sums, weights, parts, first)

    def reserve(self, size: int) -> None:
        """Nothing: the system gives memory without a halt."""

    def free_bytes(self) -> int:
        """Free host memory in bytes."""
        return available_memory()
