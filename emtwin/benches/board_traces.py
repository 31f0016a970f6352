"""Tracks of chosen nets made into traces over their planes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.benches.board_ends import listed, pad_of
from emtwin.benches.board_entries import add_material, metres, part_name, usable
from emtwin.benches.board_left_out import left_out
from emtwin.errors import InputError, Notice, Problem
from emtwin.geometry.kicad.board import Pad
from emtwin.geometry.kicad.model import PlacedBoard
from emtwin.geometry.kicad.references import SHIELDED, Reference, reference
from emtwin.geometry.kicad.routes import LENGTHENED, Lines, along_axes, length_of
from emtwin.geometry.kicad.tracks import Stretch, way
from emtwin.scene import Board, BoardPlace, BoardTrace
from emtwin.scene.document import Document, FieldPath
from emtwin.scene.translate import did_you_mean

Points = NDArray[np.float64]


@dataclass
class BoardTraces:
    """Makes the traces of one board.

    Parameters
    ----------
    document : Document
        The twin file; materials are added to it.
    path : FieldPath
        Field of the board.
    board : Board
        As declared.
    placed : PlacedBoard
        The board in its place.
    lines : Lines
        Coordinates that become grid lines.
    entries : list of dict
        Traces as the twin file would write them.
    notices : list of Notice
        What became of them.
    problems : list of Problem
        Why some could not be made.
    ways : dict of str to list of Stretch
        The way of each net from pad to pad.
    """

    document: Document
    path: FieldPath
    board: Board
    placed: PlacedBoard
    lines: Lines
    entries: list[dict[str, Any]] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    ways: dict[str, list[Stretch]] = field(default_factory=dict)

    def make(self) -> None:
        """Fill `entries`, `notices` and `problems`."""
        for number, trace in enumerate(self.board.traces):
            self._make(trace, (*self.path, "traces", number))
        self.notices += left_out(self.board, self.placed, self.ways)
        if self.lines.moved > 1e-6:
            self._notice(
                "board-lines-moved",
                f"pads and corners of tracks moved by up to {self.lines.moved * 1e3:.2g} mm onto "
                "common grid lines",
            )

    def _notice(self, name: str, message: str) -> None:
        self.notices.append(Notice(name, f"board {self.board.name}: {message}."))

    def _refuse(self, path: FieldPath, message: str, remedy: str) -> None:
        self.problems.append(self.document.problem(path, message, remedy))

    def _make(self, trace: BoardTrace, path: FieldPath) -> None:
        if trace.net not in self.placed.board.nets:
            remedy = did_you_mean(trace.net, self.placed.board.nets, "nets")
            self._refuse(path, f"the board has no net {trace.net!r}", remedy)
            return
        pads = self._pads(trace, path)
        if pads is None:
            return
        stretches = way(self.placed.board, trace.net, *pads)
        between = f"from {pads[0].label} to {pads[1].label}"
        if not stretches:
            remedy = f"choose pads that tracks connect; pads of {trace.net}: " + listed(
                self.placed.pads(trace.net)
            )
            self._refuse(path, f"no tracks of {trace.net} lead {between}", remedy)
            return
        self.ways[trace.net] = [*self.ways.get(trace.net, []), *stretches]
        open_ones, shielded = self._references(stretches)
        if not open_ones:
            self._no_reference(path, f"{trace.net} {between}", stretches, shielded)
            return
        stretch, found = max(open_ones, key=lambda pair: pair[0].length)
        rest = [
            f"{s.length * 1e3:.3g} mm on {s.layer}" + (", shielded by planes" * (s in shielded))
            for s in stretches
            if s is not stretch
        ]
        self._trace(trace, path, rest, stretch, found)

    def _references(
        self, stretches: Sequence[Stretch]
    ) -> tuple[list[tuple[Stretch, Reference]], list[Stretch]]:
        """Stretches beside a plane, and those between two planes."""
        found = [(s, reference(self.placed, s.layer, s.points)) for s in stretches]
        beside = [(s, one) for s, one in found if one is not None]
        shielded = [s for s, one in beside if one.between > SHIELDED * s.length]
        return [(s, one) for s, one in beside if s not in shielded], shielded

    def _no_reference(
        self,
        path: FieldPath,
        tracks: str,
        stretches: Sequence[Stretch],
        shielded: Sequence[Stretch],
    ) -> None:
        planes = ", ".join(self.board.planes)
        if shielded:
            text = ", ".join(f"{s.length * 1e3:.3g} mm on {s.layer}" for s in shielded)
            self._refuse(
                path,
                f"the tracks of {tracks} run between planes of {planes} ({text}): shielded, "
                "they couple to no field outside",
                "take the net out of traces",
            )
            return
        layers = ", ".join(dict.fromkeys(s.layer for s in stretches))
        self._refuse(
            path,
            f"the tracks of {tracks} are on {layers}, with no plane of {planes} below or above "
            "them",
            "a trace lies beside its plane: add the net of that plane to planes, or take the net "
            "out of traces",
        )

    def _pads(self, trace: BoardTrace, path: FieldPath) -> tuple[Pad, Pad] | None:
        """Pads at both ends; one that is not named is the other one of a net with two pads."""
        mine = self.placed.pads(trace.net)
        named: dict[str, Pad] = {}
        for side, end in (("start", trace.start), ("end", trace.end)):
            if end is not None:
                place = end.model_copy(update={"net": trace.net})
                if end.net not in (None, trace.net):
                    message = f"the net {end.net} is not the trace's net {trace.net}"
                    self._refuse((*path, side, "net"), message, "remove the field")
                    return None
                try:
                    named[side] = pad_of(self.document, (*path, side), self.placed, place)
                except InputError as error:
                    self.problems += error.problems
                    return None
        free = [pad for pad in mine.values() if pad not in named.values()]
        if len(free) + len(named) != 2 and len(named) < 2:
            self._refuse(
                path,
                f"the net {trace.net} has {len(mine)} pads, so it does not say between which two "
                "the trace runs",
                f"add 'start: {{pad: PAD}}' and 'end: {{pad: PAD}}'; its pads: {listed(mine)}",
            )
            return None
        start = named.get("start") or free.pop(0)
        return start, named.get("end") or free.pop(0)

    def _trace(
        self,
        trace: BoardTrace,
        path: FieldPath,
        rest: Sequence[str],
        stretch: Stretch,
        found: Reference,
    ) -> None:
        placed, level = self.placed, self.placed.board.height(stretch.layer)
        whole, sheet = stretch.length, found.sheet
        stretch = replace(stretch, points=placed.over(stretch.points, sheet))
        gap = placed.uncovered(stretch.points, sheet)
        plane = f"{sheet.net} on {sheet.layer}"
        if gap is not None:
            self._refuse(
                path,
                f"the track of {trace.net} on {stretch.layer} leaves the copper of its plane "
                f"{plane} at {placed.kicad_place(gap)}",
                "close the slot in the plane or lead the track round it: a trace that crosses a "
                "gap cannot be computed, and is an EMC fault of its own",
            )
            return

        def covered(corners: Points) -> bool:
            """Whether legs in the device lie over the plane, give or take half a detail."""
            flat = placed.place.flat(corners)
            return placed.uncovered(flat, sheet, self.board.detail / 2) is None

        flat = placed.place.points(stretch.points, level)[:, :2]
        legs = along_axes(flat, self.lines, covered)
        if not self._usable(trace, path, stretch, legs, covered, plane):
            return
        height, between = placed.between(stretch.layer, sheet)
        material = usable(f"{self.board.name}-{stretch.layer}-{sheet.layer}")
        add_material(self.document, self.path, material, between, placed.board.file)
        self.entries.append(
            {
                "name": usable(f"{self.board.name}-{trace.net}"),
                "plane": part_name(self.board.name, found.kept),
                "path": [[metres(x), metres(y)] for x, y in legs],
                "height": metres(height),
                "width": metres(stretch.width),
                "permittivity": material,
                "start": _form(trace.start),
                "end": _form(trace.end),
                "side": "below" if found.below else "above",
            }
        )
        if found.other and found.between > self.board.detail:
            self._notice(
                "board-trace-covered",
                f"{found.between * 1e3:.3g} mm of the track of {trace.net} on {stretch.layer} run "
                f"between {plane} and {found.other.net} on {found.other.layer}, and count as open",
            )
        if whole - stretch.length > 1e-6:
            self._notice(
                "board-end-moved",
                f"{(whole - stretch.length) * 1e3:.2g} mm at the ends of {trace.net} on "
                f"{stretch.layer} lie beside the copper of {plane} and are left out",
            )
        self._tell(trace, rest, stretch, legs)

    def _usable(
        self,
        trace: BoardTrace,
        path: FieldPath,
        stretch: Stretch,
        legs: list[tuple[float, float]],
        covered: Any,
        plane: str,
    ) -> bool:
        """Whether the legs along the axes may stand for the track."""
        detail = self.board.detail * 1e3
        if len(legs) < 2:
            self._refuse(
                path,
                f"the track of {trace.net} on {stretch.layer} is {stretch.length * 1e3:.3g} mm "
                f"long, too short for a detail of {detail:g} mm",
                "leave it out, or lower the board's detail",
            )
            return False
        grown = length_of(legs) / stretch.length - 1
        if abs(grown) > LENGTHENED + 2 * self.board.detail / stretch.length:
            self._refuse(
                path,
                f"the track of {trace.net} on {stretch.layer} has so many oblique legs that legs "
                f"along the axes change its length by {grown:+.0%}, more than {LENGTHENED:.0%}",
                "lead it along x and y in KiCad, or leave it out",
            )
            return False
        if not covered(np.array(legs)):
            self._refuse(
                path,
                f"the track of {trace.net} on {stretch.layer}, drawn along the axes, leaves the "
                f"copper of its plane {plane}",
                "lead it further from the edge of the plane, or lower the board's detail",
            )
            return False
        return True

    def _tell(
        self,
        trace: BoardTrace,
        rest: Sequence[str],
        stretch: Stretch,
        legs: list[tuple[float, float]],
    ) -> None:
        length = length_of(legs)
        if abs(length - stretch.length) > 1e-5:
            self._notice(
                "board-trace-straightened",
                f"the track of {trace.net} on {stretch.layer} runs along the axes: "
                f"{length * 1e3:.4g} mm in place of {stretch.length * 1e3:.4g} mm "
                f"({length / stretch.length - 1:+.1%})",
            )
        if rest:
            text = ", ".join(rest)
            self._notice(
                "board-trace-part",
                f"of {trace.net} only the {stretch.length * 1e3:.4g} mm on {stretch.layer} are a "
                f"trace; its ends carry what is at the pads. Left out: {text}",
            )


def _form(end: BoardPlace | None) -> Any:
    """End of a trace as the twin file writes it."""
    if end is None or (end.port is None and end.load is None):
        return "open"
    return {"load": f"{end.load!r} ohm"} if end.port is None else {"port": end.port}
