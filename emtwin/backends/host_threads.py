"""Work on the host beside the kernels: array expressions, and who may use how many threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import TypeVar

from threadpoolctl import threadpool_limits

Item = TypeVar("Item")
Made = TypeVar("Made")


def default_threads() -> int:
    """EMTWIN_THREADS, else the number of cores this process may use."""
    chosen = os.environ.get("EMTWIN_THREADS")
    if chosen:
        return max(1, int(chosen))
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def quiet_matrices() -> AbstractContextManager[object]:
    """Block in which the matrix library stays on the thread that calls it.

    Threads of its own would fight with ours. On a machine that others use too they wait for each
    other most of the time: a product of 25 million multiplications took 15 ms in place of 0.5 ms
    (measured, 2 cores, load average 6).
    """
    limits: AbstractContextManager[object] = threadpool_limits(limits=1, user_api="blas")
    return limits


def in_threads(work: Callable[[Item], Made], items: Iterable[Item]) -> list[Made]:
    """What `work` makes of each item, in the order of the items.

    Meant for array expressions of some milliseconds, which leave Python's lock.

    Parameters
    ----------
    work : callable
        Takes one item.
    items : iterable
        The items.
    """
    with quiet_matrices(), ThreadPoolExecutor(max_workers=default_threads()) as pool:
        return list(pool.map(work, items))
