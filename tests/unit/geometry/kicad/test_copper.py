"""Copper as sheets, tracks as ways and legs, vias as links: areas, places and what is told."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from emtwin import resources
from emtwin.errors import InputError
from emtwin.geometry import topology
from emtwin.geometry.kicad import read_board
from emtwin.geometry.kicad.filling import VARIABLE, filled_board
from emtwin.geometry.kicad.model import Choice, PlacedBoard, placed_board
from emtwin.geometry.kicad.placement import Placement
from emtwin.geometry.kicad.routes import Lines, along_axes, length_of
from emtwin.geometry.kicad.sheets import copper_sheets
from emtwin.geometry.kicad.stackup import homogenised
from emtwin.geometry.kicad.tracks import way
from emtwin.geometry.kicad.vias import links
from tests.unit.geometry.kicad.snippets import board, text_of

SAMPLE = resources.meshes_dir() / "sensor_board.kicad_pcb"
SQUARE = "(pts (xy 10 20) (xy 30 20) (xy 30 30) (xy 10 30))"
NETS = '(net 1 "GND") (net 2 "+5V") (net 3 "CLK")'


def zone(net: int, layer: str, points: str = SQUARE) -> str:
    """A filled zone."""
    return f'(zone (net {net}) (layer "{layer}") (filled_polygon (layer "{layer}") {points}))'


def segment(start: str, end: str, net: int, width: float = 0.3, layer: str = "F.Cu") -> str:
    """A piece of track."""
    ends = f"(start {start}) (end {end}) (width {width})"
    return f'(segment {ends} (layer "{layer}") (net {net}))'


def pad(reference: str, at: str, net: int, layers: str = '"F.Cu"') -> str:
    """A component with one pad."""
    return (
        f'(footprint "P" (layer "F.Cu") (at {at}) (property "Reference" "{reference}")'
        f'(pad "1" smd rect (at 0 0) (size 1 1) (layers {layers}) (net {net})))'
    )


def placed(
    tmp_path: Path, text: str, planes: tuple[str, ...] = ("GND",), **more: object
) -> PlacedBoard:
    """A board from its text, in its place."""
    file = tmp_path / "a.kicad_pcb"
    file.write_text(text)
    settings = {"at": (0.0, 0.0, 0.0), "degrees": 0, "down": False, "detail": 1e-3} | more
    return placed_board(Choice(file, planes=planes, **settings))  # type: ignore[arg-type]


def test_the_sample_is_what_its_script_writes(tmp_path: Path) -> None:
    import subprocess
    import sys

    script = SAMPLE.with_suffix(".py")
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True)
    for name in (SAMPLE.name, "sensor_board_box.stl"):
        assert (tmp_path / name).read_text() == SAMPLE.with_name(name).read_text()


def test_planes_of_the_sample() -> None:
    """59 mm x 39 mm less the slot of 3 x 15.5, and four 32-gons of radius 2 at the screws.

    The clearance holes of 2.4 mm and less are filled at a detail of 1.25 mm.
    """
    sheets, _ = copper_sheets(read_board(SAMPLE), ["GND", "+3V3"], 1.25e-3)
    assert [sheet.name for sheet in sheets] == ["In1.Cu/GND"]
    screws = 4 * 16 * math.sin(2 * math.pi / 32) * 2**2
    assert sheets[0].shape.area * 1e6 == pytest.approx(59 * 39 - 3 * 15.5 - screws, rel=1e-5)
    apart, _ = copper_sheets(read_board(SAMPLE), ["GND", "+3V3"], 1e-3)
    assert [sheet.name for sheet in apart] == ["In1.Cu/GND", "In2.Cu/+3V3"]


def test_surfaces_have_area_volume_and_height(tmp_path: Path) -> None:
    text = text_of(NETS, zone(1, "B.Cu"))
    found = placed(tmp_path, text, at=(0.1, 0.2, 0.3), components=2e-3).regions
    sheet, plate, parts = (found[n] for n in ("B.Cu/GND", "substrate", "components"))
    assert (sheet.kind, plate.kind, parts.kind) == ("sheet", "solid", "solid")
    assert sheet.surface.area == pytest.approx(200e-6)
    np.testing.assert_allclose(sheet.surface.lo, (0.09, 0.195, 0.3 + 17.5e-6))
    assert topology(plate.surface).closed
    assert plate.surface.signed_volume == pytest.approx(200e-6 * 1.6e-3)
    assert parts.surface.signed_volume == pytest.approx(200e-6 * 2e-3)
    assert parts.surface.lo[2] == pytest.approx(0.3 + 1.6e-3)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
@pytest.mark.parametrize("down", [False, True])
def test_placement(degrees: int, *, down: bool) -> None:
    """A corner 1 mm right of and 2 mm above the middle, 3 mm over the lower face of 10 mm.

    Down, right becomes left and 3 mm become 7 mm; then the board turns counter-clockwise.
    """
    place = Placement((5.0, 6.0), 10.0, (100.0, 200.0, 300.0), degrees, down)
    x, y = (-1.0 if down else 1.0), 2.0
    angle = math.radians(degrees)
    expected = (
        100 + x * math.cos(angle) - y * math.sin(angle),
        200 + x * math.sin(angle) + y * math.cos(angle),
        300 + (7 if down else 3),
    )
    corner = np.array([[6.0, 8.0]])
    (found,) = place.points(corner, 3.0)
    np.testing.assert_allclose(found, expected)
    np.testing.assert_allclose(place.flat(found[None, :2]), corner)


def test_wide_tracks_and_touching_pads_belong_to_a_plane() -> None:
    """A zone of 20 x 10; a track 2 mm wide sticks out by 5 mm with a round end, a pad by 0.75."""
    track = segment("20 25", "35 25", 1, 2.0)
    lone, touching = pad("R1", "40 25", 1), pad("R2", "20 31.5", 1)
    thin = segment("20 25", "20 40", 1, 0.3)
    text = [NETS, zone(1, "F.Cu"), track, thin, lone]
    sheets, notices = copper_sheets(board(*text), ["GND"], 1e-3)
    assert sheets[0].shape.area * 1e6 == pytest.approx(200 + 5 * 2 + math.pi / 2, rel=1e-3)
    text.append(touching.replace("31.5", "30.25"))
    more, _ = copper_sheets(board(*text), ["GND"], 1e-3)
    assert (more[0].shape.area - sheets[0].shape.area) * 1e6 == pytest.approx(0.75)
    assert not notices


def test_what_is_too_small_is_told() -> None:
    speck = "(pts (xy 40 40) (xy 40.5 40) (xy 40.5 40.5) (xy 40 40.5))"
    _, notices = copper_sheets(board(NETS, zone(1, "F.Cu"), zone(1, "F.Cu", speck)), ["GND"], 1e-3)
    assert [n.name for n in notices] == ["board-copper-left-out"]
    assert "1 of GND" in notices[0].message


@pytest.mark.parametrize(
    ("width", "what"), [(0.4, "narrower gaps"), (4.0, "narrower copper")], ids=["slot", "neck"]
)
def test_narrow_slots_and_necks_are_told(width: float, what: str) -> None:
    """A slot across the plane but for a neck of 1 mm: the slot or the neck is below 1.2 mm."""
    a, b = 20 - width / 2, 20 + width / 2
    corners = [(10, 20), (a, 20), (a, 29), (b, 29), (b, 20), (30, 20), (30, 30), (10, 30)]
    slot = "(pts " + " ".join(f"(xy {x} {y})" for x, y in corners) + ")"
    sheets, notices = copper_sheets(board(NETS, zone(1, "F.Cu", slot)), ["GND"], 1.2e-3)
    assert sheets[0].shape.area * 1e6 == pytest.approx(200 - width * 9)
    (told,) = [n.message for n in notices if n.name == "board-thin-copper"]
    assert what in told


def test_planes_too_near_are_joined_or_left_out() -> None:
    """The two layers are 1.565 mm apart: told apart at a detail of 1.5 mm, not at 1.6 mm."""
    two = board(NETS, zone(2, "F.Cu"), zone(1, "B.Cu"))
    sheets, _ = copper_sheets(two, ["GND", "+5V"], 1.5e-3)
    assert [sheet.name for sheet in sheets] == ["B.Cu/GND", "F.Cu/+5V"]
    sheets, notices = copper_sheets(two, ["GND", "+5V"], 1.6e-3)
    assert [sheet.name for sheet in sheets] == ["B.Cu/GND"]
    assert [sheet.name for sheet in sheets[0].stands_for] == ["F.Cu/+5V"]
    assert "is left out" in notices[0].message
    same = board(NETS, zone(1, "F.Cu"), zone(1, "B.Cu", SQUARE.replace("30 ", "20 ")))
    (sheet,), notices = copper_sheets(same, ["GND"], 1.6e-3)
    assert sheet.shape.area * 1e6 == pytest.approx(200)
    assert "is joined to it" in notices[0].message


@pytest.mark.parametrize(
    ("items", "planes", "message", "remedy"),
    [
        ((), ("GND",), "the net GND has no zone", "take it out of planes"),
        ((), ("GNDA",), "the board has no net 'GNDA'", "did you mean 'GND'?"),
        ((), ("vcc",), "the board has no net 'vcc'", "known nets: GND, +5V, CLK"),
        (
            ('(zone (net 1) (layer "F.Cu"))',),
            ("GND",),
            "the zone of GND on F.Cu is not filled",
            "press B to fill all zones",
        ),
    ],
)
def test_planes_that_cannot_be_kept(
    items: tuple[str, ...], planes: tuple[str, ...], message: str, remedy: str
) -> None:
    with pytest.raises(InputError) as caught:
        copper_sheets(board(NETS, *items), planes, 1e-3)
    assert message in caught.value.problems[0].message
    assert remedy in caught.value.problems[0].remedy


def test_an_outline_of_no_area(tmp_path: Path) -> None:
    flat = (
        '(gr_line (start 0 0) (end 9 0) (layer "Edge.Cuts"))'
        '(gr_line (start 9 0) (end 4 0) (layer "Edge.Cuts"))'
        '(gr_line (start 4 0) (end 0 0) (layer "Edge.Cuts"))'
    )
    with pytest.raises(InputError, match="encloses nothing"):
        placed(tmp_path, text_of(NETS, zone(1, "F.Cu"), edge=flat))


def test_shapely_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "shapely", None)
    with pytest.raises(InputError, match=r"pip install 'emtwin\[pcb\]'"):
        copper_sheets(board(NETS, zone(1, "F.Cu")), ["GND"], 1e-3)


# -- zones that KiCad fills -------------------------------------------------------------------


def program(tmp_path: Path, body: str, version: str = "10.0.1") -> str:
    """An executable that stands for kicad-cli: its answer to ``version``, and what else it does."""
    file = tmp_path / "kicad-cli"
    file.write_text(f"#!/bin/sh\n[ $1 = version ] && echo {version} && exit\n{body}\n")
    file.chmod(0o755)
    return str(file)


def test_kicad_fills_zones_in_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.kicad_pcb"
    file.write_text(text_of(NETS, '(zone (net 1) (layer "F.Cu"))'))
    filled = tmp_path / "filled"
    filled.write_text(text_of(NETS, zone(1, "F.Cu")))
    before = file.read_text()
    # $7 is the board: pcb drc --refill-zones --save-board --output REPORT BOARD
    fake = program(
        tmp_path, f'[ "$1 $2 $3 $4" = "pcb drc --refill-zones --save-board" ] && cp "{filled}" "$7"'
    )
    monkeypatch.setenv(VARIABLE, fake)
    read, notices = filled_board(file, ["GND"])
    assert read.zones[0].fills
    assert read.file == file
    assert [(n.name, n.rank) for n in notices] == [("board-zones-filled", "information")]
    assert file.read_text() == before
    assert filled_board(file, ["+5V"])[1] == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("echo no licence >&2; exit 3", "exit code 3, 'no licence'"),
        ("exec sleep 5", "longer than 0.2 s"),
        (None, "No such file"),
    ],
)
def test_kicad_that_fails_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str | None, message: str
) -> None:
    file = tmp_path / "a.kicad_pcb"
    file.write_text(text_of(NETS, '(zone (net 1) (layer "F.Cu"))'))
    monkeypatch.setenv(VARIABLE, program(tmp_path, body) if body else str(tmp_path / "none"))
    monkeypatch.setattr(
        "emtwin.geometry.kicad.filling._SECONDS", 0.2 if body == "exec sleep 5" else 20
    )
    with pytest.raises(InputError, match="could not fill them") as caught:
        filled_board(file, ["GND"])
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("python", "message"),
    [
        ('[ "$1" = -c ] && cp "$(dirname "$0")/filled" "$3"', ""),
        ("echo no pcbnew >&2; exit 1", "exit code 1, 'no pcbnew'"),
        (None, "and this is KiCad 9 without a Python beside it"),
    ],
)
def test_before_kicad_10_its_python_fills_zones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, python: str | None, message: str
) -> None:
    """kicad-cli 8 and 9 have ``pcb drc`` without ``--refill-zones``; kicad-cli 7 has no drc."""
    file = tmp_path / "a.kicad_pcb"
    file.write_text(text_of(NETS, '(zone (net 1) (layer "F.Cu"))'))
    (tmp_path / "filled").write_text(text_of(NETS, zone(1, "F.Cu")))
    monkeypatch.setenv(VARIABLE, program(tmp_path, "exit 1", version="9.0.8"))
    if python is not None:
        (tmp_path / "python3").write_text(f"#!/bin/sh\n{python}\n")
        (tmp_path / "python3").chmod(0o755)
    if not message:
        assert filled_board(file, ["GND"])[0].zones[0].fills
        return
    with pytest.raises(InputError, match="fills zones since KiCad 10") as caught:
        filled_board(file, ["GND"])
    assert message in str(caught.value)


# -- tracks ------------------------------------------------------------------------------------


def test_a_track_that_ends_beside_a_pad_meets_it_with_its_round_end() -> None:
    """The pad ends at x = 12.5; tracks of 0.8 that end 0.3 beside it reach into it, at 0.5 not."""
    pads = "".join(
        f'(footprint "F" (layer "F.Cu") (at {x} 25) (property "Reference" "{name}")'
        '(pad "1" smd rect (at 0 0) (size 1 1) (layers "F.Cu") (net 3)))'
        for name, x in (("U1", 12), ("R1", 20))
    )
    for start, found in ((12.8, 1), (13.0, 0)):
        track = f'(segment (start {start} 25) (end 20 25) (width 0.8) (layer "F.Cu") (net 3))'
        read = board(NETS, pads, track)
        assert len(way(read, "CLK", *read.pads)) == found


def test_the_way_of_the_clock() -> None:
    """From U1.1 18 mm straight, 4 mm at 45 degrees, a via, and 3 mm on the back to R1's via."""
    read = read_board(SAMPLE)
    pads = {p.label: p for p in read.pads}
    front, back = way(read, "CLK", pads["U1.1"], pads["R1.1"])
    assert (front.layer, back.layer) == ("F.Cu", "B.Cu")
    assert front.length == pytest.approx(18e-3 + 4e-3 * math.sqrt(2))
    assert back.length == pytest.approx(3e-3)
    assert front.width == pytest.approx(0.3e-3)
    there = way(read, "CLK", pads["R1.1"], pads["U1.1"])
    assert [s.length for s in there] == [back.length, front.length]


