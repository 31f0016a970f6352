"""Which coordinates become grid lines: what the geometry wants, and what gives way."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import Notice
from emtwin.geometry.topology import boundary_edges
from emtwin.voxel.bodies import Body
from emtwin.voxel.gaps.facing import aligned

DIELECTRIC, METAL, SHEET, FIXED, BORDER = range(5)
"""Ranks of candidates: of two that are too near the higher one stays."""

_SAME = 1e-9  # metres: coordinates this near are one


@dataclass(frozen=True)
class Candidate:
    """A coordinate that would like to be a grid line.

    Parameters
    ----------
    at : float
        Coordinate in metres.
    rank : int
        Who gives way, see `BORDER`.
    weight : float
        Area (square metres) or length (metres) that lies there; decides among equal ranks.
    source : str
        What wants it, for the notice.
    """

    at: float
    rank: int
    weight: float
    source: str


def candidates(bodies: Sequence[Body], axis: int, smallest: float) -> Iterator[Candidate]:
    """Facets across `axis`, and rims of sheets at a constant coordinate of it.

    Parameters
    ----------
    bodies : sequence of Body
        Bodies.
    axis : int
        Axis, 0 to 2.
    smallest : float
        Facets below the square of this length (metres) and rims below it are left out.

    Yields
    ------
    Candidate
        One per body and coordinate.
    """
    for body in bodies:
        rank = SHEET if body.kind == "sheet" else METAL if body.material.metal else DIELECTRIC
        for at, area in _facets(body, axis, smallest):
            if area >= smallest**2 * (1.0 - 1e-6):
                yield Candidate(at, rank, area, body.name)
        if body.kind == "sheet":
            for at, length in _rims(body, axis):
                if length >= smallest * (1.0 - 1e-6):
                    yield Candidate(at, rank, length * smallest, body.name)


def keep(wanted: Sequence[Candidate], smallest: float) -> tuple[list[Candidate], list[str]]:
    """Choose lines at least `smallest` apart.

    Parameters
    ----------
    wanted : sequence of Candidate
        In any order.
    smallest : float
        Least distance of two lines in metres.

    Returns
    -------
    kept : list of Candidate
        The lines, by rising coordinate.
    moved : list of str
        What had to move, and by how much, the largest move first.
    """
    kept: list[Candidate] = []
    moved: list[tuple[float, str]] = []
    for one in sorted(wanted, key=lambda c: (-c.rank, -c.weight, c.at)):
        after = bisect_left(kept, one.at, key=_coordinate)
        near = kept[max(after - 1, 0) : after + 1]
        nearest = min(near, key=lambda other: abs(other.at - one.at), default=None)
        distance = abs(nearest.at - one.at) if nearest else np.inf
        if nearest is None or distance >= smallest * (1.0 - 1e-6):
            kept.insert(after, one)
        elif distance > _SAME:
            text = (
                f"{one.source} at {one.at * 1e3:.7g} mm moved by {distance * 1e3:.3g} mm to "
                f"{nearest.source}"
            )
            moved.append((distance, text))
    return kept, [text for _, text in sorted(moved, reverse=True)]


def _coordinate(candidate: Candidate) -> float:
    return candidate.at


def merge_notice(name: str, moved: Sequence[str], smallest: float) -> Notice:
    """One notice per axis, which names the three largest moves."""
    more = f", and {len(moved) - 3} smaller moves" if len(moved) > 3 else ""
    return Notice(
        "lines-merged",
        f"along {name}, places nearer than the smallest cell of {smallest * 1e3:.3g} mm share "
        f"a grid line: {'; '.join(moved[:3])}{more}",
    )


def _facets(body: Body, axis: int, smallest: float) -> Iterator[tuple[float, float]]:
    """Flat facets each at its own place, leaning ones at one place per smallest cell."""
    exact, leaning = aligned(body.surface, axis)
    heights = body.surface.corners[:, :, axis].mean(axis=1)
    areas = body.surface.areas
    yield from _clusters(heights[exact], areas[exact])
    yield from _spans(heights[leaning], areas[leaning], smallest)


def _spans(
    values: NDArray[np.float64], weights: NDArray[np.float64], span: float
) -> Iterator[tuple[float, float]]:
    """Weighted mean and total weight of the values in each stretch of at most `span`."""
    order = np.argsort(values)
    values, weights = values[order], weights[order]
    begin = 0
    while begin < values.size:
        end = int(np.searchsorted(values, values[begin] + span, side="right"))
        group = slice(begin, end)
        yield float(np.average(values[group], weights=weights[group])), float(weights[group].sum())
        begin = end


def _rims(body: Body, axis: int) -> Iterator[tuple[float, float]]:
    ends = body.surface.points[boundary_edges(body.surface)]
    spread = np.abs(ends[:, 0, axis] - ends[:, 1, axis])
    across = spread <= 1e-7 * np.linalg.norm(body.surface.hi - body.surface.lo)
    lengths = np.linalg.norm(ends[across, 1] - ends[across, 0], axis=1)
    yield from _clusters(ends[across, :, axis].mean(axis=1), lengths)


def _clusters(
    values: NDArray[np.float64], weights: NDArray[np.float64]
) -> Iterator[tuple[float, float]]:
    """Values nearer than a micrometre are one place; its total weight comes with it."""
    order = np.argsort(values)
    groups = np.split(order, np.flatnonzero(np.diff(values[order]) > 1e-6) + 1)
    for group in groups if values.size else []:
        heaviest = group[np.argmax(weights[group])]
        yield float(values[heaviest]), float(weights[group].sum())
