"""Boards in a twin file: what they are made into, and every message on the way."""

from __future__ import annotations

import textwrap
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emtwin import pipeline, resources, scene
from emtwin.benches.bodies import bodies_of
from emtwin.constants import C0
from emtwin.errors import InputError
from emtwin.scene import EndBond, EndLoad, EndOpen, EndPort, LoadedTwin
from emtwin.solver.wires.cross_section import strip_inductance
from emtwin.solver.wires.wire import Wire
from tests.unit.geometry.kicad.snippets import text_of

SAMPLE = resources.examples_dir() / "sensor_board" / "twin.yaml"

NETS = '(net 1 "GND") (net 2 "CLK") (net 3 "DATA") (net 4 "LOST") (net 5 "BUS")'
PLANE = "(pts (xy 100 100) (xy 140 100) (xy 140 130) (xy 100 130))"
SLOTTED = (
    "(pts (xy 100 100) (xy 118 100) (xy 118 125) (xy 122 125) (xy 122 100) (xy 140 100)"
    "(xy 140 130) (xy 100 130))"
)


def zone(layer: str, points: str = PLANE) -> str:
    """Filled copper of GND."""
    return f'(zone (net 1) (layer "{layer}") (filled_polygon (layer "{layer}") {points}))'


def track(net: int, *corners: str, layer: str = "F.Cu") -> str:
    """Tracks 0.25 mm wide."""
    pairs = pairwise(corners)
    tail = f'(width 0.25) (layer "{layer}") (net {net}))'
    return "".join(f"(segment (start {a}) (end {b}) {tail}" for a, b in pairs)


def pads(reference: str, *places: tuple[str, int], layer: str = "F.Cu") -> str:
    """A component at the page's origin with pads at places, on nets."""
    text = "".join(
        f'(pad "{n}" smd rect (at {at}) (size 1 1) (layers "{layer}") (net {net}))'
        for n, (at, net) in enumerate(places, start=1)
    )
    return f'(footprint "F" (layer "{layer}") (at 0 0) (property "Reference" "{reference}") {text})'


ITEMS = (
    NETS,
    pads("U1", ("105 105", 2), ("105 110", 3), ("105 115", 5), ("110 120", 1), ("150 110", 1)),
    pads("R1", ("135 105", 2), ("135 110", 3), ("135 115", 5), ("130 120", 5)),
    pads("X1", ("110 128", 4)),
    track(2, "105 105", "135 105"),
    track(3, "105 110", "115 110", "117 112", "133 112", "135 110"),
    track(5, "105 115", "135 115"),
)
EDGE = '(gr_rect (start 100 100) (end 140 130) (layer "Edge.Cuts"))'

TWIN = """
emtwin: 1
device:
  name: Board
  boards:
    - name: main
      file: a.kicad_pcb
      at: [10 mm, 20 mm, 30 mm]
      planes: [GND]
{board}
{device}
environment: professional
tests:
  radiated_immunity: {{not_applicable: made up}}
  radiated_emission: {{not_applicable: made up}}
accuracy: {{preset: draft, f_max: 300 MHz, finest_cell: 6 mm}}
"""


def write(folder: Path, board: str = "", device: str = "", text: str | None = None) -> Path:
    """A twin file beside its board."""
    body = text if text is not None else text_of(*ITEMS, zone("B.Cu"), edge=EDGE)
    (folder / "a.kicad_pcb").write_text(body)
    file = folder / "twin.yaml"
    more = {"board": textwrap.indent(board, " " * 6), "device": textwrap.indent(device, "  ")}
    file.write_text(TWIN.format(**more))
    return file


def load(folder: Path, *args: Any, **more: Any) -> LoadedTwin:
    """The twin, made into parts."""
    return pipeline.load(write(folder, *args, **more))


def names(loaded: LoadedTwin) -> set[str]:
    """Names of the notices."""
    return {notice.name for notice in loaded.notices}


def refused(folder: Path, *args: Any, **more: Any) -> Any:
    """The only problem of a twin."""
    with pytest.raises(InputError) as caught:
        load(folder, *args, **more)
    (problem,) = caught.value.problems
    return problem


