"""Where a trace lies in the grid: the cell beside its plane, and metal beyond it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import GridError, Notice
from emtwin.grid import Grid
from emtwin.solver.wires.cross_section import strip_inductance, stripline_inductance
from emtwin.solver.wires.wire import Trace

_APART = 0.05
"""Share of a cell within which a trace and the metal beyond it lie on one layer of a board."""


def cell_beside(grid: Grid, trace: Trace) -> tuple[NDArray[np.float64], int, float]:
    """The grid as seen from the plane of a trace towards the trace, where both sides are alike.

    Parameters
    ----------
    grid : Grid
        The grid.
    trace : Trace
        The trace.

    Returns
    -------
    lines : ndarray of float64
        z coordinates in rising order, those of a trace below its plane with the other sign, metres.
    plane : int
        Number of the plane among them.
    height : float
        Of the cell beside the plane in metres.

    Raises
    ------
    GridError
        If the trace does not lie in that cell.
    """
    side, k = (-1 if trace.below else 1), int(trace.nodes[0, 2])
    lines, plane = side * grid.z[::side], k if side > 0 else grid.z.size - 1 - k
    height = float(lines[plane + 1] - lines[plane])
    if not 0 < trace.height <= height * (1 + 1e-9):
        raise GridError.single(
            f"trace {trace.name} at {trace.height * 1e3:g} mm from its plane does not lie in the "
            f"cell beside it, which is {height * 1e3:g} mm high",
            field=trace.name,
            remedy="put a grid line at the face of the board, or correct the height",
        )
    return lines, plane, height


def covered_inductance(trace: Trace, cell: float) -> float:
    """Inductance per metre where metal lies on the far side of the cell, of height `cell`, H/m.

    A trace at the cell's far side lies in a gap of that metal, narrower than a cell: it is taken
    as a strip over its plane, since the grid does not know how wide the gap is.
    """
    gap = cell - trace.height
    if gap < _APART * cell:
        return strip_inductance(trace.width, trace.height)
    return stripline_inductance(trace.width, trace.height, gap)


def covered_notice(grid: Grid, trace: Trace) -> Notice:
    """How much of a trace lies between its plane and other metal."""
    ends = np.array([[grid.lines[a][n[a]] for a in range(3)] for n in trace.nodes])
    lengths = np.linalg.norm(np.diff(ends, axis=0), axis=1)
    hidden = float(lengths[list(trace.covered)].sum())
    return Notice(
        "trace-covered",
        f"Trace {trace.name}: {hidden * 1e3:.3g} of its {float(lengths.sum()) * 1e3:.3g} mm lie "
        "in the grid between its plane and other metal, such as a fill beside it on its own layer "
        "whose gap is narrower than a cell. There it is a line over its plane that couples to no "
        "field outside.",
    )
