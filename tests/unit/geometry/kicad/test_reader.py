"""Boards of each version and construct; every number is derived from the text of the board."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from shapely import Point

from emtwin.errors import InputError
from emtwin.geometry.kicad import board_of, read_board
from emtwin.geometry.kicad.shapes import drawing_shape, filled, outline_of, pad_shape
from tests.unit.geometry.kicad.snippets import KICAD_5, KICAD_10, LAYERS, SQUARE, board, text_of

FILE = Path("test.kicad_pcb")


def area(shape: object) -> float:
    """Area in square millimetres."""
    return float(shape.area) * 1e6  # type: ignore[attr-defined]


def test_kicad_5() -> None:
    read = board_of(KICAD_5, FILE)
    assert read.copper == ("F.Cu", "In1.Cu", "In2.Cu", "B.Cu")
    assert set(read.nets) == {"GND", "Net-(R1-Pad1)"}
    # 90 degrees counter-clockwise turn x of the footprint to minus y of the screen.
    pads = {pad.label: pad for pad in read.pads}
    np.testing.assert_allclose(pads["R1.1"].position, (20e-3, -25.7875e-3), atol=1e-12)
    np.testing.assert_allclose(pads["R1.2"].position, (20e-3, -24.2125e-3), atol=1e-12)
    assert pads["R1.1"].net == "Net-(R1-Pad1)"
    assert pads["R1.1"].layers == {"F.Cu"}
    assert pads["R1.2"].layers == set(read.copper)
    assert pads["R1.2"].plated
    assert pads["R1.2"].drill == pytest.approx(0.8e-3)
    assert read.footprints[0].side == "F.Cu"
    assert read.vias[0].layers == ("F.Cu", "B.Cu")
    assert read.vias[0].net == read.tracks[0].net == "Net-(R1-Pad1)"
    assert read.tracks[0].length == pytest.approx(5e-3)
    # 20 x 10 less the corner that the arc of radius 2 about (28, 22) cuts off.
    assert area(outline_of(read, 1e-3)) == pytest.approx(200 - (4 - math.pi), rel=1e-4)
    # The fill of 16 x 6 is drawn with a pen of 0.2: 0.1 more on every side, corners round.
    grown = 16 * 6 + 2 * (16 + 6) * 0.1 + math.pi * 0.1**2
    assert area(filled(read.zones[0].fills)) == pytest.approx(grown, rel=1e-4)
    assert read.zones[0].layers == ("In1.Cu",)


def test_nets_by_name_and_a_newer_version() -> None:
    read = board_of(KICAD_10, FILE)
    assert set(read.nets) == {"GND", "/SDA"}
    assert read.pads[0].net == read.tracks[0].net == "/SDA"
    assert read.vias[0].net == read.zones[0].net == "GND"
    areas = {fill.layer: area(filled([fill])) for fill in read.zones[0].fills}
    assert areas == {"F.Cu": pytest.approx(100), "B.Cu": pytest.approx(200)}
    assert [notice.name for notice in read.notices] == ["board-version", "board-stackup"]
    assert "20260206, newer than those" in read.notices[0].message


@pytest.mark.parametrize("version", ["4", "none", "20301231"])
def test_unknown_versions_are_told(version: str) -> None:
    read = board(version=version)
    assert version in next(n.message for n in read.notices if n.name == "board-version")


@pytest.mark.parametrize("version", ["20171130", "20211014", "20221018", "20240108", "20241229"])
def test_known_versions_need_no_notice(version: str) -> None:
    assert "board-version" not in {n.name for n in board(version=version).notices}


@pytest.mark.parametrize(
    ("edge", "expected"),
    [
        (SQUARE, 200.0),
        ('(gr_circle (center 20 20) (end 23 24) (layer "Edge.Cuts"))', math.pi * 25),
        (
            '(gr_poly (pts (xy 0 0) (xy 10 0) (xy 10 10)) (layer "Edge.Cuts") (width 0.1))',
            50.0,
        ),
        # A circle within a rectangle is a hole.
        (SQUARE + '(gr_circle (center 20 25) (end 22 25) (layer "Edge.Cuts"))', 200 - math.pi * 4),
        # Half a disc of radius 5: an arc through its top, and its diameter.
        (
            '(gr_arc (start 0 0) (mid 5 -5) (end 10 0) (layer "Edge.Cuts"))'
            '(gr_line (start 10 0) (end 0 0) (layer "Edge.Cuts"))',
            math.pi * 12.5,
        ),
        # The same arc about its centre, as before KiCad 6: 180 degrees clockwise from (0, 0).
        (
            '(gr_arc (start 5 0) (end 0 0) (angle 180) (layer "Edge.Cuts"))'
            '(gr_line (start 10 0) (end 0 0) (layer "Edge.Cuts"))',
            math.pi * 12.5,
        ),
        # Between y = 0 and a cubic Bezier curve with control points (0, 4), (6, 4): 4 * 6 * 0.6.
        (
            '(gr_curve (pts (xy 0 0) (xy 0 4) (xy 6 4) (xy 6 0)) (layer "Edge.Cuts"))'
            '(gr_line (start 6 0) (end 0 0) (layer "Edge.Cuts"))',
            14.4,
        ),
        # An outline that a footprint brings along, turned by 90 degrees.
        (
            '(footprint "o" (layer "F.Cu") (at 50 50 90)'
            '(fp_rect (start 0 0) (end 7 3) (layer "Edge.Cuts")))',
            21.0,
        ),
    ],
)
def test_area_of_outlines(edge: str, expected: float) -> None:
    """Chords within 5 um of an arc change an area of this size by less than 0.2 %."""
    assert area(outline_of(board(edge=edge), 1e-3)) == pytest.approx(expected, rel=2e-3)


def test_pieces_of_an_outline_in_any_order_and_direction() -> None:
    corners = [(0, 0), (10, 0), (10, 5), (4, 5), (4, 8), (0, 8)]
    lines = [
        f'(gr_line (start {a} {b}) (end {c} {d}) (layer "Edge.Cuts"))'
        for (a, b), (c, d) in zip(corners, corners[1:] + corners[:1], strict=True)
    ]
    rng = np.random.default_rng(5)
    for _ in range(5):
        mixed = [lines[n] for n in rng.permutation(len(lines))]
        mixed[0] = mixed[0].replace("start", "xx").replace("end", "start").replace("xx", "end")
        assert area(outline_of(board(edge="".join(mixed)), 1e-3)) == pytest.approx(62.0)


def test_unplated_holes_are_cut_from_the_outline() -> None:
    pad = '(pad "" np_thru_hole circle (at 0 0) (size 3 3) (drill 3) (layers "*.Cu"))'
    hole = f'(footprint "H" (layer "F.Cu") (at 20 25) {pad})'
    read = board(hole)
    assert area(outline_of(read, 1e-3)) == pytest.approx(200 - math.pi * 2.25, rel=2e-3)
    assert area(outline_of(read, 4e-3)) == pytest.approx(200)


@pytest.mark.parametrize(
    ("shape", "size", "expected"),
    [
        ("rect", "3 2", 6.0),
        ("circle", "2 2", math.pi),
        ("oval", "3 2", 2 + math.pi),
        ("roundrect", "3 2", 6 - (4 - math.pi) * 0.25),
    ],
)
def test_area_of_pads(shape: str, size: str, expected: float) -> None:
    item = (
        '(footprint "P" (layer "F.Cu") (at 20 25 30) (property "Reference" "U7")'
        f'(pad "A1" smd {shape} (at 1 0 30) (size {size}) (layers "F.Cu") (roundrect_rratio 0.25)))'
    )
    (pad,) = board(item).pads
    assert pad.label == "U7.A1"
    assert area(pad_shape(pad)) == pytest.approx(expected, rel=1e-2)
    turned = (20 + math.cos(math.pi / 6), -25 + math.sin(math.pi / 6))
    np.testing.assert_allclose(np.array(pad.position) * 1e3, turned)


KINDS = Path(__file__).with_name("all_kinds.kicad_pcb")


def test_a_board_of_all_kinds() -> None:
    """As KiCad 9 writes it; numbers by hand from the file, lengths in millimetres.

    `tests/integration/test_kicad_program.py` holds the same file against KiCad itself.
    """
    read = read_board(KINDS)
    assert read.copper == ("F.Cu", "In1.Cu", "In2.Cu", "B.Cu")
    assert set(read.nets) == {"GND", "/IO/CLK", "unconnected-(U1-Pad6)"}
    assert [notice.name for notice in read.notices] == ["board-texts-left-out"]
    assert "1 texts" in read.notices[0].message
    # 4 layers of copper, 0.106 in all, and 1.4 of insulators; the mask is left out.
    assert read.thickness == pytest.approx(1.506e-3)
    assert sum(track.length for track in read.tracks) == pytest.approx(
        (6 + math.pi + 6) * 1e-3, rel=1e-3
    )
    assert [via.layers for via in read.vias] == [
        ("F.Cu", "B.Cu"),
        ("In2.Cu", "B.Cu"),
        ("F.Cu", "In1.Cu"),
    ]
    # The pour has two islands of 4 x 2 and 7 x 2 on the front, and a cut hole of 8 x 8 on the back.
    ground, own = read.zones[0], read.zones[1]
    fills = {layer: [f for f in ground.fills if f.layer == layer] for layer in ground.layers}
    assert area(filled(fills["F.Cu"])) == pytest.approx(22)
    assert area(filled(fills["B.Cu"])) == pytest.approx(36 * 28 - 64)
    # The zone of a footprint is in the board's coordinates, wherever the footprint is.
    assert filled(own.fills).bounds == pytest.approx((0.104, -0.106, 0.108, -0.104))
    # 40 x 30 less a corner of radius 2 and a round hole of radius 2, and a second piece of 5 x 4;
    # less a slot of 3 x 2 without copper.
    whole = 1200 - (4 - math.pi) - 4 * math.pi + 20 - (2 + math.pi)
    assert area(outline_of(read, 1e-6)) == pytest.approx(whole, rel=1e-4)
    # A filled rectangle of 4 x 2 with a pen of 0.2, and one of 2 x 1 of a footprint.
    areas = [area(drawing_shape(drawing)) for drawing in read.drawings]
    assert areas == pytest.approx([8 + 12 * 0.1 + math.pi * 0.01, 2], rel=1e-3)
    assert [drawing.net for drawing in read.drawings] == ["GND", ""]
    turned = np.array([110 + 3.5 * 0.5, -110 - 3.5 * math.cos(math.pi / 6)]) * 1e-3
    centre = np.array(drawing_shape(read.drawings[1]).centroid.coords[0])
    np.testing.assert_allclose(centre, turned, atol=1e-9)


def test_pads_of_all_kinds() -> None:
    """Area and middle of the copper; a pad's own axes are turned with the footprint."""
    pads = {pad.label: pad for pad in read_board(KINDS).pads}
    chamfered = 2 - 2 * 0.3**2 / 2 - 2 * (1 - math.pi / 4) * 0.2**2
    oval = 1.2 * 1.2 + math.pi * 0.6**2
    expected = {"U1.2": chamfered, "U1.3": oval, "U1.4": 2.0, "U1.5": 2.0}
    for label, wanted in expected.items():
        assert area(pad_shape(pads[label])) == pytest.approx(wanted, rel=1e-3), label
    # The copper of pin 3 lies 0.1 to the right of its hole and 0.3 below, along axes at 30 degrees.
    pad = pads["U1.3"]
    moved = np.array(pad_shape(pad).centroid.coords[0]) - pad.position
    cos, sin = math.cos(math.pi / 6), 0.5
    np.testing.assert_allclose(
        moved * 1e3, (0.1 * cos + 0.3 * sin, 0.1 * sin - 0.3 * cos), atol=1e-6
    )
    assert (pad.hole, pad.drill) == (pytest.approx((0.6e-3, 1.4e-3)), pytest.approx(0.6e-3))
    # The anchor of pin 6, 0.6 x 0.8, is joined by a polygon drawn with a pen, and a line.
    assert area(pad_shape(pads["U1.6"])) > 0.48 + 1.0
    own = pad_shape(pads["R1.1"])
    # A disc of radius 0.5 and what a bar of 1.5 x 0.4 from its middle adds to it.
    within = 0.4 * math.sqrt(0.25 - 0.16) / 2 + 0.25 * math.asin(0.8) / 2
    assert area(own) == pytest.approx(math.pi / 4 + 0.6 - within, rel=1e-3)


