"""Update coefficients of the material rows of edges and faces, and runs of equal rows along z."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import EPS0, MU0
from emtwin.grid import Grid
from emtwin.grid.medium import Faces, Medium

PEC_ROW = 0
_VECTOR = 16  # elements of a 512-bit float32 register; the layout pads rows to a multiple


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
    `emtwin.solver.dispersion`.
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


class Runs(NamedTuple):
    """Segments along z of each row (i, j), those of row r from first[r] to first[r + 1].

    `last` is the element after the segment's end; `uniform` says that all three edges keep one
    material in it, otherwise the kernel looks every edge up.
    """

    first: NDArray[np.int32]
    last: NDArray[np.int32]
    uniform: NDArray[np.uint8]


def runs_along_z(ids: tuple[NDArray[np.uint16], ...]) -> Runs:
    """Cut every row into runs of whole vectors with one material, and of vectors with several.

    A run that began between two vectors would make every load and store of it straddle two cache
    lines, which costs more than looking up the few uniform edges of a vector that is cut.

    Parameters
    ----------
    ids : tuple of ndarray of uint16, shape (planes, rows, pitch)
        Material rows of the edges along x, y, z; `pitch` is a multiple of 16.

    Returns
    -------
    Runs
        Each row's runs cover it from 0 to `pitch`.
    """
    planes, rows, pitch = ids[0].shape
    change = np.zeros((planes * rows, pitch), bool)
    for volume in ids:
        flat = volume.reshape(planes * rows, pitch)
        change[:, 1:] |= flat[:, 1:] != flat[:, :-1]
    vectors = change.reshape(planes * rows, -1, _VECTOR)
    uniform: NDArray[np.bool_] = np.logical_not(vectors[:, :, 1:].any(axis=2))
    begins = np.ones_like(uniform)
    begins[:, 1:] = uniform[:, 1:] != uniform[:, :-1]
    begins[:, 1:] |= uniform[:, 1:] & vectors[:, 1:, 0]
    row, start = np.nonzero(begins)
    stop = np.append(np.where(start[1:] > 0, start[1:] * _VECTOR, pitch), pitch)
    first = np.searchsorted(row, np.arange(planes * rows + 1))
    return Runs(first.astype(np.int32), stop.astype(np.int32), uniform[begins].view(np.uint8))