CLOCK = "traces:\n  - {net: CLK, start: {pad: U1.1, port: clock}, end: {pad: R1.1, load: 75 ohm}}"
PORT = "ports:\n  - {name: clock, termination: {resistance: 50 ohm}}\n"
CABLE = (
    "cables:\n"
    "  - name: lead\n"
    "    radius: 0.5 mm\n"
    "    path: [{{z: 50 mm}}, {{x: -100 mm}}]\n"
    "    end: open\n"
    "    start: {start}\n"
)


def test_parts_and_materials(tmp_path: Path) -> None:
    loaded = load(tmp_path, "components: {height: 3 mm, material: abs}\npriority: 7")
    parts = {part.name: part for part in loaded.twin.device.parts}
    assert list(parts) == ["main-B_Cu-GND", "main-substrate", "main-components"]
    assert [part.priority for part in parts.values()] == [8, 7, 6]
    assert parts["main-components"].material == "abs"
    substrate = loaded.twin.materials["main-substrate"]
    assert substrate.permittivity == pytest.approx(4.4)
    assert "stack-up of a.kicad_pcb" in substrate.source
    plane, plate, _ = bodies_of(loaded)
    # 40 x 30 mm about (10, 20) mm; B.Cu is the lowest 35 um of the board, which stands at 30 mm.
    np.testing.assert_allclose(plane.surface.lo, (-0.01, 0.005, 0.0300175))
    np.testing.assert_allclose(plate.surface.hi, (0.03, 0.035, 0.0316))
    assert plane.kind == "sheet"
    assert "board-tracks-left-out" in names(loaded)


def test_a_track_becomes_a_trace(tmp_path: Path) -> None:
    """U1.1 at (105, 105) on the page is 15 mm left of and 10 mm above the middle of the board."""
    loaded = load(tmp_path, CLOCK, PORT)
    (trace,) = loaded.twin.device.traces
    np.testing.assert_allclose(trace.path, [(-0.005, 0.030), (0.025, 0.030)], atol=1e-9)
    assert trace.plane == "main-B_Cu-GND"
    assert trace.height == pytest.approx(1.53e-3)
    assert trace.width == pytest.approx(0.25e-3)
    assert trace.start == EndPort(port="clock", part="main-B_Cu-GND")
    assert trace.end == EndLoad(load=75.0, part="main-B_Cu-GND")
    assert loaded.twin.materials[trace.permittivity].permittivity == pytest.approx(4.4)
    assert "board-trace-straightened" not in names(loaded)


def test_the_name_of_a_net_is_enough_and_a_missing_end_is_the_other_pad(tmp_path: Path) -> None:
    loaded = load(tmp_path, "traces:\n  - CLK\n  - {net: DATA, end: {pad: U1.2, load: 1 kohm}}")
    clock, data = loaded.twin.device.traces
    assert (clock.start, clock.end) == (EndOpen(), EndOpen())
    assert isinstance(data.end, EndLoad)
    assert data.path[-1] == pytest.approx((-0.005, 0.025))
    # 24 mm + 2 x 2 sqrt(2) mm become 26 mm + ... along the axes: 10 + 4 + 16 + 4 = 34 mm.
    told = next(n.message for n in loaded.notices if n.name == "board-trace-straightened")
    assert "34 mm in place of 31.66 mm (+7.4%)" in told


def test_a_trace_of_a_board_that_is_turned(tmp_path: Path) -> None:
    loaded = load(tmp_path, "rotate: 90\ntraces: [CLK]")
    (trace,) = loaded.twin.device.traces
    # (-15, 10) mm from the middle turns counter-clockwise to (-10, -15).
    np.testing.assert_allclose(trace.path, [(0.0, 0.005), (0.0, 0.035)], atol=1e-9)


def test_a_board_that_lies_on_its_front(tmp_path: Path) -> None:
    """Tracks on the back lie above a plane on the front, mirrored left to right."""
    text = text_of(
        NETS,
        zone("F.Cu"),
        pads("U1", ("105 105", 2), layer="B.Cu"),
        pads("R1", ("125 105", 2), layer="B.Cu"),
        track(2, "105 105", "125 105", layer="B.Cu"),
        edge=EDGE,
    )
    loaded = load(tmp_path, "side: down\ntraces: [CLK]", text=text)
    (trace,) = loaded.twin.device.traces
    np.testing.assert_allclose(trace.path, [(0.025, 0.030), (0.005, 0.030)], atol=1e-9)
    assert bodies_of(loaded)[0].surface.lo[2] == pytest.approx(0.0300175)


