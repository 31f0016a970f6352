"""The faces of all metal parts together, as the search for gaps of any shape needs them.

Facets of solids look away from their metal, sheets look to both sides. The rim of a sheet looks
away from the sheet in its plane; so that rays can meet it, it is a narrow ribbon across that plane.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry.surface import Surface
from emtwin.geometry.topology import edges_of
from emtwin.voxel.bodies import Body
from emtwin.voxel.gaps.facing import aligned, open_edges
from emtwin.voxel.inside.solids import outward

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NO_AXIS = -1

_SMOOTH = np.deg2rad(35.0)  # facets that turn by less may be the tessellation of a curved face
_STRAIGHT = 1e-7  # a rim that deviates from an axis by less runs along it


@dataclass(frozen=True, eq=False)
class MetalFaces:
    """Facets of metal parts, or ribbons along the rims of sheets.

    Parameters
    ----------
    corners : ndarray of float64
        Triangles in metres, shape (n, 3 corners, 3 axes).
    looks : ndarray of float64
        Unit vectors away from the metal, shape (n, 3); of a sheet one of its two normals.
    body : ndarray of int64
        Number of the part, shape (n,).
    both : ndarray of bool
        Whether it looks to both sides, shape (n,).
    axis : ndarray of int64
        Axis that it lies across as `emtwin.voxel.gaps.facing` has it, or `NO_AXIS`; shape (n,).
    sagitta : ndarray of float64
        How far a curved face may lie beside its triangle, metres, shape (n,); 0 where it is flat.
    """

    corners: Floats
    looks: Floats
    body: Ints
    both: NDArray[np.bool_]
    axis: Ints
    sagitta: Floats

    def __len__(self) -> int:
        return len(self.corners)

    def joined(self, other: MetalFaces) -> MetalFaces:
        """These faces followed by others."""
        return _joined([self, other])


@dataclass(frozen=True, eq=False)
class Rims:
    """Rims of metal sheets.

    Parameters
    ----------
    ends : ndarray of float64
        Ends of each straight piece in metres, shape (n, 2 ends, 3 axes).
    looks : ndarray of float64
        Unit vectors away from the sheet in its plane, shape (n, 3).
    normals : ndarray of float64
        Unit normals of the sheet there, shape (n, 3).
    body : ndarray of int64
        Number of the part, shape (n,).
    axis : ndarray of int64
        Axis along which it looks if it runs along another, or `NO_AXIS`; shape (n,).
    """

    ends: Floats
    looks: Floats
    normals: Floats
    body: Ints
    axis: Ints

    def __len__(self) -> int:
        return len(self.ends)

    def ribbons(self, height: float) -> MetalFaces:
        """Two triangles along each rim, `height` metres to either side of the sheet."""
        up = height * self.normals
        low, high = self.ends - up[:, None], self.ends + up[:, None]
        first = np.stack([low[:, 0], low[:, 1], high[:, 1]], axis=1)
        second = np.stack([low[:, 0], high[:, 1], high[:, 0]], axis=1)
        twice = np.concatenate([np.arange(len(self))] * 2)
        return MetalFaces(
            np.concatenate([first, second]),
            self.looks[twice],
            self.body[twice],
            np.zeros(len(twice), dtype=bool),
            self.axis[twice],
            np.zeros(len(twice)),
        )


def facets(bodies: Sequence[Body]) -> MetalFaces:
    """All facets with an area of the metal parts among `bodies`."""
    none = np.zeros(0, dtype=np.int64)
    empty = MetalFaces(
        np.zeros((0, 3, 3)), np.zeros((0, 3)), none, none.astype(bool), none, np.zeros(0)
    )
    return _joined([empty, *(_facets(n, b) for n, b in enumerate(bodies) if b.material.metal)])


def rims(bodies: Sequence[Body]) -> Rims:
    """All rims of the metal sheets among `bodies`."""
    found = [_rims(n, b) for n, b in enumerate(bodies) if b.material.metal and b.kind == "sheet"]
    none = np.zeros(0, dtype=np.int64)
    empty = Rims(np.zeros((0, 2, 3)), np.zeros((0, 3)), np.zeros((0, 3)), none, none)
    columns = zip(
        *((r.ends, r.looks, r.normals, r.body, r.axis) for r in (empty, *found)), strict=True
    )
    return Rims(*(np.concatenate(column) for column in columns))


def _facets(number: int, body: Body) -> MetalFaces:
    surface = outward(body.surface)[0] if body.kind == "solid" else body.surface
    axis = np.full(len(surface.triangles), NO_AXIS, dtype=np.int64)
    for across in range(3):
        exact, leaning = aligned(surface, across)
        axis[exact | leaning] = across
    kept = surface.areas > 0.0
    count = int(kept.sum())
    return MetalFaces(
        surface.corners[kept],
        surface.normals[kept],
        np.full(count, number, dtype=np.int64),
        np.full(count, body.kind == "sheet"),
        axis[kept],
        _sagitta(surface)[kept],
    )


def _joined(every: Sequence[MetalFaces]) -> MetalFaces:
    columns = zip(
        *((f.corners, f.looks, f.body, f.both, f.axis, f.sagitta) for f in every), strict=True
    )
    return MetalFaces(*(np.concatenate(column) for column in columns))


def _sagitta(surface: Surface) -> Floats:
    """Height of the arc over each triangle's chord: width times turn over eight."""
    count = len(surface.triangles)
    first, second = edges_of(surface.triangles).pairs()
    pair = first % count, second % count
    cosine = np.einsum("ij,ij->i", surface.normals[pair[0]], surface.normals[pair[1]])
    turn = np.arccos(np.clip(cosine, -1.0, 1.0))
    turn[turn > _SMOOTH] = 0.0
    corner = surface.corners
    sides = np.linalg.norm(np.roll(corner, -1, axis=1) - corner, axis=2)
    length = np.maximum(sides[pair[0], first // count], np.finfo(float).tiny)
    # The narrower of two neighbours: beside a fillet, a flat wall is no chord of it.
    width = 2.0 * np.minimum(surface.areas[pair[0]], surface.areas[pair[1]]) / length
    sagitta = np.zeros(count)
    for triangle in pair:
        np.maximum.at(sagitta, triangle, turn * width / 8.0)
    return sagitta


def _rims(number: int, body: Body) -> Rims:
    ends, third = open_edges(body.surface)
    along = ends[:, 1] - ends[:, 0]
    length = np.linalg.norm(along, axis=1)
    kept = length > 0.0
    ends, third, along = ends[kept], third[kept], along[kept] / length[kept, None]
    out = ends[:, 0] - third
    out -= np.einsum("ij,ij->i", out, along)[:, None] * along
    height = np.linalg.norm(out, axis=1)
    kept = height > 0.0
    ends, along, out = ends[kept], along[kept], out[kept] / height[kept, None]
    axis = np.full(len(ends), NO_AXIS, dtype=np.int64)
    straight = (np.abs(along) > 1.0 - _STRAIGHT).any(axis=1)
    for across in range(3):
        axis[straight & (np.abs(out[:, across]) > 1.0 - _STRAIGHT)] = across
    normals = np.cross(along, out)
    return Rims(ends, out, normals, np.full(len(ends), number, dtype=np.int64), axis)
