"""Small scenes that hold, between them, everything that a time step may do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import scenes
from emtwin.benches.metal_walls import wall_elements
from emtwin.grid import Grid, Node, distances
from emtwin.grid.medium import Faces, Medium
from emtwin.materials import Material
from emtwin.rational import debye, lorentz
from emtwin.solver import (
    Absorber,
    ConformalMetal,
    CurrentElement,
    Diode,
    EdgePort,
    Element,
    EnergyMonitor,
    Inductor,
    LumpedElement,
    MetalSheet,
    NonLinearElement,
    PlaneWave,
    Pulse,
    Resistor,
    Simulation,
    TimeMonitor,
    Wire,
    WireLoad,
)
from emtwin.voxel import Band, Body, voxelise
from tests.unit.voxel.shapes import shell, sphere

CELL = 1e-3
GRID = Grid.uniform((23, 26, 30), CELL)
ABSORBER = Absorber(((4, 3), (3, 4), (4, 4)))


def scene(*elements: Element, **changes: Any) -> Simulation:
    """Vacuum with a dipole and some elements."""
    settings: dict[str, Any] = {
        "medium": Medium.vacuum(GRID),
        "absorber": ABSORBER,
        "currents": (CurrentElement("e_y", Node(12, 6, 9)),),
    } | changes
    return Simulation(GRID, pulse=Pulse(20e9), elements=elements, **settings)


def materials() -> Simulation:
    """Poles of two kinds, losses and magnetic faces in random cells."""
    rng, plain = np.random.default_rng(3), Medium.vacuum(GRID)
    inner = (slice(6, 18), slice(8, 20), slice(6, 24))
    ids, faces = [], []
    for axis in range(3):
        for volumes, source, rows in ((ids, plain.ids, 5), (faces, Faces.vacuum(GRID).ids, 4)):
            volume = source[axis].copy()
            volume[inner] = rng.integers(1, rows, volume[inner].shape)
            volumes.append(volume)
    poles = {2: debye(0.0, [(3.0, 2e-11)]), 3: lorentz(0.0, [(1.0, 4e10, 5e9)])}
    medium = Medium(
        *ids,
        np.array([1, 1, 2, 3, 1.5]),
        np.array([0, 0, 0, 0, 0.3]),
        Faces(*faces, np.array([1, 1, 4.0, 2]), np.array([0, 0, 900.0, 0])),
        dispersion=poles,
    )
    return scene(medium=medium)


def lumped() -> Simulation:
    """Rows of edges along all axes: they tie planes and rows together."""
    return scene(
        LumpedElement("along x", Node(8, 9, 9), Node(12, 9, 9), Inductor(2e-9) + Resistor(20.0)),
        LumpedElement("along y", Node(9, 14, 12), Node(9, 10, 12), Resistor(30.0)),
        NonLinearElement("diode", Node(14, 12, 8), Node(14, 17, 8), Diode(1e-12)),
        NonLinearElement("upright", Node(6, 7, 10), Node(6, 7, 13), Diode(1e-12)),
        ports=(
            EdgePort("driven", Node(11, 7, 15), Node(14, 7, 15), 50.0, bare=True),
            EdgePort("other", Node(16, 12, 15), Node(16, 15, 15), 75.0, bare=True),
        ),
        driven="driven",
    )


def sheets() -> Simulation:
    """A metal box with two sides, and a plate."""
    return scene(
        MetalSheet("box", Node(8, 9, 12), Node(15, 17, 20), 1e3, 1e-4, 20e9),
        MetalSheet("plate", Node(6, 7, 6), Node(15, 15, 6), 1e3, 1e-4, 20e9),
    )


def leaking() -> Simulation:
    """A ball of metal with two sides around a resistive one, each a staircase."""
    balls = []
    for name, radius, sigma in (("outer", 7.3e-3, 1e5), ("inner", 4.2e-3, 100.0)):
        surface = shell(*(sphere(radius + r, (12e-3, 13e-3, 15e-3)) for r in (5e-5, -5e-5)))
        metal = Material(name, 1.0, sigma, True, "test")
        balls.append(Body(name, surface, "solid", metal, 1))
    model = voxelise(balls, GRID, band=Band(1e8, 20e9))
    return scene(*wall_elements(model), medium=model.medium)


def conformal() -> Simulation:
    """A ball whose small faces share their flux."""
    ball = distances.sphere((12 * CELL, 14 * CELL, 16 * CELL), 4.3 * CELL)
    return scene(ConformalMetal.of("ball", GRID, ball))


def wires() -> Simulation:
    """Thin wires along two axes, one at an angle, joined and loaded."""
    slant = Wire.between(GRID, "slant", (0.008, 0.008, 0.01), (0.018, 0.016, 0.01), 5e-5)
    nodes = np.array([[8, 8, k] for k in range(10, 20)])
    loads = (WireLoad(1, 20.0, 1e-10, 1e-12), WireLoad(4, 50.0, port="p"))
    return scene(wires=(slant, Wire("up", nodes, 1e-4, loads=loads)), driven="p", currents=())


def wave() -> Simulation:
    """A plane wave at an angle."""
    corners = Node(6, 6, 7), Node(17, 20, 24)
    incident = PlaneWave((0.6, 0.0, 0.8), (0.8, 0.0, -0.6), *corners)
    return scene(plane_wave=incident, currents=())


def monitors() -> Simulation:
    """Sums over the whole grid now and then, and samples in time."""
    return scene(
        EnergyMonitor("energy", Node(4, 5, 6), Node(17, 19, 20), every=7),
        TimeMonitor("line", Node(12, 5, 9), Node(12, 20, 9), ("e_y", "h_x"), every=3),
    )


SCENES: dict[str, Callable[[], Simulation]] = {
    "everything of a campaign": scenes.crowded,
    "materials": materials,
    "lumped": lumped,
    "sheets": sheets,
    "leaking": leaking,
    "conformal": conformal,
    "wires": wires,
    "wave": wave,
    "monitors": monitors,
}
