"""Small scenes that several tests share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.constants import TWO_PI
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import (
    Absorber,
    CurrentElement,
    EdgePort,
    Pulse,
    RunResult,
    Simulation,
    Stepper,
    Trace,
    Wire,
    WireEnd,
)

E_NAMES = ("e_x", "e_y", "e_z")


def random_medium(
    rng: np.random.Generator,
    grid: Grid,
    rows: int = 9,
    ports: tuple[EdgePort, ...] = (),
) -> Medium:
    """Every edge a material of its own: permittivity 1 to 8, up to 0.5 S/m, some metal.

    The edges of `ports` get row 4, which is no metal.
    """
    ids = []
    for axis in range(3):
        volume = rng.integers(1, rows, grid.nodes).astype(np.uint16)
        volume[rng.random(grid.nodes) < 0.03] = 0
        np.moveaxis(volume, axis, 0)[-1] = 0
        ids.append(volume)
    for port in ports:
        component, _, edges = port.edges()
        ids["xyz".index(component[-1])][tuple(np.array(edges).T)] = 4
    permittivity = np.append([1.0, 1.0], rng.uniform(1, 8, rows - 2))
    conductivity = np.append([0.0, 0.0], rng.uniform(0, 0.5, rows - 2))
    return Medium(*ids, permittivity, conductivity)


def crowded_scene(seed: int, **changes: Any) -> Simulation:
    """Graded random box: absorber, currents, a bent wire with a port, a trace, an edge port."""
    rng = np.random.default_rng(seed)
    grid = Grid(*(np.append(0.0, np.cumsum(1e-3 * (1 + rng.random(n)))) for n in (19, 23, 37)))
    medium = random_medium(rng, grid)
    ids = [volume.copy() for volume in medium.ids]
    for volume in ids:
        volume[4:13, 8:17, 9:26] = 1  # room for the conductors
    for axis, volume in enumerate(ids):
        np.moveaxis(volume, axis, 0)[-1] = 0
    for axis in (0, 1):
        ids[axis][5:12, 13:17, 11] = 0  # the plane below the trace
    wire = [[6, 9, k] for k in range(10, 20)] + [[7, 9, 19], [8, 9, 19]]
    settings: dict[str, Any] = {
        "absorber": Absorber(((6, 5), (4, 7), (6, 6))),
        "currents": (
            CurrentElement("e_z", Node(9, 11, 15)),
            CurrentElement("e_x", Node(5, 11, 15), 0.3),
        ),
        "wires": (Wire("wire", np.array(wire), 5e-5, end=WireEnd("bonded", 50.0, "p")),),
        "traces": (
            Trace(
                "trace",
                np.array([[i, 14, 11] for i in range(6, 11)]),
                2e-4,
                1e-4,
                WireEnd("bonded", 75.0, "t"),
                WireEnd("bonded", 50.0),
            ),
        ),
        "ports": (EdgePort("q", Node(11, 9, 15), Node(11, 9, 18), 75.0, bare=True),),
        "driven": "p",
    }
    medium = Medium(*ids, medium.permittivity, medium.conductivity)
    return Simulation(grid, medium, Pulse(5e9), **(settings | changes))


def fields_after(simulation: Simulation, backend: Backend, n_steps: int) -> NDArray[Any]:
    """All six components after a number of steps, guards included."""
    stepper = Stepper(simulation, backend)
    backend.program(stepper.stages()).run(0, n_steps)
    return backend.download(stepper.fields)


def traces(
    simulation: Simulation, backend: Backend, component: str, index: NDArray[np.int64], n_steps: int
) -> NDArray[np.float64]:
    """A component at points `index` (n, 3) after each step, shape (n_steps, n)."""
    stepper = Stepper(simulation, backend)
    offset = stepper.layout.offset(component, np.atleast_2d(index))
    stage, ring = stepper.record(stepper.fields, offset, 1, n_steps)
    backend.program([*stepper.stages(), stage]).run(0, n_steps)
    return backend.download(ring).reshape(n_steps, -1).astype(np.float64)


def spectrum(
    values: NDArray[np.float64], dt: float, frequencies: NDArray[np.float64]
) -> NDArray[np.complex128]:
    """Transform of samples at times (n + 1) dt, shape (nf, ...)."""
    t = (np.arange(values.shape[0]) + 1) * dt
    kernel = np.exp(-1j * TWO_PI * np.asarray(frequencies)[:, None] * t)
    result: NDArray[np.complex128] = kernel @ values * dt
    return result


def port_impedance(result: RunResult, name: str) -> NDArray[np.complex128]:
    """Input impedance at a driven port: v / ((v_s - v) / R)."""
    port = result.ports[name]
    v = spectrum(port.voltage, result.dt, result.frequencies)
    return v * port.resistance / (result.source - v)
