"""The same scene with its axes renamed: what every direction of the solver must answer alike."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.grid import Grid, Node
from emtwin.solver import LumpedElement, Simulation

Order = tuple[int, int, int]


def moved(values: NDArray[Any], order: Order) -> NDArray[Any]:
    """An array over the grid, its axis `a` the former axis ``order[a]``."""
    return np.ascontiguousarray(np.transpose(values, order))


def handedness(order: Order) -> int:
    """1 for a rotation of the axes, -1 for an exchange, which turns the sign of h."""
    return round(float(np.linalg.det(np.eye(3)[list(order)])))


def permuted(simulation: Simulation, order: Order) -> Simulation:
    """A scene of edges' materials, ports, currents, lumped elements and wires, axes renamed.

    Parameters
    ----------
    simulation : Simulation
        The scene.
    order : tuple of int
        Former axis of each new axis.
    """

    def node(n: Node) -> Node:
        return Node(*(n[a] for a in order))

    def ends(part: Any) -> Any:
        return replace(part, start=node(part.start), stop=node(part.stop))

    def component(name: str) -> str:
        return f"e_{'xyz'[order.index('xyz'.index(name[-1]))]}"

    assert all(isinstance(element, LumpedElement) for element in simulation.elements)
    medium, lines = simulation.medium, (simulation.grid.x, simulation.grid.y, simulation.grid.z)
    ids = {f"ids_{name}": moved(medium.ids[a], order) for name, a in zip("xyz", order, strict=True)}
    cells = simulation.absorber.cells
    return replace(
        simulation,
        grid=Grid(*(lines[a] for a in order)),
        medium=replace(medium, **ids),
        absorber=replace(
            simulation.absorber, cells=(cells[order[0]], cells[order[1]], cells[order[2]])
        ),
        currents=tuple(
            replace(c, component=component(c.component), node=node(c.node))
            for c in simulation.currents
        ),
        ports=tuple(ends(port) for port in simulation.ports),
        elements=tuple(ends(element) for element in simulation.elements),
        wires=tuple(replace(w, nodes=w.nodes[:, list(order)]) for w in simulation.wires),
    )
