"""Thin wires along grid lines: cables, and traces at their true height over a plane.

A wire is a transmission line of its own on the edges of the grid (Holland and Simpson, IEEE Trans.
EMC 23 (1981) 88-97): current on segments at half steps, excess potential on nodes at whole steps,

    L di/dt + R i = u_from - u_to + w E l + v_s,      C du/dt = sum of currents that flow in,

where L and C are what the grid does not see of the wire. A trace at a height h inside the cell of
height d above a plane couples with the weight w = h / d: the plane's edge below it carries no
field, so linear interpolation between the two lines gives w E, and the same w scales the current it
deposits. The moment i h that radiates is thus the trace's own, wherever the grid line above it
lies.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import EPS0, MU0
from emtwin.errors import GridError, Notice, Problem
from emtwin.grid import Grid
from emtwin.solver.cross_section import grid_inductance, strip_inductance, wire_inductance

_FLOOR = 0.05 * MU0  # H/m; a smaller in-cell inductance would cost time step for nothing
_TOLERATED = 0.02 * MU0  # H/m; more excess than this is told

OPEN = "open"
BONDED = "bonded"


@dataclass(frozen=True)
class WireEnd:
    """How a wire ends.

    Parameters
    ----------
    kind : {"open", "bonded"}
        Open, or connected to the conductor at its last node.
    resistance : float
        Resistor in the last segment, ohm; meaningful for a bonded end.
    port : str
        Name of the port whose reference resistance that resistor is; empty for none.
    """

    kind: str = OPEN
    resistance: float = 0.0
    port: str = ""


@dataclass(frozen=True, eq=False)
class Wire:
    """A conductor thinner than the cells it runs through.

    Parameters
    ----------
    name : str
        Name, for messages and monitors.
    nodes : ndarray of int64, shape (n, 3)
        Grid nodes along it; neighbours differ by one step along one axis.
    radius : float
        Radius in metres.
    start, end : WireEnd
        The ends at the first and the last node.
    permittivity : float
        Relative permittivity around it.
    """

    name: str
    nodes: NDArray[np.int64]
    radius: float
    start: WireEnd = field(default_factory=WireEnd)
    end: WireEnd = field(default_factory=WireEnd)
    permittivity: float = 1.0


@dataclass(frozen=True, eq=False)
class Trace:
    """A flat conductor inside the cell above a perfectly conducting plane normal to z.

    Parameters
    ----------
    name : str
        Name.
    nodes : ndarray of int64, shape (n, 3)
        Nodes *of the plane* below the trace, along x and y.
    height, width : float
        Height over the plane and width in metres; the height is at most the cell's.
    start, end : WireEnd
        Bonded ends come down to the plane through their resistor.
    permittivity : float
        Relative permittivity of what it is embedded in.
    """

    name: str
    nodes: NDArray[np.int64]
    height: float
    width: float
    start: WireEnd = field(default_factory=WireEnd)
    end: WireEnd = field(default_factory=WireEnd)
    permittivity: float = 1.0


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
        In-cell values of the whole segment, H and F.
    resistance : float
        Series resistance, ohm.
    port : str
        Port whose source drives the segment, or "".
    nodes : tuple of int
        Numbers of the nodes it leaves and reaches.
    """

    component: str
    index: tuple[int, int, int]
    length: float
    weight: float
    inductance: float
    capacitance: float
    resistance: float
    port: str
    nodes: tuple[int, int]


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
        For a wire too thick for its cells, a trace above its cell, or a path that leaves the
        grid lines; all of them at once.
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


