"""Where a sheet lies: edges of a rectangle of a grid plane, and what is wrong with the place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import Problem
from emtwin.grid import Grid, Node


def flat_axes(lo: Node, hi: Node) -> list[int]:
    """Axes along which two corners agree."""
    return [axis for axis in range(3) if lo[axis] == hi[axis]]


def flat_axis(lo: Node, hi: Node) -> int:
    """The axis that a rectangle is normal to."""
    return flat_axes(lo, hi)[0]


def place_problems(
    name: str, grid: Grid, lo: Node, hi: Node, *, box: bool = False
) -> list[Problem]:
    """What is wrong with the corners of a sheet, or of a `box` of six sheets.

    Parameters
    ----------
    name : str
        Name of the sheet.
    grid : Grid
        The grid.
    lo, hi : Node
        Its corners.
    box : bool
        Corners that differ along all axes are allowed.
    """
    corners = f"{tuple(lo)} and {tuple(hi)}"
    if any(not 0 <= low <= high < n for low, high, n in zip(lo, hi, grid.nodes, strict=True)):
        return [
            Problem(
                f"sheet {name}: its corners {corners} are not in rising order inside the grid of "
                f"{grid.nodes} nodes",
                field=name,
            )
        ]
    flat = flat_axes(lo, hi)
    if len(flat) > 1 or (not flat and not box):
        return [
            Problem(
                f"sheet {name}: its corners {corners} agree along {len(flat)} axes, but a sheet "
                "lies in one plane of nodes",
                field=name,
            )
        ]
    planes = [(axis, lo[axis]) for axis in flat]
    if not flat:
        planes = [(axis, corner[axis]) for axis in range(3) for corner in (lo, hi)]
    outer = [axis for axis, plane in planes if plane in (0, grid.shape[axis])]
    if outer:
        return [
            Problem(
                f"sheet {name} lies on the outer boundary normal to {'xyz'[outer[0]]}, whose edges "
                "are conducting",
                field=name,
                remedy="move it inside by a cell at least",
            )
        ]
    return []


def tangential_edges(
    grid: Grid, lo: Node, hi: Node
) -> dict[int, tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """Edges of a rectangle, rim included.

    Parameters
    ----------
    grid : Grid
        The grid.
    lo, hi : Node
        Corners; they agree along one axis.

    Returns
    -------
    dict of int to (ndarray, ndarray)
        By the direction of the edges: indices of shape (n, 3), and the share of the edge's dual
        width across it that the rectangle covers: 1 inside, about 1/2 on the rim.
    """
    normal = flat_axis(lo, hi)
    found = {}
    for axis in range(3):
        if axis == normal:
            continue
        across = 3 - axis - normal
        spans = [np.arange(lo[a], hi[a] + 1) for a in range(3)]
        spans[axis] = spans[axis][:-1]
        index = np.stack(np.meshgrid(*spans, indexing="ij"), -1).reshape(-1, 3)
        covered = _covered(grid, across, lo[across], hi[across])
        found[axis] = (index.astype(np.int64), covered[index[:, across] - lo[across]])
    return found


def _covered(grid: Grid, axis: int, low: int, high: int) -> NDArray[np.float64]:
    """Share of the dual cells of lines `low` to `high` that lies between these two lines."""
    halves = grid.spacings[axis][low:high] / 2
    width = np.append(halves, 0.0) + np.append(0.0, halves)
    share: NDArray[np.float64] = width / grid.dual_spacings[axis][low : high + 1]
    return share
