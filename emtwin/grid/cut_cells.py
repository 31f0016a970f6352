"""What a body of metal leaves of the edges and faces of a grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import GridError
from emtwin.grid.distances import Distance
from emtwin.grid.yee import Grid

Real = NDArray[np.float64]
Mask = NDArray[np.bool_]
Values = TypeVar("Values", Real, Mask)
Volumes = tuple[Real, Real, Real]

_ON_SURFACE = 1e-6  # of the smallest cell: a node that near counts as metal
_WHOLE = 1e-5  # of an edge: a cut that near to its end is none
_BISECTIONS = 40
_TRACED = 64
_OPPOSED = -0.1  # product of the normals of two surfaces that face away from each other


@dataclass(frozen=True, eq=False)
class CutCells:
    """Lengths of edges and areas of faces outside metal.

    Anything that can cut a surface with the grid may fill it; `cut_cells` does so for a signed
    distance.

    Parameters
    ----------
    lengths : tuple of three ndarray of float64
        Length outside metal of the edges along x, y, z in metres, shape `grid.nodes`; zero where
        there is no edge.
    areas : tuple of three ndarray of float64
        Area outside metal of the faces normal to x, y, z in square metres, likewise.
    """

    lengths: Volumes
    areas: Volumes

    @classmethod
    def empty(cls, grid: Grid) -> CutCells:
        """No metal: every edge and face is whole."""
        x, y, z = (whole_lengths(grid, axis) for axis in range(3))
        a, b, c = (whole_areas(grid, axis) for axis in range(3))
        return cls((x, y, z), (a, b, c))


def whole_lengths(grid: Grid, axis: int) -> Real:
    """Lengths of the edges along an axis in metres, shape `grid.nodes`."""
    return _product(grid, [grid.spacings[a] if a == axis else None for a in range(3)])


def whole_areas(grid: Grid, axis: int) -> Real:
    """Areas of the faces normal to an axis in square metres, shape `grid.nodes`."""
    return _product(grid, [None if a == axis else grid.spacings[a] for a in range(3)])


def cut_cells(grid: Grid, metal: Distance) -> CutCells:
    """Cut a grid with the surface of a body of metal.

    An edge between a node in metal and one outside is cut where the surface crosses it, found to
    round-off; within a face the surface is the straight line between its two cuts. Planes are
    exact, curved surfaces right to the square of the cell. Where two opposite corners of a face
    lie in metal and the others outside, the face counts as metal, so that nothing passes a sheet
    that is thinner than its diagonal.

    Parameters
    ----------
    grid : Grid
        The grid.
    metal : callable
        Signed distance in metres, negative in metal; see `emtwin.grid.distances`.

    Returns
    -------
    CutCells
        What is left outside metal.

    Raises
    ------
    GridError
        If no node lies in metal or none outside, a value is not finite, or the metal (or a gap in
        it) is so thin that both its surfaces cross one edge.
    """
    node_distance = _at_nodes(grid, metal)
    in_metal = node_distance <= _ON_SURFACE * min(float(d.min()) for d in grid.spacings)
    _check_seen(in_metal)
    x, y, z = (_lengths(grid, metal, in_metal, node_distance, axis) for axis in range(3))
    lengths = (x, y, z)
    a, b, c = (_areas(grid, metal, lengths, in_metal, axis) for axis in range(3))
    return CutCells(lengths, (a, b, c))


def _product(grid: Grid, sizes: list[Real | None]) -> Real:
    """Outer product over the axes, zero beyond the last cell; ones along an axis without sizes."""
    padded = [
        np.ones(n) if d is None else np.append(d, 0.0)
        for n, d in zip(grid.nodes, sizes, strict=True)
    ]
    values: Real = np.einsum("i,j,k->ijk", *padded)
    return values


def _at_nodes(grid: Grid, metal: Distance) -> Real:
    """Signed distance of every node, plane by plane."""
    y, z = (values.ravel() for values in np.meshgrid(grid.y, grid.z, indexing="ij"))
    planes = [metal(np.stack([np.full(y.size, x), y, z], axis=1)) for x in grid.x]
    distance = np.array(planes, np.float64).reshape(grid.nodes)
    if not np.all(np.isfinite(distance)):
        raise GridError.single("the signed distance of a body of metal is not finite everywhere")
    return distance


def _check_seen(in_metal: Mask) -> None:
    if not in_metal.any():
        raise GridError.single(
            "the metal holds no node of the grid: it would vanish",
            remedy="make the cells smaller there, or use a plate, a sheet or a wire",
        )
    if in_metal.all():
        raise GridError.single("every node of the grid lies in metal: no field is left")


def _lengths(grid: Grid, metal: Distance, in_metal: Mask, distance: Real, axis: int) -> Real:
    """Length outside metal of the edges along an axis."""
    lengths = whole_lengths(grid, axis)
    start, stop = _ends(in_metal, axis)
    reach = sum(_ends(np.abs(distance), axis))
    near = reach < lengths[: start.shape[0], : start.shape[1], : start.shape[2]]
    _check_thin(grid, metal, in_metal, np.argwhere(near & (start == stop)), axis)
    lengths[: start.shape[0], : start.shape[1], : start.shape[2]][start & stop] = 0.0
    cut = np.argwhere(start != stop)
    if cut.size:
        begins_in_metal = start[tuple(cut.T)]
        share = _crossing(grid, metal, cut, axis, begins_in_metal)
        left = np.where(begins_in_metal, 1.0 - share, share)
        left[left > 1.0 - _WHOLE] = 1.0
        lengths[tuple(cut.T)] *= left
    return lengths


def _ends(values: Values, axis: int) -> tuple[Values, Values]:
    """Values at the two ends of the edges along an axis."""
    moved = np.moveaxis(values, axis, 0)
    return np.moveaxis(moved[:-1], 0, axis), np.moveaxis(moved[1:], 0, axis)


def _on_edge(grid: Grid, index: NDArray[np.int64], axis: int, share: Real) -> Real:
    """Points on edges, `share` of their length from the start, shape (n, 3) in metres."""
    points = np.stack([lines[index[:, a]] for a, lines in enumerate(grid.lines)], axis=1)
    points[:, axis] += share * grid.spacings[axis][index[:, axis]]
    return points


def _crossing(
    grid: Grid, metal: Distance, index: NDArray[np.int64], axis: int, begins_in_metal: Mask
) -> Real:
    """Share of each edge from its start to the surface, by bisection."""
    low, high = np.zeros(len(index)), np.ones(len(index))
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        as_start = (metal(_on_edge(grid, index, axis, middle)) < 0) == begins_in_metal
        low, high = np.where(as_start, middle, low), np.where(as_start, high, middle)
    share: Real = (low + high) / 2
    return share


def _check_thin(
    grid: Grid, metal: Distance, in_metal: Mask, index: NDArray[np.int64], axis: int
) -> None:
    """Refuse edges whose ends are alike while two surfaces face away from each other between them.

    A surface that only bulges across an edge has nearly the same normal where it enters and where
    it leaves; that is an error of the square of the cell, like the straight line in a face.
    """
    side = np.where(in_metal[tuple(index.T)], -1.0, 1.0)
    first = _traced(grid, metal, index, axis, side, 0.0)
    last = _traced(grid, metal, index, axis, side, 1.0)
    hit = first < last
    index, first, last = index[hit], first[hit], last[hit]
    if not index.size:
        return
    step = 1e-5 * grid.spacings[axis][index[:, axis]]
    normals = [_normal(metal, _on_edge(grid, index, axis, s), step) for s in (first, last)]
    facing_away = np.sum(normals[0] * normals[1], axis=1) < _OPPOSED
    other = metal(_on_edge(grid, index, axis, (first + last) / 2)) < 0  # than its ends
    other = other != in_metal[tuple(index.T)]
    thin = np.flatnonzero(facing_away & other)
    if thin.size:
        n = int(thin[0])
        width = (last[n] - first[n]) * grid.spacings[axis][index[n, axis]]
        inside = in_metal[tuple(index[n])]
        raise GridError.single(
            f"{'a gap' if inside else 'metal'} of {width:.3g} m crosses an edge along "
            f"{'xyz'[axis]} at node {tuple(index[n].tolist())} and holds neither of its nodes: it "
            f"would vanish, like {thin.size - 1} more along {'xyz'[axis]}",
            remedy="make the cells smaller there, or use a plate, a sheet or a slot",
        )


def _traced(
    grid: Grid, metal: Distance, index: NDArray[np.int64], axis: int, side: Real, begin: float
) -> Real:
    """Share at which the surface is met going along each edge from one end; past the other if not.

    A step as long as the distance cannot miss the surface. `side` is -1 in metal, 1 outside.
    """
    length = grid.spacings[axis][index[:, axis]]
    share, sense = np.full(len(index), begin), 1.0 - 2.0 * begin
    for _ in range(_TRACED):
        step = side * metal(_on_edge(grid, index, axis, share)) / length
        share = share + sense * np.where(np.abs(share - begin) > 1.0, 0.0, step)
    met = np.abs(metal(_on_edge(grid, index, axis, share))) < 1e-3 * length
    result: Real = np.where(met, share, begin + 2.0 * sense)
    return result


def _normal(metal: Distance, points: Real, step: Real) -> Real:
    """Unit normals at points, by differences over twice `step`."""
    slope = np.empty_like(points)
    for axis in range(3):
        shift = np.zeros_like(points)
        shift[:, axis] = step
        slope[:, axis] = metal(points + shift) - metal(points - shift)
    normal: Real = slope / np.maximum(np.linalg.norm(slope, axis=1), 1e-300)[:, None]
    return normal


def _areas(grid: Grid, metal: Distance, lengths: Volumes, in_metal: Mask, axis: int) -> Real:
    """Area outside metal of the faces normal to an axis, the surface a straight line in each."""
    u, v = (axis + 1) % 3, (axis + 2) % 3
    du, dv = whole_lengths(grid, u), whole_lengths(grid, v)
    low_u, high_u = lengths[u], ahead(lengths[u], v)
    low_v, high_v = lengths[v], ahead(lengths[v], u)
    out = np.logical_not(in_metal)
    corners = [out, ahead(out, u), ahead(out, v), ahead(ahead(out, u), v)]
    count = np.sum(corners, axis=0)
    whole = whole_areas(grid, axis)
    # Cases by the number of corners outside: a triangle, a trapezoid, all but a triangle, all.
    triangle = (low_u + high_u) * (low_v + high_v) / 2
    missing = (2 * du - low_u - high_u) * (2 * dv - low_v - high_v) / 2
    along_u = corners[0] == corners[1]
    trapezoid = np.where(along_u, du * (low_v + high_v), dv * (low_u + high_u)) / 2
    trapezoid[corners[0] == corners[3]] = 0.0  # opposite corners
    cases = [np.zeros_like(whole), triangle, trapezoid, whole - missing, whole]
    areas: Real = np.choose(count, cases)
    areas[whole == 0.0] = 0.0
    # Two whole edges meet two in metal: a diagonal, or the corner between two grid planes.
    half = np.argwhere((count == 1) & (triangle == whole / 2) & (whole > 0))
    middle = np.stack([lines[half[:, a]] for a, lines in enumerate(grid.lines)], axis=1)
    for a in (u, v):
        middle[:, a] = grid.centres[a][half[:, a]]
    corner = half[metal(middle) > 0.1 * np.sqrt(whole[tuple(half.T)])]
    areas[tuple(corner.T)] = whole[tuple(corner.T)]
    return areas


def ahead(values: Values, axis: int) -> Values:
    """Values of the next index along an axis; zero (False) at the end."""
    shifted = np.zeros_like(values)
    np.moveaxis(shifted, axis, 0)[:-1] = np.moveaxis(values, axis, 0)[1:]
    return shifted