def test_corners_that_are_cut_are_those_named() -> None:
    """Cut at the upper left of a pad that is not turned."""
    item = (
        '(footprint "P" (layer "F.Cu") (at 0 0) (pad "1" smd roundrect (at 0 0) (size 2 1)'
        '(layers "F.Cu") (roundrect_rratio 0) (chamfer_ratio 0.5) (chamfer top_left)))'
    )
    (pad,) = board(item).pads
    assert area(pad_shape(pad)) == pytest.approx(2 - 0.5**2 / 2)
    assert not pad_shape(pad).covers(Point(-0.9e-3, 0.4e-3))
    assert pad_shape(pad).covers(Point(0.9e-3, 0.4e-3))


def test_the_longer_side_of_a_trapezoid() -> None:
    """KiCad's second number widens the lower side, and its first the left one."""
    item = (
        '(footprint "P" (layer "F.Cu") (at 0 0)'
        '(pad "1" smd trapezoid (at 0 0) (size 2 1) (rect_delta 0 0.4) (layers "F.Cu"))'
        '(pad "2" smd trapezoid (at 0 0) (size 2 1) (rect_delta 0.4 0) (layers "F.Cu")))'
    )
    lower, left = (pad_shape(pad) for pad in board(item).pads)
    assert lower.bounds == pytest.approx((-1.2e-3, -0.5e-3, 1.2e-3, 0.5e-3))
    assert lower.covers(Point(1.15e-3, -0.49e-3))
    assert not lower.covers(Point(1.15e-3, 0.49e-3))
    assert left.bounds == pytest.approx((-1e-3, -0.7e-3, 1e-3, 0.7e-3))
    assert left.covers(Point(-0.99e-3, 0.65e-3))
    assert not left.covers(Point(0.99e-3, 0.65e-3))


