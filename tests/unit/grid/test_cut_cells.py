"""Cut edges and faces: exact for planes, second order for curved surfaces, thin things refused."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from emtwin.errors import GridError
from emtwin.grid import Grid, distances
from emtwin.grid.cut_cells import CutCells, cut_cells, whole_areas, whole_lengths

Real = NDArray[np.float64]


def graded(rng: np.random.Generator, cells: int = 6) -> Grid:
    return Grid(*(np.append(0, np.cumsum(1 + rng.random(cells))) for _ in range(3)))


def clipped(corners: Real, values: Real) -> float:
    """Area of the part of a polygon where a linear function, given at its corners, is positive."""
    kept = []
    for n in range(len(corners)):
        one, two, a, b = corners[n - 1], corners[n], values[n - 1], values[n]
        if (a > 0) != (b > 0):
            kept.append(one + (two - one) * a / (a - b))
        if b > 0:
            kept.append(two)
    if len(kept) < 3:
        return 0.0
    x, y = np.array(kept).T
    return float(abs(x @ np.roll(y, 1) - y @ np.roll(x, 1)) / 2)


@pytest.mark.parametrize("seed", range(4))
def test_planes_are_exact(seed: int) -> None:
    """A half-space at a random angle on a graded grid: every length and area, to 1e-9 of the whole.

    Expected by clipping the edge or the rectangle with the plane (Sutherland and Hodgman).
    """
    rng = np.random.default_rng(seed)
    grid, normal = graded(rng), rng.normal(size=3)
    normal /= np.linalg.norm(normal)
    point = np.array([lines[-1] for lines in grid.lines]) * rng.uniform(0.4, 0.6, 3)
    cells = cut_cells(grid, distances.half_space(point, normal))
    for axis, component in enumerate(cells.lengths):
        whole = whole_lengths(grid, axis)
        for index in np.argwhere(whole > 0):
            low = np.array([grid.lines[a][i] for a, i in enumerate(index)])
            values = (low - point) @ normal + np.array([0, whole[tuple(index)]]) * normal[axis]
            outside = np.clip(max(values) / abs(values[1] - values[0]), 0, 1)
            assert component[tuple(index)] == pytest.approx(
                outside * whole[tuple(index)], abs=1e-5 * whole[tuple(index)]
            )
    for axis, component in enumerate(cells.areas):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        for index in np.argwhere(whole_areas(grid, axis) > 0):
            low = np.array([grid.lines[a][i] for a, i in enumerate(index)])
            du, dv = grid.spacings[u][index[u]], grid.spacings[v][index[v]]
            corners = np.array([(0, 0), (du, 0), (du, dv), (0, dv)])
            values = (low - point) @ normal + corners @ normal[[u, v]]
            assert component[tuple(index)] == pytest.approx(
                clipped(corners, values), abs=1e-5 * du * dv
            )


def volume(cells: CutCells, grid: Grid) -> float:
    """Metal's volume from its areas normal to z, by the trapezoidal rule."""
    inside = whole_areas(grid, 2) - cells.areas[2]
    return float(inside.sum(axis=(0, 1)) @ grid.dual_spacings[2])


def test_a_ball_keeps_its_volume_to_second_order() -> None:
    """4/3 pi a^3, cells of a/6, a/12, a/24, centres at random: order at least 1.9.

    The chord of an arc loses d^2 / 12 a of its height, so the volume misses a share of about
    d^2 / 4 a^2: 7e-3 at six cells per radius; the sum over planes adds no more than that.
    """
    rng, errors = np.random.default_rng(5), []
    for cells in (6, 12, 24):
        grid = Grid.uniform((2 * cells + 4,) * 3, 1 / cells)
        found = []
        for _ in range(4):
            middle = 1 + 2 / cells + rng.uniform(-0.5, 0.5, 3) / cells
            found.append(volume(cut_cells(grid, distances.sphere(middle, 1.0)), grid))
        errors.append(np.sqrt(np.mean((np.array(found) / (4 / 3 * np.pi) - 1) ** 2)))
    assert errors[0] < 1.5e-2
    assert np.log2(errors[0] / errors[2]) / 2 > 1.9


@pytest.mark.parametrize("wall", [False, True], ids=["body", "cavity"])
def test_a_box_between_grid_planes_is_not_cut(wall: bool) -> None:
    """Edges and faces are whole or in metal; the nodes on its surface count as metal."""
    grid = Grid.uniform((8, 7, 9), 1.0)
    box = distances.box((4, 3.5, 5), (4, 3, 4))
    cells = cut_cells(grid, distances.outside(box) if wall else box)
    for axis in range(3):
        length, area = whole_lengths(grid, axis), whole_areas(grid, axis)
        assert np.all((cells.lengths[axis] == 0) | (cells.lengths[axis] == length))
        assert np.all((cells.areas[axis] == 0) | (cells.areas[axis] == area))
    edges = np.zeros(grid.nodes, bool)
    edges[2:6, 2:6, 3:8] = True  # e_x in the closed box
    if wall:
        edges = np.zeros(grid.nodes, bool)
        edges[2:6, 3:5, 4:7] = True  # e_x in the open box
    free = cells.lengths[0] > 0
    np.testing.assert_array_equal(free, edges if wall else ~edges & (whole_lengths(grid, 0) > 0))


