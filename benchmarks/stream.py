"""The machine's own in-place stream bandwidth, the measure of a sweep that touches memory once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

_CACHES = Path("/sys/devices/system/cpu/cpu0/cache")
_UNKNOWN_CACHE = 32 << 20
_REPEATS = 5
SWEEP_BYTES = 75
"""Bytes per cell and step of one H and one E sweep: 18 values moved and 3 ids of a byte."""


def last_level_cache() -> int:
    """Bytes of the largest cache; 32 MiB where the system does not tell."""
    sizes = [_bytes(file.read_text().strip()) for file in _CACHES.glob("index*/size")]
    return max(sizes, default=_UNKNOWN_CACHE)


def _bytes(text: str) -> int:
    units = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
    return int(text[:-1]) * units[text[-1]] if text[-1:] in units else int(text)


class Stream:
    """``a *= c`` on float32, each element counted as read and written.

    Parameters
    ----------
    threads : int
        Each works on its own part, first touched by itself.
    size : int, optional
        Bytes of the whole array; by default four times the last-level cache.
    """

    def __init__(self, threads: int, size: int | None = None) -> None:
        self._elements = (size or 4 * last_level_cache()) // 4 // threads
        self._pool = ThreadPoolExecutor(threads)
        ones = self._pool.map(lambda _: np.ones(self._elements, np.float32), range(threads))
        self._parts = list(ones)

    def rate(self) -> float:
        """Bytes per second of one pass."""
        begin = time.perf_counter()
        list(self._pool.map(_scale, self._parts))
        return 8 * self._elements * len(self._parts) / (time.perf_counter() - begin)


def bandwidth(threads: int, size: int | None = None) -> float:
    """Median rate of a `Stream`, bytes per second."""
    stream = Stream(threads, size)
    return float(np.median([stream.rate() for _ in range(_REPEATS + 1)][1:]))


def _scale(part: np.ndarray) -> None:
    np.multiply(part, np.float32(1.0000001), out=part)
