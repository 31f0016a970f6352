"""The graded rectilinear Yee grid."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import C0
from emtwin.errors import GridError


class Node(NamedTuple):
    """Indices of a grid node: the crossing of three grid lines."""

    i: int
    j: int
    k: int


@dataclass(frozen=True, eq=False)
class Grid:
    """Grid lines along the three axes.

    Electric components live on the edges of the cells, magnetic components on
    their faces: ``e_x`` at (i+1/2, j, k), ``h_x`` at (i, j+1/2, k+1/2).

    Parameters
    ----------
    x, y, z : ndarray of float64
        Line coordinates in metres, strictly increasing, shapes (nx+1,),
        (ny+1,), (nz+1,).

    Raises
    ------
    GridError
        If an axis has fewer than two lines, is not finite or not increasing.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    z: NDArray[np.float64]

    def __post_init__(self) -> None:
        for name in "xyz":
            lines = np.ascontiguousarray(getattr(self, name), dtype=np.float64)
            if lines.ndim != 1 or lines.size < 2 or not np.all(np.isfinite(lines)):
                raise GridError.single(
                    f"grid axis {name} needs at least two finite line coordinates, got {lines!r}",
                    field=name,
                )
            if np.any(np.diff(lines) <= 0.0):
                at = int(np.argmin(np.diff(lines)))
                raise GridError.single(
                    f"grid axis {name} must increase, but line {at + 1} at {lines[at + 1]:g} m "
                    f"follows line {at} at {lines[at]:g} m",
                    field=name,
                )
            lines.setflags(write=False)
            object.__setattr__(self, name, lines)

    @classmethod
    def uniform(
        cls,
        shape: tuple[int, int, int],
        spacing: float | tuple[float, float, float],
        origin: tuple[float, float, float] = (0.0, 0.0, 0.0),
    ) -> Grid:
        """Grid of `shape` equal cells of size `spacing` (m) from `origin` (m)."""
        steps = (spacing,) * 3 if isinstance(spacing, int | float) else spacing
        x, y, z = (
            start + step * np.arange(n + 1, dtype=np.float64)
            for start, step, n in zip(origin, steps, shape, strict=True)
        )
        return cls(x, y, z)

    @classmethod
    def around(
        cls,
        lo: tuple[float, float, float],
        hi: tuple[float, float, float],
        spacing: float | tuple[float, float, float],
        margin: int | tuple[tuple[int, int], tuple[int, int], tuple[int, int]],
        growth: float = 1.0,
    ) -> Grid:
        """Equal cells in a box whose faces are grid lines, and more cells round it.

        Parameters
        ----------
        lo, hi : tuple of float
            Corners of the box in metres; along an axis in which they agree it is one line.
        spacing : float or tuple of float
            Size of a cell along x, y, z in metres.
        margin : int or tuple of (int, int)
            Cells below and above the box along x, y, z, absorber included.
        growth : float
            Ratio of each of those cells to the one before it, seen from the box.

        Returns
        -------
        Grid
            The grid.

        Raises
        ------
        GridError
            If the box is not a whole number of cells along an axis, or a size is not positive.
        """
        steps = (spacing,) * 3 if isinstance(spacing, int | float) else spacing
        around = ((margin, margin),) * 3 if isinstance(margin, int) else margin
        x, y, z = (
            _lines_around(name, (low, high), step, beside, growth)
            for name, low, high, step, beside in zip("xyz", lo, hi, steps, around, strict=True)
        )
        return cls(x, y, z)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of cells along x, y, z."""
        return self.x.size - 1, self.y.size - 1, self.z.size - 1

    @property
    def nodes(self) -> tuple[int, int, int]:
        """Number of nodes along x, y, z; the shape of every field array."""
        return self.x.size, self.y.size, self.z.size

    @property
    def node_strides(self) -> tuple[int, int, int]:
        """Distance of neighbours along x, y, z in an array of shape `nodes`, flattened."""
        _, ny, nz = self.nodes
        return ny * nz, nz, 1

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        nx, ny, nz = self.shape
        return nx * ny * nz

    @property
    def lines(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Line coordinates of the three axes in metres."""
        return self.x, self.y, self.z

    @cached_property
    def spacings(self) -> tuple[NDArray[np.float64], ...]:
        """Cell sizes per axis in metres, shapes (n,)."""
        return tuple(np.diff(axis) for axis in self.lines)

    @cached_property
    def dual_spacings(self) -> tuple[NDArray[np.float64], ...]:
        """Distances of cell centres per axis in metres, shapes (n+1,); half a cell at the ends."""
        return tuple(
            np.concatenate(([d[0] / 2], (d[1:] + d[:-1]) / 2, [d[-1] / 2])) for d in self.spacings
        )

    @cached_property
    def centres(self) -> tuple[NDArray[np.float64], ...]:
        """Cell centres per axis in metres, shapes (n,)."""
        return tuple((axis[1:] + axis[:-1]) / 2 for axis in self.lines)

    def nearest_node(self, point: tuple[float, float, float]) -> Node:
        """Node nearest to `point` (m).

        Raises
        ------
        GridError
            If the point lies outside the grid.
        """
        indices = []
        for name, lines, value in zip("xyz", self.lines, point, strict=True):
            slack = 1e-9 * (lines[-1] - lines[0])
            if not lines[0] - slack <= value <= lines[-1] + slack:
                raise GridError.single(
                    f"{name} = {value:g} m lies outside the grid, which spans "
                    f"{lines[0]:g} to {lines[-1]:g} m"
                )
            indices.append(int(np.argmin(np.abs(lines - value))))
        return Node(*indices)

    def inset(self, cells: int) -> tuple[Node, Node]:
        """Corners of the box that lies `cells` cells inside the outer faces.

        Raises
        ------
        GridError
            If nothing is left of the grid.
        """
        low, high = Node(cells, cells, cells), Node(*(n - cells for n in self.shape))
        if cells < 0 or any(a >= b for a, b in zip(low, high, strict=True)):
            raise GridError.single(
                f"an inset of {cells} cells leaves nothing of a grid of {self.shape} cells",
                remedy="give fewer cells, or a larger grid",
            )
        return low, high

    def courant_limit(self) -> float:
        """Largest stable leapfrog step in vacuum for the finest cell, in seconds.

        References
        ----------
        Taflove and Hagness, Computational Electrodynamics, 3rd ed., eq. 4.54b.
        """
        return float(1.0 / (C0 * np.sqrt(sum(1.0 / d.min() ** 2 for d in self.spacings))))


def _lines_around(
    name: str, box: tuple[float, float], step: float, beside: tuple[int, int], growth: float
) -> NDArray[np.float64]:
    """Lines of one axis from `beside[0]` cells below a box to `beside[1]` above it."""
    low, high = box
    if not (step > 0.0 and growth > 0.0 and high >= low and min(beside) >= 0):
        raise GridError.single(
            f"grid axis {name}: no cells of {step:g} m from {low:g} to {high:g} m with {beside} "
            f"beside them that grow by {growth:g}",
            field=name,
        )
    count = round((high - low) / step)
    if abs(count * step - (high - low)) > 1e-6 * step:
        raise GridError.single(
            f"grid axis {name}: {low:g} to {high:g} m is no whole number of cells of {step:g} m",
            field=name,
            remedy=f"use cells of {(high - low) / max(count, 1):.6g} m, or move the corners",
        )
    below, above = (np.cumsum(step * growth ** np.arange(1.0, n + 1.0)) for n in beside)
    if growth == 1.0:
        below, above = (step * np.arange(1.0, n + 1.0) for n in beside)
    inside = low + step * np.arange(count + 1.0)
    return np.concatenate((low - below[::-1], inside, inside[-1] + above))
