"""Walls thinner than a cell: which cell faces stand for the metal of a solid.

A face becomes metal where the line between the centres of its two cells passes through the solid
and neither centre lies in it. Each way from cell to cell through a wall then meets a metal cell or
a metal face, whatever the wall's thickness: closed shields are tight, and walls of cells go over
into walls of faces without a gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from emtwin.grid import Grid
from emtwin.voxel.bodies import Body
from emtwin.voxel.inside.spans import NOTHING, Spans, left_by, links_through, spans_of
from emtwin.voxel.walls.skins import Skin, both

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_OPPOSED = -0.1
"""Cosine of the normals above which a span cuts off an edge of a body and is no wall."""


@dataclass(eq=False)
class SolidFaces:
    """Faces of one metal solid, and the area of it that other bodies took.

    Parameters
    ----------
    walls : list of ndarray of int64
        Faces normal to x, y, z through which a wall passes: flat indices as those of a sheet.
    edges : list of ndarray of int64
        Faces at which the lines only cut off an edge of the solid.
    skins : list of Skin
        The metal in all of them, per axis.
    area : float
        Area of the solid that the rays meet, square metres.
    lost : dict of int to float
        Area whose metal is gone, wholly or in part to this body, square metres.
    """

    walls: list[Ints] = field(default_factory=list)
    edges: list[Ints] = field(default_factory=list)
    skins: list[Skin] = field(default_factory=list)
    area: float = 0.0
    lost: dict[int, float] = field(default_factory=dict)


def faces_of_solids(
    bodies: Sequence[Body], grid: Grid, cell_part: NDArray[np.int16]
) -> dict[int, SolidFaces]:
    """Metal faces of all metal solids.

    Parameters
    ----------
    bodies : sequence of Body
        All bodies.
    grid : Grid
        Grid.
    cell_part : ndarray of int16
        Body of each cell, -1 for the background.

    Returns
    -------
    dict of int to SolidFaces
        By number of the body.
    """
    metal = np.array([False, *(b.kind == "solid" and b.material.metal for b in bodies)])
    found = {int(index): SolidFaces() for index in np.flatnonzero(metal[1:])}
    rivals = {index: rivals_of(bodies, index) for index in found}
    needed = sorted({*found, *(r for every in rivals.values() for r in every)})
    for axis in range(3):
        spans = {n: spans_of(bodies[n].surface, axis, grid.centres) for n in needed}
        for index, faces in found.items():
            others = {n: spans[n] for n in rivals[index]}
            mine, cell = spans[index], float(grid.spacings[axis].min())
            left, owner = left_by(mine, list(others.values()), cell)
            _count_losses(faces, mine, owner, others, axis, grid)
            place = _Place(grid, axis, cell_part, metal, index)
            wall = left.facing < _OPPOSED
            walls, edges = (
                place.skin(left[part], wall=w) for part, w in ((wall, True), (~wall, False))
            )
            faces.walls.append(walls.flat)
            faces.edges.append(np.setdiff1d(edges.flat, walls.flat))
            faces.skins.append(both(walls, edges))
    return found


def rivals_of(bodies: Sequence[Body], index: int) -> list[int]:
    """Solids that take the place of solid `index`, or dispute it, where they overlap."""
    mine = bodies[index]
    return [
        number
        for number, other in enumerate(bodies)
        if number != index
        and other.kind == "solid"
        and other.priority >= mine.priority
        and (other.priority > mine.priority or other.material != mine.material)
        and bool(np.all(other.surface.lo <= mine.surface.hi))
        and bool(np.all(other.surface.hi >= mine.surface.lo))
    ]


def _count_losses(
    faces: SolidFaces, mine: Spans, owner: Ints, others: dict[int, Spans], axis: int, grid: Grid
) -> None:
    area = _areas(mine, axis, grid)
    faces.area += float(area.sum())
    gone = np.ones(mine.size, dtype=bool)
    gone[owner] = False
    if not gone.any():
        return
    cell = float(grid.spacings[axis].min())
    for number, other in others.items():
        left, span = left_by(mine[gone], [other], cell)
        rest = np.bincount(span, left.length, int(gone.sum()))
        present = np.bincount(span, minlength=int(gone.sum())) > 0
        taken = ~present | (rest < mine.length[gone] - NOTHING * cell)
        if taken.any():
            faces.lost[number] = faces.lost.get(number, 0.0) + float(area[gone][taken].sum())


def _areas(spans: Spans, axis: int, grid: Grid) -> Floats:
    """Area that each span stands for: of the facets at its ends that face this axis most."""
    u, v = np.divmod(spans.ray, grid.shape[(axis + 2) % 3])
    section = grid.spacings[(axis + 1) % 3][u] * grid.spacings[(axis + 2) % 3][v]
    share = np.zeros(spans.size)
    for normal in (spans.low_normal, spans.high_normal):
        along = np.abs(normal[:, axis])
        facing = along >= np.abs(normal).max(axis=1, initial=0.0)
        share += np.where(facing, 1.0 / np.maximum(along, 0.5), 0.0)
    return np.asarray(section * share, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class _Place:
    """The links along one axis, as a solid meets them."""

    grid: Grid
    axis: int
    cell_part: NDArray[np.int16]
    metal: Bools
    body: int

    def skin(self, spans: Spans, *, wall: bool) -> Skin:
        """Faces on the links that pass through `spans` between two centres outside the body."""
        oblique = np.abs(spans.low_normal).max(axis=1, initial=0.0) < 1.0 - 1e-12
        first, last, enters, leaves = links_through(
            spans.low, spans.high, oblique, self.grid.centres[self.axis]
        )
        long = last > first
        low, high = self._parts(spans, first - 1), self._parts(spans, first)
        enters &= (low != self.body) & (high != self.body) & ~(long & self.metal[high + 1])
        low, high = self._parts(spans, last - 1), self._parts(spans, last)
        leaves &= (low != self.body) & (high != self.body) & ~self.metal[low + 1]
        through = np.concatenate([np.flatnonzero(enters), np.flatnonzero(leaves)])
        line = np.concatenate([first[enters], last[leaves]])
        flat = np.ravel_multi_index(self._index(spans.ray[through], line), self.grid.nodes)
        normal = spans.high_normal - spans.low_normal
        normal = np.where(wall, normal, np.abs(spans.high_normal) + np.abs(spans.low_normal))
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-300)
        thickness = spans.length * np.abs(normal[:, self.axis])
        # A ray along a wall passes through more than its thickness.
        nothing = NOTHING * float(self.grid.spacings[self.axis].min())
        known = wall & (spans.length > nothing) & (last - first < 2)
        thickness = np.where(known, thickness, np.nan)
        return Skin.joined(flat, thickness[through], normal[through])

    def _index(self, ray: Ints, w: Ints) -> tuple[Ints, Ints, Ints]:
        u, v = np.divmod(ray, self.grid.shape[(self.axis + 2) % 3])
        index = [u, u, u]
        index[self.axis], index[(self.axis + 2) % 3] = w, v
        return index[0], index[1], index[2]

    def _parts(self, spans: Spans, w: Ints) -> NDArray[np.int16]:
        """Bodies of the cells w on the rays; the background beyond the ends of the grid."""
        n = self.grid.shape[self.axis]
        parts = self.cell_part[self._index(spans.ray, np.clip(w, 0, n - 1))]
        return np.where((w >= 0) & (w < n), parts, np.int16(-1))


def bypassed(flat: Ints, axis: int, closed: Sequence[Bools], metal: Bools) -> Bools:
    """Whether a way of three links past one of its edges leads round each face.

    Parameters
    ----------
    flat : ndarray of int64
        Faces normal to `axis`, shape (n,).
    axis : int
        Their normal.
    closed : sequence of ndarray of bool
        All metal faces normal to x, y, z, each of shape `grid.nodes`.
    metal : ndarray of bool
        Metal cells, of the grid's shape.

    Returns
    -------
    ndarray of bool
        Shape (n,). Opening these faces joins no two places that were apart.
    """
    above = np.stack(np.unravel_index(flat, closed[axis].shape))
    below = above.copy()
    below[axis] -= 1
    shape = np.array(metal.shape)[:, None]
    inner = (below[axis] >= 0) & (above[axis] < metal.shape[axis])
    result = np.zeros(flat.size, dtype=bool)
    for across in ((axis + 1) % 3, (axis + 2) % 3):
        for step in (-1, 1):
            shift = np.zeros((3, 1), dtype=np.int64)
            shift[across] = step
            fits = inner & ((below + shift >= 0) & (above + shift < shape)).all(axis=0)
            a, b = (cells[:, fits] for cells in (below, above))
            way = _open(metal, a + shift) & _open(metal, b + shift)
            way &= _open(closed[axis], b + shift)
            for cells in (a, b):
                way &= _open(closed[across], cells + np.maximum(shift, 0))
            result[fits] |= way
    return result


def _open(blocked: Bools, index: Ints) -> Bools:
    free: Bools = ~blocked[index[0], index[1], index[2]]
    return free
