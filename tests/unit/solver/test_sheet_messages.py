"""Everything that is refused of sheets and slots: what, where, how to mend it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from emtwin.errors import GridError
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.grid.painter import PEC, Painter
from emtwin.solver import (
    Absorber,
    Boundaries,
    CurrentElement,
    EdgePort,
    MetalSheet,
    PlaneWave,
    Pulse,
    ResistiveSheet,
    Simulation,
    Slot,
    Wire,
    with_sheets,
    with_slots,
)

pytestmark = pytest.mark.quick
GRID = Grid.uniform((12, 10, 8), 1e-3)
LO, HI = Node(3, 3, 4), Node(9, 7, 4)
START, END = Node(5, 3, 4), Node(6, 8, 4)


def sheet(lo: Node = LO, hi: Node = HI, **changes: Any) -> MetalSheet:
    """A good sheet, with what the test changes."""
    values = {"conductivity": 1e4, "thickness": 1e-4, "f_max": 1e9} | changes
    return MetalSheet("wall", lo, hi, **values)


def scene(*elements: MetalSheet, **settings: Any) -> Simulation:
    """A small box with sheets and what the test puts beside them."""
    defaults = {"absorber": Absorber.none(), "medium": Medium.vacuum(GRID)}
    return Simulation(GRID, pulse=Pulse(5e9), elements=elements, **(defaults | settings))


def solid() -> Medium:
    """The grid full of metal."""
    painter = Painter(GRID)
    painter.box((0, 0, 0), (0.012, 0.01, 0.008), PEC)
    return painter.medium()


def walled() -> Medium:
    """A wall on the plane z = 4 mm."""
    painter = Painter(GRID)
    painter.plate((0, 0, 4e-3), (0.012, 0.01, 4e-3))
    return painter.medium()


@pytest.mark.parametrize(
    ("lo", "hi", "message"),
    [
        (Node(3, 3, 4), Node(30, 7, 4), r"not in rising order inside the grid of \(13, 11, 9\)"),
        (Node(9, 3, 4), Node(3, 7, 4), "not in rising order"),
        (Node(3, 3, 4), Node(9, 3, 4), "agree along 2 axes"),
        (Node(3, 3, 0), Node(9, 7, 0), "outer boundary normal to z"),
        (Node(12, 3, 1), Node(12, 7, 4), "outer boundary normal to x"),
    ],
)
def test_places_of_sheets(lo: Node, hi: Node, message: str) -> None:
    """Outside the grid, corners in the wrong order, a line, on the outer boundary: both kinds."""
    with pytest.raises(GridError, match=message):
        with_sheets(GRID, Medium.vacuum(GRID), (ResistiveSheet("wall", lo, hi, 1.0),))
    with pytest.raises(GridError, match=message):
        scene(sheet(lo, hi))


def test_a_resistive_sheet_is_flat() -> None:
    """A box of corners is no plane."""
    with pytest.raises(GridError, match="agree along 0 axes"):
        with_sheets(GRID, Medium.vacuum(GRID), (ResistiveSheet("f", Node(2, 2, 2), HI, 1.0),))


@pytest.mark.parametrize("resistance", [0.0, -5.0, np.inf, np.nan])
def test_surface_resistance(resistance: float) -> None:
    """No resistance is a plate; none may be negative."""
    with pytest.raises(GridError, match="surface resistance") as caught:
        ResistiveSheet.of_resistance("film", LO, HI, resistance)
    assert "plate" in caught.value.problems[0].remedy


@pytest.mark.parametrize("values", [(0.0, 0.0), (-1.0, 1e-3), (np.nan, 0.0)])
def test_conductance_and_excess(values: tuple[float, float]) -> None:
    """At least one is positive, none is negative."""
    with pytest.raises(GridError, match=r"conductance of .* S per square"):
        with_sheets(GRID, Medium.vacuum(GRID), (ResistiveSheet("film", LO, HI, *values),))


@pytest.mark.parametrize(
    "values",
    [
        {"thickness": 0.0},
        {"thickness": -1e-6},
        {"thickness": 1e-6, "permittivity": 0.5},
        {"thickness": 1e-6, "conductivity": -1.0},
    ],
)
def test_impossible_films(values: dict[str, float]) -> None:
    """Thickness, permittivity and conductivity are named with their values."""
    with pytest.raises(GridError, match="film film: thickness"):
        ResistiveSheet.film("film", LO, HI, **values)


def test_a_film_thicker_than_its_skin_depth() -> None:
    """50 um of copper at 1 GHz, skin depth 2.09 um: a MetalSheet is the remedy."""
    with pytest.raises(
        GridError, match=r"50 um thick, but the skin depth at 1000 MHz is 2\.09"
    ) as e:
        ResistiveSheet.film("foil", LO, HI, 50e-6, conductivity=58e6, f_max=1e9)
    assert "MetalSheet" in e.value.problems[0].remedy


def test_sheets_inside_metal() -> None:
    """A sheet that changes no edge would be silently lost."""
    with pytest.raises(GridError, match="in a perfect conductor everywhere"):
        with_sheets(GRID, solid(), (ResistiveSheet("film", LO, HI, 1.0),))
    with pytest.raises(GridError, match="in a perfect conductor everywhere"):
        scene(sheet(), medium=solid())


def test_all_problems_of_all_films_at_once() -> None:
    """Two wrong sheets give two problems."""
    films = (ResistiveSheet("a", LO, HI), ResistiveSheet("b", Node(3, 3, 0), Node(4, 4, 0), 1.0))
    with pytest.raises(GridError) as caught:
        with_sheets(GRID, Medium.vacuum(GRID), films)
    assert [p.field for p in caught.value.problems] == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("conductivity", 0.0), ("thickness", -1e-6), ("f_max", 0.0), ("permeability", np.nan)],
)
def test_numbers_of_a_metal_sheet(name: str, value: float) -> None:
    """The field and the value are in the message."""
    with pytest.raises(GridError, match=f"sheet wall: {name} is {value:g}"):
        scene(sheet(**{name: value}))


def test_a_sheet_thicker_than_its_cells() -> None:
    """1.5 mm in cells of 1 mm: mesh it."""
    with pytest.raises(GridError, match=r"1\.5 mm thick, but a cell beside it has 1 mm") as caught:
        scene(sheet(thickness=1.5e-3, conductivity=100.0))
    assert "mesh" in caught.value.problems[0].remedy


def test_a_sheet_that_is_no_good_conductor() -> None:
    """At 10 GHz w eps0 is 0.556 S/m: below ten times that the displacement current counts."""
    with pytest.raises(GridError, match=r"conducts 3 S/m: below 5\.56"):
        scene(sheet(conductivity=3.0, f_max=10e9))


def test_a_sheet_that_is_too_thick_in_skin_depths() -> None:
    """0.1 mm of copper at 10 GHz is 151 skin depths: a perfect conductor does it."""
    with pytest.raises(GridError, match="151 skin depths thick at 1e") as caught:
        scene(sheet(conductivity=58e6, f_max=10e9))
    assert "perfect conductor" in caught.value.problems[0].remedy


def test_a_sheet_whose_fit_is_poor_says_so() -> None:
    """35 skin depths: 160 dB below the surface the network is wrong by some per cent."""
    thick = sheet(conductivity=58e6, thickness=35 * 2.09e-6, f_max=1e9)
    (notice,) = scene(thick).notices
    assert notice.name == "sheet-fit"
    assert f"{100 * thick.fit_error:.2g} %" in notice.message
    assert not scene(sheet()).notices


def test_a_box_of_one_cell() -> None:
    """Between two sheets lies at least one node: two cells."""
    with pytest.raises(GridError, match="less than two cells"):
        scene(sheet(Node(3, 3, 4), Node(9, 7, 5)))


def test_sheets_that_touch() -> None:
    """Two sheets that share a rim are refused: their sides would not be told apart."""
    other = MetalSheet("other", Node(9, 3, 4), Node(9, 7, 7), 1e4, 1e-4, 1e9)
    with pytest.raises(GridError, match="belongs to wall and to other"):
        scene(sheet(), other)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"currents": (CurrentElement("e_x", Node(5, 5, 4)),)}, "an impressed current lies on e_x"),
        ({"ports": (EdgePort("p", Node(5, 5, 4), Node(6, 5, 4), 50.0),)}, "port p lies on e_x"),
        (
            {"wires": (Wire("w", np.array([[i, 5, 4] for i in range(4, 8)]), 1e-5),)},
            "a wire or trace lies on e_x",
        ),
        (
            {
                "plane_wave": PlaneWave(
                    (0.0, 0.0, 1.0), (1.0, 0.0, 0.0), Node(5, 4, 2), Node(7, 6, 4)
                )
            },
            "box crosses 20 edges or faces of ports, wires, currents or elements",
        ),
    ],
)
def test_what_must_not_lie_on_a_sheet(settings: dict[str, Any], message: str) -> None:
    """Sources, ports, wires and the surface of a plane wave."""
    with pytest.raises(GridError, match=message) as caught:
        scene(sheet(), **settings)
    assert caught.value.problems[0].field == ("plane_wave" if "plane_wave" in settings else "wall")


def test_a_sheet_in_the_absorber() -> None:
    """Its stages know nothing of absorbing layers; a perfect conductor goes on there."""
    with pytest.raises(GridError, match="wall reaches into the absorber at an end of x") as caught:
        scene(sheet(), absorber=Absorber(((4, 0), (0, 0), (0, 0))))
    assert "perfect conductor" in caught.value.problems[0].remedy


def slot(lo: Node = START, hi: Node = END, width: float = 2e-4, **more: Any) -> Slot:
    """A good slot, with what the test changes."""
    return Slot("slot", lo, hi, width, **more)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (slot(width=0.0), "is 0 m wide"),
        (slot(width=-1e-4), "is -0.0001 m wide"),
        (slot(depth=-1e-3), "a wall -0.001 m thick"),
        (slot(normal="w"), "the wall is normal to 'w'"),
        (slot(width=1.2e-3), "is 1.2 mm wide, too wide for a cell of 1 mm"),
        (slot(hi=Node(5, 8, 4)), "are no row of cells"),
        (slot(hi=Node(7, 8, 4)), "are no row of cells"),
        (slot(hi=Node(6, 4, 4)), "are no row of cells"),
        (slot(hi=Node(6, 8, 5)), "say which axis is normal"),
        (slot(hi=Node(6, 30, 4)), "do not lie inside the grid"),
        (slot(Node(0, 3, 4), Node(1, 8, 4)), "do not lie inside the grid"),
        (slot(Node(5, 3, 3), Node(6, 8, 3)), "no conducting wall around it"),
    ],
)
def test_impossible_slots(wrong: Slot, message: str) -> None:
    """Width, wall, shape and place."""
    with pytest.raises(GridError, match=message) as caught:
        with_slots(GRID, walled(), (wrong,))
    assert caught.value.problems[0].field == "slot"


def test_slots_that_cross() -> None:
    """The second one finds no wall where the first one is."""
    other = Slot("other", Node(3, 5, 4), Node(9, 6, 4), 2e-4)
    with pytest.raises(GridError, match="slot other: there is no conducting wall") as caught:
        with_slots(GRID, walled(), (slot(), other))
    assert "another slot" in caught.value.problems[0].message


def test_a_port_may_lie_across_a_slot() -> None:
    """A slot antenna: the port's edge is one of the slot's, which is a plain material."""
    medium = with_slots(GRID, walled(), (slot(),))
    port = EdgePort("feed", Node(5, 5, 4), Node(6, 5, 4), 50.0)
    assert scene(medium=medium, ports=(port,)).resistances == {"feed": 50.0}


@pytest.mark.parametrize(
    ("face", "lo", "hi"),
    [
        ("low", Node(0, 3, 4), Node(6, 7, 4)),
        ("high", Node(6, 3, 4), Node(12, 7, 4)),
    ],
)
def test_a_sheet_that_ends_in_a_mirror(face: str, lo: Node, hi: Node) -> None:
    kinds = ("magnetic", "electric") if face == "low" else ("electric", "magnetic")
    with pytest.raises(GridError, match=f"wall ends in the {face} face of x, which is magnetic"):
        scene(sheet(lo, hi), boundaries=Boundaries(x=kinds))
