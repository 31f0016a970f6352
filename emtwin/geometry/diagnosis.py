"""What is wrong with a surface, counted and located."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry.intersections import Intersections, self_intersections
from emtwin.geometry.orientation import Orientation, orient
from emtwin.geometry.rims import Rims, rims_of
from emtwin.geometry.surface import Surface
from emtwin.geometry.topology import Edges, edges_of

Ints = NDArray[np.int64]
Place = tuple[float, float, float]

GAP_SHARE = 1e-4
"""Rims nearer than this share of the bounding box's diagonal are taken for one edge torn apart."""

FLAT_SHARE = 1e-8
"""A triangle is degenerate if it is lower than this share of the bounding box's diagonal."""

NEEDLE = 1e-4
"""A triangle is a needle if its height is below this share of its longest side."""


@dataclass(frozen=True)
class Fault:
    """One kind of fault of a surface.

    Parameters
    ----------
    name : str
        Short stable name, for example ``open-rims``.
    count : int
        How many there are.
    place : tuple of float or None
        Where one of them is, in millimetres.
    message : str
        One sentence for the user.
    """

    name: str
    count: int
    place: Place | None
    message: str


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong with a surface.

    Parameters
    ----------
    triangles : int
        Number of triangles that were looked at.
    shells : int
        Pieces that share no edge with each other.
    cavities : int
        Closed pieces inside another one that face inward: no fault.
    missing : float
        Share of the closed surface's area that is missing.
    faults : tuple of Fault
        The faults, empty for a sound surface.
    """

    triangles: int
    shells: int
    cavities: int
    missing: float
    faults: tuple[Fault, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    def count(self, name: str) -> int:
        """Number of faults called `name`, 0 if there is none."""
        return sum(fault.count for fault in self.faults if fault.name == name)


def diagnose(surface: Surface) -> Diagnosis:
    """Look for everything that can be wrong with a welded surface; nothing is changed.

    Parameters
    ----------
    surface : Surface
        Welded surface, as read.

    Returns
    -------
    Diagnosis
        Faults of the kinds ``open-rims``, ``tiny-gaps``, ``disagreeing-normals``,
        ``one-sided``, ``inverted-shells``, ``nested-shells``, ``duplicate-faces``,
        ``mirrored-faces``, ``zero-area``, ``needles``, ``non-manifold-edges``,
        ``touching-edges``, ``self-intersections`` and ``not-searched``.
    """
    edges, rims, orientation = edges_of(surface.triangles), rims_of(surface), orient(surface)
    faults = [
        *_rim_faults(surface, edges, rims),
        *_edge_faults(surface, edges),
        *_shell_faults(orientation),
        *_copies(surface),
        *_shape_faults(surface),
        *intersection_faults(surface, self_intersections(surface)),
    ]
    return Diagnosis(
        len(surface.triangles),
        int(np.unique(orientation.patch).size),
        orientation.cavities,
        rims.missing,
        tuple(faults),
    )


def place_of(surface: Surface, triangle: int) -> Place:
    """Middle of a triangle in millimetres."""
    return millimetres(surface.corners[triangle].mean(axis=0))


def millimetres(point: NDArray[np.float64]) -> Place:
    """A point given in metres, in millimetres."""
    x, y, z = (float(value) * 1e3 for value in point)
    return x, y, z


def at(place: Place | None) -> str:
    """A place in millimetres as text."""
    return "" if place is None else f"at ({', '.join(f'{value:.4g}' for value in place)}) mm"


def heights(surface: Surface) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Height over its longest side, and that side, of each triangle in metres, shape (m,)."""
    sides = np.linalg.norm(surface.corners - np.roll(surface.corners, -1, axis=1), axis=2)
    longest = sides.max(axis=1)
    return 2.0 * surface.areas / np.maximum(longest, np.finfo(float).tiny), longest


def is_flat(surface: Surface) -> NDArray[np.bool_]:
    """Triangles without area, those of a line or a point, shape (m,)."""
    height, _ = heights(surface)
    return np.asarray(height <= FLAT_SHARE * diagonal(surface), dtype=np.bool_)


def diagonal(surface: Surface) -> float:
    """Diagonal of the bounding box in metres."""
    return float(np.linalg.norm(surface.hi - surface.lo))


def copies(triangles: Ints) -> tuple[Ints, Ints]:
    """First triangle with the same three points as each one, and which are mirrored copies.

    Parameters
    ----------
    triangles : ndarray of int64
        Three point indices each, shape (m, 3).

    Returns
    -------
    first : ndarray of int64
        Index of the first triangle over the same points, its own if it is that, shape (m,).
    turned : ndarray of bool
        Whether it faces the other way than that one, shape (m,).
    """
    _, index, inverse = np.unique(
        np.sort(triangles, axis=1), axis=0, return_index=True, return_inverse=True
    )
    first = index[inverse.ravel()]
    lowest = triangles.argmin(axis=1)
    after = np.take_along_axis(triangles, ((lowest + 1) % 3)[:, None], axis=1).ravel()
    return first, after != after[first]


