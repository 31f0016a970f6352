"""The grid lines of one axis: lines that are kept, cells between them, and who set the smallest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import Notice
from emtwin.voxel.planning.grading import Grading
from emtwin.voxel.planning.limits import Cap, Limit
from emtwin.voxel.planning.snapping import BORDER, Candidate, keep, merge_notice

Floats = NDArray[np.float64]

_SHARED = 1.01  # cells within a per cent of the smallest are smallest too


@dataclass(frozen=True)
class AxisLines:
    """What one axis of the grid has to satisfy, and the lines that do.

    Parameters
    ----------
    axis : int
        Axis, 0 to 2.
    wanted : tuple of Candidate
        Coordinates that would like to be lines.
    limits : tuple of Limit
        Largest cells along this axis.
    coarsest, smallest : float
        Largest cell, and least distance of two kept lines, metres.
    growth : float
        Largest ratio of neighbouring cells.
    """

    axis: int
    wanted: tuple[Candidate, ...]
    limits: tuple[Limit, ...]
    coarsest: float
    smallest: float
    growth: float

    @cached_property
    def _kept(self) -> tuple[list[Candidate], list[str]]:
        return keep(self.wanted, self.smallest)

    @cached_property
    def lines(self) -> Floats:
        """All lines without the absorber's, metres."""
        kept = np.array([candidate.at for candidate in self._kept[0]])
        slope = Grading.slope_of(self.growth)
        cap = Cap(self.limits, self.smallest, self.coarsest, slope)
        grading = Grading(kept, cap, cap.corners, self.smallest, self.growth)
        return _join(kept, grading.cells())

    @property
    def notices(self) -> list[Notice]:
        """Lines that had to share a place, and cells that grow too fast."""
        name, moved = "xyz"[self.axis], self._kept[1]
        merged = [merge_notice(name, moved, self.smallest)] if moved else []
        return merged + _growth_notices(name, self.lines, self.growth)

    @property
    def smallest_cell(self) -> tuple[float, float]:
        """Size and middle of the smallest cell, metres."""
        sizes = np.diff(self.lines)
        number = int(np.argmin(sizes))
        return float(sizes[number]), float(self.lines[number : number + 2].mean())

    def causes(self) -> Iterator[tuple[str, AxisLines]]:
        """What may have set the smallest cell, each with the axis as it would be without it."""
        size, middle = self.smallest_cell
        kept = self._kept[0]
        after = int(np.searchsorted([c.at for c in kept], middle))
        ends = kept[after - 1], kept[after]
        for one, other in (ends, ends[::-1]):
            if one.rank == BORDER:
                continue
            label = f"{one.source} at {one.at * 1e3:.5g} mm, next to {other.source}"
            near = [c for c in self.wanted if abs(c.at - one.at) < min(self.smallest, size)]
            left = tuple(c for c in self.wanted if c not in near or c is other)
            yield label, replace(self, wanted=left)
        held = [
            limit
            for limit in self.limits
            if limit.size <= size * _SHARED and limit.lo < middle < limit.hi
        ]
        if held:
            tightest = min(held, key=lambda limit: limit.size)
            left_limits = tuple(limit for limit in self.limits if limit not in held)
            yield tightest.source, replace(self, limits=left_limits)


def with_absorber(lines: Floats, cells: tuple[int, int]) -> Floats:
    """Lines with cells added below and above, each as large as the last one."""
    low, high = lines[1] - lines[0], lines[-1] - lines[-2]
    below = lines[0] - low * np.arange(cells[0], 0, -1)
    above = lines[-1] + high * np.arange(1, cells[1] + 1)
    return np.concatenate([below, lines, above])


def _join(lines: Floats, sizes: Sequence[Floats]) -> Floats:
    """Lines of all intervals, each interval's ends exact."""
    inner = [start + np.cumsum(s)[:-1] for start, s in zip(lines[:-1], sizes, strict=True)]
    pieces = [np.append(start, between) for start, between in zip(lines[:-1], inner, strict=True)]
    return np.append(np.concatenate(pieces), lines[-1])


def _growth_notices(name: str, lines: Floats, growth: float) -> list[Notice]:
    sizes = np.diff(lines)
    ratio = np.maximum(sizes[1:] / sizes[:-1], sizes[:-1] / sizes[1:])
    if ratio.size == 0 or ratio.max() <= growth * (1.0 + 1e-6):
        return []
    worst = int(np.argmax(ratio))
    return [
        Notice(
            "grading-exceeded",
            f"along {name}, neighbouring cells of {sizes[worst] * 1e3:.3g} and "
            f"{sizes[worst + 1] * 1e3:.3g} mm at {lines[worst + 1] * 1e3:.5g} mm differ by a "
            f"factor {ratio[worst]:.2f}, because kept lines are near the smallest cell",
        )
    ]
