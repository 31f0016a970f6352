"""What the stages of one run are made with: places in memory, arrays, coefficient rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from emtwin.backends import Array, At, Backend, Box
from emtwin.grid import Grid
from emtwin.grid.medium import Medium
from emtwin.solver.boundaries.faces import Boundaries
from emtwin.solver.stages.coefficients import (
    FaceCoefficients,
    RowCoefficients,
    apparent_conductivity,
    face_coefficients,
    face_ids,
    row_coefficients,
)
from emtwin.solver.stages.layout import COMPONENTS, Layout
from emtwin.solver.waveforms.pulses import Waveform

Rows = NDArray[np.uint8] | NDArray[np.uint16]
Ids = tuple[Rows, Rows, Rows]

_ROWS_OF_A_BYTE = 256


def id_type(n_rows: int) -> type[np.uint8] | type[np.uint16]:
    """Type of what names one of `n_rows` rows."""
    return np.uint8 if n_rows <= _ROWS_OF_A_BYTE else np.uint16


class Assembly:
    """Memory and coefficients of one run on one backend.

    Parameters
    ----------
    grid : Grid
        The grid.
    medium : Medium
        Its materials.
    pulse : Waveform
        Waveform of the sources.
    dt : float
        Time step in seconds.
    backend : Backend
        Where to run.
    held : mapping of str to ndarray, shape (n, 3)
        Edges and faces that the sweep leaves alone, by component.
    boundaries : Boundaries
        Kinds of the outer faces.

    Attributes
    ----------
    fields : Array
        The six components in one allocation; see `Layout`.
    rows, ids : RowCoefficients, tuple of ndarray
        Coefficients of e and the row of every edge, as the kernels read them.
    face_rows, face_ids : FaceCoefficients or None, tuple of ndarray
        The same of h; None and empty where every face is vacuum and advanced by the sweep.
    state : dict of str to Array
        Everything that a step changes, by name: what a checkpoint has to keep.
    """

    def __init__(
        self,
        grid: Grid,
        medium: Medium,
        pulse: Waveform,
        dt: float,
        backend: Backend,
        held: Mapping[str, NDArray[np.int64]],
        boundaries: Boundaries,
    ) -> None:
        self.grid, self.medium, self.pulse, self.dt, self.backend = grid, medium, pulse, dt, backend
        self.layout = Layout(grid)
        self.state: dict[str, Array] = {}
        self._where: dict[int, NDArray[np.int64]] = {}
        self.fields = self.memory("fields", self.layout.total)
        self.rows: RowCoefficients = row_coefficients(
            medium.permittivity, apparent_conductivity(medium, dt), dt
        )
        self.ids = self._padded(boundaries.closed_ids(medium), held, "e", self.rows.held)
        self.face_rows: FaceCoefficients | None = None
        self.face_ids: Ids | None = None
        if medium.faces is not None or any(component[0] == "h" for component in held):
            self.face_rows = face_coefficients(medium.faces, dt)
            self.face_ids = self._padded(face_ids(grid, medium), held, "h", self.face_rows.held)

    def _padded(
        self,
        ids: list[NDArray[np.uint16]],
        held: Mapping[str, NDArray[np.int64]],
        kind: str,
        row: int,
    ) -> Ids:
        for axis, volume in zip("xyz", ids, strict=True):
            index = held.get(f"{kind}_{axis}")
            if index is not None:
                volume[tuple(np.asarray(index).T)] = row
        x, y, z = (self.layout.pad(volume, id_type(row + 1)) for volume in ids)
        return x, y, z

    def id_arguments(self, ids: Ids) -> dict[str, Any]:
        """Rows of all edges, or faces, as the kernels read them."""
        arrays = {f"id_{a}": self.backend.adopt(v) for a, v in zip("xyz", ids, strict=True)}
        return arrays | {"narrow": int(ids[0].itemsize == 1)}

    @property
    def whole(self) -> Box:
        """All elements of the field arrays."""
        return Box((0, 0, 0), self.layout.shape)

    def memory(
        self,
        name: str,
        size: int,
        dtype: DTypeLike | None = None,
        where: NDArray[np.int64] | None = None,
    ) -> Array:
        """Zeros that the time steps change, kept in `state` under a name of their own.

        `where`, shape (size, 4), says where in the grid each element belongs, see `Stage.where`.
        """
        if name in self.state:
            raise ValueError(f"two arrays of a run are called {name!r}")
        array = self.state[name] = self.backend.zeros(max(size, 1), dtype)
        if where is not None:
            self._where[id(array)] = where
        return array

    def real(self, values: Any) -> Array:
        """Constants in the backend's real type."""
        return self.backend.upload(np.asarray(values, dtype=self.backend.real))

    def index(self, values: Any) -> Array:
        """Offsets and counts as the kernels' Index."""
        return self.backend.upload(np.asarray(values, dtype=np.int64))

    def at(self, component: str) -> At:
        """Address of element (0, 0, 0) of a component."""
        return At(self.fields, self.layout.start(component))

    def all_components(self) -> dict[str, Any]:
        """Addresses of the six components, by name."""
        return {name: self.at(name) for name in COMPONENTS}

    def offset(self, component: str, index: Any) -> NDArray[np.int64]:
        """Offsets in `fields` of places `index`, shape (n, 3) or (3,)."""
        return self.layout.offset(component, np.atleast_2d(np.asarray(index, np.int64)))

    def where(self, offset: Any) -> NDArray[np.int64]:
        """Plane and row of places in `fields`, as `Stage.where` takes them, shape (n, 4)."""
        return self.layout.where(np.asarray(offset, np.int64))

    def where_in(self, array: Array, index: NDArray[np.int64]) -> NDArray[np.int64] | None:
        """The same of elements of any array of the run; None where it did not say."""
        if array is self.fields:
            return self.where(index)
        known = self._where.get(id(array))
        return None if known is None else known[index]

    def cb(self, component: str, index: tuple[int, int, int]) -> float:
        """Change of e per unit of curl h on an edge, as the sweep applies it."""
        return float(self.rows.cb[self.ids["xyz".index(component[-1])][index]])