def test_a_track_may_end_on_another_one_and_the_shortest_way_counts() -> None:
    tracks = [
        segment("10 20", "20 20", 3),
        segment("15 20", "15 25", 3),  # ends on the middle of the first
        segment("20 20", "20 25", 3),
        segment("20 25", "15 25", 3),
        segment("12 22", "13 22", 3),  # touches nothing
    ]
    read = board(NETS, *tracks, pad("A", "10 20", 3), pad("B", "15 25", 3), pad("C", "12.5 22", 3))
    a, b, c = read.pads
    (stretch,) = way(read, "CLK", a, b)
    assert stretch.length == pytest.approx(10e-3)
    assert way(read, "CLK", a, c) == []


def test_a_via_takes_tracks_that_end_on_its_pad() -> None:
    via = '(via (at 15 20) (size 1) (drill 0.4) (layers "F.Cu" "B.Cu") (net 3))'
    tracks = [segment("10 20", "14.7 20", 3), segment("15.3 20", "20 20", 3, layer="B.Cu")]
    read = board(NETS, via, *tracks, pad("A", "10 20", 3), pad("B", "20 20", 3, '"B.Cu"'))
    assert [s.layer for s in way(read, "CLK", *read.pads)] == ["F.Cu", "B.Cu"]


def test_a_plated_pad_joins_layers_and_tracks() -> None:
    """The way goes through the pad of another component, from one layer to the other."""
    through = (
        '(footprint "P" (layer "F.Cu") (at 15 20) (property "Reference" "J")'
        '(pad "1" {kind} circle (at 0 0) (size 2 2) (drill 1) (layers "*.Cu") (net 3 "CLK")))'
    )
    tracks = [segment("10 20", "14.4 20", 3), segment("15.6 20", "20 20", 3, layer="B.Cu")]
    ends = pad("A", "10 20", 3), pad("B", "20 20", 3, '"B.Cu"')
    for kind, layers in (("thru_hole", ["F.Cu", "B.Cu"]), ("np_thru_hole", [])):
        read = board(NETS, through.format(kind=kind), *tracks, *ends)
        assert [s.layer for s in way(read, "CLK", *read.pads[1:])] == layers


