"""Making grids, and finding boxes in them."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.errors import GridError
from emtwin.grid import Grid, Node


def test_around_a_box() -> None:
    """0.3 m in cells of 0.1, two more on each side: nine lines from -0.2 to 0.5; a line for y."""
    grid = Grid.around((0, 1, 0), (0.3, 1, 0.2), 0.1, margin=2)
    np.testing.assert_allclose(grid.x, np.arange(-2, 6) * 0.1, atol=1e-15)
    np.testing.assert_allclose(grid.y, 1 + np.arange(-2, 3) * 0.1, atol=1e-15)
    assert grid.shape == (7, 4, 6)


def test_a_margin_may_grow_and_differ_from_face_to_face() -> None:
    """Cells of 1, then 2 and 4 below; nothing above."""
    grid = Grid.around((0, 0, 0), (2, 2, 2), 1.0, ((2, 0), (0, 0), (0, 1)), growth=2)
    np.testing.assert_allclose(grid.x, [-6, -2, 0, 1, 2])
    np.testing.assert_allclose(grid.y, [0, 1, 2])
    np.testing.assert_allclose(grid.z, [0, 1, 2, 4])


def test_equal_cells_are_those_of_uniform() -> None:
    """Without growth the lines have no rounding of sums in them."""
    one = Grid.around((-0.1,) * 3, (0.1,) * 3, 2.5e-3, margin=17)
    other = Grid.uniform((114,) * 3, 2.5e-3, (-57 * 2.5e-3,) * 3)
    np.testing.assert_allclose(one.x, other.x, rtol=0, atol=1e-16)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hi": (0.35, 1, 1)}, "x: 0 to 0.35 m is no whole number of cells of 0.1 m"),
        ({"hi": (-1, 1, 1)}, "x: no cells"),
        ({"spacing": 0.0}, "x: no cells"),
        ({"margin": -1}, "x: no cells"),
        ({"growth": 0.0}, "x: no cells"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, object], message: str) -> None:
    settings = {"lo": (0, 0, 0), "hi": (1, 1, 1), "spacing": 0.1, "margin": 1} | changes
    with pytest.raises(GridError, match=message):
        Grid.around(**settings)


def test_inset() -> None:
    grid = Grid.uniform((10, 8, 6), 1.0)
    assert grid.inset(2) == (Node(2, 2, 2), Node(8, 6, 4))
    assert grid.inset(0) == (Node(0, 0, 0), Node(10, 8, 6))
    for cells in (3, -1):
        with pytest.raises(GridError, match="leaves nothing"):
            grid.inset(cells)
