"""Sheets: which cell faces stand for a thin metal surface.

A face becomes metal where the line between the centres of its two cells crosses the
sheet. A path from cell to cell that avoids metal faces then never crosses the sheet:
closed shields are tight, and holes and slots stay open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from emtwin.grid import Grid
from emtwin.voxel.bodies import Body
from emtwin.voxel.inside.scanline import crossings
from emtwin.voxel.inside.spans import links_through, oblique_triangles
from emtwin.voxel.walls.skins import Skin


def metal_faces(body: Body, grid: Grid) -> tuple[NDArray[np.int64], ...]:
    """Faces crossed by `body`, see `sheet_skins`: their indices alone."""
    return tuple(skin.flat for skin in sheet_skins(body, grid))


def sheet_skins(body: Body, grid: Grid) -> list[Skin]:
    """Faces crossed by `body`, and its metal in them.

    Parameters
    ----------
    body : Body
        Sheet.
    grid : Grid
        Grid.

    Returns
    -------
    list of Skin
        For the faces normal to x, y, z: distinct flat indices into an array of shape
        `grid.nodes`, where a face normal to x is stored at its line i and cell (j, k).
    """
    result = []
    normals = body.surface.normals
    thickness = np.nan if body.thickness is None else body.thickness
    oblique = oblique_triangles(body.surface)
    for axis in range(3):
        hits = crossings(body.surface, axis, grid.centres)
        first, last, on_first, on_last = links_through(
            hits.height, hits.height, oblique[hits.triangle], grid.centres[axis]
        )
        # The crossing lies beyond centre w - 1 and not beyond centre w: on line w, or at
        # the two ends of the axis on the outer face itself.
        w = np.concatenate([first[on_first], last[on_last]])
        u, v = (np.concatenate([n[on_first], n[on_last]]) for n in (hits.u, hits.v))
        index = [u] * 3
        index[axis], index[(axis + 2) % 3] = w, v
        flat = np.ravel_multi_index(tuple(index), grid.nodes)
        triangle = np.concatenate([hits.triangle[on_first], hits.triangle[on_last]])
        result.append(Skin.joined(flat, np.full(flat.size, thickness), normals[triangle]))
    return result


def rim_edges(
    faces: Sequence[NDArray[np.int64]], grid: Grid
) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Axis and flat indices (into `grid.nodes`) of the four edges of every face."""
    for axis, flat in enumerate(faces):
        for along, across in (((axis + 1) % 3, (axis + 2) % 3), ((axis + 2) % 3, (axis + 1) % 3)):
            yield along, flat
            yield along, flat + grid.node_strides[across]
