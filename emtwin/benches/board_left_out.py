"""Which tracks of a board become no trace, by net, layer and length."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from emtwin.errors import Notice
from emtwin.geometry.kicad.board import Board as KicadBoard
from emtwin.geometry.kicad.board import Track
from emtwin.geometry.kicad.model import PlacedBoard
from emtwin.geometry.kicad.shapes import drawing_shape, pad_shape, shapely, union
from emtwin.geometry.kicad.tracks import Stretch
from emtwin.scene import Board

_LISTED = 8
_LEAST = 5e-5
"""Metres that are not worth a word: what a rounded corner may leave."""


def left_out(
    board: Board, placed: PlacedBoard, ways: Mapping[str, Sequence[Stretch]]
) -> Iterator[Notice]:
    """Notices of tracks and drawings that neither a trace nor a plane stands for.

    Parameters
    ----------
    board : Board
        As declared.
    placed : PlacedBoard
        The board in its place.
    ways : mapping of str to sequence of Stretch
        The way of each chosen net from pad to pad, as far as it was found.

    Yields
    ------
    Notice
        ``board-tracks-left-out``, ``board-branches-left-out``, ``board-copper-left-out``.
    """
    tracks = placed.board.tracks
    chosen = {*board.planes, *(trace.net for trace in board.traces)}
    rest = [track for track in tracks if track.net not in chosen]
    if rest:
        nets = dict.fromkeys(track.net for track in rest)
        yield Notice(
            "board-tracks-left-out",
            f"board {board.name}: {len(rest)} tracks of {len(nets)} nets, "
            f"{sum(track.length for track in rest) * 1e3:.4g} mm in all, are left out, because "
            f"they are thinner than the cells and nobody chose them: {_listed(_lengths(rest))}. "
            "Name a net under traces to keep it.",
        )
    branches: dict[tuple[str, str], float] = {}
    for net, way in ways.items():
        branches |= _beside_the_way(placed.board, net, way)
    if branches:
        yield Notice(
            "board-branches-left-out",
            f"board {board.name}: tracks of chosen nets that do not lie on the way between their "
            f"two pads are left out: {_listed(branches)}.",
        )
    thin = _beside_planes(board, placed)
    if thin:
        yield Notice(
            "board-copper-left-out",
            f"board {board.name}: tracks of planes thinner than the detail of "
            f"{board.detail * 1e3:g} mm, outside of the copper that is kept, are left out: "
            f"{_listed(thin)}.",
        )
    yield from _drawings(board, placed)


def _lengths(tracks: Sequence[Track]) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = defaultdict(float)
    for track in tracks:
        found[track.net, track.layer] += track.length
    return found


def _listed(lengths: Mapping[tuple[str, str], float]) -> str:
    """``CLK 12 mm on F.Cu``, the longest first."""
    order = sorted(lengths, key=lambda key: -lengths[key])
    words = [
        f"{net or '(no net)'} {lengths[net, layer] * 1e3:.3g} mm on {layer}"
        for net, layer in order[:_LISTED]
    ]
    more = len(order) - _LISTED
    return ", ".join(words) + (f", and {more} more" if more > 0 else "")


def _beside_the_way(
    board: KicadBoard, net: str, way: Sequence[Stretch]
) -> dict[tuple[str, str], float]:
    """Length of a net's tracks outside of its pads that the way does not use, by net and layer."""
    lib, found = shapely(), dict[tuple[str, str], float]()
    tracks = [track for track in board.tracks if track.net == net]
    pads = [pad for pad in board.pads if pad.net == net]
    vias = [lib.Point(v.position).buffer(v.size / 2) for v in board.vias if v.net == net]
    for layer in dict.fromkeys(track.layer for track in tracks):
        used = [lib.LineString(s.points).buffer(1e-6) for s in way if s.layer == layer]
        used += [pad_shape(pad) for pad in pads if layer in pad.layers]
        lines = lib.union_all([lib.LineString(t.points) for t in tracks if t.layer == layer])
        length = lines.difference(union([*used, *vias])).length
        if length > _LEAST:
            found[net, layer] = length
    return found


def _beside_planes(board: Board, placed: PlacedBoard) -> dict[tuple[str, str], float]:
    """Length of thin tracks of plane nets outside of the kept copper of their layer."""
    lib, found = shapely(), dict[tuple[str, str], float]()
    copper = [sheet for kept in placed.sheets for sheet in (kept, *kept.stands_for)]
    thin = [t for t in placed.board.tracks if t.net in board.planes and t.width < board.detail]
    for net, layer in dict.fromkeys((track.net, track.layer) for track in thin):
        lines = [lib.LineString(t.points) for t in thin if (t.net, t.layer) == (net, layer)]
        kept = [sheet.shape for sheet in copper if (sheet.net, sheet.layer) == (net, layer)]
        length = lib.union_all(lines).difference(union(kept)).length
        if length > _LEAST:
            found[net, layer] = length
    return found


def _drawings(board: Board, placed: PlacedBoard) -> Iterator[Notice]:
    """Graphics on copper that belong to no kept sheet."""
    copper = [sheet for kept in placed.sheets for sheet in (kept, *kept.stands_for)]
    counts: dict[str, int] = defaultdict(int)
    for drawing in placed.board.drawings:
        on = [sheet.shape for sheet in copper if sheet.layer == drawing.layer]
        shape = drawing_shape(drawing)
        if not any(one.intersects(shape) for one in on):
            counts[drawing.layer] += 1
    if counts:
        text = ", ".join(f"{count} on {layer}" for layer, count in counts.items())
        yield Notice(
            "board-drawings-left-out",
            f"board {board.name}: graphics on copper that belong to no kept plane are left out: "
            f"{text}.",
        )
