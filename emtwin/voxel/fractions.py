"""How much of each cell lies inside a solid, exact for a polyhedron.

The volume below each triangle, cut to a cell, is added with the sign of the triangle's normal
along z; the sum over all cells is the volume of the surface, to rounding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend, Box, Stage, host_backend
from emtwin.geometry import Surface
from emtwin.grid import Grid
from emtwin.voxel.bodies import Body
from emtwin.voxel.solids import Window, inside, is_balanced, outward
from emtwin.voxel.winding_votes import Bins, Span, extremes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_ROUNDING = 1e-12  # of a cell; less is none, and as much less than a cell is all of it
_SLAB_CELLS = 1 << 23  # at once: 16 bytes each
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
    surface = outward(body.surface)
    if not is_balanced(surface):
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
    share = _volumes(surface, (lines[0], lines[1], lines[2]), backend)
    for axis, places in enumerate(lines):
        share /= np.diff(places).reshape([-1 if a == axis else 1 for a in range(3)])
    share[share < _ROUNDING] = 0.0
    share[share > 1.0 - _ROUNDING] = 1.0
    return Fractions((x, y, z), share, exact=True)


def rectangles_met(values: Floats, triangles: Ints, lines: Floats) -> Span:
    """Columns between `lines` that triangles may meet.

    Parameters
    ----------
    values : ndarray of float64
        A coordinate of the points.
    triangles : ndarray of int64
        Three point numbers each, shape (m, 3).
    lines : ndarray of float64
        Bounds of the columns, rising.

    Returns
    -------
    tuple of ndarray of int64
        First column that each triangle may meet, and the one after the last.
    """
    first = np.maximum(np.searchsorted(lines, values, "right") - 1, 0)
    last = np.minimum(np.searchsorted(lines, values), lines.size - 1)
    a, b, c = triangles.T
    return extremes(first, last, a, b, c)


def _volumes(surface: Surface, lines: Lines, backend: Backend) -> Floats:
    """Volume in cubic metres of each cell inside a closed surface, slab by slab along x."""
    n_x, n_y, n_z = (axis.size - 1 for axis in lines)
    thickness = max(_SLAB_CELLS // max(n_y * n_z, 1), 1)
    result = np.zeros((max(n_x, 0), max(n_y, 0), max(n_z, 0)))
    for start in range(0, n_x if result.size else 0, thickness):
        stop = min(start + thickness, n_x)
        slab = (lines[0][start : stop + 1], lines[1], lines[2])
        result[start:stop] = _slab(surface, slab, backend)
    return result


def _slab(surface: Surface, lines: Lines, backend: Backend) -> Floats:
    """Volumes of the cells between `lines`."""
    n_x, n_y, n_z = (axis.size - 1 for axis in lines)
    points, triangles = surface.points, surface.triangles
    spans = [rectangles_met(points[:, axis], triangles, lines[axis]) for axis in (0, 1)]
    bins = Bins.of(spans[0], spans[1], (n_x, n_y))
    volume = backend.zeros(n_x * n_y * n_z, np.float64)
    arguments = {
        "corners": backend.adopt(surface.corners),
        "first": backend.adopt(bins.first),
        "listed": backend.adopt(bins.listed),
        **{f"lines_{axis}": backend.upload(of) for axis, of in zip("xyz", lines, strict=True)},
        "volume": volume,
        "area": backend.zeros(n_x * n_y * n_z, np.float64),
        "n_y": n_y,
        "n_z": n_z,
        "tile": bins.tile,
        "tiles_q": bins.tiles_q,
    }
    backend.program([Stage("prism_volumes", Box.items(n_x * n_y), arguments)]).run(0, 1)
    found: Floats = backend.view(volume).reshape(n_x, n_y, n_z)
    return found
