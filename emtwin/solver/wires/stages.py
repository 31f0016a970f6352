"""The stages that advance thin wires: currents, potentials, and what the currents do to e."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Array, Box, Stage
from emtwin.solver.stages.assembly import Assembly
from emtwin.solver.stages.places import after_all, grouped, reading_on
from emtwin.solver.wires.network import Segment, WireNetwork
from emtwin.solver.wires.wire import dual_area

Arrivals = list[list[tuple[int, float]]]


class WireStages:
    """Stages of a network of wires in one run.

    Parameters
    ----------
    assembly : Assembly
        Memory and coefficients of the run.
    network : WireNetwork
        The wires.
    driven : str
        Port whose segment the pulse drives, or "".
    """

    def __init__(self, assembly: Assembly, network: WireNetwork, driven: str) -> None:
        self._assembly, self._network, self._driven = assembly, network, driven
        self._where = self._where_segments()
        self.current: Array = assembly.memory(
            "wire current", len(network.segments), where=self._where
        )
        self._stored: Array = assembly.memory("wire capacitors", len(network.segments))
        self._potential: Array = assembly.memory("wire potential", network.bonded.size)

    def before_e(self) -> list[Stage]:
        """Currents to n + 1/2."""
        return [self._currents()] if self._network.segments else []

    def charges(self) -> list[Stage]:
        """Potentials to n + 1."""
        return [self._charges()] if self._network.segments else []

    def after_e(self) -> list[Stage]:
        """What the currents take from e."""
        return [self._deposits()] if self._network.segments else []

    def _where_segments(self) -> NDArray[np.int64]:
        """Where the segments lie; each is driven by the field on its edges."""
        edges = [[(self._edge(s, at), 0.0) for at, _ in s.edges] for s in self._network.segments]
        if not edges:
            return np.empty((0, 4), np.int64)
        first, offset, _ = _ragged(edges)
        return reading_on(grouped(self._assembly.where(offset), first))

    def _currents(self) -> Stage:
        segments, assembly = self._network.segments, self._assembly
        inductance = np.array([s.inductance for s in segments])
        elastance = np.array([s.elastance for s in segments])
        series = np.array([s.resistance for s in segments]) + elastance * assembly.dt / 2
        loss = series * assembly.dt / (2 * inductance)
        driven = [1.0 if self._driven and s.port == self._driven else 0.0 for s in segments]
        waveform = assembly.pulse.sampled(assembly.dt)
        first, edges, reach = _ragged(
            [[(self._edge(s, at), weight * s.length) for at, weight in s.edges] for s in segments]
        )
        return Stage(
            "wire_current",
            Box.items(len(segments)),
            {
                "current": self.current,
                "potential": self._potential,
                "field": assembly.fields,
                "first": assembly.index(first),
                "edge": assembly.index(edges),
                "from_node": assembly.index([s.nodes[0] for s in segments]),
                "to_node": assembly.index([s.nodes[1] for s in segments]),
                "alpha": assembly.real((1 - loss) / (1 + loss)),
                "beta": assembly.real(assembly.dt / inductance / (1 + loss)),
                "reach": assembly.real(reach),
                "drive": assembly.real(driven),
                "stored": self._stored,
                "uptake": assembly.real(elastance * assembly.dt / 2),
                "waveform": assembly.real(waveform),
                "length": waveform.size,
            },
            where=self._where,
        )

    def _charges(self) -> Stage:
        network, assembly = self._network, self._assembly
        arrivals: Arrivals = [[] for _ in network.bonded]
        for number, segment in enumerate(network.segments):
            arrivals[segment.nodes[0]].append((number, -1.0))
            arrivals[segment.nodes[1]].append((number, 1.0))
        first, segments, signs = _ragged(arrivals)
        delta = np.where(network.bonded, 0.0, assembly.dt / network.node_capacitance)
        return Stage(
            "wire_charge",
            Box.items(len(arrivals)),
            {
                "potential": self._potential,
                "current": self.current,
                "first": assembly.index(first),
                "segment": assembly.index(segments),
                "sign": assembly.real(signs),
                "gamma": assembly.real(np.where(network.bonded, 0.0, 1.0)),
                "delta": assembly.real(delta),
            },
            where=after_all(self._where[segments], first),
        )

    def _deposits(self) -> Stage:
        assembly, shares = self._assembly, dict[int, list[tuple[int, float]]]()
        for number, segment in enumerate(self._network.segments):
            for at, weight in segment.edges:
                share = weight * self._deposit(segment, at)
                shares.setdefault(self._edge(segment, at), []).append((number, share))
        first, segments, share_values = _ragged(list(shares.values()))
        return Stage(
            "wire_deposit",
            Box.items(len(shares)),
            {
                "field": assembly.fields,
                "current": self.current,
                "edge": assembly.index(list(shares)),
                "first": assembly.index(first),
                "segment": assembly.index(segments),
                "share": assembly.real(share_values),
            },
            where=assembly.where(list(shares)),
        )

    def _edge(self, segment: Segment, at: tuple[int, int, int]) -> int:
        return self._assembly.layout.element(segment.component, at)

    def _deposit(self, segment: Segment, at: tuple[int, int, int]) -> float:
        """Change of e per ampere: cb of the edge over its area; zero inside a conductor."""
        area = dual_area(self._assembly.grid, segment.component, at)
        return self._assembly.cb(segment.component, at) / area


def _ragged(lists: Arrivals) -> tuple[list[int], list[int], list[float]]:
    """Row pointers, numbers and values of a list of lists."""
    first = [0, *np.cumsum([len(items) for items in lists]).tolist()]
    return first, [n for items in lists for n, _ in items], [v for items in lists for _, v in items]
