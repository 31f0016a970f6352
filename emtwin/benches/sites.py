"""The electromagnetic environments of the tests, with the device placed in them.

`free_space` stands for the absorber-lined chamber of the immunity test: absorber on all sides, and
a lead that would go to the floor hangs down with its end open. `over_floor` is the emission site:
the table top 0.8 m above a conducting floor that is part of the grid; the lead goes down to it and
ends in a port of its own, so that every common-mode impedance can be attached afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.benches.conductors import place_traces, place_wires
from emtwin.benches.placement import BYTES_PER_CELL, check_paths, located, refuse_if_too_large
from emtwin.benches.site_ports import SitePort
from emtwin.constants import C0, EPS0, TWO_PI
from emtwin.errors import Notice
from emtwin.grid import Grid, Node
from emtwin.scene import Cable, EndFloor, LoadedTwin
from emtwin.solver import (
    Absorber,
    FieldSamples,
    HuygensSurface,
    Pulse,
    Simulation,
    Trace,
    Wire,
)
from emtwin.solver.wire_network import build_network
from emtwin.voxel import Body, Box, VoxelModel, plan, voxelise

TABLE_HEIGHT = 0.8
"""Height of the table top over the floor in metres (IEC 61000-4-3, CISPR 16-2-3)."""

_CLEARANCE = (
    3  # cells between conductors and the near-to-far surface, and from there to the absorber
)


@dataclass(frozen=True, eq=False)
class Site:
    """The device in one environment, ready to be run.

    Parameters
    ----------
    name : str
        ``free_space`` or ``over_floor``.
    model : VoxelModel
        Voxels, medium and audit.
    wires, traces : tuple
        Thin conductors on the grid.
    lines : tuple of (str, ndarray)
        Their paths in metres, for pictures.
    ports : tuple of SitePort
        All ports, in the order of the port model.
    surface : HuygensSurface
        Near-to-far surface.
    absorber : Absorber
        Absorbing layers.
    pulse : Pulse
        Waveform of every run of this site.
    frequencies : ndarray of float64
        Frequencies of the port model, Hz.
    floor : float or None
        Height of the floor in metres.
    notices : tuple of Notice
        What the mesh planner and the voxeliser have to say.
    """

    name: str
    model: VoxelModel
    wires: tuple[Wire, ...]
    traces: tuple[Trace, ...]
    lines: tuple[tuple[str, NDArray[np.float64]], ...]
    ports: tuple[SitePort, ...]
    surface: HuygensSurface
    absorber: Absorber
    pulse: Pulse
    frequencies: NDArray[np.float64]
    floor: float | None
    notices: tuple[Notice, ...]

    @property
    def grid(self) -> Grid:
        """The grid."""
        return self.model.grid

    def simulation(self, driven: str, samples: Sequence[FieldSamples] = ()) -> Simulation:
        """The run in which one port is driven."""
        return Simulation(
            grid=self.grid,
            medium=self.model.medium,
            pulse=self.pulse,
            absorber=self.absorber,
            wires=self.wires,
            traces=self.traces,
            driven=driven,
            surface=self.surface,
            samples=tuple(samples),
            frequencies=self.frequencies,
        )

    def driven_ports(self, targets: Sequence[str]) -> tuple[str, ...]:
        """Ports that need a run: the targets, and those not terminated in their reference."""
        return tuple(p.name for p in self.ports if p.name in targets or not p.is_reference)

    def terminations(self) -> NDArray[np.complex128]:
        """Declared terminations, shape (nf, N), ohm."""
        return np.stack([port.impedance(self.frequencies) for port in self.ports], axis=-1)


def build_site(
    loaded: LoadedTwin,
    bodies: tuple[Body, ...],
    *,
    over_floor: bool,
    f_max: float,
    frequencies: NDArray[np.float64],
    refinement: float = 1.0,
) -> Site:
    """Place the device in a site and discretise it.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    bodies : tuple of Body
        Its parts.
    over_floor : bool
        With the conducting floor, or in free space.
    f_max : float
        Highest frequency that the mesh must carry, Hz.
    frequencies : ndarray of float64
        Frequencies wanted, Hz.
    refinement : float
        Factor on the cell sizes; above 1 coarser (for the convergence run).

    Returns
    -------
    Site
        The discrete site.

    Raises
    ------
    InputError
        For geometry that is lost or impossible; every message names the part.
    """
    settings = loaded.twin.accuracy.settings()
    name = "over_floor" if over_floor else "free_space"
    cables = loaded.twin.device.cables
    check_paths(loaded, bodies, [cable.path for cable in cables], -TABLE_HEIGHT)
    paths = [_cable_path(cable, over_floor=over_floor) for cable in cables]
    coarsest = C0 / f_max / settings.cells_per_wavelength * refinement
    finest = min(settings.finest_cell * refinement, coarsest)
    lo, hi = _bounds(bodies, paths)
    body_lo, body_hi = _bounds(bodies, [])
    margin = 2 * _CLEARANCE * coarsest
    extent_lo = lo - margin
    if over_floor:
        extent_lo[2] = -TABLE_HEIGHT
    layers = settings.absorber_cells
    with located(loaded):
        planned = plan(
            bodies,
            fixed=_fixed_lines(loaded, paths, bodies),
            refined=Box(tuple(body_lo), tuple(body_hi)),
            finest_cell=finest,
            coarsest_cell=coarsest,
            extent=Box(tuple(extent_lo), tuple(hi + margin)),
            absorber_cells=(
                (layers, layers),
                (layers, layers),
                (0 if over_floor else layers, layers),
            ),
            smallest_cell=min(1.5e-3, finest / 2),
        )
        cells = planned.grid.n_cells
        refuse_if_too_large(loaded, name, cells, cells * BYTES_PER_CELL)
        model = voxelise(bodies, planned.grid)
    wires, lines, ports = place_wires(loaded, model, paths, over_floor=over_floor)
    traces = place_traces(loaded, model, lines)
    ports += [
        SitePort(p.name, p.termination.resistance, p.termination.capacitance)
        for p in loaded.twin.device.ports
    ]
    network = build_network(planned.grid, tuple(wires), tuple(traces))
    pulse = Pulse(f_max)
    return Site(
        name,
        model,
        tuple(wires),
        tuple(traces),
        tuple(lines),
        tuple(sorted(ports, key=lambda port: port.name)),
        _surface(planned.grid, lo, hi, over_floor=over_floor),
        Absorber(
            ((layers, layers), (layers, layers), (0 if over_floor else layers, layers)),
            alpha_max=TWO_PI * EPS0 * f_max / 17,
        ),
        pulse,
        frequencies,
        -TABLE_HEIGHT if over_floor else None,
        (*planned.notices, *model.notices, *network.notices),
    )


def _cable_path(cable: Cable, *, over_floor: bool) -> list[tuple[float, float, float]]:
    """Corners of a cable; a lead to the floor goes straight down from its last point."""
    path = [(float(x), float(y), float(z)) for x, y, z in cable.path]
    if isinstance(cable.end, EndFloor):
        x, y, _ = path[-1]
        path.append((x, y, -TABLE_HEIGHT if over_floor else path[-1][2] - TABLE_HEIGHT))
    return path


def _bounds(
    bodies: tuple[Body, ...], paths: Sequence[Sequence[tuple[float, float, float]]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    points = [body.surface.points for body in bodies] + [np.array(path) for path in paths]
    everything = np.concatenate(points)
    return everything.min(axis=0), everything.max(axis=0)


def _fixed_lines(
    loaded: LoadedTwin,
    paths: Sequence[Sequence[tuple[float, float, float]]],
    bodies: tuple[Body, ...],
) -> tuple[Sequence[float], Sequence[float], Sequence[float]]:
    """Coordinates that must be grid lines: cables, traces and the planes below them."""
    fixed: tuple[set[float], set[float], set[float]] = (set(), set(), set())
    for path in paths:
        for point in path:
            for axis in range(3):
                fixed[axis].add(point[axis])
    heights = {body.name: float(body.surface.points[:, 2].mean()) for body in bodies}
    for trace in loaded.twin.device.traces:
        for x, y in trace.path:
            fixed[0].add(float(x))
            fixed[1].add(float(y))
        fixed[2].add(heights[trace.plane])
    return sorted(fixed[0]), sorted(fixed[1]), sorted(fixed[2])


def _surface(
    grid: Grid, lo: NDArray[np.float64], hi: NDArray[np.float64], *, over_floor: bool
) -> HuygensSurface:
    """The surface a few cells outside everything."""
    low = [int(np.searchsorted(grid.lines[a], lo[a] - 1e-9)) - _CLEARANCE for a in range(3)]
    high = [int(np.searchsorted(grid.lines[a], hi[a] - 1e-9)) + _CLEARANCE for a in range(3)]
    if over_floor:
        low[2] = 0
    return HuygensSurface(grid, Node(*low), Node(*high), on_floor=over_floor)
