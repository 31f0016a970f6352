"""What edges and faces get where materials meet that disperse, are magnetic or have axes."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.constants import EPS0
from emtwin.errors import GridError
from emtwin.grid import Grid
from emtwin.grid.averages import Table
from emtwin.grid.medium import MAX_ROWS, PEC_ROW, VACUUM_ROW, Faces
from emtwin.grid.painter import Painter
from emtwin.materials import Material
from emtwin.rational import PoleResidue, debye, drude, lorentz

GRID = Grid(
    np.array([0.0, 1.0, 2.0, 4.0]), np.array([0.0, 1.0, 4.0, 5.0]), np.array([0.0, 1.0, 2.0])
)
WATER = Material.of_function("water", debye(5.2, [(73.2, 8.27e-12)]), "made up")
CRYSTAL = Material.of_function(
    "crystal", lorentz(2.0, [(1.0, 1e10, 1e9)]) + drude(0.0, [(1e9, 1e9)]), "made up"
)
FERRITE = Material("ferrite", 12.0, 0.0, False, "made up", 5.0, 100.0)


def test_an_edge_between_two_dispersive_materials_has_the_poles_of_both() -> None:
    """The edge along z at (1, 1): water in 3/8 of its area, crystal in 1/8, vacuum in the rest.

    Its permittivity over frequency is the mean of the three, with the same weights.
    """
    painter = Painter(GRID)
    painter.box((0, 1, 0), (1, 4, 2), WATER)
    painter.box((1, 0, 0), (2, 1, 2), CRYSTAL)
    medium = painter.medium()
    row = int(medium.ids_z[1, 1, 0])
    poles = medium.dispersion[row]
    assert len(poles.poles) == 3
    frequency = np.geomspace(1e8, 1e11, 9)
    loss = medium.conductivity[row] / (2j * np.pi * frequency * EPS0)
    found = medium.permittivity[row] + loss + poles.at(frequency)
    sigma = CRYSTAL.conductivity / (2j * np.pi * frequency * EPS0)  # type: ignore[operator]
    expected = (
        3 / 8 * (5.2 + WATER.poles_along(2).at(frequency))
        + 1 / 8 * (2.0 + sigma + CRYSTAL.poles_along(2).at(frequency))
        + 4 / 8
    )
    np.testing.assert_allclose(found, expected, rtol=1e-11)
    assert VACUUM_ROW not in medium.dispersion


def test_a_face_has_its_two_cells_in_series() -> None:
    """The face normal to x at x = 2: 1/2 m of ferrite (mu 5) and 1 m of vacuum beside it.

    1 / mu = (1/3) / 5 + 2/3, so mu = 15/11; sigma* = mu^2 (1/3) 100 / 25. A face normal to y
    between two ferrite cells, and one of the grid's rim with one cell, have the material's own.
    """
    painter = Painter(GRID)
    painter.box((1, 0, 0), (2, 5, 2), FERRITE)
    faces = painter.medium().faces
    assert faces is not None
    row = faces.ids_x[2, 1, 0]
    assert faces.permeability[row] == pytest.approx(15 / 11, rel=1e-12)
    assert faces.magnetic_loss[row] == pytest.approx((15 / 11) ** 2 * 100 / 75, rel=1e-12)
    for row in (faces.ids_y[1, 1, 0], faces.ids_y[1, 0, 0]):
        assert faces.permeability[row] == 5.0
        assert faces.magnetic_loss[row] == pytest.approx(100, rel=1e-12)
    assert faces.ids_x[0, 0, 0] == VACUUM_ROW
    for ours, empty in zip(faces.ids, Faces.vacuum(GRID).ids, strict=True):
        np.testing.assert_array_equal(ours == PEC_ROW, empty == PEC_ROW)


def test_axes_have_their_own_values() -> None:
    """A cell of its own permittivity, loss, permeability and poles along x, y and z."""
    water = WATER.poles_along(0)
    material = Material(
        "board",
        (2.0, 3.0, 4.0),
        (0.0, 0.1, 0.2),
        False,
        "made up",
        (1.0, 2.0, 3.0),
        0.0,
        (PoleResidue(), water, water.scaled(2)),
    )
    medium = Painter(GRID, material).medium()
    rows = [int(ids[1, 1, 1 if axis < 2 else 0]) for axis, ids in enumerate(medium.ids)]
    np.testing.assert_array_equal(medium.permittivity[rows], [2, 3, 4])
    np.testing.assert_array_equal(medium.conductivity[rows], [0, 0.1, 0.2])
    assert medium.faces is not None
    mu = [medium.faces.permeability[ids[1, 1, 0]] for ids in medium.faces.ids]
    np.testing.assert_array_equal(mu, [1, 2, 3])
    assert rows[0] not in medium.dispersion
    assert medium.dispersion[rows[1]] == water
    assert medium.dispersion[rows[2]] == water.scaled(2)


def test_nothing_magnetic_needs_no_faces() -> None:
    """The quick kernel of h stays in use."""
    assert Painter(GRID, WATER).medium().faces is None


def test_more_averages_than_rows() -> None:
    """Refused with both numbers."""
    table = Table[int](-1)
    table.rows += range(MAX_ROWS)
    with pytest.raises(GridError, match=f"{MAX_ROWS + 2} different averages"):
        table.check()


def test_curved_shapes_are_sampled_at_the_edges() -> None:
    """With `curved` an edge has the sphere's material where its own middle lies inside.

    No middle lies on the sphere of radius 3.3 (squares of quarters), so there are no other rows.
    """
    grid, glass = (
        Grid.uniform((10, 10, 10), 1.0, (-5.0,) * 3),
        Material("g", 4, 0, False, "made up"),
    )
    painter = Painter(grid, curved=True)
    painter.sphere((0, 0, 0), 3.3, glass)
    medium = painter.medium()
    np.testing.assert_array_equal(medium.permittivity, [1, 1, 4])
    for axis, ids in enumerate(medium.ids):
        places = [grid.centres[a] if a == axis else grid.lines[a] for a in range(3)]
        x, y, z = np.meshgrid(*places, indexing="ij")
        inside = x**2 + y**2 + z**2 < 3.3**2
        found = ids[tuple(slice(0, n) for n in inside.shape)] == 2
        np.testing.assert_array_equal(found, inside)


def test_on_grid_planes_both_ways_agree() -> None:
    """A box, a magnetic one and a conducting one that end on grid lines: the same medium."""
    media = []
    for curved in (False, True):
        painter = Painter(GRID, curved=curved)
        painter.box((1, 0, 0), (2, 5, 2), FERRITE)
        painter.box((1, 1, 0), (4, 4, 1), WATER)
        painter.box((0, 0, 0), (1, 1, 1), Material("metal", 1.0, 1e7, True, "made up"))
        media.append(painter.medium())
    plain, fine = media
    for one, two in zip(plain.ids, fine.ids, strict=True):
        np.testing.assert_array_equal(plain.permittivity[one], fine.permittivity[two])
        np.testing.assert_array_equal(one == PEC_ROW, two == PEC_ROW)
    assert plain.faces is not None
    assert fine.faces is not None
    for one, two in zip(plain.faces.ids, fine.faces.ids, strict=True):
        np.testing.assert_array_equal(plain.faces.permeability[one], fine.faces.permeability[two])
