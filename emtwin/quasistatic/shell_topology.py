"""Which stream functions a surface allows: constant along every rim, fixed once per piece."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import Problem
from emtwin.geometry import Surface, topology
from emtwin.geometry.topology import connected, edges_of

Ints = NDArray[np.int64]

MOST_TRIANGLES = 6000
"""Dense matrices of more than this take above 2 GB."""


def shell_problems(surface: Surface) -> list[Problem]:
    """Everything about a welded surface that keeps it from being a shell."""
    found = topology(surface)
    problems = []
    if not found.manifold:
        edges = edges_of(surface.triangles)
        crowded = edges.ends[edges.counts > 2]
        x, y, z = surface.points[crowded[0]].mean(axis=0)
        problems.append(
            Problem(
                f"{len(crowded)} edges belong to three or more triangles, the first at ({x:g}, "
                f"{y:g}, {z:g}) m: a shell's walls must not meet in a T",
                field="surface",
                remedy="remove the inner wall, or solve its parts as shells of their own",
            )
        )
    if not found.consistent:
        problems.append(
            Problem(
                f"the normals of neighbours disagree at {found.disagreeing} edges",
                field="surface",
                remedy="turn the triangles so that neighbours have the same side out",
            )
        )
    if len(surface.triangles) > MOST_TRIANGLES:
        problems.append(
            Problem(
                f"the shell has {len(surface.triangles)} triangles, more than {MOST_TRIANGLES}",
                field="surface",
                remedy="mesh it with larger triangles; the matrices are dense",
            )
        )
    return problems or _handles(surface)


def stream_space(surface: Surface) -> Any:
    """Sparse (points, unknowns): the value at every point for each free stream function.

    No current crosses a rim, so the stream function is one unknown along each; on each piece one
    value is zero, because only differences are currents.
    """
    from scipy import sparse

    n = len(surface.points)
    piece = _pieces(surface)
    rim = _rims(surface)
    # Points of one rim share a number; every other point has its own.
    number = np.where(rim >= 0, n + rim, np.arange(n))
    _, group = np.unique(number, return_inverse=True)
    # The first rim of a piece is its zero, the first point where it has none.
    order = np.lexsort((np.arange(n), rim < 0, piece))
    _, first = np.unique(piece[order], return_index=True)
    free = np.setdiff1d(np.arange(group.max() + 1), group[order[first]])
    every = sparse.csr_array((np.ones(n), (np.arange(n), group)), shape=(n, group.max() + 1))
    return every[:, free]


def _pieces(surface: Surface) -> Ints:
    """Piece of the surface that each point belongs to, shape (points,)."""
    ends = edges_of(surface.triangles).ends
    return connected(ends[:, 0], ends[:, 1], len(surface.points))


def _rims(surface: Surface) -> Ints:
    """Number of the rim that each point lies on, -1 inside, shape (points,)."""
    edges = edges_of(surface.triangles)
    open_ends = edges.ends[edges.counts == 1]
    label = connected(open_ends[:, 0], open_ends[:, 1], len(surface.points))
    on_rim = np.zeros(len(surface.points), dtype=bool)
    on_rim[open_ends] = True
    return np.where(on_rim, label, -1)


def _handles(surface: Surface) -> list[Problem]:
    """Problem of pieces through which a current could run round a handle, as on a torus.

    Euler's formula: points - edges + triangles = 2 - rims - 2 handles.
    """
    piece, rim, edges = _pieces(surface), _rims(surface), edges_of(surface.triangles)
    count = int(piece.max()) + 1
    rims = np.zeros(count, dtype=np.int64)
    number, first = np.unique(rim, return_index=True)
    np.add.at(rims, piece[first[number >= 0]], 1)
    euler = (
        np.bincount(piece, minlength=count)
        - np.bincount(piece[edges.ends[:, 0]], minlength=count)
        + np.bincount(piece[surface.triangles[:, 0]], minlength=count)
    )
    handles = int((2 - rims - euler).sum()) // 2
    if not handles:
        return []
    return [
        Problem(
            f"the shell has {handles} handles, as a torus has one, round which a net current runs",
            field="surface",
            remedy="cut it open along a line across the handle, or leave the handle out; part rims "
            "that touch in a point, which count as one",
        )
    ]