def test_names_that_a_user_gave_to_layers() -> None:
    """Up to KiCad 5 a copper layer had one name, its number said which it is."""
    text = KICAD_5.replace("F.Cu", "Top").replace("In1.Cu", "Ground").replace("B.Cu", "Bottom")
    read, plain = board_of(text, FILE), board_of(KICAD_5, FILE)
    assert read.copper == plain.copper
    assert [track.layer for track in read.tracks] == [track.layer for track in plain.tracks]
    assert [pad.layers for pad in read.pads] == [pad.layers for pad in plain.pads]
    assert read.zones[0].layers == ("In1.Cu",)
    assert read.vias[0].layers == ("F.Cu", "B.Cu")


@pytest.mark.parametrize(
    ("fill", "is_filled"),
    [("(fill yes (thermal_gap 0.5))", True), ("(fill (thermal_gap 0.5))", False)],
)
def test_a_zone_without_room_for_copper_is_filled_all_the_same(
    fill: str, *, is_filled: bool
) -> None:
    (read,) = board('(net 1 "GND")', f'(zone (net 1) (layer "F.Cu") {fill})').zones
    assert (read.fills, read.filled) == ((), is_filled)


def test_a_rectangle_with_round_corners() -> None:
    """As KiCad 10 writes it: 20 x 10 with corners of radius 2."""
    edge = '(gr_rect (start 10 20) (end 30 30) (radius 2) (layer "Edge.Cuts"))'
    read = board(edge=edge)
    assert area(outline_of(read, 1e-3)) == pytest.approx(200 - (4 - math.pi) * 4, rel=1e-4)


