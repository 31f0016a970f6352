"""All samples of a run on their way from the kernels' ring to spectra.

Lines of samples come in a few at a time, and stay in the backend's memory. They are added to the
spectra many at once, and the last of them are kept: what rings on after the run is foretold from
them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Array, Backend
from emtwin.constants import ETA0, TWO_PI
from emtwin.solver.monitors.field_samples import FieldSamples, RunningSpectrum, Spectrum

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]
Weights = Callable[[Real], Complex]

_GATHERED = 256  # lines per product: fewer read and write the sums more often than needed
_KEPT_LINES = 400
_KEPT_BYTES = 2**30


def fourier_weights(frequencies: Real, times: Real, interval: float) -> Complex:
    """exp(-jwt) times the interval in seconds, shape (nf, n)."""
    turn = np.exp(-1j * TWO_PI * np.multiply.outer(frequencies, times))
    return np.asarray(interval * turn, np.complex128)


def kept_lines(count: int, value_bytes: int) -> int:
    """Last lines of `count` samples that are kept for the fit of what rings on."""
    return max(_GATHERED, min(_KEPT_LINES, _KEPT_BYTES // (value_bytes * max(count, 1))))


def held_lines(count: int, value_bytes: int, per_batch: int) -> int:
    """Most lines in memory at a time, when `per_batch` lines come at once."""
    return max(_GATHERED, kept_lines(count, value_bytes)) + per_batch


class Block(NamedTuple):
    """Consecutive lines, one after another in the backend's memory."""

    first: int
    n_lines: int
    lines: Array

    @property
    def end(self) -> int:
        """Number of the line after the last."""
        return self.first + self.n_lines

    def since(self, first: int) -> Block:
        """The lines from `first` on."""
        skipped = max(first - self.first, 0)
        width = self.lines.size // max(self.n_lines, 1)
        return Block(self.first + skipped, self.n_lines - skipped, self.lines[skipped * width :])


