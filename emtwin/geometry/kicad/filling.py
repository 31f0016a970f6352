"""Zones that were saved without their fill, filled by the user's own KiCad where there is one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from emtwin.errors import InputError, Notice
from emtwin.geometry.kicad.board import Board
from emtwin.geometry.kicad.reader import read_board

VARIABLE = "EMTWIN_KICAD_CLI"
"""Environment variable with the path of KiCad's command line program."""

GET_KICAD = (
    f"install KiCad (kicad.org), or set {VARIABLE} to the path of its kicad-cli; a board saved "
    "with its zones filled needs none"
)
"""How to get KiCad."""

FILLS = 10
"""First KiCad whose kicad-cli can fill zones; before, KiCad's own Python does it."""

_PYTHONS = (
    "python3",
    "python.exe",
    "../Frameworks/Python.framework/Versions/Current/bin/python3",
)
"""KiCad's Python relative to its programs: Linux, Windows, macOS."""

_SCRIPT = (
    "import sys, pcbnew; board = pcbnew.LoadBoard(sys.argv[1]); "
    "pcbnew.ZONE_FILLER(board).Fill(board.Zones()); pcbnew.SaveBoard(sys.argv[1], board)"
)
_SECONDS = 120.0


def find_kicad() -> Path | None:
    """KiCad's program: `VARIABLE`, or ``kicad-cli`` (since KiCad 7) or ``pcbnew`` on the path."""
    found = os.environ.get(VARIABLE) or shutil.which("kicad-cli") or shutil.which("pcbnew")
    return Path(found) if found else None


def filled_board(file: Path, nets: Sequence[str]) -> tuple[Board, list[Notice]]:
    """A board with the zones of `nets` filled, if that can be done.

    Parameters
    ----------
    file : Path
        The board file; it is never changed.
    nets : sequence of str
        Nets whose zones matter.

    Returns
    -------
    board : Board
        With all it has; zones may still be without a fill.
    notices : list of Notice
        That KiCad filled them, or why it could not.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    board = read_board(file)
    empty = [zone for zone in board.zones if zone.net in nets and not zone.filled]
    program = find_kicad()
    if not empty or program is None:
        return board, []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copy(file, folder))
        failure = _fill(program, copy)
        if failure:
            raise InputError.single(
                f"{len(empty)} zones are not filled, and {program} could not fill them: {failure}",
                file=file,
                line=empty[0].line,
                remedy="open the board in KiCad, press B to fill all zones, and save it",
            )
        done = read_board(copy)

    message = (
        f"{len(empty)} zones of {file.name} were saved without their fill; {program} filled them."
    )
    return replace(done, file=file), [Notice("board-zones-filled", message, "information")]


def _fill(program: Path, copy: Path) -> str:
    """Let KiCad fill the zones of a file; what went wrong, or nothing."""
    version = _version(program)
    if version >= FILLS or not version:
        report = str(copy.with_suffix(".rpt"))
        options = ["pcb", "drc", "--refill-zones", "--save-board", "-o", report]
        return _run([str(program), *options, str(copy)])[1]
    pythons = [python for name in _PYTHONS if (python := program.parent / name).is_file()]
    failures = [_run([str(python), "-c", _SCRIPT, str(copy)])[1] for python in pythons[:1]]
    why = f"kicad-cli fills zones since KiCad {FILLS}, and this is KiCad {version}"
    if not failures:
        return f"{why} without a Python beside it"
    return f"{why}; {pythons[0]}: {failures[0]}" if failures[0] else ""


def _version(program: Path) -> int:
    """First number of KiCad's version; 0 where it does not say, 6 where there is no kicad-cli."""
    if program.stem == "pcbnew":
        return 6
    found = re.search(r"^(\d+)\.", _run([str(program), "version"])[0], re.MULTILINE)
    return int(found[1]) if found else 0


def _run(command: Sequence[str]) -> tuple[str, str]:
    """What a program printed, and what went wrong."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_SECONDS, check=False, errors="replace"
        )
    except subprocess.TimeoutExpired:
        return "", f"it took longer than {_SECONDS:g} s"
    except OSError as error:
        return "", error.strerror or str(error)
    said = " ".join(f"{done.stderr} {done.stdout}".split())[-200:]
    return done.stdout, f"exit code {done.returncode}, {said!r}" if done.returncode else ""
