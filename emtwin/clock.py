"""Where the wall time of a piece of work goes: seconds added up by stage."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Clock:
    """Wall time by stage; a stage may be entered many times, but not within another one.

    Parameters
    ----------
    seconds : dict of str to float
        Seconds so far, in the order in which the stages first ended.

    Examples
    --------
    >>> clock = Clock()
    >>> with clock.stage("mesh"):
    ...     cells = 20 * 30 * 40
    >>> list(clock.seconds)
    ['mesh']
    """

    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """Seconds of all stages together."""
        return sum(self.seconds.values())

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time spent in the block to a stage, also where it ends in an error."""
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.add({name: time.perf_counter() - begin})

    def add(self, seconds: Mapping[str, float]) -> None:
        """Take over the stages of a part of the work that had a clock of its own."""
        for name, more in seconds.items():
            self.seconds[name] = self.seconds.get(name, 0.0) + more
