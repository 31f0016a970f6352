"""Cables and traces of the twin put on the grid of a site, with their ends checked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from emtwin.benches.bodies import declared_materials
from emtwin.benches.ends import distance_to, wanted_part
from emtwin.benches.site_ports import REFERENCE, SitePort
from emtwin.constants import MU0, TWO_PI
from emtwin.errors import GridError, InputError, Problem
from emtwin.grid import Grid, Node
from emtwin.materials import along, lookup
from emtwin.scene import Cable, EndBond, EndFloor, EndLoad, EndOpen, EndPort, LoadedTwin
from emtwin.scene import Trace as DeclaredTrace
from emtwin.solver import Trace, Wire, WireEnd
from emtwin.solver.wires.wire import cell_around
from emtwin.voxel import Body, VoxelModel, check_terminal, parts_at
from emtwin.voxel.wires import route


def place_wires(
    loaded: LoadedTwin,
    model: VoxelModel,
    paths: Sequence[Sequence[tuple[float, float, float]]],
    *,
    over_floor: bool,
) -> tuple[list[Wire], list[tuple[str, NDArray[np.float64]]], list[SitePort]]:
    """Cables as wires on the grid, their paths in metres, and the ports at the floor.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    model : VoxelModel
        Its parts on the grid.
    paths : sequence of sequence of (x, y, z)
        Corners of every cable in this site, metres.
    over_floor : bool
        Leads that drop end in a port at the floor; open otherwise.

    Raises
    ------
    InputError
        For ends that miss their conductor, and for wires that touch one, or each other, on
        their way.
    """
    wires, lines, feet = [], [], []
    problems: list[Problem] = []
    for number, (cable, path) in enumerate(zip(loaded.twin.device.cables, paths, strict=True)):
        field = f"device.cables[{number}]"
        try:
            nodes = route(model.grid, cable.name, path)
        except GridError as error:
            problems += error.problems
            continue
        start, end = _wire_end(cable.start, cable.name), _wire_end(cable.end, cable.name)
        if isinstance(cable.end, EndFloor) and over_floor:
            foot = f"{cable.name}.foot"
            end = WireEnd("bonded", REFERENCE, foot)
            feet.append(SitePort(foot, cable.foot_impedance))
        problems += _contacts(loaded, model, cable, nodes, field)
        problems += _too_thick(loaded, model.grid, cable, nodes, field)
        wires.append(Wire(cable.name, nodes, cable.radius, start, end))
        lines.append((cable.name, np.array(path)))
    problems += _meetings(loaded, model, wires)
    if problems:
        raise InputError(problems)
    return wires, lines, feet


def _meetings(loaded: LoadedTwin, model: VoxelModel, wires: Sequence[Wire]) -> list[Problem]:
    """Wires that run into each other: the solver would join what insulation keeps apart."""
    problems, taken = [], dict[tuple[int, ...], str]()
    for number, wire in enumerate(wires):
        bonded = {0: wire.start.kind, len(wire.nodes) - 1: wire.end.kind}
        free = [n for n in range(len(wire.nodes)) if bonded.get(n) != "bonded"]
        for node in map(tuple, wire.nodes[free].tolist()):
            other = taken.setdefault(node, wire.name)
            if other == wire.name:
                continue
            problems.append(
                loaded.problem(
                    f"device.cables[{number}].path",
                    f"cable {wire.name} meets cable {other} at {_place(model, node)}, "
                    "and would be connected there",
                    "keep cables without a contact two cells apart; draw those with one as one "
                    "cable, or end both on a metal part there",
                )
            )
            break
    return problems


def _wire_end(end: object, name: str) -> WireEnd:
    """End of a wire: what it is bonded through, or open."""
    match end:
        case EndBond():
            return WireEnd("bonded")
        case EndPort():
            return WireEnd("bonded", REFERENCE, end.port)
        case EndLoad():
            return WireEnd("bonded", end.load)
        case EndOpen() | EndFloor():
            return WireEnd("open")
    raise TypeError(f"{name}: unknown kind of end {end!r}")


def _contacts(
    loaded: LoadedTwin, model: VoxelModel, cable: Cable, nodes: NDArray[np.int64], field: str
) -> list[Problem]:
    """Ends that miss their conductor, and wires that touch one on their way."""
    problems = []
    for place, end, node in (("start", cable.start, nodes[0]), ("end", cable.end, nodes[-1])):
        wanted = wanted_part(end)
        found = parts_at(model, Node(*map(int, node)))
        if not wanted:
            if found:
                problems.append(_shorted_end(loaded, cable, place, found[0], field))
            continue
        if wanted not in found:
            touched = f"touches {found[0]}" if found else "touches no metal part"
            away = distance_to(model, wanted, cable.path[0 if place == "start" else -1])
            problems.append(
                loaded.problem(
                    f"{field}.{place}",
                    f"cable {cable.name} is to end on {wanted}, but its {place} {touched} in the "
                    f"mesh and is {away * 1e3:.3g} mm from {wanted} in the geometry",
                    f"move the {place} of the path onto {wanted}",
                )
            )
    for node in nodes[1:-1]:
        metal = check_terminal(model, Node(*map(int, node)))
        if metal:
            problems.append(
                loaded.problem(
                    f"{field}.path",
                    f"cable {cable.name} touches {metal} at {_place(model, node)} on its way, "
                    "which would short it",
                    "lead it through the middle of the opening, or make the opening wider than "
                    "two cells",
                )
            )
            break
    return problems


def _too_thick(
    loaded: LoadedTwin, grid: Grid, cable: Cable, nodes: NDArray[np.int64], field: str
) -> list[Problem]:
    """A cable thicker than the solver's thin wire, with the radius that fits and what it costs."""
    thickest = min(
        cell_around(grid, int(np.argmax(here != there)), np.minimum(here, there)) / 2
        for here, there in pairwise(nodes)
    )
    if cable.radius <= thickest:
        return []
    fits = math.floor(thickest * 1e5) / 1e5
    more = MU0 / TWO_PI * math.log(cable.radius / fits)
    return [
        loaded.problem(
            f"{field}.radius",
            f"the radius of {cable.radius * 1e3:g} mm is above half the smallest cell of "
            f"{2 * thickest * 1e3:.3g} mm beside cable {cable.name}",
            f"write 'radius: {fits * 1e3:g} mm', whose inductance is {more * 1e9:.0f} nH/m larger, "
            "or lead the cable away from what makes the cells small",
        )
    ]


