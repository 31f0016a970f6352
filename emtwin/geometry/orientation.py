"""Which way the triangles of a surface face, and how to make them face outward.

Neighbours are made to agree first, patch by patch. A closed patch (a shell) then encloses a
positive volume, unless it lies in the solid of another shell: there it stays as it is, because a
cavity faces inward. An open patch is turned by rays from both its sides: the side from which more
rays find themselves outside is its front.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry.rays import line_hits
from emtwin.geometry.surface import Surface
from emtwin.geometry.topology import connected, edges_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_POINTS = 4096  # places from which rays start, all patches together
_MOST = 48  # places on one patch
_OBLIQUE = 0.3  # rays leave a triangle along axes whose share of the normal is above this


@dataclass(frozen=True, eq=False)
class Orientation:
    """A surface that faces outward, and what was done to it.

    Parameters
    ----------
    surface : Surface
        The surface with triangles turned where that was needed.
    turned : ndarray of bool
        Triangles that were turned, shape (m,).
    patch : ndarray of int64
        Patch of each triangle, shape (m,): pieces joined by edges of two triangles.
    closed : ndarray of bool
        Patches without a rim, shape (p,).
    inverted : int
        Shells that were inside out.
    cavities : int
        Shells inside another one that face inward.
    nested : int
        Shells in the solid of another one that face outward.
    buried : ndarray of bool
        Patches that have solid on both their sides, shape (p,): they bound nothing.
    one_sided : int
        Patches that have no two sides (a Moebius strip).
    """

    surface: Surface
    turned: Bools
    patch: Ints
    closed: Bools
    inverted: int
    cavities: int
    nested: int
    buried: Bools
    one_sided: int


@dataclass(eq=False)
class _Patches:
    """Patches of triangles, and which triangles are turned so far."""

    surface: Surface
    patch: Ints
    flip: Bools
    one_sided: int
    closed: Bools = field(init=False)
    volume: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.closed = _closed(self.surface.triangles, self.patch)
        sign = np.where(self.flip, -1.0, 1.0)
        self.volume = np.bincount(self.patch, sign * _cone_volumes(self.surface)).astype(float)

    def turn(self, which: Bools) -> None:
        """Turn whole patches, shape (p,)."""
        self.flip ^= which[self.patch]
        self.volume = np.where(which, -self.volume, self.volume)


def oriented(surface: Surface) -> Surface:
    """Surface whose normals agree and point out of what it encloses; cavities are kept."""
    return orient(surface).surface


def orient(surface: Surface) -> Orientation:
    """Make neighbours agree, shells enclose a positive volume, and open patches face outward.

    Parameters
    ----------
    surface : Surface
        Welded surface, open or closed.

    Returns
    -------
    Orientation
        The surface and what was turned.

    References
    ----------
    Takayama, Jacobson, Kavan, Sorkine-Hornung, A Simple Method for Correcting Facet Orientations in
    Polygon Meshes Based on Ray Casting, Journal of Computer Graphics Techniques 3(4), 2014 (the
    vote of rays from both sides of a patch).
    """
    patches = _agreeing(surface)
    inner, outer = _enclosing(patches)
    depth = np.bincount(inner, minlength=len(patches.closed))
    first = patches.closed & (depth == 0)
    inverted = first & (patches.volume < 0.0)
    if first.any() and np.array_equal(inverted, first):
        # All is inside out, so the cavities are as well.
        patches.turn(patches.closed.copy())
    else:
        # A body that is inside out as a whole has cavities that face outward.
        cavities = np.zeros_like(first)
        cavities[inner[inverted[outer]]] = True
        patches.turn(inverted | (cavities & (depth == 1) & (patches.volume > 0.0)))
    for level in range(1, int(depth.max(initial=0)) + 1):
        # In a cavity, what faces inward is a body that is inside out.
        lost = (depth == level) & (_around(patches, inner, outer) <= 0) & (patches.volume < 0.0)
        patches.turn(lost)
        inverted |= lost
    if not patches.closed.all():
        front, back = sides_inside(surface, patches.patch, ~patches.closed, patches.flip)
        patches.turn(~patches.closed & (front > back))
    around = _around(patches, inner, outer)
    inside = patches.closed & (depth > 0)
    triangles = surface.triangles.copy()
    triangles[patches.flip] = triangles[patches.flip][:, ::-1]
    return Orientation(
        Surface(surface.points, triangles) if patches.flip.any() else surface,
        patches.flip,
        patches.patch,
        patches.closed,
        int(inverted.sum()),
        int((inside & (patches.volume < 0.0)).sum()),
        int((inside & (patches.volume > 0.0) & (around > 0)).sum()),
        inside & (np.minimum(around, around + np.sign(patches.volume)) > 0),
        patches.one_sided,
    )


def sides_inside(
    surface: Surface, patch: Ints, wanted: Bools, flip: Bools | None = None
) -> tuple[Floats, Floats]:
    """Share of the rays from the front and from the back of patches that begin inside.

    Parameters
    ----------
    surface : Surface
        Surface.
    patch : ndarray of int64
        Patch of each triangle, shape (m,).
    wanted : ndarray of bool
        Patches that are asked for, shape (p,).
    flip : ndarray of bool, optional
        Triangles whose front is meant to be their back, shape (m,).

    Returns
    -------
    tuple of ndarray of float64
        For front and back the share of the rays that cross the surface an odd number of times,
        shape (p,); 0 for patches that were not asked for. Of more than 4096 patches the largest
        are asked.
    """
    places, triangle = _places(surface, patch, wanted)
    normals = surface.normals[triangle]
    if flip is not None:
        normals = np.where(flip[triangle][:, None], -normals, normals)
    odd, total = np.zeros((2, len(wanted))), np.zeros(len(wanted))
    for axis in range(3):
        use = np.flatnonzero(np.abs(normals[:, axis]) > _OBLIQUE)
        hits = line_hits(surface, places[use], axis)
        other = hits.triangle != triangle[use][hits.point]
        point, ahead = hits.point[other], hits.height[other] * normals[use[hits.point[other]], axis]
        of_patch = patch[triangle[use]]
        total += np.bincount(of_patch, minlength=len(wanted))
        for side, beyond in enumerate((ahead > 0.0, ahead < 0.0)):
            crossed = np.bincount(point[beyond], minlength=len(use)) % 2
            odd[side] += np.bincount(of_patch, crossed, minlength=len(wanted))
    front, back = odd / np.maximum(total, 1.0)
    return front, back


def _agreeing(surface: Surface) -> _Patches:
    """Patches whose triangles agree; of the two ways the one that more of the area has already."""
    m = len(surface.triangles)
    edges = edges_of(surface.triangles)
    first, second = edges.pairs()
    same = edges.forward[first] == edges.forward[second]
    first, second = first % m, second % m
    # Every triangle has two nodes, as it is and turned. Neighbours that agree link like with
    # like, others crosswise; what hangs together is one way to turn a patch.
    straight, crossed = second + m * same, second + m * ~same
    way = connected(np.concatenate([first, first + m]), np.concatenate([straight, crossed]), 2 * m)
    _, patch = np.unique(np.minimum(way[:m], way[m:]), return_inverse=True)
    patch = patch.ravel()
    flip = way[:m] > way[m:]
    area = surface.areas
    more = np.bincount(patch, np.where(flip, area, -area)) > 0.0
    one_sided = np.unique(patch[way[:m] == way[m:]]).size
    return _Patches(surface, patch, flip ^ more[patch], int(one_sided))


def _closed(triangles: Ints, patch: Ints) -> Bools:
    """Patches of whose own triangles every edge has an even number, shape (p,)."""
    edges = edges_of(triangles)
    n = len(edges.counts)
    keys, counts = np.unique(np.tile(patch, 3) * n + edges.of_side, return_counts=True)
    closed = np.ones(int(patch.max()) + 1, dtype=bool)
    closed[keys[counts % 2 == 1] // n] = False
    return closed


def _enclosing(patches: _Patches) -> tuple[Ints, Ints]:
    """Pairs of closed patches, the first inside the second, two arrays of shape (k,)."""
    n = len(patches.closed)
    none = np.zeros(0, dtype=np.int64)
    if patches.closed.sum() < 2:
        return none, none
    surface = patches.surface
    places, triangle = _places(surface, patches.patch, patches.closed, most=9)
    home = patches.patch[triangle]
    # A ray along a wall may run in the sides of other triangles, so each leaves its wall steeply.
    steepest = np.abs(surface.normals[triangle]).argmax(axis=1)
    crossed = []
    for axis in range(3):
        use = np.flatnonzero(steepest == axis)
        hits = line_hits(surface, places[use], axis)
        point, other = use[hits.point], patches.patch[hits.triangle]
        above = (hits.height > 0.0) & (other != home[point]) & patches.closed[other]
        crossed.append(point[above] * n + other[above])
    place_in, times = np.unique(np.concatenate(crossed), return_counts=True)
    place_in = place_in[times % 2 == 1]
    pair, votes = np.unique(home[place_in // n] * n + place_in % n, return_counts=True)
    inner, outer = np.divmod(pair, n)
    # The majority decides: a place on a contact with the other shell may be wrong.
    sure = 2 * votes > np.bincount(home, minlength=n)[inner]
    lo, hi = _boxes(patches)
    slack = 1e-9 * float(np.linalg.norm(surface.hi - surface.lo))
    sure &= (lo[inner] >= lo[outer] - slack).all(axis=1)
    sure &= (hi[inner] <= hi[outer] + slack).all(axis=1)
    return inner[sure], outer[sure]


def _boxes(patches: _Patches) -> tuple[Floats, Floats]:
    """Lower and upper corner of every patch, shape (p, 3) each."""
    corners = patches.surface.corners
    lo, hi = np.full((2, len(patches.closed), 3), np.inf)
    np.minimum.at(lo, patches.patch, corners.min(axis=1))
    np.minimum.at(hi, patches.patch, -corners.max(axis=1))
    return lo, -hi


def _around(patches: _Patches, inner: Ints, outer: Ints) -> Ints:
    """Winding number of the shells around each patch, shape (p,)."""
    facing = np.sign(patches.volume[outer])
    return np.bincount(inner, facing, minlength=len(patches.closed)).astype(np.int64)


def _places(surface: Surface, patch: Ints, wanted: Bools, most: int = _MOST) -> tuple[Floats, Ints]:
    """Random places on each wanted patch, spread evenly over its area, and their triangles."""
    rng = np.random.default_rng(20)  # fixed: the same surface gives the same answer
    area = surface.areas
    of_patch = np.bincount(patch, area, minlength=len(wanted))
    chosen = np.flatnonzero(wanted & (of_patch > 0.0))
    chosen = chosen[np.argsort(-of_patch[chosen], kind="stable")][:_POINTS]
    each = int(np.clip(_POINTS // max(len(chosen), 1), 1, most))
    order = np.argsort(patch, kind="stable")
    total = np.cumsum(area[order])
    end = np.cumsum(of_patch)
    share = (np.arange(each) + rng.uniform(size=(len(chosen), each))) / each
    wish = (end - of_patch)[chosen][:, None] + share * of_patch[chosen][:, None]
    triangle = order[np.minimum(np.searchsorted(total, wish.ravel()), len(order) - 1)]
    a, b = np.sort(rng.uniform(size=(2, len(triangle))), axis=0)[:, :, None]
    corners = surface.corners[triangle]
    return a * corners[:, 0] + (b - a) * corners[:, 1] + (1.0 - b) * corners[:, 2], triangle


def _cone_volumes(surface: Surface) -> Floats:
    centred = surface.corners - surface.lo
    a, b, c = centred[:, 0], centred[:, 1], centred[:, 2]
    return np.asarray(np.einsum("ij,ij->i", a, np.cross(b, c)) / 6.0, dtype=np.float64)
