"""A `.kicad_pcb` file as a `Board`: KiCad 5 to 9.

Source of the format: KiCad developer documentation, "Board File Format" and "S-Expression Format
Introduction" (dev-docs.kicad.org); what KiCad 5 did otherwise is told where it is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError, Notice, Problem
from emtwin.geometry.kicad.board import Board
from emtwin.geometry.kicad.copper_items import footprints, tracks, vias, zones
from emtwin.geometry.kicad.curves import loops
from emtwin.geometry.kicad.drawings import EDGE, drawings, texts
from emtwin.geometry.kicad.fields import Fields, number, shown
from emtwin.geometry.kicad.sexpr import Expression, parse
from emtwin.geometry.kicad.stackup import stack_of

OLDEST, NEWEST = 20171130, 20241229
"""Format versions of KiCad 5 and 9, the range that the reader was written for."""

OWN_NAMES = 20200000
"""First format in which a copper layer keeps KiCad's name beside the one that a user gave it."""

LARGEST_FILE = 200 * 2**20
"""Bytes of a board file that are read at most."""

_NOT_A_BOARD = "name a board saved by KiCad (File > Save in the board editor), suffix .kicad_pcb"


def read_board(path: str | Path) -> Board:
    """Read a board file.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    Board
        In metres, y up.

    Raises
    ------
    InputError
        Everything that is wrong with it, with file and line.
    """
    path = Path(path)
    return board_of(_text(path), path)


def board_of(text: str, path: Path) -> Board:
    """Board that a text describes; as `read_board`."""
    root = parse(text, path)
    if root.name != "kicad_pcb":
        shown = root.name[:40] or "nothing"
        message = f"this is no KiCad board: it begins with {shown!r} in place of 'kicad_pcb'"
        raise InputError.single(message, file=path, line=root.line, remedy=_NOT_A_BOARD)
    fields = Fields(path, [], _net_names(root))
    version, notices = _version(root, path)
    if version < OWN_NAMES:
        _rename_layers(root)
    copper = _copper_layers(root)
    if not copper:
        raise InputError.single(
            "the board has no copper layer", file=path, line=root.line, remedy=_NOT_A_BOARD
        )
    stack, assumed = stack_of(root, copper, fields)
    parts = footprints(root, copper, fields)
    board = Board(
        file=path,
        version=version,
        copper=copper,
        stack=stack,
        nets=(),
        footprints=parts,
        tracks=tracks(root, fields),
        vias=vias(root, copper, fields),
        zones=zones(root, copper, fields, version),
        drawings=drawings(root, copper, fields),
        outline=(),
        notices=(*notices, *assumed, *_not_read(root, copper, path)),
    )
    edge = drawings(root, [EDGE], fields)
    closed, loose = loops([(piece.points, piece.line) for piece in edge])
    fields.problems += [_open(path, *chain) for chain in loose]
    if not closed and not loose:
        fields.problems.append(
            Problem(
                "the board has no outline on the layer Edge.Cuts",
                path,
                root.line,
                remedy="draw the board's edge on Edge.Cuts in KiCad",
            )
        )
    if fields.problems:
        raise InputError(fields.problems)
    used = [track.net for track in board.tracks] + [via.net for via in board.vias]
    used += [zone.net for zone in board.zones] + [pad.net for pad in board.pads]
    names = dict.fromkeys(name for name in (*fields.nets.values(), *used) if name)
    return replace(board, nets=tuple(names), outline=tuple(closed))


def _text(path: Path) -> str:
    try:
        content = path.read_bytes() if path.stat().st_size <= LARGEST_FILE else None
    except OSError as error:
        reason = "it is a folder" if path.is_dir() else error.strerror or str(error)
        message = f"the board cannot be read: {reason}"
        raise InputError.single(message, file=path, remedy=_NOT_A_BOARD) from None
    if content is None:
        message = f"the board has more than {LARGEST_FILE // 2**20} MiB"
        raise InputError.single(message, file=path, remedy=_NOT_A_BOARD)
    return content.decode("utf-8-sig", errors="replace")


