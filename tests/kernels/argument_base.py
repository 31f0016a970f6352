"""A call of a kernel on random arguments, and what makers of such calls share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import At, Backend, Box, Stage
from emtwin.backends.signatures import signatures

Shape = tuple[int, int, int]


@dataclass(frozen=True)
class ArgumentSet:
    """One call of one kernel, on the host."""

    kernel: str
    box: Box
    arguments: Mapping[str, Any]

    @property
    def written(self) -> tuple[str, ...]:
        """Names of the arguments that the kernel may write."""
        fields = signatures()[self.kernel].fields
        return tuple(n for kind, n in fields if kind.endswith("*") and "const" not in kind)

    def load(self, backend: Backend) -> dict[str, Any]:
        """Copies of all arrays in a backend's memory."""
        copies: dict[int, Any] = {}

        def moved(value: Any) -> Any:
            if isinstance(value, At):
                return At(moved(value.array), value.offset)
            if not isinstance(value, np.ndarray):
                return value
            if id(value) not in copies:
                copies[id(value)] = backend.upload(value)
            return copies[id(value)]

        return {name: moved(value) for name, value in self.arguments.items()}

    def results(self, backend: Backend, loaded: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
        """What the written arguments hold now."""
        arrays = {n: getattr(loaded[n], "array", loaded[n]) for n in self.written}
        return {name: backend.download(array) for name, array in arrays.items()}

    def run(
        self, backend: Backend, steps: int = 3, boxes: tuple[Box, ...] = (), first_step: int = 0
    ) -> dict[str, NDArray[Any]]:
        """Run on the whole box, or on `boxes` in that order, and return what was written."""
        loaded = self.load(backend)
        stages = [Stage(self.kernel, box, loaded) for box in boxes or (self.box,)]
        backend.program(stages).run(first_step, steps)
        return self.results(backend, loaded)


def noise(rng: np.random.Generator, size: int, dtype: Any) -> NDArray[Any]:
    """Values of both signs with magnitudes in [0.1, 1]."""
    return (rng.uniform(0.1, 1.0, size) * rng.choice((-1.0, 1.0), size)).astype(dtype)


def count(shape: tuple[int, int, int]) -> int:
    """Number of items of a list kernel's test."""
    return shape[0] * shape[1] * shape[2]


Maker = Callable[[np.random.Generator, Any, Shape], ArgumentSet]
"""Makes a call from a generator, the real type, and cells of a grid or a count of items."""