def test_legs_along_the_axes() -> None:
    points = np.array([(0, 0), (10, 0), (14, 4), (14, 20)]) * 1e-3
    path = along_axes(points, Lines(1e-3), lambda _: True)
    assert path == [(0, 0), (0.014, 0), (0.014, 0.02)]
    assert length_of(path) == pytest.approx(34e-3)


def test_a_corner_goes_where_the_plane_is() -> None:
    points = np.array([(0, 0), (10, 10)]) * 1e-3
    for side in (0, 1):
        # Only the corner on one side of the diagonal is covered.
        path = along_axes(points, Lines(1e-3), lambda legs: legs[1, side] > 0.005)  # noqa: B023
        assert path[1][side] == 0.01
        assert path[1][1 - side] == 0


def test_jogs_and_spurs_below_the_detail_vanish() -> None:
    points = np.array([(0, 0), (5, 0), (5, 0.4), (9, 0.4), (12, 0.4), (10, 0.4), (10, 8)]) * 1e-3
    lines = Lines(1e-3)
    assert along_axes(points, lines, lambda _: True) == [(0, 0), (0.01, 0), (0.01, 0.008)]
    assert lines.moved == pytest.approx(0.4e-3)


def test_lines_stay_apart_and_those_of_the_user_stay() -> None:
    lines = Lines(1.5e-3)
    lines.claim(0, 1e-3)
    assert lines.snapped((2e-3, 7e-3)) == (1e-3, 7e-3)
    assert lines.snapped((2.6e-3, 6e-3)) == (2.6e-3, 7e-3)
    assert all(b - a > 1.49e-3 for a, b in zip(sorted(lines.x), sorted(lines.x)[1:], strict=False))


