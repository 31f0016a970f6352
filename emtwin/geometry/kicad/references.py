"""Which plane carries the return current of a piece of track."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry.kicad.model import PlacedBoard
from emtwin.geometry.kicad.shapes import shapely
from emtwin.geometry.kicad.sheets import Sheet

Points = NDArray[np.float64]

SHIELDED = 0.5
"""A track that runs between two planes for more than this share of its length is shielded."""


@dataclass(frozen=True, eq=False)
class Reference:
    """The plane of a piece of track, as the board lies in the device.

    Parameters
    ----------
    sheet, kept : Sheet
        The plane, and the sheet that stands for it in the mesh.
    below : bool
        Whether the track lies below that plane.
    other : Sheet or None
        The plane on the other side of the track, if there is one.
    between : float
        Length that lies between both, in metres.
    """

    sheet: Sheet
    kept: Sheet
    below: bool
    other: Sheet | None
    between: float


def reference(placed: PlacedBoard, layer: str, points: Points) -> Reference | None:
    """Plane of a piece of track: the nearer one of those that cover all of it, else of all.

    Parameters
    ----------
    placed : PlacedBoard
        The board in its place.
    layer : str
        Copper layer of the track.
    points : ndarray of float64, shape (n, 2)
        Its corners in the board's frame, metres.

    Returns
    -------
    Reference or None
        None where no kept net has copper over or under it.
    """
    nearest: dict[bool, tuple[Sheet, Sheet]] = {}
    for sheet, kept, below in placed.beside(layer):
        if below not in nearest and _has_copper(placed, points, sheet):
            nearest[below] = sheet, kept
    if not nearest:
        return None

    def rank(below: bool) -> tuple[bool, float]:
        """Whether the track leaves the plane on that side, and how far away it is."""
        sheet = nearest[below][0]
        leaves = placed.uncovered(placed.over(points, sheet), sheet) is not None
        return leaves, placed.between(layer, sheet)[0]

    below = min(sorted(nearest), key=rank)
    sheet, kept = nearest[below]
    other = nearest[not below][0] if len(nearest) == 2 else None
    line = shapely().LineString(points)
    between = line.intersection(sheet.shape).intersection(other.shape).length if other else 0.0
    return Reference(sheet, kept, below, other, between)


def _has_copper(placed: PlacedBoard, points: Points, sheet: Sheet) -> bool:
    """Whether a sheet has copper over or under some of a path."""
    middle = points[len(points) // 2 - 1 :][:2].mean(axis=0)
    return any(placed.covers(point, sheet) for point in (*points, middle))
