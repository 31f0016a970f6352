"""What a run writes down: traces in time, and running spectra of many samples at once.

A spectrum is not accumulated step by step. The kernels copy the samples, at the Nyquist rate of the
pulse, into lines of a ring; when it is full one matrix product with the phases adds all of them to
all frequencies. That is a hundred times less work than a running sum at every step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike, NDArray

from emtwin.backends.host_threads import in_threads
from emtwin.constants import TWO_PI
from emtwin.errors import GridError
from emtwin.grid import Grid, Node
from emtwin.solver.layout import COMPONENTS

Spectrum = NDArray[np.complexfloating]
Real = NDArray[np.floating]

SUMS_AT_ONCE = 100_000
"""Sums of a spectrum that a thread adds to at a time, so that they stay in its cache."""

_LINES_PER_PRODUCT = 32  # at least: fewer cost more, and many more round more in float32
_COLUMNS = 512  # samples whose spectra are taken out at a time, for the same reason


@dataclass(frozen=True, eq=False)
class FieldSamples:
    """Samples of field components whose spectra are wanted.

    Parameters
    ----------
    name : str
        Name of the monitor.
    component : ndarray of str, shape (n,)
        Field component of each sample.
    index : ndarray of int64, shape (n, 3)
        Its place in the component's array.
    frequencies : ndarray of float64, shape (nf,), optional
        Frequencies in Hz; the run's own where left out.
    edges : ndarray of int64, shape (3, 4, m), optional
        The samples that are the edges of each cell, by direction.
    """

    name: str
    component: NDArray[np.str_]
    index: NDArray[np.int64]
    frequencies: NDArray[np.float64] | None = None
    edges: NDArray[np.int64] | None = None

    @classmethod
    def cells(
        cls,
        name: str,
        grid: Grid,
        cells: NDArray[np.int64],
        frequencies: NDArray[np.float64] | None = None,
    ) -> FieldSamples:
        """The twelve edges of each cell; see `at_cells` for what they give.

        Parameters
        ----------
        name : str
            Name of the monitor.
        grid : Grid
            The grid.
        cells : ndarray of int64, shape (m, 3)
            Cell indices.
        frequencies : ndarray of float64, optional
            Frequencies in Hz.

        Raises
        ------
        GridError
            If a cell lies outside the grid.
        """
        if cells.size and (cells.min() < 0 or np.any(cells.max(axis=0) >= grid.shape)):
            raise GridError.single(f"monitor {name} reaches outside the grid of {grid.shape} cells")
        n_nodes = int(np.prod(grid.nodes))
        edges = np.empty((3, 4, len(cells)), np.int64)
        for axis, corner in np.ndindex(3, 4):
            shift = np.insert(np.array(divmod(corner, 2)), axis, 0)
            edges[axis, corner] = axis * n_nodes + np.ravel_multi_index(
                tuple((cells + shift).T), grid.nodes
            )
        # Cells side by side share edges; each is sampled once.
        unique, sample = np.unique(edges, return_inverse=True)
        index = np.stack(np.unravel_index(unique % n_nodes, grid.nodes), -1)
        component = np.array(["e_x", "e_y", "e_z"])[unique // n_nodes]
        return cls(name, component, index, frequencies, sample.reshape(edges.shape))

    @classmethod
    def box(
        cls,
        name: str,
        grid: Grid,
        lo: Node,
        hi: Node,
        components: Sequence[str] = COMPONENTS,
        *,
        stride: int = 1,
        frequencies: NDArray[np.float64] | None = None,
    ) -> FieldSamples:
        """Field values at a point, along a line, on a plane or in a volume.

        Parameters
        ----------
        name : str
            Name of the monitor.
        grid : Grid
            The grid.
        lo, hi : Node
            Corners; see `places_in` for which edges and faces belong to them.
        components : sequence of str
            Field components, e_x to h_z.
        stride : int
            Every which place along each axis.
        frequencies : ndarray of float64, optional
            Frequencies in Hz.

        Raises
        ------
        GridError
            If the box reaches outside the grid.
        """
        parts = [places_in(name, grid, c, lo, hi, stride) for c in components]
        component = np.repeat(list(components), [len(part) for part in parts])
        return cls(name, component, np.concatenate(parts), frequencies)

    def at_cells(self, spectrum: Spectrum) -> Spectrum:
        """E at the centres of the cells of `cells`.

        Parameters
        ----------
        spectrum : ndarray, shape (nf, n)
            Spectra of the samples.

        Returns
        -------
        ndarray, shape (nf, 3, m)
            Mean of the four edges of each component, V/m times the unit of the spectrum.
        """
        assert self.edges is not None
        mean: Spectrum = spectrum[:, self.edges].mean(axis=2)
        return mean


def places_in(
    name: str, grid: Grid, component: str, lo: Node, hi: Node, stride: int = 1
) -> NDArray[np.int64]:
    """Edges or faces of a direction that lie in a box of nodes, its surface included.

    Along an axis in which the box is flat, a value that lies between nodes is the one behind them.

    Parameters
    ----------
    name : str
        Name of the monitor, for the message.
    grid : Grid
        The grid.
    component : str
        Field component, e_x to h_z.
    lo, hi : Node
        Corners of the box.
    stride : int
        Every which place along each axis.

    Returns
    -------
    ndarray of int64, shape (n, 3)
        Their indices, z fastest.

    Raises
    ------
    GridError
        If the box reaches outside the grid, or its corners are exchanged.
    """
    last = np.array(grid.nodes) - 1
    if np.any(np.array(lo) < 0) or np.any(np.array(hi) > last) or np.any(np.array(hi) < lo):
        raise GridError.single(
            f"monitor {name} spans nodes {tuple(lo)} to {tuple(hi)}, outside the grid, whose nodes "
            f"are (0, 0, 0) to {tuple(last.tolist())}",
            field=name,
            remedy="give the lower corner first, both within the grid",
        )
    between = [(axis == component[-1]) == (component[0] == "e") for axis in "xyz"]
    ranges = []
    for a in range(3):
        stop = max(hi[a] - 1, lo[a]) if between[a] else hi[a]
        start = min(lo[a], last[a] - 1) if between[a] else lo[a]
        ranges.append(np.arange(start, min(stop, last[a] - between[a]) + 1, stride))
    return np.stack(np.meshgrid(*ranges, indexing="ij"), -1).reshape(-1, 3)


def volume_of(grid: Grid, component: str, index: NDArray[np.int64]) -> NDArray[np.float64]:
    """Volume in m3 that edges or faces stand for, shape (n,): their length times their dual area.

    Parameters
    ----------
    grid : Grid
        The grid.
    component : str
        Field component, e_x to h_z.
    index : ndarray of int64, shape (n, 3)
        Places.
    """
    volume = np.ones(len(index))
    for a, axis in enumerate("xyz"):
        between = (axis == component[-1]) == (component[0] == "e")
        volume *= (grid.spacings if between else grid.dual_spacings)[a][index[:, a]]
    return volume


class RunningSpectrum:
    """Spectra of `count` samples, built up from batches of lines, summed in double precision.

    Each part of a batch is multiplied in the precision of its lines, a few samples at a time, and
    what comes out is added up in float64: a long run adds thousands of small parts to a large sum.

    Parameters
    ----------
    frequencies : ndarray, shape (nf,)
        Frequencies in Hz.
    count : int
        Number of samples.
    half_step : ndarray of bool, shape (count,)
        Samples taken half a step before the line's time (h, currents) instead of at it (e).
    dt : float
        Time step in seconds.
    """

    def __init__(
        self,
        frequencies: NDArray[np.float64],
        count: int,
        half_step: NDArray[np.bool_],
        dt: float,
    ) -> None:
        self.frequencies = frequencies
        self._dt, self._half_step = dt, half_step
        self._sums = np.zeros((2, frequencies.size, count))

    @property
    def sums(self) -> NDArray[np.float64]:
        """Real and imaginary parts, shape (2, nf, count); a checkpoint keeps them."""
        return self._sums

    def add(self, weights: NDArray[np.complex128], parts: Sequence[NDArray[np.floating]]) -> None:
        """Add ``weights @ lines``, the n lines in parts: shapes (nf, n) and (n of it, count)."""
        factors = np.concatenate((weights.real, weights.imag)).astype(parts[0].dtype)
        products, first = [], 0
        for group in _gathered(parts):
            last = first + sum(map(len, group))
            products.append((np.ascontiguousarray(factors[:, first:last]), group))
            first = last
        width = max(SUMS_AT_ONCE // max(len(factors), 1), 16)
        starts = range(0, parts[0].shape[1], width)
        in_threads(lambda start: self._add(products, slice(start, start + width)), starts)

    def _add(self, products: Sequence[tuple[Real, Sequence[Real]]], columns: slice) -> None:
        total = np.zeros((2 * self.frequencies.size, self._sums[0, 0, columns].size))
        for factors, group in products:
            total += factors @ np.concatenate([lines[:, columns] for lines in group])
        self._sums[:, :, columns] += total.reshape(2, self.frequencies.size, -1)

    def values(
        self,
        columns: slice | NDArray[np.int64] = slice(None),
        kind: DTypeLike = np.complex64,
    ) -> Spectrum:
        """Spectra so far, shape (nf, count) or of some columns, in the sample's unit times s."""
        turn = np.exp(0.5j * TWO_PI * self.frequencies * self._dt)
        half, sums = self._half_step[columns], self._sums[:, :, columns]
        result = np.empty((self.frequencies.size, half.size), kind)
        for start in range(0, half.size, _COLUMNS):  # a few at a time: no second copy
            part = slice(start, start + _COLUMNS)
            later, lines = half[part], result[:, part]
            lines.real, lines.imag = sums[:, :, part]
            real, imag = sums[:, :, part][:, :, later]
            lines[:, later] = (real + 1j * imag) * turn[:, None]
        return result


def _gathered(parts: Sequence[Real]) -> list[list[Real]]:
    """Parts in groups of enough lines for a product, none of which is cut."""
    groups: list[list[Real]] = [[]]
    for lines in parts:
        if sum(map(len, groups[-1])) >= _LINES_PER_PRODUCT:
            groups.append([])
        groups[-1].append(lines)
    return groups


def nyquist_interval(f_max: float, f_content: float, dt: float) -> int:
    """Steps between samples so that content up to `f_content` does not alias below `f_max` (Hz)."""
    return max(1, int(1.0 / ((f_max + f_content) * dt)))
