"""Small sample devices (all lengths in mm), each a mesh file with one physical group per part.

Run ``python meshes/samples.py``: it needs numpy and meshio, and writes beside itself, the same
bytes every time,

- ``slotted_enclosure.msh``: a metal box with a slot in its front wall;
- ``board_in_box.msh``: a board with its ground plane in a closed metal box of 0.5 mm wall;
- ``cable_connector.msh``: a shield can on a plate, the shell of a connector, and a cable's jacket;
- ``limb.msh``: tetrahedra of a limb of muscle, fat and skin whose cells share their faces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import meshio
import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent

Points = NDArray[np.float64]
Cells = NDArray[np.int64]
Part = tuple[str, Points, Cells]
"""Kind of the cells, points, and corner indices."""

_SIZES = {"tetra": 3, "hexahedron": 3, "quad": 2, "triangle": 2}  # dimension by kind of cell


def main() -> None:
    """Write every sample."""
    for name, parts in SAMPLES.items():
        write(HERE / name, parts())


def slotted_enclosure() -> dict[str, Part]:
    """300 x 120 x 300 mm, wall 1.5 mm, slot of 100 x 5 mm in the middle of the front (y = 0)."""
    x = [0.0, 1.5, 100.0, 200.0, 298.5, 300.0]
    y = [0.0, 1.5, 118.5, 120.0]
    z = [0.0, 1.5, 147.5, 152.5, 298.5, 300.0]
    wall = hollow((5, 3, 5))
    wall[2, 0, 2] = False
    return {"enclosure": blocks((x, y, z), wall)}


def board_in_box() -> dict[str, Part]:
    """Box of 160 x 100 x 40 mm with a wall of 0.5 mm and no opening; board on four posts in it."""
    box = ([0.0, 0.5, 159.5, 160.0], [0.0, 0.5, 99.5, 100.0], [0.0, 0.5, 39.5, 40.0])
    posts = [(x, y) for x in (20.0, 132.0) for y in (10.0, 82.0)]
    return {
        "box": blocks(box, hollow((3, 3, 3))),
        "board": blocks(([20.0, 140.0], [10.0, 90.0], [12.0, 13.6]), np.ones((1, 1, 1), bool)),
        "ground_plane": plate((20.0, 140.0), (10.0, 90.0), 12.0),
        "posts": joined(
            blocks(([x, x + 8.0], [y, y + 8.0], [0.5, 12.0]), np.ones((1, 1, 1), bool))
            for x, y in posts
        ),
    }


def cable_connector() -> dict[str, Part]:
    """Can of 40 x 30 x 12 mm, open to the plate below; connector and cable along -x."""
    can = ([10.0, 50.0], [-15.0, 15.0], [0.0, 12.0])
    kind, points, quads = skin(can)
    open_below = quads[(points[quads][:, :, 2] > 0.0).any(axis=1)]
    return {
        "plate": plate((-10.0, 60.0), (-25.0, 25.0), 0.0),
        "shield_can": (kind, points, open_below),
        "connector_shell": tube((-22.0, -10.0), (5.0, 6.0), 8.0),
        "cable_jacket": tube((-120.0, -22.0), (0.0, 3.0), 8.0),
    }


def limb() -> dict[str, Part]:
    """Elliptical limb, 120 mm long: muscle within fat (8 mm) within skin (2 mm), in tetrahedra."""
    half = np.array([[20.0, 15.0], [40.0, 30.0], [48.0, 38.0], [50.0, 40.0]])
    sides, heights = 16, np.linspace(0.0, 120.0, 5)
    angle = 2.0 * np.pi * np.arange(sides) / sides
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    flat = np.concatenate([[[0.0, 0.0]], *(ring * axes for axes in half)])
    turn = np.roll(np.arange(sides), -1)
    fan = [(0, 1 + i, 1 + j) for i, j in enumerate(turn)]
    bands = [
        [
            triangle
            for i, j in enumerate(turn)
            for a, b in [(1 + n * sides, 1 + (n + 1) * sides)]
            for triangle in ((a + i, b + i, b + j), (a + i, b + j, a + j))
        ]
        for n in range(3)
    ]
    points = np.concatenate([np.column_stack([flat, np.full(len(flat), z)]) for z in heights])
    return {
        name: ("tetra", points, prisms_cut(np.array(triangles), len(flat), len(heights) - 1))
        for name, triangles in (("muscle", fan + bands[0]), ("fat", bands[1]), ("skin", bands[2]))
    }


def prisms_cut(triangles: Cells, n: int, layers: int) -> Cells:
    """Three tetrahedra for each prism over a triangle; neighbours cut their face the same way.

    Parameters
    ----------
    triangles : ndarray of int64
        Triangles of the lowest layer, shape (m, 3).
    n : int
        Points of a layer.
    layers : int
        Number of layers.

    Returns
    -------
    ndarray of int64
        Tetrahedra, shape (3 m layers, 4): the diagonal of a face starts at its lower column.
    """
    a, b, c = np.sort(triangles, axis=1).T
    cut = [(a, b, c, c + n), (a, b, b + n, c + n), (a, a + n, b + n, c + n)]
    one = np.concatenate([np.stack(corners, axis=1) for corners in cut])
    return np.concatenate([one + n * layer for layer in range(layers)])


def hollow(shape: tuple[int, int, int]) -> NDArray[np.bool_]:
    """Blocks of a wall one block thick."""
    wall = np.ones(shape, dtype=bool)
    wall[1:-1, 1:-1, 1:-1] = False
    return wall


def blocks(lines: Sequence[Sequence[float]], keep: NDArray[np.bool_]) -> Part:
    """Hexahedra between the planes `lines`, those that `keep` says."""
    shape = [len(line) for line in lines]
    points = np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1).reshape(-1, 3)
    i, j, k = np.nonzero(keep)
    corners = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)]
    corners += [(x, y, 1) for x, y, _ in corners]
    cells = [((i + x) * shape[1] + j + y) * shape[2] + k + z for x, y, z in corners]
    return "hexahedron", points, np.stack(cells, axis=1)


def plate(x: tuple[float, float], y: tuple[float, float], z: float) -> Part:
    """Rectangle at the height `z`."""
    points = np.array([[x[0], y[0], z], [x[1], y[0], z], [x[1], y[1], z], [x[0], y[1], z]])
    return "quad", points, np.array([[0, 1, 2, 3]])


def skin(lines: Sequence[Sequence[float]]) -> Part:
    """The six faces of a box, outward."""
    _, points, cells = blocks(lines, np.ones((1, 1, 1), dtype=bool))
    faces = [(0, 3, 2, 1), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)]
    return "quad", points, cells[0][np.array(faces)]


def tube(x: tuple[float, float], radii: tuple[float, float], height: float) -> Part:
    """Tube of 16 sides along x at y = 0, `height` above z = 0; a rod if the inner radius is 0."""
    angle = 2.0 * np.pi * np.arange(16) / 16
    inner = radii[0] or 0.5 * radii[1]
    rings = [
        np.stack([np.full(16, at), r * np.cos(angle), height + r * np.sin(angle)], axis=1)
        for at in x
        for r in (inner, radii[1])
    ]
    i = np.arange(16)
    j = np.roll(i, -1)
    shell = np.stack([i, i + 16, j + 16, j, i + 32, i + 48, j + 48, j + 32], axis=1)
    if radii[0]:
        return "hexahedron", np.concatenate(rings), shell
    # A rod: its core is filled by slices of four columns, so that all of it is hexahedra.
    core = np.array([[n, n + 1, 15 - (n + 1), 15 - n] for n in range(7)])
    return (
        "hexahedron",
        np.concatenate(rings),
        np.concatenate([shell, np.hstack([core, core + 32])]),
    )


def joined(parts: Iterable[Part]) -> Part:
    """Parts of one kind as one."""
    every = list(parts)
    starts = np.cumsum([0, *(len(points) for _, points, _ in every)])
    return (
        every[0][0],
        np.concatenate([points for _, points, _ in every]),
        np.concatenate([cells + n for (_, _, cells), n in zip(every, starts, strict=False)]),
    )


def write(path: Path, parts: Mapping[str, Part]) -> None:
    """Write the parts as Gmsh 2.2 text, a physical group each; parts share no points by name."""
    shared = len({id(points) for _, points, _ in parts.values()}) == 1
    points: list[Points] = []
    cells, tags, start = [], [], 0
    for number, (kind, own, corners) in enumerate(parts.values(), start=1):
        if not (shared and points):
            start = sum(map(len, points))
            points.append(own)
        cells.append((kind, corners + start))
        tags.append(np.full(len(corners), number))
    names = {
        name: np.array([number, _SIZES[kind]])
        for number, (name, (kind, _, _)) in enumerate(parts.items(), start=1)
    }
    mesh = meshio.Mesh(
        np.concatenate(points),
        cells,
        cell_data={"gmsh:physical": tags, "gmsh:geometrical": tags},
        field_data=names,
    )
    meshio.write(path, mesh, file_format="gmsh22", binary=False)


SAMPLES: dict[str, Callable[[], dict[str, Part]]] = {
    "slotted_enclosure.msh": slotted_enclosure,
    "board_in_box.msh": board_in_box,
    "cable_connector.msh": cable_connector,
    "limb.msh": limb,
}

if __name__ == "__main__":
    main()
