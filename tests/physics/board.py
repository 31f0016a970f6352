"""A trace over a small board: once inside one cell, once as a finely meshed strip."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.solver import (
    Absorber,
    EdgePort,
    HuygensSurface,
    Pulse,
    Simulation,
    StopRule,
    Trace,
    WireEnd,
    run,
)
from emtwin.solver.radiation.near_to_far import far_field

BOARD, PERMITTIVITY, WIDTH = 1.6e-3, 4.4, 0.3e-3
HALF_LENGTH, HALF_WIDTH, TRACE_END = 40e-3, 20e-3, 30e-3
SOURCE, LOAD = 50.0, 75.0
FREQUENCIES = np.geomspace(30e6, 1e9, 16)
DIRECTIONS = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.6, 0, 0.8], [0, 0.6, 0.8]], float)
Lines = NDArray[np.float64]
Mesh = Literal["cell", "strip", "coarse strip"]
"""The board in one cell with a sub-cell trace, or the trace as a strip of cells."""


def fine_height_lines(height: float, cells: int) -> Lines:
    """At most `cells` cells below the strip, growing ones above it."""
    lines = list(np.linspace(0.0, height, max(1, min(cells, round(height / 0.1e-3))) + 1))
    while lines[-1] < BOARD - 1e-9:
        lines.append(min(BOARD, lines[-1] + max(0.1e-3, 1.3 * (lines[-1] - lines[-2]))))
    if lines[-1] - lines[-2] < 0.05e-3:
        lines.pop(-2)
    return np.array(lines)


def _widened(core: Lines, half: float, absorber: int, largest: float = 20e-3) -> Lines:
    """Growing cells out to `half`, then the absorber's."""
    sides = []
    for direction, edge, first in (
        (-1, core[0], core[1] - core[0]),
        (1, core[-1], core[-1] - core[-2]),
    ):
        side, step, at = [], first, edge
        while direction * at < half:
            step = min(1.25 * step, largest)
            at += direction * step
            side.append(at)
        side += [at + direction * step * (n + 1) for n in range(absorber)]
        sides.append(side)
    return np.array([*sides[0][::-1], *core, *sides[1]])


def _grid(height: float, mesh: Mesh) -> Grid:
    if mesh == "cell":
        step, across, up = 5e-3, np.arange(-4, 5) * 5e-3, np.array([0.0, BOARD])
    elif mesh == "strip":
        right = np.array([0, 0.1, 0.25, 0.5, 0.9, 1.6, 2.5, 4, 6, 8, 10, 12, 14, 16, 18, 20]) * 1e-3
        step, across = 2e-3, np.concatenate((-right[:0:-1], right))
        up = fine_height_lines(height, 4)
    else:
        right = np.array([0, 0.1, 0.3, 0.7, 1.5, 3, 5.5, 10, 15, 20]) * 1e-3
        step, across = 5e-3, np.concatenate((-right[:0:-1], right))
        up = fine_height_lines(height, 2)
    along = np.arange(-round(HALF_LENGTH / step), round(HALF_LENGTH / step) + 1) * step
    half, cells = (0.06, 8) if mesh == "coarse strip" else (0.1, 10)
    return Grid(
        _widened(along, half, cells), _widened(across, half, cells), _widened(up, 0.8 * half, cells)
    )


def _medium(grid: Grid, strip: tuple[slice, slice, int] | None) -> Medium:
    """Ground plane at z = 0, dielectric above it; `strip` names the conductor's nodes."""
    ids = [volume.copy() for volume in Medium.vacuum(grid).ids]
    (i0, i1), (j0, j1), (k0, k1) = (
        (_at(lines, low), _at(lines, high))
        for lines, low, high in zip(
            grid.lines,
            (-HALF_LENGTH, -HALF_WIDTH, 0),
            (HALF_LENGTH, HALF_WIDTH, BOARD),
            strict=True,
        )
    )
    for axis, volume in enumerate(ids):
        here = (slice(i0, i1 + (axis != 0)), slice(j0, j1 + (axis != 1)))
        volume[(*here, slice(k0, k1 + (axis != 2)))] = 2
        if axis != 2:
            volume[(*here, k1)] = 3
            volume[(*here, k0)] = 0
    if strip is not None:
        along, across, k = strip
        ids[0][slice(along.start, along.stop - 1), across, k] = 0
        ids[1][along, slice(across.start, across.stop - 1), k] = 0
    permittivity = np.array([1, 1, PERMITTIVITY, (1 + PERMITTIVITY) / 2])
    return Medium(*ids, permittivity, np.zeros(4))


