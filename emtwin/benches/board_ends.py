"""Ends of cables at pads of a board made into points and parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from pydantic import ValidationError

from emtwin.benches.board_entries import metres, part_name
from emtwin.errors import Problem
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
    """

    def __init__(self, document: Document, placed: Placed) -> None:
        self.document, self.placed = document, placed
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
                    found = list(self._end(cable, side, raw))
                    if found:  # a path that lacks its end would only be reported once more
                        self.document.blanks.add((*cable.path, "path"))
                    problems += found
        return problems

    def _end(self, cable: Item, side: str, raw: dict[str, Any]) -> Iterator[Problem]:
        path = (*cable.path, side)
        try:
            end = EndBoard.model_validate(raw, context={"from_file": True})
        except ValidationError:
            return  # the model says what is wrong
        if end.board not in self.placed:
            message = f"there is no board {end.board!r}"
            remedy = did_you_mean(end.board, self.placed, "boards")
            yield self.document.problem((*path, "board"), message, remedy)
            return
        board, placed = self.placed[end.board]
        pad, problem = pad_of(self.document, path, placed, end)
        if pad is None:
            yield problem if problem else self.document.problem(path, "names no pad")
            return
        sheet, problem = self._plane(path, board, placed, end, pad)
        if sheet is None:
            yield problem if problem else self.document.problem(path, "has no plane")
            return
        self._rewrite(cable, side, end, placed, pad, sheet)

    def _plane(
        self, path: FieldPath, board: Board, placed: PlacedBoard, end: EndBoard, pad: Pad
    ) -> tuple[Sheet | None, Problem | None]:
        if end.plane is not None and end.plane not in board.planes:
            message = f"{end.plane!r} is no plane of the board {board.name!r}"
            remedy = did_you_mean(end.plane, board.planes, "planes")
            return None, self.document.problem((*path, "plane"), message, remedy)
        soldered = end.port is None and end.load is None
        net = end.plane or (pad.net if soldered and pad.net in board.planes else None)
        sheet = placed.plane_at(pad.position, net)
        where = f"the pad {pad.label} at {placed.kicad_place(pad.position)}"
        if sheet is None:
            which = f"the plane {net}" if net else "a plane of " + ", ".join(board.planes)
            message = f"{where} has no copper of {which} below or above it"
            remedy = "name another plane or pad, or add the net of its plane to planes"
            return None, self.document.problem(path, message, remedy)
        if soldered and pad.net != sheet.net:
            message = f"{where} is on the net {pad.net or '(none)'}, not on the plane {sheet.net}"
            remedy = (
                "add 'port: PORT' or 'load: 100 ohm' between it and the plane, or name a pad of "
                f"{sheet.net}: {listed(placed.pads(sheet.net))}"
            )
            return None, self.document.problem(path, message, remedy)
        return sheet, None

    def _rewrite(
        self, cable: Item, side: str, end: EndBoard, placed: PlacedBoard, pad: Pad, sheet: Sheet
    ) -> None:
        x, y, z = placed.place.points(np.array([pad.position]), sheet.height)[0].tolist()
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


def pad_of(
    document: Document, path: FieldPath, placed: PlacedBoard, end: BoardPlace
) -> tuple[Pad | None, Problem | None]:
    """The pad that an end names, or what is wrong with its name.

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
    pad : Pad or None
        The pad.
    problem : Problem or None
        Why there is none.
    """
    if end.net is not None and end.net not in placed.board.nets:
        message = f"the board has no net {end.net!r}"
        remedy = did_you_mean(end.net, placed.board.nets, "nets")
        return None, document.problem((*path, "net"), message, remedy)
    pads = placed.pads()
    if end.pad is not None:
        pad = pads.get(end.pad)
        if pad is None:
            message = f"the board has no pad {end.pad!r}"
            remedy = did_you_mean(end.pad, pads, "pads")
            return None, document.problem((*path, "pad"), message, remedy)
        if end.net is not None and pad.net != end.net:
            message = f"the pad {end.pad} is on the net {pad.net or '(none)'}, not on {end.net}"
            remedy = f"pads of {end.net}: {listed(placed.pads(end.net))}"
            return None, document.problem((*path, "pad"), message, remedy)
        return pad, None
    mine = placed.pads(end.net)
    if not mine or end.near is None:
        message = f"the net {end.net} has no named pad"
        return None, document.problem(path, message, "name a pad")
    x, y = end.near[0], -end.near[1]
    return min(
        mine.values(), key=lambda p: (p.position[0] - x) ** 2 + (p.position[1] - y) ** 2
    ), None


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