def intersection_faults(surface: Surface, found: Intersections) -> Iterator[Fault]:
    """Faults of a search for self-intersections."""
    if len(found.pairs):
        place = place_of(surface, int(found.pairs[0, 0]))
        yield Fault(
            "self-intersections",
            len(found.pairs),
            place,
            f"the surface goes through itself: {len(found.pairs)} pairs of triangles cross, one "
            f"{at(place)}",
        )
    if found.searched < 1.0:
        yield Fault(
            "not-searched",
            1,
            None,
            f"self-intersections were searched in {found.searched:.0%} of the surface only, "
            "because it has so many triangles",
        )


def _rim_faults(surface: Surface, edges: Edges, rims: Rims) -> Iterator[Fault]:
    if not len(rims):
        return
    place = millimetres(rims.middles[0])
    yield Fault("open-rims", len(rims), place, holes(rims))
    torn = torn_points(surface, edges, GAP_SHARE)
    if len(torn):
        place = millimetres(surface.points[torn[0, 0]])
        yield Fault(
            "tiny-gaps",
            len(torn),
            place,
            f"rims face each other across gaps below {GAP_SHARE * diagonal(surface) * 1e3:.2g} mm "
            f"at {len(torn)} points, one {at(place)}",
        )


def holes(rims: Rims) -> str:
    """The holes as half a sentence."""
    one = len(rims) == 1
    return (
        f"the surface has {len(rims)} hole{'' if one else 's'}, "
        f"{'' if one else 'the largest '}{rims.extents[0] * 1e3:.3g} mm across with a rim of "
        f"{rims.lengths[0] * 1e3:.3g} mm {at(millimetres(rims.middles[0]))}; together "
        f"{rims.missing:.2g} of the closed surface is missing"
    )


def torn_points(surface: Surface, edges: Edges, share: float) -> Ints:
    """Pairs of rim points nearer than `share` of the diagonal that no edge joins, shape (n, 2)."""
    from scipy.spatial import cKDTree

    rim = np.unique(edges.ends[edges.counts == 1])
    tree = cKDTree(surface.points[rim])
    pairs = rim[tree.query_pairs(share * diagonal(surface), output_type="ndarray")]
    span = len(surface.points)
    joined = np.isin(pairs[:, 0] * span + pairs[:, 1], edges.ends[:, 0] * span + edges.ends[:, 1])
    return np.asarray(pairs[~joined], dtype=np.int64)


def _edge_faults(surface: Surface, edges: Edges) -> Iterator[Fault]:
    odd = (edges.counts > 1) & (edges.counts % 2 == 1)
    crowded = (edges.counts > 2) & (edges.counts % 2 == 0)
    kinds: Sequence[tuple[str, NDArray[np.bool_], str]] = (
        ("disagreeing-normals", edges.disagreeing, "the normals of neighbours disagree at"),
        ("non-manifold-edges", odd, "walls meet in a T (three triangles or more) at"),
        ("touching-edges", crowded, "four triangles or more share"),
    )
    for name, which, what in kinds:
        found = np.flatnonzero(which)
        if len(found):
            place = millimetres(surface.points[edges.ends[found[0]]].mean(axis=0))
            yield Fault(name, len(found), place, f"{what} {len(found)} edges, one {at(place)}")


def _shell_faults(found: Orientation) -> Iterator[Fault]:
    kinds = (
        ("inverted-shells", found.inverted, "closed pieces are inside out"),
        ("nested-shells", found.nested, "closed pieces inside others face outward"),
        ("one-sided", found.one_sided, "pieces have one side only, like a Moebius strip"),
    )
    for name, count, what in kinds:
        if count:
            yield Fault(name, count, None, f"{count} {what}")


def _copies(surface: Surface) -> Iterator[Fault]:
    first, turned = copies(surface.triangles)
    again = first != np.arange(len(first))
    for name, which, what in (
        ("duplicate-faces", again & ~turned, "are there more than once"),
        ("mirrored-faces", again & turned, "are there again with the opposite normal"),
    ):
        found = np.flatnonzero(which)
        if len(found):
            place = place_of(surface, int(found[0]))
            yield Fault(name, len(found), place, f"{len(found)} triangles {what}, one {at(place)}")


def _shape_faults(surface: Surface) -> Iterator[Fault]:
    height, longest = heights(surface)
    flat = height <= FLAT_SHARE * diagonal(surface)
    needle = ~flat & (height < NEEDLE * longest)
    for name, which, what in (
        ("zero-area", flat, "triangles have no area"),
        ("needles", needle, f"triangles are needles (height below {NEEDLE:g} of their length)"),
    ):
        found = np.flatnonzero(which)
        if len(found):
            place = place_of(surface, int(found[0]))
            yield Fault(name, len(found), place, f"{len(found)} {what}, one {at(place)}")
