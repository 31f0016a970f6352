"""Finer triangles for shells: a CAD surface has few, and a current needs many."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError
from emtwin.geometry import Surface
from emtwin.geometry.surface import weld
from emtwin.geometry.topology import edges_of
from emtwin.quasistatic.shell_topology import MOST_TRIANGLES

Ints = NDArray[np.int64]

_LONG = 1.0 + 1e-9  # of the wanted length, so that round-off splits nothing


def refined(surface: Surface, edge: float) -> Surface:
    """The same surface in triangles whose edges are at most `edge` (m) long.

    Every edge that is longer is halved in all triangles it belongs to, so that neighbours keep
    meeting in whole edges; this is repeated. Flat and curved parts keep their shape.

    Parameters
    ----------
    surface : Surface
        Any triangles.
    edge : float
        Largest length of an edge in metres. A fifth to a tenth of the shell's size is usual.

    Returns
    -------
    Surface
        Finer triangles; coincident points are joined.

    Raises
    ------
    InputError
        If the length is not positive, or it asks for more triangles than a shell can have.
    """
    if not edge > 0.0:
        raise InputError.single(
            f"edges need a positive length, got {edge:g} m", field="edge", remedy="give metres"
        )
    surface = weld(surface)
    while True:
        edges = edges_of(surface.triangles)
        ends = surface.points[edges.ends]
        long = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1) > _LONG * edge
        if not long.any():
            return surface
        # The number of the new point on each edge, -1 where there is none.
        middle = np.where(long, len(surface.points) - 1 + np.cumsum(long), -1)
        sides = middle[edges.of_side].reshape(3, -1).T
        points = np.concatenate([surface.points, ends[long].mean(axis=1)])
        surface = Surface(points, _split(surface.triangles, sides, points))
        if len(surface.triangles) > MOST_TRIANGLES:
            raise InputError.single(
                f"edges of {edge:g} m make more than {MOST_TRIANGLES} triangles of the surface",
                field="edge",
                remedy="give a longer edge; the matrices of a shell are dense",
            )


def _split(triangles: Ints, sides: Ints, points: NDArray[np.float64]) -> Ints:
    """Triangles cut at the new points `sides` (m, 3) on their sides 0-1, 1-2, 2-0."""
    count = (sides >= 0).sum(axis=1)
    parts = [triangles[count == 0]]
    # Turned so that the one cut side is 0-1, or the one whole side is 2-0.
    a, b, c, ab, _, _ = _turned(triangles, sides, (count == 1), sides >= 0)
    parts += [np.stack(t, axis=1) for t in ((a, ab, c), (ab, b, c))]
    a, b, c, ab, bc, _ = _turned(triangles, sides, (count == 2), np.roll(sides < 0, 1, axis=1))
    parts.append(np.stack([ab, b, bc], axis=1))
    # Of the four corners that are left the shorter diagonal.
    first = np.linalg.norm(points[a] - points[bc], axis=1)
    swap = np.linalg.norm(points[ab] - points[c], axis=1) < first
    parts.append(np.stack([a, ab, np.where(swap, c, bc)], axis=1))
    parts.append(np.stack([np.where(swap, ab, a), bc, c], axis=1))
    a, b, c, ab, bc, ca = _turned(triangles, sides, (count == 3), sides >= 0)
    corners = ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))
    parts += [np.stack(t, axis=1) for t in corners]
    return np.concatenate(parts)


def _turned(
    triangles: Ints, sides: Ints, chosen: NDArray[np.bool_], first: NDArray[np.bool_]
) -> list[Ints]:
    """Corners and new points of the chosen triangles, from the first side that is marked on."""
    start = np.argmax(first[chosen], axis=1)[:, None]
    order = (start + np.arange(3)) % 3
    corners = np.take_along_axis(triangles[chosen], order, axis=1)
    cuts = np.take_along_axis(sides[chosen], order, axis=1)
    return [*corners.T, *cuts.T]
