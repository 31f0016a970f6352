"""Entries that boards add to a twin file as it was read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from emtwin.geometry.kicad.board import StackLayer
from emtwin.geometry.kicad.sheets import Sheet
from emtwin.geometry.kicad.stackup import homogenised
from emtwin.materials.material import loss_conductivity
from emtwin.scene.checks import items
from emtwin.scene.document import Document, FieldPath

LOSS_FREQUENCY = 1e9
"""Where a loss tangent becomes a conductivity, Hz; as in the material library."""


def usable(name: str) -> str:
    """A name with every character replaced that names in a twin file must not have."""
    return re.sub(r'[./\\\[\]"\x00-\x1f]', "_", name)


def part_name(board: str, sheet: Sheet) -> str:
    """Name of the part that a sheet becomes: ``main-In1_Cu-GND``."""
    return usable(f"{board}-{sheet.layer}-{sheet.net}")


def metres(value: float) -> str:
    """A length as the twin file writes it."""
    return f"{value!r} m"


def append(document: Document, path: FieldPath, group: str, entries: Sequence[Any]) -> None:
    """Add entries to a list of the device; their line is the board's.

    Parameters
    ----------
    document : Document
        Changed in place.
    path : FieldPath
        Field of the board.
    group : str
        ``parts``, ``cables`` or ``traces``.
    entries : sequence
        Mappings, as the file would write them.
    """
    target = document.data["device"].setdefault(group, [])
    for entry in entries if isinstance(target, list) else ():
        document.lines[("device", group, len(target))] = document.line_of(path) or 1
        target.append(entry)


def add_material(
    document: Document, path: FieldPath, name: str, layers: Sequence[StackLayer], file: Path
) -> None:
    """Declare layers on top of each other as one insulator, unless the name is taken.

    Parameters
    ----------
    document : Document
        Changed in place.
    path : FieldPath
        Field of the board.
    name : str
        Name of the material.
    layers : sequence of StackLayer
        What it stands for.
    file : Path
        The board file, for the source.
    """
    materials = document.data.setdefault("materials", {})
    if not isinstance(materials, dict) or name in materials:
        return
    permittivity, loss = homogenised(layers)
    conductivity = loss_conductivity(permittivity, loss, LOSS_FREQUENCY)
    of = " and ".join(dict.fromkeys(layer.material for layer in layers if not layer.copper))
    materials[name] = {
        "permittivity": permittivity,
        "conductivity": f"{conductivity!r} S/m",
        "source": f"stack-up of {file.name} ({of}), loss tangent {loss:.3g} taken at 1 GHz",
    }
    document.lines.setdefault(("materials", name), document.line_of(path) or 1)


def silence_echoes(document: Document) -> None:
    """Mark every field that can only be right once the boards are, so that it is not reported.

    Parameters
    ----------
    document : Document
        A twin file with a board that could not be read or is declared wrongly.
    """
    document.blanks.add(("device", "parts"))
    for group in ("cables", "traces"):
        for wire in items(document, "device", group):
            sides = {side: wire.value.get(side) for side in ("start", "end")}
            ends = {side: end for side, end in sides.items() if isinstance(end, dict)}
            document.blanks.add((*wire.path, "plane"))
            document.blanks |= {
                (*wire.path, side, key) for side in ends for key in ("part", "bond")
            }
            if any("board" in end for end in ends.values()):
                document.blanks.add((*wire.path, "path"))
    document.blanks |= {port.path for port in items(document, "device", "ports")}
