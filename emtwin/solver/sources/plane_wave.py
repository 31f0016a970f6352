"""The plane wave: total field inside a box, scattered field outside.

The incident field is the grid's own plane wave, so that what is added on one side of the box is
taken away on the other. Along an axis it comes from the same scheme in one dimension on the same
lines; at other angles from its spectrum, see `grid_wave`. Both hold on graded grids.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import C0, EPS0, ETA0, MU0
from emtwin.errors import GridError
from emtwin.grid import Grid, Node
from emtwin.solver.sources.edges import Impressed, Waveforms, parity
from emtwin.solver.sources.grid_wave import LEAD, GridWave
from emtwin.solver.waveforms.pulses import Waveform

Vector = tuple[float, float, float]
Real = NDArray[np.float64]

OVERSAMPLING = 32  # linear interpolation to 1e-6
"""Values per step of a waveform that is read between the steps."""


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
    origin : tuple of float or None
        Point in metres at which the field equals the waveform, counted on to the box in free space.
        By default so far before the box that the waveform begins smoothly in it; see `placed`.

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
    origin: Vector | None = None

    def __post_init__(self) -> None:
        k, e = np.array(self.direction), np.array(self.polarisation)
        if abs(k @ k - 1) > 1e-9 or abs(e @ e - 1) > 1e-9 or abs(k @ e) > 1e-9:
            raise GridError.single(
                f"plane wave: direction {self.direction} and polarisation {self.polarisation} "
                "must be "
                "unit vectors at right angles"
            )

    def placed(self, grid: Grid, pulse: Waveform) -> PlaneWave:
        """The wave with an origin; one that is left out lies a quarter of the pulse ahead."""
        if self.origin is not None:
            return self
        corner = self._corners(grid)[0]
        ahead = LEAD * pulse.duration * C0 * np.array(self.direction)
        x, y, z = (float(v) for v in corner - ahead)
        return replace(self, origin=(x, y, z))

    def cells(self) -> tuple[slice, slice, slice]:
        """Cells of the box and one more on each side, by axis."""
        x, y, z = (slice(lo - 1, hi + 1) for lo, hi in zip(self.lo, self.hi, strict=True))
        return x, y, z

    def _corners(self, grid: Grid) -> Real:
        """First and last corner that the wave meets, one cell outside the box, shape (2, 3)."""
        ends = []
        for lines, near, k in zip(grid.lines, self.cells(), self.direction, strict=True):
            pair = lines[max(near.start, 0)], lines[min(near.stop, lines.size - 1)]
            ends.append(pair if k >= 0 else pair[::-1])
        return np.array(ends).T

    def delay(self, points: Real) -> Real:
        """Seconds from the origin to points of shape (n, 3) in metres, in free space."""
        assert self.origin is not None
        seconds: Real = (points - np.array(self.origin)) @ np.array(self.direction) / C0
        return seconds

    def entry_delay(self, grid: Grid) -> float:
        """Seconds from the origin to the first corner."""
        return float(self.delay(self._corners(grid)[:1])[0])

    def width(self, grid: Grid) -> float:
        """Metres from the first to the last corner, along the direction."""
        first, last = self._corners(grid)
        return float((last - first) @ np.array(self.direction))

    def crossing(self, grid: Grid) -> float:
        """Seconds from the origin to the last corner of the box, 0 at least."""
        return max(self.entry_delay(grid) + self.width(grid) / C0, 0.0)

    @property
    def axis(self) -> int | None:
        """The axis that the wave travels along or against, if it does."""
        along = np.flatnonzero(np.abs(self.direction) == 1.0)
        return int(along[0]) if along.size else None


class Lines(NamedTuple):
    """Waveforms as spectral lines; see `GridWave`.

    Parameters
    ----------
    rows : ndarray of float64, shape (rows, 2 nf)
        Coefficients, a row for each waveform.
    turns : ndarray of float64, shape (n_steps, 2 nf)
        What they are multiplied with in each step after their delay.
    """

    rows: Real
    turns: Real


class Incident(NamedTuple):
    """Corrections on the surface of the box, and the waveforms that they follow.

    Parameters
    ----------
    e_fixes, h_fixes : tuple of Impressed
        Corrections of e (after its update, the incident h at n + 1/2) and of h (incident e at n).
    e_waveforms, h_waveforms : Waveforms or Lines
        What they follow; with lines their delays are whole steps.
    """

    e_fixes: tuple[Impressed, ...]
    h_fixes: tuple[Impressed, ...]
    e_waveforms: Waveforms | Lines
    h_waveforms: Waveforms | Lines


def incident_field(grid: Grid, wave: PlaneWave, pulse: Waveform, dt: float) -> Incident:
    """Corrections that let a plane wave into its box and out of it again.

    Parameters
    ----------
    grid : Grid
        The grid.
    wave : PlaneWave
        The wave, with its origin.
    pulse : Waveform
        Its waveform.
    dt : float
        Time step in seconds.

    Returns
    -------
    Incident
        Corrections and waveforms.
    """
    faces = box_faces(grid, wave, dt)
    if wave.axis is not None:
        return _along_axis(grid, wave, pulse, dt, faces, wave.axis)
    return _synthesised(GridWave(grid, wave, pulse, dt), faces)


def box_faces(grid: Grid, wave: PlaneWave, dt: float) -> tuple[Face, ...]:
    """The twelve sets of corrections: six faces, two tangential directions each.

    Parameters
    ----------
    grid : Grid
        The grid.
    wave : PlaneWave
        The wave.
    dt : float
        Time step in seconds.

    Returns
    -------
    tuple of Face
        In the order of normal, side and direction.
    """
    return tuple(
        _face(grid, wave, dt, normal, side, tangential)
        for normal in range(3)
        for side in (0, 1)
        for tangential in range(3)
        if tangential != normal
    )


class Face(NamedTuple):
    """Pairs of e along a tangent and h along the third axis, half a cell outside, on one face."""

    normal: int
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


def _face(grid: Grid, wave: PlaneWave, dt: float, normal: int, side: int, tangential: int) -> Face:
    third = 3 - normal - tangential
    plane = (wave.lo, wave.hi)[side][normal]
    outside = plane - 1 if side == 0 else plane  # cell whose centre is half a cell outside
    ranges = [np.arange(wave.lo[a], wave.hi[a] + (a != tangential)) for a in range(3)]
    ranges[normal] = np.array([plane])
    e_index = np.stack(np.meshgrid(*ranges, indexing="ij"), -1).reshape(-1, 3)
    h_index = e_index.copy()
    h_index[:, normal] = outside
    sign = parity(tangential, normal, third) * (-1 if side == 0 else 1)
    return Face(
        normal,
        tangential,
        third,
        e_index,
        h_index,
        _positions(grid, e_index, (tangential,)),
        _positions(grid, h_index, (tangential, normal)),
        sign * dt / (EPS0 * float(grid.dual_spacings[normal][plane])),
        sign * dt / (MU0 * float(grid.spacings[normal][outside])),
    )


def _along_axis(
    grid: Grid, wave: PlaneWave, pulse: Waveform, dt: float, faces: tuple[Face, ...], axis: int
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


def _synthesised(waves: GridWave, faces: tuple[Face, ...]) -> Incident:
    """The grid's own wave at any angle: a row of lines for each place."""
    e_fixes, h_fixes = [], []
    e_rows, h_rows = _Rows(waves, "e"), _Rows(waves, "h")
    for f in faces:
        h_row, h_first = h_rows.of(f.third, f.h_index, f.h_position)
        e_row, e_first = e_rows.of(f.tangential, f.e_index, f.e_position)
        e_fixes.append(f.fix("e", 1.0, h_first, h_row))
        h_fixes.append(f.fix("h", 1.0, e_first, e_row))
    return Incident(tuple(e_fixes), tuple(h_fixes), h_rows.lines(), e_rows.lines())


class _Rows:
    """Rows of a table that grows by one component and face at a time."""

    def __init__(self, waves: GridWave, kind: str) -> None:
        self._waves, self._kind = waves, kind
        self._tables: list[Real] = []
        self._count = 0

    def of(
        self, axis: int, index: NDArray[np.int64], position: Real
    ) -> tuple[NDArray[np.int64], Real]:
        """Rows and first steps of these places; places side by side on a wave front share one."""
        waves = self._waves
        varies = np.array(waves.wave.direction) != 0
        _, which, row = np.unique(
            np.where(varies, index, 0), axis=0, return_index=True, return_inverse=True
        )
        delay = waves.wave.delay(position[which])
        self._tables.append(waves.rows(f"{self._kind}_{'xyz'[axis]}", index[which], delay))
        rows: NDArray[np.int64] = row.ravel() + self._count
        self._count += which.size
        return rows, waves.first_step(delay)[row.ravel()]

    def lines(self) -> Lines:
        """The whole table."""
        return Lines(np.concatenate(self._tables), self._waves.turns)


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
    origin = np.array(wave.origin)
    travelled = np.sort((lines - origin[axis]) * wave.direction[axis])
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