def test_shapes_that_differ_between_layers_are_told() -> None:
    pad = (
        '(footprint "P" (layer "F.Cu") (at 0 0) (pad "1" thru_hole rect (at 0 0) (size 2 1)'
        '(drill 0.5) (layers "*.Cu") (padstack (mode front_inner_back)'
        '(layer "B.Cu" (shape circle) (size 1 1)))))'
    )
    read = board(pad)
    told = next(n.message for n in read.notices if n.name == "board-padstacks")
    assert "1 pads and vias have another shape on some layers" in told


def test_zone_with_a_cut_to_its_hole() -> None:
    """A square of 10 with a hole of 4 by 4: one loop, with a cut of no width to the hole."""
    points = "0 0, 10 0, 10 10, 0 10, 0 0, 3 3, 3 7, 7 7, 7 3, 3 3"
    corners = "".join(f"(xy {point})" for point in points.split(", "))
    fill = f'(filled_polygon (layer "F.Cu") (pts {corners}))'
    zone = f'(zone (net 1) (net_name "GND") (layer "F.Cu") {fill})'
    (read,) = board('(net 1 "GND")', zone).zones
    assert area(filled(read.fills)) == pytest.approx(84.0)


def test_zone_with_arcs() -> None:
    zone = (
        '(zone (net 1) (layer "F.Cu") (filled_areas_thickness no) (min_thickness 1)'
        '(filled_polygon (layer "F.Cu") (pts (arc (start 0 0) (mid 5 -5) (end 10 0)))))'
    )
    (read,) = board('(net 1 "GND")', zone).zones
    assert area(filled(read.fills)) == pytest.approx(math.pi * 12.5, rel=2e-3)


