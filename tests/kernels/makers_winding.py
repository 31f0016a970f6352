"""Arguments of the kernels that ask which cells lie inside: a lattice and noise in one surface.

Points on a coarse lattice make centres lie on corners, edges and planes of triangles; the others
make every sign of every product.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Box
from emtwin.geometry import Surface
from emtwin.voxel.inside.bins import Bins, columns_between_met, columns_met, extremes, places
from emtwin.voxel.inside.winding_number import Tree
from tests.kernels.argument_base import ArgumentSet, Maker, count

_TRIANGLES = 150
_APART = 64.0
_SMALL = (
    3e-7  # metres to a lattice unit: no size may be taken for 1, and ties hold to rounding only
)
_EXACT = 7  # cells along x of the shape whose lattice is exact in binary


def _corners(rng: np.random.Generator, extent: NDArray[np.float64]) -> NDArray[np.float64]:
    """Triangles of either kind, half of them on a lattice."""
    corners = rng.uniform(-0.5, 1.0, (_TRIANGLES, 3, 3)) * extent
    corners += rng.uniform(0.0, 0.5, (_TRIANGLES, 1, 3)) * extent
    half = _TRIANGLES // 2
    corners[:half] = np.round(corners[:half])  # the middles of edges are centres too
    corners[: half // 3, :, 2] = corners[: half // 3, :, :2].sum(axis=2) - 2.0
    corners[half // 3 : half // 2, :, 1] = corners[half // 3 : half // 2, :, 0]
    # Planes that contain the shift (1, 1, 1), with the largest part of the normal along each axis.
    part = half // 12
    for axis in range(3):
        tilted = corners[half // 2 + axis * part : half // 2 + (axis + 1) * part]
        others = [a for a in range(3) if a != axis]
        tilted[:, :, axis] = tilted[:, :, others].mean(axis=2)
    return corners


def _winding_votes(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    axis = sum(shape) % 3
    p, q = (a for a in range(3) if a != axis)
    centres = [np.arange(n) / 2 for n in shape]
    corners = _corners(rng, np.array([c[-1] for c in centres]))
    if shape[0] != _EXACT:
        centres, corners = [c * _SMALL for c in centres], corners * _SMALL
    points = corners.reshape(-1, 3)
    triangles = rng.permuted(np.arange(3 * _TRIANGLES).reshape(-1, 3), axis=1)
    spans = [
        columns_met(extremes(places(points[:, across], centres[across]), triangles.T))
        for across in (p, q)
    ]
    bins = Bins.of(spans[0], spans[1], (shape[p], shape[q]))
    strides = (shape[1] * shape[2], shape[2], 1)
    arguments = {
        "points": points.ravel(),
        "triangles": triangles.ravel(),
        "first": bins.first,
        "listed": bins.listed,
        "centres_p": centres[p],
        "centres_q": centres[q],
        "centres_w": centres[axis],
        "state": rng.integers(0, 8, count(shape)).astype(np.uint8),
        "stride_p": strides[p],
        "stride_q": strides[q],
        "stride_w": strides[axis],
        "n_q": shape[q],
        "n_w": shape[axis],
        "tile": bins.tile,
        "tiles_q": bins.tiles_q,
        "axis": axis,
    }
    return ArgumentSet("winding_votes", Box.items(shape[p] * shape[q]), arguments)


def _winding_number(
    rng: np.random.Generator, real: Any, shape: tuple[int, int, int]
) -> ArgumentSet:
    n, extent = count(shape) // 3, np.array([4.0, 5.0, 6.0])
    corners = _corners(rng, extent)
    corners[-40:] = (
        corners[-40:] * 0.02 + extent
    )  # small ones together: a node far from most points
    tree = Tree.of(Surface(corners.reshape(-1, 3), np.arange(3 * _TRIANGLES).reshape(-1, 3)))
    points = rng.uniform(-1.0, 2.0, (n, 3)) * extent
    points[: n // 2] = np.round(points[: n // 2] * 2) / 2
    if shape[0] == _EXACT:  # seen from a centre, the half angle passes pi exactly
        tree = Tree.of(_octahedra())
        points[0], points[1] = 0.0, _APART
    squared = _squared(tree.centre.reshape(-1, 3)[0] - points)
    tree.far_squared[0] = squared.max()  # the farthest point is on the limit
    arguments = {
        "points": points.ravel(),
        "nodes": tree.skip.size,
        "corners": tree.corners.ravel(),
        "centre": tree.centre.ravel(),
        "dipole": tree.dipole.ravel(),
        **{name: getattr(tree, name) for name in ("far_squared", "skip", "begin", "end")},
        **{name: np.zeros(n) for name in ("far", "re", "im")},
        "turned": np.zeros(n, np.int32),
    }
    return ArgumentSet("winding_number", Box.items(n), arguments)


def _octahedra() -> Surface:
    """Two octahedra, the second turned inside out, around 0 and `_APART`."""
    signs = np.array(np.meshgrid(*[(1.0, -1.0)] * 3)).reshape(3, -1).T
    corners = signs[:, :, None] * np.eye(3)
    inwards = signs.prod(axis=1) < 0
    corners[inwards] = corners[inwards, ::-1]
    both = np.concatenate([corners, corners[:, ::-1] + _APART])
    return Surface(both.reshape(-1, 3), np.arange(both.size // 3).reshape(-1, 3))


def _squared(r: NDArray[np.float64]) -> NDArray[np.float64]:
    total: NDArray[np.float64] = r[:, 0] * r[:, 0] + r[:, 1] * r[:, 1] + r[:, 2] * r[:, 2]
    return total


def _prism_volumes(rng: np.random.Generator, real: Any, shape: tuple[int, int, int]) -> ArgumentSet:
    lines = [np.arange(n + 1) / 2 for n in shape]
    corners = _corners(rng, np.array([c[-1] for c in lines]))
    points = corners.reshape(-1, 3)
    triangles = rng.permuted(np.arange(3 * _TRIANGLES).reshape(-1, 3), axis=1)
    spans = [
        columns_between_met(
            extremes(places(points[:, axis], lines[axis]), triangles.T), shape[axis]
        )
        for axis in (0, 1)
    ]
    bins = Bins.of(spans[0], spans[1], (shape[0], shape[1]))
    arguments = {
        "points": points.ravel(),
        "triangles": triangles.ravel(),
        "first": bins.first,
        "listed": bins.listed,
        **{f"lines_{axis}": values for axis, values in zip("xyz", lines, strict=True)},
        "volume": rng.uniform(-1.0, 1.0, count(shape)),
        "area": rng.uniform(-1.0, 1.0, count(shape)),  # zero in use; so a wrong column is seen
        "n_y": shape[1],
        "n_z": shape[2],
        "tile": bins.tile,
        "tiles_q": bins.tiles_q,
    }
    return ArgumentSet("prism_volumes", Box.items(shape[0] * shape[1]), arguments)


MAKERS: dict[str, Maker] = {
    "winding_votes": _winding_votes,
    "winding_number": _winding_number,
    "prism_volumes": _prism_volumes,
}
