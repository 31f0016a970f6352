"""Random arguments for every kernel: values, guards and coefficients alike are noise.

An argument set is built on the host once, and loaded into any backend; aliasing is kept, so that
six components that live in one allocation still do. Magnitudes lie in [0.1, 1]: nothing is
subnormal, where flush-to-zero would part the machines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import At, Backend, Box, Stage
from emtwin.backends.numpy_backend import NumpyBackend
from emtwin.backends.signatures import element_type, signatures
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import Absorber, CurrentElement, Pulse, Simulation, Stepper


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
        self, backend: Backend, steps: int = 3, boxes: tuple[Box, ...] = ()
    ) -> dict[str, NDArray[Any]]:
        """Run on the whole box, or on `boxes` in that order, and return what was written."""
        loaded = self.load(backend)
        stages = [Stage(self.kernel, box, loaded) for box in boxes or (self.box,)]
        backend.program(stages).run(0, steps)
        return self.results(backend, loaded)


def noise(rng: np.random.Generator, size: int, dtype: Any) -> NDArray[Any]:
    """Values of both signs with magnitudes in [0.1, 1]."""
    return (rng.uniform(0.1, 1.0, size) * rng.choice((-1.0, 1.0), size)).astype(dtype)


def argument_set(kernel: str, real: Any, seed: int, shape: tuple[int, int, int]) -> ArgumentSet:
    """Arguments of a kernel: cells of a graded grid of `shape`, or a list of that many items."""
    rng = np.random.default_rng(seed)
    return MAKERS[kernel](rng, np.dtype(real), shape)


def _random_scene(rng: np.random.Generator, shape: tuple[int, int, int]) -> Simulation:
    """Graded grid, six materials scattered over it, absorber of unequal thickness on all faces."""
    grid = Grid(*(np.append(0.0, np.cumsum(rng.uniform(1e-3, 2e-3, n))) for n in shape))
    ids = []
    for axis in range(3):
        volume = rng.integers(0, 6, grid.nodes).astype(np.uint16)
        volume[:, ::3, :] = 1  # long runs of one row beside short ones
        np.moveaxis(volume, axis, 0)[-1] = 0
        ids.append(volume)
    medium = Medium(*ids, np.array([1, 1, 4.0, 2, 3, 7]), np.array([0, 0, 0.02, 0.5, 0, 1]))
    absorber = Absorber(tuple((min(2, n // 3), min(4, n // 3)) for n in shape))
    drive = CurrentElement("e_z", Node(*(n // 2 for n in shape)))
    return Simulation(grid, medium, Pulse(5e9), absorber, currents=(drive,))


def _field_kernel(kernel: str) -> Callable[..., ArgumentSet]:
    def make(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
        stepper = Stepper(_random_scene(rng, shape), NumpyBackend(real))
        stages = [*stepper.stages(), stepper.energy()[0]]
        stage = next(stage for stage in stages if stage.kernel == kernel)
        return ArgumentSet(kernel, stage.box, _randomised(rng, real, kernel, stage.arguments))

    return make


def _randomised(
    rng: np.random.Generator, real: Any, kernel: str, arguments: Mapping[str, Any]
) -> dict[str, Any]:
    """Every array of reals replaced by noise; arrays that share memory go on sharing it."""
    fresh: dict[int, Any] = {}

    def replaced(kind: str, value: Any) -> Any:
        if isinstance(value, At):
            return At(replaced(kind, value.array), value.offset)
        if not isinstance(value, np.ndarray) or element_type(kind, real).kind != "f":
            return value
        if id(value) not in fresh:
            fresh[id(value)] = noise(rng, value.size, value.dtype)
        return fresh[id(value)]

    kinds = {name: kind for kind, name in signatures()[kernel].fields}
    return {name: replaced(kinds[name], value) for name, value in arguments.items()}


def _count(shape: tuple[int, int, int]) -> int:
    return shape[0] * shape[1] * shape[2]


def _impress(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    n, cells = _count(shape), 2 * _count(shape)
    return ArgumentSet(
        "impress",
        Box.items(n),
        {
            "field": noise(rng, cells, real),
            "offset": rng.permutation(cells)[:n].astype(np.int64),
            "weight": noise(rng, n, real),
            "delay": rng.uniform(-9.0, 4.0, n),  # before, in and after the table
            "row": rng.integers(0, 3, n),
            "waveform": noise(rng, 93, real),
            "length": 31,
            "oversampling": 4,
        },
    )


def _held_edge(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    n = _count(shape)
    written, read = np.split(rng.permutation(4 * n) + 64, [n])
    arguments: dict[str, Any] = {
        "field": noise(rng, 4 * n + 128, real),
        "offset": written.astype(np.int64),
        "waveform": noise(rng, 2, real),  # ends within the run
        "length": 2,
    }
    for which in "12":
        here, there = rng.choice(read, n), rng.choice(read, n)
        arguments[f"offset_{which}"] = here.astype(np.int64)
        arguments[f"step_{which}"] = (here - there).astype(np.int64)
    for name in ("inv_d1", "inv_d2", "ca", "cb", "cs"):
        arguments[name] = noise(rng, n, real)
    return ArgumentSet("held_edge", Box.items(n), arguments)


def _wire_current(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    n = _count(shape)
    arguments: dict[str, Any] = {
        name: noise(rng, n, real)
        for name in ("current", "potential", "field", "alpha", "beta", "reach", "drive")
    }
    for name in ("edge", "from_node", "to_node"):
        arguments[name] = rng.integers(0, n, n)
    arguments |= {"waveform": noise(rng, 2, real), "length": 2}
    return ArgumentSet("wire_current", Box.items(n), arguments)


def _gathering(
    rng: np.random.Generator, real: Any, n: int, weight: str
) -> tuple[dict[str, Any], int]:
    """Ragged lists of none to four segments per item."""
    first = np.append(0, np.cumsum(rng.integers(0, 5, n)))
    total = int(first[-1])
    return {
        "current": noise(rng, n, real),
        "first": first.astype(np.int64),
        "segment": rng.integers(0, n, max(total, 1)),
        weight: noise(rng, max(total, 1), real),
    }, total


def _wire_charge(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    n = _count(shape)
    arguments, _ = _gathering(rng, real, n, "sign")
    arguments |= {name: noise(rng, n, real) for name in ("potential", "gamma", "delta")}
    return ArgumentSet("wire_charge", Box.items(n), arguments)


def _wire_deposit(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    n = _count(shape)
    arguments, _ = _gathering(rng, real, n, "share")
    arguments |= {
        "field": noise(rng, 2 * n, real),
        "edge": rng.permutation(2 * n)[:n].astype(np.int64),
    }
    return ArgumentSet("wire_deposit", Box.items(n), arguments)


def _record(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    n = _count(shape)
    return ArgumentSet(
        "record",
        Box.items(n),
        {
            "source": noise(rng, 3 * n, real),
            "offset": rng.integers(0, 3 * n, n),
            "ring": noise(rng, 2 * n, real),
            "every": 2,
            "lines": 2,
            "width": n,
        },
    )


MAKERS: dict[str, Callable[..., ArgumentSet]] = {
    "yee_h": _field_kernel("yee_h"),
    "yee_e": _field_kernel("yee_e"),
    "energy": _field_kernel("energy"),
    "impress": _impress,
    "held_edge": _held_edge,
    "wire_current": _wire_current,
    "wire_charge": _wire_charge,
    "wire_deposit": _wire_deposit,
    "record": _record,
}

SHAPES = ((7, 5, 11), (13, 9, 37), (3, 17, 18), (5, 3, 50))
"""Odd sizes: rows shorter than a vector, one that just spills over, slabs that meet."""

REDUCTIONS = frozenset({"energy"})
"""Kernels whose NumPy form sums in another order: equal to round-off, not to the bit."""