def _at(lines: Lines, value: float) -> int:
    return int(np.argmin(np.abs(lines - value)))


def scene(height: float, mesh: Mesh) -> Simulation:
    """The driven board with its near-to-far surface."""
    grid = _grid(height, mesh)
    i0, i1 = _at(grid.x, -TRACE_END), _at(grid.x, TRACE_END)
    j, k0, top = _at(grid.y, 0.0), _at(grid.z, 0.0), _at(grid.z, height)
    conductors: dict[str, Any]
    if mesh != "cell":
        strip = (slice(i0, i1 + 1), slice(j - 1, j + 2), top)
        ends = (
            EdgePort("p", Node(i0, j, k0), Node(i0, j, top), SOURCE),
            EdgePort("q", Node(i1, j, k0), Node(i1, j, top), LOAD),
        )
        medium, conductors = _medium(grid, strip), {"ports": ends}
    else:
        path = np.array([[i, j, k0] for i in range(i0, i1 + 1)])
        around = PERMITTIVITY if height < BOARD else (1 + PERMITTIVITY) / 2
        ends_of_trace = WireEnd("bonded", SOURCE, "p"), WireEnd("bonded", LOAD)
        trace = Trace("trace", path, height, WIDTH, *ends_of_trace, permittivity=around)
        medium, conductors = _medium(grid, None), {"traces": (trace,)}
    side = 0.05 if mesh == "coarse strip" else 0.07
    corners = [Node(*(_at(lines, at) for lines in grid.lines)) for at in (-side, side)]
    return Simulation(
        grid,
        medium,
        Pulse(1e9),
        Absorber(((8, 8),) * 3 if mesh == "coarse strip" else ((10, 10),) * 3, alpha_max=3e-3),
        driven="p",
        surface=HuygensSurface(grid, corners[0], corners[1]),
        frequencies=FREQUENCIES,
        **conductors,
    )


def below(scene: Simulation) -> Simulation:
    """The scene seen in a mirror that lies flat: the board hangs below its plane."""
    (trace,), surface, last = scene.traces, scene.surface, scene.grid.z.size - 1
    assert surface is not None
    grid = Grid(scene.grid.x, scene.grid.y, -scene.grid.z[::-1])
    # Edges along z have one plane less than nodes, and the unused one is the last.
    along, upright = (v[:, :, ::-1].copy() for v in scene.medium.ids[:2]), scene.medium.ids[2]
    turned = np.concatenate((upright[:, :, -2::-1], upright[:, :, -1:]), axis=2)
    medium = Medium(*along, turned, scene.medium.permittivity, scene.medium.conductivity)
    flip = np.array([1, 1, -1]), np.array([0, 0, last])
    corners = [
        Node(a.i, a.j, last - b.k) for a, b in ((surface.lo, surface.hi), (surface.hi, surface.lo))
    ]
    return replace(
        scene,
        grid=grid,
        medium=medium,
        traces=(replace(trace, nodes=trace.nodes * flip[0] + flip[1], below=True),),
        surface=HuygensSurface(grid, *corners),
    )


def emission(height: float, backend: Backend, mesh: Mesh, stop: StopRule) -> Lines:
    """Radiated power over five directions per volt of source, at each frequency, in dB."""
    result = run(scene(height, mesh), backend, stop)
    assert result.currents is not None
    assert result.finished_by == "decay", (result.decay_db, result.port_decay_db)
    field = far_field(result.currents, DIRECTIONS) / result.source[:, None, None]
    level: Lines = 10 * np.log10((np.abs(field) ** 2).sum((1, 2)))
    return level
