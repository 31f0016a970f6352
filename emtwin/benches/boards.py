"""Circuit boards of a twin file made into ordinary parts, materials, cables and traces.

One pass over the file as it was read, before anything in it is checked: names of parts that were
made are then checked like any others, and nothing later knows of boards but `bodies_of`, which
takes their surfaces from here.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from emtwin.benches.board_ends import BoardEnds
from emtwin.benches.board_entries import add_material, append, metres, part_name, silence_echoes
from emtwin.benches.board_traces import BoardTraces
from emtwin.errors import InputError, Notice, Problem
from emtwin.geometry.kicad.model import Choice, PlacedBoard, placed_board
from emtwin.geometry.kicad.routes import Lines
from emtwin.geometry.kicad.vias import links
from emtwin.geometry.regions import Region
from emtwin.scene import Accuracy, Board, Device, Part
from emtwin.scene.checks import items
from emtwin.scene.document import Document, FieldPath


def choice_of(board: Board) -> Choice:
    """What a declared board asks of its file."""
    return Choice(
        board.file,
        board.at,
        board.rotate,
        board.side == "down",
        board.planes,
        board.detail,
        board.components.height if board.components else 0.0,
    )


def board_of_part(device: Device, part: Part) -> Board | None:
    """The board that a part was made from, None for a part with a mesh of its own."""
    head = (part.region or "").partition("/")[0]
    mine = [b for b in device.boards if part.mesh and b.file == part.mesh.file and b.name == head]
    return mine[0] if mine else None


def region_of_board(board: Board, region: str) -> Region:
    """Surface of a part that was made from a board; `region` is ``<board>/In1.Cu/GND``."""
    return placed_board(choice_of(board)).regions[region.removeprefix(f"{board.name}/")]


class Boards:
    """Expands boards, and remembers what they are made of.

    Attributes
    ----------
    regions : dict of Path to list of str
        Names of the regions of each board file.
    notices : list of Notice
        What the boards leave out or assume.
    """

    def __init__(self) -> None:
        self.regions: dict[Path, list[str]] = {}
        self.notices: list[Notice] = []
        self._placed: dict[str, tuple[Board, PlacedBoard]] = {}

    def expand(self, document: Document) -> list[Problem]:
        """Write parts, materials, cables and traces of every board into the document.

        Parameters
        ----------
        document : Document
            Read, not validated; changed in place.

        Returns
        -------
        list of Problem
            What is wrong with the boards and with what refers to them.
        """
        problems: list[Problem] = []
        entries = items(document, "device", "boards")
        if not entries or not isinstance(document.data.get("device"), dict):
            return problems
        for entry in entries:
            problems += self._place(document, entry.path, entry.value)
        if problems or len(self._placed) < len(entries):
            silence_echoes(document)
            return problems  # the model says what is wrong with a board that is no board
        if _made_before(document, self._placed):
            return problems
        ends = BoardEnds(document, self._placed)
        problems += ends.expand()
        self.notices += ends.notices
        for number, (board, placed) in enumerate(self._placed.values()):
            path: FieldPath = ("device", "boards", number)
            self._add_parts(document, path, board, placed)
            self._add_vias(document, path, board, placed, ends.lines)
            traces = BoardTraces(document, path, board, placed, ends.lines)
            traces.make()
            append(document, path, "traces", traces.entries)
            problems += traces.problems
            self.notices += [*placed.notices, *traces.notices]
        return problems

    def _place(self, document: Document, path: FieldPath, raw: Any) -> list[Problem]:
        context = {"from_file": True, "folder": document.file.parent.resolve()}
        try:
            board = Board.model_validate(raw, context=context)
        except ValidationError:
            return []
        if board.name in self._placed:
            message = f"the board name {board.name!r} is already used"
            return [document.problem((*path, "name"), message, "give it another name")]
        try:
            placed = placed_board(choice_of(board))
            self._placed[board.name] = board, placed
            names = self.regions.setdefault(board.file, [])
            names += [f"{board.name}/{region}" for region in placed.regions]
        except InputError as error:
            return [_pointed(document, path, problem) for problem in error.problems]
        return _too_fine(document, path, board)

    def _add_parts(
        self, document: Document, path: FieldPath, board: Board, placed: PlacedBoard
    ) -> None:
        mesh = {"file": str(board.file), "unit": "mm"}
        parts: list[dict[str, Any]] = [
            {
                "name": part_name(board.name, sheet),
                "material": "copper",
                "kind": "sheet",
                "priority": board.priority + 1,
                "region": f"{board.name}/{sheet.name}",
                "mesh": dict(mesh),
            }
            for sheet in placed.sheets
        ]
        bodies = [("substrate", f"{board.name}-substrate", board.priority)]
        if board.components:
            bodies.append(("components", board.components.material, board.priority - 1))
        parts += [
            {
                "name": f"{board.name}-{region}",
                "material": material,
                "kind": "solid",
                "priority": priority,
                "region": f"{board.name}/{region}",
                "mesh": dict(mesh),
            }
            for region, material, priority in bodies
        ]
        append(document, path, "parts", parts)
        add_material(document, path, f"{board.name}-substrate", placed.board.stack, board.file)

    def _add_vias(
        self,
        document: Document,
        path: FieldPath,
        board: Board,
        placed: PlacedBoard,
        lines: Lines,
    ) -> None:
        found, notices = links(placed, lines)
        self.notices += notices
        cables = [
            {
                "name": f"{board.name}-via-{number}",
                "path": [[metres(value) for value in point] for point in (link.low, link.high)],
                "radius": metres(link.radius),
                "start": {"bond": part_name(board.name, link.below)},
                "end": {"bond": part_name(board.name, link.above)},
            }
            for number, link in enumerate(found, start=1)
        ]
        append(document, path, "cables", cables)


def _made_before(document: Document, boards: Collection[str]) -> bool:
    """Whether the parts are there already: a twin that was loaded and written again."""
    regions = (part.text("region") or "" for part in items(document, "device", "parts"))
    return any(region.startswith(f"{board}/") for region in regions for board in boards)


def _too_fine(document: Document, path: FieldPath, board: Board) -> list[Problem]:
    """A detail that the grid would join: lines nearer than the smallest cell become one."""
    try:
        declared = document.data.get("accuracy", "draft")
        settings = Accuracy.model_validate(declared, context={"from_file": True}).settings()
    except ValidationError:
        return []  # the model says what is wrong
    smallest = min(settings.smallest_cell, settings.finest_cell)
    if board.detail >= smallest * (1 - 1e-9):
        return []
    message = (
        f"a detail of {board.detail * 1e3:g} mm is below the smallest cell of "
        f"{smallest * 1e3:g} mm, so planes and tracks that it keeps apart would share a grid line"
    )
    remedy = f"write 'accuracy: {{smallest_cell: {board.detail * 1e3:g} mm}}', or raise detail"
    return [document.problem((*path, "detail"), message, remedy)]


def _pointed(document: Document, path: FieldPath, problem: Problem) -> Problem:
    """A problem of a board file; one without a line in it is told at a field of the twin."""
    if problem.line is None:
        place = (*path, problem.field or "file")
        return document.problem(place, problem.message, problem.remedy)
    return problem