def _version(root: Expression, path: Path) -> tuple[int, list[Notice]]:
    said = root.word("version")
    version = int(said) if said.isdecimal() and said.isascii() and len(said) < 12 else 0
    if OLDEST <= version <= NEWEST:
        return version, []
    known = f"emtwin knows {OLDEST} (KiCad 5) to {NEWEST} (KiCad 9)"
    age = "newer than" if version > NEWEST else "not one of"
    return version, [
        Notice(
            "board-version",
            f"{path.name} has the format version {said[:40] or 'none'}, {age} those that were "
            f"tried: {known}. Compare the audit with the board, or save it in one of these.",
        )
    ]


def _net_names(root: Expression) -> dict[str, str]:
    """Name of every numbered net; empty where the file has only names."""
    return {
        net.words[0]: shown(net.words[1])
        for net in root.all("net")
        if len(net.words) == 2 and net.words[0].isdecimal()
    }


def _copper_layers(root: Expression) -> tuple[str, ...]:
    """Copper layers from top to bottom, by the order of their names (their numbers changed)."""
    layers = root.first("layers")
    found = []
    for layer in (v for v in (layers.values if layers else []) if isinstance(v, Expression)):
        # (0 F.Cu signal): the number takes the place of the name of the list.
        name = layer.words[0] if layer.words else ""
        if name.endswith(".Cu") and name not in found:
            found.append(name)
    return tuple(sorted(found, key=_depth))


def _rename_layers(root: Expression) -> None:
    """Give copper layers that a user renamed KiCad's names again: up to KiCad 5 both were one."""
    layers = root.first("layers")
    rows = [v for v in (layers.values if layers else []) if isinstance(v, Expression)]
    numbers = [(int(row.name), row) for row in rows if row.name.isdecimal() and row.words]
    names = {
        row.words[0]: {0: "F.Cu", 31: "B.Cu"}.get(number, f"In{number}.Cu")
        for number, row in numbers
        if number < 32
    }
    if any(name != own for name, own in names.items()):
        for row in rows:
            row.values[1:] = [names.get(v, v) if isinstance(v, str) else v for v in row.values[1:]]
        _rename(root, names)


def _rename(item: Expression, names: dict[str, str]) -> None:
    if item.name in ("layer", "layers"):
        item.values[1:] = [names.get(v, v) if isinstance(v, str) else v for v in item.values[1:]]
    for value in item.values:
        if isinstance(value, Expression):
            _rename(value, names)


def _not_read(root: Expression, copper: Sequence[str], path: Path) -> Iterator[Notice]:
    """What stands on copper and does not become copper here."""
    found = texts(root, copper)
    if found:
        message = f"{path.name}: {found} texts on copper layers are left out."
        yield Notice("board-texts-left-out", message)
    pads = [pad for part in root.all("footprint", "module") for pad in part.all("pad")]
    several = sum(item.first("padstack") is not None for item in (*pads, *root.all("via")))
    if several:
        message = (
            f"{path.name}: {several} pads and vias have another shape on some layers; every layer "
            "takes that of the front."
        )
        yield Notice("board-padstacks", message)


def _depth(layer: str) -> tuple[int, int]:
    inner = layer.removeprefix("In").removesuffix(".Cu")
    if layer in ("F.Cu", "B.Cu"):
        return (0 if layer == "F.Cu" else 2), 0
    return 1, int(inner) if inner.isdecimal() and inner.isascii() and len(inner) < 6 else 10**6


def _open(path: Path, points: NDArray[np.float64], line: int) -> Problem:
    (a, b), (c, d) = points[0] * 1e3, points[-1] * 1e3
    gap = number(float(np.hypot(c - a, d - b)))
    return Problem(
        f"the outline on Edge.Cuts is open: the piece that begins here runs from "
        f"({number(a)}, {number(-b)}) to ({number(c)}, {number(-d)}) mm and leaves {gap} mm",
        path,
        line,
        remedy="close the outline in KiCad; ends must meet within 0.01 mm",
    )
