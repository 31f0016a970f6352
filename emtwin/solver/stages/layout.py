"""Where a field value lives in memory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.grid import Grid

COMPONENTS = ("e_x", "e_y", "e_z", "h_x", "h_y", "h_z")
_VECTOR = 16  # elements of a 512-bit float32 register: rows start on such a boundary


@dataclass(frozen=True)
class Layout:
    """Six components in one allocation, each surrounded by guard elements.

    Every component has the shape of the nodes, (nx+1, ny+1, pitch), with z contiguous and padded
    to `pitch`; elements that are no edge or face of the grid stay zero.

    Parameters
    ----------
    grid : Grid
        The grid.
    """

    grid: Grid

    @cached_property
    def pitch(self) -> int:
        """Elements from one row to the next."""
        return -(-self.grid.nodes[2] // _VECTOR) * _VECTOR

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape of a component in memory."""
        return self.grid.nodes[0], self.grid.nodes[1], self.pitch

    @property
    def plane(self) -> int:
        """Elements from one plane to the next."""
        return self.shape[1] * self.pitch

    @property
    def size(self) -> int:
        """Elements of a component."""
        return self.shape[0] * self.plane

    @property
    def guard(self) -> int:
        """Guard elements before and after each component: a plane, a row and a vector."""
        return self.plane + self.pitch + _VECTOR

    @property
    def total(self) -> int:
        """Elements of the whole allocation."""
        return len(COMPONENTS) * (self.size + 2 * self.guard)

    @property
    def strides(self) -> tuple[int, int, int]:
        """Elements to the next neighbour along x, y, z."""
        return self.plane, self.pitch, 1

    @cached_property
    def starts(self) -> dict[str, int]:
        """Offset of element (0, 0, 0) of each component."""
        apart = self.size + 2 * self.guard
        return {name: n * apart + self.guard for n, name in enumerate(COMPONENTS)}

    def start(self, component: str) -> int:
        """Offset of element (0, 0, 0) of a component."""
        return self.starts[component]

    def element(self, component: str, index: tuple[int, int, int]) -> int:
        """Offset of one element; a housing asks for half a million, too many for arrays of one."""
        i, j, k = index
        return self.starts[component] + (i * self.shape[1] + j) * self.pitch + k

    def offset(self, component: str, indices: NDArray[np.int64]) -> NDArray[np.int64]:
        """Offsets of elements; `indices` of shape (n, 3)."""
        steps = np.array(self.strides, np.int64)
        return self.start(component) + np.asarray(indices, np.int64) @ steps

    def where(self, offset: NDArray[np.int64]) -> NDArray[np.int64]:
        """First and last plane, first and last row of elements at `offset`, shape (n, 4)."""
        in_component = offset % (self.size + 2 * self.guard) - self.guard
        plane = in_component // self.plane
        row = in_component % self.plane // self.pitch
        return np.stack((plane, plane, row, row), axis=-1)

    def component(self, fields: NDArray[np.floating], name: str) -> NDArray[np.floating]:
        """View of one component, shape `grid.nodes`, of a downloaded allocation."""
        start = self.start(name)
        padded = fields[start : start + self.size].reshape(self.shape)
        return padded[:, :, : self.grid.nodes[2]]

    def pad(
        self, values: NDArray[np.uint16], kind: type[np.uint8] | type[np.uint16] = np.uint16
    ) -> NDArray[np.uint8] | NDArray[np.uint16]:
        """`values` of the nodes' shape, padded with zeros to the shape in memory."""
        padded: NDArray[Any] = np.zeros(self.shape, kind)
        padded[:, :, : values.shape[2]] = values
        return padded
