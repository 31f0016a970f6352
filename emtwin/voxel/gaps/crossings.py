"""Where metal looks at metal across free space: short rays from sampled points of all surfaces.

Every facet is cut into pieces; a ray from the middle of each goes along its normal to the first
metal. It crosses a gap if that metal looks back, is no farther than the bound, and does not touch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry.first_hits import first_hits
from emtwin.geometry.proximity import BoxTrees
from emtwin.geometry.rays import line_hits
from emtwin.geometry.subdivision import cut_edges, cut_triangles, pieces_needed
from emtwin.geometry.surface import Surface
from emtwin.geometry.triangle_pairs import triangle_distance
from emtwin.voxel.bodies import Body
from emtwin.voxel.gaps.metal_faces import NO_AXIS, MetalFaces, Rims, facets, rims
from emtwin.voxel.inside.solids import outward

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

OPPOSED = float(np.cos(np.deg2rad(30.0)))
"""Two faces look at each other if their normals are opposed within 30 degrees."""

_PIECES_ACROSS = 2  # longest pieces along the widest gap
_MOST_PIECES = 2_000_000
_RIBBON = 1 / 8  # of the widest gap: rims out of one plane by less look at each other
_CHUNK = 100_000  # pairs of triangles measured at once


@dataclass(frozen=True, eq=False)
class Crossings:
    """Straight ways from metal to metal, each for a piece of the surface that it starts on.

    Parameters
    ----------
    parts : ndarray of int64
        Numbers of the part where it starts and of the one where it ends, shape (n, 2).
    start, end : ndarray of float64
        Its ends in metres, shape (n, 3).
    normal : ndarray of float64
        Unit vector that halves the angle between the normals of the two faces, shape (n, 3).
    width : ndarray of float64
        Distance of the piece from the face that the way ends on, metres, shape (n,).
    corners : ndarray of float64
        Corners of the piece in metres, shape (n, 3, 3); two of a rim's are one.
    axis : ndarray of int64
        Axis that both faces lie across, -1 where there is none; shape (n,).
    area, run : ndarray of float64
        Area of the piece in square metres, and length of a rim's piece in metres; shape (n,).
    """

    parts: Ints
    start: Floats
    end: Floats
    normal: Floats
    width: Floats
    corners: Floats
    axis: Ints
    area: Floats
    run: Floats

    def __len__(self) -> int:
        return len(self.width)

    def __getitem__(self, chosen: Ints | Flags) -> Crossings:
        return Crossings(*(getattr(self, f.name)[chosen] for f in fields(self)))

    @property
    def middle(self) -> Floats:
        """Half way between the ends, metres, shape (n, 3)."""
        return (self.start + self.end) / 2.0

    @property
    def length(self) -> Floats:
        """From end to end, metres, shape (n,)."""
        return np.asarray(np.linalg.norm(self.end - self.start, axis=1), dtype=np.float64)


def spacing(metal: MetalFaces, widest: float) -> float:
    """Longest side of a piece in metres, so that there are not too many."""
    longest = widest / _PIECES_ACROSS
    while pieces_needed(metal.corners, longest) > max(_MOST_PIECES, 2 * len(metal)):
        longest *= 1.5
    return longest


def find_crossings(
    bodies: Sequence[Body], widest: float, touching: float
) -> tuple[Crossings, float]:
    """Ways across every gap between metal faces.

    Parameters
    ----------
    bodies : sequence of Body
        Parts; those that are no metal are passed over.
    widest : float
        Largest width, metres.
    touching : float
        Distance from which on metal touches, metres.

    Returns
    -------
    crossings : Crossings
        Where metal looks at metal.
    spacing : float
        How far they are apart at most along a gap, metres.
    """
    metal, rim = facets(bodies), rims(bodies)
    longest = spacing(metal, widest)
    found = [_from_facets(metal, widest, touching, longest)]
    if len(rim):
        found.append(_from_rims(metal, rim, widest, touching, longest))
    columns = zip(*([getattr(c, f.name) for f in fields(c)] for c in found), strict=True)
    return Crossings(*(np.concatenate(column) for column in columns)), longest


def _from_facets(metal: MetalFaces, widest: float, touching: float, longest: float) -> Crossings:
    # Flat faces across an axis see each other in the flat search, and others see them from there.
    sources = np.flatnonzero((metal.axis == NO_AXIS) | (metal.sagitta > 0.0))
    corners, of = cut_triangles(metal.corners[sources], longest)
    of = sources[of]
    side = np.ones(len(of))
    again = np.flatnonzero(metal.both[of])  # a sheet looks to both sides
    corners, of = np.concatenate([corners, corners[again]]), np.concatenate([of, of[again]])
    side = np.concatenate([side, -np.ones(len(again))])
    starts, ways = corners.mean(axis=1), side[:, None] * metal.looks[of]
    hit = first_hits(metal.corners, starts, ways, of, widest, touching)
    back, crosses = _looks_back(metal, ways, hit.triangle)
    crosses &= (hit.distance > touching) & (hit.distance < widest * (1 - 1e-9))
    met = hit.triangle[crosses]
    crosses[crosses] = ~_tessellation_only(metal, of[crosses], met, hit.distance[crosses], touching)
    met, back = hit.triangle[crosses], back[crosses]
    corners, of, starts, ways = corners[crosses], of[crosses], starts[crosses], ways[crosses]
    distance = hit.distance[crosses]
    exact = _exact(corners, metal.corners[met])
    area = np.linalg.norm(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
    )
    return Crossings(
        np.stack([metal.body[of], metal.body[met]], axis=1),
        starts,
        starts + distance[:, None] * ways,
        _unit(ways - back),
        np.where(exact > touching, exact, distance),
        corners,
        np.where(metal.axis[of] == metal.axis[met], metal.axis[of], NO_AXIS),
        area / 2.0,
        np.zeros(len(of)),
    )


def _from_rims(
    metal: MetalFaces, rim: Rims, widest: float, touching: float, longest: float
) -> Crossings:
    targets = metal.joined(rim.ribbons(_RIBBON * widest))
    ends, of = cut_edges(rim.ends, longest)
    starts, ways, none = ends.mean(axis=1), rim.looks[of], np.full(len(of), -1)
    touches = first_hits(metal.corners, starts, ways, none, touching, touching).triangle >= 0
    # Started beyond its own ribbon, a ray that touches another sees it from behind.
    beyond = starts + touching * ways
    hit = first_hits(targets.corners, beyond, ways, none, widest, 0.0)
    back, crosses = _looks_back(targets, ways, hit.triangle)
    distance = hit.distance + touching
    crosses &= ~touches & (distance < widest * (1 - 1e-9))
    met, back, of, distance = hit.triangle[crosses], back[crosses], of[crosses], distance[crosses]
    starts, ways, ends = starts[crosses], ways[crosses], ends[crosses]
    return Crossings(
        np.stack([rim.body[of], targets.body[met]], axis=1),
        starts,
        starts + distance[:, None] * ways,
        _unit(ways - back),
        distance,
        np.stack([ends[:, 0], ends[:, 1], ends[:, 1]], axis=1),
        np.where(rim.axis[of] == targets.axis[met], rim.axis[of], NO_AXIS),
        np.zeros(len(of)),
        np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1),
    )


def _looks_back(metal: MetalFaces, ways: Floats, met: Ints) -> tuple[Floats, Flags]:
    """Normals of the faces that rays meet, and which of them look back along the ray."""
    if not len(metal):
        return np.zeros_like(ways), np.zeros(len(ways), dtype=bool)
    back = metal.looks[met].copy()
    along = np.einsum("ij,ij->i", back, ways)
    back[metal.both[met] & (along > 0.0)] *= -1.0
    along = np.where(metal.both[met], -np.abs(along), along)
    return back, (met >= 0) & (along <= -OPPOSED)


def _tessellation_only(
    metal: MetalFaces, first: Ints, second: Ints, distance: Floats, touching: float
) -> Flags:
    """Ways between curved faces of parts that touch, no wider than their triangles are exact."""
    doubtful = distance <= metal.sagitta[first] + metal.sagitta[second]
    doubtful &= metal.body[first] != metal.body[second]
    rows = np.flatnonzero(doubtful)
    if not rows.size:
        return doubtful
    pairs = np.sort(np.stack([metal.body[first[rows]], metal.body[second[rows]]], axis=1), axis=1)
    pairs, which = np.unique(pairs, axis=0, return_inverse=True)
    used, number = np.unique(pairs, return_inverse=True)
    trees = BoxTrees([_part(metal, body) for body in used])
    apart = trees.nearest(number.reshape(-1, 2), touching, touching).distance
    doubtful[rows] = (apart <= touching)[which.ravel()]
    return doubtful


def _part(metal: MetalFaces, body: int) -> Surface:
    corners = metal.corners[metal.body == body]
    return Surface(corners.reshape(-1, 3), np.arange(3 * len(corners)).reshape(-1, 3))


def _exact(first: Floats, second: Floats) -> Floats:
    """Distance of each pair of triangles, metres."""
    found = np.empty(len(first))
    for begin in range(0, len(first), _CHUNK):
        chunk = slice(begin, begin + _CHUNK)
        found[chunk] = triangle_distance(first[chunk], second[chunk])[0]
    return found


def buried(bodies: Sequence[Body], found: Crossings) -> Flags:
    """Ways that lie inside the metal of a solid: overlapping parts have faces in each other.

    Parameters
    ----------
    bodies : sequence of Body
        Parts; only solids of metal count.
    found : Crossings
        Some thousand ways.

    Returns
    -------
    ndarray of bool
        Shape (n,); a way between two faces along one axis is left to `emtwin.voxel.gaps.flat`,
        which looks there itself.
    """
    result = np.zeros(len(found), dtype=bool)
    # Places off the middle and off the ray: parts that are drawn round one axis have corners on it.
    rng = np.random.default_rng(1)
    share = rng.uniform(0.3, 0.45, (len(found), 1))
    points = found.start + share * (found.end - found.start)
    points += 1e-3 * found.width[:, None] * rng.uniform(-1.0, 1.0, points.shape)
    for body in bodies:
        if not body.material.metal or body.kind != "solid":
            continue
        near = (points > body.surface.lo).all(axis=1) & (points < body.surface.hi).all(axis=1)
        rows = np.flatnonzero(near & ~result & (found.axis == NO_AXIS))
        if not rows.size:
            continue
        surface = outward(body.surface)[0]
        hits = line_hits(surface, points[rows], 2)
        above = hits.height > 0.0
        sense = np.sign(surface.area_vectors[hits.triangle[above], 2])
        turns = np.bincount(hits.point[above], sense, rows.size)
        result[rows] = turns > 0.5
    return result


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float64)
