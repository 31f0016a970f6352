"""A conducting box with a slot in its front, in a plane wave, and the circuit model of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.constants import C0, ETA0, TWO_PI
from emtwin.grid import Grid, Node
from emtwin.grid.medium import VACUUM_ROW, Medium
from emtwin.grid.painter import Painter
from emtwin.solver import (
    Absorber,
    FieldSamples,
    PlaneWave,
    Pulse,
    RunResult,
    Simulation,
    Slot,
    StopRule,
    run,
    with_slots,
)

Real = NDArray[np.float64]
_FREE, _BORDER = 5, 7  # cells of vacuum round the box, and of absorber


@dataclass(frozen=True)
class Enclosure:
    """Inner size along x, y, z, slot along x in the middle of the front, wall thickness; metres."""

    size: tuple[float, float, float] = (0.300, 0.120, 0.300)
    length: float = 0.100
    width: float = 0.005
    wall: float = 0.0015


def robinson(box: Enclosure, frequencies: Real, at: float) -> Real:
    """Shielding effectiveness in dB at the depth `at` (m) on the axis, by the circuit model.

    Robinson et al., IEEE Trans. EMC 40 (1998) 240: the slot is a shorted coplanar strip line at the
    end of a waveguide (TE10) that is shorted at its other end.
    """
    (a, b, d), t, w = box.size, box.wall, box.width
    effective = w - 5 * t / (4 * np.pi) * (1 + np.log(4 * np.pi * w / t))
    root = (1 - (effective / b) ** 2) ** 0.25
    strip = 120 * np.pi**2 / np.log(2 * (1 + root) / (1 - root))
    k = TWO_PI * frequencies / C0
    slot = 0.5j * box.length / a * strip * np.tan(k * box.length / 2)
    ratio = np.sqrt(1 - (np.pi / (k * a)) ** 2 + 0j)
    guide, kg = ETA0 / ratio, k * ratio
    v1, z1 = slot / (ETA0 + slot), ETA0 * slot / (ETA0 + slot)
    v2 = v1 / (np.cos(kg * at) + 1j * z1 / guide * np.sin(kg * at))
    tangent = np.tan(kg * at)
    z2 = (z1 + 1j * guide * tangent) / (1 + 1j * z1 / guide * tangent)
    z3 = 1j * guide * np.tan(kg * (d - at))
    return np.asarray(-20 * np.log10(np.abs(2 * v2 * z3 / (z2 + z3))))


def graded(first: float, reach: float, largest: float) -> Real:
    """Distances of lines from a place with cells from `first` on, growing by 1.3, to `reach`."""
    if reach <= 0.0:
        return np.empty(0)
    steps = [first]
    while sum(steps) < reach:
        steps.append(min(steps[-1] * 1.3, largest))
    return np.asarray(np.cumsum(steps) * reach / sum(steps))


def box_lines(box: Enclosure, cell: float, across: int) -> tuple[list[Real], list[tuple[int, int]]]:
    """All lines of the grid, and the first and last of the box along each axis.

    Cells of about `cell`: an even number along x, an odd one along y with the slot in the middle.
    With `across` above 1 the slot's width is cut into that many cells, and the lines are graded
    around it, across it and through the front.
    """
    n_x, n_z = (2 * round(box.size[a] / cell / 2) for a in (0, 2))
    odd = 2 * round((box.size[1] / cell - 1) / 2) + 1
    x, y = (np.linspace(-b / 2, b / 2, n + 1) for b, n in zip(box.size, (n_x, odd), strict=False))
    z = np.linspace(0, box.size[2], n_z + 1)
    outer = cell * np.arange(1, _FREE + _BORDER + 1)
    front = -outer[::-1]
    if across > 1:
        fine, half = box.width / across, box.width / 2
        upper = half + graded(fine, box.size[1] / 2 - half, cell)
        y = np.concatenate((-upper[::-1], np.linspace(-half, half, across + 1), upper))
        near = graded(fine, box.size[2] / 2, cell)
        z = np.concatenate(([0.0], near, z[n_z // 2 + 1 :]))
        free = graded(fine, _FREE * cell, cell)
        front = -np.concatenate((free, free[-1] + outer[:_BORDER]))[::-1]
    lines = [np.concatenate((v[0] - outer[::-1], v, v[-1] + outer)) for v in (x, y)]
    lines.append(np.concatenate((front, z, z[-1] + outer)))
    first = [outer.size, outer.size, front.size]
    return lines, [(n, n + v.size - 1) for n, v in zip(first, (x, y, z), strict=True)]


def scene(
    box: Enclosure, cell: float, frequencies: Real, *, across: int = 1, **settings: Any
) -> Simulation:
    """The box in a wave from the front, along +z with e along y; its centre is sampled."""
    lines, spans = box_lines(box, cell, across)
    grid = Grid(*lines)
    low, high = (Node(*(span[end] for span in spans)) for end in (0, 1))
    middle = [int(np.argmin(np.abs(grid.x))), (low.j + high.j) // 2]
    middle.append(int(np.argmin(np.abs(grid.z - box.size[2] / 2))))
    painter = Painter(grid)
    corners = [
        [lines[n] for lines, n in zip(grid.lines, node, strict=True)] for node in (low, high)
    ]
    for axis in range(3):
        for end in (0, 1):
            pair = [list(corner) for corner in corners]
            pair[0][axis] = pair[1][axis] = corners[end][axis]
            painter.plate(*pair)
    medium = _with_slot(painter.medium(), grid, box, low, middle, across)
    probe = np.array([[middle[0], middle[1], middle[2]]])
    if across > 1:  # an even number of cells: the centre is a node, with an edge above and below
        probe = np.concatenate((probe, probe - [[0, 1, 0]]))
    wave = PlaneWave(
        (0.0, 0.0, 1.0),
        (0.0, 1.0, 0.0),
        Node(low.i - 3, low.j - 3, _BORDER + 2),
        Node(*(n + 3 for n in high)),
        (corners[0][0], corners[0][1], corners[0][2]),
    )
    samples = FieldSamples("centre", np.array(["e_y"] * len(probe)), probe)
    return Simulation(
        grid,
        medium,
        Pulse(1.2e9),
        Absorber(((_BORDER, _BORDER),) * 3, alpha_max=2e-3),
        plane_wave=wave,
        samples=(samples,),
        frequencies=frequencies,
        **settings,
    )


def _with_slot(
    walls: Medium, grid: Grid, box: Enclosure, low: Node, middle: list[int], across: int
) -> Medium:
    i_0, i_1 = (int(np.argmin(np.abs(grid.x - s * box.length / 2))) for s in (-1, 1))
    if across == 1:
        lo, hi = Node(i_0, middle[1], low.k), Node(i_1, middle[1] + 1, low.k)
        return with_slots(grid, walls, (Slot("slot", lo, hi, box.width, box.wall),))
    j_0, j_1 = (int(np.argmin(np.abs(grid.y - s * box.width / 2))) for s in (-1, 1))
    x, y, z = (ids.copy() for ids in walls.ids)
    x[i_0:i_1, j_0 + 1 : j_1, low.k] = VACUUM_ROW
    y[i_0 + 1 : i_1, j_0:j_1, low.k] = VACUUM_ROW
    return Medium(x, y, z, walls.permittivity, walls.conductivity)


def shielding(result: RunResult) -> Real:
    """Shielding effectiveness in dB: the wave's field over that in the centre of the box."""
    inside = result.spectra["centre"].mean(axis=1)
    return np.asarray(20 * np.log10(np.abs(result.source / inside)))


def measured(simulation: Simulation, machine: Backend, steps: int) -> tuple[Real, RunResult]:
    """Shielding after `steps` at most, however the run ends."""
    result = run(simulation, machine, StopRule(-300, -300, max_steps=steps))
    return shielding(result), result
