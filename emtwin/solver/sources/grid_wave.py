"""The grid's own plane wave at any angle, graded or not, as a sum over its spectrum.

With D the difference quotients of the scheme, a product of one function per axis is a solution of
the update equations wherever

    D X = -j K_x X'   and   D X' = -j K_x X,        X on the nodes, X' between them,

for each axis, because every curl then is -j K x, with e_x ~ X' Y Z, h_x ~ X Y' Z' and so on. All
that is asked of K is |K| = W / c, W = (2 / dt) sin(w dt / 2), e at right angles to K and
h = K x e / (mu0 W). On equal cells X is exp(-j k x) with K = (2 / d) sin(k d / 2) (Taflove and
Hagness, Computational Electrodynamics, 3rd ed., eq. 4.5); on unequal ones the two relations are a
recursion from line to line. So the incident field solves the very equations of the grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import C0, ETA0, TWO_PI
from emtwin.grid import Grid
from emtwin.solver.waveforms.pulses import Waveform

if TYPE_CHECKING:
    from emtwin.solver.sources.plane_wave import PlaneWave

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]
Places = NDArray[np.int64]

LEAD = 0.25
"""Share of its duration that a waveform needs before time zero to begin without a jump."""

_FAINT = 1e-15  # of the largest line: rounding of the transform
_TAIL = 2.0  # of the time across the box: how late slow waves and echoes may be
_SLOW = 0.6
_CHUNK = 4096


@dataclass(frozen=True, eq=False)
class GridWave:
    """Plane wave of a grid round a box, line by line of its spectrum.

    Parameters
    ----------
    grid : Grid
        The grid.
    wave : PlaneWave
        Direction, polarisation and box; the field is that of free space where it enters the box.
    pulse : Waveform
        Its waveform.
    dt : float
        Time step in seconds.
    """

    grid: Grid
    wave: PlaneWave
    pulse: Waveform
    dt: float

    @cached_property
    def n_steps(self) -> int:
        """Steps for which a value differs from zero, from `first_step` on."""
        late = _TAIL * self.wave.width(self.grid) / C0
        steps = ((1 + 2 * LEAD) * self.pulse.duration + late) / self.dt
        return 2 * int(np.ceil(steps / 2)) + 2

    @cached_property
    def _transform(self) -> Complex:
        t = np.arange(self.n_steps) * self.dt - LEAD * self.pulse.duration
        transform: Complex = np.fft.rfft(self.pulse(t))[:-1] * (2 / self.n_steps)
        transform[0] /= 2
        return transform

    @cached_property
    def _waves(self) -> tuple[Real, Real]:
        """Wavenumber along the direction and K, shapes (nf,) and (3, nf), of all that travel."""
        direction = np.array(self.wave.direction)
        omega = TWO_PI * np.arange(self._transform.size) / (self.n_steps * self.dt)
        size = 2 / (self.dt * C0) * np.sin(omega * self.dt / 2)
        cells = [self.grid.spacings[a][near] for a, near in enumerate(self.wave.cells())]
        # On average over the box the phase of these cells is that of the wave along `direction`.
        typical = np.array([np.sqrt(np.sum(d**3) / np.sum(d)) for d in cells])
        wavenumber, travels = numerical_wavenumber(size, typical, direction)
        k = 2 / typical[:, None] * np.sin(np.multiply.outer(typical * direction, wavenumber) / 2)
        largest = np.array([d.max() for d in cells])[:, None]
        travels &= np.all(np.abs(k) * largest < 2, axis=0)
        last = travels.size if travels.all() else int(np.argmin(travels))
        return wavenumber[:last], k[:, :last]

    @cached_property
    def lines(self) -> int:
        """Number of spectral lines that are kept, from zero frequency on."""
        strong = np.abs(self._transform) > _FAINT * np.abs(self._transform).max()
        return min(self._waves[0].size, int(np.flatnonzero(strong)[-1]) + 1)

    @property
    def lost(self) -> float:
        """What the grid does not carry, or carries at less than 0.6 c, relative to the peak.

        Lines are cut off sharply where the last wave travels, and near there waves are late.
        """
        t = np.arange(self.n_steps) * self.dt - LEAD * self.pulse.duration
        speed = TWO_PI / (self.n_steps * self.dt) / np.diff(self._waves[0])  # of a group
        slow = np.append(np.flatnonzero(speed < _SLOW * C0), speed.size)
        beyond = np.abs(self._transform[int(slow[0]) + 1 :])
        return float(beyond.sum() / np.abs(self.pulse(t)).max())

    @cached_property
    def _amplitudes(self) -> tuple[Complex, Complex]:
        """Of e at whole steps and h half a step later, shapes (3, nf), where the wave enters."""
        direction, e_hat = np.array(self.wave.direction)[:, None], np.array(self.wave.polarisation)
        k = self._waves[1][:, : self.lines]
        size = np.sqrt((k * k).sum(axis=0))
        unit = np.where(size > 0, k / np.where(size > 0, size, 1.0), direction)
        across = e_hat[:, None] - unit * (unit * e_hat[:, None]).sum(axis=0)
        e = across * self._transform[: self.lines]
        h = np.cross(unit, e, axis=0) / ETA0 * np.exp(0.5j * self._omega * self.dt)
        return e, h

    @cached_property
    def _omega(self) -> Real:
        return np.arange(self.lines, dtype=np.float64) * (TWO_PI / (self.n_steps * self.dt))

    @cached_property
    def _functions(self) -> list[tuple[Complex, Complex]]:
        """X on the nodes and X' between them, for each axis, shapes (n, nf)."""
        found = []
        for axis, near in enumerate(self.wave.cells()):
            k = self._waves[1][axis, : self.lines]
            d = self.grid.spacings[axis][near]
            if self.wave.direction[axis] < 0:
                nodes, halves = _recursion(d[::-1], -k)
                found.append((nodes[::-1], halves[::-1]))
            else:
                found.append(_recursion(d, k))
        return found

    def first_step(self, delay: Real) -> Real:
        """Step, possibly negative, before which a value with this delay (s) is zero."""
        return np.asarray(np.floor((delay - LEAD * self.pulse.duration) / self.dt), np.float64)

    def rows(self, component: str, index: Places, delay: Real) -> Real:
        """Coefficients of the lines, counted from `first_step`, as (real, imaginary) pairs.

        Parameters
        ----------
        component : str
            Field component.
        index : ndarray of int64, shape (n, 3)
            Places in its array, at most half a cell outside the box.
        delay : ndarray of float64, shape (n,)
            Delay of free space from the origin of the wave, in seconds.

        Returns
        -------
        ndarray of float64, shape (n, 2 nf)
            V/m or A/m.
        """
        axis, electric = "xyz".index(component[-1]), component[0] == "e"
        amplitude = self._amplitudes[0 if electric else 1][axis]
        entry = self.wave.entry_delay(self.grid)
        later = LEAD * self.pulse.duration - entry + self.first_step(delay) * self.dt
        rows = np.empty((len(index), 2 * self.lines))
        for start in range(0, len(index), _CHUNK):
            part = slice(start, start + _CHUNK)
            value = amplitude * np.exp(1j * np.multiply.outer(later[part], self._omega))
            for a, (nodes, halves) in enumerate(self._functions):
                table = halves if (a == axis) == electric else nodes
                value *= table[index[part, a] - self.wave.cells()[a].start]
            rows[part, 0::2], rows[part, 1::2] = value.real, value.imag
        return rows

    @cached_property
    def turns(self) -> Real:
        """What the pairs of a row are multiplied with, step by step, shape (n_steps, 2 nf)."""
        phase = np.multiply.outer(np.arange(self.n_steps) * self.dt, self._omega)
        turns = np.empty((self.n_steps, 2 * self.lines))
        turns[:, 0::2], turns[:, 1::2] = np.cos(phase), -np.sin(phase)
        return turns


