"""Whether everything of a scene stands where it can: in the grid, outside metal, off the seams.

In: a `Simulation` before anything is allocated. Out: every problem at once, each with what, where
and how to mend it. Elements say themselves what is wrong with them; here are all the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import GridError, Problem
from emtwin.grid.medium import PEC_ROW, Medium
from emtwin.solver.boundaries.faces import ELECTRIC, PERIODIC
from emtwin.solver.checks.terminals import ports_across_nothing
from emtwin.solver.monitors.field_samples import FieldSamples
from emtwin.solver.sources.wave_placement import wave_problems

if TYPE_CHECKING:
    from emtwin.solver.simulation import Simulation

Places = NDArray[np.int64]
_ENDS = ("low", "high")


def check_placement(scene: Simulation) -> None:
    """Refuse a scene in which something cannot be where it was put.

    Parameters
    ----------
    scene : Simulation
        The scene.

    Raises
    ------
    GridError
        With every problem that was found.
    """
    problems = [*_currents(scene), *_samples(scene), *_faces(scene), *ports_across_nothing(scene)]
    if scene.plane_wave is not None:
        problems += wave_problems(scene, scene.plane_wave)
    if problems:
        raise GridError(problems)


def outside(shape: tuple[int, int, int], component: str, index: Places) -> NDArray[np.bool_]:
    """Which places of a component are no edge or face of a grid of `shape` cells."""
    axis, electric = "xyz".index(component[-1]), component[0] == "e"
    last = np.array([n - ((a == axis) == electric) for a, n in enumerate(shape)])
    found: NDArray[np.bool_] = np.any((index < 0) | (index > last), axis=1)
    return found


def _currents(scene: Simulation) -> Iterator[Problem]:
    for current in scene.currents:
        name, place = current.component, (current.node.i, current.node.j, current.node.k)
        if name not in ("e_x", "e_y", "e_z"):
            yield Problem(
                f"a current runs along an edge, e_x, e_y or e_z, not along {name!r}",
                field="currents",
            )
        elif outside(scene.grid.shape, name, np.array([place]))[0]:
            yield Problem(
                f"the current along {name} at {place} lies outside the grid of "
                f"{scene.grid.shape} cells",
                field="currents",
                remedy="move it inside, or extend the grid",
            )
        elif scene.boundaries.closed_row(scene.medium, name, place) == PEC_ROW:
            yield Problem(
                f"the current along {name} at {place} lies in a perfect conductor, where it "
                "drives nothing",
                field="currents",
                remedy="move it off the metal, or off an electric face of the grid",
            )


def _samples(scene: Simulation) -> Iterator[Problem]:
    groups = [("monitor", group) for group in scene.samples]
    if scene.surface is not None:
        groups.append(("near-to-far surface", scene.surface.samples))
    for what, group in groups:
        bad = _samples_outside(group, scene.grid.shape)
        if bad.any():
            first = int(np.argmax(bad))
            yield Problem(
                f"{what} {group.name}: {int(bad.sum())} of its {bad.size} samples lie outside the "
                f"grid of {scene.grid.shape} cells, the first is {group.component[first]} at "
                f"{tuple(group.index[first].tolist())}",
                field=group.name,
                remedy="move it inside, or extend the grid",
            )


def _samples_outside(group: FieldSamples, shape: tuple[int, int, int]) -> NDArray[np.bool_]:
    bad = np.zeros(group.component.size, bool)
    for component in np.unique(group.component):
        chosen = group.component == component
        bad[chosen] = outside(shape, str(component), group.index[chosen])
    return bad


def _faces(scene: Simulation) -> Iterator[Problem]:
    """What cannot be together with magnetic and periodic faces."""
    faces = list(scene.boundaries.faces())
    for axis, end, kind in faces:
        cells = scene.absorber.cells[axis][end]
        if cells:
            yield Problem(
                f"the {_ENDS[end]} face of {'xyz'[axis]} is {kind} and has {cells} cells of "
                "absorber; it can only have one of them",
                field="boundaries",
                remedy=f"give the absorber 0 cells there, or make the face {ELECTRIC}",
            )
        yield from _on_face(scene, axis, end, kind)
    if faces and scene.surface is not None:
        axis, end, kind = faces[0]
        yield Problem(
            f"the near-to-far surface stands for sources in free space or over a floor, but the "
            f"{_ENDS[end]} face of {'xyz'[axis]} is {kind}",
            field="surface",
            remedy="model the whole scene without that face, or leave the surface out",
        )
    for axis in range(3):
        if scene.boundaries.repeats(axis):
            yield from _seam(scene.medium, axis)


def _on_face(scene: Simulation, axis: int, end: int, kind: str) -> Iterator[Problem]:
    """Sources, wires and elements on a face that has no conductor."""
    plane = (0, scene.grid.shape[axis])[end]
    where = f"in the {_ENDS[end]} face of {'xyz'[axis]}, which is {kind}"
    touching = [s for s in scene.network.segments if _touches(s.component, s.index, axis, plane)]
    if touching:
        yield Problem(
            f"{len(touching)} edges of wires or traces have a node {where}; the first is "
            f"{touching[0].component} at {touching[0].index}",
            field="wires",
            remedy="end them a cell before the face",
        )
    if kind != PERIODIC:
        return
    lying = [(f"port {p.name}", p.edges()[0], np.array(p.edges()[2])) for p in scene.ports]
    lying += [("a current", c.component, np.array([c.node])) for c in scene.currents]
    for element in scene.elements:
        lying += [(element.name, name, index) for name, index in element.owned(scene.grid).items()]
    for what, component, index in lying:
        if component != f"e_{'xyz'[axis]}" and np.any(np.asarray(index)[:, axis] == plane):
            yield Problem(
                f"{what} has {component} {where}; it would be there twice",
                field=what,
                remedy="shift the scene along the axis, so that the seam passes beside it",
            )


def _touches(component: str, index: tuple[int, int, int], axis: int, plane: int) -> bool:
    along = "xyz"[axis] == component[-1]
    return index[axis] == plane or (along and index[axis] + 1 == plane)


def _seam(medium: Medium, axis: int) -> Iterator[Problem]:
    """The two copies of a periodic plane need the same materials."""
    unequal = 0
    for direction, volume in enumerate(medium.ids):
        if direction != axis:
            planes = np.moveaxis(volume, axis, 0)
            metal = np.arange(2) == PEC_ROW
            for table in (medium.permittivity, medium.conductivity, metal):
                rows = np.minimum(planes, table.size - 1)
                unequal += int(np.count_nonzero(table[rows[0]] != table[rows[-1]]))
    if unequal:
        yield Problem(
            f"the grid repeats along {'xyz'[axis]}, but {unequal} edges of its first and last "
            "plane differ in material",
            field="boundaries",
            remedy="give both planes the same rows; an interface there takes the mean of both "
            "sides",
        )
