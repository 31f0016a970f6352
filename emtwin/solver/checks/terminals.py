"""Whether the two terminals of a port meet anything that could carry its current on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from emtwin.errors import Problem
from emtwin.grid.medium import PEC_ROW

if TYPE_CHECKING:
    from emtwin.solver.simulation import Simulation

Edge = tuple[str, int, int, int]
Point = tuple[int, int, int]


def ports_across_nothing(scene: Simulation) -> Iterator[Problem]:
    """Ports with a terminal at which no conductor, wire, lossy material or other part begins.

    Parameters
    ----------
    scene : Simulation
        The scene.

    Yields
    ------
    Problem
        One per port that is not declared `bare`.
    """
    taken = _edges_of_parts(scene)
    nodes = {_place(n) for wire in scene.wires for n in wire.nodes}
    nodes |= {_place(n) for trace in scene.traces for n in trace.nodes}
    for port in scene.ports:
        component, _, edges = port.edges()
        if port.bare:
            continue
        own = {(component, *edge) for edge in edges}
        loose = [
            end
            for end in (_place(port.start), _place(port.stop))
            if end not in nodes and not _conducts(scene, end, own, taken)
        ]
        if loose:
            yield Problem(
                f"port {port.name} is across nothing: at {' and '.join(map(str, loose))} no "
                "conductor, wire, lossy material or other part meets it, so that only the field "
                "around it would carry its current",
                field=port.name,
                remedy="move the terminal onto the conductor (is there metal on that very node?), "
                "or declare the port with bare=True if it is to hang in space, as a field probe",
            )


def _conducts(scene: Simulation, node: Point, own: set[Edge], taken: set[Edge]) -> bool:
    """Whether an edge at a node that is not the port's own carries current."""
    sigma = scene.medium.conductivity
    for axis in range(3):
        component = f"e_{'xyz'[axis]}"
        for before in (0, 1):
            index = list(node)
            index[axis] -= before
            edge = (component, *index)
            if not 0 <= index[axis] < scene.grid.shape[axis] or edge in own:
                continue
            if edge in taken:
                return True
            row = scene.boundaries.closed_row(scene.medium, component, _place(index))
            if row == PEC_ROW or (row < sigma.size and sigma[row] > 0):
                return True
    return False


def _edges_of_parts(scene: Simulation) -> set[Edge]:
    """Edges of elements and of ports."""
    parts: list[tuple[str, Iterable[Iterable[int]]]] = []
    for element in scene.elements:
        parts += list(element.owned(scene.grid).items())
    for port in scene.ports:
        component, _, edges = port.edges()
        parts.append((component, edges))
    return {
        (name, *_place(index)) for name, indices in parts if name[0] == "e" for index in indices
    }


def _place(node: Iterable[int]) -> Point:
    i, j, k = (int(n) for n in node)
    return i, j, k
