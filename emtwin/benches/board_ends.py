"""Ends of cables at pads of a board made into points and parts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from pydantic import ValidationError

from emtwin.benches.board_entries import metres, part_name
from emtwin.errors import InputError, Notice, Problem
from emtwin.geometry.kicad.board import Pad
from emtwin.geometry.kicad.model import PlacedBoard
from emtwin.geometry.kicad.routes import Lines
from emtwin.geometry.kicad.sheets import Sheet
from emtwin.scene import Board, BoardPlace, EndBoard
from emtwin.scene.checks import Item, items
from emtwin.scene.document import Document, FieldPath
from emtwin.scene.paths import AXES, is_step
from emtwin.scene.translate import did_you_mean
from emtwin.units import UnitError, parse

Placed = Mapping[str, tuple[Board, PlacedBoard]]


class BoardEnds:
    """Rewrites the ends that name a board.

    Parameters
    ----------
    document : Document
        The twin file; changed in place by `expand`.
    placed : mapping
        Boards by name.

    Attributes
    ----------
    lines : Lines
        Coordinates of the device that must be grid lines, shared by all boards.
    notices : list of Notice
        Ends that moved onto the copper of their plane.
    """

    def __init__(self, document: Document, placed: Placed) -> None:
        self.document, self.placed = document, placed
        self.notices: list[Notice] = []
        self.lines = Lines(max((board.detail for board, _ in placed.values()), default=1.5e-3))
        for axis, value in _written(document):
            self.lines.claim(axis, value)

    def expand(self) -> list[Problem]:
        """Put points and parts in place of pads; what is wrong with them."""
        problems: list[Problem] = []
        for cable in items(self.document, "device", "cables"):
            for side in ("start", "end"):
                raw = cable.value.get(side)
                if isinstance(raw, dict) and "board" in raw:
                    try:
                        self._end(cable, side, raw)
                    except InputError as error:
                        problems += error.problems
                        # A path that lacks its end would only be reported once more.
                        self.document.blanks.add((*cable.path, "path"))
        return problems

    def _end(self, cable: Item, side: str, raw: dict[str, Any]) -> None:
        path = (*cable.path, side)
        try:
            end = EndBoard.model_validate(raw, context={"from_file": True})
        except ValidationError:
            return  # the model says what is wrong
        if end.board not in self.placed:
            message = f"there is no board {end.board!r}"
            remedy = did_you_mean(end.board, self.placed, "boards")
            raise _error(self.document, (*path, "board"), message, remedy)
        board, placed = self.placed[end.board]
        pad = pad_of(self.document, path, placed, end)
        self._rewrite(cable, side, end, placed, pad, self._plane(path, board, placed, end, pad))

    def _plane(
        self, path: FieldPath, board: Board, placed: PlacedBoard, end: EndBoard, pad: Pad
    ) -> Sheet:
        """The plane at the other side of a port or load, or that the end is soldered to."""
        if end.plane is not None and end.plane not in board.planes:
            message = f"{end.plane!r} is no plane of the board {board.name!r}"
            remedy = did_you_mean(end.plane, board.planes, "planes")
            raise _error(self.document, (*path, "plane"), message, remedy)
        soldered = end.port is None and end.load is None
        where = f"the pad {pad.label} at {placed.kicad_place(pad.position)}"
        sheet = placed.plane_at(pad.position, end.plane or (pad.net if soldered else None))
        if soldered and pad.net not in board.planes:
            message = f"{where} is on the net {pad.net or '(none)'}, which is no plane"
            remedy = (
                "add 'port: PORT' or 'load: 100 ohm' between it and the plane, or name a pad of "
                f"{board.planes[0]}: {listed(placed.pads(board.planes[0]))}"
            )
            raise _error(self.document, path, message, remedy)
        if sheet is None:
            nets = [end.plane or pad.net] if end.plane or soldered else board.planes
            message = f"{where} has no kept copper of {', '.join(nets)} at its place"
            remedy = "name another plane or pad, or add the net of the plane there to planes"
            raise _error(self.document, path, message, remedy)
        return sheet

    def _rewrite(
        self, cable: Item, side: str, end: EndBoard, placed: PlacedBoard, pad: Pad, sheet: Sheet
    ) -> None:
        place = placed.on_copper(pad.position, sheet)
        away = math.hypot(place[0] - pad.position[0], place[1] - pad.position[1])
        if away > 0:
            message = (
                f"board {end.board}: the pad {pad.label} lies beside the copper of {sheet.net} on "
                f"{sheet.layer}; the end there moved by {away * 1e3:.2g} mm onto it."
            )
            self.notices.append(Notice("board-end-moved", message))
        x, y, z = placed.place.points(np.array([place]), sheet.height)[0].tolist()
        x, y = self.lines.snapped((x, y))
        part = part_name(end.board, sheet)
        raw: Any = cable.value
        raw[side] = {"bond": part}
        if end.port is not None:
            raw[side] = {"port": end.port, "part": part}
        elif end.load is not None:
            raw[side] = {"load": f"{end.load!r} ohm", "part": part}
        if isinstance(raw.get("path"), list):
            point = [metres(value) for value in (x, y, z)]
            raw["path"] = [point, *raw["path"]] if side == "start" else [*raw["path"], point]


def pad_of(document: Document, path: FieldPath, placed: PlacedBoard, end: BoardPlace) -> Pad:
    """The pad that an end names.

    Parameters
    ----------
    document : Document
        The twin file.
    path : FieldPath
        Field of the end.
    placed : PlacedBoard
        The board.
    end : BoardPlace
        The end.

    Returns
    -------
    Pad
        The pad, or the one of the net that is nearest to the place.

    Raises
    ------
    InputError
        If there is no such pad or net, or the pad is on another net.
    """
    if end.net is not None and end.net not in placed.board.nets:
        message = f"the board has no net {end.net!r}"
        remedy = did_you_mean(end.net, placed.board.nets, "nets")
        raise _error(document, (*path, "net"), message, remedy)
    pads = placed.pads()
    if end.pad is None:
        return _nearest(document, path, placed, end)
    if end.pad not in pads:
        message = f"the board has no pad {end.pad!r}"
        raise _error(document, (*path, "pad"), message, did_you_mean(end.pad, pads, "pads"))
    pad = pads[end.pad]
    if end.net is not None and pad.net != end.net:
        message = f"the pad {end.pad} is on the net {pad.net or '(none)'}, not on {end.net}"
        remedy = f"pads of {end.net}: {listed(placed.pads(end.net))}"
        raise _error(document, (*path, "pad"), message, remedy)
    return pad


def _nearest(document: Document, path: FieldPath, placed: PlacedBoard, end: BoardPlace) -> Pad:
    mine = placed.pads(end.net)
    if not mine or end.near is None:
        message = f"no component has a pad on the net {end.net}"
        raise _error(document, path, message, "name a pad of another net")
    x, y = end.near[0], -end.near[1]  # KiCad's y points down
    return min(mine.values(), key=lambda p: math.hypot(p.position[0] - x, p.position[1] - y))


def _error(document: Document, path: FieldPath, message: str, remedy: str) -> InputError:
    return InputError([document.problem(path, message, remedy)])


def listed(names: Mapping[str, Any]) -> str:
    """The first 20 names in order, for a message."""
    return ", ".join(sorted(names)[:20]) or "none"


def _written(document: Document) -> Iterator[tuple[int, float]]:
    """Axis and value of every x and y coordinate in the paths of cables and traces."""
    for group in ("cables", "traces"):
        for item in items(document, "device", group):
            points = item.value.get("path")
            for point in points if isinstance(points, list) else []:
                given = dict(enumerate(point)) if isinstance(point, list) else {}
                if is_step(point):
                    given = {AXES.index(key): value for key, value in point.items()}
                yield from _lengths({axis: given[axis] for axis in (0, 1) if axis in given})


def _lengths(given: Mapping[int, Any]) -> Iterator[tuple[int, float]]:
    for axis, value in given.items():
        try:
            yield axis, parse(value, "length")
        except UnitError:
            continue  # the model says what is wrong
