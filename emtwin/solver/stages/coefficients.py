"""Update coefficients of the material rows of edges and faces, and which rows a vector holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import EPS0, MU0
from emtwin.grid import Grid
from emtwin.grid.medium import Faces, Medium

PEC_ROW = 0
VECTOR = 16
"""Elements of a 512-bit float32 register; the layout pads rows to a multiple of it."""


class RowCoefficients(NamedTuple):
    """ca (dimensionless) and cb (V s / (A m) per metre) of each row; the last row is `held`."""

    ca: NDArray[np.float64]
    cb: NDArray[np.float64]

    @property
    def held(self) -> int:
        """Row of edges that an element of their own advances: ca = 1, cb = 0."""
        return self.ca.size - 1


def row_coefficients(
    permittivity: NDArray[np.float64], conductivity: NDArray[np.float64], dt: float
) -> RowCoefficients:
    """Coefficients of e^(n+1) = ca e^n + cb curl h (Taflove and Hagness, 3rd ed., eq. 3.31).

    Parameters
    ----------
    permittivity, conductivity : ndarray, shape (rows,)
        Relative permittivity and conductivity in S/m; row 0 is the perfect conductor.
    dt : float
        Time step in seconds.

    Returns
    -------
    RowCoefficients
        One row more than came in: the last one is `held`.
    """
    loss = conductivity * dt / (2 * EPS0 * permittivity)
    ca = np.append((1 - loss) / (1 + loss), 1.0)
    cb = np.append(dt / (EPS0 * permittivity) / (1 + loss), 0.0)
    ca[PEC_ROW] = cb[PEC_ROW] = 0.0
    return RowCoefficients(ca, cb)


def apparent_conductivity(medium: Medium, dt: float) -> NDArray[np.float64]:
    """Conductivity per row in S/m that stands for the part of the poles that acts at once.

    The trapezoidal rule puts (2 eps0 / dt) chi(s = 2 / dt) beside the conductivity; see
    `emtwin.solver.stages.dispersion`.
    """
    total = np.array(medium.conductivity)
    for row, poles in medium.dispersion.items():
        total[row] += 2 * EPS0 / dt * float(poles(2 / dt).real)
    return total


class FaceCoefficients(NamedTuple):
    """da (dimensionless) and db (A s / (V m) per metre) of each row; the last row is `held`."""

    da: NDArray[np.float64]
    db: NDArray[np.float64]

    @property
    def held(self) -> int:
        """Row of faces that an element of their own advances: da = 1, db = 0."""
        return self.da.size - 1


def face_coefficients(faces: Faces | None, dt: float) -> FaceCoefficients:
    """Coefficients of h^(n+1/2) = da h^(n-1/2) - db curl e (Taflove and Hagness, eq. 3.29).

    Parameters
    ----------
    faces : Faces or None
        The magnetic rows; None stands for vacuum everywhere.
    dt : float
        Time step in seconds.

    Returns
    -------
    FaceCoefficients
        One row more than came in: the last one is `held`.
    """
    permeability = np.ones(2) if faces is None else faces.permeability
    loss = (np.zeros(2) if faces is None else faces.magnetic_loss) * dt / (2 * MU0 * permeability)
    da = np.append((1 - loss) / (1 + loss), 1.0)
    db = np.append(dt / (MU0 * permeability) / (1 + loss), 0.0)
    da[PEC_ROW] = db[PEC_ROW] = 0.0
    return FaceCoefficients(da, db)


def face_ids(grid: Grid, medium: Medium) -> list[NDArray[np.uint16]]:
    """Copies of the rows of the faces, vacuum where the medium says nothing."""
    return [ids.copy() for ids in (medium.faces or Faces.vacuum(grid)).ids]


class Patterns(NamedTuple):
    """The rows of the edges, or faces, of a grid, a vector along z at a time.

    A vector of 16 places holds mostly one material, and the others repeat: each kind of vector is
    one row of a table. Pattern n below the number of material rows is a vector of row n alone.

    Parameters
    ----------
    numbers : tuple of ndarray of int32, shape (planes rows pitch / 16,)
        Pattern of each vector of the places along x, y, z.
    rows : ndarray of uint16, shape (patterns, 16)
        Material rows of each pattern.
    """

    numbers: tuple[NDArray[np.int32], ...]
    rows: NDArray[np.uint16]


def patterns_along_z(ids: Sequence[NDArray[Any]], n_rows: int) -> Patterns:
    """Kinds of vectors of a grid.

    Parameters
    ----------
    ids : tuple of ndarray of uint8 or uint16, shape (planes, rows, pitch)
        Material rows of the places along x, y, z; `pitch` is a multiple of 16.
    n_rows : int
        Number of material rows.

    Returns
    -------
    Patterns
        The first `n_rows` are those of one material.
    """
    vectors = [volume.reshape(-1, VECTOR) for volume in ids]
    mixed = [np.flatnonzero((v[:, 1:] != v[:, :1]).any(axis=1)) for v in vectors]
    mixtures = [v[where].astype(np.uint16) for v, where in zip(vectors, mixed, strict=True)]
    kinds = np.concatenate(mixtures)
    packed = np.ascontiguousarray(kinds).view(np.dtype((np.void, 2 * VECTOR))).ravel()
    found, number = np.unique(packed, return_inverse=True)
    uniform = np.repeat(np.arange(n_rows, dtype=np.uint16)[:, None], VECTOR, axis=1)
    rows = np.concatenate((uniform, found.view(np.uint16).reshape(-1, VECTOR)))
    numbers, start = [], 0
    for v, where in zip(vectors, mixed, strict=True):
        own = v[:, 0].astype(np.int32)
        own[where] = n_rows + number[start : start + where.size]
        numbers.append(own)
        start += where.size
    return Patterns(tuple(numbers), rows)
