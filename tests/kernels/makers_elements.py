"""Random calls of the kernels of elements.cu and of `record`."""

from __future__ import annotations

from typing import Any

import numpy as np

from emtwin.backends import Box
from tests.kernels.argument_base import ArgumentSet, Maker, count, noise


def _impress(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    n, cells = count(shape), 2 * count(shape)
    delay = rng.uniform(-9.0, 4.0, n)  # before, in and after the table
    delay[::5] = delay[::5].round()  # on a sample, its first one too
    return ArgumentSet(
        "impress",
        Box.items(n),
        {
            "field": noise(rng, cells, real),
            "offset": rng.permutation(cells)[:n].astype(np.int64),
            "weight": noise(rng, n, real),
            "delay": delay,
            "row": rng.integers(0, 3, n),
            "waveform": noise(rng, 93, real),
            "length": 31,
            "oversampling": 4,
        },
    )


def _held_edge(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    n = count(shape)
    written, read = np.split(rng.permutation(4 * n) + 64, [n])
    arguments: dict[str, Any] = {
        "field": noise(rng, 4 * n + 128, real),
        "offset": written.astype(np.int64),
        "waveform": noise(rng, 3, real),  # ends within the run; what lies behind is not read
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
    n = count(shape)
    arguments: dict[str, Any] = {
        name: noise(rng, n, real)
        for name in (
            *("current", "potential", "field", "alpha", "beta", "drive"),
            *("stored", "uptake"),
        )
    }
    for name in ("from_node", "to_node"):
        arguments[name] = rng.integers(0, n, n)
    lists, _ = _gathering(rng, real, n, "reach")
    arguments |= {"first": lists["first"], "edge": lists["segment"], "reach": lists["reach"]}
    arguments |= {"waveform": noise(rng, 3, real), "length": 2}
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
    n = count(shape)
    arguments, _ = _gathering(rng, real, n, "sign")
    arguments |= {name: noise(rng, n, real) for name in ("potential", "gamma", "delta")}
    return ArgumentSet("wire_charge", Box.items(n), arguments)


def _wire_deposit(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    n = count(shape)
    arguments, _ = _gathering(rng, real, n, "share")
    arguments |= {
        "field": noise(rng, 2 * n, real),
        "edge": rng.permutation(2 * n)[:n].astype(np.int64),
    }
    return ArgumentSet("wire_deposit", Box.items(n), arguments)


def _record(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    n = count(shape)
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


MAKERS: dict[str, Maker] = {
    "impress": _impress,
    "held_edge": _held_edge,
    "wire_current": _wire_current,
    "wire_charge": _wire_charge,
    "wire_deposit": _wire_deposit,
    "record": _record,
}
