"""What a run writes down: traces in time, and running spectra of many samples at once.

A spectrum is not accumulated step by step. The kernels copy the samples, at the Nyquist rate of the
pulse, into lines of a ring; when it is full one matrix product with the phases adds all of them to
all frequencies, in the memory of the backend. That is a hundred times less work than a running sum
at every step, and samples do not leave the machine that takes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike, NDArray

from emtwin.backends import Array, Backend
from emtwin.constants import TWO_PI
from emtwin.errors import GridError
from emtwin.grid import Grid, Node
from emtwin.solver.stages.layout import COMPONENTS

Spectrum = NDArray[np.complexfloating]


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
    """Spectra of samples, built up from batches of lines where the lines are, in double precision.

    Lines are multiplied in their precision, some tens or hundreds at a time, and what comes out is
    added up in float64: a long run adds thousands of small products to a large sum.

    Parameters
    ----------
    frequencies : ndarray, shape (nf,)
        Frequencies in Hz.
    half_step : ndarray of bool, shape (count,)
        Samples taken half a step before the line's time (h, currents) instead of at it (e).
    dt : float
        Time step in seconds.
    backend : Backend
        Where the lines are, and the sums.

    Attributes
    ----------
    sums : Array of float64, 2 nf count elements
        Real parts by frequency and sample, then imaginary parts; a checkpoint keeps them.
    """

    def __init__(
        self,
        frequencies: NDArray[np.float64],
        half_step: NDArray[np.bool_],
        dt: float,
        backend: Backend,
    ) -> None:
        self.frequencies = frequencies
        self._dt, self._half_step, self._backend = dt, half_step, backend
        self.sums: Array = backend.zeros(2 * frequencies.size * half_step.size, np.float64)

    def add(self, weights: NDArray[np.complex128], parts: Sequence[Array], first: int) -> None:
        """Add ``weights @ lines``: weights of shape (nf, n), lines from column `first` on."""
        factors = np.concatenate((weights.real, weights.imag))
        self._backend.accumulate(self.sums, factors, parts, first)

    def values(
        self, columns: NDArray[np.int64] | None = None, kind: DTypeLike = np.complex64
    ) -> Spectrum:
        """Spectra so far, shape (nf, count) or of some columns, in the sample's unit times s."""
        nf, count = self.frequencies.size, self._half_step.size
        turn = np.exp(0.5j * TWO_PI * self.frequencies * self._dt)
        half = self._half_step if columns is None else self._half_step[columns]
        result = np.empty((nf, half.size), kind)
        for n, line in enumerate(result):  # one at a time: no second copy
            real, imag = (self._row(m * count, columns) for m in (n, nf + n))
            line.real, line.imag = real, imag
            line[half] = (real[half] + 1j * imag[half]) * turn[n]
        return result

    def _row(self, start: int, columns: NDArray[np.int64] | None) -> NDArray[np.float64]:
        if columns is None:
            return self._backend.view(self.sums[start : start + self._half_step.size])
        return self._backend.take(self.sums, start + columns)


def nyquist_interval(f_max: float, f_content: float, dt: float) -> int:
    """Steps between samples so that content up to `f_content` does not alias below `f_max` (Hz)."""
    return max(1, int(1.0 / ((f_max + f_content) * dt)))
