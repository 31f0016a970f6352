"""The electromagnetic environments of the tests, with the device placed in them.

`free_space` stands for the absorber-lined chamber of the immunity test: absorber on all sides, and
a lead that would go to the floor hangs down with its end open. `over_floor` is the emission site:
the table top 0.8 m above a conducting floor that is part of the grid; the lead goes down to it and
ends in a port of its own, so that every common-mode impedance can be attached afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from emtwin.backends import Backend
from emtwin.benches.conductors import place_traces, place_wires
from emtwin.benches.ends import EndAudit, audit_ends, end_notices
from emtwin.benches.fitting import fitted
from emtwin.benches.gap_slots import SLOT, slot_notices, with_gap_slots
from emtwin.benches.memory import refuse_if_too_large
from emtwin.benches.metal_walls import wall_elements
from emtwin.benches.netlist_verdict import cover_notices, judged, netlist_notices
from emtwin.benches.outline import TABLE_HEIGHT, Outline
from emtwin.benches.placement import check_paths, located
from emtwin.benches.site_ports import SitePort
from emtwin.errors import Notice
from emtwin.geometry.length_unit import size_notices
from emtwin.grid import Grid
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
from emtwin.solver.wires.network import build_network
from emtwin.voxel import (
    Band,
    Body,
    Gap,
    GapInGrid,
    NetlistAudit,
    VoxelModel,
    audit_netlist,
    bridge_notices,
    check_gaps,
    find_gaps,
    shielding_notices,
    voxelise,
)
from emtwin.voxel.gaps.flat import CELLS_ACROSS, gap_notices


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
    outline : Outline
        As it was planned: grid, near-to-far surface, absorbing layers.
    pulse : Pulse
        Waveform of every run of this site.
    frequencies : ndarray of float64
        Frequencies of the port model, Hz.
    floor : float or None
        Height of the floor in metres.
    notices : tuple of Notice
        What the mesh planner and the voxeliser have to say.
    netlist : NetlistAudit
        Which metal touches which, as drawn and in the grid.
    ends : tuple of EndAudit
        What every end of a cable or trace meets.
    gaps : tuple of GapInGrid
        Gaps between conductors, and what became of them.
    """

    name: str
    model: VoxelModel
    wires: tuple[Wire, ...]
    traces: tuple[Trace, ...]
    lines: tuple[tuple[str, NDArray[np.float64]], ...]
    ports: tuple[SitePort, ...]
    outline: Outline
    pulse: Pulse
    frequencies: NDArray[np.float64]
    floor: float | None
    notices: tuple[Notice, ...]
    netlist: NetlistAudit
    ends: tuple[EndAudit, ...]
    gaps: tuple[GapInGrid, ...]

    @property
    def grid(self) -> Grid:
        """The grid."""
        return self.model.grid

    @property
    def band(self) -> tuple[float, float]:
        """Lowest and highest frequency in Hz."""
        return float(self.frequencies[0]), float(self.frequencies[-1])

    @property
    def surface(self) -> HuygensSurface:
        """Near-to-far surface."""
        return self.outline.surface

    @property
    def absorber(self) -> Absorber:
        """Absorbing layers."""
        return self.outline.absorber

    def simulation(self, driven: str, samples: Sequence[FieldSamples] = ()) -> Simulation:
        """The run in which one port is driven."""
        return self._silent.driving(driven, samples)

    @cached_property
    def _silent(self) -> Simulation:
        """The site with no port driven."""
        return Simulation(
            grid=self.grid,
            medium=self.model.medium,
            pulse=self.pulse,
            absorber=self.absorber,
            wires=self.wires,
            traces=self.traces,
            surface=self.surface,
            elements=wall_elements(self.model),
            frequencies=self.frequencies,
        )

    def driven_ports(self, targets: Sequence[str]) -> tuple[str, ...]:
        """Ports that need a run: the targets, and those not terminated in their reference."""
        return tuple(p.name for p in self.ports if p.name in targets or not p.is_reference)

    def terminations(self) -> NDArray[np.complex128]:
        """Declared terminations, shape (nf, N), ohm."""
        return np.stack([port.impedance(self.frequencies) for port in self.ports], axis=-1)


@dataclass(frozen=True, eq=False)
class SiteRequest:
    """What a test wants of its site.

    Parameters
    ----------
    over_floor : bool
        With the conducting floor, or in free space.
    f_max : float
        Highest frequency that the mesh must carry, Hz.
    frequencies : ndarray of float64
        Frequencies wanted, Hz.
    """

    over_floor: bool
    f_max: float
    frequencies: NDArray[np.float64]