def test_no_flux_passes_a_sheet_along_a_diagonal() -> None:
    """A wall at 45 degrees, a third of a cell thick: nodes on it are metal, faces have no area."""
    grid = Grid.uniform((6, 6, 3), 1.0)
    wall = distances.box(
        (3, 3, 1.5), (20, 0.3, 20), np.array([[1, 1, 0], [-1, 1, 0], [0, 0, 2**0.5]]) / 2**0.5
    )
    cells = cut_cells(grid, wall)
    assert np.all(cells.areas[2][range(6), range(6), 1] == 0)
    assert np.all(cells.lengths[0][range(6), range(6), 1] > 0)


def test_empty_cells_are_whole() -> None:
    """Nothing is missing."""
    grid = graded(np.random.default_rng(0))
    cells = CutCells.empty(grid)
    assert cells.areas[1][0, 0, 0] == pytest.approx(grid.spacings[0][0] * grid.spacings[2][0])
    assert cells.lengths[2].sum() == pytest.approx(49 * grid.z[-1])


GRID = Grid.uniform((6, 6, 6), 1.0)


def with_room(gap: distances.Distance) -> distances.Distance:
    """Metal everywhere but in a gap and in a cavity beside it."""
    return distances.outside(distances.union(gap, distances.sphere((3, 3, 5), 0.8)))


@pytest.mark.parametrize(
    ("metal", "message"),
    [
        (distances.sphere((2.5, 2.5, 2.5), 0.3), "holds no node"),
        (distances.sphere((3, 3, 3), 30.0), "every node"),
        (lambda points: np.full(len(points), np.nan), "not finite"),
        (
            distances.union(
                distances.box((3, 3, 2.4), (20, 20, 0.05)), distances.sphere((1, 1, 5), 0.8)
            ),
            r"metal of 0\.05 m crosses an edge along z at node \(0, 0, 2\) .* like 48 more",
        ),
        (with_room(distances.box((3, 3, 2.4), (20, 20, 0.05))), r"a gap of 0\.05 m"),
        (with_room(distances.box((3, 3, 2.5), (20, 20, 1))), r"a gap of 1 m"),
    ],
    ids=["vanishes", "fills", "not finite", "thin sheet", "thin gap", "gap of one cell"],
)
def test_what_cannot_be_cut_is_refused(metal: distances.Distance, message: str) -> None:
    """Nothing vanishes in silence; the place and the width are told."""
    with pytest.raises(GridError, match=message):
        cut_cells(GRID, metal)


def test_a_body_of_one_cell_and_a_bulge_are_no_thin_sheets() -> None:
    """One whole cell of metal is fine, and so is a ball that bulges over an edge by 0.02 cells."""
    one = cut_cells(GRID, distances.box((2.5, 2.5, 2.5), (1, 1, 1)))
    assert one.areas[0][2, 2, 2] == 0
    assert one.areas[0][1, 2, 2] == 1
    ball = cut_cells(GRID, distances.sphere((2.5, 3.0, 3.0), 2.02))
    assert ball.lengths[0][2, 1, 3] == 1.0
    assert distances.sphere((2.5, 3.0, 3.0), 2.02)(np.array([[2.5, 1.0, 3.0]]))[0] < 0


def test_distances_are_those_of_the_shapes() -> None:
    """Points beside each shape at a known distance, inside and outside."""
    half_turn = [[0, 1, 0], [-1, 0, 0], [0, 0, 1]]
    cases = [
        (distances.sphere((1, 0, 0), 2), (4, 0, 0), 1),
        (distances.box((0, 0, 0), (2, 4, 6)), (4, 6, 0), 5),
        (distances.box((0, 0, 0), (2, 4, 6), half_turn), (0, 0.5, 0), -0.5),
        (distances.cylinder((0, 0, 0), (0, 0, 4), 1), (4, 0, 8), 5),
        (distances.cylinder((0, 0, 0), (0, 0, 4), 1), (0, 0, 1.5), -1),
        (distances.half_space((0, 0, 1), (0, 0, 2)), (7, 7, 3), 2),
        (distances.outside(distances.sphere((0, 0, 0), 2)), (0, 0, 0), 2),
    ]
    for distance, point, expected in cases:
        assert distance(np.array([point], float))[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: distances.sphere((0, 0, 0), 0), "radius 0 m"),
        (lambda: distances.cylinder((0, 0, 0), (0, 0, 0), 1), "length 0 m"),
        (lambda: distances.box((0, 0, 0), (1, -1, 1)), "side -1 m"),
        (lambda: distances.box((0, 0, 0), (1, 1, 1), np.ones((3, 3))), "right angles"),
        (lambda: distances.half_space((0, 0, 0), (0, 0, 0)), "normal 0 m"),
    ],
)
def test_shapes_without_sense_are_refused(make: object, message: str) -> None:
    """The size and its value."""
    with pytest.raises(GridError, match=message):
        make()  # type: ignore[operator]
