"""The way of a net's tracks from one pad to another, layer by layer."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry.kicad.board import Board, Pad, Track, Via
from emtwin.geometry.kicad.shapes import pad_shape, shapely

Points = NDArray[np.float64]
Node = tuple[str, int, int]
"""Layer, and place in nanometres."""

_NANOMETRE = 1e-9


@dataclass(frozen=True, eq=False)
class Stretch:
    """A piece of the way on one layer.

    Parameters
    ----------
    layer : str
        Copper layer.
    points : ndarray of float64, shape (n, 2)
        Corners in the board's frame, metres.
    width : float
        Mean width of the tracks in metres.
    """

    layer: str
    points: Points
    width: float

    @property
    def length(self) -> float:
        """In metres."""
        return float(np.linalg.norm(np.diff(self.points, axis=0), axis=1).sum())


def way(board: Board, net: str, start: Pad, end: Pad) -> list[Stretch]:
    """Shortest way along tracks and vias of a net between two of its pads.

    Parameters
    ----------
    board : Board
        The board.
    net : str
        The net.
    start, end : Pad
        Pads of the net.

    Returns
    -------
    list of Stretch
        In order; empty where no tracks lead from one to the other.
    """
    graph = _Graph(board, net)
    nodes = graph.shortest(start, end)
    stretches: list[Stretch] = []
    run: list[Node] = []
    for node in nodes:
        if run and node[0] != run[-1][0]:
            stretches += _stretch(graph, run)
            run = []
        run.append(node)
    return stretches + _stretch(graph, run)


def _stretch(graph: _Graph, run: Sequence[Node]) -> list[Stretch]:
    if len(run) < 2:
        return []
    points = np.array([(x, y) for _, x, y in run]) * _NANOMETRE
    lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
    if lengths.sum() == 0:
        return []
    widths = [graph.widths.get(frozenset(pair), 0.0) for pair in pairwise(run)]
    drawn = [(w, s) for w, s in zip(widths, lengths, strict=True) if w > 0]
    if not drawn:
        return []
    width = sum(w * s for w, s in drawn) / sum(s for _, s in drawn)
    return [Stretch(run[0][0], points, float(width))]


class _Graph:
    """Places on a net and the copper between them."""

    def __init__(self, board: Board, net: str) -> None:
        self.board, self.net = board, net
        self.tracks = [track for track in board.tracks if track.net == net]
        self.links: dict[Node, dict[Node, float]] = defaultdict(dict)
        self.widths: dict[frozenset[Node], float] = {}
        self.radii: dict[Node, float] = defaultdict(float)
        ends: dict[str, list[Points]] = defaultdict(list)
        for track in self.tracks:
            ends[track.layer] += [track.points[0], track.points[-1]]
        vias = [via for via in board.vias if via.net == net]
        for via in vias:
            for layer in self._span(via):
                ends[layer].append(np.array(via.position))
        for track in self.tracks:
            self._add_track(track, ends[track.layer])
        for via in vias:
            self._add_via(via)
        for pad in board.pads:
            if pad.net == net:
                self._add_pad(pad)

    def _span(self, via: Via) -> tuple[str, ...]:
        first, last = (self.board.copper.index(layer) for layer in via.layers)
        return self.board.copper[first : last + 1]

    def _add_track(self, track: Track, ends: Sequence[Points]) -> None:
        """Join the corners of a track, and what ends on its copper, in order."""
        lib = shapely()
        line = lib.LineString(track.points)
        on = {float(line.project(lib.Point(p))): p for p in track.points}
        for p in ends:
            if line.distance(lib.Point(p)) <= track.width / 2:
                on[float(line.project(lib.Point(p)))] = p
        nodes = [_node(track.layer, on[at]) for at in sorted(on)]
        for here, there in pairwise(nodes):
            self._link(here, there, track.width)
        for node in nodes:
            self.radii[node] = max(self.radii[node], track.width / 2)

    def _add_via(self, via: Via) -> None:
        span = self._span(via)
        for upper, lower in pairwise(span):
            self._link(_node(upper, via.position), _node(lower, via.position))
        for layer in span:
            self._reach(_node(layer, via.position), via.size / 2)

    def _add_pad(self, pad: Pad) -> None:
        """Join what ends on a pad, and the layers of a plated one."""
        ends = {node[0]: _node(node[0], pad.position) for node in self._on_pad(pad)}
        for node in self._on_pad(pad):
            self._link(node, ends[node[0]])
        for here, there in pairwise(sorted(ends.values()) if pad.plated else ()):
            self._link(here, there)

    def _reach(self, centre: Node, radius: float) -> None:
        """Join a via to corners of tracks whose copper meets its pad off its centre."""
        for node in list(self.links):
            near = radius + self.radii.get(node, 0.0)
            if node[0] == centre[0] and _distance(node, centre) <= near:
                self._link(node, centre, 2 * radius)

    def _link(self, here: Node, there: Node, width: float = 0.0) -> None:
        if here != there:
            self.links[here][there] = self.links[there][here] = _distance(here, there)
            self.widths.setdefault(frozenset((here, there)), width)

    def _on_pad(self, pad: Pad) -> set[Node]:
        """Corners of tracks whose copper meets the pad."""
        lib, shape = shapely(), pad_shape(pad)
        return {
            node
            for node in self.links
            if node[0] in pad.layers
            and shape.distance(lib.Point(node[1] * 1e-9, node[2] * 1e-9))
            <= self.radii.get(node, 0.0) + 1e-6
        }

    def shortest(self, start: Pad, end: Pad) -> list[Node]:
        """Nodes from one pad to the other (Dijkstra); empty where there is no way."""
        targets = self._on_pad(end)
        queue = [(0.0, node) for node in sorted(self._on_pad(start))]
        best: dict[Node, float] = {node: 0.0 for _, node in queue}
        before: dict[Node, Node] = {}
        while queue:
            so_far, node = heapq.heappop(queue)
            if node in targets:
                return list(_back(before, node))[::-1]
            for other, length in self.links[node].items():
                total = so_far + length
                if total < best.get(other, np.inf):
                    best[other], before[other] = total, node
                    heapq.heappush(queue, (total, other))
        return []


def _back(before: dict[Node, Node], node: Node) -> Iterator[Node]:
    yield node
    while node in before:
        node = before[node]
        yield node


def _node(layer: str, place: Sequence[float] | Points) -> Node:
    return layer, round(float(place[0]) / _NANOMETRE), round(float(place[1]) / _NANOMETRE)


def _distance(here: Node, there: Node) -> float:
    return float(np.hypot(here[1] - there[1], here[2] - there[2])) * _NANOMETRE
