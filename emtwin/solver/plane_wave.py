"""The plane wave: total field inside a box, scattered field outside.

The incident field is the grid's own plane wave, so that what is added on one side of the box is
taken away on the other. Along an axis it comes from the same scheme in one dimension on the same
lines, graded or not. At other angles it is synthesised from the dispersion relation of a uniform
grid; where the grid is graded, or the tables would be too large, it is the continuous wave, and
what leaks is the difference of the two dispersions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import C0, EPS0, ETA0, MU0, TWO_PI
from emtwin.errors import GridError
from emtwin.grid import Grid, Node
from emtwin.solver.pulses import Waveform
from emtwin.solver.sources import Impressed, Waveforms, parity

Vector = tuple[float, float, float]
Real = NDArray[np.float64]

OVERSAMPLING = 32  # linear interpolation to 1e-6
"""Values per step of a waveform that is read between the steps."""

_TABLE_BYTES = 2**30


@dataclass(frozen=True)
class PlaneWave:
    """Linearly polarised plane wave inside a box (total field), nothing outside (scattered field).

    Parameters
    ----------
    direction : tuple of float
        Unit vector along which the wave travels.
    polarisation : tuple of float
        Unit vector of the electric field, normal to `direction`.
    lo, hi : Node
        Corners of the box, whose surface lies in vacuum.
    origin : tuple of float
        Point in metres at which the field equals the waveform.

    Raises
    ------
    GridError
        If the two vectors are not unit vectors at right angles.

    References
    ----------
    Taflove and Hagness, Computational Electrodynamics, 3rd ed., sections 5.5 and 5.6.
    """

    direction: Vector
    polarisation: Vector
    lo: Node
    hi: Node
    origin: Vector = (0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        k, e = np.array(self.direction), np.array(self.polarisation)
        if abs(k @ k - 1) > 1e-9 or abs(e @ e - 1) > 1e-9 or abs(k @ e) > 1e-9:
            raise GridError.single(
                f"plane wave: direction {self.direction} and polarisation {self.polarisation} "
                "must be "
                "unit vectors at right angles"
            )

    def crossing(self, grid: Grid) -> float:
        """Seconds from the origin to the last corner of the box, 0 at least."""
        sides = zip(grid.lines, self.lo, self.hi, self.origin, self.direction, strict=True)
        # The last corner is the farther end of every axis.
        farthest = sum(max((x[lo] - o) * k, (x[hi] - o) * k) for x, lo, hi, o, k in sides)
        return max(float(farthest), 0.0) / C0


class Incident(NamedTuple):
    """Corrections on the surface of the box, and the waveforms that they follow.

    Parameters
    ----------
    e_fixes, h_fixes : tuple of Impressed
        Corrections of e (after its update, the incident h at n + 1/2) and of h (incident e at n).
    e_waveforms, h_waveforms : Waveforms
        Their tables.
    """

    e_fixes: tuple[Impressed, ...]
    h_fixes: tuple[Impressed, ...]
    e_waveforms: Waveforms
    h_waveforms: Waveforms


def incident_field(grid: Grid, wave: PlaneWave, pulse: Waveform, dt: float) -> Incident:
    """Corrections that let a plane wave into its box and out of it again.

    Parameters
    ----------
    grid : Grid
        The grid.
    wave : PlaneWave
        The wave.
    pulse : Waveform
        Its waveform.
    dt : float
        Time step in seconds.

    Returns
    -------
    Incident
        Corrections and tables.
    """
    faces = tuple(
        _face(grid, wave, dt, normal, side, tangential)
        for normal in range(3)
        for side in (0, 1)
        for tangential in range(3)
        if tangential != normal
    )
    along = np.flatnonzero(np.abs(wave.direction) == 1.0)
    if along.size:
        return _along_axis(grid, wave, pulse, dt, faces, int(along[0]))
    spectrum = grid_spectrum(grid, wave, pulse, dt)
    if spectrum is not None:
        return _synthesised(spectrum, wave, faces)
    return _continuous(wave, pulse, dt, faces)


class _Face(NamedTuple):
    """Pairs of e along a tangent and h along the third axis, half a cell outside, on one face."""

    tangential: int
    third: int
    e_index: NDArray[np.int64]
    h_index: NDArray[np.int64]
    e_position: Real
    h_position: Real
    e_factor: float
    h_factor: float

    def fix(self, kind: str, weight: float, delay: Real | None, row: Any) -> Impressed:
        """Correction of all e or h of the face, by its partner times `weight`."""
        index = self.e_index if kind == "e" else self.h_index
        axis = self.tangential if kind == "e" else self.third
        factor = self.e_factor if kind == "e" else self.h_factor
        size = len(index)
        return Impressed(
            f"{kind}_{'xyz'[axis]}",
            index,
            np.full(size, factor * weight),
            np.zeros(size) if delay is None else delay,
            np.zeros(size, np.int64) + row,
        )


def _face(grid: Grid, wave: PlaneWave, dt: float, normal: int, side: int, tangential: int) -> _Face:
    third = 3 - normal - tangential
    plane = (wave.lo, wave.hi)[side][normal]
    outside = plane - 1 if side == 0 else plane  # cell whose centre is half a cell outside
    ranges = [np.arange(wave.lo[a], wave.hi[a] + (a != tangential)) for a in range(3)]
    ranges[normal] = np.array([plane])
    e_index = np.stack(np.meshgrid(*ranges, indexing="ij"), -1).reshape(-1, 3)
    h_index = e_index.copy()
    h_index[:, normal] = outside
    sign = parity(tangential, normal, third) * (-1 if side == 0 else 1)
    origin = np.array(wave.origin)
    return _Face(
        tangential,
        third,
        e_index,
        h_index,
        _positions(grid, e_index, (tangential,)) - origin,
        _positions(grid, h_index, (tangential, normal)) - origin,
        sign * dt / (EPS0 * float(grid.dual_spacings[normal][plane])),
        sign * dt / (MU0 * float(grid.spacings[normal][outside])),
    )


def _continuous(wave: PlaneWave, pulse: Waveform, dt: float, faces: tuple[_Face, ...]) -> Incident:
    """The wave of free space, each value at its delay."""
    k, e_hat = np.array(wave.direction), np.array(wave.polarisation)
    h_hat = np.cross(k, e_hat) / ETA0
    waveforms = Waveforms(pulse.sampled(dt, OVERSAMPLING)[None, :], OVERSAMPLING)
    return Incident(
        tuple(f.fix("e", h_hat[f.third], f.h_position @ k / (C0 * dt) - 0.5, 0) for f in faces),
        tuple(f.fix("h", e_hat[f.tangential], f.e_position @ k / (C0 * dt), 0) for f in faces),
        waveforms,
        waveforms,
    )


def _along_axis(
    grid: Grid, wave: PlaneWave, pulse: Waveform, dt: float, faces: tuple[_Face, ...], axis: int
) -> Incident:
    """The grid's own wave along an axis: one row per line, and per cell, of the axis."""
    e_hat = np.array(wave.polarisation)
    h_hat = np.cross(np.array(wave.direction), e_hat) / ETA0
    first = wave.lo[axis] - 1
    e, h = _wave_of_the_lines(grid, wave, pulse, dt, axis)
    return Incident(
        tuple(f.fix("e", h_hat[f.third], None, f.h_index[:, axis] - first) for f in faces),
        tuple(f.fix("h", e_hat[f.tangential], None, f.e_index[:, axis] - first) for f in faces),
        Waveforms(h, 1),
        Waveforms(e, 1),
    )


