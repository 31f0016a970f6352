"""Thin conductors as one graph: segments with in-cell values, and the nodes that they share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import EPS0, MU0, TWO_PI
from emtwin.errors import GridError, Notice, Problem
from emtwin.grid import Grid
from emtwin.solver.wires.cross_section import (
    grid_inductance,
    spread_share,
    strip_inductance,
    wire_inductance,
)
from emtwin.solver.wires.oblique import Straight, straight_line
from emtwin.solver.wires.trace_cells import cell_beside, covered_inductance, covered_notice
from emtwin.solver.wires.wire import (
    BONDED,
    Trace,
    Wire,
    WireEnd,
    WireLoad,
    at_end,
    cell_around,
    loads_by_segment,
)

_FLOOR = 0.05 * MU0  # H/m; a smaller in-cell inductance would cost time step for nothing
_TOLERATED = 0.02 * MU0  # H/m; more excess than this is told


@dataclass(frozen=True, eq=False)
class Segment:
    """One edge's worth of a wire, with everything its update needs.

    Parameters
    ----------
    component : str
        Field component of the edge.
    index : tuple of int
        Index of the edge.
    length : float
        Length of the edge in metres.
    weight : float
        Signed share of the edge's field that drives the segment, and of its current deposited;
        negative where the segment runs against the axis.
    inductance, capacitance : float
        In-cell values of the whole segment, H and F; the inductance with that of its load.
    resistance, elastance : float
        Series resistance in ohm, and 1 over the series capacitance in 1/F.
    port : str
        Port whose source drives the segment, or "".
    nodes : tuple of int
        Numbers of the nodes it leaves and reaches.
    beside : tuple of (index, weight)
        Neighbouring edges that a thick wire is spread over, with their weights.
    """

    component: str
    index: tuple[int, int, int]
    length: float
    weight: float
    inductance: float
    capacitance: float
    resistance: float
    elastance: float
    port: str
    nodes: tuple[int, int]
    beside: tuple[tuple[tuple[int, int, int], float], ...] = ()

    @property
    def edges(self) -> tuple[tuple[tuple[int, int, int], float], ...]:
        """Every edge that drives it and takes its current, with the weight."""
        return ((self.index, self.weight), *self.beside)


@dataclass(frozen=True, eq=False)
class WireNetwork:
    """All wires of a scene as one graph of segments and nodes.

    Parameters
    ----------
    segments : tuple of Segment
        The segments.
    bonded : ndarray of bool, shape (n_nodes,)
        Nodes held at the potential of the conductor they touch.
    notices : tuple of Notice
        Wires whose radius the grid could not keep.
    """

    segments: tuple[Segment, ...]
    bonded: NDArray[np.bool_]
    notices: tuple[Notice, ...] = ()

    @cached_property
    def node_capacitance(self) -> NDArray[np.float64]:
        """Capacitance of each node: half of each segment that meets there, in F."""
        total = np.zeros(self.bonded.size)
        for segment in self.segments:
            for node in segment.nodes:
                total[node] += segment.capacitance / 2
        return total

    @cached_property
    def node_weight(self) -> NDArray[np.float64]:
        """Sum of 1 / sqrt(L) over the segments that meet at each node, H^-1/2."""
        total = np.zeros(self.bonded.size)
        for segment in self.segments:
            for node in segment.nodes:
                total[node] += segment.inductance**-0.5
        return total

    def port_segment(self, port: str) -> int:
        """Number of the segment that holds a port."""
        return next(n for n, segment in enumerate(self.segments) if segment.port == port)

    @property
    def ports(self) -> tuple[str, ...]:
        """Names of the ports on wires, in order."""
        return tuple(segment.port for segment in self.segments if segment.port)


def build_network(grid: Grid, wires: tuple[Wire, ...], traces: tuple[Trace, ...]) -> WireNetwork:
    """Join wires and traces into one network.

    Parameters
    ----------
    grid : Grid
        The grid.
    wires, traces : tuple
        What to join.

    Raises
    ------
    GridError
        For a wire too thick for its cells, a second wire along an edge, a load that is impossible,
        an oblique leg through unequal cells, a trace above its cell, or a path that leaves the grid
        lines; all of them at once.
    """
    builder = _Builder(grid)
    problems: list[Problem] = []
    for add in (
        *(partial(builder.add_wire, w) for w in wires),
        *(partial(builder.add_trace, t) for t in traces),
    ):
        try:
            add()
        except GridError as error:
            problems += error.problems
    if problems:
        raise GridError(problems)
    notices = tuple(dict.fromkeys(builder.notices))
    return WireNetwork(tuple(builder.segments), np.array(builder.bonded, bool), notices)


class _InCell(NamedTuple):
    """What the grid does not see of a piece of wire, H and F."""

    inductance: float
    capacitance: float


class _Builder:
    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.segments: list[Segment] = []
        self.bonded: list[bool] = []
        self.notices: list[Notice] = []
        self._numbers: dict[tuple[int, ...], int] = {}  # of wires' nodes, by place
        self._passed: dict[tuple[int, ...], str] = {}  # wire that runs through a node
        self._edges: set[tuple[int, ...]] = set()  # that hold a wire

    def node(self, *, bonded: bool = False) -> int:
        self.bonded.append(bonded)
        return len(self.bonded) - 1

    def add_wire(self, wire: Wire) -> None:
        steps = _steps(wire.name, wire.nodes)
        self._check_inside(wire)
        loads = loads_by_segment(wire, len(steps))
        straight = self._straight_lines(wire)
        nodes = self._joined(wire)
        seen: dict[tuple[int, ...], tuple[float, float]] = {}
        for n, (axis, sign) in enumerate(steps):
            low = np.minimum(wire.nodes[n], wire.nodes[n + 1])
            self._claim(wire, axis, low)
            share = 0.0
            if n in straight:
                values = self._oblique(wire, axis, low, straight[n])
            else:
                across = (axis, *(int(low[a]) for a in range(3) if a != axis))
                if across not in seen:
                    seen[across] = self._free_inductance(wire, axis, low)
                per_metre, share = seen[across]
                values = self._filled(axis, low, per_metre, wire.permittivity)
            self._append(axis, sign, low, 1.0, values, loads.get(n), nodes[n : n + 2], share)

    def _check_inside(self, wire: Wire) -> None:
        outside = np.any((wire.nodes < 0) | (wire.nodes >= np.array(self.grid.nodes)), axis=1)
        if outside.any():
            raise GridError.single(
                f"wire {wire.name}: {outside.sum()} of its nodes lie outside the grid of "
                f"{self.grid.shape} cells, the first is {tuple(wire.nodes[outside][0].tolist())}",
                field=wire.name,
                remedy="keep it within the grid",
            )

    def _claim(self, wire: Wire, axis: int, low: NDArray[np.int64]) -> None:
        """Refuse a wire too thick for its cells, and a second wire on an edge."""
        cell = cell_around(self.grid, axis, low)
        if wire.radius > cell / 2:
            raise GridError.single(
                f"wire {wire.name}: its radius of {wire.radius * 1e3:g} mm is above half the "
                f"{cell * 1e3:.3g} mm cell beside it",
                field=wire.name,
                remedy="use larger cells around the wire, or model it as a solid part",
            )
        edge = (axis, *low.tolist())
        if edge in self._edges:
            raise GridError.single(
                f"wire {wire.name} runs along an edge that holds a wire already, from node "
                f"{tuple(low.tolist())} along {'xyz'[axis]}",
                field=wire.name,
                remedy="end it where it meets the other wire (wires that share a node are joined), "
                "or lead it a cell beside it",
            )
        self._edges.add(edge)

    def _joined(self, wire: Wire) -> list[int]:
        """Numbers of a wire's nodes; where other wires have been, theirs."""
        places = [tuple(place) for place in wire.nodes.tolist()]
        for place in places[1:-1]:
            other = self._passed.setdefault(place, wire.name)
            if places.index(place) != len(places) - 1 - places[::-1].index(place):
                other = "itself"
            elif other == wire.name:
                continue
            self.notices.append(
                Notice(
                    "wires-cross",
                    f"Wire {wire.name} crosses {other} at node {place} and is joined to it there. "
                    "Lead one of them a cell away if they do not touch.",
                )
            )
        for place in places:
            if place not in self._numbers:
                self._numbers[place] = self.node()
        nodes = [self._numbers[place] for place in places]
        self.bonded[nodes[0]] |= wire.start.kind == BONDED
        self.bonded[nodes[-1]] |= wire.end.kind == BONDED
        return nodes

    def _straight_lines(self, wire: Wire) -> dict[int, Straight]:
        """The line that each step of an oblique leg stands for, by the number of the step."""
        found: dict[int, Straight] = {}
        for first, last in wire.oblique:
            line = straight_line(self.grid, wire.name, wire.nodes[first], wire.nodes[last])
            found |= dict.fromkeys(range(first, last), line)
        return found

    def _oblique(self, wire: Wire, axis: int, low: NDArray[np.int64], line: Straight) -> _InCell:
        """In-cell values of a step that stands for its share of a straight line."""
        inductance = self._floored(wire, MU0 / TWO_PI * math.log(line.magnetic / wire.radius))
        potential = max(math.log(line.electric / wire.radius) / TWO_PI, _FLOOR / MU0)
        share = float(self.grid.spacings[axis][low[axis]] * line.direction[axis])
        return _InCell(inductance * share, EPS0 * wire.permittivity / potential * share)

    def _filled(
        self,
        axis: int,
        low: NDArray[np.int64],
        per_metre: float,
        permittivity: float,
        share: float = 1.0,
    ) -> _InCell:
        """In-cell values of the `share` of an edge, with the speed of the medium."""
        length = float(self.grid.spacings[axis][low[axis]]) * share
        return _InCell(per_metre * length, MU0 * EPS0 * permittivity / per_metre * length)

    def _free_inductance(
        self, wire: Wire, axis: int, low: NDArray[np.int64]
    ) -> tuple[float, float]:
        """In-cell inductance per metre along a grid line, and the share that neighbours take."""
        u, v = (a for a in range(3) if a != axis)
        at, lines = (int(low[u]), int(low[v])), (self.grid.lines[u], self.grid.lines[v])
        wanted = wire_inductance(wire.radius)
        missing = wanted - grid_inductance(*lines, at)
        inner = all(0 < n < line.size - 1 for n, line in zip(at, lines, strict=True))
        if missing < _FLOOR and inner:
            return _FLOOR, spread_share(*lines, at, wanted - _FLOOR)
        return self._floored(wire, missing), 0.0

    def _floored(self, wire: Wire, missing: float) -> float:
        """At least a floor, with a notice where that is too much."""
        if _FLOOR - missing > _TOLERATED:
            stands_for = wire.radius * np.exp(missing * 2 * np.pi / MU0)
            self.notices.append(
                Notice(
                    "wire-thinner",
                    f"Wire {wire.name} of radius {wire.radius * 1e3:g} mm runs through cells in "
                    "which a "
                    f"grid line stands for {stands_for * 1e3:.2g} mm: its inductance is up to "
                    f"{(_FLOOR - missing) * 1e9:.0f} nH/m too large there.",
                )
            )
        return max(missing, _FLOOR)

    def add_trace(self, trace: Trace) -> None:
        z, plane, cell = cell_beside(self.grid, trace)
        weight, side = trace.height / cell, -1 if trace.below else 1
        if trace.covered:
            self.notices.append(covered_notice(self.grid, trace))
        steps = _steps(trace.name, trace.nodes)
        nodes = [self.node() for _ in range(len(trace.nodes))]
        wanted = strip_inductance(trace.width, trace.height)
        for n, (axis, sign) in enumerate(steps):
            low = np.minimum(trace.nodes[n], trace.nodes[n + 1])
            across = 1 - axis
            at = (int(low[across]), plane + 1)
            edge = low + np.array([0, 0, side])
            if n in trace.covered:  # the grid sees nothing of a current between two conductors
                own = covered_inductance(trace, cell)
            else:
                seen = grid_inductance(self.grid.lines[across], z, at, plane=plane)
                own = wanted - weight**2 * seen
            values = self._filled(axis, edge, own, trace.permittivity)
            self._append(axis, sign, edge, weight, values, None, nodes[n : n + 2])
        ends = (trace.start, nodes[0], trace.nodes[0]), (trace.end, nodes[-1], trace.nodes[-1])
        for end, node, at_plane in ends:
            if end.kind == BONDED:
                self._riser(trace, end, node, at_plane, weight)

    def _riser(
        self, trace: Trace, end: WireEnd, node: int, at_plane: NDArray[np.int64], weight: float
    ) -> None:
        """The connection from the plane to an end of a trace, which holds its resistor."""
        at = (int(at_plane[0]), int(at_plane[1]))
        seen = grid_inductance(self.grid.x, self.grid.y, at)
        per_metre = max(wire_inductance(trace.width / 4) - seen, 0.05 * MU0)
        ground = self.node(bonded=True)
        side = -1 if trace.below else 1
        edge = at_plane - np.array([0, 0, int(trace.below)])
        values = self._filled(2, edge, per_metre, trace.permittivity, share=weight)
        load = at_end(end, 0, trace.name)
        self._append(2, side, edge, weight, values, load, [ground, node])

    def _append(
        self,
        axis: int,
        sign: int,
        index: NDArray[np.int64],
        weight: float,
        values: _InCell,
        load: WireLoad | None,
        nodes: list[int],
        spread: float = 0.0,
    ) -> None:
        """Add the segment of an edge, the share `spread` of it on the four edges beside."""
        load = load or WireLoad(0)
        steps = np.delete(np.eye(3, dtype=int), axis, 0)
        beside = [index + step for step in (*steps, *-steps)] if spread else []
        self.segments.append(
            Segment(
                "e_" + "xyz"[axis],
                (int(index[0]), int(index[1]), int(index[2])),
                float(self.grid.spacings[axis][index[axis]]),
                sign * weight * (1 - spread),
                values.inductance + load.inductance,
                values.capacitance,
                load.resistance,
                1 / load.capacitance,
                load.port,
                (nodes[0], nodes[1]),
                tuple(((int(i), int(j), int(k)), sign * spread / 4) for i, j, k in beside),
            )
        )


def _steps(name: str, nodes: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Axis and sign of each step along a chain of nodes."""
    moves = np.diff(nodes, axis=0)
    if len(nodes) < 2 or np.any(np.abs(moves).sum(axis=1) != 1):
        raise GridError.single(
            f"{name}: its path must step from node to neighbouring node", field=name
        )
    return [(int(axis := np.argmax(np.abs(move))), int(move[axis])) for move in moves]
