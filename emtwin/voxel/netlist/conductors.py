"""Conductors: which metal parts touch, and what a node lies on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.geometry.topology import connected
from emtwin.grid import Node
from emtwin.voxel.model import VoxelModel

_SLAB = 1 << 22  # edges that are looked at together


@dataclass(frozen=True)
class Conductor:
    """A connected piece of metal.

    Parameters
    ----------
    parts : tuple of str
        Names of the parts that it consists of, in the order of the bodies.
    edges : int
        Number of its edges.
    node : Node
        One of its nodes.
    """

    parts: tuple[str, ...]
    edges: int
    node: Node


def parts_at(model: VoxelModel, node: Node) -> tuple[str, ...]:
    """Names of the metal parts with an edge at `node`, highest priority first.

    Parameters
    ----------
    model : VoxelModel
        Voxelised device.
    node : Node
        Node of its grid.

    Returns
    -------
    tuple of str
        Empty if no metal touches the node.
    """
    found = {int(part[at]) for part, at in _edges_at(model, node)} - {-1}
    ranked = sorted(found, key=lambda index: (-model.bodies[index].priority, index))
    return tuple(model.bodies[index].name for index in ranked)


def check_terminal(model: VoxelModel, node: Node) -> str | None:
    """Name of the metal part whose edges touch `node`; the one of highest priority.

    Parameters
    ----------
    model : VoxelModel
        Voxelised device.
    node : Node
        Node of its grid.

    Returns
    -------
    str or None
        None if no metal touches the node.
    """
    return next(iter(parts_at(model, node)), None)


def conductors(model: VoxelModel) -> tuple[Conductor, ...]:
    """Connected pieces of metal, largest first.

    Parts in the same conductor touch in the grid: a port between them is shorted. A part
    in several conductors has loose pieces.
    """
    label = conductor_of_nodes(model)
    counts: dict[tuple[int, int], int] = {}
    first: dict[int, int] = {}
    for _, flat, owner in metal_edges(model):
        key = label[flat].astype(np.int64) * len(model.bodies) + owner
        found, place, count = np.unique(key, return_index=True, return_counts=True)
        for pair, at, edges in zip(found.tolist(), flat[place].tolist(), count, strict=True):
            number, body = divmod(pair, len(model.bodies))
            counts[number, body] = counts.get((number, body), 0) + int(edges)
            first.setdefault(number, at)
    result = []
    for number, at in first.items():
        mine = {body: count for (other, body), count in sorted(counts.items()) if other == number}
        names = tuple(model.bodies[body].name for body in mine)
        node = Node(*map(int, np.unravel_index(at, model.grid.nodes)))
        result.append(Conductor(names, sum(mine.values()), node))
    return tuple(sorted(result, key=lambda conductor: -conductor.edges))


def conductor_of_nodes(model: VoxelModel) -> NDArray[np.int32]:
    """Number of the connected metal at every node.

    Parameters
    ----------
    model : VoxelModel
        Voxelised device.

    Returns
    -------
    ndarray of int32
        Flat over `grid.nodes`, counted from 0; -1 where no metal edge ends.

    Notes
    -----
    Nodes that follow each other along z on metal edges are one run. Only runs enter the graph,
    joined by the edges along x and y, so that solid metal costs little more than its surface.
    """
    run, count = _runs(model)
    if not count:
        return run
    pairs = []
    for axis, flat, _ in metal_edges(model, axes=(0, 1)):
        ends = np.stack([run[flat], run[flat + model.grid.node_strides[axis]]])
        new = np.ones(flat.size, dtype=bool)
        new[1:] = (ends[:, 1:] != ends[:, :-1]).any(axis=0)
        pairs.append(ends[:, new])
    ends = np.concatenate([np.zeros((2, 0), dtype=np.int32), *pairs], axis=1)
    label = connected(ends[0], ends[1], count).astype(np.int32)
    # The last element stands for -1, no metal.
    return np.asarray(np.append(label, np.int32(-1))[run], dtype=np.int32)


def _runs(model: VoxelModel) -> tuple[NDArray[np.int32], int]:
    """Run along z of every node, -1 without metal, and the number of runs."""
    nodes = np.zeros(model.grid.nodes, dtype=bool)
    for axis, part in enumerate(model.metal_part):
        metal = part >= 0
        nodes |= metal
        ahead = [slice(None)] * 3
        behind = [slice(None)] * 3
        ahead[axis], behind[axis] = slice(1, None), slice(None, -1)
        nodes[tuple(ahead)] |= metal[tuple(behind)]
    starts = nodes.copy()
    starts[:, :, 1:] &= model.metal_part_z[:, :, :-1] < 0
    run = np.cumsum(starts.reshape(-1), dtype=np.int32)
    count = int(run[-1])
    run -= 1
    run[~nodes.reshape(-1)] = -1
    return run, count


def metal_edges(
    model: VoxelModel, axes: tuple[int, ...] = (0, 1, 2)
) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.int16]]]:
    """Axis, flat start nodes and owners of all metal edges, a slab of the grid at a time."""
    plane = model.grid.nodes[1] * model.grid.nodes[2]
    planes = max(1, _SLAB // plane)
    for axis in axes:
        part = model.metal_part[axis]
        for start in range(0, part.shape[0], planes):
            slab = part[start : start + planes].reshape(-1)
            flat = np.flatnonzero(slab >= 0)
            if flat.size:
                yield axis, flat + start * plane, slab[flat]


def _edges_at(
    model: VoxelModel, node: Node
) -> list[tuple[NDArray[np.int16], tuple[int, int, int]]]:
    """Owner arrays and indices of the edges that end at `node`."""
    result = []
    for axis, part in enumerate(model.metal_part):
        result.append((part, (node.i, node.j, node.k)))
        if node[axis] > 0:
            i, j, k = (n - (along == axis) for along, n in enumerate(node))
            result.append((part, (i, j, k)))
    return result
