"""Gmsh script of the example device, a syringe infusion pump (all lengths in mm).

Run ``python meshes/infusion_pump.py`` (needs the package ``gmsh``, an optional tool, never a
dependency of emtwin). It writes beside itself

- ``infusion_pump.msh``: Gmsh 4.1, ASCII, one named physical group per part;
- ``infusion_pump_display.stl``: the display window, kept apart as a binary STL file.

Frame: z up, table top z = 0, front towards -y, left (sensor side) towards -x.

The planes of all parts, cables and traces share these coordinates, so that a graded grid which
keeps a line on every plane stays small. Neighbours are at least 4 mm apart; the one exception is
the printed board, 1.6 mm thick. Curved surfaces add no plane of their own besides their end caps.

====  ==========================================================================================
axis  coordinates
====  ==========================================================================================
x     -80 -76 (housing) -68 (frame) -60 (board) -52 (sensor cable, post, window) -44 (components)
      36 (clock trace, vent, motor) 44 (DC lead) 52 60 68 76 80
y     -92 (syringe) -64 (keypad) -60 -56 (housing) -48 (frame) -40 (board) -32 (post, trace)
      0 8 16 (sensor entry; 8 is the cable) 32 (trace) 40 48 56 60
z     0 4 (housing) 12 (frame) 28 29.6 (board; ground plane at 28) 36 (both cables) 44 (entries)
      60 92 (syringe, motor, battery) 116 124 132 140 148 156 (vents; window from 116)
      180 (window) 188 196 200 220 228 (handle)
====  ==========================================================================================

Only the twin file adds coordinates: the cable ends at x = -480 and y = 160.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import gmsh

HERE = Path(__file__).resolve().parent
SIDES = 24
"""Sides of a cylinder: the inscribed 24-gon holds 98.9 % of the circle's area."""

# A box is (lo, hi) by corners; a rectangle is a box that is flat along one axis.
Corner = tuple[float, float, float]
Box = tuple[Corner, Corner]

HOUSING: Box = ((-80, -60, 0), (80, 60, 200))
HOUSING_VOID: Box = ((-76, -56, 4), (76, 56, 196))
WINDOW: Box = ((-52, -60, 116), (52, -56, 180))
FRAME: Box = ((-68, -48, 12), (68, 48, 188))
FRAME_OPENINGS: tuple[Box, ...] = (
    ((-52, -48, 116), (52, -48, 180)),  # behind the display
    ((-68, 0, 28), (-68, 16, 44)),  # sensor cable entry, cable in the middle at y = 8, z = 36
    ((36, 48, 28), (52, 48, 44)),  # DC entry, lead in the middle at x = 44, z = 36
    ((-52, 48, 116), (36, 48, 124)),  # three ventilation slots in the rear
    ((-52, 48, 132), (36, 48, 140)),
    ((-52, 48, 148), (36, 48, 156)),
)
BOARD: Box = ((-60, -40, 28), (60, 40, 29.6))
# What is mounted on the board, as one lossy body.
COMPONENTS: Box = ((-44, -32, 29.6), (36, 32, 60))
GROUND_PLANE: Box = ((-60, -40, 28), (60, 40, 28))
STANDOFFS: tuple[Box, ...] = (
    ((-60, -40, 12), (-52, -32, 28)),
    ((52, -40, 12), (60, -32, 28)),
)
# The bond: an entry plate that closes the DC hole, and a strap from it to the ground plane.
BOND_STRAP: tuple[Box, ...] = (
    ((36, 48, 28), (52, 48, 44)),
    ((36, 40, 28), (52, 48, 28)),
)
BATTERY: Box = ((-52, 8, 60), (36, 48, 92))  # held by the frame's rear wall
KEYPAD: Box = ((-52, -64, 12), (52, -60, 44))
PLUNGER_DRIVE: Box = ((52, -92, 60), (60, -60, 92))
HANDLE: tuple[Box, ...] = (
    ((-60, 0, 200), (-52, 16, 220)),
    ((52, 0, 200), (60, 16, 220)),
    ((-60, 0, 220), (60, 16, 228)),
)
# Cylinders along x: (x from, x to, y, z, radius).
MOTOR = (36.0, 68.0, -24.0, 76.0, 16.0)  # flanged to the frame's right wall
SYRINGE = (
    (-68.0, -60.0, -76.0, 76.0, 5.0),  # nozzle
    (-60.0, 36.0, -76.0, 76.0, 16.0),  # barrel, 50 ml
    (36.0, 52.0, -76.0, 76.0, 6.0),  # plunger rod
)


