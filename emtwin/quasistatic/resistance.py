"""Direct-current resistances of metal and other conductive matter on a grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError
from emtwin.grid import Grid, Node
from emtwin.quasistatic.poisson import TOLERANCE, PotentialSolver, node_operator
from emtwin.voxel import VoxelModel

Real = NDArray[np.float64]


@dataclass(frozen=True)
class Terminal:
    """Nodes that a contact holds at one potential.

    Parameters
    ----------
    name : str
        Its name.
    nodes : tuple of Node
        One or more nodes on conductive matter.
    """

    name: str
    nodes: tuple[Node, ...]

    @classmethod
    def face(cls, name: str, low: Node, high: Node) -> Terminal:
        """All nodes of the box between two nodes, both included."""
        ranges = [np.arange(a, b + 1) for a, b in zip(low, high, strict=True)]
        at = np.stack(np.meshgrid(*ranges, indexing="ij"), -1).reshape(-1, 3)
        return cls(name, tuple(Node(*map(int, node)) for node in at))


@dataclass(frozen=True, eq=False)
class ConductanceMatrix:
    """Currents into terminals from their potentials: I = G V; every row adds up to zero.

    Parameters
    ----------
    terminals : tuple of str
        Names, n of them.
    matrix : ndarray, shape (n, n)
        G in siemens, symmetric.
    islands : ndarray of int64, shape (n,)
        Number of the connected matter that each terminal lies on.
    """

    terminals: tuple[str, ...]
    matrix: Real
    islands: NDArray[np.int64]

    def resistance(self, one: str, other: str) -> float:
        """Resistance in ohm between two terminals, the others open; infinite if nothing joins them.

        Raises
        ------
        InputError
            If there is no such terminal; the message lists them.
        """
        ends = []
        for name in (one, other):
            if name not in self.terminals:
                raise InputError.single(
                    f"there is no terminal {name!r}",
                    field="terminal",
                    remedy=f"the terminals are {', '.join(self.terminals)}",
                )
            ends.append(self.terminals.index(name))
        first, last = ends
        if first == last:
            return 0.0
        if self.islands[first] != self.islands[last]:
            return inf
        kept = np.setdiff1d(np.flatnonzero(self.islands == self.islands[last]), last)
        current = (kept == first).astype(float)
        potential = np.linalg.solve(self.matrix[np.ix_(kept, kept)], current)
        return float(potential @ current)


def cell_conductances(grid: Grid, conductivity: Real) -> Real:
    """Conductance of every edge from the cells round it: a quarter of each belongs to it.

    Parameters
    ----------
    grid : Grid
        The grid.
    conductivity : ndarray, shape `grid.shape`
        S/m of the cells.

    Returns
    -------
    ndarray, shape (3, nx+1, ny+1, nz+1)
        In siemens. A bar whose faces are grid planes has its own cross-section exactly.
    """
    result = np.zeros((3, *grid.nodes))
    for axis in range(3):
        u, v = (a for a in range(3) if a != axis)
        factors = [1 / d if a == axis else d / 2 for a, d in enumerate(grid.spacings)]
        quarter = conductivity * np.einsum("i,j,k->ijk", *factors)
        for side in np.ndindex(2, 2):
            where = [slice(0, n) for n in grid.shape]
            for a, s in zip((u, v), side, strict=True):
                where[a] = slice(s, grid.shape[a] + s)
            result[axis][tuple(where)] += quarter
    return result


def sheet_conductances(grid: Grid, conductances: Sequence[Real]) -> Real:
    """Conductance of every edge from the sheets on faces beside it: half of each belongs to it.

    Parameters
    ----------
    grid : Grid
        The grid.
    conductances : sequence of three ndarray
        Conductivity times thickness in siemens of the faces normal to x, y, z; shape
        (nx+1, ny, nz) for those normal to x, and so on.

    Returns
    -------
    ndarray, shape (3, nx+1, ny+1, nz+1)
        In siemens.
    """
    result = np.zeros((3, *grid.nodes))
    for normal, sheet in enumerate(conductances):
        for axis in range(3):
            if axis == normal:
                continue
            across = 3 - axis - normal
            shape, wide = ([-1 if a == b else 1 for a in range(3)] for b in (axis, across))
            half = sheet / grid.spacings[axis].reshape(shape)
            half = half * (grid.spacings[across] / 2).reshape(wide)
            for side in (0, 1):
                where = [slice(0, n) for n in half.shape]
                where[across] = slice(side, half.shape[across] + side)
                result[axis][tuple(where)] += half
    return result


def model_conductances(
    model: VoxelModel, sheet_thickness: Mapping[str, float] | None = None
) -> Real:
    """Conductance of every edge of a voxelised device, metal with its own conductivity.

    Parameters
    ----------
    model : VoxelModel
        The device.
    sheet_thickness : mapping of str to float, optional
        Thickness in metres of sheets by part. Walls of solids that are thinner than a cell
        have the thickness that the audit found.

    Returns
    -------
    ndarray, shape (3, nx+1, ny+1, nz+1)
        In siemens.

    Raises
    ------
    InputError
        If a metal part has no conductivity, or a sheet no thickness.
    """
    thickness = thicknesses(model, sheet_thickness)
    cells, faces = np.zeros(len(model.bodies) + 1), np.zeros(len(model.bodies) + 1)
    for n, body in enumerate(model.bodies):
        sigma = float(np.mean(body.material.conductivity))
        if body.material.metal and not sigma > 0:
            raise InputError.single(
                f"part '{body.name}': {body.material.name} has no conductivity",
                field=body.name,
                remedy="give the conductivity of the metal in S/m",
            )
        cells[n] = sigma
        if any((part == n).any() for part in model.sheet_part):
            faces[n] = sigma * demand(thickness, body.name)
    volumes = cell_conductances(model.grid, cells[model.cell_part])
    return volumes + sheet_conductances(model.grid, [faces[part] for part in model.sheet_part])


def thicknesses(
    model: VoxelModel, sheets: Mapping[str, float] | None = None
) -> dict[str, float | None]:
    """Thickness in metres of the walls of every part: as the audit found it, or as given."""
    return {wall.name: wall.thickness for wall in model.walls} | dict(sheets or {})


def demand(thickness: Mapping[str, float | None], part: str) -> float:
    """Thickness of a part that is a sheet.

    Raises
    ------
    InputError
        If it is not known.
    """
    found = thickness.get(part)
    if found is None:
        raise InputError.single(
            f"part '{part}' is a sheet of unknown thickness",
            field=part,
            remedy="give its thickness in metres in `sheet_thickness`",
        )
    return found


def dc_conductances(
    grid: Grid,
    conductances: Real,
    terminals: Sequence[Terminal],
    tolerance: float = TOLERANCE,
) -> ConductanceMatrix:
    """Conductances between terminals: div(sigma grad phi) = 0, each terminal at 1 V in turn.

    Parameters
    ----------
    grid : Grid
        The grid.
    conductances : ndarray, shape (3, nx+1, ny+1, nz+1)
        Of the edges in siemens, see `model_conductances` and `cell_conductances`.
    terminals : sequence of Terminal
        The contacts.
    tolerance : float
        Of the residual.

    Returns
    -------
    ConductanceMatrix
        From which resistances come.

    Raises
    ------
    InputError
        If a terminal lies where nothing conducts, or two terminals share a node.
    """
    operator = node_operator(grid, conductances)
    label = _labels(grid, operator, terminals)
    island = _islands(operator, label)
    joined = np.isin(island, island[label >= 0])
    free = np.flatnonzero((label < 0) & joined)
    solver = PotentialSolver(operator[free][:, free], tolerance, name="current flow")
    potentials = np.zeros((len(terminals), label.size))
    for number, phi in enumerate(potentials):
        phi[label == number] = 1
        phi[free] = solver.solve(-(operator @ phi)[free]).values
    matrix = potentials @ (operator @ potentials.T)
    at = np.array([np.flatnonzero(label == n)[0] for n in range(len(terminals))])
    names = tuple(terminal.name for terminal in terminals)
    return ConductanceMatrix(names, (matrix + matrix.T) / 2, island[at])


def _labels(grid: Grid, operator: Any, terminals: Sequence[Terminal]) -> NDArray[np.int64]:
    """Number of the terminal at every node, -1 for none."""
    label = np.full(int(np.prod(grid.nodes)), -1)
    conducts = operator.diagonal() > 0
    for number, terminal in enumerate(terminals):
        flat = np.ravel_multi_index(np.array(terminal.nodes).T, grid.nodes)
        if not conducts[flat].any():
            raise InputError.single(
                f"terminal {terminal.name}: nothing conducts at its {flat.size} nodes",
                field=terminal.name,
                remedy="move it onto metal, or give the material a conductivity",
            )
        if (label[flat] >= 0).any():
            other = terminals[int(label[flat].max())].name
            raise InputError.single(
                f"terminals {other} and {terminal.name} share a node, which shorts them",
                field=terminal.name,
            )
        label[flat] = number
    return label


def _islands(operator: Any, label: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number of the connected matter of every node; a terminal joins what it touches."""
    from scipy import sparse
    from scipy.sparse import csgraph

    held = np.flatnonzero(label >= 0)
    _, first = np.unique(label[held], return_index=True)
    to = held[first][label[held]]
    contact = sparse.coo_array((np.ones(held.size), (held, to)), shape=operator.shape)
    _, island = csgraph.connected_components(abs(operator) + contact, directed=False)
    return np.asarray(island, np.int64)
