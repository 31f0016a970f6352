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

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import GridError
from emtwin.grid import Grid
from emtwin.solver.wires.oblique import staircase

OPEN = "open"
BONDED = "bonded"
NO_CAPACITOR = float("inf")


@dataclass(frozen=True)
class WireEnd:
    """How a wire ends.

    Parameters
    ----------
    kind : {"open", "bonded"}
        Open, or connected to the conductor at its last node. An open end at a node of another
        wire is joined to that wire.
    resistance : float
        Resistor in the last segment, ohm.
    port : str
        Name of the port whose reference resistance that resistor is; empty for none.
    inductance : float
        Inductor in series with it, H.
    capacitance : float
        Capacitor in series with it, F; infinite for none.
    """

    kind: str = OPEN
    resistance: float = 0.0
    port: str = ""
    inductance: float = 0.0
    capacitance: float = NO_CAPACITOR


@dataclass(frozen=True)
class WireLoad:
    """Resistor, inductor and capacitor in series within a wire.

    Parameters
    ----------
    segment : int
        Number of the segment that holds it, from 0 at the start.
    resistance : float
        Ohm.
    inductance : float
        H.
    capacitance : float
        F; infinite for none.
    port : str
        Name of the port whose reference resistance the resistor is; empty for none.
    """

    segment: int
    resistance: float = 0.0
    inductance: float = 0.0
    capacitance: float = NO_CAPACITOR
    port: str = ""


@dataclass(frozen=True, eq=False)
class Wire:
    """A conductor thinner than the cells it runs through.

    Wires that share a node are joined there, end to end or anywhere; a wire that ends where it
    begins is a closed loop.

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
    loads : tuple of WireLoad
        Loads and ports between the ends.
    oblique : tuple of (int, int)
        First and last node number of each leg that stands for the straight line between the two;
        see `Wire.through`.
    """

    name: str
    nodes: NDArray[np.int64]
    radius: float
    start: WireEnd = field(default_factory=WireEnd)
    end: WireEnd = field(default_factory=WireEnd)
    permittivity: float = 1.0
    loads: tuple[WireLoad, ...] = ()
    oblique: tuple[tuple[int, int], ...] = ()

    @classmethod
    def between(
        cls,
        grid: Grid,
        name: str,
        here: Sequence[float],
        there: Sequence[float],
        radius: float,
        **settings: Any,
    ) -> Wire:
        """Straight wire between the nodes nearest to two points (m), in any direction.

        See `through`.
        """
        return cls.through(grid, name, (here, there), radius, **settings)

    @classmethod
    def through(
        cls,
        grid: Grid,
        name: str,
        points: Sequence[Sequence[float]],
        radius: float,
        **settings: Any,
    ) -> Wire:
        """Wire of straight legs between the nodes nearest to `points`, in any direction.

        An oblique leg is a staircase along grid lines that behaves as the straight wire does
        (`emtwin.solver.wires.oblique`).

        Parameters
        ----------
        grid : Grid
            The grid.
        name : str
            Name.
        points : sequence of (x, y, z)
            Corners in metres.
        radius : float
            Radius in metres.
        **settings
            Further arguments of `Wire`.

        Returns
        -------
        Wire
            The wire.

        Raises
        ------
        GridError
            If a point lies outside the grid, or two neighbours are nearest to the same node.
        """
        corners = [np.array(grid.nearest_node((p[0], p[1], p[2])), np.int64) for p in points]
        nodes, oblique = [corners[0]], list[tuple[int, int]]()
        for here, there in pairwise(corners):
            move = there - here
            if not move.any():
                raise GridError.single(
                    f"wire {name}: two of its corners are nearest to the same node {tuple(here)}",
                    field=name,
                    remedy="use smaller cells, or fewer corners",
                )
            first = len(nodes) - 1
            nodes += list(
                here + np.sign(move) * np.cumsum(np.eye(3, dtype=int)[staircase(move)], 0)
            )
            if np.count_nonzero(move) > 1:
                oblique.append((first, len(nodes) - 1))
        path = np.array(nodes, np.int64)
        return cls(name, path, radius, oblique=tuple(oblique), **settings)


