"""Which parts of a time step may run out of order, and together: the map that faster schedules use.

A step has two phases: the sweep of h and all that follows it until the sweep of e, and the rest.
The h phase at one place writes there and reads e there and one plane or row further; the e phase
writes at its place and reads h there and one plane or row before. Items of a list that belong to
several planes or rows tie these together to one unit, so that this holds between units as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emtwin.backends.base import Stage

Index = NDArray[np.int64]


class Phase(NamedTuple):
    """What carries one field half a step on.

    Parameters
    ----------
    sweep : int
        Number of the stage that advances all cells.
    first_piece : ndarray of int64, shape (units of planes x units of rows + 1,)
        Pieces of unit (x, y) begin at ``first_piece[x * n_y + y]``.
    pieces : ndarray of int64, shape (n, 3)
        Number of a stage, first and last item of it, in the order of the stages in each unit.
    sums : ndarray of int64
        Numbers of stages that sum over the rows when everything else is done.
    """

    sweep: int
    first_piece: Index
    pieces: Index
    sums: Index


@dataclass(frozen=True)
class Tiling:
    """A time step cut into units of planes and rows.

    Parameters
    ----------
    planes, rows : ndarray of int64
        Where each unit begins, and where the last one ends.
    h, e : Phase
        The two phases.
    last : ndarray of int64
        Numbers of the stages that need a whole step to be done.
    """

    planes: Index
    rows: Index
    h: Phase
    e: Phase
    last: Index


def tiling_of(stages: Sequence[Stage], by_rows: Sequence[bool]) -> Tiling | None:
    """Cut a time step into units.

    Parameters
    ----------
    stages : sequence of Stage
        The step.
    by_rows : sequence of bool
        Whether each stage walks over cells rather than along a list.

    Returns
    -------
    Tiling or None
        None where some stage has to see every other one finished in each step, or where there are
        not the two sweeps that the phases begin with.
    """
    sweeps = [n for n, stage in enumerate(stages) if stage.reach]
    if [stages[n].reach for n in sweeps] != [1, -1] or sweeps[0] != 0:
        return None
    last = [n for n, s in enumerate(stages) if s.where is None and not by_rows[n]]
    if any(stages[n].every <= 1 for n in last):
        return None
    planes, rows = (_units(stages, axis) for axis in (0, 1))
    h, e = (
        _phase(stages, by_rows, first, end, planes, rows)
        for first, end in ((0, sweeps[1]), (sweeps[1], len(stages)))
    )
    return Tiling(planes, rows, h, e, np.array(last, np.int64))


def _units(stages: Sequence[Stage], axis: int) -> Index:
    """Boundaries of the units: every plane (or row) one, unless an item ties several together."""
    count = stages[0].box.hi[axis]
    tied = np.zeros(count + 1, np.int64)
    for stage in stages:
        if stage.where is not None:
            low, high = stage.where[:, 2 * axis], stage.where[:, 2 * axis + 1]
            np.add.at(tied, low, 1)
            np.add.at(tied, high, -1)
    # Place n and n + 1 are one unit where an item begins at or before n and ends after it.
    begins = np.append(True, np.cumsum(tied)[: count - 1] == 0)
    return np.append(np.flatnonzero(begins), count).astype(np.int64)


def _phase(
    stages: Sequence[Stage],
    by_rows: Sequence[bool],
    first: int,
    end: int,
    planes: Index,
    rows: Index,
) -> Phase:
    n_y, found = rows.size - 1, [np.empty((0, 4), np.int64)]
    for n in range(first + 1, end):
        where = stages[n].where
        if where is not None and len(where):
            x = np.searchsorted(planes, where[:, 0], "right") - 1
            y = np.searchsorted(rows, where[:, 2], "right") - 1
            found.append(_pieces(n, x * n_y + y))
    pieces = np.concatenate(found)
    pieces = pieces[np.argsort(pieces[:, 0], kind="stable")]
    n_units = (planes.size - 1) * n_y
    first_piece = np.searchsorted(pieces[:, 0], np.arange(n_units + 1))
    sums = [n for n in range(first + 1, end) if by_rows[n]]
    return Phase(
        first,
        first_piece.astype(np.int64),
        np.ascontiguousarray(pieces[:, 1:]),
        np.array(sums, np.int64),
    )


def _pieces(stage: int, unit: Index) -> Index:
    """Unit, stage, first and last item of the stretches of a list that lie in one unit."""
    starts = np.append(0, np.flatnonzero(unit[1:] != unit[:-1]) + 1)
    ends = np.append(starts[1:], unit.size)
    return np.stack((unit[starts], np.full_like(starts, stage), starts, ends), axis=1)
