"""Mends of a surface what can be mended without doubt, and says what it did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import Notice
from emtwin.geometry.diagnosis import (
    FLAT_SHARE,
    GAP_SHARE,
    at,
    copies,
    diagonal,
    heights,
    intersection_faults,
    millimetres,
    place_of,
    torn_points,
)
from emtwin.geometry.intersections import self_intersections
from emtwin.geometry.orientation import Orientation, orient, sides_inside
from emtwin.geometry.rims import rim_loops
from emtwin.geometry.surface import Surface
from emtwin.geometry.topology import connected, directed_edges, edges_of

Ints = NDArray[np.int64]

_SURE = 0.75  # share of rays that must agree before a wall is taken out


@dataclass(frozen=True)
class Repaired:
    """A mended surface.

    Parameters
    ----------
    surface : Surface
        The surface.
    notices : tuple of Notice
        What was wrong, how many and where, and what was done.
    """

    surface: Surface
    notices: tuple[Notice, ...] = ()

    def then(self, surface: Surface, name: str, message: str) -> Repaired:
        """One more repair."""
        return Repaired(surface, (*self.notices, Notice(name, message)))


def cleaned(surface: Surface, where: str) -> Repaired:
    """Take out triangles that are there twice or have no area: right for solid and sheet alike.

    Parameters
    ----------
    surface : Surface
        Welded surface.
    where : str
        What it is, for the notices: ``region 'lid'``.

    Returns
    -------
    Repaired
        Surface, with the notices ``duplicate-faces`` and ``degenerate-triangles``.
    """
    return _without_flat(_without_copies(Repaired(surface), where), where)


def repaired_solid(surface: Surface, where: str) -> Repaired:
    """Mend the surface of a solid as far as there is no doubt.

    Copies and degenerate triangles are taken out, gaps below `GAP_SHARE` of the size are stitched,
    walls inside and fins outside are taken out where they join in a T, single lost triangles are
    put back, and the normals are turned outward; cavities stay. Self-intersections are told and
    left, because the winding number decides them.

    Parameters
    ----------
    surface : Surface
        Welded surface, in metres.
    where : str
        What it is, for the notices: ``region 'lid'``.

    Returns
    -------
    Repaired
        Surface, with one notice for each kind of repair.
    """
    found = cleaned(surface, where)
    for step in (_stitched, _without_walls, _with_lost_triangles, _facing_outward):
        found = step(found, where)
    for fault in intersection_faults(found.surface, self_intersections(found.surface)):
        message = f"{where}: {fault.message}"
        if fault.name == "self-intersections":
            message += "; what lies inside any of its parts is inside"
        found = found.then(found.surface, fault.name, message)
    return found


def stitched(surface: Surface, where: str) -> Repaired:
    """The surface with its rims joined across gaps below `GAP_SHARE` of its size."""
    return _stitched(Repaired(surface), where)


def _without_copies(found: Repaired, where: str) -> Repaired:
    """One triangle of each set over the same points."""
    surface = found.surface
    first, turned = copies(surface.triangles)
    again = first != np.arange(len(first))
    if not again.any():
        return found
    place = at(place_of(surface, int(np.flatnonzero(again)[0])))
    mirrored = int((again & turned).sum())
    facing = f", {mirrored} of them with the opposite normal" if mirrored else ""
    return found.then(
        Surface(surface.points, surface.triangles[~again]),
        "duplicate-faces",
        f"{where}: {int(again.sum())} triangles were there more than once{facing}, one {place}; "
        "one of each was kept",
    )


def _without_flat(found: Repaired, where: str) -> Repaired:
    """No triangle without area; its neighbour takes the point that lies on their common side."""
    surface = found.surface
    height, _ = heights(surface)
    flat = height <= FLAT_SHARE * diagonal(surface)
    if not flat.any() or flat.all():
        return found
    place = at(place_of(surface, int(np.flatnonzero(flat)[0])))
    triangles = surface.triangles
    # A neighbour of a flat triangle may be flat itself, so the last ones need another round.
    for _ in range(8):
        if not flat.any():
            break
        triangles = _flipped_sides(surface.points, triangles, flat)
        after, _ = heights(Surface(surface.points, triangles))
        flat = after <= FLAT_SHARE * diagonal(surface)
    return found.then(
        Surface(surface.points, triangles[~flat]),
        "degenerate-triangles",
        f"{where}: {int((height <= FLAT_SHARE * diagonal(surface)).sum())} triangles had no area, "
        f"one {place}; they were taken out",
    )


def _flipped_sides(points: NDArray[np.float64], triangles: Ints, flat: NDArray[np.bool_]) -> Ints:
    """Triangles with the longest side of each flat one flipped, where one neighbour has it."""
    result = triangles.copy()
    keep = np.ones(len(triangles), dtype=bool)
    touched: set[int] = set()
    owners = _owners(triangles, flat)
    for number in np.flatnonzero(flat).tolist():
        a, b, c = _longest_first(points, triangles[number])
        others = [t for t in owners[frozenset((a, b))] if t != number]
        if len(others) != 1:
            keep[number] = False  # nothing hangs on it: a rim, or a wall that branches
            continue
        if touched & {number, others[0]}:
            continue
        touched |= {number, others[0]}
        other = triangles[others[0]]
        at_a, at_b = int(np.flatnonzero(other == a)[0]), int(np.flatnonzero(other == b)[0])
        # (.., a, .., b, ..) becomes the two triangles over c that its side a-b is split at.
        result[others[0]], result[number] = other, other
        result[others[0], at_b], result[number, at_a] = c, c
    return result[keep]


def _owners(triangles: Ints, flat: NDArray[np.bool_]) -> dict[frozenset[int], list[int]]:
    """Triangles on every side of a flat one."""
    near = np.flatnonzero(np.isin(triangles, triangles[flat]).sum(axis=1) >= 2)
    result: dict[frozenset[int], list[int]] = {}
    for number, (a, b, c) in zip(near.tolist(), triangles[near].tolist(), strict=True):
        for pair in ((a, b), (b, c), (c, a)):
            result.setdefault(frozenset(pair), []).append(number)
    return result


def _longest_first(points: NDArray[np.float64], triangle: Ints) -> tuple[int, int, int]:
    """Corners of a triangle in its own order, those of the longest side first."""
    corners = points[triangle]
    start = int(np.argmax(np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)))
    a, b, c = np.roll(triangle, -start).tolist()
    return a, b, c


def _stitched(found: Repaired, where: str) -> Repaired:
    """Rim points that face each other across a tiny gap become one."""
    surface = found.surface
    pairs = torn_points(surface, edges_of(surface.triangles), GAP_SHARE)
    if not len(pairs):
        return found
    label = connected(pairs[:, 0], pairs[:, 1], len(surface.points))
    _, first = np.unique(label, return_index=True)
    triangles = first[label][surface.triangles]
    a, b, c = triangles.T
    whole = (a != b) & (b != c) & (c != a)
    if not whole.any():
        return found
    place = at(millimetres(surface.points[pairs[0, 0]]))
    widest = float(np.linalg.norm(np.diff(surface.points[pairs], axis=1), axis=2).max())
    joined = found.then(
        Surface(surface.points, triangles[whole]),
        "gaps-stitched",
        f"{where}: {len(pairs)} pairs of rim points faced each other across gaps of up to "
        f"{widest * 1e3:.2g} mm, one {place}; each pair was made one point (gaps below "
        f"{GAP_SHARE:g} of the size are taken for one edge torn apart)",
    )
    return _without_copies(joined, where)


def _without_walls(found: Repaired, where: str) -> Repaired:
    """No wall that is inside on both sides, and no fin that is outside on both.

    Only where three triangles or more meet in an edge: elsewhere a wall belongs to the skin.
    """
    surface = found.surface
    m = len(surface.triangles)
    edges = edges_of(surface.triangles)
    odd = (edges.counts > 1) & (edges.counts % 2 == 1)
    if not odd.any():
        return found
    first, second = edges.pairs()
    patch = connected(first % m, second % m, m)
    sides = np.flatnonzero(odd[edges.of_side])
    joined = np.zeros(int(patch.max()) + 1, dtype=bool)
    joined[patch[sides % m]] = True
    front, back = sides_inside(surface, patch, joined)
    inside = np.minimum(front, back) >= _SURE
    outside = np.maximum(front, back) <= 1.0 - _SURE
    for which, name, what in (
        (joined & inside, "inner-walls", "walls lay inside the solid"),
        (joined & outside, "fins", "fins without thickness stood out of the solid"),
    ):
        number = int(which.sum())
        if number and not which[patch].all():
            place = at(place_of(surface, int(np.flatnonzero(which[patch])[0])))
            found = found.then(
                found.surface,
                name,
                f"{where}: {number} {what}, {int(which[patch].sum())} triangles, one {place}; they "
                "were left out (metal that is meant to be there needs a region of its own, "
                "kind: sheet)",
            )
    gone = (joined & (inside | outside))[patch]
    if not gone.any() or gone.all():
        return found
    return Repaired(Surface(surface.points, surface.triangles[~gone]), found.notices)


def _with_lost_triangles(found: Repaired, where: str) -> Repaired:
    """Rims of just three sides are closed by the triangle that was lost there."""
    surface = found.surface
    edges = edges_of(surface.triangles)
    ends, loop = rim_loops(edges)
    if not len(ends):
        return found
    order = np.argsort(loop, kind="stable")
    counts = np.bincount(loop)
    rank = np.repeat(counts, counts) == 3
    three = ends[order][rank].reshape(-1, 3, 2)
    corners = np.sort(three.reshape(-1, 6), axis=1)
    # Three sides over three points make a triangle; those of a loose triangle are its own.
    ring = (corners[:, 0::2] == corners[:, 1::2]).all(axis=1)
    lost = _against_neighbours(surface.triangles, corners[ring][:, 0::2])
    first, _ = copies(np.concatenate([surface.triangles, lost]))
    lost = lost[first[len(surface.triangles) :] >= len(surface.triangles)]
    if not len(lost):
        return found
    place = at(millimetres(surface.points[lost[0]].mean(axis=0)))
    return found.then(
        Surface(surface.points, np.concatenate([surface.triangles, lost])),
        "holes-closed",
        f"{where}: {len(lost)} holes of the size of one triangle, one {place}, were closed",
    )


def _against_neighbours(triangles: Ints, lost: Ints) -> Ints:
    """Triangles turned so that their first side runs against the triangle that has it already."""
    directed = directed_edges(triangles)
    span = int(triangles.max()) + 1
    taken = np.isin(lost[:, 0] * span + lost[:, 1], directed[:, 0] * span + directed[:, 1])
    return np.where(taken[:, None], lost[:, ::-1], lost)


def _facing_outward(found: Repaired, where: str) -> Repaired:
    """Normals that agree and point outward."""
    surface = found.surface
    done = orient(surface)
    notices = list(found.notices)
    if done.turned.any():
        place = at(place_of(surface, int(np.flatnonzero(done.turned)[0])))
        shells = f", {done.inverted} closed pieces were inside out" if done.inverted else ""
        text = (
            f"{where}: the normals of {int(done.turned.sum())} of {len(surface.triangles)} "
            f"triangles pointed inward, one {place}{shells}; they were turned"
        )
        notices.append(Notice("normals-turned", text))
    if done.nested:
        text = (
            f"{where}: {done.nested} closed pieces inside another one face outward, so the space "
            "in them is filled; a cavity has to face inward"
        )
        notices.append(Notice("nested-shells", text))
    if done.one_sided:
        text = f"{where}: {done.one_sided} pieces have one side only, like a Moebius strip"
        notices.append(Notice("one-sided", text))
    return Repaired(_without_buried(done), tuple(notices))


def _without_buried(done: Orientation) -> Surface:
    """No shells with solid on both sides: they bound nothing, and would count in volume and area.

    Only where they cross nothing, so that no part of them can stick out.
    """
    surface = done.surface
    if not done.buried.any():
        return surface
    crossing = self_intersections(surface)
    buried = done.buried.copy()
    buried[done.patch[crossing.pairs.ravel()]] = False
    if crossing.searched < 1.0 or not buried.any():
        return surface
    return Surface(surface.points, surface.triangles[~buried[done.patch]])