def main() -> None:
    """Write both meshes beside this script."""
    write(HERE / "infusion_pump.msh", PARTS)
    write(HERE / "infusion_pump_display.stl", (("display", 2, display),))


def write(path: Path, parts: Sequence[tuple[str, int, Callable[[], list[int]]]]) -> None:
    """Build, mesh and store some parts, each a physical group of its own.

    Parts share no points or triangles, even where they touch: each is one surface for itself.

    Parameters
    ----------
    path : Path
        File to write; its suffix (``.msh`` or ``.stl``) chooses the format.
    parts : sequence of (name, dimension, build)
        Name of the group; 2 for a surface, 3 for a volume filled with tetrahedra; a function
        that adds the shape and returns its tags in that dimension.
    """
    gmsh.initialize(interruptible=False)
    try:
        set_options()
        gmsh.model.add(path.stem)
        # A text STL makes meshio 5.3.5 warn of an overflow; the text .msh stays readable in a diff.
        gmsh.option.setNumber("Mesh.Binary", path.suffix == ".stl")
        tags = [(name, dimension, build()) for name, dimension, build in parts]
        gmsh.model.occ.synchronize()
        for number, (name, dimension, shapes) in enumerate(tags, start=1):
            gmsh.model.addPhysicalGroup(dimension, shapes, number, name)
        for _, curve in gmsh.model.getEntities(1):
            # Two points a curve: no point between corners, so no coordinate but the corners'.
            gmsh.model.mesh.setTransfiniteCurve(curve, 2)
        gmsh.model.mesh.generate(3)
        gmsh.write(str(path))
    finally:
        gmsh.finalize()


def set_options() -> None:
    """Ask for the coarsest mesh of flat faces, reproducible, readable by meshio 5.3.5."""
    for option, value in {
        "General.Terminal": 0,
        "General.NumThreads": 1,
        "Mesh.MeshSizeMax": 1000,
        "Mesh.MeshSizeExtendFromBoundary": 0,
        "Mesh.Algorithm": 1,
        "Mesh.Optimize": 0,
        "Mesh.RandomSeed": 1,
        "Mesh.MshFileVersion": 4.1,
        "Mesh.SaveAll": 0,
    }.items():
        gmsh.option.setNumber(option, value)


def add_box(box: Box) -> int:
    """Add a solid box and return its volume tag."""
    lo, hi = box
    return int(gmsh.model.occ.addBox(*lo, *(b - a for a, b in zip(lo, hi, strict=True))))


def add_cylinder(x_from: float, x_to: float, y: float, z: float, radius: float) -> int:
    """Add a solid many-sided prism along x, inscribed in a cylinder, and return its volume tag.

    Its corners lie at the cylinder's extremes, so no side is normal to y or z.
    """
    turns = [2 * math.pi * side / SIDES for side in range(SIDES)]
    base = add_polygon(
        [(x_from, y + radius * math.cos(turn), z + radius * math.sin(turn)) for turn in turns]
    )
    swept = gmsh.model.occ.extrude([(2, base)], x_to - x_from, 0, 0)
    return next(int(tag) for dimension, tag in swept if dimension == 3)


def add_polygon(corners: Sequence[Corner]) -> int:
    """Add a flat face by its corners in order and return its surface tag."""
    points = [gmsh.model.occ.addPoint(*corner) for corner in corners]
    ends = zip(points, points[1:] + points[:1], strict=True)
    loop = gmsh.model.occ.addCurveLoop([gmsh.model.occ.addLine(*pair) for pair in ends])
    return int(gmsh.model.occ.addPlaneSurface([loop]))