def build_site(
    loaded: LoadedTwin,
    bodies: tuple[Body, ...],
    wanted: SiteRequest,
    refinement: float = 1.0,
    earlier: int = 0,
    backend: Backend | None = None,
) -> Site:
    """Place the device in a site and discretise it.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    bodies : tuple of Body
        Its parts.
    wanted : SiteRequest
        Which site, and for which frequencies.
    refinement : float
        Factor on the cell sizes; above 1 coarser (for the convergence run).
    earlier : int
        Bytes that the sites before this one have left; matters where the twin wants the grid
        fitted to the memory budget.
    backend : Backend, optional
        Where cells are found; by default on the host.

    Returns
    -------
    Site
        The discrete site.

    Raises
    ------
    InputError
        For geometry that is lost or impossible; every message names the part.
    """
    over_floor = wanted.over_floor
    outline, model, given_up = discretised(loaded, bodies, wanted, refinement, earlier, backend)
    netlist = judged(loaded, audit_netlist(model), outline.name, outline.planned.gaps)
    medium, gaps = with_gap_slots(
        outline.grid, model.medium, check_gaps(model, outline.planned.gaps)
    )
    model = replace(model, medium=medium)
    with located(loaded):
        wires, lines, ports = place_wires(loaded, model, outline.paths, over_floor=over_floor)
        traces = place_traces(loaded, model, lines)
        network = build_network(outline.grid, tuple(wires), tuple(traces))
    ports += [
        SitePort(p.name, p.termination.resistance, p.termination.capacitance)
        for p in loaded.twin.device.ports
    ]
    ends = audit_ends(loaded, model, wires, traces)
    return Site(
        outline.name,
        model,
        tuple(wires),
        tuple(traces),
        tuple(lines),
        tuple(sorted(ports, key=lambda port: port.name)),
        outline,
        Pulse(wanted.f_max),
        wanted.frequencies,
        -TABLE_HEIGHT if over_floor else None,
        (
            *given_up,
            *outline.planned.notices,
            *model.notices,
            *netlist_notices(netlist),
            *cover_notices(loaded, model),
            *shielding_notices(bodies, model.walls, float(wanted.frequencies.min())),
            *gap_notices([found.gap for found in gaps if found.state != SLOT]),
            *slot_notices(gaps),
            *bridge_notices(gaps),
            *end_notices(ends),
            *network.notices,
        ),
        netlist,
        ends,
        gaps,
    )


def discretised(
    loaded: LoadedTwin,
    bodies: tuple[Body, ...],
    wanted: SiteRequest,
    refinement: float = 1.0,
    earlier: int = 0,
    backend: Backend | None = None,
) -> tuple[Outline, VoxelModel, tuple[Notice, ...]]:
    """Plan of a site, and the parts on its grid.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    bodies : tuple of Body
        Its parts.
    wanted : SiteRequest
        Which site, and for which frequencies.
    refinement : float
        Factor on the cell sizes; above 1 coarser.
    earlier : int
        Bytes that the sites before this one leave behind.
    backend : Backend, optional
        Where cells are found; by default on the host.

    Returns
    -------
    outline : Outline
        What was planned.
    model : VoxelModel
        Parts on the grid.
    given_up : tuple of Notice
        What the memory budget took from the mesh.

    Raises
    ------
    InputError
        For parts that are lost or impossible.
    """
    paths = [cable.path for cable in loaded.twin.device.cables]
    check_paths(loaded, bodies, paths, -TABLE_HEIGHT)
    outline, given_up = outline_of(loaded, bodies, wanted, refinement, earlier)
    with located(loaded):
        cells, memory = outline.grid.n_cells, outline.extent().memory()
        size = size_notices((body.name, body.surface) for body in bodies)
        refuse_if_too_large(loaded, outline.name, cells, memory, outline.ways(), size)
        covered = [a.covered for a in loaded.twin.device.allow if a.covered is not None]
        band = Band(float(wanted.frequencies.min()), wanted.f_max)
        model = voxelise(bodies, outline.grid, covered=covered, backend=backend, band=band)
    return outline, model, given_up


def outline_of(
    loaded: LoadedTwin,
    bodies: tuple[Body, ...],
    wanted: SiteRequest,
    refinement: float = 1.0,
    earlier: int = 0,
) -> tuple[Outline, tuple[Notice, ...]]:
    """Where the device will stand in a site, before it has voxels.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    bodies : tuple of Body
        Its parts.
    wanted : SiteRequest
        Which site, and for which frequencies.
    refinement : float
        Factor on the cell sizes; above 1 coarser.
    earlier : int
        Bytes that the sites before this one leave behind.

    Returns
    -------
    outline : Outline
        What was planned.
    given_up : tuple of Notice
        What the memory budget took from the mesh.
    """
    settings = loaded.twin.accuracy.settings()
    declared = Outline(
        loaded,
        bodies,
        [_cable_path(cable, over_floor=wanted.over_floor) for cable in loaded.twin.device.cables],
        wanted.over_floor,
        wanted.f_max,
        wanted.frequencies,
        settings.cells_per_wavelength,
        settings.finest_cell,
        gaps=_gaps(bodies, CELLS_ACROSS * settings.finest_cell),
    )
    outline, given_up = fitted(declared, earlier)
    return replace(outline, refinement=refinement), given_up


@lru_cache(maxsize=1)
def _gaps(bodies: tuple[Body, ...], widest: float) -> tuple[Gap, ...]:
    """Gaps of the device: every site and every level of refinement asks for the same."""
    return find_gaps(bodies, widest)


def _cable_path(cable: Cable, *, over_floor: bool) -> list[tuple[float, float, float]]:
    """Corners of a cable; a lead to the floor goes straight down from its last point."""
    path = [(float(x), float(y), float(z)) for x, y, z in cable.path]
    if isinstance(cable.end, EndFloor):
        x, y, _ = path[-1]
        path.append((x, y, -TABLE_HEIGHT if over_floor else path[-1][2] - TABLE_HEIGHT))
    return path
