"""Random calls of the kernels of lumped.cu."""

from __future__ import annotations

from typing import Any

import numpy as np

from emtwin.backends import Box
from tests.kernels.argument_base import ArgumentSet, Maker, count, noise


def _rows(rng: np.random.Generator, real: Any, n: int) -> dict[str, Any]:
    """One to three edges per item, no edge twice."""
    first = np.append(0, np.cumsum(rng.integers(1, 4, n)))
    total = int(first[-1])
    return {
        "field": noise(rng, 2 * total, real),
        "first_edge": first.astype(np.int64),
        "edge": rng.permutation(2 * total)[:total].astype(np.int64),
        "reach": noise(rng, total, np.float64),
        "before": noise(rng, n, np.float64),
    }


def _edge_voltage(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    n = count(shape)
    return ArgumentSet("edge_voltage", Box.items(n), _rows(rng, real, n))


def _one_port(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    n = count(shape)
    arguments = _rows(rng, real, n)
    orders = rng.integers(0, 4, n)
    first, entry = np.append(0, np.cumsum(orders)), np.append(0, np.cumsum(orders**2))
    states, entries = int(first[-1]), int(entry[-1])
    sizes = dict.fromkeys(("k_new", "k_old"), n) | {"transition": entries}
    sizes |= {"push": arguments["edge"].size} | dict.fromkeys(("drive", "emf"), 2 * n)
    sizes |= dict.fromkeys(("input", "output", "state", "following"), states)
    arguments |= {name: noise(rng, max(size, 1), np.float64) for name, size in sizes.items()}
    arguments |= {
        "first_state": first.astype(np.int64),
        "first_entry": entry.astype(np.int64),
        "length": 2,  # ends within the run
        "reading": noise(rng, 2 * n, real),
    }
    return ArgumentSet("one_port", Box.items(n), arguments)


def _junction(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    """Pieces that begin where the row's voltage often is; one to nine per item.

    Every fifth item stays at the voltage where one of its pieces begins: its edges have no reach,
    so that the mean is half of `before`.
    """
    n = count(shape)
    arguments = _rows(rng, real, n)
    reach = np.split(arguments["reach"], arguments["first_edge"][1:-1])
    numbers = rng.integers(1, 10, n)
    first = np.append(0, np.cumsum(numbers))
    total = int(first[-1])
    begin = [2 * noise(rng, int(size), np.float64) for size in numbers]
    memory = rng.choice([0.0, 1.0], n) * rng.uniform(0.1, 2.0, n)
    for item in range(0, n, 5):
        reach[item][:] = memory[item] = 0
        begin[item][0] = arguments["before"][item] / 2
    arguments |= {
        "push": noise(rng, arguments["edge"].size, np.float64),
        "load": rng.uniform(0.1, 2.0, n),
        "memory": memory,
        "charged": noise(rng, n, np.float64),
        "first_piece": first.astype(np.int64),
        "begin": np.concatenate([np.sort(values) for values in begin]),
        "reading": noise(rng, 2 * n, real),
    }
    for name in ("value", "slope", "bend", "twist"):
        arguments[name] = noise(rng, total, np.float64)
    return ArgumentSet("junction", Box.items(n), arguments)


MAKERS: dict[str, Maker] = {
    "edge_voltage": _edge_voltage,
    "one_port": _one_port,
    "junction": _junction,
}
