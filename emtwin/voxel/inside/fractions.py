"""How much of each cell lies inside a solid, exact for a polyhedron.

The volume below each triangle, cut to a cell, is added with the sign of the triangle's normal
along z; the sum over all cells is the volume of the surface, to rounding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend, Box, Stage, host_backend
from emtwin.geometry import Surface
from emtwin.grid import Grid
from emtwin.voxel.bodies import Body
from emtwin.voxel.inside.bins import Bins, Ints, Span, columns_between_met, extremes, places, within
from emtwin.voxel.inside.memory import lists_bytes, mesh_bytes, refuse_if_not_free
from emtwin.voxel.inside.solids import Window, inside, outward

Floats = NDArray[np.float64]

_ROUNDING = 1e-12  # of a cell; less is none, and as much less than a cell is all of it
_SLAB_CELLS = 1 << 23  # at once: two numbers each
Lines = tuple[Floats, Floats, Floats]


@dataclass(frozen=True, eq=False)
class Fractions:
    """Share of each cell that lies inside one solid.

    Parameters
    ----------
    window : tuple of slice
        The part of the grid that the solid touches.
    share : ndarray of float64
        0 to 1, shape of the window.
    exact : bool
        Whether the shares are those of the polyhedron; where its surface is not closed they are 1
        for each cell whose centre lies inside, else 0.
    """

    window: Window
    share: Floats
    exact: bool


def fractions(body: Body, grid: Grid, backend: Backend | None = None) -> Fractions:
    """Share of each cell that lies inside the surface of `body`.

    Parameters
    ----------
    body : Body
        Solid.
    grid : Grid
        Grid.
    backend : Backend, optional
        Where to compute; by default the native library, else NumPy.

    Returns
    -------
    Fractions
        Shares within the part of the grid that `body` touches. What overlapping shells of one
        body enclose twice counts once.
    """
    backend = backend or host_backend()
    surface, balanced = outward(body.surface)
    if not balanced:
        found = inside(body, grid, backend)
        return Fractions(found.window, found.mask.astype(np.float64), exact=False)
    x, y, z = (
        slice(
            max(int(np.searchsorted(lines, lo, "right")) - 1, 0),
            min(int(np.searchsorted(lines, hi)), lines.size - 1),
        )
        for lines, lo, hi in zip(grid.lines, surface.lo, surface.hi, strict=True)
    )
    lines = tuple(axis[s.start : s.stop + 1] for axis, s in zip(grid.lines, (x, y, z), strict=True))
    shape = (lines[0].size - 1, lines[1].size - 1, lines[2].size - 1)
    refuse_if_not_free(body.name, "its shares of cells", _bytes(surface, shape), backend)
    share = _volumes(surface, (lines[0], lines[1], lines[2]), backend)
    for axis, of_axis in enumerate(lines):
        share /= np.diff(of_axis).reshape([-1 if a == axis else 1 for a in range(3)])
    share[share < _ROUNDING] = 0.0
    share[share > 1.0 - _ROUNDING] = 1.0
    return Fractions((x, y, z), share, exact=True)


def _bytes(surface: Surface, shape: tuple[int, int, int]) -> int:
    """Memory of the backend that volumes take."""
    n_x, n_y, n_z = shape
    planes = min(n_x, _planes_at_once(n_y * n_z))
    return mesh_bytes(surface) + lists_bytes(surface, planes * n_y) + 16 * planes * n_y * n_z


def _planes_at_once(cells: int) -> int:
    """Planes of so many cells that are computed together."""
    return max(_SLAB_CELLS // max(cells, 1), 1)


def _volumes(surface: Surface, lines: Lines, backend: Backend) -> Floats:
    """Volume in cubic metres of each cell inside a closed surface, slab by slab along x."""
    n_x, n_y, n_z = (axis.size - 1 for axis in lines)
    result = np.zeros((max(n_x, 0), max(n_y, 0), max(n_z, 0)))
    if not result.size:
        return result
    corners = np.ascontiguousarray(surface.triangles.T)
    spans = [_columns(surface.points[:, axis], corners, lines[axis]) for axis in (0, 1)]
    mesh = {
        "points": backend.adopt(surface.points),
        "triangles": backend.adopt(surface.triangles),
        "lines_y": backend.upload(lines[1]),
        "lines_z": backend.upload(lines[2]),
        "n_y": n_y,
        "n_z": n_z,
    }
    thickness = _planes_at_once(n_y * n_z)
    for start in range(0, n_x, thickness):
        stop = min(start + thickness, n_x)
        bins = Bins.of(within(spans[0], start, stop), spans[1], (stop - start, n_y))
        lines_x = backend.upload(lines[0][start : stop + 1])
        volume = _slab({**mesh, "lines_x": lines_x}, bins, stop - start, backend)
        result[start:stop] = volume.reshape(-1, n_y, n_z)
    return result


def _columns(values: Floats, corners: Ints, lines: Floats) -> Span:
    """Columns between lines that triangles may meet along one axis."""
    return columns_between_met(extremes(places(values, lines), corners), lines.size - 1)


def _slab(mesh: Mapping[str, Any], bins: Bins, planes: int, backend: Backend) -> Floats:
    """Volumes of the cells of some planes, flat."""
    cells = planes * mesh["n_y"] * mesh["n_z"]
    volume = backend.zeros(cells, np.float64)
    arguments = {
        **mesh,
        "first": backend.adopt(bins.first),
        "listed": backend.adopt(bins.listed),
        "volume": volume,
        "area": backend.zeros(cells, np.float64),
        "tile": bins.tile,
        "tiles_q": bins.tiles_q,
    }
    backend.program([Stage("prism_volumes", Box.items(planes * mesh["n_y"]), arguments)]).run(0, 1)
    found: Floats = backend.view(volume)
    return found
