"""What the outer faces of the grid are, for fields that do not travel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import GridError
from emtwin.grid import Grid

OPEN, ELECTRIC, MAGNETIC = "open", "electric", "magnetic"
Kinds = tuple[str, str]
Real = NDArray[np.float64]
_PAIRS = frozenset(product((OPEN, ELECTRIC, MAGNETIC), repeat=2))


@dataclass(frozen=True)
class Walls:
    """Kind of every outer face: space goes on behind it, or it conducts, or it is a mirror.

    An electric face is a conductor (a floor); no flux of D or of current passes a magnetic one. At
    an open face the potential is assumed to fall as r^-n from the centre of the conductors, with
    the n of their lowest moment (Bayliss and Turkel, Comm. Pure Appl. Math. 33, 1980, p. 707,
    first condition): n = 1 in free space, n = 2 over a floor, whose image takes the charge away.

    Parameters
    ----------
    x, y, z : tuple of {"open", "electric", "magnetic"}
        Kinds of the faces at the low and the high end of each axis.

    Raises
    ------
    GridError
        For an unknown kind.
    """

    x: Kinds = (OPEN, OPEN)
    y: Kinds = (OPEN, OPEN)
    z: Kinds = (OPEN, OPEN)

    def __post_init__(self) -> None:
        for name, kinds in zip("xyz", self.axes, strict=True):
            if tuple(kinds) not in _PAIRS:
                raise GridError.single(
                    f"walls of {name} are {kinds!r}; each of its two faces is {OPEN!r}, "
                    f"{ELECTRIC!r} or {MAGNETIC!r}",
                    field=name,
                )

    @classmethod
    def over_floor(cls) -> Walls:
        """A conducting floor below, open elsewhere."""
        return cls(z=(ELECTRIC, OPEN))

    @classmethod
    def all(cls, kind: str) -> Walls:
        """The same kind on all six faces."""
        return cls((kind, kind), (kind, kind), (kind, kind))

    def instead_of_open(self, kind: str) -> Walls:
        """The same with another kind for the open faces."""
        x, y, z = ((kind if a == OPEN else a, kind if b == OPEN else b) for a, b in self.axes)
        return Walls(x, y, z)

    @property
    def axes(self) -> tuple[Kinds, Kinds, Kinds]:
        """Kinds by axis."""
        return self.x, self.y, self.z

    def faces(self, kind: str) -> Iterator[tuple[int, int]]:
        """Axis and end (0 low, -1 high) of every face of a kind."""
        for axis, kinds in enumerate(self.axes):
            for end, found in zip((0, -1), kinds, strict=True):
                if found == kind:
                    yield axis, end

    def fall(self) -> int:
        """The n of r^-n, by which a potential falls at open faces."""
        dimensions = sum(OPEN in kinds for kinds in self.axes)
        lowest = dimensions - 2 + any(True for _ in self.faces(ELECTRIC))
        return max(lowest, 0)


def nodes_on(axis: int, end: int) -> tuple[slice | int, ...]:
    """Index of the nodes of an outer face in an array of shape `grid.nodes`."""
    where: list[slice | int] = [slice(None)] * 3
    where[axis] = end
    return tuple(where)


def fall_rates(grid: Grid, walls: Walls, centre: Real) -> list[tuple[int, int, Real]]:
    """How fast r^-1 falls outwards at the nodes of each open face: (r . n) / r^2.

    Parameters
    ----------
    grid : Grid
        The grid.
    walls : Walls
        Its faces.
    centre : ndarray, shape (3,)
        Origin of r in metres. Along an axis with one wall that is not open it is moved to that
        wall, where the images are symmetrical; an axis with two such walls does not count in r.

    Returns
    -------
    list of (int, int, ndarray)
        Axis, end, and rates in 1/m, shape of the face's nodes.
    """
    origin, counts = np.array(centre, np.float64), []
    for axis, kinds in enumerate(walls.axes):
        closed = [end for end, kind in zip((0, -1), kinds, strict=True) if kind != OPEN]
        counts.append(len(closed) < 2)
        if len(closed) == 1:
            origin[axis] = grid.lines[axis][closed[0]]
    offsets = [
        (lines - o) * used for lines, o, used in zip(grid.lines, origin, counts, strict=True)
    ]
    x, y, z = np.ix_(*(o**2 for o in offsets))
    square = x + y + z
    rates = []
    for axis, end in walls.faces(OPEN):
        outwards = abs(offsets[axis][end])
        away = square[nodes_on(axis, end)]
        rate = np.divide(outwards, away, out=np.zeros(away.shape), where=away > 0)
        rates.append((axis, end, rate))
    return rates
