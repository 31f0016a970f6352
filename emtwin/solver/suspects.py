"""Where a run went wrong, and what is near that place: the words of its error."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emtwin.constants import ETA0
from emtwin.solver.simulation import Simulation
from emtwin.solver.stages.coefficients import PEC_ROW
from emtwin.solver.stages.layout import COMPONENTS
from emtwin.solver.stepper import Stepper

_NEAR = 2  # cells
_SLACK = 1e-9

Index = NDArray[np.int64]


def blame(stepper: Stepper, what: str) -> str:
    """Message of a run that failed.

    Parameters
    ----------
    stepper : Stepper
        The run.
    what : str
        What its fields did, and when.
    """
    simulation, grid = stepper.simulation, stepper.simulation.grid
    component, where = _largest(stepper)
    i, j, k = (min(int(n), lines.size - 1) for n, lines in zip(where, grid.lines, strict=True))
    return (
        f"the fields {what} (dt = {stepper.dt:.4g} s, limit {simulation.dt_limit:.4g} s); the "
        f"largest is {component} at ({grid.x[i]:.4g}, {grid.y[j]:.4g}, {grid.z[k]:.4g}) m, edge "
        f"({i}, {j}, {k}), {_medium_at(simulation, component, (i, j, k))}. "
        f"{_cause(simulation, stepper.dt, where)}"
    )


def _largest(stepper: Stepper) -> tuple[str, Index]:
    """Component and place of the largest value; the middle of those that are not finite."""
    layout, fields = stepper.layout, stepper.backend.download(stepper.fields)
    broken = {n: ~np.isfinite(layout.component(fields, n)) for n in COMPONENTS}
    most = max(broken, key=lambda name: int(broken[name].sum()))
    if broken[most].any():
        # They spread by a cell per step on all sides of where they began.
        spread = np.argwhere(broken[most])
        return most, spread[np.argmin(np.abs(spread - np.median(spread, axis=0)).sum(axis=1))]
    size = {n: np.abs(layout.component(fields, n)) for n in COMPONENTS}
    scale = {n: ETA0 if n[0] == "h" else 1.0 for n in COMPONENTS}
    name = max(size, key=lambda n: scale[n] * float(size[n].max()))
    return name, np.array(np.unravel_index(int(np.argmax(size[name])), size[name].shape), np.int64)


def _medium_at(simulation: Simulation, component: str, where: tuple[int, int, int]) -> str:
    medium = simulation.medium
    row = int(medium.ids["xyz".index(component[-1])][where])
    if row == PEC_ROW:
        return "in a perfect conductor"
    return (
        f"material row {row} (relative permittivity {medium.permittivity[row]:.4g}, "
        f"{medium.conductivity[row]:.4g} S/m)"
    )


def _cause(simulation: Simulation, dt: float, where: Index) -> str:
    if dt > simulation.dt_limit * (1 + _SLACK):
        return "The time step is above its limit: lower `courant`."
    near = _near(simulation, where)
    if near:
        thick = " for a wire nearly as thick as its cell" if near[0].startswith("wire") else ""
        return (
            f"Within {_NEAR} cells of it: {', '.join(near)}. Look there{thick}, or lower `courant`."
        )
    return "No wire, port or element is near: lower `courant`, and look at the materials there."


def _near(simulation: Simulation, where: Index) -> list[str]:
    """Names of what has an update of its own near a place."""
    network = simulation.network
    found = [f"wire {w.name}" for w in simulation.wires if _touches(w.nodes, where)]
    found += [f"trace {t.name}" for t in simulation.traces if _touches(t.nodes, where)]
    found += [f"port {p.name}" for p in simulation.ports if _touches(np.array(p.edges()[2]), where)]
    found += [
        f"port {s.port}" for s in network.segments if s.port and _touches(np.array(s.index), where)
    ]
    for element in simulation.elements:
        places = element.held(simulation.grid).values()
        if any(_touches(np.asarray(index), where) for index in places):
            found.append(f"{type(element).__name__} {element.name}")
    return found


def _touches(places: Index, where: Index) -> bool:
    return bool(
        np.any(
            np.abs(np.atleast_2d(np.asarray(places, np.int64)) - where).max(axis=1, initial=0)
            <= _NEAR
        )
    )
