"""Footprints with pads, tracks, vias and zones out of a board's expression."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from emtwin.geometry.kicad.board import Fill, Footprint, Pad, Track, Via, Zone
from emtwin.geometry.kicad.curves import arc
from emtwin.geometry.kicad.drawings import drawn, placed
from emtwin.geometry.kicad.fields import MILLIMETRE, Fields
from emtwin.geometry.kicad.sexpr import Expression

SOLID_FILLS = 20250210
"""First format whose filled polygons are the copper itself unless they say otherwise."""


def footprints(root: Expression, copper: Sequence[str], fields: Fields) -> tuple[Footprint, ...]:
    """Footprints; called modules before KiCad 6."""
    return tuple(_footprint(f, copper, fields) for f in root.all("footprint", "module"))


def _footprint(item: Expression, copper: Sequence[str], fields: Fields) -> Footprint:
    reference = _reference(item)
    place, angle = fields.position(item, "at"), fields.angle(item, "at", 2)
    pads = tuple(_pad(p, reference, place, angle, copper, fields) for p in item.all("pad"))
    return Footprint(reference, place, angle, item.word("layer"), pads)


def _reference(item: Expression) -> str:
    """``U1``: a text until KiCad 7, a property since."""
    for entry in item.all("fp_text", "property"):
        if len(entry.words) > 1 and entry.words[0].casefold() == "reference":
            return entry.words[1]
    return "?"


def _pad(
    item: Expression,
    reference: str,
    place: Sequence[float],
    angle: float,
    copper: Sequence[str],
    fields: Fields,
) -> Pad:
    name, kind, shape = (*item.words, "", "", "")[:3]
    at = np.array([fields.position(item, "at")])
    sides = _sides(item, "size", fields)
    if sides is None or min(sides) < 0:
        fields.fault(f"the pad {reference}.{name} has no size", item.line)
        sides = (0.0, 0.0)
    hole = item.first("drill")
    x, y = placed(at, place, angle)[0].tolist()
    right, up = (_sides(hole, "offset", fields) if hole else None) or (0.0, 0.0)
    left, lower = _sides(item, "rect_delta", fields) or (0.0, 0.0)
    primitives = item.first("primitives")
    return Pad(
        reference=reference,
        name=name,
        net=fields.net(item),
        position=(x, y),
        rotation=fields.angle(item, "at", 2),  # on the board: it includes the footprint's
        size=sides,
        shape=_anchor(item) if shape == "custom" else shape,
        corner=fields.value(item, item.word("roundrect_rratio", "0.25"), "roundrect_rratio"),
        layers=layers_of(item, copper),
        hole=_hole(hole, fields),
        plated=kind == "thru_hole",
        line=item.line,
        offset=(right, -up),
        taper=(left, lower),
        chamfer=fields.value(item, item.word("chamfer_ratio", "0"), "chamfer_ratio"),
        cut=frozenset(_CORNERS[w] for w in _words(item, "chamfer") if w in _CORNERS),
        drawings=tuple(drawn(primitives, "gr_", None, fields)) if primitives else (),
    )


_CORNERS = {
    "top_left": (-1, 1),
    "top_right": (1, 1),
    "bottom_left": (-1, -1),
    "bottom_right": (1, -1),
}


def _words(item: Expression, name: str) -> list[str]:
    found = item.first(name)
    return found.words if found else []


def _sides(item: Expression, name: str, fields: Fields) -> tuple[float, float] | None:
    """Two lengths in metres of the list `name`; None where there are no two."""
    words = _words(item, name)[:2]
    if len(words) < 2:
        return None
    one, other = (fields.value(item, text, name) * MILLIMETRE for text in words)
    return one, other


def _anchor(item: Expression) -> str:
    """What a custom pad has at its middle."""
    options = item.first("options")
    return "circle" if options is None or options.word("anchor") != "rect" else "rect"


def _hole(drill: Expression | None, fields: Fields) -> tuple[float, float]:
    """Sides of a pad's hole: ``(drill 0.8)``, ``(drill oval 0.6 1.2)``."""
    words = [word for word in (drill.words if drill else []) if word != "oval"]
    if drill is None or not words:
        return 0.0, 0.0
    sides = [abs(fields.value(drill, word, "drill")) * MILLIMETRE for word in words]
    return sides[0], sides[-1]


def layers_of(item: Expression, copper: Sequence[str]) -> frozenset[str]:
    """Copper layers that an item is on; ``*.Cu`` and ``F&B.Cu`` are spelt out."""
    found: set[str] = set()
    for word in (word for entry in item.all("layer", "layers") for word in entry.words):
        if word == "*.Cu":
            found.update(copper)
        elif word == "F&B.Cu":
            found.update({"F.Cu", "B.Cu"} & set(copper))
        elif word in copper:
            found.add(word)
    return frozenset(found)


def tracks(root: Expression, fields: Fields) -> tuple[Track, ...]:
    """Straight pieces and arcs."""
    found = []
    for item in root.all("segment", "arc"):
        start, end = fields.position(item, "start"), fields.position(item, "end")
        points = np.array([start, end])
        if item.name == "arc":
            points = arc(start, fields.position(item, "mid"), end)
        width = abs(fields.length(item, "width"))
        found.append(Track(points, width, item.word("layer"), fields.net(item), item.line))
    return tuple(found)


def vias(root: Expression, copper: Sequence[str], fields: Fields) -> tuple[Via, ...]:
    """Through, blind and micro vias."""
    found = []
    for item in root.all("via"):
        layers = sorted(layers_of(item, copper), key=copper.index) or list(copper)
        size = abs(fields.length(item, "size"))
        drill = abs(fields.length(item, "drill", size / 2))
        place, ends = fields.position(item, "at"), (layers[0], layers[-1])
        found.append(Via(place, size, drill, ends, fields.net(item)))
    return tuple(found)


def zones(
    root: Expression, copper: Sequence[str], fields: Fields, version: int
) -> tuple[Zone, ...]:
    """Copper zones of the board and its footprints; rule areas, which have no copper, are none."""
    owners = [root, *root.all("footprint", "module")]
    found = [item for owner in owners for item in owner.all("zone")]
    return tuple(
        _zone(item, copper, fields, version) for item in found if item.first("keepout") is None
    )


def _zone(item: Expression, copper: Sequence[str], fields: Fields, version: int) -> Zone:
    layers = tuple(sorted(layers_of(item, copper), key=copper.index))
    # Fills were drawn with a pen of the zone's least width; one that is the copper itself says so,
    # up to KiCad 9. Later formats say only the opposite.
    drawn = item.word("filled_areas_thickness", "yes" if version < SOLID_FILLS else "no") != "no"
    pen = abs(fields.length(item, "min_thickness", 0.0)) if drawn else 0.0
    fills = []
    for fill in item.all("filled_polygon"):
        points = fields.corners(fill)
        layer = fill.word("layer", layers[0] if layers else "")
        if len(points) < 3:
            fields.fault("a filled polygon has fewer than three corners", fill.line)
        else:
            fills.append(Fill(layer, points, pen))
    filled = bool(fills) or item.word("fill") == "yes"
    return Zone(fields.net(item), layers, tuple(fills), filled, item.line)
