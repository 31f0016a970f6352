"""Elements that touch an outer face of the grid, held against the scene and its mirror image."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from emtwin.backends import Backend
from emtwin.grid import Grid, Node, distances
from emtwin.grid.medium import Medium
from emtwin.solver import (
    Absorber,
    Boundaries,
    ConformalMetal,
    CurrentElement,
    Element,
    LumpedElement,
    MetalSheet,
    Pulse,
    Resistor,
    Simulation,
)
from emtwin.solver.stages.layout import Layout
from tests.physics.scenes import fields_after

CELLS, D, STEPS = 14, 2.0**-10, 200
HALF = Grid.uniform((CELLS,) * 3, D)
WHOLE = Grid(np.arange(-CELLS, CELLS + 1) * D, *HALF.lines[1:])

Maker = Callable[[Grid], Element]


def ball(grid: Grid) -> Element:
    """A conformal ball with its centre on the wall."""
    return ConformalMetal.of("ball", grid, distances.sphere((0, 7 * D, 7 * D), 2.6 * D))


def sheet(grid: Grid) -> Element:
    """A two-sided sheet, 4 cells of it on either side of the wall."""
    wall = grid.shape[0] - CELLS
    lo, hi = Node(max(wall - 4, 0), 4, 6), Node(wall + 4, 9, 6)
    return MetalSheet("sheet", lo, hi, 1e4, 1e-4, 20e9)


def resistor(grid: Grid) -> Element:
    """In the wall: half the current of the whole, so twice the resistance."""
    wall = grid.shape[0] - CELLS
    network = Resistor(100.0 if wall else 200.0)
    return LumpedElement("load", Node(wall, 7, 6), Node(wall, 7, 8), network)


def scene(grid: Grid, maker: Maker, axis: int, kind: str) -> Simulation:
    """A dipole along `axis` beside the element; in the whole scene its image as well."""
    wall = grid.shape[0] - CELLS
    name, place = f"e_{'xyz'[axis]}", Node(8 + wall, 7, 10)
    currents = [CurrentElement(name, place)]
    if wall:  # an electric plane reverses tangential images and keeps normal ones
        sign = 1.0 if (axis == 0) == (kind == "electric") else -1.0
        currents.append(CurrentElement(name, Node(wall - 8 - (axis == 0), 7, 10), sign))
    return Simulation(
        grid,
        Medium.vacuum(grid),
        Pulse(20e9),
        Absorber(((4 if wall else 0, 4), (4, 4), (4, 4))),
        currents=tuple(currents),
        elements=(maker(grid),),
        boundaries=Boundaries() if wall else Boundaries(x=(kind, "electric")),
    )


@pytest.mark.quick
@pytest.mark.parametrize("axis", [0, 1, 2], ids="xyz")
@pytest.mark.parametrize(
    ("maker", "kind"),
    [(ball, "electric"), (ball, "magnetic"), (sheet, "electric"), (resistor, "magnetic")],
    ids=["ball, electric", "ball, magnetic", "sheet, electric", "resistor, magnetic"],
)
def test_a_wall_cuts_an_element_in_half(
    maker: Maker, kind: str, axis: int, machine64: Backend
) -> None:
    """The half scene has the fields of the doubled one.

    The same operations in another order: 200 steps of 1e-16, amplified by what rings between the
    element and the wall, stay below 1e-12 of the peak. (A sheet in a magnetic wall is refused.)
    """
    half, whole = (scene(grid, maker, axis, kind) for grid in (HALF, WHOLE))
    assert half.dt == pytest.approx(whole.dt, rel=1e-12)
    one, two = (fields_after(simulation, machine64, STEPS) for simulation in (half, whole))
    worst, peak = 0.0, 0.0
    for name in (f"{k}_{a}" for k in "eh" for a in "xyz"):
        kept = np.arange(CELLS + ((name[0] == "e") != (name[-1] == "x")))
        found = Layout(HALF).component(one, name).take(kept, 0)
        expected = Layout(WHOLE).component(two, name).take(kept + CELLS, 0)
        scale = 1.0 if name[0] == "e" else 377.0
        worst = max(worst, scale * float(np.abs(found - expected).max()))
        peak = max(peak, scale * float(np.abs(expected).max()))
    assert peak > 0
    assert worst <= 1e-12 * peak
