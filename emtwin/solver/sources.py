"""Lumped edges and impressed fields: ports across edges, current sources, the plane wave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import C0, EPS0, ETA0, MU0
from emtwin.errors import GridError
from emtwin.grid import Grid, Node
from emtwin.solver.wires import dual_area

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class EdgePort:
    """A resistor, and a source when driven, along a straight row of edges between two nodes.

    Parameters
    ----------
    name : str
        Name of the port.
    start, stop : Node
        Negative and positive terminal; they differ along one axis.
    resistance : float
        Reference resistance in ohm.
    """

    name: str
    start: Node
    stop: Node
    resistance: float

    def edges(self) -> tuple[str, int, list[tuple[int, int, int]]]:
        """Component, sign and indices of the edges.

        Raises
        ------
        GridError
            If the terminals are the same node or do not lie on one grid line.
        """
        move = np.array(self.stop) - np.array(self.start)
        if np.count_nonzero(move) != 1:
            raise GridError.single(
                f"port {self.name}: its terminals must be two nodes on one grid line, "
                f"got {tuple(self.start)} and {tuple(self.stop)}",
                field=self.name,
            )
        axis = int(np.flatnonzero(move)[0])
        low = min(self.start[axis], self.stop[axis])
        indices = []
        for n in range(abs(int(move[axis]))):
            index = list(self.start)
            index[axis] = low + n
            indices.append((index[0], index[1], index[2]))
        return "e_" + "xyz"[axis], int(np.sign(move[axis])), indices


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
    Taflove and Hagness, Computational Electrodynamics, 3rd ed., section 5.6.
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


@dataclass(frozen=True)
class CurrentElement:
    """An impressed current along one edge: a Hertzian dipole of moment current times edge length.

    Parameters
    ----------
    component : {"e_x", "e_y", "e_z"}
        Edge direction.
    node : Node
        Index of the edge.
    current : float
        Amplitude in ampere of the waveform.
    """

    component: str
    node: Node
    current: float = 1.0


@dataclass(frozen=True, eq=False)
class Impressed:
    """Additions to a field.

    Parameters
    ----------
    component : str
        Field component.
    index : ndarray of int64, shape (n, 3)
        Places in its array.
    weight : ndarray of float64, shape (n,)
        Factor of the waveform.
    delay : ndarray of float64, shape (n,)
        Delay in steps.
    """

    component: str
    index: NDArray[np.int64]
    weight: NDArray[np.float64]
    delay: NDArray[np.float64]


def impressed_current(grid: Grid, source: CurrentElement, dt: float) -> Impressed:
    """Addition of a current element in vacuum: -dt i / (eps0 area)."""
    index = np.array([source.node], np.int64)
    area = dual_area(grid, source.component, (source.node.i, source.node.j, source.node.k))
    weight = np.array([-source.current * dt / (EPS0 * area)])
    return Impressed(source.component, index, weight, np.array([-0.5]))


def plane_wave_corrections(
    grid: Grid, wave: PlaneWave, dt: float
) -> tuple[list[Impressed], list[Impressed]]:
    """Corrections of e and of h on the surface of the total-field box.

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
    list of Impressed, list of Impressed
        Corrections of e (after its update, the incident h at n + 1/2) and of h (incident e at n).
    """
    e_fixes, h_fixes = [], []
    for normal in range(3):
        for side in (0, 1):
            for tangential in range(3):
                if tangential != normal:
                    e_fix, h_fix = _face(grid, wave, dt, normal, side, tangential)
                    e_fixes.append(e_fix)
                    h_fixes.append(h_fix)
    return e_fixes, h_fixes


def _face(
    grid: Grid, wave: PlaneWave, dt: float, normal: int, side: int, tangential: int
) -> tuple[Impressed, Impressed]:
    """Corrections that pair e along `tangential` with h along the third axis, on one face."""
    third = 3 - normal - tangential
    plane = (wave.lo, wave.hi)[side][normal]
    outside = plane - 1 if side == 0 else plane  # cell whose centre is half a cell outside
    ranges = [np.arange(wave.lo[a], wave.hi[a] + (a != tangential)) for a in range(3)]
    ranges[normal] = np.array([plane])
    e_index = np.stack(np.meshgrid(*ranges, indexing="ij"), -1).reshape(-1, 3)
    h_index = e_index.copy()
    h_index[:, normal] = outside
    sign = parity(tangential, normal, third) * (-1 if side == 0 else 1)

    e_position = _positions(grid, e_index, (tangential,))
    h_position = _positions(grid, h_index, (tangential, normal))
    k, e_hat = np.array(wave.direction), np.array(wave.polarisation)
    h_hat = np.cross(k, e_hat) / ETA0

    dual = grid.dual_spacings[normal][plane]
    cell = grid.spacings[normal][outside]
    e_weight = np.full(len(e_index), sign * dt / (EPS0 * dual) * h_hat[third])
    h_weight = np.full(len(h_index), sign * dt / (MU0 * cell) * e_hat[tangential])
    origin = np.array(wave.origin)
    e_delay = (h_position - origin) @ k / (C0 * dt) - 0.5
    h_delay = (e_position - origin) @ k / (C0 * dt)
    return (
        Impressed("e_" + "xyz"[tangential], e_index, e_weight, e_delay),
        Impressed("h_" + "xyz"[third], h_index, h_weight, h_delay),
    )


def parity(tangential: int, normal: int, third: int) -> int:
    """+1 where e along `tangential` gains d h_third / d normal in the curl of h, else -1."""
    return 1 if (tangential, normal, third) in ((0, 1, 2), (1, 2, 0), (2, 0, 1)) else -1


def _positions(grid: Grid, index: NDArray[np.int64], half: tuple[int, ...]) -> NDArray[np.float64]:
    """Coordinates in metres; axes in `half` lie at cell centres."""
    columns = []
    for axis in range(3):
        lines = grid.centres[axis] if axis in half else grid.lines[axis]
        columns.append(lines[index[:, axis]])
    return np.stack(columns, -1)
