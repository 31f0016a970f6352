"""Modes of a box of perfect conductor on the Yee grid, and their frequencies from a trace."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.constants import C0, TWO_PI
from emtwin.grid import Grid
from emtwin.grid.medium import Medium
from emtwin.solver import Absorber, Pulse, Simulation, Stepper

Mode = tuple[int, int, int]
Cells = tuple[int, int, int]
Sizes = tuple[float, float, float]


def box(cells: Cells, sizes: Sizes, **changes: Any) -> Simulation:
    """An empty box of perfect conductor without a source."""
    grid = Grid.uniform(cells, sizes)
    settings: dict[str, Any] = {"absorber": Absorber.none()} | changes
    return Simulation(grid, Medium.vacuum(grid), Pulse(1e9), **settings)


def grid_frequency(mode: Mode, cells: Cells, sizes: Sizes, dt: float) -> float:
    """sin^2(w dt / 2) = (c dt / 2)^2 sum (2 / d sin(m pi / 2N))^2, solved for f."""
    squares = sum(
        (2 / d * np.sin(m * np.pi / (2 * n))) ** 2
        for m, n, d in zip(mode, cells, sizes, strict=True)
    )
    return float(np.arcsin(C0 * dt / 2 * np.sqrt(squares)) / (np.pi * dt))


def mode_field(mode: Mode, grid: Grid) -> list[NDArray[np.float64]]:
    """Discrete eigenvector e: cosine along a component's own axis, sines across, no divergence."""
    k = [m * np.pi / n for m, n in zip(mode, grid.shape, strict=True)]
    difference = np.array([np.sin(q / 2) / d[0] for q, d in zip(k, grid.spacings, strict=True)])
    amplitude = np.cross(difference, (0.3, -0.5, 0.8))
    fields = []
    for axis in range(3):
        factors = []
        for a, n in enumerate(grid.nodes):
            if a != axis:
                factors.append(np.sin(k[a] * np.arange(n)))
                factors[-1][-1] = 0.0
            else:
                factors.append(np.cos(k[a] * (np.arange(n) + 0.5)))
                factors[-1][-1] = 0.0  # there is no edge beyond the last node
        fields.append(amplitude[axis] * np.einsum("i,j,k->ijk", *factors))
    return fields


def put(stepper: Stepper, values: dict[str, NDArray[np.float64]]) -> None:
    """Write components into a run's fields."""
    layout, backend = stepper.layout, stepper.backend
    fields = backend.download(stepper.fields)
    for name, component in values.items():
        layout.component(fields, name)[...] = component
    stepper.fields[:] = backend.upload(fields)


def ring(simulation: Simulation, backend: Backend, mode: Mode, n_steps: int) -> NDArray[np.float64]:
    """Trace of a strong edge after a mode was put into the box."""
    stepper, fields = Stepper(simulation, backend), mode_field(mode, simulation.grid)
    put(stepper, {f"e_{axis}": values for axis, values in zip("xyz", fields, strict=True)})
    strongest = int(np.argmax([np.abs(values).max() for values in fields]))
    index = np.unravel_index(np.argmax(np.abs(fields[strongest])), fields[strongest].shape)
    offset = stepper.layout.offset(f"e_{'xyz'[strongest]}", np.array([index]))
    stage, trace = stepper.record(stepper.fields, offset, 1, n_steps)
    backend.program([*stepper.stages(), stage]).run(0, n_steps)
    return backend.download(trace).astype(np.float64)


def fitted_frequency(trace: NDArray[np.float64], dt: float) -> float:
    """Least-squares frequency of a single tone, begun at x(n+1) + x(n-1) = 2 cos(w dt) x(n).

    Gauss-Newton on a cos(w t) + b sin(w t); the derivative in w joins the other two columns.
    """
    middle = trace[1:-1]
    cosine = float(middle @ (trace[2:] + trace[:-2]) / (2 * middle @ middle))
    omega, n = float(np.arccos(np.clip(cosine, -1, 1))), np.arange(trace.size)
    for _ in range(20):
        c, s = np.cos(omega * n), np.sin(omega * n)
        (a, b), *_rest = np.linalg.lstsq(np.stack([c, s], 1), trace, rcond=None)
        slope = n * (b * c - a * s)
        columns = np.stack([c, s, slope / n.size], 1)
        solution, *_rest = np.linalg.lstsq(columns, trace, rcond=None)
        change = solution[2] / n.size
        omega += change
        if abs(change) < 1e-15:
            break
    return omega / (TWO_PI * dt)
