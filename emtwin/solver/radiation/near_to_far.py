"""Fields of equivalent currents: far away, and at a finite distance with all terms.

Electric dipole I l at distance R, with g = exp(-jkR) / (4 pi R) and exp(+jwt):

    E = -eta g { [jk + 1/R - j/(k R^2)] I l - [jk + 3/R - 3j/(k R^2)] R^ (R^ . I l) }

Magnetic dipole K l:  E = g (jk + 1/R) R^ x K l.

The k-dependence beside the phase is a polynomial in k, so the sum over dipoles is a
matrix product per point: phases times moments against real geometry factors.
Over a floor, add the images first: ``currents.over_floor(z0)``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from emtwin.backends.host_threads import in_threads
from emtwin.constants import C0, ETA0, TWO_PI
from emtwin.errors import InputError
from emtwin.solver.radiation.currents import Dipoles, EquivalentCurrents

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]
Precision = Literal["single", "double"]

_WORK = 120_000
"""Phases per block: what stays in a core's cache."""

_UNEVEN = 1e-8
"""Phase in rad by which harmonics may miss the even ladder and still climb it."""


def far_field(
    currents: EquivalentCurrents,
    directions: Real,
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> Complex:
    """Far field F of the currents: E tends to F exp(-jkr) / r about `origin`.

    Parameters
    ----------
    currents : EquivalentCurrents
        nf frequencies; images included where there is a floor.
    directions : ndarray of float64, shape (nd, 3)
        Unit vectors from the origin towards the observer.
    origin : tuple of float
        Phase reference in metres.

    Returns
    -------
    ndarray of complex128, shape (nf, nd, 3)
        F in volts (V per volt of source where the currents are per volt).

    Raises
    ------
    InputError
        If a direction is not a unit vector.

    References
    ----------
    Balanis, Antenna Theory, 4th ed., eqs. 12-10a to 12-10f.
    """
    directions = _points(directions, "directions")
    if np.any(np.abs(np.linalg.norm(directions, axis=1) - 1.0) > 1e-9):
        raise InputError.single(
            "a direction is not a unit vector", field="directions", remedy="divide by its length"
        )
    k = _wavenumbers(currents)
    electric = _radiation_vector(currents.electric, k, directions, origin)
    magnetic = _radiation_vector(currents.magnetic, k, directions, origin)
    transverse = electric - directions * np.sum(electric * directions, axis=2, keepdims=True)
    amplitude = 1j * k[:, None, None] / (2.0 * TWO_PI)
    field: Complex = amplitude * (np.cross(directions, magnetic) - ETA0 * transverse)
    return field


def near_field(
    currents: EquivalentCurrents, points: Real, *, precision: Precision = "double"
) -> Complex:
    """Electric field of the currents at finite distance, all near terms included.

    Parameters
    ----------
    currents : EquivalentCurrents
        nf frequencies; images included where there is a floor.  Evenly spaced
        frequencies (harmonics) are several times quicker than others.
    points : ndarray of float64, shape (np, 3)
        Points in metres, outside the surface of the currents.
    precision : {"double", "single"}
        Arithmetic of the sums: single is twice as quick and loses 1e-6 of the
        sum of the moduli.  Distances and start phases are always double.

    Returns
    -------
    ndarray of complex128, shape (nf, np, 3)
        E in V/m (per volt of source where the currents are per volt).

    Raises
    ------
    InputError
        If a point stands on a dipole.
    """
    field: Complex = near_fields([currents], points, precision=precision)[0]
    return field


def near_fields(
    currents: Sequence[EquivalentCurrents], points: Real, *, precision: Precision = "double"
) -> Complex:
    """Electric fields of several sets of currents on the same places, as of several ports.

    Distances and phases are computed once for all sets.

    Parameters
    ----------
    currents : sequence of EquivalentCurrents
        ns sets, one at least, at the same frequencies and places.
    points : ndarray of float64, shape (np, 3)
        As for `near_field`.
    precision : {"double", "single"}
        As for `near_field`.

    Returns
    -------
    ndarray of complex128, shape (ns, nf, np, 3)
        E in V/m (per volt of source where the currents are per volt).

    Raises
    ------
    InputError
        If a point stands on a dipole, or the sets differ in places.
    """
    points = _points(points, "points")
    k = _wavenumbers(currents[0])
    dtype: Any = np.complex64 if precision == "single" else np.complex128
    blocks = [
        *_blocks([c.electric for c in currents], True, dtype),
        *_blocks([c.magnetic for c in currents], False, dtype),
    ]
    fields = in_threads(partial(_field_at, blocks, k, len(currents)), points)
    shape = (len(currents), k.size, len(points), 3)
    return np.stack(fields, axis=1).reshape(shape) if fields else np.zeros(shape, np.complex128)


class _Block:
    """A few dipoles of one kind and direction, small enough for the cache."""

    def __init__(
        self, sets: Sequence[Dipoles], rows: Any, axis: int, electric: bool, dtype: Any
    ) -> None:
        self.position = np.ascontiguousarray(sets[0].position[rows].T)
        self.moment = np.stack([dipoles.moment[:, rows] for dipoles in sets]).astype(dtype)
        self.axis = axis
        self.electric = electric

    def field(self, k: Real, point: Real) -> Complex:
        """E at one point from these dipoles, shape (ns nf, 3)."""
        offset = point[:, None] - self.position
        distance = np.sqrt(np.square(offset).sum(axis=0))
        if np.any(distance < 1e-9):
            raise InputError.single(
                f"the point ({point[0]:g}, {point[1]:g}, {point[2]:g}) m stands on a dipole",
                field="points",
                remedy="keep points outside the surface of the currents",
            )
        waves = _phases(-k, distance, self.moment.dtype) * self.moment
        waves = waves.reshape(-1, distance.size)
        repeated = np.tile(k, len(self.moment))[:, None]
        towards = (offset / distance).astype(waves.real.dtype)
        near = distance.astype(waves.real.dtype)
        if self.electric:
            return self._electric(waves, repeated, towards, near)
        return self._magnetic(waves, repeated, towards, near)

    def _electric(self, wave: Any, k: Real, towards: Any, distance: Any) -> Complex:
        factors = np.empty((9, distance.size), distance.dtype)
        unit = np.zeros((3, 1), distance.dtype)
        unit[self.axis] = 1.0
        along = towards * towards[self.axis]
        factors[0:3] = (along - unit) / distance
        factors[3:6] = (3.0 * along - unit) / distance**2
        factors[6:9] = factors[3:6] / distance
        sums = _against(wave, factors)
        field: Complex = (ETA0 / (2.0 * TWO_PI)) * (
            1j * k * sums[:, 0:3] + sums[:, 3:6] - 1j / k * sums[:, 6:9]
        )
        return field

    def _magnetic(self, wave: Any, k: Real, towards: Any, distance: Any) -> Complex:
        u, v = (self.axis + 1) % 3, (self.axis + 2) % 3
        # R^ x a^ has the components R_v along u and -R_u along v (u, v, a cyclic).
        across = np.stack((towards[v], -towards[u])) / distance
        sums = _against(wave, np.concatenate((across, across / distance)))
        field = np.zeros((k.size, 3), np.complex128)
        field[:, [u, v]] = (1j * k * sums[:, 0:2] + sums[:, 2:4]) / (2.0 * TWO_PI)
        return field


def _field_at(blocks: list[_Block], k: Real, ns: int, point: Real) -> Complex:
    """E of `ns` sets at one point, blocks summed in fixed order, shape (ns nf, 3)."""
    field = np.zeros((ns * k.size, 3), np.complex128)
    for block in blocks:
        field += block.field(k, point)
    return field


def _against(wave: Any, factors: Real) -> Complex:
    """Sums of `wave` (nf, m) times real `factors` (nc, m) over m, shape (nf, nc)."""
    sums = wave @ factors.T.astype(wave.dtype)  # quicker than its two parts one by one
    return np.asarray(sums, np.complex128)


def _blocks(sets: Sequence[Dipoles], electric: bool, dtype: Any) -> Iterator[_Block]:
    """Cut dipoles into cache-sized blocks of one direction."""
    first = sets[0]
    if any(not first.same_places(other) for other in sets[1:]):
        raise InputError.single(
            "currents on different places cannot share their distances",
            remedy="evaluate them one by one with near_field",
        )
    for axis, rows in _cut(first, max(_WORK // (len(first.moment) * len(sets)), 64)):
        yield _Block(sets, rows, axis, electric, dtype)


def _cut(dipoles: Dipoles, size: int) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Rows of `dipoles` by direction, at most `size` at a time."""
    for axis in range(3):
        rows = np.flatnonzero(dipoles.axis == axis)
        for start in range(0, rows.size, size):
            yield axis, rows[start : start + size]


def _radiation_vector(
    dipoles: Dipoles, k: Real, directions: Real, origin: tuple[float, float, float]
) -> Complex:
    """Moments summed with phase exp(+jk r^ . r'), shape (nf, nd, 3)."""
    total = np.zeros((k.size, directions.shape[0], 3), np.complex128)
    cut = list(_cut(dipoles, max(_WORK // k.size, 64)))

    def summed(rows: NDArray[np.int64]) -> Complex:
        ahead = (dipoles.position[rows] - np.asarray(origin)) @ directions.T
        moment = dipoles.moment[:, rows]
        waves = (_phases(k, length, np.complex128) for length in ahead.T)
        return np.stack([np.einsum("fm,fm->f", wave, moment) for wave in waves], axis=-1)

    parts = in_threads(summed, [rows for _, rows in cut])
    for (axis, _), part in zip(cut, parts, strict=True):
        total[:, :, axis] += part
    return total


def _phases(k: Real, length: Real, dtype: Any) -> Any:
    """exp(jk length), shape (nf, m); evenly spaced k by doubling, others one by one.

    Doubling takes log2(nf) multiplications per phase, so rounding stays at a
    few units of the last place; the factor of the next doubling is the square
    of the last one, in double.
    """
    step = (k[-1] - k[0]) / max(k.size - 1, 1)
    uneven = np.abs(k - (k[0] + step * np.arange(k.size))).max() * np.abs(length).max(initial=0.0)
    if k.size < 4 or uneven > _UNEVEN:
        return np.exp(1j * np.multiply.outer(k, length)).astype(dtype)
    waves = np.empty((k.size, length.size), dtype)
    waves[0] = np.exp(1j * k[0] * length)
    jump, done = np.exp(1j * step * length), 1
    while done < k.size:
        more = min(done, k.size - done)
        np.multiply(waves[:more], jump.astype(dtype), out=waves[done : done + more])
        jump, done = jump * jump, done + more
    return waves


def _wavenumbers(currents: EquivalentCurrents) -> Real:
    """Free-space wavenumbers in rad/m, shape (nf,); refuses zero frequency."""
    if np.any(currents.frequencies <= 0.0):
        raise InputError.single(
            f"radiated fields need positive frequencies, got {currents.frequencies.min():g} Hz",
            field="frequencies",
            remedy="leave out zero frequency",
        )
    return TWO_PI / C0 * np.asarray(currents.frequencies, np.float64)


def _points(values: Real, name: str) -> Real:
    """`values` as float64 of shape (n, 3)."""
    array = np.asarray(values, np.float64)
    if array.ndim != 2 or array.shape[1] != 3:
        raise InputError.single(
            f"{name} must have shape (n, 3), got {array.shape}", field=name, remedy="one row each"
        )
    return array
