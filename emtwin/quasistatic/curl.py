"""The curl-curl operator of the Yee grid in terms of line integrals.

u = A l is the line integral of the vector potential along an edge (Wb), C u the flux through the
faces, W C u the magnetomotive force along the dual edges, C^T W C u the current through the dual
faces (A). C applied to a gradient is zero exactly.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import MU0
from emtwin.grid import Grid
from emtwin.grid.medium import Faces

Real = NDArray[np.float64]
Sparse = Any


def gradient(grid: Grid) -> Sparse:
    """Differences of a potential along all edges.

    Parameters
    ----------
    grid : Grid
        The grid.

    Returns
    -------
    scipy.sparse.csr_array, shape (3 nodes, nodes)
        Head minus tail; rows where there is no edge are empty. Edges are numbered as in
        ``reshape(-1)`` of an array of shape (3, nx+1, ny+1, nz+1).
    """
    numbers = np.arange(int(np.prod(grid.nodes))).reshape(grid.nodes)
    rows, columns, signs = [], [], []
    for axis in range(3):
        tail = numbers[_without_last(axis)].ravel()
        head = tail + grid.node_strides[axis]
        for node, sign in ((head, 1.0), (tail, -1.0)):
            rows.append(tail + axis * numbers.size)
            columns.append(node)
            signs.append(np.full(tail.size, sign))
    return _sparse(rows, columns, signs, (3 * numbers.size, numbers.size))


def curl(grid: Grid) -> Sparse:
    """Sum of line integrals round all faces.

    Parameters
    ----------
    grid : Grid
        The grid.

    Returns
    -------
    scipy.sparse.csr_array, shape (3 nodes, 3 nodes)
        Rows are faces (normal to x at (i, j+1/2, k+1/2), and so on), columns edges, both numbered
        as in ``reshape(-1)`` of arrays of shape (3, nx+1, ny+1, nz+1); rows where there is no face
        are empty.
    """
    numbers = np.arange(int(np.prod(grid.nodes))).reshape(grid.nodes)
    n, strides = numbers.size, grid.node_strides
    rows, columns, signs = [], [], []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        face = numbers[_without_last(u, v)].ravel()
        around = (
            (u * n + face, 1.0),
            (v * n + face + strides[u], 1.0),
            (u * n + face + strides[v], -1.0),
            (v * n + face, -1.0),
        )
        for edge, sign in around:
            rows.append(axis * n + face)
            columns.append(edge)
            signs.append(np.full(face.size, sign))
    return _sparse(rows, columns, signs, (3 * n, 3 * n))


def face_reluctances(grid: Grid, faces: Faces | None) -> Real:
    """Magnetomotive force along each dual edge per flux: dual length / (mu area), in 1/H.

    Parameters
    ----------
    grid : Grid
        The grid.
    faces : Faces or None
        Permeability of the faces; None for vacuum.

    Returns
    -------
    ndarray, shape (3, nx+1, ny+1, nz+1)
        Zero where there is no face.
    """
    result = np.zeros((3, *grid.nodes))
    for axis in range(3):
        factors = [grid.dual_spacings[a] if a == axis else 1 / grid.spacings[a] for a in range(3)]
        shape = np.einsum("i,j,k->ijk", *factors) / MU0
        inside = tuple(slice(0, m) for m in shape.shape)
        relative = 1.0 if faces is None else faces.permeability[faces.ids[axis][inside]]
        result[axis][inside] = shape / relative
    return result


def dual_volumes(grid: Grid) -> Real:
    """Volumes round the nodes in cubic metres, shape `grid.nodes`."""
    return np.asarray(np.einsum("i,j,k->ijk", *grid.dual_spacings))


def _without_last(*axes: int) -> tuple[slice, ...]:
    return tuple(slice(None, -1) if a in axes else slice(None) for a in range(3))


def _sparse(
    rows: list[NDArray[np.int64]],
    columns: list[NDArray[np.int64]],
    values: list[Real],
    shape: tuple[int, int],
) -> Sparse:
    from scipy import sparse

    place = (
        np.concatenate(rows).astype(np.int32),
        np.concatenate(columns).astype(np.int32),
    )
    return sparse.csr_array((np.concatenate(values), place), shape=shape)
