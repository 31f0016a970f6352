"""Pieces of the board's edge: what is drawn on Edge.Cuts."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry.kicad.copper_items import placed
from emtwin.geometry.kicad.curves import arc, bezier, turned
from emtwin.geometry.kicad.fields import Fields
from emtwin.geometry.kicad.sexpr import Expression

Points = NDArray[np.float64]

_KINDS = ("line", "arc", "circle", "rect", "poly", "curve")


def edge_pieces(root: Expression, fields: Fields) -> list[tuple[Points, int]]:
    """Everything drawn on Edge.Cuts, by the board itself or by a footprint.

    Parameters
    ----------
    root : Expression
        The board.
    fields : Fields
        Reads the values.

    Returns
    -------
    list of (ndarray, int)
        Lines in metres with their line in the file; a closed one ends where it begins.
    """
    pieces = list(_drawn(root, "gr_", fields))
    for footprint in root.all("footprint", "module"):
        place, angle = fields.position(footprint, "at"), fields.angle(footprint, "at", 2)
        pieces += [
            (placed(points, place, angle), line)
            for points, line in _drawn(footprint, "fp_", fields)
        ]
    return pieces


def _drawn(owner: Expression, prefix: str, fields: Fields) -> Iterator[tuple[Points, int]]:
    for item in owner.all(*(prefix + kind for kind in _KINDS)):
        if item.word("layer") == "Edge.Cuts":
            points = _piece(item, item.name.removeprefix(prefix), fields)
            if len(points) > 1:
                yield points, item.line


def _piece(item: Expression, kind: str, fields: Fields) -> Points:
    if kind in ("poly", "curve"):
        points = fields.corners(item)
        if kind == "curve":
            return bezier(points) if len(points) == 4 else points
        return np.concatenate([points, points[:1]])
    if kind == "circle":
        return turned(fields.position(item, "center"), fields.position(item, "end"), 2 * math.pi)
    start, end = fields.position(item, "start"), fields.position(item, "end")
    if kind == "rect":
        (a, b), (c, d) = start, end
        return np.array([(a, b), (c, b), (c, d), (a, d), (a, b)])
    if kind == "arc" and item.first("mid"):
        return arc(start, fields.position(item, "mid"), end)
    if kind == "arc":
        # Before KiCad 6: centre, first point, and an angle clockwise on the screen.
        return turned(start, end, -math.radians(fields.value(item, item.word("angle"), "angle")))
    return np.array([start, end])