def _recursion(d: Real, k: Real) -> tuple[Complex, Complex]:
    """X and X' along cells `d` in the direction of travel, for a wave of one that comes in.

    Begun behind the last cell, where there is only the wave that goes out; what unequal cells
    reflect comes out at the first one, later than the wave went in.
    """
    nodes = np.empty((d.size + 1, k.size), np.complex128)
    halves = np.empty((d.size, k.size), np.complex128)
    dual = (d[1:] + d[:-1]) / 2
    nodes[-1] = 1.0
    halves[-1] = _half_a_cell(k, d[-1])
    for n in range(d.size - 1, -1, -1):
        if n < d.size - 1:
            halves[n] = halves[n + 1] + 1j * k * dual[n] * nodes[n + 1]
        nodes[n] = nodes[n + 1] + 1j * k * d[n] * halves[n]
    step = _half_a_cell(k, d[0])  # forward and backward waves of the first cell are told apart
    incoming = (nodes[0] * step + halves[0]) / (step + 1 / step)
    return nodes / incoming, halves / incoming


def _half_a_cell(k: Real, d: float) -> Complex:
    """exp(j k' d / 2) of the wavenumber k' of equal cells with K = k."""
    half = k * d / 2
    return np.asarray(np.sqrt(1 - half**2) + 1j * half)


def numerical_wavenumber(size: Real, cell: Real, direction: Real) -> tuple[Real, NDArray[np.bool_]]:
    """Wavenumber along `direction` with |K(k)| = size, by Newton's method, and where there is one.

    Parameters
    ----------
    size : ndarray of float64, shape (nf,)
        W / c in rad/m.
    cell, direction : ndarray of float64, shape (3,)
        Cell sizes in metres, and a unit vector.

    Returns
    -------
    ndarray of float64, ndarray of bool, shape (nf,)
        rad/m; False where no wave travels.
    """
    k = size.copy()
    for _ in range(50):
        half = np.multiply.outer(cell * direction, k) / 2
        off = ((2 / cell[:, None] * np.sin(half)) ** 2).sum(axis=0) - size**2
        slope = (2 * direction[:, None] / cell[:, None] * np.sin(2 * half)).sum(axis=0)
        k -= np.divide(off, slope, out=np.zeros_like(off), where=np.abs(slope) > 0)
    found = (np.abs(off) <= 1e-9 * size**2) & (k >= 0) & ((slope > 0) | (size == 0))
    return k, found
