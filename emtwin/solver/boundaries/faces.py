"""What the outer faces of the grid are: conducting, mirrors, or joined to the face opposite.

An electric face holds the tangential e at zero. A magnetic face is a mirror with even tangential e:
its edges are advanced like any other. The h beyond it is the image of the one inside, -h, and the
difference of the two over one cell is h over half a cell: the dual spacing at the end of an axis,
beside an element that is zero. Periodic faces are one plane of nodes that is kept twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import GridError
from emtwin.grid import Grid
from emtwin.grid.medium import PEC_ROW, Medium

ELECTRIC, MAGNETIC, PERIODIC = "electric", "magnetic", "periodic"
Kinds = tuple[str, str]
_WALLS: Kinds = (ELECTRIC, ELECTRIC)
_PAIRS = frozenset(product((ELECTRIC, MAGNETIC, PERIODIC), repeat=2))


@dataclass(frozen=True)
class Boundaries:
    """Kind of every outer face; an absorber lies in front of an electric one.

    A source on a magnetic face belongs to the half that is modelled: a current i there stands for
    2 i on the plane of the whole scene, a port of R for R / 2.

    Parameters
    ----------
    x, y, z : tuple of {"electric", "magnetic", "periodic"}
        Kinds of the faces at the low and the high end of each axis.

    Raises
    ------
    GridError
        For an unknown kind, or where one face of an axis is periodic and the other is not.
    """

    x: Kinds = _WALLS
    y: Kinds = _WALLS
    z: Kinds = _WALLS

    def __post_init__(self) -> None:
        for name, kinds in zip("xyz", self.axes, strict=True):
            if tuple(kinds) not in _PAIRS:
                raise GridError.single(
                    f"boundaries of {name} are {kinds!r}; each of its two faces is "
                    f"{ELECTRIC!r}, {MAGNETIC!r} or {PERIODIC!r}",
                    field=name,
                )
            if kinds.count(PERIODIC) == 1:
                raise GridError.single(
                    f"of the two faces of {name} only one is periodic: {kinds[0]} and {kinds[1]}",
                    field=name,
                    remedy="make both faces of the axis periodic, or neither",
                )

    @classmethod
    def periodic(cls, axes: str) -> Boundaries:
        """Periodic along the named axes, "x" to "xyz"; electric faces elsewhere."""
        return cls(*((PERIODIC, PERIODIC) if name in axes else _WALLS for name in "xyz"))

    @property
    def axes(self) -> tuple[Kinds, Kinds, Kinds]:
        """Kinds by axis."""
        return self.x, self.y, self.z

    def repeats(self, axis: int) -> bool:
        """Whether the grid is periodic along an axis."""
        return self.axes[axis][0] == PERIODIC

    def faces(self) -> Iterator[tuple[int, int, str]]:
        """Axis, end (0 low, 1 high) and kind of every face that is not electric."""
        for axis, kinds in enumerate(self.axes):
            for end, kind in enumerate(kinds):
                if kind != ELECTRIC:
                    yield axis, end, kind

    def dual_spacings(self, grid: Grid) -> list[NDArray[np.float64]]:
        """Distances of neighbouring h along each axis in metres, shapes (n + 1,).

        Half a cell at the ends; where the grid repeats, half the first and half the last cell.
        """
        duals = [d.copy() for d in grid.dual_spacings]
        for axis, d in enumerate(duals):
            if self.repeats(axis):
                d[[0, -1]] = d[0] + d[-1]
        return duals

    def closed_ids(self, medium: Medium) -> list[NDArray[np.uint16]]:
        """Rows of the edges as they are advanced: tangential edges of electric faces conduct.

        The last plane of a periodic axis has the rows of the first.
        """
        closed = [volume.copy() for volume in medium.ids]
        for axis, kinds in enumerate(self.axes):
            for direction, ids in enumerate(closed):
                planes = np.moveaxis(ids, axis, 0)
                if direction != axis:
                    _close(planes, kinds)
        return closed

    def closed_row(self, medium: Medium, component: str, place: tuple[int, int, int]) -> int:
        """Row of one edge as it is advanced; see `closed_ids`."""
        direction = "xyz".index(component[-1])
        at, nodes = list(place), medium.ids_x.shape
        for axis, kinds in enumerate(self.axes):
            end = {0: 0, nodes[axis] - 1: 1}.get(at[axis])
            if axis == direction or end is None:
                continue
            if kinds[end] == ELECTRIC:
                return PEC_ROW
            if kinds[end] == PERIODIC:
                at[axis] = 0
        return int(medium.ids[direction][tuple(at)])


def _close(planes: NDArray[np.uint16], kinds: Kinds) -> None:
    for end, kind in zip((0, -1), kinds, strict=True):
        if kind == ELECTRIC:
            planes[end] = PEC_ROW
    if kinds[0] == PERIODIC:
        planes[-1] = planes[0]
