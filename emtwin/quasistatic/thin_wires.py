"""Thin wires of the field solver in its static limit.

A wire of Holland and Simpson (IEEE Trans. EMC 23 (1981) 88-97) has currents i on edges of the grid
and excess potentials v on their nodes,

    L di/dt = v_from - v_to + E l,      C dv/dt = sum of currents that flow in.

Without current E l is a difference of grid potentials phi, so v + phi = V is one potential along
the wire, and the charge C (V - phi) of a node is that of the grid there: the wire is a conductor
that each node of its path joins through C. With the vector potential A in the gauge that takes V
away, i = -A l / L: 1 / L stands in parallel with the reluctances of the grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError, Problem
from emtwin.grid import Grid, Node
from emtwin.quasistatic.port import Port

Real = NDArray[np.float64]
Numbers = NDArray[np.int64]


class SegmentLike(Protocol):
    """One edge of a wire, as the field solver has it."""

    @property
    def component(self) -> str:
        """Field component of the edge, "e_x" to "e_z"."""

    @property
    def index(self) -> tuple[int, int, int]:
        """Index of the edge."""

    @property
    def edges(self) -> Sequence[tuple[tuple[int, int, int], float]]:
        """Edges that it couples to, with signed weights."""

    @property
    def inductance(self) -> float:
        """H that the grid does not see."""

    @property
    def resistance(self) -> float:
        """Ohm in series; that of a port is its reference."""

    @property
    def elastance(self) -> float:
        """1 over a capacitance in series, 1/F."""

    @property
    def port(self) -> str:
        """Name of the port in it, or ""."""

    @property
    def nodes(self) -> tuple[int, int]:
        """Numbers of the wire's nodes that it leaves and reaches."""


class NetworkLike(Protocol):
    """Wires as one graph; what the field solver builds of its wires fits."""

    @property
    def segments(self) -> Sequence[SegmentLike]:
        """The segments."""

    @property
    def bonded(self) -> NDArray[np.bool_]:
        """Nodes connected to the conductor that they touch, shape (n_nodes,)."""

    @property
    def node_capacitance(self) -> Real:
        """F between each node and the grid, shape (n_nodes,)."""


@dataclass(frozen=True, eq=False)
class ThinWires:
    """Wires on the edges of a grid; no wires by default.

    Parameters
    ----------
    axis : ndarray of int64, shape (n,)
        Axis of every segment.
    ends : ndarray of int64, shape (n, 2)
        Numbers of the wires' nodes that it leaves and reaches.
    inductance : ndarray, shape (n,)
        In henry.
    ports : tuple of str
        Port in every segment, or "".
    places : ndarray of int64, shape (m, 3)
        Grid node of every node.
    capacitance : ndarray, shape (m,)
        Between every node and the grid, in farad.
    bonded : ndarray of bool, shape (m,)
        Nodes connected to the metal that they touch.
    """

    axis: Numbers
    ends: Numbers
    inductance: Real
    ports: tuple[str, ...]
    places: Numbers
    capacitance: Real
    bonded: NDArray[np.bool_]

    @classmethod
    def none(cls) -> ThinWires:
        """No wires."""
        no, whole = np.zeros(0), np.zeros(0, np.int64)
        places = whole.reshape(0, 3)
        return cls(whole, whole.reshape(0, 2), no, (), places, no, whole.astype(bool))

    @classmethod
    def of_network(cls, network: NetworkLike) -> ThinWires:
        """The wires of a field solver's network.

        Parameters
        ----------
        network : NetworkLike
            Such as `emtwin.solver.wires.network.build_network` gives.

        Raises
        ------
        InputError
            If a segment is a trace or spread over its neighbours, or holds a resistor or a
            capacitor that is no port.
        """
        segments = network.segments
        problems = [p for n, s in enumerate(segments) for p in _unfit(n, s)]
        if problems:
            raise InputError(problems)
        axis = np.array(["xyz".index(s.component[-1]) for s in segments], np.int64)
        ends = np.array([s.nodes for s in segments], np.int64).reshape(-1, 2)
        low = np.array([s.index for s in segments], np.int64).reshape(-1, 3)
        high = low + np.eye(3, dtype=np.int64)[axis]
        forward = np.array([s.edges[0][1] > 0 for s in segments], bool)[:, None]
        places = np.zeros((network.bonded.size, 3), np.int64)
        places[ends[:, 0]] = np.where(forward, low, high)
        places[ends[:, 1]] = np.where(forward, high, low)
        return cls(
            axis,
            ends,
            np.array([s.inductance for s in segments], np.float64),
            tuple(s.port for s in segments),
            places,
            np.asarray(network.node_capacitance),
            np.asarray(network.bonded),
        )

    def moved(self, shift: Node) -> ThinWires:
        """The same wires where the indices of nodes are larger by `shift`."""
        return replace(self, places=self.places + np.array(shift))

    @property
    def closed(self) -> NDArray[np.bool_]:
        """Segments that hold no port, shape (n,)."""
        return np.array([not port for port in self.ports], bool)

    def port(self, name: str) -> Port:
        """The gap of a segment's port, from the node that it leaves to the one it reaches.

        Raises
        ------
        InputError
            If no segment holds it.
        """
        if not name or name not in self.ports:
            raise InputError.single(
                f"no wire holds a port {name!r}",
                field="ports",
                remedy=f"the wires' ports are {', '.join(filter(None, self.ports)) or 'none'}",
            )
        start, stop = (
            Node(*(int(i) for i in self.places[n])) for n in self.ends[self.ports.index(name)]
        )
        return Port(name, start, stop)

    def inductances_of(self, names: Sequence[str]) -> Real:
        """In-cell inductances in series with ports in henry, 0 for those not on wires."""
        own = {name: float(value) for name, value in zip(self.ports, self.inductance, strict=True)}
        return np.array([own.get(name, 0.0) for name in names])

    def nodes_on(self, grid: Grid) -> Numbers:
        """Flat number of the grid node of every node, shape (m,)."""
        return np.asarray(self.places @ np.array(grid.node_strides), np.int64)

    def edges_on(self, grid: Grid) -> Numbers:
        """Flat number of the edge of every segment, in (3, nx+1, ny+1, nz+1)."""
        tail = self.nodes_on(grid)[self.ends].min(axis=1)
        return np.asarray(self.axis * int(np.prod(grid.nodes)) + tail, np.int64)


def _unfit(number: int, segment: SegmentLike) -> list[Problem]:
    """Why a segment has no place in a static model."""
    field = segment.port or f"segment {number}"
    found = []
    if len(segment.edges) != 1 or abs(segment.edges[0][1]) != 1:
        found.append(
            Problem(
                f"wires: {field} is a trace inside a cell, or too thick for one edge of the grid",
                field=field,
                remedy="use larger cells round the wire; traces are not in the static model",
            )
        )
    if segment.elastance or (segment.resistance and not segment.port):
        found.append(
            Problem(
                f"wires: {field} holds {segment.resistance:g} ohm and {segment.elastance:g} 1/F "
                "in series, which are no part of a static model",
                field=field,
                remedy="put a port there, and the load on the circuit's port",
            )
        )
    return found
