"""Arcs, circles and Bezier curves as chords, and the chaining of pieces to closed loops."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

SAGITTA = 1e-6
"""Largest distance between an arc and its chords in metres."""

GAP = 1e-5
"""Ends nearer than this are one point: KiCad allows 0.01 mm in an outline."""

_MOST = 720  # chords of a full circle


def arc(start: Sequence[float], mid: Sequence[float], end: Sequence[float]) -> Points:
    """Arc through three points.

    Parameters
    ----------
    start, mid, end : sequence of float
        In metres; `mid` is any point between the other two.

    Returns
    -------
    ndarray of float64, shape (n, 2)
        From start to end; straight where the three lie on a line.
    """
    a, b, c = (np.asarray(point, np.float64) for point in (start, mid, end))
    doubled = 2.0 * ((b - a)[0] * (c - a)[1] - (b - a)[1] * (c - a)[0])
    size = float(max(np.abs(b - a).max(), np.abs(c - a).max()))
    if abs(doubled) < 1e-9 * size**2 or size == 0.0:
        return np.stack([a, c])
    p, q = ((b - a) ** 2).sum(), ((c - a) ** 2).sum()
    centre = a + np.array([p * (c - a)[1] - q * (b - a)[1], q * (b - a)[0] - p * (c - a)[0]]) / (
        doubled
    )
    first = math.atan2(*(a - centre)[::-1])
    turn = (math.atan2(*(c - centre)[::-1]) - first) % (2 * math.pi)
    if doubled < 0.0:
        turn -= 2 * math.pi
    points = turned(centre, a, turn)
    points[-1] = c
    return points


def turned(
    centre: Sequence[float] | Points, start: Sequence[float] | Points, turn: float
) -> Points:
    """Arc about `centre` from `start` through an angle.

    Parameters
    ----------
    centre, start : sequence of float
        In metres.
    turn : float
        Counter-clockwise, in radians.

    Returns
    -------
    ndarray of float64, shape (n, 2)
        Chords within `SAGITTA` of the arc.
    """
    centre, start = np.asarray(centre, np.float64), np.asarray(start, np.float64)
    radius = float(np.hypot(*(start - centre)))
    step = 2.0 * math.acos(1.0 - min(SAGITTA / max(radius, SAGITTA), 0.5))
    step = max(step, 2 * math.pi / _MOST)
    count = max(1, math.ceil(min(abs(turn), 2 * math.pi) / step))
    angles = math.atan2(*(start - centre)[::-1]) + turn * np.arange(count + 1) / count
    return centre + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def bezier(corners: Points) -> Points:
    """Cubic Bezier curve in 32 chords.

    Parameters
    ----------
    corners : ndarray of float64, shape (4, 2)
        Start, two control points, end.

    Returns
    -------
    ndarray of float64, shape (33, 2)
        Points on the curve.
    """
    t = np.linspace(0.0, 1.0, 33)[:, None]
    a, b, c, d = corners
    return np.asarray(
        (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d
    )


def loops(pieces: Sequence[tuple[Points, int]]) -> tuple[list[Points], list[tuple[Points, int]]]:
    """Chain pieces to closed loops.

    Parameters
    ----------
    pieces : sequence of (ndarray, int)
        Lines of two or more points, in metres, each with its line in the file.

    Returns
    -------
    closed : list of ndarray
        Loops without a repeated last point.
    open : list of (ndarray, int)
        Chains that do not close, with the line of their first piece.
    """
    left = [(np.asarray(points), line) for points, line in pieces if _long(points)]
    closed, loose = [], []
    while left:
        chain, line = left.pop(0)
        while not _same(chain[0], chain[-1]) and (found := _next(chain, left)):
            number, points = found
            del left[number]
            chain = np.concatenate([chain, points[1:]])
        if _same(chain[0], chain[-1]) and len(chain) > 3:
            closed.append(chain[:-1])
        else:
            loose.append((chain, line))
    return closed, loose


def _long(points: Points) -> bool:
    return bool(np.linalg.norm(np.diff(points, axis=0), axis=1).sum() > GAP)


def _next(chain: Points, left: Sequence[tuple[Points, int]]) -> tuple[int, Points] | None:
    return next(_following(chain, left), None)


def _following(chain: Points, left: Sequence[tuple[Points, int]]) -> Iterator[tuple[int, Points]]:
    for number, (points, _) in enumerate(left):
        if _same(points[0], chain[-1]):
            yield number, points
        elif _same(points[-1], chain[-1]):
            yield number, points[::-1]


def _same(one: Points, other: Points) -> bool:
    return bool(np.hypot(*(one - other)) <= GAP)
