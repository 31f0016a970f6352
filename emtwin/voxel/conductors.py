"""Conductors: which metal parts touch, and what a node lies on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.grid import Grid, Node
from emtwin.voxel.model import VoxelModel


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
    low, high, owner = _metal_edges(model)
    if not low.size:
        return ()
    nodes, compact = np.unique(np.concatenate([low, high]), return_inverse=True)
    label = _components(compact.ravel(), low.size, nodes.size)
    result = []
    for number in range(int(label.max()) + 1):
        mine = label[compact.ravel()[: low.size]] == number
        names = tuple(model.bodies[i].name for i in np.unique(owner[mine]))
        first = np.unravel_index(int(low[mine][0]), model.grid.nodes)
        result.append(Conductor(names, int(mine.sum()), Node(*map(int, first))))
    return tuple(sorted(result, key=lambda conductor: -conductor.edges))


def _components(ends: NDArray[np.int64], edges: int, nodes: int) -> NDArray[np.int32]:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = (np.ones(edges, dtype=np.int8), (ends[:edges], ends[edges:]))
    _, label = connected_components(coo_array(links, shape=(nodes, nodes)), directed=False)
    result: NDArray[np.int32] = label
    return result


def _metal_edges(
    model: VoxelModel,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int16]]:
    """Flat start node, end node and owner of every metal edge."""
    starts, ends, owners = [], [], []
    for part, stride in zip(model.metal_part, _strides(model.grid), strict=True):
        flat = np.flatnonzero(part >= 0)
        starts.append(flat)
        ends.append(flat + stride)
        owners.append(part.reshape(-1)[flat])
    return np.concatenate(starts), np.concatenate(ends), np.concatenate(owners)


def _strides(grid: Grid) -> tuple[int, int, int]:
    _, ny, nz = grid.nodes
    return ny * nz, nz, 1


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
