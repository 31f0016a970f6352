"""Surfaces of metal, and resistances at direct current."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from emtwin import resources
from emtwin.constants import MU0
from emtwin.errors import InputError
from emtwin.geometry import demand_kind, read_regions
from emtwin.grid import Grid, Node
from emtwin.materials import Material, lookup
from emtwin.quasistatic import (
    Finish,
    StaticScene,
    Terminal,
    dc_conductances,
    finishes_of,
    model_conductances,
    widened,
)
from emtwin.quasistatic.resistance import cell_conductances, sheet_conductances
from emtwin.voxel import Body, voxelise

GRID = Grid(np.array([0, 1, 3.0]), np.array([0, 2, 3, 6.0]), np.array([0, 1.0]))


def test_a_thick_wall_has_the_impedance_of_its_skin():
    """(1 + j) sqrt(w mu0 / 2 sigma): 2.609e-7 sqrt(f) ohm for copper."""
    f = np.array([1e4, 1e6, 1e8])
    z = Finish(5.8e7).impedance(f)
    np.testing.assert_allclose(z, (1 + 1j) * 2.609e-7 * np.sqrt(f), rtol=1e-3)
    np.testing.assert_allclose(Finish(5.8e7, 5e-3).impedance(f), z, rtol=1e-3)


def test_a_thin_wall_has_its_resistance_and_a_third_of_its_field():
    """1 / (sigma t) + jw mu0 t / 3 where the skin is much deeper: 35 um of copper at 10 kHz."""
    (z,) = Finish(5.8e7, 35e-6).impedance(np.array([1e4]))
    assert z.real == pytest.approx(1 / (5.8e7 * 35e-6), rel=1e-3)
    assert z.imag == pytest.approx(2 * np.pi * 1e4 * MU0 * 35e-6 / 3, rel=1e-3)


@pytest.mark.parametrize("f", [1.0, 1e3, 1e6, 1e9, 1e13])
def test_current_on_both_sides_of_a_wall(f):
    """Half of it on each side: (k / 2 sigma) coth(k t / 2), from 1 / (sigma t) to half a skin.

    The same as two walls of half the thickness with a field on one side, in parallel.
    """
    whole, half = Finish(5.8e7, 35e-6), Finish(5.8e7, 17.5e-6)
    at = np.array([f])
    both = (whole.impedance(at) + whole.transfer(at)) / 2
    np.testing.assert_allclose(both, half.impedance(at) / 2, rtol=1e-9)
    if f == 1.0:
        np.testing.assert_allclose(both.real, 1 / (5.8e7 * 35e-6), rtol=1e-6)
    if f >= 1e9:
        np.testing.assert_allclose(both, Finish(5.8e7).impedance(at) / 2, rtol=1e-5)


def test_no_current_in_a_wall_loses_nothing():
    """The same field on both sides of a thin wall: no current; w mu0 t of flux between them."""
    wall, f = Finish(5.8e7, 1e-6), np.array([1e3])
    left = wall.impedance(f) - wall.transfer(f)
    assert abs(left.real) < 1e-6 * wall.impedance(f).real
    np.testing.assert_allclose(left.imag, 2 * np.pi * f * MU0 * 1e-6 / 2, rtol=1e-3)


def test_nothing_passes_a_thick_wall():
    f = np.array([1.0, 1e12])
    assert not Finish(5.8e7).transfer(f).any()
    assert abs(Finish(5.8e7, 1.0).transfer(f)[1]) == 0.0


@pytest.mark.parametrize(("sigma", "thickness"), [(0.0, 1.0), (inf, 1.0), (1.0, 0.0)])
def test_a_finish_that_cannot_be_is_refused(sigma, thickness):
    with pytest.raises(InputError, match="above 0, got"):
        Finish(sigma, thickness)


def across(conductances):
    """Resistance from the face x = 0 to x = 3 m."""
    ends = [
        Terminal.face("in", Node(0, 0, 0), Node(0, 3, 1)),
        Terminal.face("out", Node(2, 0, 0), Node(2, 3, 1)),
    ]
    return dc_conductances(GRID, conductances, ends).resistance("in", "out")


def test_cells_in_parallel_and_in_series():
    """Rows of 2, 1 and 3 m2: the middle one insulates, in the last one cell is twice as good."""
    sigma = np.zeros(GRID.shape)
    sigma[:, 0, 0] = 5.0
    sigma[:, 2, 0] = (2.0, 4.0)
    conductance = 5.0 * 2 / 3 + 3 / (1 / 2.0 + 2 / 4.0)
    assert across(cell_conductances(GRID, sigma)) == pytest.approx(1 / conductance, rel=1e-9)


def test_a_sheet_has_its_resistance_per_square():
    """3 m long, 6 m wide, 7 S: half a square; on a face normal to y it is 1 m wide."""
    faces = [np.zeros((3, 3, 1)), np.zeros((2, 4, 1)), np.zeros((2, 3, 2))]
    faces[2][:, :, 0] = 7.0
    assert across(sheet_conductances(GRID, faces)) == pytest.approx(0.5 / 7, rel=1e-9)
    faces[2][:] = 0
    faces[1][:, 1] = 7.0
    assert across(sheet_conductances(GRID, faces)) == pytest.approx(3 / 7, rel=1e-9)


def test_terminals_that_nothing_joins():
    sigma = np.zeros(GRID.shape)
    sigma[:, 0, 0] = sigma[:, 2, 0] = 1.0
    nodes = {"a": (0, 0, 0), "b": (2, 1, 0), "c": (0, 3, 0), "d": (2, 2, 1)}
    found = dc_conductances(
        GRID, cell_conductances(GRID, sigma), [Terminal(n, (Node(*at),)) for n, at in nodes.items()]
    )
    assert found.resistance("a", "c") == inf
    assert found.resistance("a", "a") == 0
    assert 0 < found.resistance("a", "b") < inf
    np.testing.assert_allclose(found.matrix.sum(axis=0), 0, atol=1e-8)


def test_terminals_that_cannot_be_are_refused():
    conductances = cell_conductances(GRID, np.pad(np.ones((1, 1, 1)), ((0, 1), (0, 2), (0, 0))))
    with pytest.raises(InputError, match="terminal far: nothing conducts at its 1 nodes"):
        dc_conductances(GRID, conductances, [Terminal("far", (Node(2, 3, 1),))])
    twice = [Terminal(name, (Node(0, 0, 0),)) for name in ("one", "two")]
    with pytest.raises(InputError, match="one and two share a node"):
        dc_conductances(GRID, conductances, twice)
    one = dc_conductances(GRID, conductances, twice[:1])
    with pytest.raises(InputError, match=r"no terminal 'two'(.|\n)*the terminals are one"):
        one.resistance("one", "two")


def board(copper="copper"):
    """The ground plane of the sample, a sheet of 120 x 80 mm, on a grid of 8 mm."""
    region = demand_kind(
        read_regions(resources.meshes_dir() / "board_in_box.msh", "mm")["ground_plane"]
    )
    material = lookup(copper) if isinstance(copper, str) else copper
    lines = [1e-3 * np.arange(lo, hi + 1, 5.0) for lo, hi in ((10, 150), (0, 100))]
    grid = Grid(*lines, 1e-3 * np.array([8, 10, 12, 14.0]))
    return voxelise([Body("ground_plane", region.surface, region.kind, material, 1)], grid)


def test_a_sheet_of_a_voxelised_device():
    """1.5 squares of 35 um of copper: 0.739 mohm from edge to edge."""
    model = board()
    grid = model.grid
    ends = []
    for name, x in (("left", 0.02), ("right", 0.14)):
        low, high = (grid.nearest_node((x, y, 0.012)) for y in (0.01, 0.09))
        ends.append(Terminal.face(name, low, high))
    conductances = model_conductances(model, {"ground_plane": 35e-6})
    found = dc_conductances(grid, conductances, ends).resistance("left", "right")
    assert found == pytest.approx(1.5 / (5.8e7 * 35e-6), rel=1e-6)


def test_a_sheet_without_thickness_is_refused():
    with pytest.raises(InputError, match="'ground_plane' is a sheet of unknown thickness"):
        model_conductances(board())


def test_a_metal_without_conductivity_is_refused_for_resistance_and_perfect_for_the_skin():
    model = board(Material("ideal", 1.0, 0.0, True, "test"))
    with pytest.raises(InputError, match="'ground_plane': ideal has no conductivity"):
        model_conductances(model, {"ground_plane": 1e-3})
    finishes, marks = finishes_of(model, sheet_thickness={"ground_plane": 1e-3})
    assert finishes == []
    assert (marks == -1).all()


def test_finishes_of_a_device():
    finishes, marks = finishes_of(board(), sheet_thickness={"ground_plane": 35e-6})
    assert finishes == [Finish(5.8e7, 35e-6)]
    assert (marks[0] == 0).sum() == 24 * 17
    with pytest.raises(InputError, match="'ground_plane' is a sheet of unknown thickness"):
        finishes_of(board())


def test_a_wall_of_a_solid_has_the_thickness_of_its_audit():
    """The box of the sample: sheet metal of 0.5 mm."""
    region = demand_kind(read_regions(resources.meshes_dir() / "board_in_box.msh", "mm")["box"])
    lines = [1e-3 * np.arange(lo, hi + 1, 4.0) for lo, hi in ((-4, 164), (-4, 104), (-4, 44))]
    body = Body("box", region.surface, region.kind, lookup("aluminium"), 1)
    model = voxelise([body], Grid(*lines))
    (finish,), _ = finishes_of(model)
    assert finish.thickness == model.walls[0].thickness
    assert finish.thickness == pytest.approx(0.5e-3, rel=1e-6)


def test_finishes_on_a_wider_grid():
    model = board()
    scene, shift = widened(StaticScene.of_voxels(model), 10e-3)
    _, marks = finishes_of(model, scene.grid, shift, {"ground_plane": inf})
    np.testing.assert_array_equal(marks == 0, scene.conducting)