def test_only_the_longest_part_on_one_layer_is_a_trace(tmp_path: Path) -> None:
    text = text_of(
        '(layers (0 "F.Cu" signal) (1 "In1.Cu" power) (2 "In2.Cu" power) (31 "B.Cu" signal)'
        '(44 "Edge.Cuts" user))',
        NETS,
        zone("In1.Cu"),
        pads("U1", ("105 105", 2)),
        pads("R1", ("135 105", 2), layer="B.Cu"),
        track(2, "105 105", "125 105"),
        '(via (at 125 105) (size 0.6) (drill 0.3) (layers "F.Cu" "B.Cu") (net 2))',
        track(2, "125 105", "135 105", layer="B.Cu"),
        layers="",
        edge=EDGE,
    )
    loaded = load(tmp_path, "traces: [CLK]", text=text)
    (trace,) = loaded.twin.device.traces
    np.testing.assert_allclose(trace.path, [(-0.005, 0.030), (0.015, 0.030)], atol=1e-9)
    assert trace.height == pytest.approx(0.2e-3)
    told = next(n.message for n in loaded.notices if n.name == "board-trace-part")
    assert "only the 20 mm on F.Cu are a trace" in told
    assert "10 mm on B.Cu" in told


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("{board: main, pad: U1.4}", EndBond(bond="main-B_Cu-GND")),
        ("{board: main, pad: U1.4, net: GND, plane: GND}", EndBond(bond="main-B_Cu-GND")),
        ("{board: main, pad: U1.4, load: 5 ohm}", EndLoad(load=5.0, part="main-B_Cu-GND")),
        (
            "{board: main, net: GND, near: [111 mm, 119 mm], port: clock}",
            EndPort(port="clock", part="main-B_Cu-GND"),
        ),
    ],
)
def test_a_cable_begins_at_a_pad(tmp_path: Path, start: str, end: Any) -> None:
    device = CABLE.format(start=start) + (PORT if "port" in start else "")
    (cable,) = load(tmp_path, device=device).twin.device.cables
    assert cable.start == end
    # The pad (110, 120) is 10 mm left of and 5 mm below the middle; the plane is at 30.0175 mm.
    expected = [(0.0, 0.015, 0.0300175), (0.0, 0.015, 0.05), (-0.1, 0.015, 0.05)]
    np.testing.assert_allclose(cable.path, expected, atol=1e-9)


def test_ends_beside_the_copper_move_onto_it(tmp_path: Path) -> None:
    """A notch of 4 x 4 mm at the lower left corner of the plane; its edge is 1 mm from both pads.

    The cable's end moves a quarter of the detail further in, and onto a line that is there already.
    """
    notched = "(pts (xy 104 100) (xy 140 100) (xy 140 130) (xy 100 130) (xy 100 104) (xy 104 104))"
    text = text_of(
        NETS,
        zone("B.Cu", notched),
        pads("U1", ("103 102", 2)),
        pads("R1", ("125 102", 2)),
        track(2, "103 102", "125 102"),
        edge=EDGE,
    )
    loaded = load(
        tmp_path,
        "traces: [CLK]",
        CABLE.format(start="{board: main, pad: U1.1, load: 5 ohm}"),
        text=text,
    )
    (trace,), (cable,) = loaded.twin.device.traces, loaded.twin.device.cables
    np.testing.assert_allclose(cable.path[0][:2], (-0.005625, 0.033), atol=1e-9)
    np.testing.assert_allclose(trace.path, [(-0.005625, 0.033), (0.015, 0.033)], atol=1e-9)
    told = [n.message for n in loaded.notices if n.name == "board-end-moved"]
    assert "moved by 1.4 mm onto it" in told[0]
    assert "1 mm at the ends of CLK on F.Cu" in told[1]


def test_a_cable_ends_at_a_pad(tmp_path: Path) -> None:
    device = (
        "cables:\n"
        "  - name: lead\n"
        "    radius: 0.5 mm\n"
        "    path: [[-100 mm, 15 mm, 50 mm], {x: 0 mm}]\n"
        "    start: open\n"
        "    end: {board: main, pad: U1.4}\n"
    )
    (cable,) = load(tmp_path, device=device).twin.device.cables
    assert cable.path[-1] == pytest.approx((0.0, 0.015, 0.0300175))


