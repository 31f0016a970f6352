"""Round shells of metal on a grid, with a source in their middle: what comes out."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.benches.metal_walls import wall_elements
from emtwin.geometry import Surface
from emtwin.grid import Grid, Node
from emtwin.materials import Material
from emtwin.solver import Absorber, Boundaries, CurrentElement, Pulse, Simulation
from emtwin.voxel import Band, Body, VoxelModel, voxelise
from tests.physics.scenes import spectrum, traces
from tests.unit.voxel.shapes import shell, sphere

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]


def tube(outer: float, inner: float, height: float, middle: float, corners: int = 160) -> Surface:
    """Tube along z from 0 to `height` about (middle, middle); polygons of the circles' area."""
    phi = TURN * (np.arange(corners) + 0.5) / corners
    scale = np.sqrt(TURN / corners / np.sin(TURN / corners))
    circle = np.stack([np.cos(phi), np.sin(phi)], axis=1) * scale
    rings = [
        np.column_stack([middle + r * circle, np.full(corners, z)])
        for r, z in ((outer, 0.0), (outer, height), (inner, height), (inner, 0.0))
    ]
    n, triangles = np.arange(corners), []
    nxt = (n + 1) % corners
    for a, b in ((0, 1), (1, 2), (2, 3), (3, 0)):
        low, high = a * corners, b * corners
        triangles.append(np.stack([low + n, low + nxt, high + nxt], axis=1))
        triangles.append(np.stack([low + n, high + nxt, high + n], axis=1))
    return Surface(np.concatenate(rings), np.concatenate(triangles))


TURN = 2 * np.pi
OUTSIDE = 1.6
"""Radii from the middle at which the field outside is read, whatever the cells. A staircase adds
fields of its own near the wall, see `test_the_field_of_the_steps_stays_near_the_wall`."""


def ball(radius: float, thickness: float, middle: float, rings: int = 40) -> Surface:
    """Spherical shell about (middle, middle, middle) whose mid-surface has the sphere's area."""
    unit = sphere(1.0, (0.0, 0.0, 0.0), rings)
    scale = np.sqrt(2 * TURN / unit.area)
    at = (middle,) * 3
    return shell(
        sphere(scale * (radius + thickness / 2), at, rings),
        sphere(scale * (radius - thickness / 2), at, rings),
    )


def let_out(
    kind: str,
    along: str,
    radius: float,
    cells: float,
    metal: tuple[float, float],
    frequencies: Real,
    backend: Backend,
    *,
    steps: float = 12.0,
    outside: float = OUTSIDE,
    model_of: Any = None,
) -> tuple[Complex, VoxelModel]:
    """Field outside with a shell over that without, see `round_shells.passed`.

    Parameters
    ----------
    kind, along : str
        As there.
    radius : float
        Of the shell's middle, metres.
    cells : int
        Cells to the radius.
    metal : (float, float)
        Conductivity in S/m and thickness in metres.
    frequencies : ndarray
        Hz.
    backend : Backend
        Where to run.
    steps : float
        Length of the run in nanoseconds.
    outside : float
        Distance from the middle in radii, to the next cell, at which the field is read.
    """
    flat = kind == "cylinder"
    d = radius / (cells + 0.3)  # no centre of a cell lies in the wall
    margin = max(12, int(1.2 * cells))  # in cells: what is near the shell would load it
    n = 2 * (int(cells) + margin + 10) + 1
    grid = Grid.uniform((n, n, 1 if flat else n), d)
    middle = n * d / 2
    sigma, thickness = metal
    surface = (
        tube(radius + thickness / 2, radius - thickness / 2, d, middle)
        if flat
        else ball(radius, thickness, middle)
    )
    body = Body("shell", surface, "solid", Material("coat", 1.0, sigma, True, "test"), 1)
    top = float(frequencies.max())
    model = voxelise([body], grid, band=Band(float(frequencies.min()), top))
    if model_of is not None:
        model = model_of(model)
    c, k = n // 2, 0 if flat else n // 2
    beyond = round(outside * cells)
    if (along == "e") == flat:  # a current along z: electric line or dipole
        # On the nodes around the middle of the centre cell.
        currents = [CurrentElement("e_z", Node(c + i, c + j, k)) for i in (0, 1) for j in (0, 1)]
        probe, component = [(c + beyond, c), (c + beyond, c + 1)], "e_z"
    else:  # a loop around the centre cell
        currents = [
            CurrentElement("e_x", Node(c, c, k)),
            CurrentElement("e_x", Node(c, c + 1, k), -1.0),
            CurrentElement("e_y", Node(c + 1, c, k)),
            CurrentElement("e_y", Node(c, c, k), -1.0),
        ]
        probe, component = [(c + beyond, c)], "h_z"
    places = np.array([[i, j, k] for i, j in probe])
    found = []
    for medium, elements in (
        (voxelise([], grid).medium, ()),
        (model.medium, wall_elements(model)),
    ):
        simulation = Simulation(
            grid,
            medium,
            Pulse(top),
            Absorber(((10, 10), (10, 10), (0, 0) if flat else (10, 10)), alpha_max=1e-2),
            currents=tuple(currents),
            elements=elements,
            boundaries=Boundaries(z=("magnetic", "magnetic"))
            if flat and component == "h_z"
            else Boundaries(),
        )
        count = int(steps * 1e-9 / simulation.dt)
        trace = traces(simulation, backend, component, places, count).mean(axis=1)
        found.append(spectrum(trace, simulation.dt, frequencies))
    return found[1] / found[0], model