class _Builder:
    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.segments: list[Segment] = []
        self.bonded: list[bool] = []
        self.notices: list[Notice] = []

    def node(self, *, bonded: bool = False) -> int:
        self.bonded.append(bonded)
        return len(self.bonded) - 1

    def add_wire(self, wire: Wire) -> None:
        steps = _steps(wire.name, wire.nodes)
        nodes = [self.node() for _ in range(len(wire.nodes))]
        self.bonded[nodes[0]] = wire.start.kind == BONDED
        self.bonded[nodes[-1]] = wire.end.kind == BONDED
        wanted = wire_inductance(wire.radius)
        seen: dict[tuple[int, ...], float] = {}
        for n, (axis, sign) in enumerate(steps):
            low = np.minimum(wire.nodes[n], wire.nodes[n + 1])
            across = (axis, *(int(low[a]) for a in range(3) if a != axis))
            if across not in seen:
                seen[across] = self._free_inductance(wire, axis, low, wanted)
            end = wire.start if n == 0 else wire.end if n == len(steps) - 1 else WireEnd()
            self._append(
                axis, sign, low, 1.0, seen[across], wire.permittivity, end, nodes[n : n + 2]
            )

    def _free_inductance(
        self, wire: Wire, axis: int, low: NDArray[np.int64], wanted: float
    ) -> float:
        """In-cell inductance per metre; at least a floor, with a notice where that is too much."""
        u, v = (a for a in range(3) if a != axis)
        at = (int(low[u]), int(low[v]))
        cell = min(self._cell_at(u, at[0]), self._cell_at(v, at[1]))
        if wire.radius > cell / 2:
            raise GridError.single(
                f"wire {wire.name}: its radius of {wire.radius * 1e3:g} mm is above half the "
                f"{cell * 1e3:.3g} mm cell beside it",
                field=wire.name,
                remedy="use larger cells around the wire, or model it as a solid part",
            )
        seen_by_grid = grid_inductance(self.grid.lines[u], self.grid.lines[v], at)
        missing = wanted - seen_by_grid
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

    def _cell_at(self, axis: int, line: int) -> float:
        """Smallest cell beside a grid line, metres."""
        return float(self.grid.spacings[axis][max(line - 1, 0) : line + 1].min())

    def add_trace(self, trace: Trace) -> None:
        k = int(trace.nodes[0, 2])
        cell = float(self.grid.spacings[2][k])
        if not 0 < trace.height <= cell * (1 + 1e-9):
            raise GridError.single(
                f"trace {trace.name} at {trace.height * 1e3:g} mm over its plane does not lie in "
                "the "
                f"cell above it, which is {cell * 1e3:g} mm high",
                field=trace.name,
                remedy="put a grid line at the top of the board, or correct the height",
            )
        weight = trace.height / cell
        steps = _steps(trace.name, trace.nodes)
        nodes = [self.node() for _ in range(len(trace.nodes))]
        wanted = strip_inductance(trace.width, trace.height)
        for n, (axis, sign) in enumerate(steps):
            low = np.minimum(trace.nodes[n], trace.nodes[n + 1])
            across = 1 - axis
            at = (int(low[across]), k + 1)
            seen = grid_inductance(self.grid.lines[across], self.grid.z, at, plane=k)
            edge = low + np.array([0, 0, 1])
            self._append(
                axis, sign, edge, weight, wanted - weight**2 * seen, trace.permittivity, WireEnd(),
                nodes[n : n + 2],
            )  # fmt: skip
        for end, node, at_plane in (
            (trace.start, nodes[0], trace.nodes[0]),
            (trace.end, nodes[-1], trace.nodes[-1]),
        ):
            if end.kind == BONDED:
                self._riser(trace, end, node, at_plane, weight)

    def _riser(
        self, trace: Trace, end: WireEnd, node: int, at_plane: NDArray[np.int64], weight: float
    ) -> None:
        """The connection from the plane up to an end of a trace, which holds its resistor."""
        at = (int(at_plane[0]), int(at_plane[1]))
        seen = grid_inductance(self.grid.x, self.grid.y, at)
        per_metre = max(wire_inductance(trace.width / 4) - seen, 0.05 * MU0)
        ground = self.node(bonded=True)
        self._append(
            2, 1, at_plane, weight, per_metre, trace.permittivity, end, [ground, node], share=weight
        )  # fmt: skip

    def _append(
        self,
        axis: int,
        sign: int,
        index: NDArray[np.int64],
        weight: float,
        inductance_per_metre: float,
        permittivity: float,
        end: WireEnd,
        nodes: list[int],
        share: float = 1.0,
    ) -> None:
        """Add a segment that fills the `share` of its edge."""
        length = float(self.grid.spacings[axis][index[axis]])
        capacitance = MU0 * EPS0 * permittivity / inductance_per_metre * length * share
        self.segments.append(
            Segment(
                "e_" + "xyz"[axis],
                (int(index[0]), int(index[1]), int(index[2])),
                length,
                sign * weight,
                inductance_per_metre * length * share,
                capacitance,
                end.resistance,
                end.port,
                (nodes[0], nodes[1]),
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


def dual_area(grid: Grid, component: str, index: tuple[int, int, int]) -> float:
    """Area across an edge that its current density fills, in m2."""
    axis = "xyz".index(component[-1])
    return float(np.prod([grid.dual_spacings[a][index[a]] for a in range(3) if a != axis]))