def test_a_twin_that_was_written_is_not_made_twice(tmp_path: Path) -> None:
    first = load(tmp_path, CLOCK, PORT + CABLE.format(start="{board: main, pad: U1.4}"))
    again = tmp_path / "again.yaml"
    again.write_text(scene.dump(first.twin))
    assert pipeline.load(again).twin == first.twin


@pytest.mark.parametrize(
    ("board", "field", "message", "remedy"),
    [
        ("traces: [CKL]", "traces[0]", "the board has no net 'CKL'", "did you mean 'CLK'?"),
        (
            "traces: [BUS]",
            "traces[0]",
            "the net BUS has 3 pads, so it does not say between which two the trace runs",
            "its pads: R1.3, R1.4, U1.3",
        ),
        (
            "traces:\n  - {net: BUS, start: {pad: U1.3}, end: {pad: R1.4}}",
            "traces[0]",
            "no tracks of BUS lead from U1.3 to R1.4",
            "pads of BUS: R1.3, R1.4, U1.3",
        ),
        (
            "traces:\n  - {net: CLK, start: {pad: U1.2}}",
            "traces[0].start.pad",
            "the pad U1.2 is on the net DATA, not on CLK",
            "pads of CLK: R1.1, U1.1",
        ),
        (
            "traces:\n  - {net: CLK, start: {pad: U1.9}}",
            "traces[0].start.pad",
            "the board has no pad 'U1.9'",
            "did you mean 'U1.",
        ),
        (
            "traces:\n  - {net: CLK, start: {net: DATA, near: [1 mm, 1 mm]}}",
            "traces[0].start.net",
            "the net DATA is not the trace's net CLK",
            "remove the field",
        ),
        (
            "detail: 20 mm",
            "planes",
            "the net GND has no zone, and no track or pad wider than 20 mm",
            "lower detail",
        ),
    ],
)
def test_what_is_refused_of_a_board(
    tmp_path: Path, board: str, field: str, message: str, remedy: str
) -> None:
    if "20 mm" in board:
        tiny = "(pts (xy 100 100) (xy 110 100) (xy 110 110) (xy 100 110))"
        text = text_of(*ITEMS, zone("B.Cu", tiny), edge=EDGE)
    else:
        text = None
    problem = refused(tmp_path, board, text=text)
    assert message in problem.message
    assert remedy in problem.remedy
    assert problem.field == f"device.boards[0].{field}"
    assert problem.line is not None


LAYERS_6 = (
    '(layers (0 "F.Cu" signal) (1 "In1.Cu" power) (2 "In2.Cu" signal) (3 "In3.Cu" power)'
    '(4 "In4.Cu" signal) (31 "B.Cu" signal) (44 "Edge.Cuts" user))'
)
"""Six layers of 0.035 mm in 1.6 mm: five equal insulators of 0.278 mm."""

PARTS = pads("U1", ("105 105", 2)), pads("R1", ("135 105", 2))
VIA = '(via (at {}) (size 0.6) (drill 0.3) (layers "F.Cu" "B.Cu") (net {}))'


def of_six(*items: str) -> str:
    """A board of six layers with the clock's two parts on the front."""
    return text_of(NETS, *PARTS, *items, layers=LAYERS_6, edge=EDGE)


def told(loaded: LoadedTwin, name: str) -> str:
    """The message of a notice."""
    return next(notice.message for notice in loaded.notices if notice.name == name)


def test_a_track_on_the_back_lies_below_its_plane(tmp_path: Path) -> None:
    """GND on In3 of six layers; below it two insulators, In4's copper, and the track."""
    track_back = track(2, "106 105", "134 105", layer="B.Cu")
    sides = track(2, "105 105", "106 105") + track(2, "134 105", "135 105")
    vias = VIA.format("106 105", 2) + VIA.format("134 105", 2)
    loaded = load(tmp_path, CLOCK, PORT, text=of_six(zone("In3.Cu"), track_back, sides, vias))
    (trace,) = loaded.twin.device.traces
    assert (trace.side, trace.plane) == ("below", "main-In3_Cu-GND")
    assert trace.height == pytest.approx(0.278e-3 + 0.035e-3 + 0.278e-3)
    assert trace.start == EndPort(port="clock", part="main-In3_Cu-GND")
    left = told(loaded, "board-trace-part")
    assert "only the 28 mm on B.Cu are a trace" in left
    assert "Left out: 1 mm on F.Cu, 1 mm on F.Cu" in left


