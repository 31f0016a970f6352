"""Cell sizes along one axis: graded between lines that must be kept.

The wanted size is a function h(x) that falls towards fine places with a limited slope.
Cells are steps of equal length in the coordinate t with dt = dx / h: neighbours then
differ by at most exp(slope * step), for any h whose slope is below the limit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from emtwin.voxel.planning.limits import spread

Floats = NDArray[np.float64]

_SAMPLES = 48  # per interval; h is interpolated between them, which keeps its slope
_SHARE = 0.7  # of the allowed growth is used by h; the rest absorbs whole numbers of cells
_FEW = 4  # cells: an interval with fewer is subdivided evenly rather than graded
_ROUNDS = 400


@dataclass
class Grading:
    """Places cells between the fixed lines of one axis.

    Parameters
    ----------
    lines : ndarray of float64
        Lines to keep in metres, increasing, shape (n,).
    cap : callable
        Largest size wanted at each of an array of places, metres; its slope is limited
        here.
    corners : ndarray of float64
        Places where `cap` bends, so that they are sampled; increasing, metres.
    smallest : float
        No interval gets more cells than of this size, metres.
    growth : float
        Largest ratio of neighbouring cells.
    """

    lines: Floats
    cap: Callable[[Floats], Floats]
    corners: Floats
    smallest: float
    growth: float
    least: NDArray[np.int64] = field(init=False)
    sizes: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.slope = self.slope_of(self.growth)
        lengths = np.diff(self.lines)
        at_lines = self.cap(self.lines)
        self.sizes = np.minimum(
            at_lines, np.minimum(np.append(lengths, np.inf), np.insert(lengths, 0, np.inf))
        )
        self.least = np.ones(lengths.size, dtype=np.int64)
        self._filled: dict[int, tuple[tuple[float, float, int], Floats]] = {}
        self._samples = [self._sampled(number) for number in range(lengths.size)]

    @staticmethod
    def slope_of(growth: float) -> float:
        """Slope of h whose steps stay below the ratio `growth`, with room for rounding."""
        return float(np.log1p(_SHARE * (growth - 1.0)))

    def cells(self) -> list[Floats]:
        """Cell sizes of each interval, made finer until neighbours agree or no more can be done."""
        for _ in range(_ROUNDS):
            self._limit_slope()
            cells = [self._fill(number) for number in range(self.least.size)]
            if not self._refine(cells):
                break
        return cells

    def _limit_slope(self) -> None:
        self.sizes = spread(self.lines, self.sizes, self.slope)

    def _most(self, number: int) -> int:
        return max(1, int((self.lines[number + 1] - self.lines[number]) / self.smallest + 1e-9))

    def _sampled(self, number: int) -> tuple[Floats, Floats]:
        """Places between line `number` and the next, and the largest size wanted there."""
        lo, hi = self.lines[number], self.lines[number + 1]
        first = np.searchsorted(self.corners, lo, side="right")
        bends = self.corners[first : np.searchsorted(self.corners, hi, side="left")]
        x = np.union1d(np.linspace(lo, hi, _SAMPLES), bends)
        return x, self.cap(x)

    def _fill(self, number: int) -> Floats:
        """Sizes of the cells between line `number` and the next, kept while nothing changes."""
        state = float(self.sizes[number]), float(self.sizes[number + 1]), int(self.least[number])
        known = self._filled.get(number)
        if known is None or known[0] != state:
            known = self._filled[number] = state, self._divided(number)
        return known[1]

    def _divided(self, number: int) -> Floats:
        lo, hi = float(self.lines[number]), float(self.lines[number + 1])
        x, cap = self._samples[number]
        h = np.minimum(
            cap,
            np.minimum(
                self.sizes[number] + self.slope * (x - lo),
                self.sizes[number + 1] + self.slope * (hi - x),
            ),
        )
        t = np.concatenate(([0.0], np.cumsum(_steps(x, h))))
        wanted = max(int(np.ceil(t[-1] - 1e-9)), int(self.least[number]))
        # Never coarser than the cap, and otherwise no finer than the smallest cell.
        needed = int(np.ceil((hi - lo) / float(cap.max()) - 1e-9))
        count = max(1, needed, min(wanted, self._most(number)))
        return np.diff(_places(x, h, t, np.linspace(0.0, t[-1], count + 1)))

    def _refine(self, cells: list[Floats]) -> bool:
        """Ask for finer cells beside every line where neighbours differ too much."""
        changed = False
        for line in range(1, self.least.size):
            left, right = cells[line - 1][-1], cells[line][0]
            if max(left, right) <= self.growth * min(left, right) * (1.0 - 1e-9):
                continue
            coarse = line - 1 if left > right else line
            if cells[coarse].size < _FEW:
                more = cells[coarse].size + 1
                if more <= self._most(coarse):
                    self.least[coarse] = more
                    changed = True
            elif self.sizes[line] > min(left, right) * (1.0 + 1e-9):
                self.sizes[line] = min(left, right)
                changed = True
        return changed


def _steps(x: Floats, h: Floats) -> Floats:
    """Integral of dx / h over each piece of the piecewise linear h."""
    dx, rise = np.diff(x), np.diff(h)
    flat = np.abs(rise) < 1e-9 * h[:-1]
    ratio = np.log(h[1:] / h[:-1]) / np.where(flat, 1.0, rise)
    return np.asarray(dx * np.where(flat, 1.0 / h[:-1], ratio), dtype=np.float64)


def _places(x: Floats, h: Floats, t: Floats, wanted: Floats) -> Floats:
    """Places with the coordinates `wanted` in t, the two ends kept exactly."""
    piece = np.clip(np.searchsorted(t, wanted, side="right") - 1, 0, x.size - 2)
    steepness = (h[piece + 1] - h[piece]) / (x[piece + 1] - x[piece])
    along = wanted - t[piece]
    flat = np.abs(steepness) < 1e-9
    bent = np.expm1(steepness * along) / np.where(flat, 1.0, steepness)
    places = x[piece] + h[piece] * np.where(flat, along, bent)
    places[0], places[-1] = x[0], x[-1]
    return np.asarray(places, dtype=np.float64)
