"""Thin walls that leak: which model they get, what their edges conduct, which side is which."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from emtwin.constants import MU0
from emtwin.geometry import Surface
from emtwin.grid import Grid, Node
from emtwin.grid.medium import PEC_ROW, Medium
from emtwin.materials import Material
from emtwin.solver import ResistiveSheet, with_sheets
from emtwin.voxel import Band, Body, VoxelModel, shielding_notices, voxelise
from tests.unit.voxel.floods import flooded
from tests.unit.voxel.shapes import (
    METAL,
    PLASTIC,
    box,
    hollow,
    plate,
    rotated,
    shell,
    solid,
    sphere,
)

CELL = 3e-3
GRID = Grid.uniform((14, 14, 14), CELL)
TALL = Grid.uniform((14, 14, 34), CELL)
BAND = Band(30e6, 1e9)
WALL = (9e-3,) * 3, (33e-3,) * 3


def metal(conductivity: float) -> Material:
    """A metal of some conductivity, S/m."""
    return Material("paint", 1.0, conductivity, True, "test")


def coated(conductivity: float, thickness: float) -> VoxelModel:
    """Box of a thin wall."""
    case, _ = hollow(*WALL, thickness)
    return voxelise([solid("coat", case, metal(conductivity))], GRID, band=BAND)


def tilted(slope: tuple[float, float], thickness: float, conductivity: float) -> VoxelModel:
    """Plane wall across the whole grid, its middle above the grid's middle by slope x + slope y."""
    slab = box((0, 0, 0), (42e-3, 42e-3, 1.0))
    points = slab.points.copy()
    normal = np.sqrt(1.0 + slope[0] ** 2 + slope[1] ** 2)
    points[:, 2] = (points[:, 2] - 0.5) * thickness * normal + 51.2e-3
    points[:, 2] += (points[:, :2] - 21e-3) @ slope
    wall = solid("wall", Surface(points, slab.triangles), metal(conductivity))
    return voxelise([wall], TALL, band=BAND)


def conducted(model: VoxelModel) -> list[float]:
    """Conductance times area of all edges along x, y, z, S m2."""
    found = []
    for axis in range(3):
        one, two = (model.grid.dual_spacings[a] for a in ((axis + 1) % 3, (axis + 2) % 3))
        sigma = model.medium.conductivity[model.medium.ids[axis]]
        volume = np.moveaxis(sigma, axis, 0)[:-1]
        if axis == 1:  # the axes that follow y are z and x
            volume = volume.transpose(0, 2, 1)
        found.append(float((volume * one[:, None] * two).sum() * CELL))
    return found


@pytest.mark.parametrize(
    ("conductivity", "thickness", "expected"),
    [
        (1e5, 10e-6, "resistive sheet on cell faces"),  # 0.2 skin depths at 1 GHz, 46 dB
        (1e4, 0.5e-3, "metal sheet with two sides on cell faces"),  # 3.1 skin depths, 60 dB
        (5.8e7, 0.5e-3, "perfectly conducting sheet on cell faces"),  # 40 skin depths at 30 MHz
    ],
)
def test_a_wall_gets_the_model_that_its_skin_depth_and_shielding_ask_for(
    conductivity: float, thickness: float, expected: str
) -> None:
    model = coated(conductivity, thickness)
    assert model.walls[0].models == (expected,)
    assert model.walls[0].resistance == pytest.approx(1 / (conductivity * thickness), rel=1e-6)
    assert model.walls[0].conductivity == conductivity
    # Without a band every metal is a perfect conductor.
    perfect = voxelise(model.bodies, GRID)
    assert perfect.walls[0].models == ("perfectly conducting sheet on cell faces",)
    # The conductor is where it was: in the netlist, and at the ends of cables.
    for mine, other in zip(model.metal_part, perfect.metal_part, strict=True):
        assert np.array_equal(mine, other)
    for mine, other in zip(model.as_conductors.ids, perfect.medium.ids, strict=True):
        assert np.array_equal(mine == PEC_ROW, other == PEC_ROW)


def test_a_metal_without_conductivity_is_perfect() -> None:
    assert coated(0.0, 1e-6).walls[0].models == ("perfectly conducting sheet on cell faces",)
    assert coated(0.0, 1e-6).walls[0].shielding is None


def test_a_thick_wall_keeps_its_cells() -> None:
    """10 S/m, 5 mm on cells of 3 mm: a solid, whose leak is told instead."""
    model = coated(10.0, 5e-3)
    assert "metal cells" in model.walls[0].models
    assert [n.name for n in shielding_notices(model.bodies, model.walls, 30e6)] == ["thin-coat"]


