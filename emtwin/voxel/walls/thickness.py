"""How thick the walls of a solid are, from rays through it.

Along each axis a lattice of rays runs through the part's bounding box. Where a ray enters by one
facet and leaves by another that faces the opposite way, the metal between is a wall; its
thickness is the length of the ray inside, times the cosine between ray and normal. Each facet is
judged by the axis that it faces most, so that the samples are spread evenly over the surface.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry import Surface
from emtwin.grid import Grid
from emtwin.voxel.inside.spans import spans_of

Floats = NDArray[np.float64]

RAYS = 128
"""Rays along each side of the bounding box."""

_OPPOSITE = -0.7  # cosine of the normals of a wall's two sides: they lean less than 45 degrees


@dataclass(frozen=True)
class Thickness:
    """Thickness of the walls of a solid, weighted with their area.

    Parameters
    ----------
    median : float or None
        Median in metres; None where most of the surface has no opposite side.
    thinnest : float or None
        The 5 % quantile in metres; None where less than that of the area has an opposite side.
    thin_share : float
        Share of the area whose wall is thinner than the cell there.
    """

    median: float | None
    thinnest: float | None
    thin_share: float


def thickness_of(surface: Surface, grid: Grid) -> Thickness:
    """Measure the walls of a solid.

    Parameters
    ----------
    surface : Surface
        Closed surface in metres.
    grid : Grid
        Grid whose cells it is compared with.

    Returns
    -------
    Thickness
        What was found.
    """
    size = surface.hi - surface.lo
    places = (np.arange(RAYS) + 0.5) / RAYS
    lattice = tuple(lo + places * side for lo, side in zip(surface.lo, size, strict=True))
    sampled = [_along(surface, axis, lattice, grid) for axis in range(3)]
    thickness, weight, cell = (np.concatenate(parts) for parts in zip(*sampled, strict=True))
    total = float(weight.sum())
    if total == 0.0:
        return Thickness(None, None, 0.0)
    order = np.argsort(thickness)
    reached = np.cumsum(weight[order]) / total
    median, thinnest = (
        float(thickness[order][min(int(np.searchsorted(reached, q)), order.size - 1)])
        for q in (0.5, 0.05)
    )
    return Thickness(
        median if np.isfinite(median) else None,
        thinnest if np.isfinite(thinnest) else None,
        float(weight[thickness < cell * (1.0 - 1e-6)].sum()) / total,
    )


def _along(
    surface: Surface, axis: int, lattice: tuple[Floats, ...], grid: Grid
) -> tuple[Floats, Floats, Floats]:
    """Thickness at both ends of every span, the area that it stands for, and the cell there."""
    spans = spans_of(surface, axis, lattice)
    size = surface.hi - surface.lo
    section = size[(axis + 1) % 3] * size[(axis + 2) % 3] / RAYS**2
    lines = grid.lines[axis]
    found = []
    for normal, at in ((spans.low_normal, spans.low), (spans.high_normal, spans.high)):
        along = np.abs(normal[:, axis])
        mine = along >= np.abs(normal).max(axis=1, initial=0.0)
        wall = np.where(spans.facing < _OPPOSITE, spans.length * along, np.inf)
        index = np.clip(np.searchsorted(lines, at) - 1, 0, lines.size - 2)
        weight = section / np.maximum(along, 0.5)
        # The wall's thickness along the ray is what meets the cell's length.
        found.append((wall[mine], weight[mine], np.diff(lines)[index][mine] * along[mine]))
    thickness, weight, cell = (np.concatenate(both) for both in zip(*found, strict=True))
    return thickness, weight, cell
