"""What must not share an edge: elements, ports, wires, impressed currents; and the absorber."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import GridError, Problem
from emtwin.solver.stages.elements import Element

if TYPE_CHECKING:
    from emtwin.solver.simulation import Simulation

Index = NDArray[np.int64]


def check_conflicts(simulation: Simulation) -> None:
    """Refuse elements that cannot stand beside something else in the simulation.

    Raises
    ------
    GridError
        With every conflict of every element.
    """
    problems = [p for element in simulation.elements for p in element.conflicts(simulation)]
    problems += conflicts(simulation)
    if problems:
        raise GridError(problems)


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
        for component, index in element.owned(simulation.grid).items():
            if component[0] == "e" and len(index):
                held = np.asarray(index, np.int64).reshape(-1, 3)
                found += _claimed(simulation, element, component, held)
                found += _in_absorber(simulation, element, held)
    return list(dict.fromkeys(found))


def _claimed(
    simulation: Simulation, element: Element, component: str, held: Index
) -> list[Problem]:
    shared = {
        what: index
        for what, claimed, index in _claims(simulation)
        if claimed == component and (held == index).all(axis=1).any()
    }
    return [
        Problem(
            f"{what} lies on {component} at {index}, an edge of {element.name}",
            field=element.name,
            remedy="move one of them by a cell",
        )
        for what, index in shared.items()
    ]


def _claims(simulation: Simulation) -> Iterator[tuple[str, str, tuple[int, int, int]]]:
    """Sources, ports and wires with the edges that they use."""
    for current in simulation.currents:
        i, j, k = current.node
        yield "an impressed current", current.component, (i, j, k)
    for port in simulation.ports:
        component, _, edges = port.edges()
        for index in edges:
            yield f"port {port.name}", component, index
    if simulation.wires or simulation.traces:
        for segment in simulation.network.segments:
            yield "a wire or trace", segment.component, segment.index


def _in_absorber(simulation: Simulation, element: Element, held: Index) -> list[Problem]:
    cells = np.array(simulation.absorber.cells)
    last = np.array(simulation.grid.shape) - cells[:, 1]
    reaches = ((held < cells[:, 0]) | (held > last)).any(axis=0)
    if element.in_absorber or not reaches.any():
        return []
    return [
        Problem(
            f"{element.name} reaches into the absorber at an end of {'xyz'[int(reaches.argmax())]}",
            field=element.name,
            remedy="end it before the absorber, and go on with a perfect conductor",
        )
    ]