def test_a_board_on_its_front_has_its_front_tracks_below(tmp_path: Path) -> None:
    """Turned over, the plane on the back is above the track on the front."""
    (trace,) = load(tmp_path, "side: down\ntraces: [CLK]").twin.device.traces
    assert trace.side == "below"
    assert trace.height == pytest.approx(1.53e-3)


def test_the_plane_may_be_two_layers_away(tmp_path: Path) -> None:
    """In1 has a window under the track, so that its return current flows on In2."""
    window = "(pts (xy 100 115) (xy 140 115) (xy 140 130) (xy 100 130))"
    text = of_six(zone("In1.Cu", window), zone("In2.Cu"), track(2, "105 105", "135 105"))
    (trace,) = load(tmp_path, "traces: [CLK]", text=text).twin.device.traces
    assert trace.side == "above"
    assert trace.height == pytest.approx(0.278e-3 + 0.035e-3 + 0.278e-3)


def test_a_track_between_planes_is_shielded(tmp_path: Path) -> None:
    """30 mm on In2 between planes on In1 and In3: the 4 mm in the open are the trace."""
    text = of_six(
        zone("In1.Cu"),
        zone("In3.Cu"),
        track(2, "105 105", "109 105"),
        VIA.format("109 105", 2),
        track(2, "109 105", "134 105", layer="In2.Cu"),
        VIA.format("134 105", 2),
        track(2, "134 105", "135 105"),
    )
    loaded = load(tmp_path, "traces: [CLK]", text=text)
    (trace,) = loaded.twin.device.traces
    np.testing.assert_allclose(trace.path, [(-0.005, 0.030), (-0.001, 0.030)], atol=1e-9)
    left = told(loaded, "board-trace-part")
    assert "only the 4 mm on F.Cu are a trace" in left
    assert "25 mm on In2.Cu, shielded by planes, 1 mm on F.Cu" in left


def test_a_track_that_is_shielded_from_end_to_end_is_refused(tmp_path: Path) -> None:
    text = text_of(
        NETS,
        pads("U1", ("105 105", 2), layer="In2.Cu"),
        pads("R1", ("135 105", 2), layer="In2.Cu"),
        zone("In1.Cu"),
        zone("In3.Cu"),
        track(2, "105 105", "135 105", layer="In2.Cu"),
        layers=LAYERS_6,
        edge=EDGE,
    )
    problem = refused(tmp_path, "traces: [CLK]", text=text)
    assert "CLK from U1.1 to R1.1 run between planes of GND (30 mm on In2.Cu)" in problem.message
    assert "couple to no field outside" in problem.message
    assert problem.remedy == "take the net out of traces"


def test_a_track_that_is_covered_in_part_counts_as_open(tmp_path: Path) -> None:
    """The upper plane ends at x = 115: 10 of 30 mm lie between both."""
    part = "(pts (xy 100 100) (xy 115 100) (xy 115 130) (xy 100 130))"
    text = text_of(
        NETS,
        pads("U1", ("105 105", 2), layer="In2.Cu"),
        pads("R1", ("135 105", 2), layer="In2.Cu"),
        zone("In1.Cu", part),
        zone("In3.Cu"),
        track(2, "105 105", "135 105", layer="In2.Cu"),
        layers=LAYERS_6,
        edge=EDGE,
    )
    loaded = load(tmp_path, "traces: [CLK]", text=text)
    assert loaded.twin.device.traces[0].side == "above"
    covered = told(loaded, "board-trace-covered")
    assert "10 mm of the track of CLK on In2.Cu run between GND on In3.Cu and GND on In1.Cu" in (
        covered
    )


def test_a_track_without_any_plane_is_refused(tmp_path: Path) -> None:
    corner = "(pts (xy 100 120) (xy 110 120) (xy 110 130) (xy 100 130))"
    text = text_of(NETS, *PARTS, track(2, "105 105", "135 105"), zone("B.Cu", corner), edge=EDGE)
    problem = refused(tmp_path, "traces: [CLK]", text=text)
    assert "are on F.Cu, with no plane of GND below or above them" in problem.message
    assert "add the net of that plane to planes" in problem.remedy


