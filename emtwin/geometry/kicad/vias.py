"""Vias that connect two planes of one net, as a few vertical links."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from emtwin.errors import Notice
from emtwin.geometry.kicad.model import PlacedBoard
from emtwin.geometry.kicad.routes import Lines
from emtwin.geometry.kicad.shapes import shapely
from emtwin.geometry.kicad.sheets import Sheet

SPACING = 4.0
"""Distance of kept links as a multiple of the detail."""

Hole = tuple[tuple[float, float], float, tuple[str, str]]
"""Place in the board's frame, diameter in metres, first and last layer."""


@dataclass(frozen=True, eq=False)
class Link:
    """A vertical wire between two planes.

    Parameters
    ----------
    low, high : tuple of float
        Ends in the device, metres.
    radius : float
        In metres.
    below, above : Sheet
        The planes at its ends.
    """

    low: tuple[float, float, float]
    high: tuple[float, float, float]
    radius: float
    below: Sheet
    above: Sheet


def links(placed: PlacedBoard, lines: Lines) -> tuple[list[Link], list[Notice]]:
    """Links between kept planes of one net, at least `SPACING` details apart.

    Parameters
    ----------
    placed : PlacedBoard
        The board in its place.
    lines : Lines
        Coordinates that become grid lines.

    Returns
    -------
    links : list of Link
        In the device.
    notices : list of Notice
        How many vias they stand for, and which cannot be kept.
    """
    found: list[Link] = []
    notices: list[Notice] = []
    by_level = sorted(placed.sheets, key=placed.level)
    for number, below in enumerate(by_level):
        for above in by_level[number + 1 :]:
            if above.net == below.net and placed.level(above) - placed.level(below) > 1e-6:
                low, high = placed.level(below), placed.level(above)
                between = [s for s in by_level if low < placed.level(s) < high]
                made, told = _between(placed, lines, below, above, between)
                found += made
                notices += told
    return found, notices


def _between(
    placed: PlacedBoard, lines: Lines, below: Sheet, above: Sheet, between: Sequence[Sheet]
) -> tuple[list[Link], list[Notice]]:
    lib, apart = shapely(), SPACING * placed.choice.detail
    links: list[Link] = []
    holes = list(_holes(placed, below, above))
    crossing = 0
    for place, drill, _ in holes:
        if any(sheet.shape.covers(lib.Point(place)) for sheet in between):
            crossing += 1
            continue
        low, high = (
            placed.place.points(np.array([place]), sheet.height)[0].tolist()
            for sheet in (below, above)
        )
        x, y = lines.snapped(low[:2])
        back = lib.Point(placed.place.flat(np.array([(x, y)]))[0])
        if not (below.shape.covers(back) and above.shape.covers(back)):
            continue
        if all(np.hypot(x - k.low[0], y - k.low[1]) >= apart for k in links):
            radius = min(drill / 2, placed.choice.detail / 4)
            links.append(Link((x, y, low[2]), (x, y, high[2]), radius, below, above))
    return links, list(_told(placed, below, above, len(holes), crossing, len(links)))


def _holes(placed: PlacedBoard, below: Sheet, above: Sheet) -> Iterator[Hole]:
    """Vias and plated pads of the net that reach both layers."""
    copper = placed.board.copper
    ends = [copper.index(sheet.layer) for sheet in (below, above)]
    for via in placed.board.vias:
        first, last = (copper.index(layer) for layer in via.layers)
        if via.net == below.net and first <= min(ends) and max(ends) <= last:
            yield via.position, via.drill, via.layers
    for pad in placed.board.pads:
        if pad.net == below.net and pad.plated and pad.drill > 0:
            yield pad.position, pad.drill, (copper[0], copper[-1])


def _told(
    placed: PlacedBoard, below: Sheet, above: Sheet, holes: int, crossing: int, made: int
) -> Iterator[Notice]:
    head = f"{placed.board.file.name}: {below.net} on {below.layer} and {above.layer}"
    if crossing:
        yield Notice(
            "board-vias-left-out",
            f"{head}: {crossing} of {holes} vias pass through another plane whose clearance holes "
            "are below the detail; they are left out.",
        )
    if made < holes - crossing:
        yield Notice(
            "board-vias-joined", f"{head}: {made} links stand for {holes - crossing} vias."
        )
    if not made:
        yield Notice(
            "board-planes-unconnected", f"{head} are not connected by any via that could be kept."
        )
