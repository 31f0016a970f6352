"""Walls thinner than a cell: tight at any thickness, and open where they are open."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emtwin import resources
from emtwin.errors import InputError
from emtwin.geometry import Surface, read_regions
from emtwin.grid import Grid
from emtwin.materials import Material
from emtwin.voxel import Body, VoxelModel, shielding_notices, voxelise
from emtwin.voxel.inside.solids import inside
from emtwin.voxel.walls.thickness import thickness_of
from tests.unit.geometry.damage import joined
from tests.unit.voxel.floods import flooded
from tests.unit.voxel.shapes import (
    METAL,
    PLASTIC,
    WET,
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


def swallowed(priority: int, cover: float) -> list[Body]:
    """A box of thin metal, and a filling that reaches to `cover` of its height, walls included."""
    case, _ = hollow((2, 2, 2), (10, 10, 10), 0.2)
    filling = box((1.9, 1.9, 1.9), (10.1, 10.1, 1.9 + 8.2 * cover))
    return [solid("shield", case, METAL, 3), solid("foam", filling, PLASTIC, priority)]


def test_wall_of_higher_priority_stays_in_the_filling() -> None:
    model = voxelise(swallowed(2, 1.0), GRID)
    _, inner = hollow((2, 2, 2), (10, 10, 10), 0.2)
    assert not leaks(model, inner)
    assert model.walls[0].lost_share == 0.0


@pytest.mark.parametrize(("cover", "percent"), [(1.0, "100%"), (0.5, "5[01]%")])
def test_wall_that_a_filling_of_higher_priority_swallows_fails(cover: float, percent: str) -> None:
    """Wholly; or half of it: one lid and the lower half of the four sides are half of the area."""
    with pytest.raises(
        InputError,
        match=rf"part 'shield': {percent} of the metal \(metal\) of part 'shield' lies inside "
        r"'foam' \(plastic\).*has priority 3, 'foam' has 5\n.*a priority above 5, or cut it out",
    ) as caught:
        voxelise(swallowed(5, cover), GRID)
    assert len(caught.value.problems) == 1


def test_wall_that_may_be_covered_is_told_and_no_error() -> None:
    model = voxelise(swallowed(5, 0.5), GRID, covered=["shield"])
    assert model.walls[0].lost_share == pytest.approx(0.5, abs=0.02)
    assert "metal-covered" in [notice.name for notice in model.notices]


def test_filling_of_equal_priority_that_holds_a_thin_wall_is_undecided() -> None:
    with pytest.raises(InputError, match=r"'foam' \(plastic\).*both have priority 3"):
        voxelise(swallowed(3, 1.0), GRID)


def test_little_that_a_dielectric_takes_is_told() -> None:
    """A window of 2 of 8 x 8 m2 in one of six sides: 4 / 384, once on either side of the wall."""
    case, _ = hollow((2, 2, 2), (10, 10, 10), 0.2)
    window = solid("window", box((4, 4, 9.5), (6, 8, 10.5)), PLASTIC, 5)
    model = voxelise([solid("shield", case, METAL, 3), window], GRID)
    assert (model.sheet_part_z[4:6, 4:8, 10] == -1).all()
    assert (model.sheet_part_z[:, :, 10] == 0).sum() == 64 - 8
    found = next(n for n in model.notices if n.name == "metal-covered")
    assert "2% of the metal of part 'shield' lies inside window of higher" in found.message
    assert model.walls[0].lost_share == pytest.approx(8 / 384, rel=0.1)


def test_what_a_filling_leaves_of_a_wall_is_a_wall() -> None:
    """The filling takes the cell centres in a wall of 1.2 cells, and 0.4 cells stay outside."""
    case, inner = hollow((1.9, 1.9, 1.9), (10.1, 10.1, 10.1), 1.2)
    filling = solid("foam", box((2.3, 2.3, 2.3), (9.7, 9.7, 9.7)), PLASTIC, 5)
    model = voxelise([solid("shield", case, METAL, 3), filling], GRID)
    assert not leaks(model, inner)
    assert (model.cell_part == 1).sum() == 8**3


def test_partition_between_two_cavities_of_higher_priority_is_a_wall() -> None:
    """A block of metal, milled out by two parts of air that leave 0.3 cells between them."""
    block = solid("block", box((1, 1, 1), (11, 11, 11)), METAL, 1)
    left = solid("left", box((2, 2, 2), (5.85, 10, 10)), PLASTIC, 2)
    right = solid("right", box((6.15, 2, 2), (10, 10, 10)), PLASTIC, 2)
    model = voxelise([block, left, right], GRID)
    assert (model.sheet_part_x[6, 2:10, 2:10] == 0).all()
    assert (model.cell_part[5:7, 3:9, 3:9] > 0).all()


def test_audit_of_walls_gives_thickness_share_and_model() -> None:
    case, _ = hollow((2, 2, 2), (10, 10, 10), 0.2)
    bodies = [
        solid("case", case, METAL),
        solid("block", box((4, 4, 4), (8, 8, 8)), METAL),
        solid("coat", hollow((3.5, 3.5, 3.5), (8.5, 8.5, 8.5), 0.25)[0], WET),
        sheet("lid", plate((0, 1), (0, 1), 11.0)),
    ]
    model = voxelise(bodies, GRID)
    thin, block, coat, lid = model.walls
    assert thin.thickness == pytest.approx(0.2)
    assert thin.thinnest == pytest.approx(0.2)
    # All but the strips of 0.2 m along the outer edges, where the metal behind is a side wall.
    assert thin.thin_share == pytest.approx(2 * 7.6**2 / (8**2 + 7.6**2), abs=0.01)
    assert thin.models == ("perfectly conducting sheet on cell faces",)
    assert thin.faces == 6 * 64
    assert block.thickness == pytest.approx(4.0)
    assert (block.thin_share, block.models, block.faces) == (0.0, ("metal cells",), 0)
    assert coat.models == ("averaged into the cells (eps t, sigma t)",)
    assert coat.thickness == pytest.approx(0.25)
    assert (lid.thickness, lid.models, lid.faces) == (
        None,
        ("perfectly conducting sheet on cell faces",),
        1,
    )


@pytest.mark.parametrize("seed", range(3))
def test_thickness_of_turned_and_curved_walls(seed: int) -> None:
    """A turned box of 0.3 and a ball of 0.4 (radii 4 and 3.6, facets of 24 rings: 1 %)."""
    turned = rotated(hollow((3, 3, 3), (9, 9, 9), 0.3)[0], seed)
    assert thickness_of(turned, GRID).median == pytest.approx(0.3, rel=1e-6)
    ball = shell(sphere(4.0, MIDDLE), sphere(3.6, MIDDLE))
    assert thickness_of(ball, GRID).median == pytest.approx(0.4, rel=0.02)


def coated(thickness: float) -> list[str]:
    """Notices about a box of copper of this thickness at 30 MHz."""
    grid = Grid.uniform((12, 12, 12), 3e-3)
    case, _ = hollow((6e-3,) * 3, (30e-3,) * 3, thickness)
    copper = Material("copper", 1.0, 5.8e7, True, "handbook")
    bodies = (solid("coat", case, copper),)
    model = voxelise(bodies, grid)
    return [str(notice) for notice in shielding_notices(bodies, model.walls, 30e6)]


def test_thin_coat_is_told_with_its_own_shielding() -> None:
    """1 um of copper: eta0 sigma t / 2 = 10925, 80.8 dB; 0.5 mm are 40 skin depths."""
    assert coated(1e-6) == [
        "thin-coat: part 'coat' is 1 um of copper at its thinnest, and a skin depth at 30 MHz is "
        "12 um: such a wall shields 81 dB there, but in the grid it is a perfect conductor, which "
        "lets nothing through"
    ]
    assert coated(0.5e-3) == []


def test_sample_box_of_half_a_millimetre_is_faces_on_cells_of_three() -> None:
    """`meshes/board_in_box.msh`, closed: no way leads from outside to the board in it."""
    regions = read_regions(resources.meshes_dir() / "board_in_box.msh", "mm")
    surface = regions["box"].surface
    lines = [
        np.arange(lo - 9e-3, hi + 12e-3, 3e-3)
        for lo, hi in zip(surface.lo, surface.hi, strict=True)
    ]
    model = voxelise([solid("box", surface, METAL)], Grid(*lines))
    assert model.walls[0].thickness == pytest.approx(0.5e-3)
    assert model.walls[0].models == ("perfectly conducting sheet on cell faces",)
    middle = [int(n) for n in np.array(model.grid.shape) // 2]
    assert not flooded(model)[tuple(middle)]


def test_wall_of_overlapping_shells_is_as_thick_as_their_union() -> None:
    """Two plates of 0.4 m that share 0.1 m, in one part: 0.7 m of metal, not 0.3 m twice."""
    both = joined(box((2.0, 2.0, 2.0), (10.0, 10.0, 2.4)), box((2.0, 2.0, 2.3), (10.0, 10.0, 2.7)))
    found = thickness_of(both, GRID)
    assert found.median == pytest.approx(0.7)
    assert found.thinnest == pytest.approx(0.7)


def test_pieces_that_touch_are_one_wall() -> None:
    both = joined(box((2.0, 2.0, 2.0), (10.0, 10.0, 2.4)), box((2.0, 2.0, 2.4), (10.0, 10.0, 2.7)))
    assert thickness_of(both, GRID).median == pytest.approx(0.7)