def test_everything_left_out_is_told_by_net_layer_and_length(tmp_path: Path) -> None:
    """A branch of the clock, a thin track of GND beside its copper, DATA, and two drawings."""
    corner = "(pts (xy 100 100) (xy 140 100) (xy 140 120) (xy 100 120))"
    drawn = '(gr_rect (start {}) (end {}) (stroke (width 0)) (fill yes) (layer "F.Cu"))'
    text = text_of(
        NETS,
        *PARTS,
        track(2, "105 105", "135 105"),
        track(2, "120 105", "120 112"),
        track(1, "110 118", "110 125", layer="B.Cu"),
        track(3, "105 115", "114 115"),
        zone("B.Cu", corner),
        drawn.format("125 125", "127 127"),
        '(gr_text "TOP" (at 130 125) (layer "F.Cu"))',
        edge=EDGE,
    )
    loaded = load(tmp_path, "traces: [CLK]", text=text)
    assert "1 tracks of 1 nets, 9 mm in all" in told(loaded, "board-tracks-left-out")
    assert "DATA 9 mm on F.Cu" in told(loaded, "board-tracks-left-out")
    assert told(loaded, "board-branches-left-out").endswith("left out: CLK 7 mm on F.Cu.")
    assert told(loaded, "board-copper-left-out").endswith("left out: GND 5 mm on B.Cu.")
    assert told(loaded, "board-drawings-left-out").endswith("left out: 1 on F.Cu.")
    assert "1 texts on copper" in told(loaded, "board-texts-left-out")


def test_a_fill_beside_a_track_covers_it_in_the_grid(tmp_path: Path) -> None:
    """GND on both sides and a gap of 0.8 mm for the track: the grid closes it over 28 to 30 mm.

    The line then is a strip of 0.25 mm at 1.53 mm over GND in FR-4, and nothing is missing from it.
    """
    gap = (
        "(pts (xy 100 100) (xy 140 100) (xy 140 130) (xy 100 130) (xy 100 100) (xy 104 104.6)"
        "(xy 104 105.4) (xy 136 105.4) (xy 136 104.6) (xy 104 104.6))"
    )
    text = text_of(
        NETS, zone("F.Cu", gap), zone("B.Cu"), *PARTS, track(2, "105 105", "135 105"), edge=EDGE
    )
    victim = PORT.replace("}}", "}, immunity: {threshold: 1 V, quantity: carrier_rms}}")
    file = write(tmp_path, CLOCK, victim, text=text)
    content = file.read_text().replace("finest_cell: 6 mm", "finest_cell: 2 mm")
    content = content.replace(
        "  radiated_immunity: {not_applicable: made up}\n", "  radiated_immunity: {}\n"
    )
    file.write_text(content)
    loaded = pipeline.load(file)
    (site,) = pipeline.sites_of(loaded, bodies_of(loaded)).values()
    (notice,) = (n for n in site.notices if n.name == "trace-covered")
    assert "30 of its 30 mm lie in the grid between its plane and other metal" in notice.message
    along = [s for s in site.simulation("clock").network.segments if s.component == "e_x"]
    wanted = strip_inductance(0.25e-3, 1.53e-3)
    for segment in along:
        assert segment.inductance / segment.length == pytest.approx(wanted)
        speed = np.sqrt(segment.inductance * segment.capacitance) / segment.length
        assert speed == pytest.approx(np.sqrt(4.4) / C0)


@pytest.mark.parametrize(
    ("items", "message"),
    [
        (
            (track(2, "105 105", "135 105"), zone("B.Cu", SLOTTED)),
            "the track of CLK on F.Cu leaves the copper of its plane GND on B.Cu at (118, 105) mm",
        ),
        (
            (track(2, "105 105", "135 105", "105.4 105.4"), zone("B.Cu")),
            "",
        ),
        (
            (track(2, "105 105", "120 120", "135 105"), zone("B.Cu")),
            "has so many oblique legs that legs along the axes change its length by +41%",
        ),
    ],
)
def test_tracks_that_cannot_be_traces(tmp_path: Path, items: Any, message: str) -> None:
    ends = pads("U1", ("105 105", 2)), pads("R1", ("135 105", 2))
    text = text_of(NETS, *ends, *items, edge=EDGE)
    if not message:
        assert load(tmp_path, "traces: [CLK]", text=text).twin.device.traces
        return
    problem = refused(tmp_path, "traces: [CLK]", text=text)
    assert message in problem.message
    assert problem.remedy


