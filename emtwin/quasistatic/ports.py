"""Ports of a low-frequency model: two nodes on one grid line, as the field solver has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import GridError, InputError, Problem
from emtwin.grid import Node
from emtwin.quasistatic.static_scene import StaticScene

Real = NDArray[np.float64]


class PortLike(Protocol):
    """Anything with a name and two terminals; the ports of the field solver are."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def start(self) -> Node:
        """Negative terminal."""

    @property
    def stop(self) -> Node:
        """Positive terminal."""


def gap_current(scene: StaticScene, port: PortLike) -> Real:
    """One ampere from `start` to `stop` through the edges of a port's gap.

    Parameters
    ----------
    scene : StaticScene
        Where it is.
    port : PortLike
        The port.

    Returns
    -------
    ndarray, shape (3, nx+1, ny+1, nz+1)
        Currents of the edges in ampere: 1 or -1 along the gap.

    Raises
    ------
    GridError
        If the terminals are not on one grid line, or the gap is bridged by metal.
    """
    move = np.subtract(port.stop, port.start)
    if np.count_nonzero(move) != 1:
        raise GridError.single(
            f"port {port.name}: its terminals must be two nodes on one grid line, got "
            f"{tuple(port.start)} and {tuple(port.stop)}",
            field=port.name,
        )
    axis = int(np.flatnonzero(move)[0])
    where: list[int | slice] = list(np.minimum(port.start, port.stop))
    where[axis] = slice(int(where[axis]), int(where[axis]) + abs(int(move[axis])))  # type: ignore[arg-type]
    if scene.conducting[axis][tuple(where)].any():
        raise GridError.single(
            f"port {port.name}: metal bridges its gap, which shorts it",
            field=port.name,
            remedy="place it across the gap between two conductors, or refine the grid there",
        )
    current = np.zeros((3, *scene.grid.nodes))
    current[axis][tuple(where)] = np.sign(move[axis])
    return current


def terminals(scene: StaticScene, ports: Sequence[PortLike]) -> NDArray[np.int64]:
    """Conductors at the terminals of ports.

    Parameters
    ----------
    scene : StaticScene
        Where they are.
    ports : sequence of PortLike
        The ports.

    Returns
    -------
    ndarray of int64, shape (n, 2)
        Conductors at `start` and `stop`. Where they are the same, metal closes the loop.

    Raises
    ------
    InputError
        If terminals touch no metal, or two ports share a name; all of them at once.
    """
    on_wires = set(scene.wires.ports)
    problems, found = [], np.full((len(ports), 2), -1, np.int64)
    for n, port in enumerate(ports):
        for end, node in enumerate((port.start, port.stop)):
            try:
                on_wire = port.name in on_wires
                found[n, end] = (
                    scene.carrier_of_nodes[node] if on_wire else scene.conductor_at(node)
                )
            except GridError as error:
                problems += [
                    Problem(f"port {port.name}: {p.message}", field=port.name, remedy=p.remedy)
                    for p in error.problems
                ]
    names = [port.name for port in ports]
    problems += [
        Problem(f"{names.count(name)} ports are called {name!r}", field=name, remedy="rename one")
        for name in sorted(set(names))
        if names.count(name) > 1
    ]
    if problems:
        raise InputError(problems)
    return found