@dataclass(frozen=True, eq=False)
class Trace:
    """A flat conductor inside a cell above or below a perfectly conducting plane normal to z.

    Parameters
    ----------
    name : str
        Name.
    nodes : ndarray of int64, shape (n, 3)
        Nodes *of the plane* beside the trace, along x and y.
    height, width : float
        Distance from the plane and width in metres; the distance is at most the cell's height.
    start, end : WireEnd
        Bonded ends come to the plane through their resistor.
    permittivity : float
        Relative permittivity of what it is embedded in.
    below : bool
        Whether it lies below its plane; else above.
    covered : frozenset of int
        Steps along `nodes` that have metal on the far side of the cell, too.
    """

    name: str
    nodes: NDArray[np.int64]
    height: float
    width: float
    start: WireEnd = field(default_factory=WireEnd)
    end: WireEnd = field(default_factory=WireEnd)
    permittivity: float = 1.0
    below: bool = False
    covered: frozenset[int] = frozenset()


def loads_by_segment(wire: Wire, count: int) -> dict[int, WireLoad]:
    """Loads of a wire with `count` segments, those of its ends included, one per segment at most.

    Raises
    ------
    GridError
        If a load is beyond the wire, two share a segment with a port, or a value is impossible.
    """
    ends = (at_end(wire.start, 0, wire.name), at_end(wire.end, count - 1, wire.name))
    found: dict[int, WireLoad] = {}
    for load in (*(load for load in ends if load is not None), *wire.loads):
        _check_load(wire.name, load, count)
        here = found.get(load.segment)
        found[load.segment] = load if here is None else _in_series(wire.name, here, load)
    return found


def at_end(end: WireEnd, segment: int, name: str) -> WireLoad | None:
    """What an end holds, as a load of its segment, or None; see `loads_by_segment`."""
    load = WireLoad(segment, end.resistance, end.inductance, end.capacitance, end.port)
    if load == WireLoad(segment):
        return None
    _check_load(name, load, segment + 1)
    return load


def _in_series(name: str, one: WireLoad, other: WireLoad) -> WireLoad:
    if one.port or other.port:
        raise GridError.single(
            f"wire {name}: segment {one.segment} holds port {one.port or other.port} and something "
            "else in series",
            field=name,
            remedy="put the load on a neighbouring segment",
        )
    elastance = 1 / one.capacitance + 1 / other.capacitance
    return WireLoad(
        one.segment,
        one.resistance + other.resistance,
        one.inductance + other.inductance,
        1 / elastance if elastance else NO_CAPACITOR,
    )


def _check_load(name: str, load: WireLoad, count: int) -> None:
    if not 0 <= load.segment < count:
        raise GridError.single(
            f"wire {name}: a load in segment {load.segment}, but it has segments 0 to {count - 1}",
            field=name,
        )
    bad = load.resistance < 0 or load.inductance < 0 or not load.capacitance > 0
    if bad or not np.isfinite(load.resistance + load.inductance):
        raise GridError.single(
            f"wire {name}: the load in segment {load.segment} of {load.resistance:g} ohm, "
            f"{load.inductance:g} H and {load.capacitance:g} F is not possible",
            field=name,
            remedy="R and L at least 0, C above 0; leave C out for none",
        )
    if load.port and load.resistance == 0:
        raise GridError.single(
            f"wire {name}: port {load.port} has no reference resistance", field=name,
            remedy="give it the resistance of its port, 50 ohm for one",
        )  # fmt: skip


def cell_around(grid: Grid, axis: int, low: NDArray[np.int64]) -> float:
    """Smallest cell across the edge from node `low` on, in m; a radius is at most half of it."""
    return min(
        float(grid.spacings[a][max(int(low[a]) - 1, 0) : int(low[a]) + 1].min())
        for a in range(3)
        if a != axis
    )


def dual_area(grid: Grid, component: str, index: tuple[int, int, int]) -> float:
    """Area across an edge that its current density fills, in m2."""
    axis = "xyz".index(component[-1])
    return float(np.prod([grid.dual_spacings[a][index[a]] for a in range(3) if a != axis]))
