"""The declaration of one run: what is in the grid, what drives it, what is written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import GridError, Notice
from emtwin.grid import Grid
from emtwin.grid.medium import Medium
from emtwin.solver.boundaries.absorber import Absorber
from emtwin.solver.boundaries.faces import Boundaries
from emtwin.solver.checks.cell_stability import medium_step
from emtwin.solver.checks.conflicts import check_conflicts
from emtwin.solver.checks.placement import check_placement, outside
from emtwin.solver.checks.stability import stable_step
from emtwin.solver.monitors.field_samples import FieldSamples
from emtwin.solver.monitors.huygens import HuygensSurface
from emtwin.solver.sources.edges import CurrentElement, EdgePort
from emtwin.solver.sources.plane_wave import PlaneWave
from emtwin.solver.sources.wave_placement import wave_notices
from emtwin.solver.stages.coefficients import PEC_ROW
from emtwin.solver.stages.dispersion import check_held
from emtwin.solver.stages.elements import Element, Places, all_held, all_owned, checked
from emtwin.solver.waveforms.pulses import Waveform
from emtwin.solver.wires.network import WireNetwork, build_network
from emtwin.solver.wires.wire import Trace, Wire


@dataclass(frozen=True, eq=False)
class Simulation:
    """One run of the field solver.

    Parameters
    ----------
    grid : Grid
        The grid, absorber included.
    medium : Medium
        Material row of every edge.
    pulse : Waveform
        Waveform of whatever drives the run.
    absorber : Absorber
        Absorbing layers; a face without cells is a perfect conductor.
    wires, traces : tuple
        Thin conductors; their ends may hold ports.
    ports : tuple of EdgePort
        Ports across grid edges.
    driven : str
        Name of the port whose source has the pulse as its e.m.f.; "" for none.
    currents : tuple of CurrentElement
        Impressed currents.
    plane_wave : PlaneWave or None
        Incident wave.
    surface : HuygensSurface or None
        Near-to-far surface.
    samples : tuple of FieldSamples
        More samples whose spectra are wanted.
    elements : tuple of Element
        Parts with an update of their own, and monitors in time.
    frequencies : ndarray, shape (nf,)
        Frequencies of all spectra, Hz.
    courant : float
        Share of the largest stable time step, 0 < courant <= 1.
    boundaries : Boundaries
        Kinds of the outer faces; all electric where left out.
    """

    grid: Grid
    medium: Medium
    pulse: Waveform
    absorber: Absorber = field(default_factory=Absorber)
    wires: tuple[Wire, ...] = ()
    traces: tuple[Trace, ...] = ()
    ports: tuple[EdgePort, ...] = ()
    driven: str = ""
    currents: tuple[CurrentElement, ...] = ()
    plane_wave: PlaneWave | None = None
    surface: HuygensSurface | None = None
    samples: tuple[FieldSamples, ...] = ()
    elements: tuple[Element, ...] = ()
    frequencies: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    courant: float = 0.99
    boundaries: Boundaries = field(default_factory=Boundaries)

    def __post_init__(self) -> None:
        if not 0 < self.courant <= 1:
            raise GridError.single(
                f"courant = {self.courant:g} is above the limit: the time step would be unstable",
                field="courant",
                remedy="choose a value in (0, 1]",
            )
        if self.driven and self.driven not in self.resistances:
            raise GridError.single(
                f"no port {self.driven!r}; ports are {', '.join(self.resistances) or 'none'}",
                field="driven",
            )
        for port in self.ports:
            _check_edges(port, self.medium)
        checked(self.elements, self.grid, self.medium)
        if self.plane_wave is not None:
            placed = self.plane_wave.placed(self.grid, self.pulse)
            object.__setattr__(self, "plane_wave", placed)
        check_conflicts(self)
        check_placement(self)
        check_held(self.owned, self.medium)

    @cached_property
    def network(self) -> WireNetwork:
        """All thin conductors as one graph."""
        return build_network(self.grid, self.wires, self.traces)

    @cached_property
    def dt_limit(self) -> float:
        """Largest stable time step in seconds."""
        limits = [element.stable_step(self.grid, self.medium) for element in self.elements]
        limits += [stable_step(self.grid, self.network), medium_step(self.grid, self.medium)]
        return min(limits)

    @cached_property
    def dt(self) -> float:
        """Time step in seconds."""
        return self.courant * self.dt_limit

    def driving(self, port: str, samples: Sequence[FieldSamples] = ()) -> Simulation:
        """The same scene with one port driven and other samples wanted.

        Its largest time step is the same and is not sought again.
        """
        other = replace(self, driven=port, samples=tuple(samples))
        other.__dict__["dt_limit"] = self.dt_limit
        return other

    @cached_property
    def held(self) -> dict[str, NDArray[np.int64]]:
        """Edges and faces that the sweep leaves to ports and elements, by component."""
        return self._with_ports(all_held(self.elements, self.grid))

    @cached_property
    def owned(self) -> dict[str, NDArray[np.int64]]:
        """Edges and faces of ports and elements, those too that the sweep advances for them."""
        return self._with_ports(all_owned(self.elements, self.grid))

    def _with_ports(self, places: Places) -> dict[str, NDArray[np.int64]]:
        found = {name: [index] for name, index in places.items()}
        for port in self.ports:
            component, _, edges = port.edges()
            found.setdefault(component, []).append(np.array(edges, np.int64))
        return {component: np.concatenate(parts) for component, parts in found.items()}

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Named warnings of wires, elements and the plane wave."""
        found = [n for e in self.elements for n in e.notices(self.grid, self.medium)]
        if self.plane_wave is not None:
            found += wave_notices(self, self.plane_wave)
        return (*self.network.notices, *found)

    @cached_property
    def resistances(self) -> dict[str, float]:
        """Reference resistance in ohm of every port, wires' ports first."""
        on_wires = {s.port: s.resistance for s in self.network.segments if s.port}
        return on_wires | {port.name: port.resistance for port in self.ports}


def _check_edges(port: EdgePort, medium: Medium) -> None:
    component, _, edges = port.edges()
    if not 0 < port.resistance < np.inf:
        raise GridError.single(
            f"port {port.name}: its reference resistance is {port.resistance:g} ohm",
            field=port.name,
            remedy="give a positive value, 50 ohm for one",
        )
    ids = medium.ids["xyz".index(component[-1])]
    nx, ny, nz = (n - 1 for n in ids.shape)
    if outside((nx, ny, nz), component, np.array(edges)).any():
        raise GridError.single(
            f"port {port.name}: {tuple(port.start)} to {tuple(port.stop)} reaches outside the grid "
            f"of {(nx, ny, nz)} cells",
            field=port.name,
            remedy="move its terminals inside, or extend the grid",
        )
    inside = [edge for edge in edges if ids[edge] == PEC_ROW]
    if inside:
        raise GridError.single(
            f"port {port.name}: {len(inside)} of its {len(edges)} edges lie in a perfect "
            "conductor, "
            f"the first at {inside[0]}; its ends are in the same conductor there",
            field=port.name,
            remedy="move the terminals so that only the gap between two conductors lies between "
            "them",
        )