def _place(model: VoxelModel, node: Sequence[int] | NDArray[np.int64]) -> str:
    """Coordinates of a node, as a message shows them."""
    x, y, z = (lines[n] * 1e3 for lines, n in zip(model.grid.lines, node, strict=True))
    return f"({x:.4g}, {y:.4g}, {z:.4g}) mm"


def _shorted_end(loaded: LoadedTwin, cable: Cable, place: str, part: str, field: str) -> Problem:
    return loaded.problem(
        f"{field}.{place}",
        f"the {place} of cable {cable.name} is declared open, but it lies on {part} in the mesh",
        f"end the path at least one cell away from {part}, or declare {place}: {{bond: {part}}}",
    )


def place_traces(
    loaded: LoadedTwin, model: VoxelModel, lines: list[tuple[str, NDArray[np.float64]]]
) -> list[Trace]:
    """Traces over their planes; their paths in metres are added to `lines`.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    model : VoxelModel
        Its parts on the grid.
    lines : list of (str, ndarray)
        Paths of all thin conductors, for pictures.

    Raises
    ------
    InputError
        For a trace whose plane does not conduct, or that leaves it.
    """
    extra, traces = declared_materials(loaded), []
    problems: list[Problem] = []
    for number, trace in enumerate(loaded.twin.device.traces):
        plane = next(body for body in model.bodies if body.name == trace.plane)
        if not plane.material.metal:
            problems.append(
                loaded.problem(
                    f"device.traces[{number}].plane",
                    f"the plane {plane.name} of trace {trace.name} is {plane.material.name}, which "
                    "is no metal",
                    "name the part of metal that the trace runs over, such as a ground plane",
                )
            )
            continue
        z, below = _plane_height(plane), trace.side == "below"
        path = [(float(x), float(y), z) for x, y in trace.path]
        try:
            nodes = route(model.grid, trace.name, path)
        except GridError as error:
            problems += error.problems
            continue
        problems += _plane_problems(loaded, model, trace, nodes, number)
        traces.append(
            Trace(
                trace.name,
                nodes,
                trace.height,
                trace.width,
                _wire_end(trace.start, trace.name),
                _wire_end(trace.end, trace.name),
                along(lookup(trace.permittivity, extra).permittivity, 2),
                below,
                _covered(model, nodes, -1 if below else 1),
            )
        )
        away = -trace.height if below else trace.height
        lines.append((trace.name, np.array(path) + np.array([0.0, 0.0, away])))
    if problems:
        raise InputError(problems)
    return traces


def _covered(model: VoxelModel, nodes: NDArray[np.int64], side: int) -> frozenset[int]:
    """Steps along a plane whose edges on the far side of the cell above (1) or below are metal."""
    found = set()
    for number, (here, there) in enumerate(pairwise(nodes)):
        axis = int(np.argmax(np.abs(there - here)))
        i, j, k = np.minimum(here, there)
        if model.medium.ids[axis][i, j, k + side] == 0:
            found.add(number)
    return frozenset(found)


def _plane_height(plane: Body) -> float:
    return float(plane.surface.points[:, 2].mean())


def _plane_problems(
    loaded: LoadedTwin,
    model: VoxelModel,
    trace: DeclaredTrace,
    nodes: NDArray[np.int64],
    number: int,
) -> list[Problem]:
    """A trace must run over its plane from end to end."""
    for node in nodes:
        if trace.plane not in parts_at(model, Node(*map(int, node))):
            x, y = (model.grid.lines[a][node[a]] * 1e3 for a in range(2))
            return [
                loaded.problem(
                    f"device.traces[{number}].path",
                    f"trace {trace.name} leaves its plane {trace.plane} at ({x:.4g}, {y:.4g}) mm",
                    "keep the trace over the plane, or name the plane that it runs over",
                )
            ]
    return []
