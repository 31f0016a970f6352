"""Mutated copies of two boards end in a board in its place, or in one of our errors."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from emtwin import resources
from emtwin.errors import InputError
from emtwin.geometry.kicad.model import Choice, placed_board
from emtwin.geometry.kicad.references import reference
from emtwin.geometry.kicad.routes import Lines
from emtwin.geometry.kicad.shapes import drawing_shape
from emtwin.geometry.kicad.tracks import way
from emtwin.geometry.kicad.vias import links

SAMPLES = (
    (resources.meshes_dir() / "sensor_board.kicad_pcb", ("GND", "+3V3")),
    (Path(__file__).with_name("all_kinds.kicad_pcb"), ("GND",)),
)
NUMBER = re.compile(rb"(?<=[ (])-?\d+(?:\.\d+)?(?=[ )])")
VALUES = (b"nan", b"-1", b"0", b"1e308", b"inf", b"''", b"9999999", b"1e-300", b"(", b")", b'"')


def mutated(sample: bytes, seed: int) -> bytes:
    """A sample with one to four changes: a number, some bytes, or an expression gone or twice."""
    chance, content = random.Random(seed), sample
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(content))
        match chance.randrange(5):
            case 0 | 1:
                found = chance.choice(list(NUMBER.finditer(content)))
                content = content[: found.start()] + chance.choice(VALUES) + content[found.end() :]
            case 2:
                content = content[:place] + chance.randbytes(3) + content[place + 3 :]
            case 3:
                cut = content.find(b"\n", place)
                content = content[:place] + content[max(cut, place) :]
            case 4:
                lines = content.split(b"\n")
                chosen = chance.randrange(len(lines))
                lines[chosen : chosen + 1] = [lines[chosen]] * 2
                content = b"\n".join(lines)
    return content


def outcome(folder: Path, seed: int) -> str:
    """``board`` or ``error``; anything else that is raised fails the test."""
    file = folder / f"{seed}.kicad_pcb"
    sample, planes = SAMPLES[seed % len(SAMPLES)]
    file.write_bytes(mutated(sample.read_bytes(), seed))
    try:
        placed = placed_board(Choice(file, (0.0, 0.0, 0.0), 90, True, planes, 1e-3, 2e-3))
        regions = placed.regions
        list(map(drawing_shape, placed.board.drawings))
        for layer in placed.board.copper:
            for track in placed.board.tracks:
                reference(placed, layer, track.points)
        links(placed, Lines(1e-3))
        for net in placed.board.nets:
            ends = list(placed.pads(net).values())
            way(placed.board, net, ends[0], ends[-1]) if ends else None
    except InputError as error:
        return "error" if all(p.message and p.remedy for p in error.problems) else "no remedy"
    finally:
        file.unlink()
    assert "substrate" in regions
    return "board"


def test_some_mutations(tmp_path: Path) -> None:
    assert {outcome(tmp_path, seed) for seed in range(20)} == {"board", "error"}


@pytest.mark.slow
def test_many_mutations(tmp_path: Path) -> None:
    found = [outcome(tmp_path, seed) for seed in range(500)]
    assert min(found.count("board"), found.count("error")) > 50
