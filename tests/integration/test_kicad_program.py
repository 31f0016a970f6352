"""Boards as KiCad itself reads them: the same figures by its Python module, where it is installed.

KiCad is run beside emtwin and never imported. A machine without it skips these tests; what they
hold is held without KiCad, by numbers derived from the files, in `tests/unit/geometry/kicad`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shapely import Polygon

from emtwin import resources
from emtwin.geometry.kicad import Board, read_board
from emtwin.geometry.kicad.filling import VARIABLE, filled_board
from emtwin.geometry.kicad.shapes import (
    drawing_shape,
    filled,
    hole_shape,
    outline_of,
    pad_shape,
    union,
)

MADE = resources.meshes_dir() / "sensor_board.kicad_pcb"
KINDS = Path(__file__).parents[1] / "unit" / "geometry" / "kicad" / "all_kinds.kicad_pcb"
SCRIPT = Path(__file__).with_name("kicad_figures.py")


@lru_cache
def python_of_kicad() -> tuple[str, int]:
    """A Python that has KiCad's module, and KiCad's version."""
    for folder in ("/usr/bin", "/usr/local/bin", None):
        python = shutil.which("python3", path=folder)
        code = "import pcbnew; print(pcbnew.GetBuildVersion())"
        if python:
            done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return python, int(done.stdout.split(".")[0].split("\n")[-1])
    pytest.skip("no python3 here has KiCad's module pcbnew (apt-get install kicad)")


def figures(file: Path, oldest: int) -> dict[str, Any]:
    """What KiCad finds in a board."""
    python, version = python_of_kicad()
    if version < oldest:
        pytest.skip(f"KiCad {version} does not open a board of KiCad {oldest}")
    done = subprocess.run(
        [python, str(SCRIPT), str(file)], capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def sums(board: Board) -> dict[str, float]:
    """Millimetres of track on each layer of each net."""
    found: dict[str, float] = {}
    for track in board.tracks:
        key = f"{track.layer} {track.net}"
        found[key] = found.get(key, 0.0) + track.length * 1e3
    return found


def copper(board: Board) -> dict[str, float]:
    """Square millimetres of zones on each layer of each net."""
    found: dict[str, float] = {}
    for zone in board.zones:
        for fill in zone.fills:
            key = f"{fill.layer} {zone.net}"
            found[key] = found.get(key, 0.0) + filled([fill]).area * 1e6
    return found


@pytest.mark.parametrize(("file", "oldest"), [(MADE, 8), (KINDS, 9)], ids=["made", "kinds"])
def test_kicad_finds_the_same(file: Path, oldest: int) -> None:
    """Chords within 1 um of an arc shorten it by 0.1 % at most; KiCad's lie within 5 um of it.

    A disc of radius r with chords 5 um inside of it lacks 2 d / r of its area: 4 % at 0.25 mm.
    """
    theirs, ours = figures(file, oldest), read_board(file)
    assert list(ours.copper) == theirs["layers"]
    assert sorted(ours.nets) == sorted(theirs["nets"])
    assert sums(ours) == pytest.approx(theirs["tracks"], rel=1e-3)
    assert copper(ours) == pytest.approx(theirs["zones"], rel=1e-3)
    vias = sorted(
        [via.position[0] * 1e3, -via.position[1] * 1e3, via.size * 1e3, via.drill * 1e3]
        for via in ours.vias
    )
    np.testing.assert_allclose(vias, sorted(via[:4] for via in theirs["vias"]), atol=1e-6)
    assert sorted([*via.layers, via.net] for via in ours.vias) == sorted(
        via[4:] for via in theirs["vias"]
    )
    # Holes without copper are cut out of our board, and KiCad's outline does not have them.
    holes = union(hole_shape(pad) for pad in ours.pads if not pad.plated).area
    whole = outline_of(ours, 1e-6).area + holes
    assert whole * 1e6 == pytest.approx(theirs["outline"], rel=1e-3)
    drawn = union(drawing_shape(drawing) for drawing in ours.drawings).area * 1e6
    assert drawn == pytest.approx(theirs["drawings"], rel=0.04)
    assert len(ours.pads) == len(theirs["pads"])
    for pad, (label, net, layers, corners, hole) in zip(ours.pads, theirs["pads"], strict=True):
        assert (pad.label, pad.net, sorted(pad.layers)) == (label, net, sorted(layers))
        assert sorted(pad.hole) == pytest.approx([side * 1e-3 for side in sorted(hole)])
        shape, other = pad_shape(pad), Polygon([(x * 1e-3, -y * 1e-3) for x, y in corners])
        assert shape.symmetric_difference(other).area < 0.04 * shape.area, label


def test_kicad_fills_the_zones_of_a_board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program beside that Python, whatever its version: 20 x 10 mm less the clearance."""
    python, version = python_of_kicad()
    beside = Path(python).with_name("kicad-cli" if version >= 7 else "pcbnew")
    program = Path(os.environ.get(VARIABLE, beside))
    if not program.is_file():
        pytest.skip(f"there is no {program}")
    file = tmp_path / "a.kicad_pcb"
    file.write_text(
        "(kicad_pcb (version 20211014) (generator pcbnew)"
        '(layers (0 "F.Cu" signal) (31 "B.Cu" signal) (44 "Edge.Cuts" user))'
        '(net 0 "") (net 1 "GND")'
        '(gr_rect (start 10 20) (end 30 30) (layer "Edge.Cuts") (width 0.1) (fill none)'
        " (tstamp 11111111-1111-1111-1111-111111111111))"
        '(segment (start 12 25) (end 28 25) (width 0.3) (layer "F.Cu") (net 1)'
        " (tstamp 33333333-3333-3333-3333-333333333333))"
        '(zone (net 1) (net_name "GND") (layer "F.Cu")'
        " (tstamp 22222222-2222-2222-2222-222222222222) (hatch edge 0.5)"
        " (connect_pads (clearance 0.5)) (min_thickness 0.25) (filled_areas_thickness no)"
        " (fill (thermal_gap 0.5) (thermal_bridge_width 0.5) (island_removal_mode 1)"
        " (island_area_min 0))"
        " (polygon (pts (xy 10 20) (xy 30 20) (xy 30 30) (xy 10 30)))))"
    )
    monkeypatch.setenv(VARIABLE, str(program))
    board, notices = filled_board(file, ["GND"])
    assert [(notice.name, notice.rank) for notice in notices] == [
        ("board-zones-filled", "information")
    ]
    area = filled(board.zones[0].fills).area * 1e6
    assert 18 * 8 < area < 20 * 10
    assert "filled_polygon" not in file.read_text()
