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
from emtwin.voxel.wall_models import WallModel
from emtwin.voxel.wall_skins import Skin

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
    """

    part: int
    model: WallModel
    faces: tuple[TwoSidedFaces, TwoSidedFaces, TwoSidedFaces]
    seams: tuple[Ints, Ints, Ints]


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
    pairs, seams = _pairs(faces, grid)
    above = _sides(pairs, sum(flat.size for flat in faces))
    ends = np.cumsum([0, *(flat.size for flat in faces)])
    torn = _torn(pairs, above)
    x, y, z = (
        TwoSidedFaces(
            np.stack(np.unravel_index(flat, grid.nodes), axis=1).astype(np.int64),
            above[ends[n] : ends[n + 1]],
            skins[n].at(flat, model.thickness)[1],
        )
        for n, flat in enumerate(faces)
    )
    a, b, c = (np.union1d(s, t) for s, t in zip(seams, torn, strict=True))
    return TwoSidedWall(part, model, (x, y, z), (a, b, c))


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Edges along one axis that two faces share: the edges, their faces, whether sides turn."""

    edge: Ints
    one: Ints
    two: Ints
    turned: Bools


def _pairs(faces: Sequence[Ints], grid: Grid) -> tuple[list[_Pairs], list[Ints]]:
    """Pairs of neighbouring faces per direction of the edge, and the edges with more than two."""
    start = np.cumsum([0, *(flat.size for flat in faces)])
    found, seams = [], []
    for axis in range(3):
        one, two = (axis + 1) % 3, (axis + 2) % 3
        # Going round an edge counter-clockwise, the faces that are crossed upward: those normal to
        # `two` on the high side of `one`, and those normal to `one` on the low side of `two`.
        edge, face, upward = [], [], []
        for normal, across in ((two, one), (one, two)):
            number = start[normal] + np.arange(faces[normal].size)
            for shift in (0, 1):
                edge.append(faces[normal] + shift * grid.node_strides[across])
                face.append(number)
                upward.append(np.full(number.size, (normal == two) == (shift == 0)))
        edges, faces_, up = np.concatenate(edge), np.concatenate(face), np.concatenate(upward)
        order = np.argsort(edges, kind="stable")
        edges, faces_, up = edges[order], faces_[order], up[order]
        places, first, count = np.unique(edges, return_index=True, return_counts=True)
        at = first[count == 2]
        # Both cross to the same side of their own only if one is crossed upward, one downward.
        found.append(_Pairs(edges[at], faces_[at], faces_[at + 1], up[at] == up[at + 1]))
        seams.append(places[count > 2])
    return found, seams


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
