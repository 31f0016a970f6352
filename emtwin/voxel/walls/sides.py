"""Walls with two sides: which cell beside each face lies on side 2, and where the sides end.

Two faces of a wall that share an edge have a side in common: what one has above it the other has
above it too, or below. Faces that hang together in this way get their sides together. Where three
or four faces meet at an edge, or where a wall meets another one, no two sides go round it; such
edges are perfect conductors (seams), lines without width in a surface that conducts well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry.topology import connected
from emtwin.grid import Grid
from emtwin.voxel.walls.models import WallModel
from emtwin.voxel.walls.skins import Skin

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class TwoSidedFaces:
    """Faces of a wall that are normal to one axis.

    Parameters
    ----------
    index : ndarray of int64
        Line and cells of each, shape (n, 3).
    above : ndarray of bool
        Whether the cell above lies on side 2, shape (n,).
    widening : ndarray of float64
        Factor on the sheet's width for the edges along x, y, z, shape (n, 3).
    """

    index: Ints
    above: Bools
    widening: Floats


@dataclass(frozen=True, eq=False)
class TwoSidedWall:
    """The walls of a part with two sides.

    Parameters
    ----------
    part : int
        Number of the part.
    model : WallModel
        What lies between the sides.
    faces : tuple of TwoSidedFaces
        Faces normal to x, y, z.
    seams : tuple of ndarray of int64
        Edges along x, y, z that must be perfect conductors: flat indices into `grid.nodes`.
    steps : tuple of ndarray of int64
        Pairs of edges along x, y, z that have one field on each side, see `walls.steps`, shape
        (n, 2).
    """

    part: int
    model: WallModel
    faces: tuple[TwoSidedFaces, TwoSidedFaces, TwoSidedFaces]
    seams: tuple[Ints, Ints, Ints]
    steps: tuple[Ints, ...] = ()


def two_sided(
    part: int, model: WallModel, skins: Sequence[Skin], faces: Sequence[Ints], grid: Grid
) -> TwoSidedWall:
    """Tell the sides of a wall apart.

    Parameters
    ----------
    part : int
        Number of its part.
    model : WallModel
        What lies between the sides.
    skins : sequence of Skin
        The metal in the faces of the wall, per axis.
    faces : sequence of ndarray of int64
        Faces that the part owns, per axis.
    grid : Grid
        Grid.

    Returns
    -------
    TwoSidedWall
        With the edges where more than two of its own faces meet as seams.
    """
    crowded, torn, above = sides_of(faces, grid)
    ends = np.cumsum([0, *(flat.size for flat in faces)])
    x, y, z = (
        TwoSidedFaces(
            np.stack(np.unravel_index(flat, grid.nodes), axis=1).astype(np.int64),
            above[ends[n] : ends[n + 1]],
            skins[n].at(flat, model.thickness)[1],
        )
        for n, flat in enumerate(faces)
    )
    a, b, c = (np.union1d(s, t) for s, t in zip(crowded, torn, strict=True))
    return TwoSidedWall(part, model, (x, y, z), (a, b, c))


def sides_of(faces: Sequence[Ints], grid: Grid) -> tuple[list[Ints], list[Ints], Bools]:
    """Sides of the faces of a wall.

    Parameters
    ----------
    faces : sequence of ndarray of int64
        Its faces per axis.
    grid : Grid
        Grid.

    Returns
    -------
    crowded : list of ndarray of int64
        Edges along x, y, z where more than two of them meet: flat indices into `grid.nodes`.
    torn : list of ndarray of int64
        Edges where two meet whose sides do not fit together.
    above : ndarray of bool
        Whether the cell above each face lies on side 2, one axis after the other.
    """
    pairs, crowded = _pairs(faces, grid)
    above = _sides(pairs, sum(flat.size for flat in faces))
    return crowded, _torn(pairs, above), above


def around_edges(faces: Sequence[Ints], axis: int, grid: Grid) -> tuple[Ints, Ints, Ints]:
    """Faces round the edges along an axis, in the order of edge and place.

    Parameters
    ----------
    faces : sequence of ndarray of int64
        Faces per axis.
    axis : int
        Direction of the edges.
    grid : Grid
        Grid.

    Returns
    -------
    edge : ndarray of int64
        Edge as a flat index into `grid.nodes`, shape (n,).
    face : ndarray of int64
        Face, counted through all axes, shape (n,).
    place : ndarray of int64
        Where it lies, counter-clockwise: 0 on the high side of the next axis, 1 of the one after
        it, 2 and 3 on their low sides, shape (n,). Going round so crosses those at 0 and 3 upward,
        the others downward.
    """
    start = np.cumsum([0, *(flat.size for flat in faces)])
    one, two = (axis + 1) % 3, (axis + 2) % 3
    edge, face, place = [], [], []
    for normal, across in ((two, one), (one, two)):
        for shift in (0, 1):
            edge.append(faces[normal] + shift * grid.node_strides[across])
            face.append(start[normal] + np.arange(faces[normal].size))
            place.append(np.full(faces[normal].size, 2 * shift + (normal == one)))
    edges, numbers, places = (np.concatenate(part) for part in (edge, face, place))
    order = np.lexsort((places, edges))
    return edges[order], numbers[order], places[order]


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Edges along one axis that two faces share: the edges, their faces, whether sides turn."""

    edge: Ints
    one: Ints
    two: Ints
    turned: Bools


def _pairs(faces: Sequence[Ints], grid: Grid) -> tuple[list[_Pairs], list[Ints]]:
    """Pairs of neighbouring faces per direction of the edge, and the edges with more than two."""
    found, crowded = [], []
    for axis in range(3):
        edge, face, place = around_edges(faces, axis, grid)
        up = (place == 0) | (place == 3)
        places, first, count = np.unique(edge, return_index=True, return_counts=True)
        at = first[count == 2]
        # Both cross to the same side of their own only if one is crossed upward, one downward.
        found.append(_Pairs(edge[at], face[at], face[at + 1], up[at] == up[at + 1]))
        crowded.append(places[count > 2])
    return found, crowded


def _sides(pairs: Sequence[_Pairs], n: int) -> Bools:
    """Whether side 2 is above each face, so that neighbours agree wherever they can."""
    one, two, turned = (
        np.concatenate([getattr(p, name) for p in pairs]) for name in ("one", "two", "turned")
    )
    # Every face twice, as it is and turned over: a face and its copy are apart if the piece has
    # two sides at all.
    first = np.concatenate([one, one + n])
    second = np.concatenate([np.where(turned, two + n, two), np.where(turned, two, two + n)])
    label = connected(first, second, 2 * n)
    return np.asarray(label[:n] < label[n:])


def _torn(pairs: Sequence[_Pairs], above: Bools) -> list[Ints]:
    """Edges at which the sides of both faces do not fit together, per direction."""
    return [p.edge[(above[p.one] == above[p.two]) == p.turned] for p in pairs]
