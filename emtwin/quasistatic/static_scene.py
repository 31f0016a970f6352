"""The conductors and materials of a grid as every low-frequency model here sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import EPS0, TWO_PI
from emtwin.errors import GridError
from emtwin.grid import Grid, Node
from emtwin.grid.medium import PEC_ROW, Medium
from emtwin.quasistatic.poisson import edge_admittances, node_operator
from emtwin.quasistatic.thin_wires import ThinWires
from emtwin.quasistatic.walls import ELECTRIC, Walls, fall_rates, nodes_on
from emtwin.voxel import VoxelModel, conductors

Numbers = NDArray[Any]
Real = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StaticScene:
    """A grid, the medium of its edges, and what its outer faces are.

    The edges of row 0 of the medium conduct perfectly, here as in the field solver, so both see
    the same discrete conductors. Nodes that such edges join are one conductor; an electric wall is
    one too. Conductors are numbered from 0 in the order of their first nodes.

    Parameters
    ----------
    grid : Grid
        The grid.
    medium : Medium
        Material row of every edge.
    walls : Walls
        Kinds of the outer faces.
    names : mapping of int to str
        Names of conductors, for messages and tables.
    wires : ThinWires
        Conductors thinner than the cells. Their nodes are unknowns after those of the grid.

    Raises
    ------
    GridError
        If the medium belongs to another grid, a wire leaves it or runs inside metal, or touches
        metal where it is not bonded, or the other way round.
    """

    grid: Grid
    medium: Medium
    walls: Walls = field(default_factory=Walls)
    names: Mapping[int, str] = field(default_factory=dict)
    wires: ThinWires = field(default_factory=ThinWires.none)

    def __post_init__(self) -> None:
        if self.medium.ids_x.shape != self.grid.nodes:
            raise GridError.single(
                f"the medium has {self.medium.ids_x.shape} nodes, the grid {self.grid.nodes}"
            )
        self._check_wires()

    @classmethod
    def of_voxels(
        cls, model: VoxelModel, walls: Walls | None = None, wires: ThinWires | None = None
    ) -> StaticScene:
        """The scene of a voxelised device, conductors named after their parts.

        Metal that leaks is a conductor here too: its charges settle within
        eps0 times its size times the resistance of a square, 3 ps for 0.3 m and 1 ohm.
        """
        scene = cls(
            model.grid, model.as_conductors, walls or Walls(), wires=wires or ThinWires.none()
        )
        parts: dict[int, list[str]] = {}
        for piece in conductors(model):
            parts.setdefault(scene.conductor_at(piece.node), []).extend(piece.parts)
        names: dict[int, str] = {}
        for number, found in parts.items():
            name = " + ".join(dict.fromkeys(found))
            pieces = sum(other.split(" #")[0] == name for other in names.values())
            names[number] = f"{name} #{pieces + 1}" if pieces else name
        return replace(scene, names=names)

    @cached_property
    def exists(self) -> NDArray[np.bool_]:
        """Where there is an edge, shape (3, nx+1, ny+1, nz+1)."""
        mask = np.ones((3, *self.grid.nodes), bool)
        for axis in range(3):
            mask[axis][nodes_on(axis, -1)] = False
        return mask

    @cached_property
    def conducting(self) -> NDArray[np.bool_]:
        """Edges that conduct perfectly, shape (3, nx+1, ny+1, nz+1)."""
        mask = np.stack([ids == PEC_ROW for ids in self.medium.ids])
        for axis, end in self.walls.faces(ELECTRIC):
            for along in range(3):
                if along != axis:
                    mask[along][nodes_on(axis, end)] = True
        return mask & self.exists

    @property
    def conductor_of_nodes(self) -> NDArray[np.int64]:
        """Number of the conductor of every node, -1 for none, shape `grid.nodes`."""
        n = int(np.prod(self.grid.nodes))
        return self.conductor_of_unknowns[:n].reshape(self.grid.nodes)

    @cached_property
    def carrier_of_nodes(self) -> NDArray[np.int64]:
        """The same with the conductor of a wire at the nodes of its path."""
        label = self.conductor_of_nodes.reshape(-1).copy()
        label[self.wires.nodes_on(self.grid)] = self.conductor_of_unknowns[label.size :]
        return label.reshape(self.grid.nodes)

    @cached_property
    def conductor_of_unknowns(self) -> NDArray[np.int64]:
        """Number of the conductor of every node and then of every wire's node, -1 for none."""
        from scipy import sparse
        from scipy.sparse import csgraph

        grid_nodes, wires = int(np.prod(self.grid.nodes)), self.wires
        n = grid_nodes + len(wires.places)
        tails = [np.flatnonzero(mask) for mask in self.conducting]
        heads = [t + stride for t, stride in zip(tails, self.grid.node_strides, strict=True)]
        along, bonded = grid_nodes + wires.ends[wires.closed], np.flatnonzero(wires.bonded)
        tails += [along[:, 0], wires.nodes_on(self.grid)[bonded]]
        heads += [along[:, 1], grid_nodes + bonded]
        tail, head = np.concatenate(tails), np.concatenate(heads)
        graph = sparse.coo_array((np.ones(tail.size, np.int8), (tail, head)), shape=(n, n))
        _, part = csgraph.connected_components(graph, directed=False)
        metal = np.zeros(n, bool)
        metal[tail] = metal[head] = True
        metal[grid_nodes:] = True
        label = np.full(n, -1, np.int64)
        found, first, number = np.unique(part[metal], return_index=True, return_inverse=True)
        order = np.empty(found.size, np.int64)
        order[np.argsort(first)] = np.arange(found.size)
        label[metal] = order[number]
        return label

    @property
    def n_conductors(self) -> int:
        """Number of conductors, electric walls among them."""
        return int(self.conductor_of_unknowns.max()) + 1

    def conductor_at(self, node: Node) -> int:
        """Number of the conductor at a node.

        Raises
        ------
        GridError
            If no metal edge ends there.
        """
        number = int(self.conductor_of_nodes[node])
        if number < 0:
            raise GridError.single(
                f"no conductor touches the node {tuple(node)} at {self._place(node)}",
                remedy="move it onto metal, or refine the grid until the metal reaches it",
            )
        return number

    def name(self, conductor: int) -> str:
        """What a conductor is called: after its parts, "walls" for electric walls, or a number."""
        parts = self.names.get(conductor, "")
        walls = "walls" if conductor in self._walled else ""
        return " + ".join(filter(None, (walls, parts))) or f"conductor {conductor}"

    @cached_property
    def _walled(self) -> frozenset[int]:
        """Conductors that electric walls are part of."""
        faces = [nodes_on(axis, end) for axis, end in self.walls.faces(ELECTRIC)]
        return frozenset(int(self.conductor_of_nodes[face].flat[0]) for face in faces)

    @cached_property
    def centre(self) -> Real:
        """Middle of the box round all metal that is no wall, in metres; of the grid without."""
        metal = [ids == PEC_ROW for ids in self.medium.ids] & self.exists
        at = np.argwhere(metal.any(axis=0))
        low, high = (at.min(0), at.max(0)) if at.size else (np.zeros(3, int), self.grid.shape)
        return np.array(
            [(x[a] + x[b]) / 2 for x, a, b in zip(self.grid.lines, low, high, strict=True)]
        )

    def permittivity(self, frequency: float | None = None) -> Numbers:
        """Permittivity of the edges in F/m, shape (3, nx+1, ny+1, nz+1); 0 inside conductors.

        Parameters
        ----------
        frequency : float, optional
            With it, eps + chi(jw) + sigma / (jw), complex; without, that of the lossless medium at
            infinite frequency, real.
        """
        table: Numbers = EPS0 * self.medium.permittivity
        if frequency is not None:
            s = 1j * TWO_PI * frequency
            table = table + self.medium.conductivity / s
            for row, poles in self.medium.dispersion.items():
                table[row] += EPS0 * complex(poles(s))
        values = np.stack([table[ids] for ids in self.medium.ids])
        values[self.conducting | ~self.exists] = 0
        return values

    def potential_operator(self, frequency: float | None = None) -> Any:
        """Matrix of div(eps grad) over all nodes in farad, open faces included.

        Returns
        -------
        scipy.sparse.csr_array, shape (nodes, nodes)
            Symmetric. The charge of nodes from their potentials, those of wires after the grid's.
        """
        from scipy import sparse

        values = self.permittivity(frequency)
        matrix = node_operator(self.grid, edge_admittances(self.grid, values))
        outside = np.zeros(self.grid.nodes)
        for axis, end, rate in fall_rates(self.grid, self.walls, self.centre):
            u, v = (d for a, d in enumerate(self.grid.dual_spacings) if a != axis)
            outside[nodes_on(axis, end)] += np.outer(u, v) * rate
        # Space is empty behind an open face.
        diagonal = EPS0 * self.walls.fall() * outside.reshape(-1)
        return self._with_wires(sparse.csr_array(matrix + sparse.diags_array(diagonal)))

    def _with_wires(self, matrix: Any) -> Any:
        """The operator with the in-cell capacitances of wires to the grid."""
        from scipy import sparse

        n, m = matrix.shape[0], len(self.wires.places)
        if not m:
            return matrix
        own = np.arange(m)
        reach = sparse.csr_array((np.ones(m), (own, self.wires.nodes_on(self.grid))), shape=(m, n))
        apart = sparse.hstack((-reach, sparse.eye_array(m)))
        coupling = apart.T @ sparse.diags_array(self.wires.capacitance) @ apart
        whole = sparse.block_diag((matrix, sparse.csr_array((m, m))))
        return sparse.csr_array(whole + coupling)

    def _check_wires(self) -> None:
        """Wires inside the grid, outside metal, and bonded where they touch it."""
        wires = self.wires
        if np.any((wires.places < 0) | (wires.places >= np.array(self.grid.nodes))):
            raise GridError.single(
                f"wires leave the grid of {self.grid.shape} cells",
                field="wires",
                remedy="give the wires of this grid, moved as the grid was widened",
            )
        if self.conducting.reshape(-1)[wires.edges_on(self.grid)].any():
            raise GridError.single(
                "a wire runs inside metal", field="wires", remedy="end it where it meets the metal"
            )
        touched = self.metal_nodes.reshape(-1)[wires.nodes_on(self.grid)]
        for n in np.flatnonzero(touched != wires.bonded)[:1]:
            node = Node(*(int(i) for i in wires.places[n]))
            what = "is bonded where no metal is" if wires.bonded[n] else "touches metal unbonded"
            raise GridError.single(
                f"a wire {what}, at {self._place(node)}",
                field="wires",
                remedy="bond its end to metal, or lead it a cell beside it",
            )

    @cached_property
    def metal_nodes(self) -> NDArray[np.bool_]:
        """Nodes at the ends of conducting edges, shape `grid.nodes`."""
        found = self.conducting.any(axis=0)
        for axis in range(3):
            found |= np.roll(self.conducting[axis], 1, axis)  # none leaves through the last plane
        return np.asarray(found)

    def _place(self, node: Node) -> str:
        at = (1e3 * lines[n] for lines, n in zip(self.grid.lines, node, strict=True))
        return "({:.4g}, {:.4g}, {:.4g}) mm".format(*at)
