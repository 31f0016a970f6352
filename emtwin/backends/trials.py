"""Which of several ways to do the same steps is the fastest here, found while they are done."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Order = Literal["plain", "fused", "tiled"]

_MARGIN = 1.15  # by which a way may fall behind in its first trial and still get a second


@dataclass(frozen=True)
class Way:
    """How steps are done; every way gives the same bits.

    Parameters
    ----------
    order : {"plain", "fused", "tiled"}
        Sweep after sweep; both sweeps at once; several steps at once.
    rows : int
        Units of rows that h, and then e, go on together in the last two.
    width : int
        Width of tiles in half units, a multiple of 4.
    """

    order: Order
    rows: int = 0
    width: int = 0

    @property
    def trial_steps(self) -> int:
        """Steps that show its speed: some heights of its tiles."""
        return max(16, self.width * 3 // 4)


class Trials:
    """Trials of all ways, of which the fast ones get a second, and what they have shown.

    Parameters
    ----------
    ways : sequence of Way
        The first is taken where there is nothing to be learnt.
    """

    def __init__(self, ways: Sequence[Way]) -> None:
        self.ways = tuple(ways)
        self._seconds: dict[Way, float] = {}
        self._waiting = list(self.ways) if len(self.ways) > 1 else []
        self._second_round = False

    @property
    def settled(self) -> bool:
        """Whether no trial is left."""
        return not self._waiting

    @property
    def best(self) -> Way:
        """The fastest so far."""
        return min(self.ways, key=lambda way: self._seconds.get(way, math.inf))

    def next(self, left: int) -> tuple[Way, int]:
        """How to go on.

        Parameters
        ----------
        left : int
            Steps to do.

        Returns
        -------
        Way, int
            The way, and its steps: those of a trial, or all that are left.
        """
        if self._waiting and left >= self._waiting[0].trial_steps:
            return self._waiting[0], self._waiting[0].trial_steps
        return self.best, left

    def note(self, way: Way, n_steps: int, seconds: float) -> None:
        """Learn from steps that were done; only trials count, in their turn."""
        if self.settled or way != self._waiting[0] or n_steps != way.trial_steps:
            return
        del self._waiting[0]
        self._seconds[way] = min(seconds / n_steps, self._seconds.get(way, math.inf))
        if self.settled and not self._second_round:
            self._second_round = True
            least = _MARGIN * min(self._seconds.values())
            fast = [one for one in self.ways if self._seconds[one] <= least]
            self._waiting = fast if len(fast) > 1 else []
