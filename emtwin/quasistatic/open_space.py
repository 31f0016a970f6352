"""More room round a scene, in cells that grow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import GridError
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Faces, Medium
from emtwin.quasistatic.static_scene import StaticScene
from emtwin.quasistatic.walls import OPEN

Ids = NDArray[np.uint16]


def widened(scene: StaticScene, room: float, growth: float = 1.3) -> tuple[StaticScene, Node]:
    """The scene with empty cells added at its open walls.

    Parameters
    ----------
    scene : StaticScene
        Grid, medium and walls.
    room : float
        Distance in metres from the old to the new open walls, at least.
    growth : float
        Ratio of each new cell to the one before it, from 1 to 2.

    Returns
    -------
    scene : StaticScene
        The larger scene.
    shift : Node
        What to add to the indices of nodes.

    Raises
    ------
    GridError
        If the room is not positive, or the growth out of range.
    """
    if not (room > 0 and 1 <= growth <= 2):
        raise GridError.single(
            f"no room of {room:g} m with cells that grow by {growth:g}",
            remedy="give a distance above 0 m, and a growth from 1 to 2",
        )
    lines, pads = [], []
    for x, kinds in zip(scene.grid.lines, scene.walls.axes, strict=True):
        below, above = (
            _beyond(step, room, growth) if kind == OPEN else np.empty(0)
            for step, kind in zip((x[1] - x[0], x[-1] - x[-2]), kinds, strict=True)
        )
        lines.append(np.concatenate((x[0] - below[::-1], x, x[-1] + above)))
        pads.append((below.size, above.size))
    shift = Node(*(low for low, _ in pads))
    grid = Grid(*lines)
    medium, wires = _moved(scene.medium, grid, shift), scene.wires.moved(shift)
    return replace(scene, grid=grid, medium=medium, wires=wires), shift


def _beyond(step: float, room: float, growth: float) -> NDArray[np.float64]:
    """Distances of new lines from the last old one."""
    sizes = [step * growth]
    while sum(sizes) < room:
        sizes.append(sizes[-1] * growth)
    return np.cumsum(sizes)


def _moved(medium: Medium, grid: Grid, shift: Node) -> Medium:
    x, y, z = _placed(medium.ids, Medium.vacuum(grid).ids, shift, edges=True)
    faces = medium.faces
    if faces is not None:
        around = Faces.vacuum(grid).ids
        u, v, w = _placed(faces.ids, around, shift, edges=False)
        faces = Faces(u, v, w, faces.permeability, faces.magnetic_loss)
    return Medium(x, y, z, medium.permittivity, medium.conductivity, faces, medium.dispersion)


def _placed(
    old: tuple[Ids, Ids, Ids], empty: tuple[Ids, Ids, Ids], shift: Node, *, edges: bool
) -> list[Ids]:
    """Rows of `old` within those of an empty grid; the planes that hold nothing stay behind."""
    result = []
    for axis, (ids, around) in enumerate(zip(old, empty, strict=True)):
        new = around.copy()
        short = [(a == axis) == edges for a in range(3)]
        kept = tuple(slice(0, n - s) for n, s in zip(ids.shape, short, strict=True))
        place = tuple(slice(o, o + n - s) for o, n, s in zip(shift, ids.shape, short, strict=True))
        new[place] = ids[kept]
        result.append(new)
    return result
