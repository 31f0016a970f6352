"""Area of a body's surface as the grid has it.

The faces that bound the cells of a body are a staircase: their plain sum is too large by up to a
factor of 1.5 on average over all directions (and of sqrt(3) for the worst), and no finer grid
mends that. So each face counts with the share of it that faces the way the surface does where it
crosses the link through that face: a plane of unit normal n has n_x of its area in faces normal
to x, each counted with n_x, and n_x^2 + n_y^2 + n_z^2 = 1. That converges to the area of the
surface, and still misses what the grid has lost or merged. A face that stands for a wall between
two cell centres has both sides of the wall.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from emtwin.grid import Grid
from emtwin.voxel.bodies import Body
from emtwin.voxel.inside.scanline import Crossings, crossings
from emtwin.voxel.inside.spans import ends_of_spans

Ints = NDArray[np.int64]


def area_in_grid(body: Body, grid: Grid, walls: Sequence[Ints] = ()) -> float:
    """Area of the faces of `body` in the grid, each weighted with the surface's normal there.

    Parameters
    ----------
    body : Body
        Solid or sheet.
    grid : Grid
        Grid.
    walls : sequence of ndarray of int64
        Metal faces normal to x, y, z that stand for walls of a solid: flat indices into
        `grid.nodes`. Left out, it has none.

    Returns
    -------
    float
        Square metres: for a solid of the faces between a cell inside and one outside, and twice
        that of its walls; for a sheet of its metal faces; before other parts took cells.
    """
    cosines = np.abs(body.surface.normals)
    none = np.zeros(0, dtype=np.int64)
    return sum(
        _weighted(
            crossings(body.surface, axis, grid.centres),
            cosines[:, axis],
            grid,
            axis,
            body,
            walls[axis] if walls else none,
        )
        for axis in range(3)
    )


def _weighted(
    hits: Crossings,
    cosine: NDArray[np.float64],
    grid: Grid,
    axis: int,
    body: Body,
    walls: Ints,
) -> float:
    """Sum over the faces normal to one axis."""
    if body.kind == "solid":
        hits = _outer(hits, grid, axis)
    if not hits.w.size:
        return 0.0
    across_u, across_v = grid.spacings[(axis + 1) % 3], grid.spacings[(axis + 2) % 3]
    shape = (across_u.size, across_v.size, grid.shape[axis] + 1)
    flat = np.ravel_multi_index((hits.u, hits.v, hits.w), shape)
    faces, number, count = np.unique(flat, return_inverse=True, return_counts=True)
    mean = np.bincount(number.ravel(), cosine[hits.triangle]) / count
    u, v, w = np.unravel_index(faces, shape)
    area = across_u[u] * across_v[v] * mean
    if body.kind == "sheet":
        return float(area.sum())
    index = [u, u, u]
    index[axis], index[(axis + 1) % 3], index[(axis + 2) % 3] = w, u, v
    wall = np.isin(np.ravel_multi_index(tuple(index), grid.nodes), walls)
    return float(area[count % 2 == 1].sum() + 2.0 * area[(count % 2 == 0) & wall].sum())


def _outer(hits: Crossings, grid: Grid, axis: int) -> Crossings:
    """Crossings at which a solid begins or ends, without those of its shells inside others."""
    ray = hits.u * grid.shape[(axis + 2) % 3] + hits.v
    order = np.lexsort((hits.side, hits.height, ray))
    kept = order[np.logical_or.reduce(ends_of_spans(ray[order], hits.side[order]))]
    return Crossings(*(getattr(hits, name)[kept] for name in hits.__dataclass_fields__))
