"""A board in its place: regions for the mesh, pads, and the plane below a place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError, Notice, Problem
from emtwin.geometry.kicad.board import Board, Pad, StackLayer
from emtwin.geometry.kicad.filling import filled_board
from emtwin.geometry.kicad.placement import Placement
from emtwin.geometry.kicad.shapes import outline_of, shapely, sheet_surface, solid_surface
from emtwin.geometry.kicad.sheets import HOLE, Sheet, copper_sheets
from emtwin.geometry.regions import Region
from emtwin.geometry.surface import Surface

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Choice:
    """Which board, where, and what of it is kept.

    Parameters
    ----------
    file : Path
        The board file.
    at : tuple of float
        Middle of the outline's box (x, y) and lower face (z) in the device, metres.
    degrees : int
        0, 90, 180 or 270.
    down : bool
        Whether the front is below.
    planes : tuple of str
        Nets kept as sheets.
    detail : float
        What is smaller is not kept, metres.
    components : float
        Height of the body over the front in metres, 0 for none.
    """

    file: Path
    at: tuple[float, float, float]
    degrees: int
    down: bool
    planes: tuple[str, ...]
    detail: float
    components: float = 0.0


def placed_board(choice: Choice) -> PlacedBoard:
    """The board of a choice; read again only when its file has changed.

    Parameters
    ----------
    choice : Choice
        Which, where and what.

    Returns
    -------
    PlacedBoard
        The board in its place.

    Raises
    ------
    InputError
        Everything that is wrong with the file, and planes that the board does not have.
    """
    try:
        changed = choice.file.stat().st_mtime_ns
    except OSError:
        changed = 0
    return _placed(choice, changed)


@lru_cache(maxsize=16)
def _placed(choice: Choice, _changed: int) -> PlacedBoard:
    shapely()
    board, notices = filled_board(choice.file, choice.planes)
    sheets, kept = copper_sheets(board, choice.planes, choice.detail)
    face = outline_of(board, choice.detail)
    if face.is_empty:
        raise InputError.single(
            "the outline on Edge.Cuts encloses nothing",
            file=board.file,
            remedy="draw the board's edge on Edge.Cuts in KiCad",
        )
    low_x, low_y, high_x, high_y = face.bounds
    middle = ((low_x + high_x) / 2, (low_y + high_y) / 2)
    place = Placement(middle, board.thickness, choice.at, choice.degrees, choice.down)
    found = (*board.notices, *notices, *kept)
    return PlacedBoard(choice, board, sheets, face, place, found)


@dataclass(frozen=True, eq=False)
class PlacedBoard:
    """A board in its place.

    Parameters
    ----------
    choice : Choice
        What was asked for.
    board : Board
        As the file says it.
    sheets : tuple of Sheet
        Copper that is kept as planes.
    face : MultiPolygon
        Outline with its large holes, in the board's frame, metres.
    place : Placement
        From the board's frame to the device's.
    notices : tuple of Notice
        What was assumed, and what is not kept.
    """

    choice: Choice
    board: Board
    sheets: tuple[Sheet, ...]
    face: BaseGeometry
    place: Placement
    notices: tuple[Notice, ...]

    @cached_property
    def regions(self) -> dict[str, Region]:
        """Surfaces in the device: sheets as ``In1.Cu/GND``, ``substrate``, ``components``."""
        thickness, found = self.board.thickness, dict[str, Region]()
        for sheet in self.sheets:
            surface = self._turned(sheet_surface(sheet.shape, sheet.height))
            found[sheet.name] = Region(sheet.name, "sheet", surface, self.board.file)
        bodies = {"substrate": (0.0, thickness)}
        if self.choice.components:
            bodies["components"] = (thickness, thickness + self.choice.components)
        for name, (low, high) in bodies.items():
            surface = self._turned(solid_surface(self.face, low, high))
            found[name] = Region(name, "solid", surface, self.board.file)
        return found

    def _turned(self, surface: Surface) -> Surface:
        levels, index = np.unique(surface.points[:, 2], return_inverse=True)
        points = np.empty_like(surface.points)
        for n, level in enumerate(levels.tolist()):
            points[index == n] = self.place.points(surface.points[index == n, :2], level)
        return Surface(points, surface.triangles)

    def level(self, sheet: Sheet) -> float:
        """Height of a sheet in the device, metres."""
        return float(self.place.points(np.zeros((1, 2)), sheet.height)[0, 2])

    def pads(self, net: str | None = None) -> dict[str, Pad]:
        """Named pads by their label ``U1.5``, of one net where it is given."""
        return {p.label: p for p in self.board.pads if p.name and net in (None, p.net)}

    def _all_sheets(self) -> Iterator[tuple[Sheet, Sheet]]:
        """Every sheet of a chosen net, with the one that stands for it in the mesh."""
        for kept in self.sheets:
            yield kept, kept
            yield from ((sheet, kept) for sheet in kept.stands_for)

    def beside(self, layer: str) -> list[tuple[Sheet, Sheet, bool]]:
        """Sheets on other layers, the nearest first: with its stand-in, and whether it is above."""
        at, sign = self.board.height(layer), -1 if self.choice.down else 1
        found = [
            (sheet, kept, sign * (sheet.height - at) > 0)
            for sheet, kept in self._all_sheets()
            if abs(sheet.height - at) > 1e-7
        ]
        return sorted(found, key=lambda one: abs(one[0].height - at))

    @property
    def reach(self) -> float:
        """How far an end may lie beside the copper, such as in a row of clearance holes, metres."""
        return HOLE * self.choice.detail

    def plane_at(self, point: Sequence[float], net: str | None = None) -> Sheet | None:
        """Highest kept sheet, of `net` where it is given, with copper at a point or in reach."""
        place = shapely().Point(point)
        apart = {s: s.shape.distance(place) for s in self.sheets if net in (None, s.net)}
        there = [sheet for sheet, distance in apart.items() if distance <= self.reach]
        return min(there, key=lambda s: (apart[s] > 0, -self.level(s)), default=None)

    def on_copper(self, point: Sequence[float], sheet: Sheet) -> tuple[float, float]:
        """The point, or the nearest place on the sheet a quarter of the detail from its edge."""
        lib = shapely()
        place = lib.Point(point)
        if not sheet.shape.covers(place):
            inner = sheet.shape.buffer(-self.choice.detail / 4)
            place = lib.shortest_line(inner, place).boundary.geoms[0]
        return place.x, place.y

    def between(self, layer: str, sheet: Sheet) -> tuple[float, list[StackLayer]]:
        """Distance of facing copper surfaces in metres, and the layers between them."""
        stack = self.board.stack
        ends = [n for n, one in enumerate(stack) if one.copper and one.name in (layer, sheet.layer)]
        inside = list(stack[ends[0] + 1 : ends[-1]])
        return sum(one.thickness for one in inside), inside

    def covers(self, point: Sequence[float] | Points, sheet: Sheet) -> bool:
        """Whether a sheet has copper at a point of the board."""
        return bool(sheet.shape.covers(shapely().Point(point)))

    def uncovered(self, points: Points, sheet: Sheet, slack: float = 1e-6) -> Points | None:
        """First place where a path in the board's frame has no copper of the sheet below it."""
        parts = self._missing(points, sheet, slack)
        return np.asarray(parts[0].coords)[0] if parts else None

    def over(self, points: Points, sheet: Sheet) -> Points:
        """The path without what lies beside the sheet at its ends, in reach of it."""
        lib = shapely()
        line = lib.LineString(points)
        first, last = 0.0, line.length
        for part in self._missing(points, sheet, 1e-6):
            low, high = sorted(line.project(lib.Point(part.coords[n])) for n in (0, -1))
            if low < 1e-6 and high <= self.reach:
                first = high
            elif high > line.length - 1e-6 and line.length - low <= self.reach:
                last = low
        if (first, last) == (0.0, line.length) or first >= last:
            return points
        return np.asarray(lib.ops.substring(line, first, last).coords)

    @staticmethod
    def _missing(points: Points, sheet: Sheet, slack: float) -> list[Any]:
        """Pieces of a path beside the copper grown by `slack` metres, in order."""
        missing = shapely().LineString(points).difference(sheet.shape.buffer(slack))
        return [part for part in getattr(missing, "geoms", [missing]) if part.length > 5e-5]

    def kicad_place(self, point: Sequence[float] | Points) -> str:
        """A point of the board as KiCad shows it, in millimetres."""
        return f"({point[0] * 1e3:.4g}, {-point[1] * 1e3 + 0.0:.4g}) mm"

    def problem(self, message: str, remedy: str, line: int | None = None) -> Problem:
        """Problem in the board file."""
        return Problem(message, self.board.file, line, remedy=remedy)
