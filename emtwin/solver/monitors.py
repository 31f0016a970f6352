"""What a run writes down: traces in time, and running spectra of many samples at once.

A spectrum is not accumulated step by step. The kernels copy the samples, at the Nyquist rate of the
pulse, into lines of a ring; when it is full one matrix product with the phases adds all of them to
all frequencies. That is a hundred times less work than a running sum at every step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import TWO_PI
from emtwin.errors import GridError
from emtwin.grid import Grid


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
    """

    name: str
    component: NDArray[np.str_]
    index: NDArray[np.int64]
    frequencies: NDArray[np.float64] | None = None

    @classmethod
    def cells(
        cls,
        name: str,
        grid: Grid,
        cells: NDArray[np.int64],
        frequencies: NDArray[np.float64] | None = None,
    ) -> FieldSamples:
        """The twelve edges of each cell; see `cell_field` for what they give.

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
        index, component = [], []
        for axis in range(3):
            one, two = (a for a in range(3) if a != axis)
            for corner in ((0, 0), (0, 1), (1, 0), (1, 1)):
                shift = np.zeros(3, np.int64)
                shift[one], shift[two] = corner
                index.append(cells + shift)
                component += ["e_" + "xyz"[axis]] * len(cells)
        return cls(name, np.array(component), np.concatenate(index), frequencies)


def cell_field(spectrum: NDArray[np.complex64]) -> NDArray[np.complex64]:
    """E at the centres of the cells of `FieldSamples.cells`.

    Parameters
    ----------
    spectrum : ndarray, shape (nf, 12 m)
        Spectra of the samples.

    Returns
    -------
    ndarray, shape (nf, 3, m)
        Mean of the four edges of each component, V/m times the unit of the spectrum.
    """
    edges = spectrum.reshape(spectrum.shape[0], 3, 4, -1)
    mean: NDArray[np.complex64] = edges.mean(axis=2)
    return mean


class RunningSpectrum:
    """Spectra of `count` samples, built up from batches of lines.

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
        # Two real sums: a product of real matrices can add to them in place.
        self._real = np.zeros((frequencies.size, count), np.float32)
        self._imag = np.zeros((frequencies.size, count), np.float32)

    def add(self, weights: NDArray[np.complex128], lines: NDArray[np.float32]) -> None:
        """Add ``weights @ lines``, shapes (nf, n) and (n, count)."""
        self._real = _add_product(self._real, weights.real, lines)
        self._imag = _add_product(self._imag, weights.imag, lines)

    def values(self, columns: slice | NDArray[np.int64] = slice(None)) -> NDArray[np.complex64]:
        """Spectra so far, shape (nf, count) or of some columns, in the sample's unit times s."""
        result: NDArray[np.complex64] = self._real[:, columns] + 1j * self._imag[:, columns]
        shift = np.exp(0.5j * TWO_PI * self.frequencies * self._dt).astype(np.complex64)
        result[:, self._half_step[columns]] *= shift[:, None]
        return result


def _add_product(
    total: NDArray[np.float32], weights: NDArray[np.float64], lines: NDArray[np.float32]
) -> NDArray[np.float32]:
    """``total + weights @ lines`` in the place of `total`."""
    from scipy.linalg.blas import sgemm

    factors = np.ascontiguousarray(weights, np.float32)
    # The library counts by columns, so it is given the transposes.
    added: NDArray[np.float32] = sgemm(
        1.0, lines.T, factors.T, beta=1.0, c=total.T, overwrite_c=True
    )
    return added.T


def nyquist_interval(f_max: float, f_content: float, dt: float) -> int:
    """Steps between samples so that content up to `f_content` does not alias below `f_max` (Hz)."""
    return max(1, int(1.0 / ((f_max + f_content) * dt)))
