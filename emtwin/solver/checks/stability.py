"""The largest stable time step of a grid with thin wires in it.

Leapfrog is stable below 2 / w_max, w_max the largest natural frequency of the discrete system. For
the empty grid that is the Courant limit. Wires raise it where they run through the finest cells;
how much is found from the system itself: fields as voltages and currents on edges and faces, wires
as inductors and capacitors, and the largest singular value of the matrix that couples the two
halves of the leapfrog.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix, diags
from scipy.sparse.linalg import LinearOperator, eigsh

from emtwin.constants import C0, EPS0, MU0
from emtwin.grid import Grid
from emtwin.solver.wires.network import Segment, WireNetwork
from emtwin.solver.wires.wire import dual_area

_MARGIN = 4  # cells around the wires: the highest modes are a few cells wide
Lines = NDArray[np.float64]


def stable_step(grid: Grid, network: WireNetwork) -> float:
    """Largest stable time step in seconds.

    Parameters
    ----------
    grid : Grid
        The grid.
    network : WireNetwork
        Its wires.

    Returns
    -------
    float
        The Courant limit, or less where wires run through small cells. Only wires whose own
        (sufficient) bound lies below the Courant limit are looked at more closely.
    """
    limit = grid.courant_limit()
    near = [s for s in network.segments if sufficient_step(grid, network, s) < limit]
    if not near:
        return limit
    index = np.array([s.index for s in near])
    low = np.maximum(index.min(axis=0) - _MARGIN, 0)
    high = np.minimum(index.max(axis=0) + 1 + _MARGIN, np.array(grid.shape))
    return min(limit, 2.0 / _largest_frequency(grid, network, low, high))


def sufficient_step(grid: Grid, network: WireNetwork, segment: Segment) -> float:
    """Step below which a segment is certainly stable: the squared frequencies add at most.

    Parameters
    ----------
    grid : Grid
        The grid.
    network : WireNetwork
        The network of the segment.
    segment : Segment
        The segment.

    Returns
    -------
    float
        Seconds.
    """
    square = 4 * C0**2 * sum(1 / _smallest(grid, a, segment.index[a]) ** 2 for a in range(3))
    for at, weight in segment.edges:
        area = dual_area(grid, segment.component, at)
        square += weight**2 * segment.length / (segment.inductance * EPS0 * area)
    for node in segment.nodes:
        if not network.bonded[node]:
            meet = network.node_weight[node] / np.sqrt(segment.inductance)
            square += meet / network.node_capacitance[node]
    return float(2 / np.sqrt(square))


def _smallest(grid: Grid, axis: int, index: int) -> float:
    return float(grid.spacings[axis][max(index - 1, 0) : index + 1].min())


def _largest_frequency(
    grid: Grid, network: WireNetwork, low: NDArray[np.int64], high: NDArray[np.int64]
) -> float:
    """Largest natural frequency (rad/s) of the window low <= cell < high with its wires."""
    window = _Window(grid, low, high)
    coupling = window.coupled(network)

    def squared(x: NDArray[np.float64]) -> NDArray[np.float64]:
        product: NDArray[np.float64] = coupling @ (coupling.T @ x)
        return product

    size = coupling.shape[0]
    start = np.random.default_rng(0).standard_normal(size)  # the same answer every time
    operator = LinearOperator((size, size), matvec=squared, dtype=np.float64)
    top = eigsh(operator, k=1, which="LA", tol=1e-3, v0=start, return_eigenvectors=False)
    return float(np.sqrt(top[0]))


class _Window:
    """Edges and faces of a box of cells, numbered."""

    def __init__(self, grid: Grid, low: NDArray[np.int64], high: NDArray[np.int64]) -> None:
        self.grid, self.low = grid, low
        self.cells = high - low
        self.nodes = self.cells + 1
        self.count = int(np.prod(self.nodes))
        slices = [slice(int(low[a]), int(high[a])) for a in range(3)]
        self.size = [grid.spacings[a][slices[a]] for a in range(3)]
        self.dual = [grid.dual_spacings[a][slices[a].start : slices[a].stop + 1] for a in range(3)]

    def coupled(self, network: WireNetwork) -> csr_matrix:
        """Coupling of (edges, nodes) with (faces, segments), scaled to rad/s."""
        chosen = [(n, s) for n, s in enumerate(network.segments) if self._holds(np.array(s.index))]
        edges, nodes = 3 * self.count, network.bonded.size
        curl = self._curl()
        rows, columns, values = list(curl.row), list(curl.col), list(curl.data)
        for column, (_, segment) in enumerate(chosen):
            first = "xyz".index(segment.component[-1]) * self.count
            for at, weight in segment.edges:
                rows.append(first + self._number(at))
                values.append(-weight)
                columns.append(edges + column)
            for node, sign in zip(segment.nodes, (-1.0, 1.0), strict=True):
                if not network.bonded[node]:
                    rows.append(edges + node)
                    columns.append(edges + column)
                    values.append(sign)
        inductance = np.array([segment.inductance for _, segment in chosen])
        primal = np.concatenate((self._edge_capacitance(), network.node_capacitance))
        dual = np.concatenate((self._face_inductance(), inductance))
        shape = (edges + nodes, edges + len(chosen))
        matrix = coo_matrix((values, (rows, columns)), shape=shape).tocsr()
        return diags(1 / np.sqrt(primal)) @ matrix @ diags(1 / np.sqrt(dual))

    def _holds(self, index: NDArray[np.int64]) -> bool:
        return bool(np.all(index >= self.low) and np.all(index < self.low + self.cells))

    def _number(self, index: tuple[int, int, int]) -> int:
        i, j, k = (int(v) for v in np.array(index) - self.low)
        return int((i * self.nodes[1] + j) * self.nodes[2] + k)

    def _curl(self) -> coo_matrix:
        """Incidence of faces on edges, +-1; edges on the window's surface are conducting."""
        number = np.arange(self.count).reshape(self.nodes)
        rows, columns, values = [], [], []
        for axis in range(3):
            inner = [
                slice(0, int(self.cells[a])) if a == axis else slice(1, int(self.cells[a]))
                for a in range(3)
            ]
            edge = number[tuple(inner)]
            for normal, face, sign in (
                ((axis + 1) % 3, (axis + 2) % 3, 1.0),
                ((axis + 2) % 3, (axis + 1) % 3, -1.0),
            ):
                step = int(np.prod(self.nodes[normal + 1 :]))
                for shift, factor in ((0, sign), (-step, -sign)):
                    rows.append((axis * self.count + edge).ravel())
                    columns.append((face * self.count + edge + shift).ravel())
                    values.append(np.full(edge.size, factor))
        return coo_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))))

    def _edge_capacitance(self) -> Lines:
        """eps0 A / l of every edge, F; any positive value where there is no edge."""
        return np.concatenate([EPS0 * self._ratio(axis, self.dual, self.size) for axis in range(3)])

    def _face_inductance(self) -> Lines:
        """mu0 A / l of every face, H."""
        return np.concatenate([MU0 * self._ratio(axis, self.size, self.dual) for axis in range(3)])

    def _ratio(self, axis: int, across: list[Lines], along: list[Lines]) -> Lines:
        factors = [
            _padded(1 / along[a] if a == axis else across[a], int(self.nodes[a])) for a in range(3)
        ]
        product: Lines = np.einsum("i,j,k->ijk", *factors).ravel()
        return product


def _padded(values: Lines, count: int) -> Lines:
    return np.append(values, np.full(count - values.size, values[-1]))