class GridSpectrum(NamedTuple):
    """A plane wave of a uniform grid, line by line of its spectrum, at the origin.

    Parameters
    ----------
    wavenumber : ndarray of float64, shape (nf,)
        Numerical wavenumber along the direction of travel, rad/m.
    e : ndarray of complex128, shape (3, nf)
        Components of e at whole steps.
    h : ndarray of complex128, shape (3, nf)
        Components of h half a step later.
    n_steps : int
        Length of the waveforms.
    """

    wavenumber: Real
    e: NDArray[np.complex128]
    h: NDArray[np.complex128]
    n_steps: int

    def waveforms(self, amplitude: NDArray[np.complex128], distance: Real) -> Real:
        """Values per step at distances along the direction in metres, shape (n, n_steps)."""
        rows = np.empty((distance.size, self.n_steps))
        for start in range(0, distance.size, 256):
            phase = np.exp(-1j * np.multiply.outer(distance[start : start + 256], self.wavenumber))
            lines = np.zeros((len(phase), self.n_steps // 2 + 1), np.complex128)
            lines[:, 1 : self.wavenumber.size + 1] = amplitude * phase
            rows[start : start + 256] = np.fft.irfft(lines, self.n_steps, axis=1)
        return rows


def grid_spectrum(grid: Grid, wave: PlaneWave, pulse: Waveform, dt: float) -> GridSpectrum | None:
    """Spectrum of the grid's own plane wave; None where the box is not uniform or too large.

    With K_a = (2 / d_a) sin(k_a d_a / 2) and W = (2 / dt) sin(w dt / 2) the scheme has plane waves
    where |K| = W / c, with K . e = 0 and h = K x e / (mu0 W).

    Parameters
    ----------
    grid : Grid
        The grid.
    wave : PlaneWave
        The wave.
    pulse : Waveform
        Its waveform.
    dt : float
        Time step in seconds.

    References
    ----------
    Taflove and Hagness, Computational Electrodynamics, 3rd ed., eq. 4.5.
    """
    near = [grid.spacings[a][wave.lo[a] - 1 : wave.hi[a] + 1] for a in range(3)]
    if any(np.ptp(d) > 1e-9 * d[0] for d in near):
        return None
    cell, direction = np.array([d[0] for d in near]), np.array(wave.direction)
    n_steps = 2 ** int(np.ceil(np.log2(2 * (pulse.duration + wave.crossing(grid)) / dt + 500)))
    sides = [int(wave.hi[a] - wave.lo[a]) + 1 for a in range(3)]
    samples = 8 * (sides[0] * sides[1] + sides[1] * sides[2] + sides[2] * sides[0])
    if 8 * samples * n_steps > _TABLE_BYTES:
        return None
    omega = TWO_PI * np.fft.rfftfreq(n_steps, dt)[1:]
    spectrum = np.fft.rfft(pulse(np.arange(n_steps) * dt), n_steps)[1:]
    rate = 2 / dt * np.sin(omega * dt / 2)
    wavenumber, travels = _numerical_wavenumber(rate / C0, cell, direction)
    last = int(np.argmin(travels)) if not travels.all() else travels.size
    wavenumber, rate, spectrum = wavenumber[:last], rate[:last], spectrum[:last]
    k = 2 / cell[:, None] * np.sin(np.multiply.outer(direction * cell, wavenumber) / 2)
    e_hat = np.array(wave.polarisation)[:, None]
    e = (e_hat - k * (k * e_hat).sum(axis=0) / (k * k).sum(axis=0)) * spectrum
    h = np.cross(k, e, axis=0) / (MU0 * rate) * np.exp(0.5j * omega[:last] * dt)
    return GridSpectrum(wavenumber, e, h, n_steps)


def _numerical_wavenumber(
    size: Real, cell: Real, direction: Real
) -> tuple[Real, NDArray[np.bool_]]:
    """k along `direction` with |K(k)| = size, by Newton's method, and where there is one."""
    k = size.copy()
    for _ in range(50):
        half = np.multiply.outer(cell * direction, k) / 2
        off = ((2 / cell[:, None] * np.sin(half)) ** 2).sum(axis=0) - size**2
        slope = (2 * direction[:, None] / cell[:, None] * np.sin(2 * half)).sum(axis=0)
        k -= np.divide(off, slope, out=np.zeros_like(off), where=np.abs(slope) > 0)
    found = (np.abs(off) < 1e-9 * size**2) & (k > 0) & (slope > 0)
    return k, found


def _synthesised(spectrum: GridSpectrum, wave: PlaneWave, faces: tuple[_Face, ...]) -> Incident:
    """The grid's own wave at any angle: one row per component and distance along the direction."""
    direction, e_fixes, h_fixes = np.array(wave.direction), [], []
    e_rows, h_rows = _Rows(spectrum, spectrum.e), _Rows(spectrum, spectrum.h)
    for f in faces:
        e_fixes.append(f.fix("e", 1.0, None, h_rows.of(f.third, f.h_position @ direction)))
        h_fixes.append(f.fix("h", 1.0, None, e_rows.of(f.tangential, f.e_position @ direction)))
    return Incident(tuple(e_fixes), tuple(h_fixes), h_rows.waveforms(), e_rows.waveforms())


class _Rows:
    """Rows of a table that grows by one component and face at a time."""

    def __init__(self, spectrum: GridSpectrum, amplitude: NDArray[np.complex128]) -> None:
        self._spectrum, self._amplitude = spectrum, amplitude
        self._tables: list[Real] = []
        self._count = 0

    def of(self, component: int, distance: Real) -> NDArray[np.int64]:
        """Rows for these distances; equal ones share a row."""
        unique, row = np.unique(np.round(distance, 12), return_inverse=True)
        self._tables.append(self._spectrum.waveforms(self._amplitude[component], unique))
        rows: NDArray[np.int64] = row + self._count
        self._count += unique.size
        return rows

    def waveforms(self) -> Waveforms:
        """The whole table."""
        return Waveforms(np.concatenate(self._tables), 1)


def _positions(grid: Grid, index: NDArray[np.int64], half: tuple[int, ...]) -> Real:
    """Coordinates in metres; axes in `half` lie at cell centres."""
    columns = []
    for axis in range(3):
        lines = grid.centres[axis] if axis in half else grid.lines[axis]
        columns.append(lines[index[:, axis]])
    return np.stack(columns, -1)


def _wave_of_the_lines(
    grid: Grid, wave: PlaneWave, pulse: Waveform, dt: float, axis: int
) -> tuple[Real, Real]:
    """Incident e at step n on the lines, and eta0 h half a step later between them, of the box.

    The lines go from one before the box to one behind it. There e is the continuous wave; from
    there on the scheme in one dimension carries it, past the box into cells enough that nothing
    comes back in time.
    """
    lines = grid.lines[axis][wave.lo[axis] - 1 : wave.hi[axis] + 2]
    travelled = np.sort((lines - wave.origin[axis]) * wave.direction[axis])
    arrival = travelled[0] / C0
    n_steps = 2 * int((pulse.duration + max(travelled[-1] / C0, 0.0)) / dt) + 500
    spacing = np.diff(travelled)
    behind = np.full(int(C0 * dt / spacing[-1] * n_steps) + 10, spacing[-1])
    spacing = np.concatenate((spacing, behind))
    dual = (spacing[:-1] + spacing[1:]) / 2
    e, h = np.zeros(spacing.size + 1), np.zeros(spacing.size)
    kept_e, kept_h = np.zeros((n_steps, lines.size)), np.zeros((n_steps, lines.size - 1))
    driven = pulse(np.arange(n_steps + 1) * dt - arrival)
    for n in range(n_steps):
        e[0] = driven[n]
        kept_e[n] = e[: lines.size]
        h -= C0 * dt / spacing * np.diff(e)
        kept_h[n] = h[: lines.size - 1]
        e[1:-1] -= C0 * dt / dual * np.diff(h)
    if wave.direction[axis] < 0:
        kept_e, kept_h = kept_e[:, ::-1], kept_h[:, ::-1]
    return np.ascontiguousarray(kept_e.T), np.ascontiguousarray(kept_h.T)
