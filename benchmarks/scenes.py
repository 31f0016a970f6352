"""Scenes that benchmarks run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from emtwin import pipeline, resources
from emtwin.backends import Array, Backend, Program, Stage
from emtwin.benches.bodies import bodies_of
from emtwin.benches.radiated_immunity import TEST
from emtwin.benches.views import samples_of_views
from emtwin.constants import TWO_PI
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.rational import debye
from emtwin.solver import (
    Absorber,
    CurrentElement,
    EdgePort,
    FieldSamples,
    PlaneWave,
    Pulse,
    Simulation,
    Stepper,
    Trace,
    Wire,
    WireEnd,
)

Stages = list[Stage]


def cube(n: int) -> Simulation:
    """Vacuum of n x n x n cells of 1 mm, 10 absorbing cells on each face among them, a dipole."""
    lines = np.linspace(0.0, n * 1e-3, n + 1, dtype=np.float64)
    grid = Grid(lines, lines, lines)
    dipole = CurrentElement("e_z", Node(n // 2, n // 2, n // 2))
    return Simulation(grid, Medium.vacuum(grid), Pulse(20e9), Absorber(), currents=(dipole,))


def dispersive(n: int) -> Simulation:
    """The cube with a quarter of its cells of a Debye medium, and the fields on its middle planes.

    A block of 0.63 n cells along each edge in the middle; E and H on three planes through it, at 21
    frequencies up to the pulse's highest.

    Parameters
    ----------
    n : int
        Cells along an edge.
    """
    scene = cube(n)
    inside = slice(round(0.185 * n), round(0.815 * n))
    ids = [volume.copy() for volume in scene.medium.ids]
    for volume in ids:
        volume[inside, inside, inside] = 2
    ids[2][n // 2, n // 2, n // 2] = 1  # the dipole
    poles = debye(0.0, [(30.0, 1 / (TWO_PI * 5e9))])
    medium = Medium(*ids, np.array([1.0, 1.0, 4.0]), np.zeros(3), dispersion={2: poles})
    planes = []
    for axis in range(3):
        lo, hi = [0, 0, 0], [n, n, n]
        lo[axis] = hi[axis] = n // 2
        planes.append(FieldSamples.box(f"plane {axis}", scene.grid, Node(*lo), Node(*hi)))
    frequencies = np.linspace(1e9, 20e9, 21)
    return replace(scene, medium=medium, samples=tuple(planes), frequencies=frequencies)


def crowded() -> Simulation:
    """A small graded box with every element: wire, trace, port, currents, plane wave, absorber.

    Every edge outside the conductors' room has a material of its own.
    """
    rng = np.random.default_rng(4)
    grid = Grid(*(np.append(0.0, np.cumsum(1e-3 * (1 + rng.random(n)))) for n in (27, 31, 45)))
    bend = [[10, 13, k] for k in range(16, 26)] + [[11, 13, 25], [12, 13, 25]]
    along = [[i, 18, 17] for i in range(10, 15)]
    load = WireEnd("bonded", 50.0)
    return Simulation(
        grid,
        _scattered(rng, grid),
        Pulse(5e9),
        Absorber(((6, 5), (4, 7), (6, 6))),
        wires=(Wire("wire", np.array(bend), 5e-5, end=WireEnd("bonded", 50.0, "end")),),
        traces=(Trace("trace", np.array(along), 2e-4, 1e-4, WireEnd("bonded", 75.0, "pad"), load),),
        ports=(EdgePort("gap", Node(15, 13, 21), Node(15, 13, 24), 75.0, bare=True),),
        driven="end",
        currents=(CurrentElement("e_x", Node(9, 15, 21), 0.3),),
        plane_wave=PlaneWave((0, 1, 0), (0, 0, 1), Node(8, 9, 10), Node(20, 23, 36)),
    )


def _scattered(rng: np.random.Generator, grid: Grid) -> Medium:
    """Random rows deep inside, vacuum around; room for the conductors, and the trace's plane."""
    rows, ids = 9, []
    for axis in range(3):
        volume = np.ones(grid.nodes, np.uint16)
        inner = volume[9:19, 10:23, 11:35]
        inner[...] = rng.integers(1, rows, inner.shape)
        inner[rng.random(inner.shape) < 0.03] = 0
        volume[9:17, 12:21, 15:32] = 1
        if axis < 2:
            volume[9:16, 17:21, 17] = 0
        np.moveaxis(volume, axis, 0)[-1] = 0
        ids.append(volume)
    permittivity = np.append([1.0, 1.0], rng.uniform(1, 8, rows - 2))
    conductivity = np.append([0.0, 0.0], rng.uniform(0, 0.5, rows - 2))
    return Medium(ids[0], ids[1], ids[2], permittivity, conductivity)


def device(accuracy: str) -> Simulation:
    """The example infusion pump in free space, its first port driven, with a campaign's monitors.

    Parameters
    ----------
    accuracy : str
        Preset of the twin file.
    """
    file: Path = resources.examples_dir() / "infusion_pump" / "twin.yaml"
    loaded = pipeline.load(file, accuracy)
    site = pipeline.sites_of(loaded, bodies_of(loaded))[TEST]
    driven = site.driven_ports([site.ports[0].name])[0]
    return site.simulation(driven, samples_of_views(site))


def cells(simulation: Simulation) -> int:
    """Cells of the grid, absorber included."""
    return int(np.prod(simulation.grid.shape))


def field_program(simulation: Simulation, backend: Backend) -> tuple[Program, Array, Stages]:
    """Program of a scene's time step, its field allocation, and its stages."""
    stepper = Stepper(simulation, backend)
    stages = stepper.stages()
    return backend.program(stages), stepper.fields, stages


def allocated_bytes(stages: Stages) -> int:
    """Bytes of all arrays that the stages hold, each counted once."""
    arrays: dict[int, Any] = {}
    for stage in stages:
        for value in stage.arguments.values():
            array = getattr(value, "array", value)
            if hasattr(array, "nbytes") and hasattr(array, "ctypes"):
                arrays[id(array)] = array
    return sum(int(array.nbytes) for array in arrays.values())
