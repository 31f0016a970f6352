"""Ports whose ends meet nothing are refused, all others are not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from emtwin.errors import GridError
from emtwin.grid import Grid, Medium, Node, Painter
from emtwin.materials import Material
from emtwin.solver import (
    Absorber,
    Boundaries,
    EdgePort,
    LumpedElement,
    Pulse,
    Resistor,
    Simulation,
    Wire,
)

GRID = Grid.uniform((10, 10, 10), 1e-3)
LOW, HIGH = Node(5, 5, 4), Node(5, 5, 6)


def scene(painter: Painter | None = None, **settings: Any) -> Simulation:
    """A box with a port upright in its middle, and what the test adds."""
    medium = painter.medium() if painter else Medium.vacuum(GRID)
    defaults: dict[str, Any] = {
        "absorber": Absorber.none(),
        "ports": (EdgePort("p", LOW, HIGH, 50.0),),
    }
    return Simulation(GRID, medium, Pulse(5e9), **(defaults | settings))


def plates(*heights: float) -> Painter:
    """Plates of metal at some heights (m)."""
    painter = Painter(GRID)
    for z in heights:
        painter.plate((4e-3, 4e-3, z), (6e-3, 6e-3, z))
    return painter


def test_a_port_in_empty_space() -> None:
    with pytest.raises(GridError, match=r"p is across nothing: at \(5, 5, 4\) and \(5, 5, 6\)"):
        scene()


def test_one_end_a_cell_beside_the_metal() -> None:
    """The strip was drawn a cell too high, the ground is where it should be."""
    with pytest.raises(GridError, match=r"p is across nothing: at \(5, 5, 6\) no conductor"):
        scene(plates(4e-3, 7e-3))


def test_a_field_probe_says_so() -> None:
    assert scene(ports=(EdgePort("p", LOW, HIGH, 50.0, bare=True),)).ports


def test_between_plates() -> None:
    assert scene(plates(4e-3, 6e-3)).ports


def test_between_the_walls_of_the_grid() -> None:
    port = EdgePort("p", Node(5, 5, 0), Node(5, 5, 10), 50.0)
    assert scene(ports=(port,)).ports
    with pytest.raises(GridError, match=r"at \(5, 5, 10\) no conductor"):
        scene(ports=(port,), boundaries=Boundaries(z=("electric", "magnetic")))


def test_in_something_that_conducts() -> None:
    painter = Painter(GRID)
    painter.box((0, 0, 0), (1, 1, 1), Material("saline", 80.0, 1.0, False, "made up"))
    assert scene(painter).ports


def test_between_wires() -> None:
    def wire(name: str, z: int, end: int) -> Wire:
        return Wire(name, np.array([[5, 5, n] for n in range(z, end + 1)]), 1e-5)

    assert scene(wires=(wire("below", 1, 4), wire("above", 6, 9))).ports


def test_behind_other_parts() -> None:
    """A row of a resistor, the port and a second port between two plates."""
    resistor = LumpedElement("r", Node(5, 5, 2), LOW, Resistor(10.0))
    other = EdgePort("q", HIGH, Node(5, 5, 8), 50.0)
    ports = (EdgePort("p", LOW, HIGH, 50.0), other)
    assert scene(plates(2e-3, 8e-3), ports=ports, elements=(resistor,)).ports


@pytest.mark.parametrize("resistance", [0.0, -50.0, float("inf"), float("nan")])
def test_a_reference_that_is_none(resistance: float) -> None:
    with pytest.raises(GridError, match="p: its reference resistance is"):
        scene(plates(4e-3, 6e-3), ports=(EdgePort("p", LOW, HIGH, resistance),))
