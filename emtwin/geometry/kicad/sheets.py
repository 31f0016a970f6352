"""Which copper becomes a sheet: planes of chosen nets, as far as the cells can tell them apart.

A field solver with cells of a millimetre sees a board as a few sheets. Copper of a chosen net on a
layer is one sheet: its zones, and its tracks and pads wherever they are wider than `detail`. Of
sheets nearer to each other than `detail` one stands for all: that of the net named first.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from emtwin.errors import InputError, Notice, Problem
from emtwin.geometry.kicad.board import Board, Drawing
from emtwin.geometry.kicad.shapes import (
    drawing_shape,
    filled,
    pad_shape,
    polygons,
    shapely,
    track_shape,
    union,
    without_small_holes,
)

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

HOLE = 2.0
"""Holes narrower than this multiple of the detail, such as those round pins, are filled."""

FILL = "open the board in KiCad, press B to fill all zones, and save it"


@dataclass(frozen=True, eq=False)
class Sheet:
    """Copper of one net on one layer.

    Parameters
    ----------
    net, layer : str
        Whose, and where.
    shape : MultiPolygon
        In the board's frame, metres.
    height : float
        Of its middle over the board's lower face, metres.
    stands_for : tuple of Sheet
        Sheets too near for the cells, which this one represents.
    """

    net: str
    layer: str
    shape: BaseGeometry
    height: float
    stands_for: tuple[Sheet, ...] = ()

    @property
    def name(self) -> str:
        """``In1.Cu/GND``."""
        return f"{self.layer}/{self.net}"


def copper_sheets(
    board: Board, nets: Sequence[str], detail: float
) -> tuple[tuple[Sheet, ...], list[Notice]]:
    """Sheets of the chosen nets.

    Parameters
    ----------
    board : Board
        The board.
    nets : sequence of str
        Nets whose copper is kept, the most important first.
    detail : float
        Copper, holes and distances below this are not kept, metres.

    Returns
    -------
    sheets : tuple of Sheet
        In the order of `nets`, the largest of a net first.
    notices : list of Notice
        What is not kept, and what stands for it.

    Raises
    ------
    InputError
        If a zone of a chosen net is not filled, or a chosen net has no copper that could be kept.
    """
    problems = list(_unfilled(board, nets))
    if problems:
        raise InputError(problems)
    found, dropped = [], dict[str, int]()
    for net in nets:
        for layer in board.copper:
            whole = _copper(board, net, layer, detail)
            kept = [p for p in polygons(whole) if _wide(p, detail)]
            dropped[net] = dropped.get(net, 0) + len(polygons(whole)) - len(kept)
            if kept:
                shape = without_small_holes(union(kept), HOLE * detail)
                found.append(Sheet(net, layer, shape, board.height(layer)))
    lost = [net for net in nets if net not in {sheet.net for sheet in found}]
    if lost:
        raise InputError(_no_plane(board, net, detail) for net in lost)
    sheets, notices = _told_apart(board, nets, found, detail)
    return sheets, [*notices, *_dropped(board, dropped, detail), *_thin(board, sheets, detail)]


def _unfilled(board: Board, nets: Sequence[str]) -> Iterator[Problem]:
    for zone in board.zones:
        if zone.net in nets and not zone.filled:
            layers = ", ".join(zone.layers) or "no layer"
            message = f"the zone of {zone.net} on {layers} is not filled, so its copper is unknown"
            yield Problem(message, board.file, zone.line, remedy=FILL)


def _no_plane(board: Board, net: str, detail: float) -> Problem:
    if net not in board.nets:
        near = difflib.get_close_matches(net, board.nets, n=1, cutoff=0.5)
        known = f"did you mean {near[0]!r}?" if near else f"known nets: {', '.join(board.nets)}"
        return Problem(f"the board has no net {net!r}", board.file, remedy=known, field="planes")
    return Problem(
        f"the net {net} has no zone, and no track or pad wider than {detail * 1e3:g} mm, that "
        "could be kept as a plane",
        board.file,
        remedy="take it out of planes (a net of thin tracks belongs to traces), or lower detail",
        field="planes",
    )


def _copper(board: Board, net: str, layer: str, detail: float) -> BaseGeometry:
    """Zones, and tracks and pads that are wide."""
    fills = [f for zone in board.zones if zone.net == net for f in zone.fills if f.layer == layer]
    wide = [
        track_shape(track)
        for track in board.tracks
        if track.net == net and track.layer == layer and track.width >= detail
    ]
    pads = [
        pad_shape(pad)
        for pad in board.pads
        if pad.net == net and layer in pad.layers and min(pad.size) > 0
    ]
    drawn = [d for d in board.drawings if d.layer == layer and _area(d, detail)]
    copper = union([filled(fills), *wide, *(drawing_shape(d) for d in drawn if d.net == net)])
    # A pad that touches the copper belongs to it; a lone one is no plane. So does a drawing whose
    # net the file does not say, such as those of footprints.
    free = [drawing_shape(d) for d in drawn if not d.net]
    return union([copper, *(one for one in (*pads, *free) if one.intersects(copper))])


def _area(drawing: Drawing, detail: float) -> bool:
    """Whether a drawing on copper is an area for the cells, and no line."""
    return drawing.filled or drawing.stroke >= detail


def _sides(shape: BaseGeometry) -> tuple[float, float]:
    low_x, low_y, high_x, high_y = shape.bounds
    return high_x - low_x, high_y - low_y


def _wide(shape: BaseGeometry, detail: float) -> bool:
    """Whether a square of `detail` by `detail` has room in it somewhere, nearly."""
    return bool(shape.area >= detail**2 and not shape.buffer(-0.49 * detail).is_empty)


def _told_apart(
    board: Board, nets: Sequence[str], found: Sequence[Sheet], detail: float
) -> tuple[tuple[Sheet, ...], list[Notice]]:
    """Of sheets nearer than `detail` the one of the net named first, then the largest."""
    kept: list[Sheet] = []
    notices = []
    for sheet in sorted(found, key=lambda s: (nets.index(s.net), -s.shape.area)):
        near = [k for k in range(len(kept)) if _too_near(kept[k], sheet, detail)]
        if not near:
            kept.append(sheet)
            continue
        k = min(near, key=lambda number: abs(kept[number].height - sheet.height))
        shape = kept[k].shape
        if kept[k].net == sheet.net:
            shape = without_small_holes(union([shape, sheet.shape]), HOLE * detail)
        notices.append(_represented(board, kept[k], sheet, detail))
        kept[k] = replace(kept[k], shape=shape, stands_for=(*kept[k].stands_for, sheet))
    return tuple(kept), notices


def _too_near(kept: Sheet, sheet: Sheet, detail: float) -> bool:
    apart = abs(kept.height - sheet.height)
    beside = kept.layer == sheet.layer
    return not beside and apart < detail and bool(kept.shape.intersects(sheet.shape))


def _represented(board: Board, kept: Sheet, sheet: Sheet, detail: float) -> Notice:
    apart = abs(kept.height - sheet.height) * 1e3
    how = (
        "is joined to it: the field between them is not resolved"
        if kept.net == sheet.net
        else "is left out: at radio frequency decoupled planes so near act as one"
    )
    return Notice(
        "board-planes-near",
        f"{board.file.name}: the copper of {sheet.net} on {sheet.layer} lies {apart:.3g} mm from "
        f"{kept.net} on {kept.layer}, less than the detail of {detail * 1e3:g} mm, and {how}.",
    )


def _dropped(board: Board, dropped: dict[str, int], detail: float) -> Iterator[Notice]:
    some = {net: count for net, count in dropped.items() if count}
    if some:
        text = ", ".join(f"{count} of {net}" for net, count in some.items())
        yield Notice(
            "board-copper-left-out",
            f"{board.file.name}: pieces of copper without a place {detail * 1e3:g} mm wide are "
            f"left out: {text}.",
        )


def _thin(board: Board, sheets: Sequence[Sheet], detail: float) -> Iterator[Notice]:
    """Necks and slots below the detail: the grid may close or cut them."""
    lib = shapely()
    for sheet in sheets:
        shape = sheet.shape
        opened = shape.buffer(-detail / 2, join_style="mitre").buffer(
            detail / 2, join_style="mitre"
        )
        closed = shape.buffer(detail / 2, join_style="mitre").buffer(
            -detail / 2, join_style="mitre"
        )
        for what, rest in (
            ("narrower copper", lib.difference(shape, opened)),
            ("narrower gaps", lib.difference(closed, shape)),
        ):
            area = sum(p.area for p in polygons(rest) if max(_sides(p)) > 2 * detail)
            if area > 0.01 * detail**2:
                yield Notice(
                    "board-thin-copper",
                    f"{board.file.name}: {sheet.net} on {sheet.layer} has {what} than the detail "
                    f"of {detail * 1e3:g} mm, {area * 1e6:.3g} mm2 in all; the grid may widen or "
                    "close them.",
                )
