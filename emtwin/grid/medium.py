"""Material rows per Yee edge, and per face where something is magnetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import EPS0
from emtwin.errors import GridError
from emtwin.grid.yee import Grid
from emtwin.rational import PoleResidue, require_passive

PEC_ROW = 0
VACUUM_ROW = 1
MAX_ROWS = int(np.iinfo(np.uint16).max) + 1


@dataclass(frozen=True, eq=False)
class Faces:
    """Which row of a small magnetic table every face of the grid uses.

    Row 0 holds no magnetic field (and marks what is no face), row 1 is vacuum.

    Parameters
    ----------
    ids_x : ndarray of uint16
        Row of h_x at (i, j+1/2, k+1/2), shape `grid.nodes`; the last planes along y and z hold no
        face and are row 0.
    ids_y : ndarray of uint16
        Row of h_y at (i+1/2, j, k+1/2), likewise.
    ids_z : ndarray of uint16
        Row of h_z at (i+1/2, j+1/2, k), likewise.
    permeability : ndarray of float64
        Relative permeability per row, shape (rows,).
    magnetic_loss : ndarray of float64
        Magnetic conductivity per row in ohm/m, shape (rows,).

    Raises
    ------
    GridError
        If shapes disagree, an id has no row, or a value is negative or not finite.
    """

    ids_x: NDArray[np.uint16]
    ids_y: NDArray[np.uint16]
    ids_z: NDArray[np.uint16]
    permeability: NDArray[np.float64]
    magnetic_loss: NDArray[np.float64]

    def __post_init__(self) -> None:
        _freeze_table(self, "permeability", "magnetic_loss")
        _freeze_ids(self, self.permeability.size)

    @classmethod
    def vacuum(cls, grid: Grid) -> Faces:
        """Faces of an empty `grid`: row 1 on every face that exists."""
        ids = [np.full(grid.nodes, VACUUM_ROW, dtype=np.uint16) for _ in range(3)]
        for axis, array in enumerate(ids):
            for other in range(3):
                if other != axis:
                    last_plane(array, other)[...] = PEC_ROW
        return cls(ids[0], ids[1], ids[2], np.ones(2), np.zeros(2))

    @property
    def ids(self) -> tuple[NDArray[np.uint16], NDArray[np.uint16], NDArray[np.uint16]]:
        """The id arrays of the three components."""
        return self.ids_x, self.ids_y, self.ids_z


@dataclass(frozen=True, eq=False)
class Medium:
    """Which row of a small material table every edge of the grid uses.

    Row 0 is the perfect conductor, row 1 vacuum. The tangential edges of the outer
    boundary carry the material beside them; closing the boundary is the solver's part.

    Parameters
    ----------
    ids_x : ndarray of uint16
        Row of e_x at (i+1/2, j, k), shape `grid.nodes`; the last plane along x holds no
        edge and is row 0.
    ids_y : ndarray of uint16
        Row of e_y at (i, j+1/2, k), shape `grid.nodes`, last plane along y row 0.
    ids_z : ndarray of uint16
        Row of e_z at (i, j, k+1/2), shape `grid.nodes`, last plane along z row 0.
    permittivity : ndarray of float64
        Relative permittivity per row, shape (rows,).
    conductivity : ndarray of float64
        Conductivity per row in S/m, shape (rows,); of row 0 it has no meaning and is 0.
    faces : Faces or None
        Magnetic rows of the faces; None where everything has the permeability of vacuum.
    dispersion : mapping of int to PoleResidue
        Susceptibility per row that has one, without constant and without pole at 0: those are the
        row's permittivity and conductivity.

    Raises
    ------
    GridError
        If shapes disagree, an id has no row, or a value is negative or not finite.
    InputError
        If a row with dispersion is not passive.
    """

    ids_x: NDArray[np.uint16]
    ids_y: NDArray[np.uint16]
    ids_z: NDArray[np.uint16]
    permittivity: NDArray[np.float64]
    conductivity: NDArray[np.float64]
    faces: Faces | None = None
    dispersion: Mapping[int, PoleResidue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _freeze_table(self, "permittivity", "conductivity")
        _freeze_ids(self, self.rows)
        if self.faces is not None and self.faces.ids_x.shape != self.ids_x.shape:
            raise GridError.single(
                f"faces have shape {self.faces.ids_x.shape}, but edges {self.ids_x.shape}"
            )
        for row, poles in self.dispersion.items():
            self._check_poles(row, poles)
        object.__setattr__(self, "dispersion", MappingProxyType(dict(self.dispersion)))

    def _check_poles(self, row: int, poles: PoleResidue) -> None:
        if not VACUUM_ROW < row < self.rows:
            raise GridError.single(
                f"row {row} cannot disperse: rows from 2 to {self.rows - 1} can",
                field="dispersion",
            )
        constant, _, static = poles.split()
        if constant or static:
            raise GridError.single(
                f"the poles of row {row} hold a constant ({constant:g}) or a pole at 0",
                field="dispersion",
                remedy="put them into the row's permittivity and conductivity",
            )
        loss = PoleResidue(self.permittivity[row], (0j,), (self.conductivity[row] / EPS0,))
        require_passive(poles + loss, f"dispersion of row {row}")

    @classmethod
    def vacuum(cls, grid: Grid) -> Medium:
        """Medium of an empty `grid`: row 1 on every edge that exists."""
        ids = [np.full(grid.nodes, VACUUM_ROW, dtype=np.uint16) for _ in range(3)]
        for axis, array in enumerate(ids):
            last_plane(array, axis)[...] = PEC_ROW
        return cls(ids[0], ids[1], ids[2], np.ones(2), np.zeros(2))

    @property
    def rows(self) -> int:
        """Number of rows of the material table."""
        return int(self.permittivity.size)

    @property
    def ids(self) -> tuple[NDArray[np.uint16], NDArray[np.uint16], NDArray[np.uint16]]:
        """The id arrays of the three components."""
        return self.ids_x, self.ids_y, self.ids_z


def last_plane(array: NDArray[np.uint16], axis: int) -> NDArray[np.uint16]:
    """View of the plane of `array` that holds no edge of direction `axis`."""
    where: list[slice | int] = [slice(None)] * 3
    where[axis] = -1
    view: NDArray[np.uint16] = array[tuple(where)]
    return view


def _freeze_table(owner: Faces | Medium, *names: str) -> None:
    """Columns of a table as contiguous arrays of one length that nobody changes."""
    for name in names:
        values = np.ascontiguousarray(getattr(owner, name), dtype=np.float64)
        _check_values(name, values)
        values.setflags(write=False)
        object.__setattr__(owner, name, values)
    first, second = (getattr(owner, name) for name in names)
    if first.shape != second.shape:
        raise GridError.single(
            f"the material table has {first.size} values of {names[0]} but {second.size} of "
            f"{names[1]}"
        )


def _freeze_ids(owner: Faces | Medium, rows: int) -> None:
    for name in ("ids_x", "ids_y", "ids_z"):
        ids = np.ascontiguousarray(getattr(owner, name), dtype=np.uint16)
        _check_ids(name, ids, rows, owner.ids_x.shape)
        ids.setflags(write=False)
        object.__setattr__(owner, name, ids)


def _check_values(name: str, values: NDArray[np.float64]) -> None:
    if values.ndim != 1 or values.size < 2:
        raise GridError.single(
            f"{name} needs one value per row and at least the rows perfect conductor and vacuum, "
            f"got shape {values.shape}"
        )
    if not np.all(np.isfinite(values)) or np.any(values < 0.0):
        raise GridError.single(f"{name} must be finite and not negative, got {values.min():g}")
    if values.size > MAX_ROWS:
        raise GridError.single(f"{values.size} material rows, but ids hold at most {MAX_ROWS}")


def _check_ids(name: str, ids: NDArray[np.uint16], rows: int, shape: tuple[int, ...]) -> None:
    if ids.ndim != 3 or ids.shape != shape:
        raise GridError.single(f"{name} has shape {ids.shape}, but ids_x has {shape}")
    if int(ids.max()) >= rows:
        raise GridError.single(f"{name} holds row {int(ids.max())}, but the table has {rows} rows")