def test_the_notice_names_model_thickness_conductivity_and_shielding() -> None:
    """eta0 sigma t / 2 = 188, 45.5 dB: the current fills 0.03 skin depths at 30 MHz."""
    model = coated(1e5, 10e-6)
    assert model.walls[0].shielding == pytest.approx(20 * np.log10(1 + 188.365), abs=0.01)
    assert [str(n) for n in shielding_notices(model.bodies, model.walls, 30e6)] == [
        "wall-sheet: part 'coat' is 10 um of paint at its thinnest (100 kS/m, 1 ohm a square), "
        "which shields 46 dB at 30 MHz: in the grid it is a resistive sheet on cell faces"
    ]


@pytest.mark.parametrize("kind", ["solid", "sheet"])
def test_a_flat_wall_is_the_resistive_sheet_in_its_place(kind: str) -> None:
    """On a graded grid: rows of the same conductivity as `with_sheets` gives, edge by edge."""
    rng = np.random.default_rng(2)
    grid = Grid(*(np.append(0, np.cumsum(rng.uniform(2e-3, 3e-3, 12))) for _ in range(3)))
    lo, hi = Node(3, 2, 5), Node(9, 10, 5)
    x0, x1, y0, y1 = grid.x[3], grid.x[9], grid.y[2], grid.y[10]
    t, z = 20e-6, grid.z[5]
    body = (
        solid("film", box((x0, y0, z - t / 2), (x1, y1, z + t / 2)), metal(2e3))
        if kind == "solid"
        else Body("film", plate((x0, x1), (y0, y1), z), "sheet", metal(2e3), 1, thickness=t)
    )
    model = voxelise([body], grid, band=BAND)
    wanted = with_sheets(grid, Medium.vacuum(grid), (ResistiveSheet("film", lo, hi, 2e3 * t),))
    for axis in range(3):
        mine = model.medium.conductivity[model.medium.ids[axis]]
        np.testing.assert_allclose(mine, wanted.conductivity[wanted.ids[axis]], rtol=2e-6)
    assert model.walls[0].thickness == pytest.approx(t)


@settings(max_examples=25, deadline=None)
@example(0.0, 0.34375)  # a rise of 4.8 cells in four steps
@given(st.floats(-1.0, 1.0), st.floats(-1.0, 1.0))
def test_the_edges_of_an_oblique_wall_conduct_as_much_as_the_wall(a: float, b: float) -> None:
    """Each direction of edges has the conductance sigma t times the wall's area.

    So a field along the wall loses what it loses in the wall (`walls.skins`). A direction that
    hardly leaves the wall's plane has too few steps to count, and those less steep than
    `_LEAST_AREA` conduct less. The rim of the grid takes or gives half a cell of 42 mm, 2 x 3.6 %,
    and the phase of the steps as much again. Edges along z lie in the steps alone, of which there
    are as many as cells in the wall's rise, give or take one.
    """
    model = tilted((a, b), 50e-6, 400.0)
    normal = np.array([-a, -b, 1.0]) / np.sqrt(1 + a * a + b * b)
    area, rise = 42e-3**2 / normal[2], 42e-3 * (abs(a) + abs(b)) / CELL
    for axis, found in enumerate(conducted(model)):
        steps = np.abs(normal).sum() - np.abs(normal[axis])
        if steps > 0.3:
            rel = max(0.15, 1.0 / rise) if axis == 2 else 0.15
            assert found == pytest.approx(400.0 * 50e-6 * area, rel=rel), axis


@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from(["turned box", "box", "sphere"]),
    thickness=st.sampled_from([1e-6, 0.05, 0.3, 0.6]),
    conductivity=st.sampled_from([1e-3, 10.0]),
    seed=st.integers(0, 2**31),
    steps=st.tuples(*(st.integers(-4, 4),) * 3),
)
def test_walls_that_leak_have_no_hole(
    kind: str, thickness: float, conductivity: float, seed: int, steps: tuple[int, int, int]
) -> None:
    """Closed shields of both models, on any side of centres and lines: their faces are tight.

    In this scale (metres) walls of 1e-3 S/m are resistive up to 3 MHz, those of 10 S/m two-sided.
    """
    grid = Grid.uniform((16, 16, 16), 1.0)
    middle = np.array([8.0, 8.0, 8.0]) + np.array(steps) / 8
    half = np.array([4.5, 4.0, 3.75])
    surface, inner = hollow(tuple(middle - half), tuple(middle + half), thickness)
    if kind == "sphere":
        inner = sphere(4.5 - thickness, tuple(middle), rings=10)
        surface = shell(sphere(4.5, tuple(middle), rings=10), inner)
    if kind == "turned box":
        surface, inner = (rotated(part, seed, middle) for part in (surface, inner))
    band = Band(1e5, 3e6)
    model = voxelise([solid("shield", surface, metal(conductivity))], grid, band=band)
    assert not flooded(model)[tuple(int(n) for n in middle)]
    assert "perfectly" not in model.walls[0].models[0]
    if thickness <= 0.05:  # thicker ones may hold two centres along every axis at an edge
        assert (model.cell_part < 0).all()