@pytest.mark.parametrize(
    ("version", "word", "drawn"),
    [
        ("20211014", "", True),
        ("20211014", "(filled_areas_thickness no)", False),
        ("20260206", "", False),
        ("20260206", "(filled_areas_thickness yes)", True),
    ],
)
def test_whether_a_fill_is_drawn_with_a_pen(version: str, word: str, *, drawn: bool) -> None:
    fill = '(filled_polygon (layer "F.Cu") (pts (xy 0 0) (xy 1 0) (xy 1 1)))'
    zone = f'(zone (net 0) (layer "F.Cu") (min_thickness 0.25) {word} {fill})'
    (read,) = board(zone, version=version).zones
    assert read.fills[0].stroke == pytest.approx(0.25e-3 if drawn else 0.0)


def test_rule_areas_are_no_zones() -> None:
    assert not board("(zone (layers F&B.Cu) (keepout (tracks not_allowed)) (polygon (pts)))").zones


def test_layers_of_a_zone_on_both_sides() -> None:
    (zone,) = board('(net 1 "GND")', "(zone (net 1) (layers F&B.Cu))").zones
    assert zone.layers == ("F.Cu", "B.Cu")


def test_track_arcs() -> None:
    item = '(arc (start 0 0) (mid 5 -5) (end 10 0) (width 0.3) (layer "F.Cu") (net 0))'
    (track,) = board(item).tracks
    assert track.length == pytest.approx(math.pi * 5e-3, rel=1e-3)
    assert track.net == ""
    np.testing.assert_allclose(track.points[-1], (10e-3, 0), atol=1e-12)


STACK = """(setup (stackup
  (layer "F.Mask" (type "Top Solder Mask") (thickness 0.01))
  (layer "F.Cu" (type "copper") (thickness 0.05))
  (layer "dielectric 1" (type "core") (thickness 0.4) (material "FR4") (epsilon_r 4.2)
    (loss_tangent 0.02) addsublayer (thickness 0.2) (material "PTFE") (epsilon_r 2.1)
    (loss_tangent 0.001))
  (layer "B.Cu" (type "copper") (thickness 0.03))))"""


def test_heights_come_from_the_stack_up() -> None:
    read = board(STACK)
    assert not read.notices
    assert read.thickness == pytest.approx(0.68e-3)
    assert read.height("F.Cu") == pytest.approx(0.655e-3)
    assert read.height("B.Cu") == pytest.approx(0.015e-3)
    assert [layer.permittivity for layer in read.stack if not layer.copper] == [4.2, 2.1]
    assert [layer.material for layer in read.stack if not layer.copper] == ["FR4", "PTFE"]


@pytest.mark.parametrize(("inner", "gaps"), [(0, [1.53]), (2, [0.2, 1.06, 0.2])])
def test_a_missing_stack_up_is_assumed_and_told(inner: int, gaps: list[float]) -> None:
    middle = "".join(f'({n} "In{n}.Cu" signal)' for n in range(1, inner + 1))
    read = board(layers=LAYERS.replace("(31", middle + "(31"))
    assert [n.name for n in read.notices] == ["board-stackup"]
    assert "has no stack-up" in read.notices[0].message
    found = [layer.thickness * 1e3 for layer in read.stack if not layer.copper]
    assert found == pytest.approx(gaps)
    assert read.thickness == pytest.approx(1.6e-3)


