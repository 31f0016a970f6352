"""Writes sensor_board.kicad_pcb, a small sensor board of four layers as KiCad 8 would save it, and
sensor_board_box.stl, a plastic box round it.

    python meshes/sensor_board.py [FOLDER]

60 mm x 40 mm with rounded corners and four mounting holes; GND on In1.Cu with a slot that keeps the
sensor's corner apart, +3V3 on In2.Cu, a clock on F.Cu that ends through a via on B.Cu, a sensor
input at a connector. Page coordinates as KiCad shows them: millimetres, y down.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from pathlib import Path

X, Y, WIDTH, HEIGHT, CORNER = 100.0, 80.0, 60.0, 40.0, 3.0
HOLES = [(X + dx, Y + dy) for dx in (4.0, WIDTH - 4.0) for dy in (4.0, HEIGHT - 4.0)]
NETS = ("", "GND", "+3V3", "CLK", "SENSE", "/LED")
SLOT = ((114.0, 104.0), (117.0, 120.0))  # opens the GND plane from its lower edge upward

Point = tuple[float, float]

HEAD = """(kicad_pcb
  (version 20240108)
  (generator "emtwin_meshes")
  (generator_version "1.0")
  (general (thickness 1.6) (legacy_teardrops no))
  (paper "A4")
  (layers
    (0 "F.Cu" signal)
    (1 "In1.Cu" power "GND plane")
    (2 "In2.Cu" power)
    (31 "B.Cu" signal)
    (37 "F.SilkS" user "F.Silkscreen")
    (38 "B.Mask" user)
    (39 "F.Mask" user)
    (44 "Edge.Cuts" user)
  )
  (setup
    (stackup
      (layer "F.Mask" (type "Top Solder Mask") (thickness 0.01))
      (layer "F.Cu" (type "copper") (thickness 0.035))
      (layer "dielectric 1" (type "prepreg") (thickness 0.2)
        (material "7628") (epsilon_r 4.4) (loss_tangent 0.018))
      (layer "In1.Cu" (type "copper") (thickness 0.035))
      (layer "dielectric 2" (type "core") (thickness 1.065)
        (material "FR4") (epsilon_r 4.6) (loss_tangent 0.02))
      (layer "In2.Cu" (type "copper") (thickness 0.035))
      (layer "dielectric 3" (type "prepreg") (thickness 0.2)
        (material "7628") (epsilon_r 4.4) (loss_tangent 0.018))
      (layer "B.Cu" (type "copper") (thickness 0.035))
      (layer "B.Mask" (type "Bottom Solder Mask") (thickness 0.01))
      (copper_finish "ENIG")
      (dielectric_constraints no)
    )
    (pad_to_mask_clearance 0)
  )
"""


def text(value: float) -> str:
    """A number as KiCad writes it."""
    return f"{round(value, 6):g}" if abs(value) < 1e5 else str(value)


def xy(points: Sequence[Point]) -> str:
    """Corners of a polygon."""
    return "(pts " + " ".join(f"(xy {text(x)} {text(y)})" for x, y in points) + ")"


def circle(centre: Point, radius: float, corners: int = 32) -> list[Point]:
    """A circle as a polygon, clockwise on the screen."""
    angles = [2 * math.pi * n / corners for n in range(corners)]
    return [(centre[0] + radius * math.cos(a), centre[1] + radius * math.sin(a)) for a in angles]


def fractured(outer: list[Point], holes: Sequence[list[Point]]) -> list[Point]:
    """One loop of a polygon with holes, as KiCad stores it: a cut of no width to each hole."""
    loop = list(outer)
    for hole in holes:
        start = loop.index(outer[0])
        turned_back = [*reversed(hole), hole[-1]]
        loop[start + 1 : start + 1] = [*turned_back, outer[0]]
    return loop


def edge() -> str:
    """Rounded outline, and the mounting holes' circles belong to their footprints."""
    x, y, w, h, r = X, Y, WIDTH, HEIGHT, CORNER
    bow = r * (1 - math.sqrt(0.5))
    lines = [
        ((x + r, y), (x + w - r, y)),
        ((x + w, y + r), (x + w, y + h - r)),
        ((x + w - r, y + h), (x + r, y + h)),
        ((x, y + h - r), (x, y + r)),
    ]
    arcs = [
        ((x + w - r, y), (x + w - bow, y + bow), (x + w, y + r)),
        ((x + w, y + h - r), (x + w - bow, y + h - bow), (x + w - r, y + h)),
        ((x + r, y + h), (x + bow, y + h - bow), (x, y + h - r)),
        ((x, y + r), (x + bow, y + bow), (x + r, y)),
    ]
    tail = '(stroke (width 0.1) (type default)) (layer "Edge.Cuts"))'
    drawn = [
        f"  (gr_line (start {text(a)} {text(b)}) (end {text(c)} {text(d)}) {tail}"
        for (a, b), (c, d) in lines
    ]
    drawn += [
        f"  (gr_arc (start {text(a[0])} {text(a[1])}) (mid {text(m[0])} {text(m[1])}) "
        f"(end {text(b[0])} {text(b[1])}) {tail}"
        for a, m, b in arcs
    ]
    return "\n".join(drawn) + "\n"


def net(name: str) -> str:
    """Reference to a net."""
    return f'(net {NETS.index(name)} "{name}")'


def footprint(reference: str, place: Point, angle: float, pads: Sequence[str]) -> str:
    """A component."""
    at = f"(at {text(place[0])} {text(place[1])} {text(angle)})"
    return (
        f'  (footprint "sensor:{reference}" (layer "F.Cu") {at}\n'
        f'    (property "Reference" "{reference}" (at 0 -3 {text(angle)}) (layer "F.SilkS"))\n    '
        + "\n    ".join(pads)
        + "\n  )\n"
    )


def smd(name: str, at: Point, angle: float, size: Point, on: str) -> str:
    """A surface-mount pad; its angle is the board's."""
    return (
        f'(pad "{name}" smd roundrect (at {text(at[0])} {text(at[1])} {text(angle)}) '
        f'(size {text(size[0])} {text(size[1])}) (layers "F.Cu" "F.Paste" "F.Mask") '
        f"(roundrect_rratio 0.25) {net(on)})"
    )


def through(name: str, at: Point, angle: float, on: str) -> str:
    """A plated hole."""
    return (
        f'(pad "{name}" thru_hole circle (at {text(at[0])} {text(at[1])} {text(angle)}) '
        f'(size 1.7 1.7) (drill 1) (layers "*.Cu" "*.Mask") {net(on)})'
    )


def mounting(number: int, place: Point) -> str:
    """A mounting hole of 3.2 mm without copper."""
    pad = (
        '(pad "" np_thru_hole circle (at 0 0) (size 3.2 3.2) (drill 3.2) (layers "*.Cu" "*.Mask"))'
    )
    return footprint(f"H{number}", place, 0.0, [pad])


def track(a: Point, b: Point, width: float, layer: str, on: str) -> str:
    """A straight piece of track."""
    return (
        f"  (segment (start {text(a[0])} {text(a[1])}) (end {text(b[0])} {text(b[1])}) "
        f'(width {text(width)}) (layer "{layer}") (net {NETS.index(on)}))\n'
    )


def via(at: Point, on: str) -> str:
    """A through via."""
    return (
        f"  (via (at {text(at[0])} {text(at[1])}) (size 0.6) (drill 0.3) "
        f'(layers "F.Cu" "B.Cu") (net {NETS.index(on)}))\n'
    )


def zone(on: str, layer: str, outline: Sequence[Point], filled: Sequence[Point]) -> str:
    """A filled zone."""
    return (
        f'  (zone (net {NETS.index(on)}) (net_name "{on}") (layer "{layer}") (hatch edge 0.5)\n'
        "    (connect_pads (clearance 0.3)) (min_thickness 0.25) (filled_areas_thickness no)\n"
        "    (fill yes (thermal_gap 0.5) (thermal_bridge_width 0.5))\n"
        f'    (polygon {xy(outline)})\n    (filled_polygon (layer "{layer}") {xy(filled)})\n  )\n'
    )


def planes() -> str:
    """GND with its slot on In1.Cu, +3V3 on In2.Cu; holes where something passes through."""
    a, b, c, d = X + 0.5, Y + 0.5, X + WIDTH - 0.5, Y + HEIGHT - 0.5
    whole = [(a, b), (c, b), (c, d), (a, d)]
    (left, top), (right, _) = SLOT
    slotted = [(a, b), (c, b), (c, d), (right, d), (right, top), (left, top), (left, d), (a, d)]
    clear = [circle(hole, 2.0) for hole in HOLES]
    on_gnd = [circle(SENSE_PIN, 1.2), circle(CLOCK_VIA, 0.6)]
    on_power = [circle(SENSE_PIN, 1.2), circle(GND_PIN, 1.2), circle(CLOCK_VIA, 0.6)]
    return zone("GND", "In1.Cu", whole, fractured(slotted, [*clear, *on_gnd])) + zone(
        "+3V3", "In2.Cu", whole, fractured(whole, [*clear, *on_power])
    )


SENSE_PIN, GND_PIN = (106.0, 98.0), (106.0, 102.0)
CLOCK_VIA = (148.0, 96.0)


def board() -> str:
    """The whole file."""
    nets = "".join(f'  (net {number} "{name}")\n' for number, name in enumerate(NETS))
    parts = [mounting(n, hole) for n, hole in enumerate(HOLES, 1)]
    parts += [
        footprint(
            "J1",
            (106.0, 100.0),
            270.0,
            [through("1", (-2.0, 0.0), 270.0, "SENSE"), through("2", (2.0, 0.0), 270.0, "GND")],
        ),
        footprint(
            "U1",
            (124.0, 90.0),
            90.0,
            [
                smd("1", (-2.0, 2.0), 90.0, (0.8, 1.2), "CLK"),
                smd("2", (2.0, 2.0), 90.0, (0.8, 1.2), "+3V3"),
                smd("3", (-2.0, -2.0), 90.0, (0.8, 1.2), "SENSE"),
                smd("4", (2.0, -2.0), 90.0, (0.8, 1.2), "GND"),
            ],
        ),
        footprint(
            "R1",
            (152.0, 96.0),
            0.0,
            [
                smd("1", (-1.0, 0.0), 0.0, (0.8, 1.0), "CLK"),
                smd("2", (1.0, 0.0), 0.0, (0.8, 1.0), "GND"),
            ],
        ),
        footprint(
            "D1",
            (130.0, 114.0),
            0.0,
            [
                smd("1", (-1.0, 0.0), 0.0, (0.8, 1.0), "/LED"),
                smd("2", (1.0, 0.0), 0.0, (0.8, 1.0), "+3V3"),
            ],
        ),
    ]
    # U1.1 lies at (126, 92), U1.3 at (122, 92).
    tracks = [
        track((126.0, 92.0), (144.0, 92.0), 0.3, "F.Cu", "CLK"),
        track((144.0, 92.0), CLOCK_VIA, 0.3, "F.Cu", "CLK"),
        via(CLOCK_VIA, "CLK"),
        track(CLOCK_VIA, (151.0, 96.0), 0.3, "B.Cu", "CLK"),
        via((151.0, 96.0), "CLK"),
        track(SENSE_PIN, (116.0, 98.0), 0.2, "F.Cu", "SENSE"),
        track((116.0, 98.0), (122.0, 92.0), 0.2, "F.Cu", "SENSE"),
        track((129.0, 114.0), (118.0, 114.0), 0.25, "F.Cu", "/LED"),
        track((118.0, 114.0), (112.0, 114.0), 0.25, "F.Cu", "/LED"),
        via((122.0, 88.0), "GND"),
        via((153.0, 97.5), "GND"),
    ]
    return HEAD + nets + "".join(parts) + edge() + "".join(tracks) + planes() + ")\n"


BOX, WALL = ((-38.0, -28.0, 0.0), (38.0, 28.0, 32.0)), 4.0


def faces(low: Sequence[float], high: Sequence[float]) -> list[list[Sequence[float]]]:
    """Twelve triangles of a box, normals outward."""
    found = []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        for level, turned in ((low, True), (high, False)):
            corners = []
            for at_u, at_v in ((low, low), (high, low), (high, high), (low, high)):
                corner = [0.0, 0.0, 0.0]
                corner[axis], corner[u], corner[v] = level[axis], at_u[u], at_v[v]
                corners.append(corner)
            a, b, c, d = reversed(corners) if turned else corners
            found += [[a, b, c], [a, c, d]]
    return found


def box() -> str:
    """The box in ASCII STL, millimetres in the device's frame: walls of `WALL` all round."""
    low, high = BOX
    inner = faces([c + WALL for c in low], [c - WALL for c in high])
    triangles = faces(low, high) + [triangle[::-1] for triangle in inner]
    lines = ["solid sensor_board_box"]
    for triangle in triangles:
        corners = [f"vertex {text(x)} {text(y)} {text(z)}" for x, y, z in triangle]
        lines += ["facet normal 0 0 0", "outer loop", *corners, "endloop", "endfacet"]
    return "\n".join([*lines, "endsolid sensor_board_box"]) + "\n"


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    (folder / "sensor_board.kicad_pcb").write_text(board(), encoding="utf-8")
    (folder / "sensor_board_box.stl").write_text(box(), encoding="utf-8")
