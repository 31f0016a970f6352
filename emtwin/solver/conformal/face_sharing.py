"""Cut faces that borrow flux from their neighbours, so that no time step is lost to small ones.

With the flux of face f, phi_f = mu A_f h_f, and its outline outside metal P_f, an energy of any
form phi . N phi / 2 with N symmetric is conserved by

    dphi/dt = -C (l e),    L h = N phi,    eps l A* de/dt = l C^T (L h),

L and A* being lengths and areas of the dual grid, l the lengths outside metal. Here N is a sum over
regions: a region is a face with small area and the shares theta of its whole neighbours in the same
plane, or what is left of a neighbour:

    N = W^T diag(L / (mu A)) W,    one row of W for each region, A its area.

Where the field is even every region gives the same h whatever theta is: borrowing costs no order of
accuracy. By Cauchy and Schwarz (sum of c l e)^2 <= P (sum of c l e^2), P = sum of c l, so that
curl curl is bounded edge by edge by the sum of L P / A over the regions around it, and regions with
P / A no larger than that of their faces without metal keep the bound of the grid without metal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix, diags

from emtwin.constants import C0, MU0
from emtwin.grid import Grid
from emtwin.grid.cut_cells import CutCells, Real, ahead, whole_areas, whole_lengths

Places = NDArray[np.int64]

_MOST_LENT = 0.9  # of a neighbour's flux; what it keeps has to be something
_SLACK = 1e-9  # relative: whole faces are not small by rounding


@dataclass(frozen=True, eq=False)
class CutFaces:
    """Faces that are advanced on their own, and how.

    Edges and faces are numbered axis * n + i, i the place in a raveled component of n nodes.

    Parameters
    ----------
    faces : ndarray of int64, shape (n,)
        Numbers of the faces, in rising order.
    closed : ndarray of int64
        Numbers of the faces that have no area left although an edge is not all in metal: no flux.
    curl : csr_matrix, shape (n, 3 * nodes)
        h falls by dt times this times e in a step, A/(V s).
    regions : csr_matrix, shape (n, n)
        The matrix W: regions in rows, faces in columns.
    stiffness : ndarray, shape (n,)
        L / (mu A) of each region, 1/H.
    enlarged : int
        Regions whose area was set larger than it is because no neighbour had enough to lend.
    """

    faces: NDArray[np.int64]
    closed: NDArray[np.int64]
    curl: csr_matrix
    regions: csr_matrix
    stiffness: Real
    enlarged: int


def cut_faces(grid: Grid, cells: CutCells) -> CutFaces:
    """The faces of a grid that metal cuts, those that lend them flux, and the update of both.

    Parameters
    ----------
    grid : Grid
        The grid.
    cells : CutCells
        What is outside metal.

    Returns
    -------
    CutFaces
        Their update.
    """
    planes = [_Plane(grid, cells, axis) for axis in range(3)]
    faces = np.concatenate([plane.active + plane.first for plane in planes])
    closed = np.concatenate([plane.closed + plane.first for plane in planes])
    regions = _region_matrix(planes, faces)
    stiffness = np.concatenate([plane.stiffness() for plane in planes])
    length = np.concatenate([plane.dual[plane.active] for plane in planes])
    inverse_inductance = regions.T @ diags(stiffness) @ regions
    curl = csr_matrix(diags(1 / length) @ inverse_inductance @ _around(grid, cells, faces))
    curl.sort_indices()
    enlarged = sum(plane.borrowed.enlarged for plane in planes)
    return CutFaces(faces, closed, curl, regions, stiffness, enlarged)


def stable_step(grid: Grid) -> float:
    """Largest step that is proved to be stable whatever metal cuts the grid.

    Every edge sees at most c^2 times the sum of L P / A over its four whole faces, divided by its
    dual area; in cubes 16 c^2 / d^2, against 12 c^2 / d^2 of the Courant limit. At its ends the
    grid counts as mirrored, so that the outer boundary may be of any kind.

    Parameters
    ----------
    grid : Grid
        The grid.

    Returns
    -------
    float
        Seconds.
    """
    rates = []
    for axis in range(3):
        total = 0.0
        for across in (a for a in range(3) if a != axis):
            size = np.pad(grid.spacings[across], 1, mode="edge")
            dual, inverse = (size[1:] + size[:-1]) / 2, 1 / size
            along = 2 / grid.spacings[axis].min()
            total += float(np.max(2 / dual * (along + inverse[1:] + inverse[:-1])))
        rates.append(total)
    return float(2 / (C0 * np.sqrt(max(rates))))


class _Borrowed(NamedTuple):
    """Small faces normal to one axis and what they take; places in a raveled component."""

    small: Places
    neighbours: Places  # shape (4, n)
    shares: Real  # likewise
    area: Real  # of the regions, m2
    enlarged: int


class _Plane:
    """All faces normal to one axis, in a raveled component."""

    def __init__(self, grid: Grid, cells: CutCells, axis: int) -> None:
        u, v = (axis + 1) % 3, (axis + 2) % 3
        self.first = axis * int(np.prod(grid.nodes))
        self._steps = [int(np.prod(grid.nodes[a + 1 :])) for a in (u, v)]
        self._left = cells.lengths[v].ravel(), cells.lengths[u].ravel()
        self._whole = whole_lengths(grid, v).ravel(), whole_lengths(grid, u).ravel()
        whole, self.area = whole_areas(grid, axis).ravel(), cells.areas[axis].ravel()
        exists = whole > 0
        around = 2 * (self._whole[0] + self._whole[1])
        self.steepest = np.divide(around, whole, out=np.zeros_like(whole), where=exists)
        outline, partly = np.zeros(grid.nodes), self.area < (1 - _SLACK) * whole
        for along, across in ((u, v), (v, u)):
            left = cells.lengths[along]
            cut = (left > 0) & (left < (1 - _SLACK) * whole_lengths(grid, along))
            outline += left + ahead(left, across)
            partly |= (cut | ahead(cut, across)).ravel()
        self.outline: Real = outline.ravel()
        self.cut = partly & (self.area > 0)
        self.closed = np.flatnonzero(exists & (self.area == 0) & (self.outline > 0))
        shape = [-1 if a == axis else 1 for a in range(3)]
        dual = np.broadcast_to(grid.dual_spacings[axis].reshape(shape), grid.nodes)
        self.dual = dual.ravel()
        self.borrowed = self._borrow()
        lent = np.zeros_like(self.area)
        np.add.at(lent, self.borrowed.neighbours.ravel(), self.borrowed.shares.ravel())
        self.kept = 1.0 - lent
        self.active = np.flatnonzero(self.cut | (lent > 0))

    def _borrow(self) -> _Borrowed:
        """What each small face takes from the neighbours that are not small themselves.

        In proportion to the open part of the edge between them, and so much that its outline is
        at most `limit` times its area; an edge between the two counts once less in both.
        """
        tight = self.cut & (self.outline > (1 + _SLACK) * self.steepest * self.area)
        small = np.flatnonzero(tight)
        neighbours, shared, part = self._sides(small)
        lends = (self.area > 0) & np.logical_not(tight)
        part = np.where(lends[neighbours], part, 0.0)
        around = np.where(part > 0, self.steepest[neighbours], np.inf)
        limit = np.minimum(self.steepest[small], around.min(axis=0))
        wanted = self.outline[small] - limit * self.area[small]
        more = self.outline[neighbours] - 2 * shared
        gain = np.maximum(limit * self.area[neighbours] - more, 0.0)
        given = (part * gain).sum(axis=0)
        theta = np.divide(wanted, given, out=np.zeros_like(wanted), where=given > 0)
        shares = self._affordable(neighbours, np.minimum(theta * part, 1.0))
        outline = self.outline[small] + (shares * more).sum(axis=0)
        area = self.area[small] + (shares * self.area[neighbours]).sum(axis=0)
        least = outline / limit
        enlarged = int(np.count_nonzero(least > (1 + 1e-6) * area))
        return _Borrowed(small, neighbours, shares, np.maximum(area, least), enlarged)

    def _sides(self, faces: Places) -> tuple[Places, Real, Real]:
        """Neighbours, the length outside metal of the edges between and its share, shapes (4, n).

        Beyond the grid's end a neighbour is a place that is no face.
        """
        neighbours, shared, part = [], [], []
        for step, left, whole in zip(self._steps, self._left, self._whole, strict=True):
            for side in (-1, 1):
                edge = faces + step * (side == 1)
                neighbours.append((faces + side * step) % self.area.size)
                shared.append(left[edge])
                part.append(left[edge] / whole[edge])
        return np.array(neighbours), np.array(shared), np.array(part)

    def _affordable(self, neighbours: Places, shares: Real) -> Real:
        """Shares scaled down where neighbours would lend more than they may."""
        lent = np.zeros_like(self.area)
        np.add.at(lent, neighbours.ravel(), shares.ravel())
        fit = np.minimum(1.0, _MOST_LENT / np.maximum(lent, _MOST_LENT))
        scaled: Real = shares * np.where(shares > 0, fit[neighbours], 1.0).min(axis=0)
        return scaled

    def regions(self) -> tuple[Places, Places, Real]:
        """Entries of W: numbers of region and face, share."""
        small, neighbours, shares, _, _ = self.borrowed
        taken = shares > 0
        region = np.concatenate((self.active, np.broadcast_to(small, shares.shape)[taken]))
        face = np.concatenate((self.active, neighbours[taken]))
        share = np.concatenate((self.kept[self.active], shares[taken]))
        return region + self.first, face + self.first, share

    def stiffness(self) -> Real:
        """L / (mu A) of the regions, 1/H."""
        area = self.area * self.kept
        area[self.borrowed.small] = self.borrowed.area
        values: Real = self.dual[self.active] / (MU0 * area[self.active])
        return values


def _region_matrix(planes: list[_Plane], faces: NDArray[np.int64]) -> csr_matrix:
    """W with its rows and columns in the order of `faces`."""
    entries = [plane.regions() for plane in planes]
    row, column, value = (np.concatenate([e[n] for e in entries]) for n in range(3))
    place = (np.searchsorted(faces, row), np.searchsorted(faces, column))
    return coo_matrix((value, place), shape=(faces.size, faces.size)).tocsr()


def _around(grid: Grid, cells: CutCells, faces: NDArray[np.int64]) -> csr_matrix:
    """Electromotive force round each face from e: lengths outside metal with their signs."""
    count = int(np.prod(grid.nodes))
    columns, values = [], []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        first = faces[faces // count == axis] % count
        parts = []
        for edge, across, sign in ((v, u, 1.0), (u, v, -1.0)):
            step = int(np.prod(grid.nodes[across + 1 :]))
            for index, factor in ((first + step, sign), (first, -sign)):
                parts.append((edge * count + index, factor * cells.lengths[edge].ravel()[index]))
        columns.append(np.stack([number for number, _ in parts], axis=1))
        values.append(np.stack([value for _, value in parts], axis=1))
    rows = np.repeat(np.arange(faces.size), 4)
    entries = (rows, np.concatenate(columns).ravel())
    shape = (faces.size, 3 * count)
    matrix = coo_matrix((np.concatenate(values).ravel(), entries), shape=shape).tocsr()
    matrix.eliminate_zeros()
    return matrix
