"""Voltages and currents in any FDTD code, and what emtwin's monitors make of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.grid import Grid, Node
from emtwin.solver import TimeMonitor
from emtwin.solver.monitors.resonances import dft

Real = NDArray[np.float64]


@dataclass(frozen=True)
class Voltage:
    """Integral of e from one node to a later one on the same grid line, in volt.

    Parameters
    ----------
    name : str
        Name of the probe.
    start, stop : Node
        Its ends.
    """

    name: str
    start: Node
    stop: Node

    @property
    def axis(self) -> int:
        """Direction: 0, 1 or 2."""
        return int(np.flatnonzero(np.subtract(self.stop, self.start))[0])


@dataclass(frozen=True)
class Current:
    """Current along x through edges, by the circulation of h half a cell around them, in ampere.

    Parameters
    ----------
    name : str
        Name of the probe.
    lo, hi : Node
        First and last edge along y or z, at the same index along x.
    """

    name: str
    lo: Node
    hi: Node


@dataclass(frozen=True, eq=False)
class Reading:
    """What a probe read.

    Parameters
    ----------
    times : ndarray of float64, shape (n,)
        Seconds; evenly spaced.
    values : ndarray of float64, shape (n,)
        Volt or ampere.
    """

    times: Real
    values: Real

    def spectrum(self, frequencies: Real) -> NDArray[np.complex128]:
        """Fourier integral at frequencies in Hz, in the unit of the values times s."""
        interval = float(self.times[1] - self.times[0])
        return dft(self.values, interval, frequencies, float(self.times[0]) / interval)


def monitors(probe: Voltage | Current, every: int) -> list[TimeMonitor]:
    """Monitors of the edges of a voltage; of the four sides of a current's loop.

    Parameters
    ----------
    probe : Voltage or Current
        The probe.
    every : int
        Steps from one line to the next.
    """
    if isinstance(probe, Voltage):
        component = "e_" + "xyz"[probe.axis]
        return [TimeMonitor(probe.name, probe.start, probe.stop, (component,), every=every)]
    (i, j0, k0), (_, j1, k1) = probe.lo, probe.hi
    sides = {
        "below": ("h_y", (i, j0, k0 - 1), (i, j1, k0 - 1)),
        "above": ("h_y", (i, j0, k1), (i, j1, k1)),
        "left": ("h_z", (i, j0 - 1, k0), (i, j0 - 1, k1)),
        "right": ("h_z", (i, j1, k0), (i, j1, k1)),
    }
    return [
        TimeMonitor(f"{probe.name} {side}", Node(*lo), Node(*hi), (component,), every=every)
        for side, (component, lo, hi) in sides.items()
    ]


def from_traces(
    probe: Voltage | Current, grid: Grid, traces: Mapping[str, Real], times: Mapping[str, Real]
) -> Reading:
    """Reading put together from what the probe's monitors wrote down.

    Parameters
    ----------
    probe : Voltage or Current
        The probe.
    grid : Grid
        The grid.
    traces, times : mapping
        Of a `RunResult`.
    """
    names = [f"{m.name} {c}" for m in monitors(probe, 1) for c in m.components]
    weights = _weights(probe, grid)
    values = sum(traces[name] @ weight for name, weight in zip(names, weights, strict=True))
    return Reading(times[names[0]], np.asarray(values, np.float64))


def _weights(probe: Voltage | Current, grid: Grid) -> list[Real]:
    """Lengths, with the sign of the circulation, of what `monitors` writes down."""
    if isinstance(probe, Voltage):
        return [grid.spacings[probe.axis][probe.start[probe.axis] : probe.stop[probe.axis]]]
    across = grid.dual_spacings[1][probe.lo.j : probe.hi.j + 1]
    up = grid.dual_spacings[2][probe.lo.k : probe.hi.k + 1]
    return [across, -across, -up, up]
