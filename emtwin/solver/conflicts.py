"""What must not share an edge: elements, ports, wires, impressed currents; and the absorber."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from emtwin.errors import Problem
from emtwin.solver.elements import Element

if TYPE_CHECKING:
    from emtwin.solver.simulation import Simulation

Edge = tuple[str, int, int, int]


def conflicts(simulation: Simulation) -> list[Problem]:
    """Everything that claims an edge of an element, and elements that lie in the absorber.

    Parameters
    ----------
    simulation : Simulation
        A declaration whose elements are possible each by itself.

    Returns
    -------
    list of Problem
        One for each pair of things.
    """
    found = []
    for element in simulation.elements:
        held = {
            (component, i, j, k)
            for component, index in element.held(simulation.grid).items()
            for i, j, k in np.reshape(index, (-1, 3)).tolist()
        }
        if not held:
            continue
        shared = {what: edge for what, edge in _claims(simulation) if edge in held}
        found += [
            Problem(
                f"{what} lies on {edge[0]} at {edge[1:]}, an edge of {element.name}",
                field=element.name,
                remedy="move one of them by a cell",
            )
            for what, edge in shared.items()
        ]
        if any(_on_wave(simulation, axis, index) for axis, *index in held):
            found.append(
                Problem(
                    f"the surface of the plane wave's box cuts {element.name}",
                    field=element.name,
                    remedy="make the box larger or smaller",
                )
            )
        if not element.in_absorber:
            found += _in_absorber(simulation, element, held)
    return found


def _claims(simulation: Simulation) -> Iterator[tuple[str, Edge]]:
    """Sources, ports and wires with the edges that they use."""
    for current in simulation.currents:
        yield "an impressed current", (current.component, *current.node)
    for port in simulation.ports:
        component, _, edges = port.edges()
        for index in edges:
            yield f"port {port.name}", (component, *index)
    if simulation.wires or simulation.traces:
        for segment in simulation.network.segments:
            yield "a wire or trace", (segment.component, *segment.index)


def _on_wave(simulation: Simulation, component: str, index: list[int]) -> bool:
    """Whether an edge lies on the surface of the plane wave's box."""
    wave = simulation.plane_wave
    if wave is None or component[0] != "e":
        return False
    axis = "xyz".index(component[-1])
    sides = list(zip(wave.lo, index, wave.hi, strict=True))
    if not all(low <= n < high + (a != axis) for a, (low, n, high) in enumerate(sides)):
        return False
    return any(n in (low, high) for a, (low, n, high) in enumerate(sides) if a != axis)


def _in_absorber(simulation: Simulation, element: Element, held: set[Edge]) -> list[Problem]:
    nodes = np.array([edge[1:] for edge in held])
    for axis, (low, high) in enumerate(simulation.absorber.cells):
        last = simulation.grid.shape[axis] - high
        if nodes[:, axis].min() < low or (nodes[:, axis] > last).any():
            return [
                Problem(
                    f"{element.name} reaches into the absorber at an end of {'xyz'[axis]}",
                    field=element.name,
                    remedy="end it before the absorber, and go on with a perfect conductor",
                )
            ]
    return []
