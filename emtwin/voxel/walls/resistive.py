"""Resistive walls in the medium: conductivity of the edges in them, and of the cells they fill.

A face of a wall gives each of its edges half of its width, widened for the staircase
(`walls.skins`), times the conductance sigma t of the metal in it. Over the dual face of the edge
that is a conductivity, as for the sheets of the solver. A cell whose centre lies in the
wall conducts sigma t over its own size, shared out by the directions that the wall faces.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from emtwin.grid import Grid
from emtwin.grid.medium import PEC_ROW
from emtwin.voxel.bodies import Body
from emtwin.voxel.edges import Mixed
from emtwin.voxel.inside.spans import spans_of
from emtwin.voxel.walls.models import WallModel
from emtwin.voxel.walls.skins import Skin

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def filled_cells(
    body: Body, index: int, model: WallModel, grid: Grid, cell_part: NDArray[np.int16]
) -> tuple[Ints, Floats]:
    """Cells of a resistive wall, and their conductivity.

    Parameters
    ----------
    body : Body
        The solid.
    index : int
        Its number.
    model : WallModel
        What stands for its walls.
    grid : Grid
        Grid.
    cell_part : ndarray of int16
        Owner of each cell.

    Returns
    -------
    flat : ndarray of int64
        Flat indices into an array of shape `grid.shape`, shape (n,).
    conductivity : ndarray of float64
        S/m, shape (n,): that of the metal where the wall is thicker than the cell.
    """
    cells = np.flatnonzero(cell_part.reshape(-1) == index)
    if not cells.size:
        return cells, np.zeros(0)
    place = np.unravel_index(cells, grid.shape)
    # A plane wall of the normal n is t / |n_a| long along axis a.
    inverse = np.zeros((3, cells.size))
    for axis in range(3):
        low, high = _around_centres(body, axis, grid)
        length = high[place] - low[place]
        inverse[axis] = np.where(length > 0.0, 1.0 / np.where(length > 0.0, length, 1.0), 0.0)
    thickness = 1.0 / np.maximum(np.linalg.norm(inverse, axis=0), 1e-300)
    sizes = np.stack([d[at] for d, at in zip(grid.spacings, place, strict=True)])
    share = thickness**2 * (inverse / sizes).sum(axis=0)
    return cells, model.conductivity * np.minimum(share, 1.0)


def _around_centres(body: Body, axis: int, grid: Grid) -> tuple[Floats, Floats]:
    """Ends along an axis of the piece of `body` that holds each cell centre; equal for none."""
    spans = spans_of(body.surface, axis, grid.centres)
    first, last = (np.searchsorted(grid.centres[axis], end) for end in (spans.low, spans.high))
    many = last - first
    number = np.repeat(np.arange(spans.size), many)
    along = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many) + first[number]
    u, v = np.divmod(spans.ray[number], grid.shape[(axis + 2) % 3])
    index: list[Ints] = [u, u, u]
    index[axis], index[(axis + 2) % 3] = along, v
    low, high = np.zeros(grid.shape), np.zeros(grid.shape)
    low[tuple(index)], high[tuple(index)] = spans.low[number], spans.high[number]
    return low, high


def conductance(
    skins: Sequence[Skin], faces: Sequence[Ints], model: WallModel, grid: Grid
) -> list[tuple[Ints, Floats]]:
    """What some faces of a resistive wall add to the conductivity of their edges.

    Parameters
    ----------
    skins : sequence of Skin
        The metal in the faces of the wall, per axis.
    faces : sequence of ndarray of int64
        Faces that stand for it, per axis.
    model : WallModel
        What stands for its walls.
    grid : Grid
        Grid.

    Returns
    -------
    list of (ndarray of int64, ndarray of float64)
        For the edges along x, y, z: distinct flat indices into an array of shape `grid.nodes`,
        and conductivity in S/m over the dual face of each.
    """
    found: list[list[tuple[Ints, Floats]]] = [[], [], []]
    for normal, (skin, flat) in enumerate(zip(skins, faces, strict=True)):
        thickness, widening = skin.at(flat, model.thickness)
        place = np.unravel_index(flat, grid.nodes)
        for axis, across in (
            ((normal + 1) % 3, (normal + 2) % 3),
            ((normal + 2) % 3, (normal + 1) % 3),
        ):
            half = grid.spacings[across][place[across]] / 2
            value = model.conductivity * thickness * half * widening[:, axis]
            found[axis] += [(flat, value), (flat + grid.node_strides[across], value)]
    return [_over_dual_faces(axis, pieces, grid) for axis, pieces in enumerate(found)]


def _over_dual_faces(
    axis: int, pieces: Sequence[tuple[Ints, Floats]], grid: Grid
) -> tuple[Ints, Floats]:
    flat, number = np.unique(np.concatenate([p[0] for p in pieces]), return_inverse=True)
    total = np.bincount(number.ravel(), np.concatenate([p[1] for p in pieces]), flat.size)
    place = np.unravel_index(flat, grid.nodes)
    across = [grid.dual_spacings[a][place[a]] for a in ((axis + 1) % 3, (axis + 2) % 3)]
    return flat, total / (across[0] * across[1])


def with_conductance(
    ids: Sequence[NDArray[np.uint16]],
    mixed: Sequence[Mixed],
    table: Sequence[tuple[float, float]],
    walls: Sequence[list[tuple[Ints, Floats]]],
) -> list[Mixed]:
    """Averaged edges with those of resistive walls among them; conductors stay.

    Parameters
    ----------
    ids : sequence of ndarray of uint16
        Rows of the homogeneous edges per axis.
    mixed : sequence of Mixed
        Averaged edges per axis.
    table : sequence of (float, float)
        Relative permittivity and conductivity (S/m) of the rows in use.
    walls : sequence of list of (ndarray of int64, ndarray of float64)
        What each wall adds, as `conductance` gives it.

    Returns
    -------
    list of Mixed
        Averaged edges per axis.
    """
    if not walls:
        return list(mixed)
    rows = np.array(table)
    return [
        _joined(own, ids[axis].reshape(-1), rows, [wall[axis] for wall in walls])
        for axis, own in enumerate(mixed)
    ]


def _joined(
    own: Mixed, ids: NDArray[np.uint16], rows: Floats, extra: Sequence[tuple[Ints, Floats]]
) -> Mixed:
    """The mixed edges of one axis; homogeneous ones in a wall become mixed."""
    reached = np.unique(np.concatenate([flat for flat, _ in extra]))
    plain = np.setdiff1d(reached, own.flat)
    plain = plain[ids[plain] != PEC_ROW]
    flat = np.concatenate([own.flat, plain])
    order = np.argsort(flat)
    flat = flat[order]
    base = rows[ids[plain]]
    eps = np.concatenate([own.permittivity, base[:, 0]])[order]
    sigma = np.concatenate([own.conductivity, base[:, 1]])[order]
    for edges, values in extra:
        here = np.isin(edges, flat)
        sigma[np.searchsorted(flat, edges[here])] += values[here]
    return Mixed(flat, eps, sigma)
