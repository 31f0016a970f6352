"""What a run writes down: traces in time, and running spectra of many samples at once.

A spectrum is not accumulated step by step. The kernels copy the samples, at the Nyquist rate of the
pulse, into lines of a ring; when it is full one matrix product with the phases adds all of them to all
frequencies. That is a hundred times less work than a running sum at every step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import TWO_PI
from emtwin.errors import GridError
from emtwin.grid import Grid, Node


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
    """

    name: str
    component: NDArray[np.str_]
    index: NDArray[np.int64]

    @classmethod
    def box(cls, name: str, grid: Grid, lo: Node, hi: Node) -> FieldSamples:
        """All three e components on every edge that touches the cells lo <= (i, j, k) < hi."""
        ranges = [np.arange(low, high + 1) for low, high in zip(lo, hi, strict=True)]
        index = np.stack(np.meshgrid(*ranges, indexing="ij"), -1).reshape(-1, 3)
        if np.any(index < 0) or np.any(index >= grid.nodes):
            raise GridError.single(f"monitor {name} reaches outside the grid of {grid.nodes} nodes")
        components = np.repeat(["e_x", "e_y", "e_z"], len(index))
        return cls(name, components, np.tile(index, (3, 1)))


class RunningSpectrum:
    """Spectra of `count` samples, built up from batches of lines.

    Parameters
    ----------
    frequencies : ndarray, shape (nf,)
        Frequencies in Hz.
    count : int
        Number of samples.
    dt : float
        Time step in seconds.
    every : int
        Steps between lines.
    half_step : ndarray of bool, shape (count,)
        Samples taken at n + 1/2 (h, currents) instead of n + 1 (e).
    """

    def __init__(
        self,
        frequencies: NDArray[np.float64],
        count: int,
        dt: float,
        every: int,
        half_step: NDArray[np.bool_],
    ) -> None:
        self.frequencies = frequencies
        self._dt, self._every = dt, every
        self._sum = np.zeros((frequencies.size, count), np.complex64)
        self._half_step = half_step

    def add(self, first_line: int, lines: NDArray[np.floating]) -> None:
        """Add lines first_line, first_line + 1 ..., shape (n, count)."""
        steps = (first_line + np.arange(len(lines))) * self._every + 1
        angle = TWO_PI * self.frequencies[:, None] * (steps * self._dt)[None, :]
        scale = self._every * self._dt
        values = lines.astype(np.float32, copy=False)
        self._sum.real += (np.cos(angle) * scale).astype(np.float32) @ values
        self._sum.imag -= (np.sin(angle) * scale).astype(np.float32) @ values

    def values(self) -> NDArray[np.complex64]:
        """Spectra so far, shape (nf, count), in the sample's unit times seconds."""
        shift = np.exp(0.5j * TWO_PI * self.frequencies * self._dt).astype(np.complex64)
        result = self._sum.copy()
        result[:, self._half_step] *= shift[:, None]
        return result


def nyquist_interval(f_max: float, f_content: float, dt: float) -> int:
    """Steps between samples so that content up to `f_content` does not alias below `f_max` (Hz)."""
    return max(1, int(1.0 / ((f_max + f_content) * dt)))
