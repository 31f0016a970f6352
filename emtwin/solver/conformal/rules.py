"""What may not come near the surface of conformal metal, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import Problem
from emtwin.grid import Grid

if TYPE_CHECKING:
    from emtwin.solver.conformal.metal import ConformalMetal
    from emtwin.solver.simulation import Simulation

Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Numbered:
    """Edges or faces by number: axis * nodes + place in the raveled component.

    Parameters
    ----------
    grid : Grid
        The grid.
    numbers : ndarray of int64, shape (n,)
        The numbers.
    """

    grid: Grid
    numbers: Index

    @cached_property
    def by_axis(self) -> dict[str, Index]:
        """Indices of shape (n, 3) by the axis of the edge or of the face's normal."""
        count = int(np.prod(self.grid.nodes))
        found = {}
        for a, axis in enumerate("xyz"):
            places = self.numbers[self.numbers // count == a] % count
            if places.size:
                found[axis] = np.stack(np.unravel_index(places, self.grid.nodes), axis=-1)
        return found

    def count(self, ids: Any, chosen: Callable[[Any], Any]) -> int:
        """How many of them have a row, of three arrays of rows, that is `chosen`."""
        parts = self.by_axis.items()
        return sum(int(np.sum(chosen(ids["xyz".index(a)][tuple(i.T)]))) for a, i in parts)

    def holds(self, component: str, index: Iterable[Any]) -> bool:
        """Whether any of these places of a component is among them."""
        place = np.ravel_multi_index(tuple(np.array(list(index), np.int64).T), self.grid.nodes)
        number = "xyz".index(component[-1]) * int(np.prod(self.grid.nodes)) + place
        return bool(np.isin(number, self.numbers).any())

    def spans(self, *, faces: bool) -> tuple[Index, Index]:
        """First and last node along each axis of all of them, shapes (n, 3)."""
        low, high = [np.empty((0, 3), np.int64)], [np.empty((0, 3), np.int64)]
        for axis, index in self.by_axis.items():
            along = np.array([(a == axis) != faces for a in "xyz"], np.int64)
            low.append(index)
            high.append(index + along)
        return np.concatenate(low), np.concatenate(high)


def conflicts(metal: ConformalMetal, simulation: Simulation) -> list[Problem]:
    """Everything in a simulation that the cut cells of `metal` cannot stand beside.

    Parameters
    ----------
    metal : ConformalMetal
        The conductor.
    simulation : Simulation
        The run.

    Returns
    -------
    list of Problem
        Each with the reason and a remedy.
    """
    return [
        *_in_absorber(metal, simulation),
        *_across_boxes(metal, simulation),
        *_on_sources(metal, simulation),
        *_on_wires(metal, simulation),
        *_on_elements(metal, simulation),
    ]


def _in_absorber(metal: ConformalMetal, simulation: Simulation) -> list[Problem]:
    low, high = metal.faces.spans(faces=True)
    cells = np.array(simulation.absorber.cells)
    inner_low, inner_high = cells[:, 0], np.array(simulation.grid.shape) - cells[:, 1]
    inside = int(np.count_nonzero(((low < inner_low) | (high > inner_high)).any(axis=1)))
    if not inside:
        return []
    return [
        Problem(
            f"{inside} of its cut faces lie in the absorber, whose stretched coordinates they do "
            "not have",
            field=metal.name,
            remedy="leave some cells between it and the absorber",
        )
    ]


def _across_boxes(metal: ConformalMetal, simulation: Simulation) -> list[Problem]:
    """Metal lies wholly inside or outside of surfaces that stand in vacuum, and so do its faces.

    Faces may touch such a surface from inside, where they see the same field as the sweep does.
    """
    boxes: list[tuple[str, tuple[int, int, int], tuple[int, int, int]]] = []
    if simulation.plane_wave is not None:
        wave = simulation.plane_wave
        boxes.append(("the surface where the plane wave enters", wave.lo, wave.hi))
    if simulation.surface is not None:
        surface = simulation.surface
        i, j, k = surface.lo
        bottom = -1 if surface.on_floor else k
        boxes.append(("the near-to-far surface", (i, j, bottom), surface.hi))
    parts = [
        (0, metal.faces.spans(faces=True)),
        (1, metal.cut_edges.spans(faces=False)),
        (1, metal.edges_in_metal.spans(faces=False)),
    ]
    problems = []
    for what, lo, hi in boxes:
        crossing = sum(_crossing(span, np.array(lo), np.array(hi), gap) for gap, span in parts)
        if crossing:
            problems.append(
                Problem(
                    f"{crossing} of its edges and faces lie on {what}, which must stand in vacuum",
                    field=metal.name,
                    remedy="leave two cells between them",
                )
            )
    return problems


def _crossing(span: tuple[Index, Index], lo: Index, hi: Index, gap: int) -> int:
    """How many are neither inside of a box by `gap` cells nor outside by one."""
    low, high = span
    inside = ((low >= lo + gap) & (high <= hi - gap)).all(axis=1)
    outside = ((high < lo) | (low > hi)).any(axis=1)
    return int(np.count_nonzero(np.logical_not(inside | outside)))


def _on_sources(metal: ConformalMetal, simulation: Simulation) -> list[Problem]:
    sources = [(f"port {p.name}", p.edges()[0], p.edges()[2]) for p in simulation.ports]
    sources += [("an impressed current", c.component, [c.node]) for c in simulation.currents]
    problems = []
    for what, component, edges in sources:
        for where, numbered in (("in it", metal.edges_in_metal), ("cut by it", metal.cut_edges)):
            if numbered.holds(component, edges):
                problems.append(
                    Problem(
                        f"{what} has an edge {where} ({component} from {tuple(edges[0])})",
                        field=metal.name,
                        remedy="end ports and currents on metal whose surface is a grid plane",
                    )
                )
    return problems


def _on_wires(metal: ConformalMetal, simulation: Simulation) -> list[Problem]:
    near = [
        segment
        for segment in simulation.network.segments
        if metal.edges_around.holds(segment.component, [segment.index])
        or metal.edges_in_metal.holds(segment.component, [segment.index])
    ]
    if not near:
        return []
    return [
        Problem(
            f"a wire runs along its surface or into it, first at {near[0].component} "
            f"{near[0].index}: the wire's inductance is not known in cut cells",
            field=metal.name,
            remedy="keep wires two cells away; bond them to metal whose surface is a grid plane",
        )
    ]


def _on_elements(metal: ConformalMetal, simulation: Simulation) -> list[Problem]:
    problems = []
    for other in simulation.elements:
        held = other.owned(simulation.grid) if other is not metal else {}
        edges = {name: index for name, index in held.items() if name[0] == "e" and len(index)}
        if any(metal.cut_edges.holds(name, index) for name, index in edges.items()):
            problems.append(
                Problem(
                    f"{other.name} advances edges that it cuts",
                    field=metal.name,
                    remedy="leave a cell between them",
                )
            )
    return problems
