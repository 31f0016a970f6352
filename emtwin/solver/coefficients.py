"""Update coefficients of the material rows, and runs of equal rows along z."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import EPS0

PEC_ROW = 0
_SHORTEST_RUN = 16  # shorter runs gain nothing from broadcast coefficients


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


class Runs(NamedTuple):
    """Segments along z of each row (i, j), those of row r from first[r] to first[r + 1].

    `last` is the element after the segment's end; `uniform` says that all three edges keep one
    material in it, otherwise the kernel looks every edge up.
    """

    first: NDArray[np.int32]
    last: NDArray[np.int32]
    uniform: NDArray[np.uint8]


def runs_along_z(ids: tuple[NDArray[np.uint16], ...]) -> Runs:
    """Cut every row where the three material ids change; merge what is too short to pay."""
    planes, rows, pitch = ids[0].shape
    change = np.zeros((planes * rows, pitch), bool)
    change[:, 0] = True
    for volume in ids:
        flat = volume.reshape(planes * rows, pitch)
        change[:, 1:] |= flat[:, 1:] != flat[:, :-1]
    start = np.flatnonzero(change)
    length = np.diff(np.append(start, change.size))
    uniform = length >= _SHORTEST_RUN
    begins_row = start % pitch == 0
    keep = uniform | begins_row | np.append(True, uniform[:-1])
    start, uniform = start[keep], uniform[keep]
    stop = np.append(start[1:], change.size)
    first = np.searchsorted(start, np.arange(planes * rows + 1) * pitch)
    return Runs(
        first.astype(np.int32), ((stop - 1) % pitch + 1).astype(np.int32), uniform.astype(np.uint8)
    )
