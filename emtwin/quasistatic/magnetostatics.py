"""Magnetic fields of currents that flow in closed loops between perfect conductors.

No flux enters a conductor: the vector potential is zero along its edges. The singular system
C^T W C u = i is made regular by a term that vanishes for its solution,

    (C^T W C + (1 / mu0) M G N^-1 G^T M) u = i,

with the gradient G, M = dual area / length of the edges and N the dual volumes of the nodes that
touch no conductor: the divergence of i is zero there, and so is that of u. A thin wire adds 1 / L
on its edges, and its nodes are left out of N as those of conductors are. On a graded grid the
two terms together are one Laplacian per component, save beside conductors, which is what makes
multigrid work for it (an observation as old as the Coulomb gauge; on a staggered grid it is exact).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import MU0
from emtwin.errors import InputError
from emtwin.quasistatic.curl import curl, dual_volumes, face_reluctances, gradient
from emtwin.quasistatic.poisson import TOLERANCE, PotentialSolver, Solution, edge_admittances
from emtwin.quasistatic.static_scene import StaticScene
from emtwin.quasistatic.walls import ELECTRIC

Numbers = NDArray[Any]
Real = NDArray[np.float64]
Sparse = Any

_CLOSED = 1e-6  # of the largest current, what the residual of displacement currents may leave


@dataclass(frozen=True, eq=False)
class Magnetostatics:
    """The vector potential of currents in a scene.

    Parameters
    ----------
    scene : StaticScene
        Grid, medium and walls.
    tolerance : float
        Of the residual.
    far : {"electric", "magnetic"}
        What stands for open walls. No flux leaves through an electric one, so inductances come out
        too small; a magnetic one closes the field without effort, so they come out too large. For
        a dipole in the middle of a sphere the two errors are as 2 to -1, and both fall with the
        third power of its radius.
    """

    scene: StaticScene
    tolerance: float = TOLERANCE
    far: str = ELECTRIC

    def __post_init__(self) -> None:
        walls = self.scene.walls.instead_of_open(self.far)
        object.__setattr__(self, "scene", replace(self.scene, walls=walls))

    @cached_property
    def free(self) -> NDArray[np.int64]:
        """Numbers of the edges outside conductors."""
        return np.flatnonzero(self.scene.exists & ~self.scene.conducting)

    @cached_property
    def curl(self) -> Sparse:
        """Fluxes of all faces from the line integrals along the free edges."""
        return curl(self.scene.grid)[:, self.free]

    @cached_property
    def reluctances(self) -> Real:
        """W in 1/H, shape (3 nodes,)."""
        return face_reluctances(self.scene.grid, self.scene.medium.faces).reshape(-1)

    @cached_property
    def _solver(self) -> PotentialSolver:
        from scipy import sparse

        weighted = sparse.diags_array(self.reluctances) @ self.curl
        system = self.curl.T @ weighted + self._divergence() + self._wires()
        axis = self.free // (self.curl.shape[0] // 3)
        entries = system.tocoo()
        own = axis[entries.row] == axis[entries.col]
        blocks = sparse.csr_array(
            (entries.data[own], (entries.row[own], entries.col[own])), shape=system.shape
        )
        return PotentialSolver(system, self.tolerance, name="vector potential", near=blocks)

    def solve(self, currents: Numbers) -> Solution:
        """Vector potential of currents.

        Parameters
        ----------
        currents : ndarray, shape (3, nx+1, ny+1, nz+1)
            Through the free edges in ampere; they add up to zero at every node outside conductors,
            and over the nodes of every conductor.

        Returns
        -------
        Solution
            Line integrals of A along all edges in weber, flat, zero in conductors.

        Raises
        ------
        InputError
            If the currents are not closed.
        RunError
            If the iteration does not converge.
        """
        self._check_closed(np.asarray(currents).reshape(-1)[self.free])
        found = self._solver.solve(np.asarray(currents).reshape(-1)[self.free])
        values = np.zeros(3 * int(np.prod(self.scene.grid.nodes)), found.values.dtype)
        values[self.free] = found.values
        return Solution(values, found.residual, found.iterations)

    def field(self, potential: Numbers) -> Numbers:
        """Magnetomotive force along every dual edge in ampere, shape (3, nx+1, ny+1, nz+1)."""
        values = self.reluctances * (self.curl @ potential[self.free])
        return np.asarray(values.reshape(3, *self.scene.grid.nodes))

    def _check_closed(self, currents: Numbers) -> None:
        """Refuse currents that add up to something at a node, or on a conductor."""
        label = self.scene.carrier_of_nodes.reshape(-1)
        left = gradient(self.scene.grid)[self.free].T @ currents
        metal = label >= 0
        net = np.append(np.abs(left[~metal]), np.abs(np.bincount(label[metal], left[metal])))
        largest = float(np.abs(currents).max(initial=0))
        if net.max(initial=0) > _CLOSED * largest:
            raise InputError.single(
                f"currents that are not closed: {net.max():.3g} A of {largest:.3g} A remain at a "
                "node or on a conductor",
                remedy="add the way on which the current returns, or displacement currents",
            )

    def _wires(self) -> Sparse:
        """1 / L of the segments of wires on their edges, free edges by free edges."""
        from scipy import sparse

        wires, closed = self.scene.wires, self.scene.wires.closed
        values = np.zeros(self.curl.shape[0])
        values[wires.edges_on(self.scene.grid)[closed]] = 1 / wires.inductance[closed]
        return sparse.diags_array(values[self.free])

    def _divergence(self) -> Sparse:
        """(1 / mu0) M G N^-1 G^T M over the free edges."""
        from scipy import sparse

        grid = self.scene.grid
        nodes = np.flatnonzero(self.scene.carrier_of_nodes < 0)
        inverse = 1 / (MU0 * dual_volumes(grid).reshape(-1)[nodes])
        weights = edge_admittances(grid, np.ones(())).reshape(-1)[self.free]
        apart = sparse.diags_array(weights) @ gradient(grid)[self.free][:, nodes]
        return (apart @ sparse.diags_array(inverse)) @ apart.T
