"""Which cells of a grid are outside the device: reached from its border past cells and faces."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry.topology import connected

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


def outside(blocked: Bools, closed: Sequence[Bools]) -> Bools:
    """Cells that a way from the first cell reaches.

    Parameters
    ----------
    blocked : ndarray of bool
        Cells that no way passes, shape (nx, ny, nz); the first cell is free.
    closed : sequence of ndarray of bool
        Faces normal to x, y, z that no way passes, one more along their normal than cells.

    Returns
    -------
    ndarray of bool
        Shape (nx, ny, nz).
    """
    run, count = _runs(blocked, closed[2])
    pairs = [_joined(run, blocked, closed[axis], axis) for axis in (0, 1)]
    first, second = (np.concatenate([pair[end] for pair in pairs]) for end in (0, 1))
    label = connected(first, second, count)
    return np.asarray((label == label[run[0, 0, 0]])[run] & ~blocked)


def _runs(blocked: Bools, closed: Bools) -> tuple[NDArray[np.int32], int]:
    """Number of the run along z that each cell belongs to, and how many there are."""
    begins = np.ones(blocked.shape, dtype=bool)
    begins[:, :, 1:] = closed[:, :, 1:-1] | (blocked[:, :, 1:] != blocked[:, :, :-1])
    run = np.cumsum(begins.reshape(-1), dtype=np.int32).reshape(blocked.shape) - np.int32(1)
    return run, int(run[-1, -1, -1]) + 1


def _joined(
    run: NDArray[np.int32], blocked: Bools, closed: Bools, axis: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Pairs of runs that are joined across the faces normal to `axis`."""
    here, there = np.moveaxis(run, axis, 0)[:-1], np.moveaxis(run, axis, 0)[1:]
    free = ~np.moveaxis(blocked, axis, 0)
    open_ = free[:-1] & free[1:] & ~np.moveaxis(closed, axis, 0)[1:-1]
    return here[open_], there[open_]