def test_a_track_below_the_detail(tmp_path: Path) -> None:
    ends = pads("U1", ("105 105", 2)), pads("R1", ("106 105", 2))
    text = text_of(NETS, *ends, track(2, "105 105", "106 105"), zone("B.Cu"), edge=EDGE)
    assert (
        "too short for a detail of 1.5 mm" in refused(tmp_path, "traces: [CLK]", text=text).message
    )


def test_a_track_that_leaves_its_plane_when_straightened(tmp_path: Path) -> None:
    """The plane is a band of 3 mm round a track at 45 degrees: both corners lie outside of it.

    The long leg along x keeps the growth below 15 %.
    """
    band = (
        "(pts (xy 100 103) (xy 130 103) (xy 137 110) (xy 137 114) (xy 135.5 114) (xy 128 107)"
        "(xy 100 107))"
    )
    corners = ("102 105", "129 105", "135 111")
    ends = pads("U1", ("102 105", 2)), pads("R1", ("135 111", 2))
    text = text_of(NETS, *ends, track(2, *corners), zone("B.Cu", band), edge=EDGE)
    problem = refused(tmp_path, "traces: [CLK]", text=text)
    assert "drawn along the axes, leaves the copper of its plane GND on B.Cu" in problem.message


@pytest.mark.parametrize(
    ("start", "field", "message", "remedy"),
    [
        (
            "{board: mains, pad: U1.4}",
            ".board",
            "there is no board 'mains'",
            "did you mean 'main'?",
        ),
        ("{board: main, pad: U1.44}", ".pad", "has no pad 'U1.44'", "did you mean 'U1.4'?"),
        ("{board: main, net: GDN, near: [0 mm, 0 mm]}", ".net", "no net 'GDN'", "'GND'?"),
        (
            "{board: main, pad: U1.1, net: GND}",
            ".pad",
            "the pad U1.1 is on the net CLK, not on GND",
            "pads of GND: U1.4, U1.5",
        ),
        (
            "{board: main, pad: U1.4, plane: GDN}",
            ".plane",
            "'GDN' is no plane of the board 'main'",
            "'GND'?",
        ),
        (
            "{board: main, pad: U1.1}",
            "",
            "the pad U1.1 at (105, 105) mm is on the net CLK, which is no plane",
            "add 'port: PORT' or 'load: 100 ohm' between it and the plane, or name a pad of GND",
        ),
        (
            "{board: main, pad: U1.5}",
            "",
            "the pad U1.5 at (150, 110) mm has no kept copper of GND at its place",
            "name another plane or pad",
        ),
        (
            "{board: main, pad: X1.1, load: 1 ohm, plane: DATA}",
            ".plane",
            "'DATA' is no plane",
            "known planes: GND",
        ),
        ("{board: main}", "", "needs a place", ""),
        ("{board: main, pad: A, near: [0 mm, 0 mm]}", "", "both 'pad' and 'near'", ""),
        ("{board: main, pad: U1.4, load: 1 ohm, port: clock}", "", "a port and a load", ""),
    ],
)
def test_what_is_refused_of_an_end(
    tmp_path: Path, start: str, field: str, message: str, remedy: str
) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, device=CABLE.format(start=start))
    found = [p for p in caught.value.problems if message in p.message]
    assert len(found) == 1, caught.value
    assert found[0].field == f"device.cables[0].start{field}"
    assert remedy in found[0].remedy


def test_a_net_without_pads(tmp_path: Path) -> None:
    text = text_of(*ITEMS[:2], zone("B.Cu"), edge=EDGE)
    start = "{board: main, net: LOST, near: [0 mm, 0 mm]}"
    problem = refused(tmp_path, device=CABLE.format(start=start), text=text)
    assert "no component has a pad on the net LOST" in problem.message