def test_both_sides_of_a_ball_are_told_apart() -> None:
    """Every face of the staircase has side 2 inside, or every one outside; nothing is torn."""
    middle = (21.1e-3, 20.8e-3, 21.3e-3)
    t = 0.3e-3
    ball = shell(sphere(12e-3, middle), sphere(12e-3 - t, middle))
    model = voxelise([solid("ball", ball, metal(1e5))], GRID, band=BAND)
    (wall,) = model.two_sided
    assert all(seam.size == 0 for seam in wall.seams)
    inward = []
    for axis, part in enumerate(wall.faces):
        line = GRID.lines[axis][part.index[:, axis]]
        inward.append(part.above == (line < middle[axis]))
    every = np.concatenate(inward)
    assert every.all() or not every.any()


def test_walls_that_meet_have_a_perfect_seam() -> None:
    """A partition in a box: three of its faces meet at every edge round the partition's rim."""
    case, _ = hollow(*WALL, 0.2e-3)
    across = box((9.1e-3, 9.1e-3, 20.9e-3), (32.9e-3, 32.9e-3, 21.1e-3))
    both_in_one = Surface(
        np.concatenate([case.points, across.points]),
        np.concatenate([case.triangles, across.triangles + len(case.points)]),
    )
    model = voxelise([solid("case", both_in_one, metal(1e5))], GRID, band=BAND)
    (wall,) = model.two_sided
    # The rim of 8 x 8 faces: 16 edges along x and along y, none along z.
    assert [seam.size for seam in wall.seams] == [16, 16, 0]
    for axis, seam in enumerate(wall.seams):
        assert (model.medium.ids[axis].reshape(-1)[seam] == PEC_ROW).all()
    other = solid("other", box((3e-3, 3e-3, 20.9e-3), (39e-3, 39e-3, 21.1e-3)), metal(2e5))
    crossed = voxelise([solid("case", case, metal(1e5)), other], GRID, band=BAND)
    assert len(crossed.two_sided) == 2
    assert (crossed.medium.ids[0] == PEC_ROW).sum() > (crossed.medium.ids[0].shape[1] * 15)


def test_steps_pair_an_outer_with_an_inner_corner() -> None:
    """At 45 degrees all edges along the steps are in pairs, each beside its partner."""
    model = tilted((1.0, 0.0), 50e-6, 400.0)
    x, y, z = model.steps
    assert x.size == z.size == 0
    places = np.unravel_index(y, TALL.nodes)
    apart = [np.abs(part[:, 1] - part[:, 0]) for part in places]
    assert (np.sum(apart, axis=0) == 1).all()
    assert np.unique(y).size == y.size
    conducting = model.medium.conductivity[model.medium.ids_y] > 0
    inner = conducting[1:-1, :, 1:-1].sum()
    assert y.size >= inner - 2 * 14  # all but those at the grid's rim
    assert tilted((0.0, 0.0), 50e-6, 400.0).steps[0].size == 0


def test_a_coat_on_plastic_keeps_the_plastic() -> None:
    """The permittivity beside a resistive wall is that without it."""
    block = solid("block", box((9e-3,) * 3, (33e-3,) * 3), PLASTIC, 0)
    film = plate((9e-3, 33e-3), (9e-3, 33e-3), 33e-3)
    coat = Body("coat", film, "sheet", metal(1e5), 1, thickness=1e-6)
    bare = voxelise([block], GRID, band=BAND).medium
    model = voxelise([block, coat], GRID, band=BAND).medium
    for axis in range(3):
        mine, other = model.permittivity[model.ids[axis]], bare.permittivity[bare.ids[axis]]
        np.testing.assert_allclose(mine, other, rtol=1e-5)
    assert model.conductivity.max() == pytest.approx(0.1 / CELL, rel=1e-5)


def test_the_skin_depth_decides_at_the_highest_frequency() -> None:
    """Half a skin depth at 1 GHz is the border between both models."""
    depth = 1 / np.sqrt(np.pi * 1e9 * MU0 * 1e4)
    assert "resistive" in coated(1e4, 0.49 * depth).walls[0].models[0]
    assert "two sides" in coated(1e4, 0.51 * depth).walls[0].models[0]


def test_a_plain_sheet_stays_perfect() -> None:
    foil = Body("foil", plate((9e-3, 33e-3), (9e-3, 33e-3), 21e-3), "sheet", METAL, 1)
    wall = voxelise([foil], GRID, band=BAND).walls[0]
    assert wall.models == ("perfectly conducting sheet on cell faces",)
    assert (wall.thickness, wall.shielding) == (None, None)
