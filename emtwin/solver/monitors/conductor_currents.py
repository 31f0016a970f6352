"""Current on the surface of conductors, from the h around their edges.

Inside a perfect conductor there is no field, so the circulation of h around one of its edges is
the current that the surface carries past it: h just outside, times the width that it stands for,
on both sides of a thin plate. Charge is conserved to round-off, since no divergence is left of a
circulation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import GridError
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver.boundaries.faces import Boundaries
from emtwin.solver.monitors.field_samples import FieldSamples, Spectrum, places_in
from emtwin.solver.stages.coefficients import PEC_ROW

if TYPE_CHECKING:
    from emtwin.solver.results import RunResult

Real = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ConductorCurrents:
    """Currents along the edges of perfect conductors in a box of nodes.

    Parameters
    ----------
    name : str
        Name of the monitor.
    grid : Grid
        The grid.
    medium : Medium
        Its materials.
    lo, hi : Node
        Corners.
    axis : {"x", "y", "z"}
        Direction of the edges.
    frequencies : ndarray of float64, optional
        Frequencies in Hz; the run's own where left out.
    boundaries : Boundaries, optional
        Kinds of the outer faces; all electric if left out.

    Raises
    ------
    GridError
        If there is no conductor in the box, or it reaches outside the grid.
    """

    name: str
    grid: Grid
    medium: Medium
    lo: Node
    hi: Node
    axis: str
    frequencies: Real | None = None
    boundaries: Boundaries = field(default_factory=Boundaries)

    def __post_init__(self) -> None:
        if not len(self.edges):
            raise GridError.single(
                f"monitor {self.name}: no edge along {self.axis} from {tuple(self.lo)} to "
                f"{tuple(self.hi)} lies in a perfect conductor",
                field=self.name,
            )

    @cached_property
    def edges(self) -> NDArray[np.int64]:
        """Indices of the edges, shape (n, 3)."""
        every = places_in(self.name, self.grid, f"e_{self.axis}", self.lo, self.hi)
        ids = self.boundaries.closed_ids(self.medium)["xyz".index(self.axis)]
        return np.asarray(every[ids[tuple(every.T)] == PEC_ROW])

    @cached_property
    def _terms(self) -> list[tuple[str, NDArray[np.int64], Real]]:
        """The four h around each edge, with the length that each counts for."""
        axis, found = "xyz".index(self.axis), []
        for one, two, sign in (
            ((axis + 1) % 3, (axis + 2) % 3, 1.0),
            ((axis + 2) % 3, (axis + 1) % 3, -1.0),
        ):
            # sign (h_two at one + 1/2 less that at one - 1/2) times the dual length along two
            length = sign * self.grid.dual_spacings[two][self.edges[:, two]]
            for step in (0, 1):
                index = self.edges.copy()
                index[:, one] -= step
                inside = (index[:, one] >= 0) & (index[:, one] < self.grid.shape[one])
                weight = np.where(inside, length * (1 - 2 * step), 0.0)
                index[:, one] = np.clip(index[:, one], 0, self.grid.shape[one] - 1)
                found.append(("h_" + "xyz"[two], index, weight))
        return found

    @cached_property
    def samples(self) -> FieldSamples:
        """What has to be sampled for it."""
        component = np.repeat([name for name, _, _ in self._terms], len(self.edges))
        places = np.concatenate([index for _, index, _ in self._terms])
        return FieldSamples(self.name, component, places, self.frequencies)

    def currents(self, result: RunResult) -> Spectrum:
        """Current along each edge, A s, shape (nf, n)."""
        parts = np.split(result.spectra[self.name], 4, axis=1)
        weighted = [w * part for (_, _, w), part in zip(self._terms, parts, strict=True)]
        return np.asarray(np.sum(weighted, axis=0))

    def density(self, result: RunResult) -> Spectrum:
        """Current per width across the edge, A s/m, shape (nf, n), where the conductor is flat.

        The width is the edge's dual size along the plate, the larger one of a box of one plane.
        """
        flat = [a for a in range(3) if self.lo[a] == self.hi[a]]
        across = [a for a in range(3) if a != "xyz".index(self.axis) and a not in flat]
        if len(across) != 1:
            raise GridError.single(
                f"monitor {self.name}: a density needs a box that is one plane", field=self.name
            )
        return self.currents(result) / self.grid.dual_spacings[across[0]][self.edges[:, across[0]]]
