"""Conductors of a scene, its walls, and the room round it."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin import resources
from emtwin.constants import EPS0
from emtwin.errors import GridError
from emtwin.geometry import demand_kind, read_regions
from emtwin.grid import PEC, Grid, Node, Painter
from emtwin.grid.medium import Faces, Medium
from emtwin.materials import Material, lookup
from emtwin.quasistatic import StaticScene, Walls, capacitances, widened
from emtwin.rational import PoleResidue
from emtwin.voxel import Body, voxelise

GRID = Grid.uniform((8, 6, 5), 1e-3)


def blocks(walls=None):
    """Two blocks of metal and a line of it."""
    painter = Painter(GRID)
    painter.box((5e-3, 1e-3, 1e-3), (7e-3, 3e-3, 3e-3), PEC)
    painter.box((1e-3, 1e-3, 1e-3), (2e-3, 3e-3, 3e-3), PEC)
    painter.line((4e-3, 4e-3, 1e-3), (4e-3, 4e-3, 3e-3))
    return StaticScene(GRID, painter.medium(), walls or Walls())


def test_conductors_are_numbered_along_the_grid():
    scene = blocks()
    at = [scene.conductor_at(Node(*n)) for n in ((1, 1, 1), (4, 4, 2), (6, 3, 3))]
    assert at == [0, 1, 2]
    assert scene.n_conductors == 3
    assert scene.conductor_of_nodes[3, 2, 2] == -1
    assert (scene.conductor_of_nodes == 0).sum() == 2 * 3 * 3


def test_an_electric_wall_is_a_conductor_with_what_touches_it():
    scene = blocks(Walls(z=("electric", "open")))
    assert scene.n_conductors == 4
    assert scene.conductor_at(Node(0, 0, 0)) == 0
    assert scene.name(0) == "walls"
    assert scene.name(1) == "conductor 1"
    painter = Painter(GRID)
    painter.line((4e-3, 4e-3, 0), (4e-3, 4e-3, 3e-3))
    joined = StaticScene(GRID, painter.medium(), Walls.over_floor())
    assert joined.n_conductors == 1


def test_a_node_without_metal_is_refused_with_its_place():
    with pytest.raises(GridError, match=r"node \(3, 2, 2\) at \(3, 2, 2\) mm"):
        blocks().conductor_at(Node(3, 2, 2))


def test_a_medium_of_another_grid_is_refused():
    with pytest.raises(GridError, match="the medium has"):
        StaticScene(GRID, Medium.vacuum(Grid.uniform((2, 2, 2), 1.0)))


def test_an_unknown_wall_is_refused():
    with pytest.raises(GridError, match=r"walls of y are .*'open', 'electric' or 'magnetic'"):
        Walls(y=("open", "absorbing"))


@pytest.mark.parametrize(
    ("walls", "expected"),
    [
        (Walls(), 1),
        (Walls.over_floor(), 2),
        (Walls(x=("magnetic", "open")), 1),
        (Walls(x=("magnetic", "magnetic")), 0),
        (Walls(x=("magnetic", "magnetic"), z=("electric", "open")), 1),
        (Walls.all("electric"), 0),
    ],
)
def test_how_a_potential_falls(walls, expected):
    """A charge and a dipole in three dimensions and in two."""
    assert walls.fall() == expected


def test_metal_in_an_open_wall_has_a_finite_capacitance():
    """The wall through the centre of a plate that lies in it is a mirror: half the plate's own."""
    painter = Painter(GRID)
    painter.plate((3e-3, 2e-3, 0), (5e-3, 4e-3, 0))
    found, mirrored = (
        capacitances(StaticScene(GRID, painter.medium(), Walls(z=(low, "open")))).matrix
        for low in ("open", "magnetic")
    )
    np.testing.assert_allclose(found, mirrored, rtol=1e-8)


