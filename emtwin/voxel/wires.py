"""Cables and traces put on grid lines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import GridError
from emtwin.grid import Grid

_TOLERANCE = 1e-6  # metres; the planner puts lines through every point of a path


def route(grid: Grid, name: str, points: Sequence[Sequence[float]]) -> NDArray[np.int64]:
    """Grid nodes along a path of straight legs.

    Parameters
    ----------
    grid : Grid
        Grid with a line through every coordinate of the path.
    name : str
        Name of the conductor, for messages.
    points : sequence of (x, y, z)
        Corners of the path in metres.

    Returns
    -------
    ndarray of int64, shape (n, 3)
        Nodes; neighbours differ by one step along one axis.

    Raises
    ------
    GridError
        If a corner lies on no grid line or outside the grid, or a leg runs along no axis.
    """
    corners = [_node(grid, name, point) for point in points]
    nodes = [corners[0]]
    for number, (here, there) in enumerate(pairwise(corners)):
        move = there - here
        if np.count_nonzero(move) > 1:
            raise GridError.single(
                f"{name}: leg {number + 1} from {_text(points[number])} to "
                f"{_text(points[number + 1])} "
                "runs along no axis",
                field=name,
                remedy="split the leg into legs along x, y and z: the grid's cells differ along "
                "its way, and an oblique wire's staircase can be corrected on equal cells only",
            )
        steps = int(np.abs(move).sum())
        nodes += [here + np.sign(move) * n for n in range(1, steps + 1)]
    return np.array(nodes, np.int64)


def _node(grid: Grid, name: str, point: Sequence[float]) -> NDArray[np.int64]:
    node = np.array(grid.nearest_node((point[0], point[1], point[2])), np.int64)
    found = np.array([lines[n] for lines, n in zip(grid.lines, node, strict=True)])
    miss = float(np.abs(found - np.array(point)).max())
    if miss > _TOLERANCE:
        raise GridError.single(
            f"{name}: the nearest grid node to {_text(point)} is {miss * 1e3:.3g} mm away",
            field=name,
            remedy="the mesh planner merged lines here: move the point to "
            f"{_text(found)}, or use a finer accuracy",
        )
    return node


def _text(point: Sequence[float] | NDArray[np.float64]) -> str:
    return "(" + ", ".join(f"{value * 1e3:.6g}" for value in point) + ") mm"
