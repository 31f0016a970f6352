"""Elements that lie along a straight row of edges, as a component lies between its two ends."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Array, Box, Stage
from emtwin.errors import GridError, Problem
from emtwin.grid import Grid, Node
from emtwin.grid.medium import PEC_ROW, Medium
from emtwin.solver.sources.edges import EdgePort
from emtwin.solver.stages.assembly import Assembly
from emtwin.solver.stages.elements import Bound, Element, Places, Recording
from emtwin.solver.stages.places import spanning
from emtwin.solver.wires.wire import dual_area

if TYPE_CHECKING:
    from emtwin.solver.simulation import Simulation


class Row(NamedTuple):
    """A row of edges as the kernels of lumped.cu take it.

    Parameters
    ----------
    shared : dict
        What every kernel of a row reads.
    push : Array
        Change of e on each edge per ampere, V/(A m).
    drop : float
        Z = sum of cb l / A: what one ampere takes from the row's voltage in a step, ohm.
    reading : Array
        Voltage at n + 1 and current at n + 1/2.
    where : ndarray of int64, shape (1, 4)
        Planes and rows that its edges tie together.
    """

    shared: dict[str, Any]
    push: Array
    drop: float
    reading: Array
    where: NDArray[np.int64]


@dataclass(frozen=True)
class RowElement(Element):
    """Something that carries one current along the edges from `start` to `stop`.

    Its voltage and current become the traces ``NAME voltage`` (at (n + 1) dt, positive at `stop`)
    and ``NAME current`` (at (n + 1/2) dt, from `stop` to `start` through the element).

    Parameters
    ----------
    name : str
        Name of the element.
    start, stop : Node
        Negative and positive terminal, on one grid line.
    """

    name: str
    start: Node
    stop: Node

    def _edges(self) -> tuple[str, int, list[tuple[int, int, int]]]:
        return EdgePort(self.name, self.start, self.stop, 1.0).edges()

    def problems(self, grid: Grid, medium: Medium) -> list[Problem]:
        """Off the grid or a grid line, or inside a conductor."""
        try:
            component, _, edges = self._edges()
        except GridError as error:
            return list(error.problems)
        axis, nodes = "xyz".index(component[-1]), np.array(grid.nodes)
        if np.any(np.array([self.start, self.stop]) < 0) or np.any(self.stop >= nodes):
            return [Problem(f"{self.name} lies outside the grid", field=self.name)]
        return self._conducting([edge for edge in edges if medium.ids[axis][edge] == PEC_ROW])

    def conflicts(self, simulation: Simulation) -> list[Problem]:
        """On an electric face of the grid."""
        component, _, edges = self._edges()
        row = partial(simulation.boundaries.closed_row, simulation.medium, component)
        return self._conducting([edge for edge in edges if row(edge) == PEC_ROW])

    def _conducting(self, inside: list[tuple[int, int, int]]) -> list[Problem]:
        count = len(self._edges()[2])
        return [
            Problem(
                f"{self.name}: {len(inside)} of its {count} edges lie in a perfect conductor",
                field=self.name,
                remedy="place it across the gap between two conductors",
            )
        ][: len(inside)]

    def claimed(self, grid: Grid) -> Places:
        """All its edges."""
        del grid
        component, _, edges = self._edges()
        return {component: np.array(edges, np.int64)}

    def _row(self, assembly: Assembly) -> Row:
        component, sign, edges = self._edges()
        push, length = np.empty(len(edges)), np.empty(len(edges))
        axis = "xyz".index(component[-1])
        for n, edge in enumerate(edges):
            cb = assembly.cb(component, edge)
            if cb == 0:
                raise GridError.single(f"{self.name}: another part advances its edge {edge}")
            push[n] = sign * cb / dual_area(assembly.grid, component, edge)
            length[n] = assembly.grid.spacings[axis][edge[axis]]
        shared = {
            "field": assembly.fields,
            "first_edge": assembly.index([0, len(edges)]),
            "edge": assembly.index(assembly.offset(component, edges)),
            "reach": assembly.backend.upload(-sign * length),
            "before": assembly.memory(f"{self.name} before", 1, np.float64),
        }
        where = spanning(assembly.where(assembly.offset(component, edges)))
        reading = assembly.memory(f"{self.name} reading", 2, where=np.repeat(where, 2, axis=0))
        drop = float(np.abs(push) @ length)
        return Row(shared, assembly.backend.upload(push), drop, reading, where)

    def _bound(self, row: Row, kernel: str, arguments: dict[str, Any]) -> Bound:
        """Read the voltage before the sweep, load the edges after it."""
        arguments = row.shared | arguments | {"push": row.push, "reading": row.reading}
        return Bound(
            after_h=(Stage("edge_voltage", Box.items(1), row.shared, where=row.where),),
            after_e=(Stage(kernel, Box.items(1), arguments, where=row.where),),
            recordings={
                f"{self.name} voltage": Recording(row.reading, np.array([0])),
                f"{self.name} current": Recording(row.reading, np.array([1]), half_step=True),
            },
        )