# -- vias --------------------------------------------------------------------------------------


def stitched(*more: str) -> tuple[str, ...]:
    """GND on both sides with three vias, two of them 2 mm apart."""
    vias = [
        f'(via (at {at}) (size 0.8) (drill 0.4) (layers "F.Cu" "B.Cu") (net 1))'
        for at in ("12 22", "14 22", "25 27")
    ]
    return (NETS, zone(1, "F.Cu"), zone(1, "B.Cu"), *vias, *more)


def test_vias_between_planes_become_a_few_links(tmp_path: Path) -> None:
    place = placed(tmp_path, text_of(*stitched()))
    found, notices = links(place, Lines(1e-3))
    assert [n.name for n in notices] == ["board-vias-joined"]
    assert "2 links stand for 3 vias" in notices[0].message
    # In the device the middle (20, 25) of the outline is the origin, and y points up.
    np.testing.assert_allclose(found[0].low, (-8e-3, 3e-3, 17.5e-6), atol=1e-12)
    np.testing.assert_allclose(found[0].high, (-8e-3, 3e-3, 1.6e-3 - 17.5e-6), atol=1e-12)
    assert found[0].radius == pytest.approx(0.2e-3)


def test_planes_without_a_via_are_told(tmp_path: Path) -> None:
    place = placed(tmp_path, text_of(NETS, zone(1, "F.Cu"), zone(1, "B.Cu")))
    found, notices = links(place, Lines(1e-3))
    assert not found
    assert [n.name for n in notices] == ["board-planes-unconnected"]


def test_vias_through_another_plane_are_told(tmp_path: Path) -> None:
    layers = (
        '(layers (0 "F.Cu" signal) (1 "In1.Cu" power) (2 "In2.Cu" power) (31 "B.Cu" signal)'
        '(44 "Edge.Cuts" user))'
    )
    text = text_of("(general (thickness 6))", *stitched(zone(2, "In1.Cu")), layers=layers)
    place = placed(tmp_path, text, ("+5V", "GND"), detail=0.15e-3)
    found, notices = links(place, Lines(1e-3))
    assert not found
    assert "3 of 3 vias pass through another plane" in notices[0].message


def test_layers_in_series() -> None:
    """Two equal sheets of 4 and 2: 2 / (1/4 + 1/2) = 8/3; without loss there is none."""
    read = board(
        '(setup (stackup (layer "F.Cu" (type "copper") (thickness 0.05))'
        '(layer "dielectric 1" (type "core") (thickness 0.5) (epsilon_r 4) (loss_tangent 0)'
        "addsublayer (thickness 0.5) (epsilon_r 2) (loss_tangent 0))"
        '(layer "B.Cu" (type "copper") (thickness 0.05))))'
    )
    assert homogenised(read.stack) == (pytest.approx(8 / 3), 0.0)