def test_a_stack_up_of_other_layers_is_not_believed() -> None:
    read = board(STACK.replace("B.Cu", "In1.Cu"))
    assert "does not fit its layers" in read.notices[0].message


def test_the_order_of_sections_does_not_matter() -> None:
    root = KICAD_5.replace("\n", " ")
    inner = root[root.index("(general") : root.rindex(")")]
    items, depth, start = [], 0, 0
    for place, letter in enumerate(inner):
        depth += (letter == "(") - (letter == ")")
        if letter == ")" and depth == 0:
            items.append(inner[start : place + 1])
            start = place + 1
    first = board_of(KICAD_5, FILE)
    mixed = [items[n] for n in np.random.default_rng(3).permutation(len(items))]
    other = board_of(f"(kicad_pcb (version 20171130) {' '.join(mixed)})", FILE)
    assert set(other.nets) == set(first.nets)
    assert [p.position for p in other.pads] == [p.position for p in first.pads]
    assert area(outline_of(other, 1e-3)) == pytest.approx(area(outline_of(first, 1e-3)))
    assert other.stack == first.stack


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("(footprint)", 1, "this is no KiCad board: it begins with 'footprint'"),
        ("()", 1, "this is no KiCad board: it begins with 'nothing'"),
        ("(kicad_pcb (version 20240108))", 1, "the board has no copper layer"),
        (text_of(edge=""), 1, "the board has no outline on the layer Edge.Cuts"),
        (
            text_of(edge='(gr_line (start 0 0) (end 5 2) (layer "Edge.Cuts"))'),
            3,
            "the outline on Edge.Cuts is open: the piece that begins here runs from (0, 0) to "
            "(5, 2) mm and leaves 5.38516 mm",
        ),
        (text_of("(segment (start 1 x) (end 2 2) (width 1))"), 4, "start of (segment ...) is 'x'"),
        (text_of("(segment (start 1 1) (width 1))"), 4, "(segment ...) has no point 'end'"),
        (text_of("(segment (start 1 1) (end 2 nan) (width 1))"), 4, "is 'nan', not a number"),
        (text_of("(segment (start 1 1) (end 2 2) (width 1e300))"), 4, "width of (segment ...)"),
        (
            text_of('(footprint "a" (at 1 1) (pad "1" smd rect (at 0 0) (layers "F.Cu")))'),
            4,
            "the pad ?.1 has no size",
        ),
        (
            text_of('(zone (layer "F.Cu") (filled_polygon (pts (xy 1 1))))'),
            4,
            "a filled polygon has fewer than three corners",
        ),
        (text_of("(zone (filled_polygon (pts (xy 1))))"), 4, "(xy ...) needs two numbers"),
        (
            text_of(STACK.replace("4.2", "0.5")),
            4,
            "dielectric 1 has a permittivity of 0.5 and a loss tangent of 0.02",
        ),
    ],
)
def test_every_fault_has_file_line_and_remedy(text: str, line: int, message: str) -> None:
    with pytest.raises(InputError) as caught:
        board_of(text, FILE)
    found = next(p for p in caught.value.problems if message in p.message)
    assert found.file == FILE
    assert abs((found.line or 0) - line) <= 3
    assert found.remedy


def test_all_faults_at_once() -> None:
    bad = "(segment (start 1 x) (end y 2) (width z))"
    with pytest.raises(InputError) as caught:
        board(bad, edge="")
    assert len(caught.value.problems) == 4


def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_board(tmp_path / "no.kicad_pcb")
    with pytest.raises(InputError, match="it is a folder"):
        read_board(tmp_path)
    file = tmp_path / "a.kicad_pcb"
    file.write_text(text_of())
    assert read_board(file).file == file
    monkeypatch.setattr("emtwin.geometry.kicad.reader.LARGEST_FILE", 2**20)
    file.write_bytes(b" " * (2**20 + 1))
    with pytest.raises(InputError, match="more than 1 MiB"):
        read_board(file)
