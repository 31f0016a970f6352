"""A metal box with a wall of 0.5 mm on cells of 3 mm: what is left of its shielding."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.geometry import Surface
from emtwin.grid import Grid, Node
from emtwin.materials import lookup
from emtwin.solver import Absorber, CurrentElement, Pulse, Simulation
from emtwin.voxel import Body, VoxelModel, voxelise
from tests.physics.enclosures import graded
from tests.physics.scenes import spectrum, traces
from tests.unit.voxel.shapes import blocks, plate

Real = NDArray[np.float64]
CELL, WALL = 3e-3, 0.5e-3
SIZE = (48e-3, 36e-3, 36e-3)
WINDOW = ((12e-3, 36e-3), (12e-3, 24e-3))
FREQUENCIES = np.array([0.5e9, 1e9, 2e9])
AFTER = 2e-9  # the box rings above 5 GHz only, the pulse ends below


def shield(window: bool) -> Body:
    """The closed solid between the outer and the inner walls, with a window in its lid or not."""
    cuts = (*WINDOW, (18e-3, 18e-3))
    lines = [
        sorted({0.0, WALL, *cut, side - WALL, side}) for cut, side in zip(cuts, SIZE, strict=True)
    ]
    filled = np.ones([len(axis) - 1 for axis in lines], dtype=bool)
    filled[1:-1, 1:-1, 1:-1] = False
    filled[2, 2, -1] = not window
    surface = blocks(tuple(tuple(axis) for axis in lines), filled)
    return Body("shield", surface, "solid", lookup("steel"), 1)


def skin(window: bool) -> Body:
    """The same box as a sheet, its outer surface."""
    lines = [sorted({0.0, *cut, side}) for cut, side in zip((*WINDOW, ()), SIZE, strict=True)]
    x, y, z = (tuple(axis) for axis in lines)
    lid = ((1, 1),) if window else ()
    parts = [plate(x, y, 0.0), plate(x, y, SIZE[2], lid)]
    parts += [plate(z, x, at).permuted((1, 2, 0)) for at in (0.0, SIZE[1])]
    parts += [plate(y, z, at).permuted((2, 0, 1)) for at in (0.0, SIZE[0])]
    offsets = np.cumsum([0, *(len(part.points) for part in parts)])
    surface = Surface(
        np.concatenate([part.points for part in parts]),
        np.concatenate([p.triangles + n for p, n in zip(parts, offsets, strict=False)]),
    )
    return Body("shield", surface, "sheet", lookup("steel"), 1)


def grid_of(fine: float = 0.0) -> Grid:
    """Cells of 3 mm; or the wall as one cell, and cells of at most `fine` metres within the box."""
    outer = CELL * np.arange(1, 15)
    if not fine:
        return Grid(
            *(
                np.concatenate((-outer[::-1], np.arange(0, side + CELL / 2, CELL), side + outer))
                for side in SIZE
            )
        )
    near = np.concatenate(([0.0], graded(WALL, 6 * CELL, CELL)))
    reach = np.concatenate((near[1:], near[-1] + CELL * np.arange(1, 9)))
    axes = []
    for side, cut in zip(SIZE, (*WINDOW, ()), strict=True):
        marks = sorted({0.0, WALL, *cut, side - WALL, side})
        inner = [
            np.linspace(a, b, round(np.ceil((b - a) / fine - 1e-9)) + 1)[:-1]
            for a, b in pairwise(marks)
        ]
        axes.append(np.concatenate((-reach[::-1], *inner, side + np.append(0.0, reach))))
    return Grid(*axes)


def field_inside(model: VoxelModel, backend: Backend) -> Real:
    """|e_z| in the middle of the box, of a dipole 24 mm above its lid."""
    grid = model.grid
    middle = [side / 2 for side in SIZE]

    def node(z: float) -> list[int]:
        """Node on the box's axis nearest to the height `z` in metres."""
        return [
            int(np.argmin(np.abs(lines - at)))
            for lines, at in zip(grid.lines, (*middle[:2], z), strict=True)
        ]

    simulation = Simulation(
        grid,
        model.medium,
        Pulse(2.5e9),
        Absorber(((7, 7),) * 3, alpha_max=1e-2),
        currents=(CurrentElement("e_z", Node(*node(SIZE[2] + 24e-3))),),
    )
    trace = traces(
        simulation, backend, "e_z", np.array([node(middle[2])]), int(AFTER / simulation.dt)
    )
    return np.abs(spectrum(trace[:, 0], simulation.dt, FREQUENCIES))


def test_thin_wall_of_a_solid_is_the_sheet_in_its_place() -> None:
    """On grid lines the solid's faces, edges and rows are those of the sheet, window or not."""
    for window in (True, False):
        mine, other = (voxelise([body], grid_of()) for body in (shield(window), skin(window)))
        for name in ("sheet_part", "metal_part"):
            for a, b in zip(getattr(mine, name), getattr(other, name), strict=True):
                assert np.array_equal(a, b)
        assert all(
            np.array_equal(a, b) for a, b in zip(mine.medium.ids, other.medium.ids, strict=True)
        )
        assert mine.walls[0].models == ("perfectly conducting sheet on cell faces",)
        assert mine.walls[0].thickness == pytest.approx(WALL)


def test_closed_box_with_a_thin_wall_holds_no_field(machine: Backend) -> None:
    """Not small but none: every edge between inside and outside is a perfect conductor."""
    model = voxelise([shield(window=False)], grid_of())
    assert field_inside(model, machine).tolist() == [0.0, 0.0, 0.0]


def attenuation(grid: Grid, backend: Backend) -> Real:
    """Field without the box over that inside the box with its window, dB."""
    with_box = field_inside(voxelise([shield(window=True)], grid), backend)
    without = field_inside(voxelise([], grid), backend)
    return np.asarray(20 * np.log10(without / with_box))


@pytest.mark.slow
def test_shielding_against_the_wall_meshed_with_cells(machine: Backend) -> None:
    """Sheet on cells of 3 mm against a wall of one cell of 0.5 mm, and 1.5 mm elsewhere.

    The window of 24 mm is a waveguide below cut-off: a wall of 0.5 mm takes 27.3 dB times 0.5 / 24
    = 0.57 dB, which a sheet does not have; the cavity is 1 mm narrower. Tolerance 1 dB
    of some 18 dB.
    """
    coarse, fine = grid_of(), grid_of(1.5e-3)
    meshed = voxelise([shield(window=True)], fine).walls[0]
    assert meshed.models == ("metal cells",)
    assert np.abs(attenuation(coarse, machine) - attenuation(fine, machine)).max() < 1.0