def test_materials_with_poles_lose_at_a_frequency():
    """Debye: eps = 2 + 3 / (1 + j w tau); beside it 0.1 S/m, at w tau = 1."""
    tau = 1e-9
    debye = PoleResidue(0.0, (-1 / tau + 0j,), (3 / tau + 0j,))
    gel = Material("gel", 2.0, 0.1, False, "test", poles=debye)
    scene = StaticScene(GRID, Painter(GRID, gel).medium())
    frequency = 1 / (2 * np.pi * tau)
    expected = EPS0 * (2 + 3 / (1 + 1j)) + 0.1 / (1j / tau)
    assert scene.permittivity(frequency)[0, 1, 1, 1] == pytest.approx(expected)
    assert scene.permittivity()[0, 1, 1, 1] == pytest.approx(2 * EPS0)


def test_more_room_keeps_what_is_there():
    scene = blocks(Walls.over_floor())
    wide, shift = widened(scene, 5e-3, 1.3)
    assert shift[2] == 0 < shift[0]
    assert wide.grid.x[0] <= -5e-3
    assert wide.grid.z[0] == 0
    i, j, k = shift
    for old, new in zip(scene.medium.ids, wide.medium.ids, strict=True):
        inner = new[i : i + 8, j : j + 6, k : k + 5]
        np.testing.assert_array_equal(inner, old[:8, :6, :5])
    assert wide.conducting.sum() - _floor(wide) == scene.conducting.sum() - _floor(scene)
    assert wide.n_conductors == scene.n_conductors


def _floor(scene):
    """Edges of the electric wall."""
    return scene.conducting[:, :, :, 0].sum()


def test_more_room_keeps_magnetic_faces():
    faces = Faces.vacuum(GRID)
    ids = [rows.copy() for rows in faces.ids]
    ids[0][2, 2, 2] = 2
    magnetic = Faces(*ids, np.array([1.0, 1.0, 9.0]), np.zeros(3))
    medium = Medium.vacuum(GRID)
    scene = StaticScene(GRID, Medium(*medium.ids, np.ones(2), np.zeros(2), magnetic))
    wide, shift = widened(scene, 1e-3)
    found = wide.medium.faces
    assert found.permeability[found.ids_x[shift.i + 2, shift.j + 2, shift.k + 2]] == 9
    assert (found.ids_x == 2).sum() == 1


@pytest.mark.parametrize(("room", "growth"), [(0.0, 1.3), (1.0, 0.9)])
def test_room_that_is_none_is_refused(room, growth):
    with pytest.raises(GridError, match="no room of"):
        widened(blocks(), room, growth)


def test_a_voxelised_board_in_its_box():
    """`meshes/board_in_box.msh` without its posts, on a floor 8 mm below: three conductors with
    their names. The box is closed, so what is in it has no capacitance to anything else; to the
    box the ground plane of 120 x 80 mm has at least that of its two sides, 12 mm over the bottom
    and 28 mm under the lid or nearer.
    """
    regions = read_regions(resources.meshes_dir() / "board_in_box.msh", "mm")
    bodies = []
    for priority, name in enumerate(("box", "board", "ground_plane")):
        region = demand_kind(regions[name])
        material = lookup("fr4" if name == "board" else "copper")
        bodies.append(Body(name, region.surface, region.kind, material, 10 - priority))
    x, y, z = (
        1e-3 * np.arange(lo, hi + 1, step)
        for lo, hi, step in ((-12, 172, 4), (-12, 112, 4), (-8, 48, 2))
    )
    scene = StaticScene.of_voxels(voxelise(bodies, Grid(x, y, z)), Walls.over_floor())
    found = capacitances(scene)
    assert found.conductors == ("walls", "box", "ground_plane")
    mutual = found.mutual
    assert abs(mutual[0, 2]) < 1e-6 * mutual[1, 2]
    assert abs(mutual[2, 2]) < 1e-6 * mutual[1, 2]
    plates = EPS0 * 0.12 * 0.08 * (1 / 12e-3 + 1 / 28e-3)
    assert plates < mutual[1, 2] < 2 * plates
    assert mutual[0, 1] > EPS0 * 0.16 * 0.1 / 8e-3
