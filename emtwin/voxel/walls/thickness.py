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
from emtwin.geometry.placement import rotation
from emtwin.grid import Grid
from emtwin.voxel.inside.spans import spans_of

Floats = NDArray[np.float64]

RAYS = 128
"""Rays along each side of the bounding box."""

_ASKEW = (1.0, 2.0, 3.0)  # along no plane that bodies usually have

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
    lattice = _lattice(surface)
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


def union_size(surface: Surface) -> tuple[float, float]:
    """Volume and area of a solid whose shells go through each other, by the same rays.

    What lies in several shells counts once, and the parts of them that lie inside not at all. The
    rays run along no plane of the body, so that thin walls are met as often as they should be.

    Parameters
    ----------
    surface : Surface
        Closed surface in metres.

    Returns
    -------
    tuple of float
        Cubic metres and square metres, to about a thousandth.
    """
    surface = rotation(_ASKEW, 33.0, (0.0, 0.0, 0.0)).apply(surface)
    lattice, size = _lattice(surface), surface.hi - surface.lo
    volume = area = 0.0
    for axis in range(3):
        spans = spans_of(surface, axis, lattice)
        section = float(size[(axis + 1) % 3] * size[(axis + 2) % 3]) / RAYS**2
        volume += section * float(spans.length.sum()) / 3.0
        for normal in (spans.low_normal, spans.high_normal):
            mine = np.abs(normal).argmax(axis=1) == axis
            area += section * float((1.0 / np.abs(normal[mine, axis])).sum())
    return volume, area


def _lattice(surface: Surface) -> tuple[Floats, ...]:
    """Places of the rays along x, y, z."""
    places = (np.arange(RAYS) + 0.5) / RAYS
    size = surface.hi - surface.lo
    return tuple(lo + places * side for lo, side in zip(surface.lo, size, strict=True))


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
