"""What is drawn: pieces of the board's edge, graphics on copper, and parts of custom pads."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry.kicad.board import Drawing
from emtwin.geometry.kicad.curves import arc, bezier, turned
from emtwin.geometry.kicad.fields import Fields
from emtwin.geometry.kicad.sexpr import Expression

Points = NDArray[np.float64]

EDGE = "Edge.Cuts"
"""Layer of the board's outline."""

_KINDS = ("line", "arc", "circle", "rect", "poly", "curve")
_CLOSED = ("circle", "rect", "poly")
_TEXTS = ("text", "text_box")


def placed(points: Points, place: Sequence[float], angle: float) -> Points:
    """Points of a footprint on the board: turned counter-clockwise, then moved.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 2)
        In the footprint's frame, y up, metres.
    place : sequence of float
        Where the footprint stands, metres.
    angle : float
        In radians.

    Returns
    -------
    ndarray of float64, shape (n, 2)
        On the board.
    """
    cos, sin = math.cos(angle), math.sin(angle)
    return np.asarray(points @ np.array([[cos, sin], [-sin, cos]]) + np.asarray(place))


def drawings(root: Expression, layers: Sequence[str], fields: Fields) -> tuple[Drawing, ...]:
    """Everything drawn on some layers, by the board itself or by a footprint.

    Parameters
    ----------
    root : Expression
        The board.
    layers : sequence of str
        Which layers.
    fields : Fields
        Reads the values.

    Returns
    -------
    tuple of Drawing
        On the board.
    """
    found = list(drawn(root, "gr_", layers, fields))
    for footprint in root.all("footprint", "module"):
        place, angle = fields.position(footprint, "at"), fields.angle(footprint, "at", 2)
        found += [
            replace(drawing, points=placed(drawing.points, place, angle))
            for drawing in drawn(footprint, "fp_", layers, fields)
        ]
    return tuple(found)


def drawn(
    owner: Expression, prefix: str, layers: Sequence[str] | None, fields: Fields
) -> Iterator[Drawing]:
    """Drawings directly inside a list, in its own frame; on any layer where none is given."""
    for item in owner.all(*(prefix + kind for kind in _KINDS)):
        on = [layer for layer in layers or ("",) if layers is None or layer in _layers(item)]
        kind = item.name.removeprefix(prefix)
        points = _points(item, kind, fields) if on else np.zeros((0, 2))
        if len(points) > 1:
            net, stroke = fields.net(item), _stroke(item, fields)
            filled = _filled(item, kind, stroke)
            yield from (Drawing(points, stroke, filled, one, net, item.line) for one in on)


def texts(root: Expression, layers: Sequence[str]) -> int:
    """How many texts stand on some layers."""
    owners = [(root, "gr_"), *((f, "fp_") for f in root.all("footprint", "module"))]
    return sum(
        bool(_layers(item) & set(layers))
        for owner, prefix in owners
        for item in owner.all(*(prefix + kind for kind in _TEXTS))
    )


def _layers(item: Expression) -> set[str]:
    return {word for entry in item.all("layer", "layers") for word in entry.words}


def _stroke(item: Expression, fields: Fields) -> float:
    """Width of the pen; inside ``stroke`` since KiCad 7."""
    return abs(fields.length(item.first("stroke") or item, "width", 0.0))


def _filled(item: Expression, kind: str, stroke: float) -> bool:
    """``solid`` in KiCad 6 and 7, ``yes`` since.

    Before, a polygon was always filled, and so is any closed line that has no pen to be drawn with.
    """
    said = item.word("fill")
    if said:
        return said not in ("no", "none")
    return kind == "poly" or (kind in _CLOSED and stroke == 0.0)


def _rectangle(start: Sequence[float], end: Sequence[float], radius: float) -> Points:
    """Between two opposite corners, closed; round by `radius` (since KiCad 10)."""
    (left, right), (low, high) = (sorted((start[n], end[n])) for n in (0, 1))
    radius = min(radius, (right - left) / 2, (high - low) / 2)
    corners = np.array([(left, low), (right, low), (right, high), (left, high), (left, low)])
    if radius == 0.0:
        return corners
    inward = radius * np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)])
    rounded = [
        turned(centre, centre + start, math.pi / 2)
        for centre, start in zip(
            corners[:4] + inward, radius * np.array([(-1, 0), (0, -1), (1, 0), (0, 1)]), strict=True
        )
    ]
    return np.concatenate([*rounded, rounded[0][:1]])


def _points(item: Expression, kind: str, fields: Fields) -> Points:
    if kind in ("poly", "curve"):
        points = fields.corners(item)
        if kind == "curve":
            return bezier(points) if len(points) == 4 else points
        return np.concatenate([points, points[:1]])
    if kind == "circle":
        return turned(fields.position(item, "center"), fields.position(item, "end"), 2 * math.pi)
    start, end = fields.position(item, "start"), fields.position(item, "end")
    if kind == "rect":
        return _rectangle(start, end, abs(fields.length(item, "radius", 0.0)))
    if kind == "arc" and item.first("mid"):
        return arc(start, fields.position(item, "mid"), end)
    if kind == "arc":
        # Before KiCad 6: centre, first point, and an angle clockwise on the screen.
        return turned(start, end, -math.radians(fields.value(item, item.word("angle"), "angle")))
    return np.array([start, end])
