"""Lumped edges and impressed fields: ports across edges, current sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import GridError
from emtwin.grid import Grid, Node
from emtwin.solver.wires.wire import dual_area


@dataclass(frozen=True)
class EdgePort:
    """A resistor, and a source when driven, along a straight row of edges between two nodes.

    Parameters
    ----------
    name : str
        Name of the port.
    start, stop : Node
        Negative and positive terminal; they differ along one axis.
    resistance : float
        Reference resistance in ohm.
    bare : bool
        It may hang in space, as a field probe does: a port with an end that meets nothing is
        refused otherwise.
    """

    name: str
    start: Node
    stop: Node
    resistance: float
    bare: bool = False

    def edges(self) -> tuple[str, int, list[tuple[int, int, int]]]:
        """Component, sign and indices of the edges.

        Raises
        ------
        GridError
            If the terminals are the same node or do not lie on one grid line.
        """
        move = np.array(self.stop) - np.array(self.start)
        if np.count_nonzero(move) != 1:
            raise GridError.single(
                f"port {self.name}: its terminals must be two nodes on one grid line, "
                f"got {tuple(self.start)} and {tuple(self.stop)}",
                field=self.name,
            )
        axis = int(np.flatnonzero(move)[0])
        low = min(self.start[axis], self.stop[axis])
        indices = []
        for n in range(abs(int(move[axis]))):
            index = list(self.start)
            index[axis] = low + n
            indices.append((index[0], index[1], index[2]))
        return "e_" + "xyz"[axis], int(np.sign(move[axis])), indices


@dataclass(frozen=True)
class CurrentElement:
    """An impressed current along one edge: a Hertzian dipole of moment current times edge length.

    Parameters
    ----------
    component : {"e_x", "e_y", "e_z"}
        Edge direction.
    node : Node
        Index of the edge.
    current : float
        Amplitude in ampere of the waveform.
    """

    component: str
    node: Node
    current: float = 1.0


class Waveforms(NamedTuple):
    """Tables that impressed fields follow, zero before and after.

    Parameters
    ----------
    table : ndarray of float64, shape (rows, n)
        Values, `oversampling` per step, linear in between.
    oversampling : int
        Values per step.
    """

    table: NDArray[np.float64]
    oversampling: int


@dataclass(frozen=True, eq=False)
class Impressed:
    """Additions to a field.

    Parameters
    ----------
    component : str
        Field component.
    index : ndarray of int64, shape (n, 3)
        Places in its array.
    weight : ndarray of float64, shape (n,)
        Factor of the waveform.
    delay : ndarray of float64, shape (n,)
        Delay in steps.
    row : ndarray of int64, shape (n,)
        Row of the waveforms' table.
    """

    component: str
    index: NDArray[np.int64]
    weight: NDArray[np.float64]
    delay: NDArray[np.float64]
    row: NDArray[np.int64]


def impressed_current(grid: Grid, source: CurrentElement, gain: float) -> Impressed:
    """Addition of a current element: -gain i / area, `gain` the edge's cb (dt / eps0 in vacuum)."""
    index = np.array([source.node], np.int64)
    area = dual_area(grid, source.component, (source.node.i, source.node.j, source.node.k))
    weight = np.array([-source.current * gain / area])
    return Impressed(source.component, index, weight, np.array([-0.5]), np.zeros(1, np.int64))


def parity(tangential: int, normal: int, third: int) -> int:
    """+1 where e along `tangential` gains d h_third / d normal in the curl of h, else -1."""
    return 1 if (tangential, normal, third) in ((0, 1, 2), (1, 2, 0), (2, 0, 1)) else -1
