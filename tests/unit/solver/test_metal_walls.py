"""Walls of any faces, and pairs of edges: what is refused, and in which words."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.backends import select_backend
from emtwin.errors import GridError
from emtwin.grid import Grid, Node
from emtwin.grid.medium import PEC_ROW, Medium
from emtwin.solver import (
    Absorber,
    Boundaries,
    CurrentElement,
    MetalWall,
    Pulse,
    Simulation,
    StairSteps,
)
from emtwin.solver.sheets.surface import SheetFaces
from tests.physics.scenes import fields_after

GRID = Grid.uniform((40, 40, 40), 1e-3)
NONE = SheetFaces.plain(np.zeros((0, 3), np.int64), above=True)


def plate(lines: range, cells: range, level: int, *, above: bool = True) -> SheetFaces:
    """Faces normal to z at one level."""
    index = np.array([(i, j, level) for i in lines for j in cells], np.int64)
    return SheetFaces.plain(index, above=above)


def wall(*faces: SheetFaces) -> MetalWall:
    x, y, z = (*faces,)
    return MetalWall("wall", (x, y, z), 1e5, 1e-4, 1e9)


def scene(
    element: MetalWall | StairSteps, medium: Medium | None = None, **settings: object
) -> None:
    Simulation(
        GRID,
        medium or Medium.vacuum(GRID),
        Pulse(1e9),
        elements=(element,),
        **settings,  # type: ignore[arg-type]
    )


def test_a_wall_with_a_joint_is_refused_until_the_joint_conducts() -> None:
    """A fin on a plate: three faces meet at four edges."""
    fin = SheetFaces.plain(np.array([(20, j, 20) for j in range(18, 22)]), above=True)
    joint = wall(fin, NONE, plate(range(18, 22), range(18, 22), 20))
    with pytest.raises(GridError, match="4 edges along y where more than two of its faces meet"):
        scene(joint)
    ids = [volume.copy() for volume in Medium.vacuum(GRID).ids]
    ids[1][20, 18:22, 20] = PEC_ROW
    scene(joint, Medium(*ids, np.ones(2), np.zeros(2)))


def test_sides_that_disagree_are_refused() -> None:
    left = plate(range(18, 20), range(18, 22), 20)
    right = plate(range(20, 22), range(18, 22), 20, above=False)
    index, above = (
        np.concatenate([getattr(p, name) for p in (left, right)]) for name in ("index", "above")
    )
    torn = SheetFaces(index, above, np.ones((len(index), 3)))
    with pytest.raises(GridError, match="or their sides disagree, the first at"):
        scene(wall(NONE, NONE, torn))


def test_a_wall_in_a_mirror_is_refused() -> None:
    reaching = wall(NONE, NONE, plate(range(18, 22), range(0, 22), 20))
    with pytest.raises(GridError, match="reaches the low face of y"):
        scene(
            reaching,
            absorber=Absorber.none(),
            boundaries=Boundaries(y=("magnetic", "electric")),
        )


def test_an_edge_has_one_partner() -> None:
    pairs = np.array([[(20, 20, 20), (20, 20, 21)], [(20, 20, 21), (20, 20, 22)]])
    none = np.zeros((0, 2, 3), np.int64)
    with pytest.raises(GridError, match=r"edge along x at \(20, 20, 21\) is in two pairs"):
        scene(StairSteps("steps", (pairs, none, none)))


def test_a_step_in_a_conductor_has_no_effect() -> None:
    """The edge beside a perfect conductor keeps its own field: the same with the pair as without.

    Beside a second edge in vacuum the pair does change the field.
    """
    ids = [volume.copy() for volume in Medium.vacuum(GRID).ids]
    ids[0][20, 20, 20] = PEC_ROW
    none = np.zeros((0, 2, 3), np.int64)
    in_metal, free = (
        StairSteps("steps", (np.array([[(20, 20, k), (20, 20, k + 1)]]), none, none))
        for k in (20, 22)
    )
    found = [
        fields_after(
            Simulation(
                GRID,
                Medium(*ids, np.ones(2), np.zeros(2)),
                Pulse(20e9),
                currents=(CurrentElement("e_x", Node(20, 20, 24)),),
                elements=elements,
            ),
            select_backend("numpy", "float64"),
            40,
        )
        for elements in ((), (in_metal,), (free,))
    ]
    np.testing.assert_array_equal(found[1], found[0])
    assert (found[2] != found[0]).any()