def add_rectangle(box: Box) -> int:
    """Add a flat box, normal to its axis of no extent, and return its surface tag."""
    lo, hi = box
    flat = next(axis for axis in range(3) if lo[axis] == hi[axis])
    u, v = (axis for axis in range(3) if axis != flat)
    corners = []
    for at_u, at_v in ((0, 0), (1, 0), (1, 1), (0, 1)):
        corner = list(lo)
        corner[u], corner[v] = box[at_u][u], box[at_v][v]
        corners.append((corner[0], corner[1], corner[2]))
    return add_polygon(corners)


def fuse(tags: Sequence[int], dimension: int) -> list[int]:
    """Join touching shapes into shapes that share their edges, and return the tags."""
    shapes = [(dimension, tag) for tag in tags]
    if len(shapes) == 1:
        return list(tags)
    joined, _ = gmsh.model.occ.fuse(shapes[:1], shapes[1:])
    return [tag for _, tag in joined]


def skin(volumes: Sequence[int]) -> list[int]:
    """Keep only the closed surface of some volumes, and return its surface tags."""
    occ = gmsh.model.occ
    faces = [face for volume in volumes for loop in occ.getSurfaceLoops(volume)[1] for face in loop]
    occ.remove([(3, volume) for volume in volumes])
    return [int(face) for face in faces]


def housing() -> list[int]:
    """Build the hollow shell with the display cut-out through its front wall."""
    tools = [(3, add_box(HOUSING_VOID)), (3, add_box(WINDOW))]
    shell, _ = gmsh.model.occ.cut([(3, add_box(HOUSING))], tools)
    return [tag for _, tag in shell]


def display() -> list[int]:
    """Build the glass plate that fills the cut-out, as its skin."""
    return skin([add_box(WINDOW)])


def frame() -> list[int]:
    """Build the shield box as one open sheet: six walls that share edges, with openings."""
    walls = [(2, face) for face in skin([add_box(FRAME)])]
    tools = [(2, add_rectangle(opening)) for opening in FRAME_OPENINGS]
    sheet, _ = gmsh.model.occ.cut(walls, tools)
    return [tag for _, tag in sheet]


def bond_strap() -> list[int]:
    """Build the entry plate and its strap as one bent sheet."""
    sheet, _ = gmsh.model.occ.fragment(
        [(2, add_rectangle(BOND_STRAP[0]))], [(2, add_rectangle(BOND_STRAP[1]))]
    )
    return [tag for _, tag in sheet]


def standoffs() -> list[int]:
    """Build the two posts between ground plane and frame bottom."""
    return [add_box(post) for post in STANDOFFS]


def syringe() -> list[int]:
    """Build nozzle, barrel and plunger rod as one closed surface."""
    return skin(fuse([add_cylinder(*piece) for piece in SYRINGE], 3))


def handle() -> list[int]:
    """Build the carrying handle as one closed surface."""
    return skin(fuse([add_box(piece) for piece in HANDLE], 3))


PARTS: tuple[tuple[str, int, Callable[[], list[int]]], ...] = (
    ("housing", 3, housing),
    ("frame", 2, frame),
    ("board", 3, lambda: [add_box(BOARD)]),
    ("components", 3, lambda: [add_box(COMPONENTS)]),
    ("ground_plane", 2, lambda: [add_rectangle(GROUND_PLANE)]),
    ("standoff", 3, standoffs),
    ("bond_strap", 2, bond_strap),
    ("battery", 3, lambda: [add_box(BATTERY)]),
    ("pump_motor", 3, lambda: [add_cylinder(*MOTOR)]),
    ("syringe", 2, syringe),
    ("plunger_drive", 3, lambda: [add_box(PLUNGER_DRIVE)]),
    ("keypad", 3, lambda: [add_box(KEYPAD)]),
    ("handle", 2, handle),
)

if __name__ == "__main__":
    main()
