"""Equivalent currents: point dipoles that radiate what the device radiates.

A closed surface round the device carries electric and magnetic currents, one
point dipole per Yee edge or face.  Everything outside the surface follows from
them: far field, near field, and with their images the field over a PEC floor.
Convention exp(+jwt), SI units.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import C0, TWO_PI
from emtwin.errors import InputError

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]

STENCIL = 6
"""Lattice nodes per axis that share a dipole in `Dipoles.aggregated`."""

_STENCIL_ERROR = (0.5 * 1.5 * 2.5) ** 2 / 720.0


@dataclass(frozen=True, eq=False)
class Dipoles:
    """Axis-parallel point dipoles, one moment per frequency.

    Parameters
    ----------
    position : ndarray of float64, shape (m, 3)
        Places in metres.
    axis : ndarray of int64, shape (m,)
        Direction: 0, 1, 2 for x, y, z.
    moment : ndarray of complex, shape (nf, m)
        Current times length: A m for electric, V m for magnetic dipoles.

    Raises
    ------
    InputError
        If the shapes do not belong together or an axis is not 0, 1 or 2.
    """

    position: Real
    axis: NDArray[np.int64]
    moment: Complex

    def __post_init__(self) -> None:
        count = self.axis.size
        if (
            self.position.shape != (count, 3)
            or self.moment.ndim != 2
            or self.moment.shape[1] != count
        ):
            raise InputError.single(
                f"dipole arrays do not fit: position {self.position.shape}, axis "
                f"{self.axis.shape}, moment {self.moment.shape}",
                remedy="give shapes (m, 3), (m,) and (nf, m)",
            )
        if not np.all(np.isin(self.axis, (0, 1, 2))):
            raise InputError.single("a dipole axis is not 0, 1 or 2", remedy="0 is x, 1 y, 2 z")

    @classmethod
    def none(cls, n_frequencies: int) -> Dipoles:
        """No dipoles at `n_frequencies` frequencies."""
        return cls(
            np.zeros((0, 3)), np.zeros(0, np.int64), np.zeros((n_frequencies, 0), np.complex128)
        )

    def same_places(self, other: Dipoles) -> bool:
        """Whether both lists stand on the same positions with the same axes."""
        return np.array_equal(self.axis, other.axis) and np.array_equal(
            self.position, other.position
        )

    def scaled(self, factor: NDArray[np.complex128]) -> Dipoles:
        """Moments times `factor`, shape (nf,) or scalar, dimensionless."""
        column = np.reshape(factor, (-1, 1)).astype(self.moment.dtype)  # keeps single single
        return Dipoles(self.position, self.axis, self.moment * column)

    def plus(self, other: Dipoles) -> Dipoles:
        """Both lists at once; moments add where the places are the same."""
        if self.same_places(other):
            return Dipoles(self.position, self.axis, self.moment + other.moment)
        return Dipoles(
            np.concatenate((self.position, other.position)),
            np.concatenate((self.axis, other.axis)),
            np.concatenate((self.moment, other.moment), axis=1),
        )

    def mirrored(self, z0: float, *, kept: tuple[int, ...]) -> Dipoles:
        """Images below the plane z = `z0` (m); axes in `kept` keep their sign."""
        position = self.position.copy()
        position[:, 2] = 2.0 * z0 - position[:, 2]
        sign = np.where(np.isin(self.axis, kept), 1.0, -1.0)
        return Dipoles(position, self.axis, self.moment * sign)

    def aggregated(self, largest: float) -> Dipoles:
        """Fewer dipoles with the same radiation, on lattices of pitch `largest` (m).

        See `EquivalentCurrents.aggregated`, which states the error.
        """
        parts = [self._picked(rows)._on_lattice(normal, largest) for normal, rows in self._faces()]
        if not parts:
            return self
        return Dipoles(
            np.concatenate([part.position for part in parts]),
            np.concatenate([part.axis for part in parts]),
            np.concatenate([part.moment for part in parts], axis=1),
        )

    def _picked(self, rows: NDArray[np.int64]) -> Dipoles:
        return Dipoles(self.position[rows], self.axis[rows], self.moment[:, rows])

    def _faces(self) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """Rows by direction and plane: (normal axis, rows), the fullest plane first.

        A surface of planar faces falls apart into its faces, because a face
        holds more dipoles than any plane that cuts across it.
        """
        for axis in range(3):
            left = np.flatnonzero(self.axis == axis)
            while left.size:
                normal, rows = _fullest_plane(self.position, left)
                yield normal, rows
                left = np.setdiff1d(left, rows, assume_unique=True)

    def _on_lattice(self, normal: int, largest: float) -> Dipoles:
        """Anterpolated onto a lattice in the plane with this `normal`; self if no gain."""
        from scipy.sparse import csr_array

        u, v = (axis for axis in range(3) if axis != normal)
        u_nodes, u_index, u_weight = _lattice(self.position[:, u], largest)
        v_nodes, v_index, v_weight = _lattice(self.position[:, v], largest)
        count = self.axis.size
        if u_nodes.size * v_nodes.size >= count:
            return self
        columns = u_index[:, :, None] * v_nodes.size + v_index[:, None, :]
        weights = u_weight[:, :, None] * v_weight[:, None, :]
        rows = np.broadcast_to(np.arange(count)[:, None, None], columns.shape)
        spread = csr_array(
            (weights.ravel(), (columns.ravel(), rows.ravel())),
            shape=(u_nodes.size * v_nodes.size, count),
        )
        used = np.flatnonzero(np.diff(spread.indptr))
        position = np.empty((used.size, 3))
        position[:, u] = u_nodes[used // v_nodes.size]
        position[:, v] = v_nodes[used % v_nodes.size]
        position[:, normal] = self.position[0, normal]
        moment = np.ascontiguousarray((spread @ self.moment.T)[used].T)
        return Dipoles(position, np.full(used.size, self.axis[0]), moment)


@dataclass(frozen=True, eq=False)
class EquivalentCurrents:
    """Electric and magnetic dipoles that replace a device outside a surface.

    Parameters
    ----------
    frequencies : ndarray of float64, shape (nf,)
        Hz.
    electric : Dipoles
        Moments in A m (or A m per volt where normalised).
    magnetic : Dipoles
        Moments in V m (or V m per volt).

    Raises
    ------
    InputError
        If a moment array does not have one row per frequency.
    """

    frequencies: Real
    electric: Dipoles
    magnetic: Dipoles

    def __post_init__(self) -> None:
        for name in ("electric", "magnetic"):
            rows = getattr(self, name).moment.shape[0]
            if rows != self.frequencies.size:
                raise InputError.single(
                    f"{name} moments have {rows} rows for {self.frequencies.size} frequencies",
                    field=name,
                    remedy="one row of moments per frequency",
                )

    def at(self, rows: slice) -> EquivalentCurrents:
        """The currents at some of the frequencies."""
        electric, magnetic = (
            Dipoles(part.position, part.axis, part.moment[rows])
            for part in (self.electric, self.magnetic)
        )
        return EquivalentCurrents(self.frequencies[rows], electric, magnetic)

    def scaled(self, factor: NDArray[np.complex128]) -> EquivalentCurrents:
        """All moments times `factor`, shape (nf,) or scalar."""
        return EquivalentCurrents(
            self.frequencies, self.electric.scaled(factor), self.magnetic.scaled(factor)
        )

    def __add__(self, other: EquivalentCurrents) -> EquivalentCurrents:
        """Both sets of currents at once."""
        if not np.array_equal(self.frequencies, other.frequencies):
            raise InputError.single(
                "currents at different frequencies cannot be added",
                remedy="extract every port at the same frequencies",
            )
        return EquivalentCurrents(
            self.frequencies,
            self.electric.plus(other.electric),
            self.magnetic.plus(other.magnetic),
        )

    def reflected(self, z0: float) -> EquivalentCurrents:
        """Images in a PEC floor at z = `z0` (m).

        A horizontal electric dipole is reversed, a vertical one kept; a magnetic
        dipole the opposite (Balanis, Antenna Theory, 4th ed., fig. 4.13).
        """
        return EquivalentCurrents(
            self.frequencies,
            self.electric.mirrored(z0, kept=(2,)),
            self.magnetic.mirrored(z0, kept=(0, 1)),
        )

    def over_floor(self, z0: float) -> EquivalentCurrents:
        """Currents and their images: the field above a PEC floor at z = `z0` (m)."""
        return self + self.reflected(z0)

    def aggregated(self, largest: float) -> EquivalentCurrents:
        """Fewer dipoles on lattices of pitch at most `largest` (m), face by face.

        Every dipole is shared among the 6 x 6 nearest lattice nodes of its
        plane with the weights of Lagrange interpolation, so that the kernel is
        interpolated to fifth order.  A face that would not shrink stays as it
        is.  The error of a wave that runs along the face is at most
        `aggregation_error`: 3e-4 at ten nodes per wavelength, 5e-6 at twenty.
        Points of observation must be at least ten pitches away from the
        surface, where the near terms add less than 1e-4.

        Parameters
        ----------
        largest : float
            Pitch in metres; a tenth of the shortest wavelength is a good choice.

        Returns
        -------
        EquivalentCurrents
            The same frequencies, fewer positions.

        Raises
        ------
        InputError
            If `largest` is not a positive length.
        """
        if not largest > 0.0:
            raise InputError.single(
                f"the lattice pitch must be positive, got {largest:g} m",
                remedy="a tenth of the shortest wavelength",
            )
        return EquivalentCurrents(
            self.frequencies,
            self.electric.aggregated(largest),
            self.magnetic.aggregated(largest),
        )


def combined(
    currents: Sequence[EquivalentCurrents], weights: NDArray[np.complex128]
) -> EquivalentCurrents:
    """Superposition of several ports' currents.

    Parameters
    ----------
    currents : sequence of EquivalentCurrents
        One per port, all at the same frequencies.
    weights : ndarray of complex, shape (nf, n)
        Weight of each port at each frequency (V where currents are per volt).

    Returns
    -------
    EquivalentCurrents
        The weighted sum.

    Raises
    ------
    InputError
        If there are no currents, or not one column of weights for each.
    """
    if not currents or weights.shape[1] != len(currents):
        raise InputError.single(
            f"{len(currents)} sets of currents for weights of shape {weights.shape}",
            remedy="at least one set, and one column of weights for each",
        )
    total = currents[0].scaled(weights[:, 0])
    for column in range(1, len(currents)):
        total = total + currents[column].scaled(weights[:, column])
    return total


def aggregation_error(largest: float, frequency: float) -> float:
    """Largest relative phase error of `aggregated` per dipole.

    Remainder of six-point Lagrange interpolation in the middle interval,
    C (k h)^6 with C = (0.5 * 1.5 * 2.5)^2 / 6!, for the two axes of a face.

    Parameters
    ----------
    largest : float
        Pitch h in metres.
    frequency : float
        Hz.

    Returns
    -------
    float
        Relative error, dimensionless.
    """
    # k_u^6 + k_v^6 <= k^6 for k_u^2 + k_v^2 <= k^2: both axes together add no more than one.
    return float(_STENCIL_ERROR * (TWO_PI * frequency / C0 * largest) ** 6)


def _fullest_plane(position: Real, left: NDArray[np.int64]) -> tuple[int, NDArray[np.int64]]:
    """Normal axis and rows of the coordinate plane that holds most of `left`."""
    best_normal, best_rows = 0, left[:0]
    for normal in range(3):
        # A tenth of a micrometre tells planes apart and forgives rounding.
        keys = np.round(position[left, normal] * 1e7)
        _values, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
        if counts.max() > best_rows.size:
            best_normal, best_rows = normal, left[inverse == int(np.argmax(counts))]
    return best_normal, best_rows


def _lattice(values: Real, largest: float) -> tuple[Real, NDArray[np.int64], Real]:
    """Nodes along one axis with each value's node indices and weights.

    Values that stand on few distinct coordinates keep those as their nodes.
    Otherwise the lattice has two nodes beyond either end, so that every value
    lies in the middle interval of its stencil.
    """
    distinct, inverse = np.unique(values, return_inverse=True)
    span = distinct[-1] - distinct[0]
    intervals = max(int(np.ceil(span / largest * (1.0 - 1e-12))), 1)
    if intervals + STENCIL - 1 >= distinct.size:
        return distinct, inverse.reshape(-1, 1), np.ones((values.size, 1))
    pitch = span / intervals
    nodes = distinct[0] + pitch * np.arange(-2, intervals + 3)
    place = (values - distinct[0]) / pitch
    base = np.clip(np.floor(place).astype(np.int64), 0, intervals - 1)
    offsets = np.arange(STENCIL)
    return nodes, base[:, None] + offsets, _lagrange(place - base + 2.0)


def _lagrange(place: Real) -> Real:
    """Weights of the nodes 0 to 5 at `place`, shape (m, 6)."""
    weights = np.ones((place.size, STENCIL))
    for node in range(STENCIL):
        for other in range(STENCIL):
            if other != node:
                weights[:, node] *= (place - other) / (node - other)
    return weights
