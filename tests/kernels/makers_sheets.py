"""Random calls of the kernels of sheets.cu."""

from __future__ import annotations

from typing import Any

import numpy as np

from emtwin.backends import Box
from tests.kernels.argument_base import ArgumentSet, Maker, count, noise

_EVEN, _ODD, _AROUND = 2, 3, 7


def _sheet_face(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    n = count(shape)
    arguments: dict[str, Any] = {name: noise(rng, n, real) for name in ("h_2", "e_2", "keep")}
    arguments |= {"edge": rng.integers(0, n, 4 * n), "weight": noise(rng, 4 * n, real), "count": n}
    return ArgumentSet("sheet_face", Box.items(n), arguments)


def _sheet_beside(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    n = count(shape)
    written, read = np.split(rng.permutation(3 * n), [n])
    arguments: dict[str, Any] = {
        "field": noise(rng, 3 * n, real),
        "e_2": noise(rng, n, real),
        "face": written.astype(np.int64),
        "place": rng.choice(read, 4 * n).astype(np.int64),
        "edge": rng.integers(0, n, 4 * n),
        "weight": noise(rng, 4 * n, real),
        "count": n,
    }
    return ArgumentSet("sheet_beside", Box.items(n), arguments)


def _sheet_edge(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    n = count(shape)
    written, read = np.split(rng.permutation(3 * n), [n])
    arguments: dict[str, Any] = {
        "field": noise(rng, 3 * n, real),
        "e_2": noise(rng, n, real),
        "h_2": noise(rng, n, real),
        "current": noise(rng, (_EVEN + _ODD) * n, real),
        "place": written.astype(np.int64),
        "face": rng.choice(read, _AROUND * n).astype(np.int64),
        "face_2": rng.integers(0, n, _AROUND * n),
        "around": _AROUND,
        "even": 0.3,
        "odd": 0.7,
        "n_even": _EVEN,
        "n_odd": _ODD,
        "count": n,
    }
    arguments |= {f"weight_{k}": noise(rng, _AROUND * n, real) for k in (1, 2, 3)}
    for name in ("kept_1", "kept_2", "width"):
        arguments[name] = noise(rng, n, real)
    for which in ("11", "12", "21", "22"):
        arguments[f"inverse_{which}"] = noise(rng, n, real)
    arguments |= {name: noise(rng, _EVEN + _ODD, real) for name in ("keep", "gain")}
    return ArgumentSet("sheet_edge", Box.items(n), arguments)


def _sheet_step(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    n = count(shape)
    arguments: dict[str, Any] = {
        "field": noise(rng, 3 * n, real),
        "place": rng.permutation(3 * n)[: 2 * n].astype(np.int64),
        "share": noise(rng, 2 * n, real),
        "count": n,
    }
    return ArgumentSet("sheet_step", Box.items(n), arguments)


MAKERS: dict[str, Maker] = {
    "sheet_face": _sheet_face,
    "sheet_beside": _sheet_beside,
    "sheet_edge": _sheet_edge,
    "sheet_step": _sheet_step,
}
