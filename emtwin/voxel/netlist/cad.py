"""Which metal touches which in the CAD geometry, before any grid.

The nodes of this netlist are pieces: the parts of a region that hang together. Pieces touch where
their surfaces come within a tolerance of each other, or where one lies in the other's solid metal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry import Surface
from emtwin.geometry.proximity import BoxTrees, near_boxes, winding
from emtwin.geometry.topology import connected
from emtwin.voxel.bodies import Body

Ints = NDArray[np.int64]
Point = tuple[float, float, float]

LEAST_TOLERANCE = 5e-6
"""Distance in metres from which on metal surfaces count as touching."""

RELATIVE_TOLERANCE = 1e-5
"""The same as a share of the diagonal of all metal; the larger of the two is taken."""


@dataclass(frozen=True, eq=False)
class Piece:
    """Metal of one part that hangs together.

    Parameters
    ----------
    name : str
        Name of the part, with a number where the part has several pieces: ``post_1``, ``post_2``.
    body : int
        Number of its body.
    surface : Surface
        Its own triangles, in metres.
    """

    name: str
    body: int
    surface: Surface


@dataclass(frozen=True)
class Contact:
    """Two pieces that touch, or that are nearly as near.

    Parameters
    ----------
    pieces : tuple of str
        Their names.
    gap : float
        Distance of their surfaces in metres; 0 where they touch, overlap or share faces.
    overlap : float
        How far they reach into each other at most, in metres: the least extent of the box that
        their bounding boxes share.
    place : tuple of float
        Where they are nearest, in metres.
    enclosed : bool
        Whether one lies wholly inside the other's metal.
    """

    pieces: tuple[str, str]
    gap: float
    overlap: float
    place: Point
    enclosed: bool = False


@dataclass(frozen=True, eq=False)
class Netlist:
    """Pieces of metal and their contacts.

    Parameters
    ----------
    pieces : tuple of Piece
        All of them, in the order of the bodies.
    contacts : tuple of Contact
        Pairs that touch.
    near : tuple of Contact
        Pairs that do not, but are nearer than the reach that was asked for.
    nets : ndarray of int64
        Net of every piece, counted from 0 in the order of the pieces.
    tolerance : float
        Distance in metres up to which surfaces touch.
    """

    pieces: tuple[Piece, ...]
    contacts: tuple[Contact, ...]
    near: tuple[Contact, ...]
    nets: Ints
    tolerance: float


def cad_netlist(bodies: Sequence[Body], reach: float) -> Netlist:
    """Netlist of the metal bodies as they were drawn.

    Parameters
    ----------
    bodies : sequence of Body
        All parts; only metal ones count.
    reach : float
        Distance in metres up to which pieces that do not touch are listed as near.

    Returns
    -------
    Netlist
        Pieces, contacts and nets.
    """
    shells = _shells(bodies)
    if not shells:
        return Netlist((), (), (), np.zeros(0, dtype=np.int64), LEAST_TOLERANCE)
    tolerance = touching_distance([shell.surface for shell in shells])
    found = [*_neighbours(shells, max(reach, tolerance), tolerance), *_enclosed(bodies, shells)]
    label = _pieces(shells, found, tolerance)
    pieces = _named(bodies, shells, label)
    contacts = _between(pieces, label, found)
    touching = tuple(c for c in contacts if c.gap <= tolerance)
    number = {piece.name: n for n, piece in enumerate(pieces)}
    pairs = np.array([[number[name] for name in c.pieces] for c in touching], dtype=np.int64)
    near = tuple(c for c in contacts if c.gap > tolerance)
    return Netlist(pieces, touching, near, _groups(pairs, len(pieces)), tolerance)


def touching_distance(metal: Sequence[Surface]) -> float:
    """Distance in metres up to which surfaces of metal touch, given all of them."""
    if not metal:
        return LEAST_TOLERANCE
    lo = np.min([surface.lo for surface in metal], axis=0)
    hi = np.max([surface.hi for surface in metal], axis=0)
    return max(LEAST_TOLERANCE, RELATIVE_TOLERANCE * float(np.linalg.norm(hi - lo)))


def gap_of(first: Piece, second: Piece) -> Contact:
    """How far two pieces are apart, however far that is."""
    found = BoxTrees([first.surface, second.surface]).nearest(np.array([[0, 1]]), np.inf)
    return _contact(first, second, float(found.distance[0]), found.on_first[0], found.on_second[0])


@dataclass(frozen=True)
class _Meeting:
    """Two shells and how they stand to each other."""

    shells: tuple[int, int]
    gap: float
    place: Point
    enclosed: bool = False


def _shells(bodies: Sequence[Body]) -> list[Piece]:
    """The connected surfaces of every metal body, still without numbers."""
    return [
        Piece(body.name, index, shell)
        for index, body in enumerate(bodies)
        if body.material.metal
        for shell in shells_of(body.surface)
    ]


def shells_of(surface: Surface) -> list[Surface]:
    """Parts of a surface whose triangles share points, in the order of their first triangles."""
    triangles = surface.triangles
    links = np.concatenate([triangles[:, :2], triangles[:, 1:]])
    group = _groups(links, len(surface.points))[triangles[:, 0]]
    _, first, number = np.unique(group, return_index=True, return_inverse=True)
    if first.size == 1:
        return [surface]
    order = np.argsort(number.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(number.ravel()))[:-1]
    parts = np.split(triangles[order], ends)
    shells = []
    for n in np.argsort(first):
        used, inverse = np.unique(parts[n], return_inverse=True)
        shells.append(Surface(surface.points[used], inverse.reshape(-1, 3)))
    return shells


def _groups(links: Ints, count: int) -> Ints:
    """Group of each of `count` things of which some pairs are linked, numbered by first member."""
    first_end, second_end = np.reshape(links, (-1, 2)).T
    label = connected(first_end, second_end, count)
    _, first, number = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty_like(first)
    rank[np.argsort(first)] = np.arange(first.size)
    return np.asarray(rank[number.ravel()], dtype=np.int64)


def _neighbours(shells: list[Piece], reach: float, tolerance: float) -> Iterator[_Meeting]:
    surfaces = [shell.surface for shell in shells]
    pairs = near_boxes(surfaces, reach)
    if not len(pairs):
        return
    used, inverse = np.unique(pairs, return_inverse=True)
    trees = BoxTrees([surfaces[n] for n in used])
    found = trees.nearest(inverse.reshape(-1, 2), reach, tolerance)
    for (a, b), gap, p, q in zip(
        pairs.tolist(), found.distance.tolist(), found.on_first, found.on_second, strict=True
    ):
        if gap <= reach:
            yield _Meeting((a, b), 0.0 if gap <= tolerance else gap, _middle(p, q))


def _enclosed(bodies: Sequence[Body], shells: list[Piece]) -> Iterator[_Meeting]:
    """Shells that lie in the solid metal of another body, or are a cavity of their own."""
    for index, body in enumerate(bodies):
        outer = [n for n, shell in enumerate(shells) if shell.body == index]
        if body.kind != "solid" or not outer:
            continue
        for n, shell in enumerate(shells):
            point = shell.surface.corners[0, 0]
            turns = {m: _turns(shells[m].surface, point) for m in outer if m != n}
            around = [m for m, turn in turns.items() if abs(turn) > 0.5]
            # The shell of a cavity takes away what its outer shell adds.
            if abs(sum(turns.values())) > 0.5:
                nearest = min(around, key=lambda m: abs(shells[m].surface.signed_volume))
                x, y, z = point.tolist()
                yield _Meeting((nearest, n), 0.0, (x, y, z), enclosed=True)


def _turns(surface: Surface, point: NDArray[np.float64]) -> float:
    """Winding number of a shell round a point; 0 outside its box."""
    boxed = bool(np.all((surface.lo <= point) & (point <= surface.hi)))
    return winding(surface, point) if boxed else 0.0


def _pieces(shells: list[Piece], found: list[_Meeting], tolerance: float) -> Ints:
    """Piece of every shell: shells of one body that touch are one piece."""
    own = [
        meeting.shells
        for meeting in found
        if meeting.gap <= tolerance
        and shells[meeting.shells[0]].body == shells[meeting.shells[1]].body
    ]
    return _groups(np.array(own, dtype=np.int64), len(shells))


def _named(bodies: Sequence[Body], shells: list[Piece], label: Ints) -> tuple[Piece, ...]:
    """Pieces with their names; a number that would read like another part gets a dash."""
    members = [np.flatnonzero(label == n) for n in range(int(label.max()) + 1)]
    owners = [shells[mine[0]].body for mine in members]
    parts = {body.name for body in bodies}
    pieces = []
    for n, (mine, owner) in enumerate(zip(members, owners, strict=True)):
        name = bodies[owner].name
        if owners.count(owner) > 1:
            number = owners[: n + 1].count(owner)
            name = f"{name}-{number}" if f"{name}_{number}" in parts else f"{name}_{number}"
        pieces.append(Piece(name, owner, _joined([shells[m].surface for m in mine])))
    return tuple(pieces)


def _joined(surfaces: list[Surface]) -> Surface:
    offsets = np.cumsum([0, *(len(s.points) for s in surfaces[:-1])])
    triangles = [s.triangles + offset for s, offset in zip(surfaces, offsets, strict=True)]
    return Surface(np.concatenate([s.points for s in surfaces]), np.concatenate(triangles))


def _between(pieces: tuple[Piece, ...], label: Ints, found: list[_Meeting]) -> tuple[Contact, ...]:
    """The nearest meeting of every two pieces."""
    best: dict[tuple[int, int], _Meeting] = {}
    for meeting in found:
        a, b = sorted(int(label[shell]) for shell in meeting.shells)
        if a != b and ((a, b) not in best or meeting.gap < best[a, b].gap):
            best[a, b] = meeting
    return tuple(
        Contact(
            (pieces[a].name, pieces[b].name),
            meeting.gap,
            0.0 if meeting.gap else shared_extent(pieces[a], pieces[b]),
            meeting.place,
            meeting.enclosed,
        )
        for (a, b), meeting in sorted(best.items())
    )


def _contact(
    first: Piece, second: Piece, gap: float, p: NDArray[np.float64], q: NDArray[np.float64]
) -> Contact:
    overlap = 0.0 if gap else shared_extent(first, second)
    return Contact((first.name, second.name), gap, overlap, _middle(p, q))


def shared_extent(first: Piece, second: Piece) -> float:
    """Least extent in metres of the box that the bounding boxes share; 0 if they only touch."""
    lo = np.maximum(first.surface.lo, second.surface.lo)
    hi = np.minimum(first.surface.hi, second.surface.hi)
    return float(max(0.0, (hi - lo).min()))


def _middle(p: NDArray[np.float64], q: NDArray[np.float64]) -> Point:
    x, y, z = ((p + q) / 2.0).tolist()
    return x, y, z
