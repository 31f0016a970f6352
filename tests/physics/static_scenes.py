"""Small scenes of conductors for the low-frequency models."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from emtwin.grid import PEC, Grid, Node, Painter
from emtwin.grid.medium import PEC_ROW, VACUUM_ROW, Medium
from emtwin.materials import lookup
from emtwin.quasistatic import Port, StaticScene, Walls

LATTICE_RADIUS = float(np.exp(-np.euler_gamma) / np.sqrt(8))
"""Radius, in cells, of the wire that a line of nodes stands for on a square lattice: 0.1985.

The potential of a point source on it goes as ln r + gamma + 3/2 ln 2 (McCrea and Whipple, Proc.
Roy. Soc. Edinburgh 60, 1940, p. 281).
"""


Edges = Iterable[tuple[int, Node]]


def without(medium: Medium, edges: Edges) -> Medium:
    """The medium with some edges, (axis, node), empty."""
    return _changed(medium, edges, VACUUM_ROW)


def with_metal(medium: Medium, edges: Edges) -> Medium:
    """The medium with some edges, (axis, node), of metal."""
    return _changed(medium, edges, PEC_ROW)


def _changed(medium: Medium, edges: Edges, row: int) -> Medium:
    ids = [rows.copy() for rows in medium.ids]
    for axis, node in edges:
        ids[axis][node] = row
    return Medium(*ids, medium.permittivity, medium.conductivity)


def cube_eighth(cells: int, margin: int, growth: float = 1.2) -> StaticScene:
    """An eighth of a conducting cube of 1 m, mirrors at the inner faces, open outside."""
    grid = Grid.around((0, 0, 0), (0.5,) * 3, 0.5 / cells, ((0, margin),) * 3, growth)
    painter = Painter(grid)
    painter.box((0, 0, 0), (0.5, 0.5, 0.5), PEC)
    half = ("magnetic", "open")
    return StaticScene(grid, painter.medium(), Walls(half, half, half))


def round_line(cells: int) -> StaticScene:
    """One cell of a coaxial line along z: outer radius `cells` mm, the inner one a line of edges.

    Electric walls below and above short it; the edge of the inner conductor is a gap.
    """
    size = cells + 1.0
    grid = Grid.around((-size, -size, 0), (size, size, 1), 1.0, 0)
    grid = Grid(*(1e-3 * lines for lines in grid.lines))
    painter = Painter(grid)
    painter.box((-1, -1, -1), (1, 1, 1), PEC)
    painter.cylinder((0, 0, -1), (0, 0, 1), 1e-3 * cells, lookup("vacuum"))
    ends = ("electric", "electric")
    return StaticScene(grid, painter.medium(), Walls(ends, ends, ends))


def wire_pair(cells: int, apart: int, border: int) -> StaticScene:
    """Two infinite lines of edges along x, `cells` high over a floor and `apart` from each other.

    One cell of 1 mm along x; electric walls across the wires let current return.
    """
    core = 1e-3 * np.arange(-2.0, apart + 3)
    side = np.cumsum(1e-3 * 1.1 ** np.arange(1.0, border + 1))
    up = np.concatenate((1e-3 * np.arange(0.0, cells + 3), 1e-3 * (cells + 2) + side))
    y = np.concatenate((core[0] - side[::-1], core, core[-1] + side))
    grid = Grid(np.array([0, 1e-3]), y, up)
    return StaticScene(
        grid,
        Medium.vacuum(grid),
        Walls(("electric", "electric"), ("open", "open"), ("electric", "open")),
    )


def square_loop(cells: int, border: int, growth: float = 1.5) -> tuple[StaticScene, Port]:
    """A square of edges of 1 m in open space with a gap of one cell in one side."""
    h = 1 / cells
    plain, side = 3, h * np.cumsum(growth ** np.arange(1.0, border + 1))
    lines = []
    for n in (cells, cells, 0):
        core = h * np.arange(-plain, n + plain + 1.0)
        lines.append(np.concatenate((core[0] - side[::-1], core, core[-1] + side)))
    painter = Painter(Grid(*lines))
    corners = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 0)]
    for start, stop in pairwise(corners):
        painter.line(start, stop)
    gap = painter.grid.nearest_node((0, 0.5, 0))
    medium = without(painter.medium(), [(1, gap)])
    return StaticScene(painter.grid, medium), Port("gap", gap, Node(gap.i, gap.j + 1, gap.k))


def permuted(scene: StaticScene, order: tuple[int, int, int]) -> StaticScene:
    """The scene with its axes in another order: new axis n is the old axis order[n]."""
    ids = [np.ascontiguousarray(scene.medium.ids[a].transpose(order)) for a in order]
    medium = Medium(*ids, scene.medium.permittivity, scene.medium.conductivity)
    x, y, z = (scene.walls.axes[a] for a in order)
    return StaticScene(Grid(*(scene.grid.lines[a] for a in order)), medium, Walls(x, y, z))


def scaled(scene: StaticScene, factor: float) -> StaticScene:
    """The scene in another size."""
    grid = Grid(*(factor * lines for lines in scene.grid.lines))
    return StaticScene(grid, scene.medium, scene.walls)


def random_scene(seed: int, shape: tuple[int, int, int] = (6, 5, 7)) -> StaticScene:
    """Random graded cells, dielectrics, two metal blocks and some metal edges; walls at random."""
    rng = np.random.default_rng(seed)
    lines: list[NDArray[np.float64]] = [
        np.append(0.0, np.cumsum(1e-3 * (1 + rng.random(n)))) for n in shape
    ]
    grid = Grid(*lines)
    ids = []
    for axis in range(3):
        rows = rng.integers(1, 5, grid.nodes).astype(np.uint16)
        rows[1:3, 1:3, 1:3] = 0
        rows[4:6, 3:5, 4:6] = 0
        np.moveaxis(rows, axis, 0)[-1] = 0
        ids.append(rows)
    kinds = rng.choice(["open", "electric", "magnetic"], (3, 2))
    kinds[0, 0] = "open"
    x, y, z = ((str(a), str(b)) for a, b in kinds)
    medium = Medium(*ids, np.append([1.0, 1.0], rng.uniform(1, 8, 3)), np.zeros(5))
    return StaticScene(grid, medium, Walls(x, y, z))
