"""Boxes with conformal metal in them: their weights, their energy, and how they ring."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator, eigsh, spsolve

from emtwin.backends import Backend
from emtwin.constants import EPS0, MU0
from emtwin.grid import Grid, distances
from emtwin.grid.cut_cells import whole_areas, whole_lengths
from emtwin.grid.distances import Distance
from emtwin.grid.medium import Medium
from emtwin.solver import Absorber, ConformalMetal, Pulse, Simulation, Stepper
from tests.physics.cavity import fitted_frequency

Real = NDArray[np.float64]


def rotation(rng: np.random.Generator) -> Real:
    """Three random unit vectors at right angles."""
    axes: Real = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    return axes


def random_grid(rng: np.random.Generator, cells: int, *, graded: bool) -> Grid:
    """About a millimetre per cell; graded ones differ by up to a factor of two."""
    if not graded:
        return Grid.uniform((cells,) * 3, 1e-3)
    return Grid(*(np.append(0, np.cumsum(1e-3 * (1 + rng.random(cells)))) for _ in range(3)))


def random_body(rng: np.random.Generator, grid: Grid, kind: str) -> Distance:
    """A ball, a turned box, or the wall of a cavity of such a shape, somewhere in the middle."""
    size = np.array([lines[-1] for lines in grid.lines])
    middle = tuple(size * rng.uniform(0.45, 0.55, 3))
    shape = kind.removesuffix(" cavity")
    body = {
        "ball": lambda: distances.sphere(middle, size.min() * rng.uniform(0.25, 0.38)),
        "box": lambda: distances.box(middle, size * rng.uniform(0.4, 0.55, 3), rotation(rng)),
        "cylinder": lambda: distances.cylinder(
            tuple(middle - 0.25 * size * rotation(rng)[0]), middle, size.min() * 0.27
        ),
    }[shape]()
    return distances.outside(body) if kind.endswith("cavity") else body


def closed_box(grid: Grid, metal: Distance, **changes: Any) -> Simulation:
    """A box of perfect conductor with conformal metal in it, without a source."""
    settings: dict[str, Any] = {"absorber": Absorber.none()} | changes
    elements = (ConformalMetal.of("metal", grid, metal),)
    return Simulation(grid, Medium.vacuum(grid), Pulse(1e9), elements=elements, **settings)


def edge_masses(simulation: Simulation) -> list[Real]:
    """Length outside metal times dual area of every edge that may carry a field, else zero."""
    grid, masses = simulation.grid, []
    metal = [e for e in simulation.elements if isinstance(e, ConformalMetal)]
    for axis in range(3):
        across = [np.ones(n) if a == axis else _inner(grid, a) for a, n in enumerate(grid.nodes)]
        length = metal[0].cells.lengths[axis] if metal else whole_lengths(grid, axis)
        carries = simulation.medium.ids[axis] > 0
        masses.append(np.where(carries, length, 0.0) * np.einsum("i,j,k->ijk", *across))
    return masses


def _inner(grid: Grid, axis: int) -> Real:
    """Distances of cell centres; zero at the two ends, where tangential edges are metal."""
    dual = grid.dual_spacings[axis].copy()
    dual[[0, -1]] = 0.0
    return dual


class Weighed:
    """Fields of a run as one vector of e on the edges that carry one."""

    def __init__(self, simulation: Simulation, backend: Backend) -> None:
        self.simulation, self.backend = simulation, backend
        self.stepper = Stepper(simulation, backend)
        self.program = backend.program(self.stepper.stages())
        masses, layout = edge_masses(simulation), self.stepper.layout
        carried = [np.argwhere(mass > 0) for mass in masses]
        self.mass = EPS0 * np.concatenate(
            [mass[tuple(index.T)] for mass, index in zip(masses, carried, strict=True)]
        )
        self.offset = np.concatenate(
            [layout.offset(f"e_{a}", index) for a, index in zip("xyz", carried, strict=True)]
        )
        self.carried = carried

    def put(self, e: Real) -> None:
        """Set e, and h to zero."""
        fields = np.zeros(self.stepper.layout.total)
        fields[self.offset] = e
        self.stepper.fields[:] = self.backend.upload(fields)

    def fields(self) -> Real:
        """All six components."""
        return self.backend.download(self.stepper.fields).astype(np.float64)

    def largest_frequency(self) -> float:
        """Largest natural frequency in rad/s of the kernels themselves.

        From h = 0 one step gives e - dt^2 K e; K is symmetric in the weights of the edges.
        """
        root = np.sqrt(self.mass)

        def squared(x: Real) -> Real:
            self.put(x.ravel() / root)
            self.program.run(0, 1)
            after: Real = root * self.fields()[self.offset]
            return (x.ravel() - after) / self.stepper.dt**2

        size = root.size
        operator = LinearOperator((size, size), matvec=squared, dtype=np.float64)
        start = np.random.default_rng(0).normal(size=size)
        top = eigsh(operator, k=1, which="LA", tol=1e-4, v0=start, return_eigenvectors=False)
        return float(np.sqrt(top[0]))

    def energy(self, before: Real, after: Real) -> float:
        """e^n . M e^n / 2 + phi^(n-1/2) . N phi^(n+1/2) / 2; see `conformal.face_sharing`."""
        metal = self.simulation.elements[0]
        assert isinstance(metal, ConformalMetal)
        grid, update = metal.grid, metal.update
        total = float(np.sum(self.mass * before[self.offset] ** 2))
        volumes, duals = [], []
        for axis in range(3):
            shape = [-1 if a == axis else 1 for a in range(3)]
            dual = np.broadcast_to(grid.dual_spacings[axis].reshape(shape), grid.nodes)
            duals.append(dual.ravel())
            volumes.append((whole_areas(grid, axis) * dual).ravel())
        h = [self._magnetic(fields) for fields in (before, after)]
        volume = np.concatenate(volumes)
        volume[np.concatenate((update.faces, update.closed))] = 0.0
        total += MU0 * float(np.sum(volume * h[0] * h[1]))
        dual, transposed = np.concatenate(duals)[update.faces], update.regions.T.tocsc()
        one, two = (spsolve(transposed, dual * values[update.faces]) for values in h)
        return (total + float(np.sum(one * two / update.stiffness))) / 2

    def _magnetic(self, fields: Real) -> Real:
        layout = self.stepper.layout
        return np.concatenate([layout.component(fields, f"h_{a}").ravel() for a in "xyz"])


def ringing_frequency(
    simulation: Simulation,
    backend: Backend,
    mode: Callable[[Real], Real],
    expected: float,
    periods: int = 16,
) -> float:
    """Frequency in Hz of a mode, begun with its continuous field (points (n, 3) to e (n, 3)).

    What is followed is the projection on the field at the start, so that other modes, which the
    start holds to the order of its error, enter with the square of that.
    """
    box, grid = Weighed(simulation, backend), simulation.grid
    start = []
    for axis, index in enumerate(box.carried):
        lines = [grid.centres[a] if a == axis else grid.lines[a] for a in range(3)]
        places = np.stack([lines[a][index[:, a]] for a in range(3)], axis=1)
        start.append(mode(places)[:, axis])
    e = np.concatenate(start)
    box.put(e)
    every = max(1, int(1 / (8 * expected * simulation.dt)))
    trace = [1.0]
    for n in range(8 * periods):
        box.program.run(n * every, every)
        trace.append(float((box.mass * e) @ box.fields()[box.offset] / ((box.mass * e) @ e)))
    return fitted_frequency(np.array(trace), every * simulation.dt)
