"""Which feature sets the smallest cell of each axis, and what it costs in time steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from emtwin.constants import C0
from emtwin.voxel.planning.plan import Plan


@dataclass(frozen=True)
class SmallestCell:
    """The smallest cell along one axis, and who set it.

    Parameters
    ----------
    axis : int
        Axis, 0 to 2.
    size, at : float
        Size and middle of the cell, metres.
    source : str
        Part, gap or line that set it.
    without : float
        Smallest cell along this axis without it, metres.
    steps : float
        Time steps for the same time, as a multiple of those without it: 1 where another axis or
        another place is as small.
    """

    axis: int
    size: float
    at: float
    source: str
    without: float
    steps: float


def smallest_cells(plan: Plan) -> tuple[SmallestCell, ...]:
    """What sets the smallest cells of a plan, one entry per axis.

    The Courant limit depends on the smallest cell of each axis. Every cause of that cell is left
    out in turn and the axis planned again; the one that costs most is told.

    Parameters
    ----------
    plan : Plan
        A plan.

    Returns
    -------
    tuple of SmallestCell
        Along x, y, z.
    """
    sizes = [axis.smallest_cell[0] for axis in plan.axes]
    found = []
    for number, axis in enumerate(plan.axes):
        size, at = axis.smallest_cell
        causes = [(other.smallest_cell[0], source) for source, other in axis.causes()]
        without, source = max(causes, default=(size, "the largest cell that is wanted"))
        larger = [*sizes[:number], max(without, size), *sizes[number + 1 :]]
        ratio = _courant(larger) / _courant(sizes)
        found.append(SmallestCell(number, size, at, source, max(without, size), ratio))
    return tuple(found)


def _courant(sizes: list[float]) -> float:
    """Courant limit in seconds of the smallest cell along each axis (metres)."""
    return float(1.0 / (C0 * np.sqrt(sum(1.0 / size**2 for size in sizes))))
