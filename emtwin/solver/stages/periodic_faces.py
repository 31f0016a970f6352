"""Periodic faces in a time step: values carried from one side of the grid to the other."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Box, Stage
from emtwin.solver.boundaries.faces import Boundaries
from emtwin.solver.stages.assembly import Assembly

Places = NDArray[np.int64]


class BoundaryStages:
    """Transfers across the seams of a periodic grid; nothing where no axis repeats.

    Parameters
    ----------
    assembly : Assembly
        Memory of the run.
    boundaries : Boundaries
        Kinds of the faces.
    """

    def __init__(self, assembly: Assembly, boundaries: Boundaries) -> None:
        self._assembly = assembly
        self._axes = [axis for axis in range(3) if boundaries.repeats(axis)]

    def after_h(self) -> list[Stage]:
        """The last h along each periodic axis, to the element before the first.

        In memory that is an element of no face: the guard along x, the end of the row or plane
        before along y and z. What reads it besides the first plane of edges is overwritten by
        `after_e`, or is multiplied by zero.
        """
        grid, layout, pairs = self._assembly.grid, self._assembly.layout, []
        for axis, normal in product(self._axes, range(3)):
            if normal != axis:
                last = _faces(grid.nodes, normal, axis, grid.shape[axis] - 1)
                source = layout.offset(f"h_{'xyz'[normal]}", last)
                before = source - grid.shape[axis] * layout.strides[axis]
                pairs.append((source, before))
        return self._stages(pairs)

    def after_e(self) -> list[Stage]:
        """Tangential e of the first plane of each periodic axis, to the last."""
        if not self._axes:
            return []  # before the places of all edges are listed
        grid, layout, pairs = self._assembly.grid, self._assembly.layout, []
        for direction in range(3 if self._axes else 0):  # the edges of a grid fill much memory
            index = _edges(grid.nodes, direction)
            first = index.copy()
            for axis in self._axes:
                if axis != direction:
                    first[first[:, axis] == grid.shape[axis], axis] = 0
            moved = np.any(first != index, axis=1)
            name = f"e_{'xyz'[direction]}"
            pairs.append((layout.offset(name, first[moved]), layout.offset(name, index[moved])))
        return self._stages(pairs)

    def _stages(self, pairs: list[tuple[Places, Places]]) -> list[Stage]:
        if not self._axes:
            return []
        source, target = (np.concatenate(part) for part in zip(*pairs, strict=True))
        arguments = {
            "field": self._assembly.fields,
            "source": self._assembly.index(source),
            "target": self._assembly.index(target),
        }
        return [Stage("transfer", Box.items(source.size), arguments)]


def _edges(nodes: tuple[int, int, int], direction: int) -> Places:
    """Index of every edge along an axis, shape (n, 3)."""
    counts = [n - (axis == direction) for axis, n in enumerate(nodes)]
    return np.indices(counts).reshape(3, -1).T


def _faces(nodes: tuple[int, int, int], normal: int, axis: int, place: int) -> Places:
    """Index of every face of one normal at one place along an axis, shape (n, 3)."""
    counts = [n - (other != normal) for other, n in enumerate(nodes)]
    counts[axis] = 1
    index = np.indices(counts).reshape(3, -1).T
    index[:, axis] = place
    return index
