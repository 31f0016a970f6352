"""A line of cells along z that is one-dimensional to 1e-24, and its exact discrete answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.constants import C0, EPS0, MU0, TWO_PI
from emtwin.grid import Grid, Node
from emtwin.grid.medium import Faces, Medium
from emtwin.rational import PoleResidue
from emtwin.solver import Absorber, CurrentElement, Pulse, Simulation
from tests.physics.scenes import spectrum, traces

Complex = NDArray[np.complex128]
Function = Callable[[Complex], Any]


@dataclass(frozen=True)
class Stuff:
    """A material of the line: e_x sees `permittivity`, h_y `permeability`."""

    permittivity: float = 1.0
    conductivity: float = 0.0
    poles: PoleResidue | None = None
    permeability: float = 1.0
    magnetic_loss: float = 0.0

    def eps(self, s: Complex) -> Complex:
        """Relative permittivity at s."""
        chi = 0.0 if self.poles is None else self.poles(s)
        return np.asarray(self.permittivity + self.conductivity / (s * EPS0) + chi, np.complex128)

    def mu(self, s: Complex) -> Complex:
        """Relative permeability at s."""
        return np.asarray(self.permeability + self.magnetic_loss / (s * MU0), np.complex128)

    def mixed(self, other: Stuff, share: float) -> Stuff:
        """What an edge has of which `share` lies in `self` and the rest in `other`."""
        poles = PoleResidue()
        for stuff, part in ((self, share), (other, 1 - share)):
            if stuff.poles is not None:
                poles += stuff.poles.scaled(part)
        return Stuff(
            share * self.permittivity + (1 - share) * other.permittivity,
            share * self.conductivity + (1 - share) * other.conductivity,
            poles if poles.poles else None,
        )


VACUUM = Stuff()


@dataclass(frozen=True)
class Line:
    """Materials of nodes (for e_x) and of cells (for h_y) on lines z.

    Parameters
    ----------
    z : ndarray, shape (n + 1,)
        Line coordinates in metres.
    nodes, cells : dict of int to Stuff
        What is not vacuum.
    """

    z: NDArray[np.float64]
    nodes: Mapping[int, Stuff] = field(default_factory=dict)
    cells: Mapping[int, Stuff] = field(default_factory=dict)

    @classmethod
    def slab(cls, z: NDArray[np.float64], first: int, count: int, stuff: Stuff) -> Line:
        """`count` cells of `stuff` from node `first` on, the nodes at its faces half of it."""
        nodes = dict.fromkeys(range(first + 1, first + count), stuff)
        nodes |= dict.fromkeys((first, first + count), stuff.mixed(VACUUM, 0.5))
        return cls(z, nodes, dict.fromkeys(range(first, first + count), stuff))

    def medium(self) -> Medium:
        """Rows of e_x at (0, 1, k) and of h_y at (0, 1, k)."""
        grid, stuff = self.grid, [VACUUM, VACUUM, *self.nodes.values()]
        vacuum = Medium.vacuum(grid)
        ids = vacuum.ids_x.copy()
        for row, k in enumerate(self.nodes, start=2):
            ids[0, :, k] = row
        return Medium(
            ids,
            vacuum.ids_y,
            vacuum.ids_z,
            np.array([s.permittivity for s in stuff]),
            np.array([s.conductivity for s in stuff]),
            self._faces(grid),
            {row: s.poles for row, s in enumerate(stuff) if s.poles is not None},
        )

    def _faces(self, grid: Grid) -> Faces | None:
        if all(s.permeability == 1 and s.magnetic_loss == 0 for s in self.cells.values()):
            return None
        stuff, vacuum = [VACUUM, VACUUM, *self.cells.values()], Faces.vacuum(grid)
        ids = vacuum.ids_y.copy()
        for row, k in enumerate(self.cells, start=2):
            ids[0, :, k] = row
        mu = np.array([s.permeability for s in stuff])
        loss = np.array([s.magnetic_loss for s in stuff])
        return Faces(vacuum.ids_x, ids, vacuum.ids_z, mu, loss)

    @property
    def grid(self) -> Grid:
        """Cells of 1e9 m across: one along x, two along y."""
        far = 1e9 * np.arange(3)
        return Grid(far[:2], far, self.z)

    def simulation(self, source: int, f_max: float, **changes: Any) -> Simulation:
        """A sheet of current at node `source`."""
        drive = CurrentElement("e_x", Node(0, 1, source), 1e9)
        settings: dict[str, Any] = {"absorber": Absorber.none(), "currents": (drive,)} | changes
        return Simulation(self.grid, self.medium(), Pulse(f_max), **settings)


def measured(
    line: Line,
    machine: Backend,
    places: tuple[int, int, int],
    frequency: NDArray[np.float64],
    steps: int,
    **settings: Any,
) -> tuple[Complex, Complex, float]:
    """Reflection at `front` and transmission at `back` of (source, front, back), and dt.

    The incident wave is that of a run without the materials.
    """
    source, front, back = places
    probes = np.array([[0, 1, front], [0, 1, back]])
    found, dt = [], 0.0
    for scene in (Line(line.z), line):
        simulation = scene.simulation(source, **settings)
        dt = simulation.dt
        trace = traces(simulation, machine, "e_x", probes, steps)
        found.append(spectrum(trace, dt, frequency))
    incident, total = found
    reflection: Complex = (total[:, 0] - incident[:, 0]) / incident[:, 0]
    transmission: Complex = total[:, 1] / incident[:, 1]
    return reflection, transmission, dt


def discrete(
    line: Line, front: int, back: int, frequency: NDArray[np.float64], dt: float
) -> tuple[Complex, Complex]:
    """What `measured` has to find, from the discrete equations on a uniform line.

    d/dt is s_d = (2j/dt) tan(w dt / 2) inside the materials; each curl divides by
    j W = (2j/dt) sin(w dt / 2), because a difference over a step stands beside mean values.
    """
    dz = float(line.z[1] - line.z[0])
    half = np.pi * frequency * dt
    s, jw = 2j / dt * np.tan(half), 2j / dt * np.sin(half)
    turn = np.exp(-2j * np.arcsin(jw.imag * dz / (2 * C0)))  # vacuum, one cell
    low, high = min(front, *line.nodes, *line.cells) - 2, max(back, *line.nodes, *line.cells) + 2
    e, h = np.ones(frequency.size, complex), -(turn - 1) / (jw * MU0 * dz)
    values = {high: e}
    for k in range(high, low, -1):
        h = h + jw * EPS0 * line.nodes.get(k, VACUUM).eps(s) * dz * e
        e = e + jw * MU0 * line.cells.get(k - 1, VACUUM).mu(s) * dz * h
        values[k - 1] = e
    forward = (values[low] - values[low + 1] * turn) / (1 - turn**2)  # at node `low`
    incident = {k: forward * turn ** (k - low) for k in (front, back)}
    return (values[front] - incident[front]) / incident[front], values[back] / incident[back]


def continuous(
    stuff: Stuff, thickness: float, frequency: NDArray[np.float64]
) -> tuple[Complex, Complex]:
    """Reflection at the face and transmission (through the slab against through vacuum)."""
    s = 1j * TWO_PI * frequency
    eps, mu = stuff.eps(s), stuff.mu(s)
    impedance, index = np.sqrt(mu / eps), np.sqrt(mu * eps)
    face = (impedance - 1) / (impedance + 1)
    through = np.exp(-s / C0 * index * thickness)
    below = 1 - face**2 * through**2
    removed = np.exp(-s / C0 * thickness)
    return face * (1 - through**2) / below, (1 - face**2) * through / below / removed
