"""The netlist in the grid beside that of the CAD geometry, and what differs.

In the grid, metal touches where its edges share a node. A contact has *formed* where pieces of
different CAD nets do so; one has *opened* where pieces of one CAD net no longer hang together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from emtwin.voxel.model import VoxelModel
from emtwin.voxel.netlist.cad import Contact, Netlist, Piece, Point, cad_netlist, gap_of
from emtwin.voxel.netlist.conductors import conductor_of_nodes, metal_edges

Ints = NDArray[np.int64]

_SAMPLES = 2_000_000  # points on the surfaces of a part's pieces, at most


@dataclass(frozen=True)
class Change:
    """Something that the grid changed in the netlist.

    Parameters
    ----------
    kind : {"contact", "open", "lost"}
        ``contact``: two nets became one where these pieces meet; ``open``: these pieces were one
        net and are not any more; ``lost``: a piece got no edge that touched nothing else, or that
        alone held its net together.
    pieces : tuple of str
        One or two names.
    parts : tuple of str
        The parts that they belong to.
    gap : float or None
        Distance of the two pieces in the CAD geometry in metres, 0 where they touch.
    overlap : float
        How far they reach into each other there at most, metres.
    place : tuple of float
        Where, in metres.
    cell : tuple of float
        Size of the cells there along x, y, z in metres.
    allowed : str
        Reason for which the twin file allows it; empty where it does not.
    """

    kind: Literal["contact", "open", "lost"]
    pieces: tuple[str, ...]
    parts: tuple[str, ...]
    gap: float | None
    overlap: float
    place: Point
    cell: tuple[float, float, float]
    allowed: str = ""


@dataclass(frozen=True)
class Net:
    """A conductor as drawn, or as it is in the grid.

    Parameters
    ----------
    pieces : tuple of str
        The pieces of metal that it consists of.
    edges : int
        Number of its metal edges; 0 for a net of the CAD geometry.
    number : int
        Its number in `conductor_of_nodes`; -1 for a net of the CAD geometry.
    """

    pieces: tuple[str, ...]
    edges: int = 0
    number: int = -1


@dataclass(frozen=True)
class NetlistAudit:
    """The metal of a device before and after voxelisation.

    Parameters
    ----------
    before : tuple of Net
        Nets of the CAD geometry.
    after : tuple of Net
        Conductors of the grid, the largest first.
    contacts : tuple of Contact
        Pieces that touch in the CAD geometry.
    near : tuple of Contact
        Pieces that do not touch, but are nearer than the cells there: perhaps meant to.
    changes : tuple of Change
        What differs.
    tolerance : float
        Distance in metres up to which surfaces count as touching.
    """

    before: tuple[Net, ...]
    after: tuple[Net, ...]
    contacts: tuple[Contact, ...]
    near: tuple[Contact, ...]
    changes: tuple[Change, ...]
    tolerance: float


def audit_netlist(model: VoxelModel) -> NetlistAudit:
    """Compare the netlist in the grid with that of the bodies as drawn.

    Parameters
    ----------
    model : VoxelModel
        Voxelised device.

    Returns
    -------
    NetlistAudit
        Both netlists and their differences.
    """
    largest = max(float(spacing.max()) for spacing in model.grid.spacings)
    before = cad_netlist(model.bodies, largest)
    return _Comparison(model, before).audit()


class _Comparison:
    """One comparison: which conductors every piece is part of, and what follows."""

    def __init__(self, model: VoxelModel, before: Netlist) -> None:
        self.model, self.before, self.pieces = model, before, before.pieces
        self.label = conductor_of_nodes(model)
        self.piece_at = _PieceFinder(model, self.pieces)
        self.edges: dict[tuple[int, int], int] = {}
        self.example: dict[tuple[int, int], int] = {}
        for axis, flat, owner in metal_edges(model):
            key = self.label[flat].astype(np.int64) * len(self.pieces) + self.piece_at(
                axis, flat, owner
            )
            found, place, count = np.unique(key, return_index=True, return_counts=True)
            for pair, at, edges in zip(found.tolist(), flat[place].tolist(), count, strict=True):
                both = divmod(pair, len(self.pieces))
                self.edges[both] = self.edges.get(both, 0) + int(edges)
                self.example.setdefault(both, at)
        self.conductors: list[set[int]] = [set() for _ in self.pieces]
        for conductor, piece in self.edges:
            self.conductors[piece].add(conductor)

    def audit(self) -> NetlistAudit:
        """Both netlists and their differences."""
        nets = self.before.nets
        return NetlistAudit(
            tuple(Net(self._names(np.flatnonzero(nets == n))) for n in range(_count(nets))),
            self._after(),
            self.before.contacts,
            tuple(c for c in self.before.near if c.gap <= max(self._cell(c.place))),
            (*self._formed(), *self._opened(), *self._lost()),
            self.before.tolerance,
        )

    def _after(self) -> tuple[Net, ...]:
        members: dict[int, list[int]] = {}
        for conductor, piece in sorted(self.edges):
            members.setdefault(conductor, []).append(piece)
        found = [
            Net(self._names(mine), sum(self.edges[conductor, n] for n in mine), conductor)
            for conductor, mine in members.items()
        ]
        return tuple(sorted(found, key=lambda net: -net.edges))

    def _names(self, numbers: Sequence[int] | Ints) -> tuple[str, ...]:
        return tuple(self.pieces[int(n)].name for n in numbers)

    def _cell(self, place: Point) -> tuple[float, float, float]:
        return cell_at(self.model, place)

    def _change(self, kind: Literal["contact", "open", "lost"], how: Contact) -> Change:
        names = {piece.name: self.model.bodies[piece.body].name for piece in self.pieces}
        parts = tuple(names[name] for name in how.pieces)
        return Change(
            kind, how.pieces, parts, how.gap, how.overlap, how.place, self._cell(how.place)
        )

    def _single(self, kind: Literal["open", "lost"], piece: int, place: Point) -> Change:
        owner = self.model.bodies[self.pieces[piece].body].name
        cell = self._cell(place)
        return Change(kind, (self.pieces[piece].name,), (owner,), None, 0.0, place, cell)

    # -- contacts that formed ----------------------------------------------------------------

    def _formed(self) -> Iterator[Change]:
        nets: dict[int, set[int]] = {}
        for conductor, piece in self.edges:
            nets.setdefault(conductor, set()).add(int(self.before.nets[piece]))
        if all(len(found) == 1 for found in nets.values()):
            return
        for (a, b), nodes in sorted(self._meetings().items()):
            drawn = gap_of(self.pieces[a], self.pieces[b])
            yield self._change(
                "contact",
                Contact(drawn.pieces, drawn.gap, drawn.overlap, self._middle(nodes)),
            )

    def _meetings(self) -> dict[tuple[int, int], Ints]:
        """Nodes where pieces of two nets meet."""
        lowest = np.full(self.label.size, np.iinfo(np.int32).max, dtype=np.int32)
        highest = np.full(self.label.size, -1, dtype=np.int32)
        for axis, flat, owner in metal_edges(self.model):
            net = self.before.nets[self.piece_at(axis, flat, owner)].astype(np.int32)
            for end in (flat, flat + self.model.grid.node_strides[axis]):
                # Edges of one axis have different starts and different ends.
                lowest[end] = np.minimum(lowest[end], net)
                highest[end] = np.maximum(highest[end], net)
        mixed = lowest < highest
        mixed &= highest >= 0
        return self._pairs(mixed)

    def _pairs(self, mixed: NDArray[np.bool_]) -> dict[tuple[int, int], Ints]:
        ends, pieces = [], []
        for axis, flat, owner in metal_edges(self.model):
            for end in (flat, flat + self.model.grid.node_strides[axis]):
                here = mixed[end]
                ends.append(end[here])
                pieces.append(self.piece_at(axis, flat[here], owner[here]))
        at = np.unique(np.stack([np.concatenate(ends), np.concatenate(pieces)], axis=1), axis=0)
        found: dict[tuple[int, int], set[int]] = {}
        for step in range(1, 6):  # at most six edges end at a node
            same = at[step:, 0] == at[:-step, 0]
            for node, a, b in np.column_stack([at[:-step][same], at[step:, 1][same]]).tolist():
                if self.before.nets[a] != self.before.nets[b]:
                    found.setdefault((a, b), set()).add(node)
        return {pair: np.array(sorted(nodes)) for pair, nodes in found.items()}

    def _middle(self, nodes: Ints) -> Point:
        """The node that is nearest to the middle of all."""
        points = _points(self.model, nodes)
        return _point(points[np.argmin(((points - points.mean(axis=0)) ** 2).sum(axis=1))])

    # -- contacts that opened ----------------------------------------------------------------

    def _opened(self) -> Iterator[Change]:
        """Contacts of one net whose pieces no longer share a conductor, and broken pieces."""
        number = {piece.name: n for n, piece in enumerate(self.pieces)}
        for contact in self.before.contacts:
            a, b = (self.conductors[number[name]] for name in contact.pieces)
            if a and b and not a & b:
                yield self._change("open", contact)
        for piece, mine in enumerate(self.conductors):
            if len(mine) > 1:
                smallest = min(mine, key=lambda conductor: self.edges[conductor, piece])
                node = np.array([self.example[smallest, piece]])
                yield self._single("open", piece, _point(_points(self.model, node)[0]))

    def _lost(self) -> Iterator[Change]:
        """Pieces without an edge that touched nothing, or that alone joined what they touched."""
        number = {piece.name: n for n, piece in enumerate(self.pieces)}
        for piece, mine in enumerate(self.conductors):
            if mine:
                continue
            name, place = self.pieces[piece].name, _middle_of(self.pieces[piece])
            beside: set[int] = set()
            for contact in self.before.contacts:
                if name in contact.pieces:
                    beside |= {number[other] for other in contact.pieces if other != name}
            shared = [self.conductors[n] for n in beside if self.conductors[n]]
            if not shared or not set.intersection(*shared):
                yield self._single("lost", piece, place)


def cell_at(model: VoxelModel, place: Point) -> tuple[float, float, float]:
    """Size in metres of the cell at `place`; on a line, of the larger of its neighbours."""
    sizes = []
    for lines, spacing, value in zip(model.grid.lines, model.grid.spacings, place, strict=True):
        slack = 1e-9 * float(lines[-1] - lines[0])
        first = int(np.searchsorted(lines, value - slack)) - 1
        last = int(np.searchsorted(lines, value + slack, side="right")) - 1
        first, last = (min(max(n, 0), spacing.size - 1) for n in (first, last))
        sizes.append(float(spacing[first : last + 1].max()))
    x, y, z = sizes
    return x, y, z


class _PieceFinder:
    """Gives the piece of each metal edge from its axis, start node and owner."""

    def __init__(self, model: VoxelModel, pieces: tuple[Piece, ...]) -> None:
        self.model = model
        owners = np.array([piece.body for piece in pieces], dtype=np.int64)
        self.first = np.searchsorted(owners, np.arange(len(model.bodies)))
        count = np.bincount(owners, minlength=len(model.bodies))
        self.trees = {
            int(body): self._tree([pieces[n] for n in np.flatnonzero(owners == body)])
            for body in np.flatnonzero(count > 1)
        }

    def __call__(self, axis: int, flat: Ints, owner: NDArray[np.int16]) -> Ints:
        """Numbers of the pieces, shape of `flat`."""
        result = self.first[owner]
        for body, (tree, numbers) in self.trees.items():
            mine = np.flatnonzero(owner == body)
            if mine.size:
                ends = (flat[mine], flat[mine] + self.model.grid.node_strides[axis])
                middle = (_points(self.model, ends[0]) + _points(self.model, ends[1])) / 2.0
                result[mine] += numbers[tree.query(middle)[1]]
        return np.asarray(result, dtype=np.int64)

    def _tree(self, pieces: list[Piece]) -> tuple[Any, Ints]:
        from scipy.spatial import cKDTree

        lo = np.min([piece.surface.lo for piece in pieces], axis=0)
        hi = np.max([piece.surface.hi for piece in pieces], axis=0)
        grid = self.model.grid
        cells = [
            spacing[np.searchsorted(lines, a, "right") - 1 : np.searchsorted(lines, b)]
            for lines, spacing, a, b in zip(grid.lines, grid.spacings, lo, hi, strict=True)
        ]
        finest = min(float(c.min()) for c in cells if c.size)
        area = sum(piece.surface.area for piece in pieces)
        spacing = max(finest / 2.0, float(np.sqrt(area / _SAMPLES)))
        points = [samples_on(piece, spacing) for piece in pieces]
        numbers = np.repeat(np.arange(len(points)), [len(p) for p in points])
        return cKDTree(np.concatenate(points)), numbers


def samples_on(piece: Piece, spacing: float) -> NDArray[np.float64]:
    """Points on the surface of a piece, at most about `spacing` metres apart, shape (n, 3)."""
    corners = piece.surface.corners
    sides = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1)
    steps = np.maximum(1, np.ceil(sides / spacing)).astype(np.int64)
    points = [piece.surface.points]
    for count in np.unique(steps[steps > 1]).tolist():
        a, b = np.divmod(np.arange((count + 1) ** 2), count + 1)
        weights = np.stack([a, b, count - a - b], axis=1)[a + b <= count] / count
        points.append((weights @ corners[steps == count]).reshape(-1, 3))
    return np.concatenate(points)


def _points(model: VoxelModel, nodes: Ints) -> NDArray[np.float64]:
    index = np.unravel_index(nodes, model.grid.nodes)
    return np.stack([lines[n] for lines, n in zip(model.grid.lines, index, strict=True)], axis=-1)


def _point(values: NDArray[np.float64]) -> Point:
    x, y, z = values.tolist()
    return x, y, z


def _middle_of(piece: Piece) -> Point:
    return _point((piece.surface.lo + piece.surface.hi) / 2.0)


def _count(nets: Ints) -> int:
    return int(nets.max()) + 1 if nets.size else 0