@pytest.mark.parametrize(
    ("board", "field", "message"),
    [
        ("rotate: 45", "rotate", "cannot be 45 degrees"),
        (
            "detail: 1 mm",
            "detail",
            "a detail of 1 mm is below the smallest cell of 1.5 mm, so planes and tracks that it "
            "keeps apart would share a grid line",
        ),
        ("side: left", "side", "'left'"),
        ("detail: 0 mm", "detail", "must be greater than 0"),
        ("tracks: [CLK]", "tracks", "unknown field 'tracks'"),
    ],
)
def test_what_is_refused_of_the_declaration(
    tmp_path: Path, board: str, field: str, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, board)
    found = [p for p in caught.value.problems if p.field == f"device.boards[0].{field}"]
    assert message in found[0].message


def test_planes_must_be_named(tmp_path: Path) -> None:
    file = write(tmp_path)
    file.write_text(file.read_text().replace("[GND]", "[]"))
    with pytest.raises(InputError, match=r"planes: holds no net\s+-> name the net of the"):
        pipeline.load(file)


def test_a_path_cannot_begin_with_a_step(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="point 1 is a step, but there is no point before it"):
        load(tmp_path, device=CABLE.format(start="open"))


def test_the_board_file(tmp_path: Path) -> None:
    file = write(tmp_path)
    (tmp_path / "a.kicad_pcb").unlink()
    with pytest.raises(InputError) as caught:
        pipeline.load(file)
    assert caught.value.problems[0].field == "device.boards[0].file"
    assert "No such file" in caught.value.problems[0].message
    (tmp_path / "a.kicad_pcb").write_text("(kicad_pcb\n(layers")
    with pytest.raises(InputError) as caught:
        pipeline.load(file)
    assert (caught.value.problems[0].file, caught.value.problems[0].line) == (
        tmp_path / "a.kicad_pcb",
        2,
    )


def test_two_boards_of_one_name(tmp_path: Path) -> None:
    file = write(tmp_path)
    text = file.read_text()
    entry = (
        text[text.index("    - name: main") : text.index("      planes")] + "      planes: [GND]\n"
    )
    file.write_text(text.replace(entry, entry + entry))
    with pytest.raises(InputError, match="the board name 'main' is already used"):
        pipeline.load(file)


def test_planes_on_two_layers_are_linked_on_the_grid(tmp_path: Path) -> None:
    """GND on both sides, 1.565 mm apart, stitched at two places: two wires bonded at both ends."""
    via = '(via (at {}) (size 0.8) (drill 0.4) (layers "F.Cu" "B.Cu") (net 1))'
    text = text_of(
        NETS, zone("F.Cu"), zone("B.Cu"), via.format("110 110"), via.format("130 120"), edge=EDGE
    )
    file = write(tmp_path, "detail: 1 mm", text=text)
    tests = "  radiated_immunity: {}\n"
    content = file.read_text().replace("finest_cell: 6 mm", "finest_cell: 2 mm")
    content = content.replace("  radiated_immunity: {not_applicable: made up}\n", tests)
    victim = (
        "  ports:\n"
        "    - {name: clock, termination: {resistance: 50 ohm},\n"
        "       immunity: {threshold: 1 V, quantity: carrier_rms}}\n"
    )
    lead = textwrap.indent(CABLE.format(start="{port: clock, part: main-F_Cu-GND}"), "  ")
    lead = lead.replace("[{z: 50 mm}", "[[0 mm, 20 mm, 31.5825 mm], {z: 50 mm}")
    file.write_text(content.replace("environment:", f"{lead}{victim}environment:"))
    loaded = pipeline.load(file)
    (site,) = pipeline.sites_of(loaded, bodies_of(loaded)).values()
    vias = [wire for wire in site.wires if wire.name.startswith("main-via-")]
    assert [type(wire) for wire in vias] == [Wire, Wire]
    for wire in vias:
        assert (wire.start.kind, wire.end.kind) == ("bonded", "bonded")
        assert len(wire.nodes) == 2
        assert wire.radius == pytest.approx(0.2e-3)


def test_the_example_is_accepted() -> None:
    loaded = pipeline.load(SAMPLE)
    assert {"board-planes-near", "board-trace-part", "board-tracks-left-out"} <= names(loaded)
    plan = pipeline.check(loaded)
    assert set(loaded.notices) <= set(plan.notices)
    parts = {part.name: part for site in plan.sites for part in site.audit}
    assert parts["main-In1_Cu-GND"].edges > 500
    assert [site.driven for site in plan.sites] == [("sensor_input",), ("clock", "sensor_input")]
