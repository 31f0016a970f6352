"""Tracks as legs along the axes, on coordinates that the grid can hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Corner = tuple[float, float]

LENGTHENED = 0.15
"""Largest share by which a track may grow when its oblique legs are drawn along the axes."""


@dataclass
class Lines:
    """Coordinates that must become grid lines, none nearer to another than `apart`.

    Parameters
    ----------
    apart : float
        Least distance in metres.
    x, y : list of float
        Coordinates so far, metres.
    moved : float
        Largest distance by which a coordinate had to move, metres.
    """

    apart: float
    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)
    moved: float = 0.0

    def claim(self, axis: int, value: float) -> None:
        """Take a coordinate as it is: one that the user wrote."""
        lines = (self.x, self.y)[axis]
        if value not in lines:
            lines.append(value)

    def snapped(self, point: Sequence[float] | Points) -> tuple[float, float]:
        """The point on lines of the grid: near ones that exist, else new ones."""
        x, y = (self._line(axis, float(point[axis])) for axis in (0, 1))
        return x, y

    def _line(self, axis: int, value: float) -> float:
        lines = (self.x, self.y)[axis]
        nearest = min(lines, key=lambda one: abs(one - value), default=None)
        if nearest is not None and abs(nearest - value) < self.apart * (1 - 1e-9):
            self.moved = max(self.moved, abs(nearest - value))
            return nearest
        lines.append(round(value, 7))
        return lines[-1]


def along_axes(
    points: Points, lines: Lines, covered: Callable[[Points], bool]
) -> list[tuple[float, float]]:
    """Path of legs along the axes near a path of any legs.

    Ends are snapped first, so that they keep their place where they can. An oblique leg becomes
    two; which goes first is decided by `covered`, and where both are, by the leg before.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 2)
        Corners in metres.
    lines : Lines
        Coordinates of the grid; new ones are added.
    covered : callable
        Whether a path of shape (2, 2) has its plane below it.

    Returns
    -------
    list of (float, float)
        Corners in metres; fewer than two where everything fell together.
    """
    ends = {n: lines.snapped(points[n]) for n in (0, len(points) - 1)}
    corners = [ends[n] if n in ends else lines.snapped(p) for n, p in enumerate(points)]
    path = [corners[0]]
    for there in corners[1:]:
        here = path[-1]
        if here[0] != there[0] and here[1] != there[1]:
            before = path[-2] if len(path) > 1 else None
            options = [(there[0], here[1]), (here[0], there[1])]
            path.append(min(options, key=lambda via: _price(covered, before, here, via, there)))
        path.append(there)
    return _without_spurs(path)


def _price(
    covered: Callable[[Points], bool],
    before: Corner | None,
    here: Corner,
    via: Corner,
    there: Corner,
) -> tuple[bool, int]:
    """How bad a corner is: off the plane, or running back, or turning where it could go on."""
    return not covered(np.array([here, via, there])), -_ahead(before, here, via)


def _ahead(before: Corner | None, here: Corner, via: Corner) -> int:
    """1 where `via` lies straight on, -1 where it lies back, 0 to the side."""
    if before is None:
        return 0
    forward = sum((here[a] - before[a]) * (via[a] - here[a]) for a in (0, 1))
    return int(np.sign(forward))


def _without_spurs(path: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The path without repeated points, points on a leg, and legs that run back."""
    clean: list[tuple[float, float]] = []
    for point in path:
        clean.append(point)
        while len(clean) > 1 and _idle(clean):
            del clean[-2]
    return clean


def _idle(path: list[tuple[float, float]]) -> bool:
    """Whether the last point but one is no corner."""
    if path[-1] == path[-2]:
        return True
    if len(path) < 3:
        return False
    return any(path[-3][axis] == path[-2][axis] == path[-1][axis] for axis in (0, 1))


def length_of(path: Sequence[Sequence[float]] | Points) -> float:
    """Length of a path in metres."""
    return float(np.linalg.norm(np.diff(np.asarray(path, np.float64), axis=0), axis=1).sum())
