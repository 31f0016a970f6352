"""The slow, readable reference: one NumPy function per kernel, on whole arrays."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from emtwin.backends import oracle
from emtwin.backends.base import At, Stage
from emtwin.backends.host_memory import HostMemory
from emtwin.backends.signatures import signatures


class NumpyProgram:
    """Stages in a plain Python loop."""

    def __init__(self, stages: Sequence[Stage], real: np.dtype[Any]) -> None:
        self._bound = [_bind(stage, real) for stage in stages]

    def run(self, first_step: int, n_steps: int) -> None:
        """Run `n_steps` steps."""
        for step in range(first_step, first_step + n_steps):
            for kernel, arguments, box in self._bound:
                kernel(arguments, box, step)


def _bind(stage: Stage, real: np.dtype[Any]) -> tuple[Any, SimpleNamespace, Any]:
    signature = signatures()[stage.kernel]
    signature.check(stage.arguments)
    values: dict[str, Any] = {}
    for kind, name in signature.fields:
        value = stage.arguments[name]
        if kind.endswith("*"):
            values[name] = value if isinstance(value, At) else At(value, 0)
        else:
            values[name] = real.type(value) if kind == "real" else value
    return oracle.kernel(stage.kernel), SimpleNamespace(**values), stage.box


class NumpyBackend(HostMemory):
    """Host memory and NumPy kernels.

    Parameters
    ----------
    real : numpy dtype
        float32 or float64.
    """

    name = "numpy"

    def __init__(self, real: DTypeLike = np.float32) -> None:
        self.real = np.dtype(real)

    def zeros(self, size: int, dtype: DTypeLike | None = None) -> NDArray[Any]:
        """Zeros."""
        return np.zeros(size, dtype or self.real)

    def upload(self, values: NDArray[Any]) -> NDArray[Any]:
        """Copy of `values`, flattened."""
        return np.array(values).ravel()

    def program(self, stages: Sequence[Stage]) -> NumpyProgram:
        """Bind stages."""
        return NumpyProgram(stages, self.real)