class SampleSpectra:
    """Running spectra of all groups of samples of a run.

    Parameters
    ----------
    groups : sequence of FieldSamples
        The samples, in the order of a line.
    frequencies : ndarray of float64, shape (nf,)
        Frequencies of the run in Hz, for groups without their own.
    dt : float
        Time step in seconds.
    every : int
        Steps between lines.
    backend : Backend
        Where the lines are; spectra come out complex, in its precision.
    probed : FieldSamples, optional
        Group from which `probes` are taken; all that share the run's frequencies if left out.
    """

    def __init__(
        self,
        groups: Sequence[FieldSamples],
        frequencies: Real,
        dt: float,
        every: int,
        backend: Backend,
        probed: FieldSamples | None = None,
    ) -> None:
        self._backend = backend
        self._probed = groups if probed is None else (probed,)
        self.groups, self.frequencies = tuple(groups), frequencies
        self.dt, self.every = dt, every
        self.half_step = np.char.startswith(
            np.concatenate([group.component for group in groups] or [np.empty(0, "U3")]), "h"
        )
        ends = np.cumsum([0, *(group.component.size for group in groups)]).tolist()
        self._columns = [slice(*pair) for pair in pairwise(ends)]
        self._spectra = [
            RunningSpectrum(
                frequencies if group.frequencies is None else group.frequencies,
                self.half_step[columns],
                dt,
                backend,
            )
            for group, columns in zip(self.groups, self._columns, strict=True)
        ]
        self._blocks: deque[Block] = deque()
        self._n_taken = self._n_added = 0
        self._width, value = self.half_step.size, backend.real.itemsize
        self._kept = kept_lines(self._width, value)
        backend.reserve(held_lines(self._width, value, _GATHERED) * self._width * value)

    @property
    def _kind(self) -> np.dtype[Any]:
        return np.result_type(self._backend.real, np.complex64)

    @property
    def interval(self) -> float:
        """Seconds between lines."""
        return self.every * self.dt

    def times(self, first: int, count: int) -> Real:
        """Times of lines in seconds: line m is taken after step m `every`."""
        steps = (first + np.arange(count, dtype=np.float64)) * self.every + 1
        return np.asarray(steps * self.dt, np.float64)

    def add(self, lines: Array, count: int) -> None:
        """Take the next `count` lines, which may be overwritten afterwards."""
        kept = self._backend.zeros(count * self._width)
        kept[:] = lines[: kept.size]
        self._blocks.append(Block(self._n_taken, count, kept))
        self._n_taken += count
        if self._n_taken - self._n_added >= _GATHERED:
            self.flush()
        oldest = min(self._n_added, self._n_taken - self._kept)
        while self._blocks[0].end <= oldest:
            self._blocks.popleft()

    def flush(self) -> None:
        """Bring the spectra up to the last line taken."""
        waiting = self._since(self._n_added)
        if waiting:
            times = self.times(self._n_added, self._n_taken - self._n_added)
            self._add(waiting, lambda f: fourier_weights(f, times, self.interval))
            self._n_added = self._n_taken

    def last_lines(self, first: int) -> Window:
        """The lines that are kept, not before line `first`."""
        self.flush()
        return Window(self._since(first), self._width, self._backend)

    def _since(self, first: int) -> list[Block]:
        """The lines that are kept, not before line `first`."""
        return [block.since(first) for block in self._blocks if block.end > first]

    def extend(self, window: Window, weights: Weights) -> None:
        """Add to every spectrum what its `weights` of frequencies, (nf, n), make of the window."""
        self._add(window.blocks, weights)

    def _add(self, blocks: Sequence[Block], weights: Weights) -> None:
        parts = [block.lines for block in blocks]
        for columns, spectrum in zip(self._columns, self._spectra, strict=True):
            spectrum.add(weights(spectrum.frequencies), parts, columns.start)

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything so far, for a checkpoint; to be written before the next lines are taken."""
        view = self._backend.view
        state = {"added": np.array(self._n_added)}
        state |= {
            f"block {b.first}": view(b.lines).reshape(b.n_lines, self._width) for b in self._blocks
        }
        return state | {f"sums {n}": view(s.sums) for n, s in enumerate(self._spectra)}

    def restore(self, state: dict[str, NDArray[Any]]) -> None:
        """Take up a `state`."""
        adopt = self._backend.adopt
        self._n_added = int(state["added"])
        firsts = sorted(int(name[6:]) for name in state if name.startswith("block "))
        blocks = [(first, state[f"block {first}"]) for first in firsts]
        self._blocks = deque(Block(first, len(b), adopt(b)) for first, b in blocks)
        self._n_taken = self._blocks[-1].end if self._blocks else 0
        for n, spectrum in enumerate(self._spectra):
            spectrum.sums[:] = adopt(state[f"sums {n}"])

    def take(self) -> dict[str, Spectrum]:
        """Spectra by group, shape (nf, n), in the samples' unit times seconds.

        The sums and the lines are given up on the way: they are most of a run's memory.
        """
        self.flush()
        self._blocks.clear()
        taken = {}
        for group in self.groups:
            taken[group.name] = self._spectra.pop(0).values(kind=self._kind)
        return taken

    def probes(self, count: int) -> NDArray[np.int64]:
        """About `count` samples spread evenly over the probed groups."""
        shared = [
            np.arange(columns.start, columns.stop)
            for group, columns in zip(self.groups, self._columns, strict=True)
            if group in self._probed and group.frequencies is None
        ]
        every = np.concatenate(shared) if shared else np.empty(0, np.int64)
        picked: NDArray[np.int64] = every[:: max(1, every.size // count)] if every.size else every
        return picked

    def probe_spectra(self, probes: NDArray[np.int64]) -> Complex:
        """Spectra of some samples at the run's frequencies, h times the vacuum's impedance."""
        self.flush()
        parts: list[Spectrum] = [np.zeros((self.frequencies.size, 0), self._kind)]
        for columns, spectrum in zip(self._columns, self._spectra, strict=True):
            here = probes[(probes >= columns.start) & (probes < columns.stop)] - columns.start
            if here.size:
                parts.append(spectrum.values(here, self._kind))
        return np.asarray(np.concatenate(parts, axis=1) * self.field_scale(probes), np.complex128)

    def field_scale(self, probes: NDArray[np.int64]) -> Real:
        """Factors that give all field components the unit V/m."""
        return np.where(self.half_step[probes], ETA0, 1.0)


class Window:
    """The last lines of a run."""

    def __init__(self, blocks: Sequence[Block], width: int, backend: Backend) -> None:
        self.blocks = tuple(blocks)
        self._width, self._backend = width, backend

    @property
    def first(self) -> int:
        """Number of the first line."""
        return self.blocks[0].first if self.blocks else 0

    def __len__(self) -> int:
        """Number of lines."""
        return sum(block.n_lines for block in self.blocks)

    def columns(self, which: NDArray[np.int64]) -> Real:
        """Some samples of all lines, shape (n, len(which))."""
        if not self.blocks:
            return np.zeros((0, which.size))
        parts = [
            self._backend.take(block.lines, np.arange(block.n_lines)[:, None] * self._width + which)
            for block in self.blocks
        ]
        return np.concatenate(parts).astype(np.float64)
