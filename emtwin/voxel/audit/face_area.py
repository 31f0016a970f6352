"""Area of a body's surface as the grid has it.

The faces that bound the cells of a body are a staircase: their plain sum is too large by up to a
factor of 1.5 on average over all directions (and of sqrt(3) for the worst), and no finer grid
mends that. So each face counts with the share of it that faces the way the surface does where it
crosses the link through that face: a plane of unit normal n has n_x of its area in faces normal
to x, each counted with n_x, and n_x^2 + n_y^2 + n_z^2 = 1. That converges to the area of the
surface, and still misses what the grid has lost or merged.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emtwin.grid import Grid
from emtwin.voxel.bodies import Body
from emtwin.voxel.inside.scanline import Crossings, crossings


def area_in_grid(body: Body, grid: Grid) -> float:
    """Area of the faces of `body` in the grid, each weighted with the surface's normal there.

    Parameters
    ----------
    body : Body
        Solid or sheet.
    grid : Grid
        Grid.

    Returns
    -------
    float
        Square metres: for a solid of the faces between a cell inside and one outside, for a sheet
        of its metal faces; before other parts took cells.
    """
    cosines = np.abs(body.surface.normals)
    return sum(
        _weighted(crossings(body.surface, axis, grid.centres), cosines[:, axis], grid, axis, body)
        for axis in range(3)
    )


def _weighted(
    hits: Crossings, cosine: NDArray[np.float64], grid: Grid, axis: int, body: Body
) -> float:
    """Sum over the faces normal to one axis."""
    if not hits.w.size:
        return 0.0
    across_u, across_v = grid.spacings[(axis + 1) % 3], grid.spacings[(axis + 2) % 3]
    shape = (across_u.size, across_v.size, grid.shape[axis] + 1)
    flat = np.ravel_multi_index((hits.u, hits.v, hits.w), shape)
    faces, number, count = np.unique(flat, return_inverse=True, return_counts=True)
    mean = np.bincount(number.ravel(), cosine[hits.triangle]) / count
    u, v, _ = np.unravel_index(faces, shape)
    area = across_u[u] * across_v[v] * mean
    return float(area[count % 2 == 1].sum() if body.kind == "solid" else area.sum())
