"""One sound part, and the same part broken in ten ways (lengths in mm unless the name says other).

Run ``python meshes/broken.py``: it needs numpy only and writes into ``meshes/broken/``, the same
bytes every time. The part is a body of 40 x 30 x 20 mm with rounded corners, as an exporter would
tessellate it; every broken variant is what an exporter, a converter or a hasty hand leaves behind.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).resolve().parent / "broken"
SIZE = np.array([40.0, 30.0, 20.0])
STEPS = 6
"""Squares along each side of the cube that is blown up into the part."""

Points = NDArray[np.float64]
Triangles = NDArray[np.int64]


def main() -> None:
    """Write the sound part and its variants."""
    FOLDER.mkdir(exist_ok=True)
    for name, build in VARIANTS.items():
        points, triangles = build(*part())
        write = write_obj if name.endswith(".obj") else write_stl
        write(FOLDER / name, points, triangles)
    (FOLDER / "empty.stl").write_bytes(b"")


def part() -> tuple[Points, Triangles]:
    """The sound part: a box whose corners are rounded by a superellipsoid, from the origin up."""
    line = np.linspace(-1.0, 1.0, STEPS + 1)
    points: list[Points] = []
    quads: list[tuple[int, int, int, int]] = []
    for axis in range(3):
        for side in (-1.0, 1.0):
            start = len(points)
            for u in line:
                for v in line:
                    point = np.empty(3)
                    point[axis], point[(axis + 1) % 3], point[(axis + 2) % 3] = side, u, v
                    points.append(point)
            for i in range(STEPS):
                for j in range(STEPS):
                    a = start + i * (STEPS + 1) + j
                    quad = (a, a + STEPS + 1, a + STEPS + 2, a + 1)
                    quads.append(quad if side > 0 else quad[::-1])
    cube, index = np.unique(np.round(points, 9), axis=0, return_inverse=True)
    corners = index.ravel()[np.array(quads)]
    round_ = cube / np.sum(np.abs(cube) ** 8, axis=1, keepdims=True) ** (1 / 8)
    triangles = np.concatenate([corners[:, [0, 1, 2]], corners[:, [0, 2, 3]]])
    return (round_ + 1.0) / 2.0 * SIZE, triangles


def holes(points: Points, triangles: Triangles) -> tuple[Points, Triangles]:
    """Four holes: three of one triangle, one of four."""
    middle = np.array([20.0, 15.0, 20.0])
    near = np.argsort(np.linalg.norm(points[triangles].mean(axis=1) - middle, axis=1))[:4]
    return points, np.delete(triangles, [3, 60, 130, *near.tolist()], axis=0)


def flipped(points: Points, triangles: Triangles) -> tuple[Points, Triangles]:
    """Every fourth triangle is inside out."""
    turned = triangles.copy()
    turned[::4] = turned[::4, ::-1]
    return points, turned


def duplicates(points: Points, triangles: Triangles) -> tuple[Points, Triangles]:
    """Ten triangles are there twice, five more again with the opposite normal."""
    return points, np.concatenate([triangles, triangles[20:30], triangles[70:75, ::-1]])


def intersecting(points: Points, triangles: Triangles) -> tuple[Points, Triangles]:
    """A smaller copy of the part pokes through its side by less than a millimetre."""
    small = points * 0.4 + np.array([24.7, 9.0, 6.0])
    return np.concatenate([points, small]), np.concatenate([triangles, triangles + len(points)])


def non_manifold(points: Points, triangles: Triangles) -> tuple[Points, Triangles]:
    """A wall across the inside, on the ring of points in the middle of x."""
    ring = np.flatnonzero(np.abs(points[:, 0] - 20.0) < 1e-9)
    angle = np.arctan2(points[ring, 2] - 10.0, points[ring, 1] - 15.0)
    ring = ring[np.argsort(angle)]
    hub = len(points)
    wall = [[hub, int(a), int(b)] for a, b in zip(ring, np.roll(ring, -1), strict=True)]
    return np.concatenate([points, [[20.0, 15.0, 10.0]]]), np.concatenate([triangles, wall])


def degenerate(points: Points, triangles: Triangles) -> tuple[Points, Triangles]:
    """Six edges are split on one side only, with a triangle without area in between."""
    more, result = [points], triangles.tolist()
    for number in (5, 33, 61, 89, 117, 145):
        a, b, c = triangles[number].tolist()
        middle = len(points) + len(more) - 1
        more.append((points[a] + points[b])[None] / 2.0)
        result[number] = [a, middle, c]
        result += [[middle, b, c], [middle, a, b]]
    return np.concatenate(more), np.array(result)


def gaps(points: Points, triangles: Triangles) -> tuple[Points, Triangles]:
    """The half beyond x = 20 mm is apart by two micrometres."""
    beyond = points[triangles].mean(axis=1)[:, 0] > 20.0
    moved = triangles.copy()
    moved[beyond] += len(points)
    return np.concatenate([points, points + np.array([0.002, 0.0, 0.0])]), moved


def in_metres(points: Points, triangles: Triangles) -> tuple[Points, Triangles]:
    """The part written in metres; read as millimetres it is 40 micrometres long."""
    return points * 1e-3, triangles


def not_a_number(points: Points, triangles: Triangles) -> tuple[Points, Triangles]:
    """One coordinate is no number."""
    bad = points.copy()
    bad[17, 1] = np.nan
    return bad, triangles


VARIANTS: dict[str, Callable[[Points, Triangles], tuple[Points, Triangles]]] = {
    "sound.stl": lambda points, triangles: (points, triangles),
    "holes.stl": holes,
    "flipped_normals.obj": flipped,
    "duplicate_faces.obj": duplicates,
    "self_intersection.stl": intersecting,
    "non_manifold.obj": non_manifold,
    "degenerate_triangles.obj": degenerate,
    "tiny_gaps.obj": gaps,
    "wrong_unit.stl": in_metres,
    "nan_coordinates.obj": not_a_number,
}


def write_stl(path: Path, points: Points, triangles: Triangles) -> None:
    """Write a binary STL file."""
    record = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
    facets = np.zeros(len(triangles), dtype=record)
    facets["corners"] = points[triangles]
    a, b, c = np.moveaxis(points[triangles], 1, 0)
    normal = np.cross(b - a, c - a)
    facets["normal"] = normal / np.linalg.norm(normal, axis=1, keepdims=True)
    head = b"emtwin, meshes/broken.py".ljust(80)
    path.write_bytes(head + np.uint32(len(facets)).astype("<u4").tobytes() + facets.tobytes())


def write_obj(path: Path, points: Points, triangles: Triangles) -> None:
    """Write an OBJ file with coordinates of six decimals."""
    lines = ["# emtwin, meshes/broken.py", *(f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in points)]
    lines += [f"f {a + 1} {b + 1} {c + 1}" for a, b, c in triangles]
    path.write_text("\n".join(lines) + "\n", encoding="ascii", newline="\n")


if __name__ == "__main__":
    main()
