"""A grid in one dimension, across which sheets are put: what goes through and what comes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import Absorber, CurrentElement, Pulse, Simulation
from tests.physics.scenes import spectrum, traces

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]
SOURCE, FRONT, SHEET, BEHIND = 40, 60, 80, 100
"""Nodes of the source, of the probe before the sheet, of the sheet, and of the probe behind it."""

LO, HI = Node(SHEET, 0, 0), Node(SHEET, 2, 1)
"""Corners of a sheet that fills the line's cross-section."""

_CELLS = 140
Scene = Callable[[Grid, Medium], dict[str, Any]]


def line_grid(cell: float, graded: float = 1.0) -> Grid:
    """Cells of `cell` metres along x, `graded` times as large behind the sheet; 1e9 m across."""
    sizes = np.full(_CELLS, cell)
    sizes[SHEET:] *= graded
    far = 1e9 * np.arange(3)
    return Grid(np.append(0.0, np.cumsum(sizes)), far, far[:2])


def through_and_back(
    grid: Grid, scene: Scene, backend: Backend, frequencies: Real, *, steps: int, f_max: float = 0.0
) -> tuple[Complex, Complex]:
    """Spectra behind the sheet and of what returns before it, relative to an empty line.

    The reflection is referred to the probe before the sheet; the empty line's pulse passes there.
    """
    found = []
    for settings in ({}, scene(grid, Medium.vacuum(grid))):
        simulation = Simulation(
            grid,
            settings.pop("medium", Medium.vacuum(grid)),
            Pulse(f_max or float(frequencies.max())),
            Absorber(((20, 20), (0, 0), (0, 0)), alpha_max=0.0),
            currents=(CurrentElement("e_z", Node(SOURCE, 1, 0), 1e9),),
            **settings,
        )
        probes = np.array([[FRONT, 1, 0], [BEHIND, 1, 0]])
        trace = traces(simulation, backend, "e_z", probes, steps)
        found.append(spectrum(trace, simulation.dt, frequencies))
    empty, full = found
    return full[:, 1] / empty[:, 1], (full[:, 0] - empty[:, 0]) / empty[:, 0]
