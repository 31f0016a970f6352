"""Scenes that any FDTD code can run, with what they should give: the same lines for every code.

Each is declared once, in nodes of its grid; `Scene.simulation` makes it for emtwin, and
`benchmarks.openems` for openEMS. Its verdicts come from readings at the probes alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks import peer_references as references
from benchmarks.probes import Current, Reading, Voltage, from_traces, monitors
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Medium
from emtwin.grid.painter import Painter
from emtwin.materials import Material
from emtwin.solver import Absorber, CurrentElement, Pulse, Simulation
from emtwin.solver.boundaries.absorber import Layers

Real = NDArray[np.float64]
Point = tuple[float, float, float]
_NONE: Layers = ((0, 0),) * 3
DEPTH = 10


@dataclass(frozen=True)
class Figure:
    """One figure that a code is judged by.

    Parameters
    ----------
    name : str
        What it is.
    value : float
        The figure.
    unit : str
        Its unit.
    floor : float or None
        Error that is as good as none; None for a figure that is no error.
    """

    name: str
    value: float
    unit: str
    floor: float | None = 0.0


Readings = Mapping[str, Reading]
Judge = Callable[["Scene", Readings, float], list[Figure]]


@dataclass(frozen=True, eq=False)
class Scene:
    """A grid of vacuum with a block and plates, driven by impressed currents.

    Parameters
    ----------
    name : str
        What it is.
    grid : Grid
        Lines, absorber included.
    pulse : Pulse
        Waveform of the currents, in ampere.
    currents : tuple of CurrentElement
        The driven edges.
    probes : tuple of Voltage or Current
        What is written down.
    steps, every : int
        Time steps, and steps from one line of a reading to the next.
    judge : callable
        Figures from readings and time step.
    absorber : tuple of (int, int)
        Absorbing cells of each face; a perfect conductor where 0.
    block : tuple of two points, optional
        Corners of the dielectric in metres.
    permittivity : float
        Relative permittivity of the block.
    plates : tuple of pairs of points
        Corners in metres of conducting plates, each in one grid plane.
    """

    name: str
    grid: Grid
    pulse: Pulse
    currents: tuple[CurrentElement, ...]
    probes: tuple[Voltage | Current, ...]
    steps: int
    every: int
    judge: Judge
    absorber: Layers = _NONE
    block: tuple[Point, Point] | None = None
    permittivity: float = 1.0
    plates: tuple[tuple[Point, Point], ...] = ()

    def figures(self, readings: Readings, dt: float) -> list[Figure]:
        """Verdicts on what a code read at a time step of `dt` seconds."""
        return self.judge(self, readings, dt)

    def medium(self) -> Medium:
        """Material of the edges."""
        painter = Painter(self.grid)
        if self.block is not None:
            material = Material("block", self.permittivity, 0.0, False, "definition of the scene")
            painter.box(*self.block, material)
        for lo, hi in self.plates:
            painter.plate(lo, hi)
        return painter.medium()

    def simulation(self) -> Simulation:
        """The scene for emtwin."""
        recorders = [m for probe in self.probes for m in monitors(probe, self.every)]
        return Simulation(
            self.grid,
            self.medium(),
            self.pulse,
            Absorber(self.absorber),
            currents=self.currents,
            elements=tuple(recorders),
        )

    def readings(self, traces: Mapping[str, Real], times: Mapping[str, Real]) -> Readings:
        """Readings of the probes from `RunResult.traces` and `RunResult.times`."""
        return {probe.name: from_traces(probe, self.grid, traces, times) for probe in self.probes}


# -- the three scenes ------------------------------------------------------------------------


def scenes(*, quick: bool) -> list[Scene]:
    """All scenes, in the order of the table."""
    return [cavity(quick=quick), dipole(quick=quick), microstrip(quick=quick)]


CAVITY_MODES = {
    "x": ((0, 1, 1), (1, 1, 1)),
    "y": ((1, 0, 1), (1, 1, 1)),
    "z": ((1, 1, 0), (1, 1, 1), (2, 1, 0)),
}
"""Modes looked for in each field component: two lie 0.1 MHz apart, but in different components."""

ROUNDING = 2e-7
"""Shift of a mode by three coefficients rounded to float32, the tolerance of the tests."""


def cavity(*, quick: bool) -> Scene:
    """Empty box of perfect conductor; its modes at the frequencies of the discrete equations."""
    grid = Grid.uniform((20, 16, 24), (15e-3, 20e-3, 12.5e-3))
    source, place = Node(3, 3, 5), Node(13, 5, 8)
    return Scene(
        "PEC cavity",
        grid,
        Pulse(0.85e9),
        tuple(CurrentElement(f"e_{axis}", source) for axis in "xyz"),
        tuple(Voltage(axis, place, _after(place, a)) for a, axis in enumerate("xyz")),
        4096 if quick else 8192,
        6 if quick else 8,
        _judge_cavity,
    )


def _judge_cavity(scene: Scene, readings: Readings, dt: float) -> list[Figure]:
    sizes = tuple(float(d[0]) for d in scene.grid.spacings)
    worst = 0.0
    for axis, modes in CAVITY_MODES.items():
        ringing = references.ringing_after(readings[axis], scene.pulse.duration)
        for mode in modes:
            expected = references.cavity_frequency(mode, scene.grid.shape, sizes, dt)
            worst = max(worst, float(np.abs(ringing / expected - 1).min()))
    return [Figure("frequencies of five modes, largest error", worst, "relative", ROUNDING)]


DIPOLE_FREQUENCIES = np.array([100e6, 300e6, 1e9])
_DIPOLE_POINTS = ((18, 0, 2), (20, 0, 14), (8, 12, 24), (-16, 14, 0))


def dipole(*, quick: bool) -> Scene:
    """Upright current element of one edge over a conducting plane, cells of 10 mm."""
    across, up, height = (60, 44, 7) if quick else (80, 56, 7)
    grid = Grid.uniform((across, across, up), 10e-3)
    middle = across // 2
    shrink = 0.75 if quick else 1.0
    nodes = [
        Node(middle + round(shrink * x), middle + round(shrink * y), round(shrink * z))
        for x, y, z in _DIPOLE_POINTS
    ]
    return Scene(
        "dipole over ground",
        grid,
        Pulse(1e9),
        (CurrentElement("e_z", Node(middle, middle, height)),),
        tuple(Voltage(f"p{n}", node, _after(node, 2)) for n, node in enumerate(nodes)),
        1024,
        6,
        _judge_dipole,
        ((DEPTH, DEPTH), (DEPTH, DEPTH), (0, DEPTH)),
    )


def _judge_dipole(scene: Scene, readings: Readings, dt: float) -> list[Figure]:
    del dt
    [source] = scene.currents
    frequencies, cell = DIPOLE_FREQUENCIES, float(scene.grid.spacings[2][0])
    voltages = [probe for probe in scene.probes if isinstance(probe, Voltage)]
    points = np.array([_middle(scene.grid, probe.start) for probe in voltages])
    driven = references.pulse_spectrum(scene.pulse, frequencies)
    expected = references.dipole_over_ground(
        _middle(scene.grid, source.node), source.current * cell * driven, frequencies, points
    )
    found = np.stack([readings[p.name].spectrum(frequencies) / cell for p in voltages], 1)
    # Against the size of the whole vector: its upright part alone has zeros.
    missed = np.abs(found - expected[:, :, 2]) / np.linalg.norm(expected, axis=2)
    worst = missed.max(axis=1)
    return [
        Figure(
            f"E_z at {len(voltages)} points, {f / 1e6:g} MHz, largest error", float(e), "relative"
        )
        for f, e in zip(frequencies, worst, strict=True)
    ]


WIDTH, HEIGHT, PERMITTIVITY = 3e-3, 1.6e-3, 4.4
MICROSTRIP_FREQUENCY = 1e9


def microstrip(*, quick: bool) -> Scene:
    """Open microstrip that begins and ends in the absorber: one travelling wave on it."""
    cells_x = 70 if quick else 100
    x = np.linspace(0.0, 0.5e-3 * cells_x, cells_x + 1)
    side = _growing(0.25e-3, 15e-3, 2e-3)
    y = np.concatenate(
        (-WIDTH / 2 - side[::-1], np.linspace(-WIDTH / 2, WIDTH / 2, 13), WIDTH / 2 + side)
    )
    z = np.append(np.linspace(0.0, HEIGHT, 9), HEIGHT + _growing(0.2e-3, 12e-3, 2e-3))
    grid = Grid(x, y, z)
    top, left = 8, side.size
    right, middle = left + 12, left + 6
    at = cells_x * 3 // 5
    return Scene(
        "microstrip",
        grid,
        Pulse(10e9),
        tuple(CurrentElement("e_z", Node(DEPTH + 6, middle, k)) for k in range(top)),
        (
            Voltage("v", Node(at, middle, 0), Node(at, middle, top)),
            Current("i0", Node(at - 1, left, top), Node(at - 1, right, top)),
            Current("i1", Node(at, left, top), Node(at, right, top)),
        ),
        1536 if quick else 1888,
        16,
        _judge_microstrip,
        ((DEPTH, DEPTH), (DEPTH, DEPTH), (0, DEPTH)),
        ((float(x[0]), float(y[0]), 0.0), (float(x[-1]), float(y[-1]), HEIGHT)),
        PERMITTIVITY,
        (((float(x[0]), -WIDTH / 2, HEIGHT), (float(x[-1]), WIDTH / 2, HEIGHT)),),
    )


def _judge_microstrip(scene: Scene, readings: Readings, dt: float) -> list[Figure]:
    """Impedance of the wave that travels along x: v is from strip to ground, i along x."""
    del scene, dt
    v, i0, i1 = (
        complex(readings[name].spectrum(np.array([MICROSTRIP_FREQUENCY]))[0])
        for name in ("v", "i0", "i1")
    )
    found = -v / (0.5 * (i0 + i1))
    expected = references.microstrip_impedance(WIDTH, HEIGHT, PERMITTIVITY)
    return [
        Figure("Re Z at 1 GHz", found.real, "ohm", None),
        Figure(f"Z at 1 GHz against {expected:.2f} ohm", abs(found / expected - 1), "relative"),
    ]


def _after(node: Node, axis: int) -> Node:
    index = list(node)
    index[axis] += 1
    return Node(*index)


def _middle(grid: Grid, node: Node) -> Point:
    """Middle of the upright edge at a node, in metres."""
    return float(grid.x[node.i]), float(grid.y[node.j]), float(grid.centres[2][node.k])


def _growing(first: float, reach: float, largest: float) -> Real:
    """Distances of lines from a surface: cells that grow by 1.2 to `reach`, then the absorber's."""
    lines: list[float] = []
    size = at = first
    while at < reach:
        lines.append(at)
        size = min(1.2 * size, largest)
        at += size
    lines.append(at)
    return np.array([*lines, *(at + size * (n + 1) for n in range(DEPTH))])
