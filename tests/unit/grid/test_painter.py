"""Shapes on cells, and what their edges get."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.errors import GridError
from emtwin.grid import Grid
from emtwin.grid.medium import PEC_ROW, VACUUM_ROW, Medium
from emtwin.grid.painter import PEC, Painter
from emtwin.materials import Material

GRID = Grid(
    np.array([0.0, 1.0, 2.0, 4.0]), np.array([0.0, 1.0, 4.0, 5.0]), np.array([0.0, 1.0, 2.0])
)
GLASS = Material("glass", 5.0, 0.2, False, "made up")


def test_an_empty_canvas_is_vacuum() -> None:
    """Row 1 on every edge that exists, as `Medium.vacuum` has it."""
    painted, vacuum = Painter(GRID).medium(), Medium.vacuum(GRID)
    for one, two in zip(painted.ids, vacuum.ids, strict=True):
        np.testing.assert_array_equal(one, two)


def test_an_edge_has_the_mean_of_its_cells_by_area() -> None:
    """The edge along z at (1, 1): of its dual area 1/2 by 1/2, 1/2 by 3/2 (glass) and vacuum.

    x has cells 1 and 1 beside it, y 1 and 3: areas 1/4, 3/4, 1/4, 3/4 of 2. Glass fills the cell
    x < 1, 1 < y < 4, so its share is 3/8: permittivity 1 + 4 * 3/8, conductivity 0.2 * 3/8.
    """
    painter = Painter(GRID)
    painter.box((0, 1, 0), (1, 4, 2), GLASS)
    medium = painter.medium()
    row = medium.ids_z[1, 1, 0]
    assert medium.permittivity[row] == pytest.approx(2.5, rel=1e-12)
    assert medium.conductivity[row] == pytest.approx(0.075, rel=1e-12)
    edge_of_grid = medium.ids_z[0, 1, 0]  # only two cells: 1/4 vacuum, 3/4 glass of their sum
    assert medium.permittivity[edge_of_grid] == pytest.approx(4.0, rel=1e-12)
    assert medium.ids_z[3, 3, 1] == VACUUM_ROW


def test_conductors() -> None:
    """Edges of a conducting cell, of a plate with its rim, and of a line conduct; others do not."""
    painter = Painter(GRID)
    painter.box((0, 0, 0), (1, 1, 1), PEC)
    painter.plate((1, 1, 2), (4, 5, 2))
    painter.line((4, 0, 0), (4, 0, 2))
    medium = painter.medium()
    assert medium.ids_x[0, 1, 1] == PEC_ROW
    assert medium.ids_x[0, 2, 1] == VACUUM_ROW
    assert np.all(medium.ids_x[1:3, 1:4, 2] == PEC_ROW)
    assert np.all(medium.ids_y[1:4, 1:3, 2] == PEC_ROW)
    assert medium.ids_x[0, 2, 2] == VACUUM_ROW
    assert np.all(medium.ids_z[3, 0, :2] == PEC_ROW)
    assert medium.ids_z[3, 1, 0] == VACUUM_ROW


def test_volumes() -> None:
    """A sphere and a cylinder hold the cells whose centres they hold: volume within 3 %."""
    grid = Grid.uniform((40, 40, 40), 1.0)
    for shape, volume in (("sphere", 4 / 3 * np.pi * 15**3), ("cylinder", np.pi * 10**2 * 20)):
        painter = Painter(grid)
        if shape == "sphere":
            painter.sphere((20, 20, 20), 15, PEC)
        else:
            painter.cylinder((20, 20, 10), (20, 20, 30), 10, PEC)
        assert np.count_nonzero(painter._cells) == pytest.approx(volume, rel=0.03)


def test_what_would_vanish_is_refused() -> None:
    """A shape between the centres, and corners that are not in one plane or on one line."""
    painter = Painter(GRID)
    with pytest.raises(GridError, match="centre of no cell") as caught:
        painter.sphere((1, 1, 1), 0.1, GLASS)
    assert "sheet" in caught.value.problems[0].remedy
    with pytest.raises(GridError, match="one grid plane"):
        painter.plate((0, 0, 0), (4, 5, 2))
    with pytest.raises(GridError, match="one grid line"):
        painter.line((0, 0, 0), (4, 5, 0))
    with pytest.raises(GridError, match="mask has shape"):
        painter.cells(np.ones((2, 2, 2), bool), GLASS)


def test_a_shell_is_six_plates() -> None:
    """All edges of its surface conduct, and none inside or outside."""
    grid = Grid.uniform((4, 4, 4), 1.0)
    painter, plates = Painter(grid), Painter(grid)
    painter.shell((1, 1, 1), (3, 3, 3))
    for lo, hi in (
        ((1, 1, 1), (1, 3, 3)), ((3, 1, 1), (3, 3, 3)), ((1, 1, 1), (3, 1, 3)),
        ((1, 3, 1), (3, 3, 3)), ((1, 1, 1), (3, 3, 1)), ((1, 1, 3), (3, 3, 3)),
    ):  # fmt: skip
        plates.plate(lo, hi)
    for one, two in zip(painter.medium().ids, plates.medium().ids, strict=True):
        np.testing.assert_array_equal(one, two)
    assert (painter.medium().ids_x[:-1] == PEC_ROW).sum() == 2 * (9 - 1)
