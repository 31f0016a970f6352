"""Walls thinner than a cell: tight at any thickness, and open where they are open."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emtwin.geometry import Surface
from emtwin.grid import Grid
from emtwin.voxel import VoxelModel, voxelise
from emtwin.voxel.solids import inside
from tests.unit.voxel.floods import flooded
from tests.unit.voxel.shapes import (
    METAL,
    blocks,
    box,
    hollow,
    plate,
    rotated,
    sheet,
    shell,
    solid,
    sphere,
)

GRID = Grid.uniform((12, 12, 12), 1.0)


def graded(seed: int, n: int = 16) -> Grid:
    """Grid from 0 to 16 m along each axis, its neighbouring cells up to 1.5 times as large."""
    rng = np.random.default_rng(seed)
    steps = [rng.uniform(1.0, 1.5, n) for _ in range(3)]
    return Grid(*(np.insert(np.cumsum(s) * 16.0 / s.sum(), 0, 0.0) for s in steps))


def cavity(inner: Surface, grid: Grid) -> np.ndarray:
    """Cells whose centre lies in the cavity; one on its surface counts to neither side."""
    mask = np.zeros(grid.shape, dtype=bool)
    middle = (inner.lo + inner.hi) / 2
    shrunk = Surface(middle + (1 - 1e-6) * (inner.points - middle), inner.triangles)
    found = inside(solid("cavity", shrunk), grid)
    mask[found.window] = found.mask
    return mask


def leaks(model: VoxelModel, inner: Surface) -> bool:
    """Whether the flood from outside reaches a cell of the cavity."""
    mask = cavity(inner, model.grid)
    assert mask.any()
    return bool((flooded(model) & mask).any())


@settings(max_examples=60)
@given(
    kind=st.sampled_from(["box", "turned box", "sphere"]),
    thickness=st.sampled_from([0.0, 1e-6, 0.05, 0.3, 0.8, 1.0, 1.7, 2.5]),
    seed=st.integers(0, 2**31),
    steps=st.tuples(*(st.integers(-4, 4),) * 3),
)
def test_no_way_leads_through_the_wall_of_a_closed_shield(
    kind: str, thickness: float, seed: int, steps: tuple[int, int, int]
) -> None:
    """Thickness 0 to 2.5 of a cell, on any side of centres and lines, on a graded grid or not."""
    grid = graded(seed) if seed % 2 else Grid.uniform((16, 16, 16), 1.0)
    middle = np.array([8.0, 8.0, 8.0]) + np.array(steps) / 8
    half = np.array([4.5, 4.0, 3.75])
    surface, inner = hollow(tuple(middle - half), tuple(middle + half), thickness)
    if kind == "sphere":
        inner = sphere(4.5 - thickness, tuple(middle), rings=10)
        surface = shell(sphere(4.5, tuple(middle), rings=10), inner)
    if kind == "turned box":
        surface, inner = (rotated(part, seed, middle) for part in (surface, inner))
    assert not leaks(voxelise([solid("shield", surface, METAL)], grid), inner)


@pytest.mark.parametrize("at", [3.0, 3.25, 3.5, 3.75])
@pytest.mark.parametrize("slope", [0.0, 0.5, 1.0, -1.0])
def test_slab_through_the_centres_is_tight(at: float, slope: float) -> None:
    """Planes that hit centres within rounding, where each axis may decide otherwise."""
    for thickness in (0.0, 0.25, 0.5, 1.0):
        slab = box((0, 0, 0), (12, 12, thickness))
        lift = at + slope * slab.points[:, 0] + (slope < 0) * 12
        points = slab.points + np.outer(lift, [0, 0, 1])
        grid = Grid.uniform((12, 12, 34), 1.0)
        model = voxelise([solid("slab", Surface(points, slab.triangles), METAL)], grid)
        wet = flooded(model)
        x, _, z = np.meshgrid(*grid.centres, indexing="ij")
        height = at + slope * x + (slope < 0) * 12
        assert wet[z < height - 1e-6].all()
        assert not wet[z > height + thickness + 1e-6].any()


@pytest.mark.parametrize("seed", range(6))
def test_opening_of_two_and_a_half_cells_stays_open(seed: int) -> None:
    """Whatever its direction, a link passes freely through a square of 2.5 cells."""
    lines = (4.0, 6.75, 9.25, 12.0)
    surface = window_box(lines, 0.3)
    turned = rotated(surface, seed) if seed else surface
    model = voxelise([solid("shield", turned, METAL)], Grid.uniform((16, 16, 16), 1.0))
    assert flooded(model)[8, 8, 8]


def window_box(lines: tuple[float, ...], wall: float) -> Surface:
    """Cube from the first to the last line; between the middle ones its top has a window."""
    first, a, b, last = lines
    every = (first, first + wall, a, b, last - wall, last)
    filled = np.ones((5, 5, 5), dtype=bool)
    filled[1:4, 1:4, 1:4] = False
    filled[2, 2, 4] = False
    return blocks((every, every, every), filled)


def test_thin_plate_between_centres_is_faces_as_a_sheet_in_its_place() -> None:
    thin = box((2, 3, 4.7), (9, 10, 5.2))
    model = voxelise([solid("plate", thin, METAL)], GRID)
    like = voxelise([sheet("plate", plate((2, 9), (3, 10), 5.0))], GRID)
    for mine, other in zip(model.sheet_part, like.sheet_part, strict=True):
        assert np.array_equal(mine, other)
    for mine, other in zip(model.medium.ids, like.medium.ids, strict=True):
        assert np.array_equal(mine, other)


def test_foil_as_a_closed_solid_becomes_faces() -> None:
    """A copper plane of 35 um as a solid, on cells of 3 mm."""
    grid = Grid.uniform((12, 12, 12), 3e-3)
    model = voxelise(
        [solid("plane", box((6e-3, 6e-3, 17e-3), (30e-3, 30e-3, 17.035e-3)), METAL)], grid
    )
    assert int((model.sheet_part_z == 0).sum()) == 8 * 8
    assert (model.cell_part == -1).all()


MIDDLE = (6.1, 6.2, 5.9)


@pytest.mark.parametrize(
    "surface",
    [
        hollow((1.9, 2.1, 1.7), (9.9, 9.8, 9.7), 1.2)[0],
        rotated(box((2.5, 3, 3), (9, 8.5, 9)), 3),
        shell(sphere(4.9, MIDDLE), sphere(2.9, MIDDLE)),
        sphere(4.4, MIDDLE),
    ],
)
def test_what_is_nowhere_thin_gets_no_face(surface: Surface) -> None:
    """A wall above a cell (and a half diagonal when oblique) is cells; its edges make no fins."""
    model = voxelise([solid("body", surface, METAL)], GRID)
    assert all((part == -1).all() for part in model.sheet_part)


def test_walls_of_faces_and_of_cells_join_without_a_gap() -> None:
    """A box whose walls are 0.2 to 2.2 cells thick, in one part, is tight."""
    outer, inner = (1.3, 1.3, 1.3), (1.5, 3.5, 1.8)
    top_outer, top_inner = (10.7, 10.7, 10.7), (10.3, 9.9, 10.65)
    cave = box(inner, top_inner)
    surface = shell(box(outer, top_outer), cave)
    model = voxelise([solid("case", surface, METAL)], GRID)
    assert (model.cell_part == 0).any()
    assert any((part == 0).any() for part in model.sheet_part)
    assert not leaks(model, cave)
