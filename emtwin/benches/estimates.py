"""What a site will cost, told before a run and refused above the budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from emtwin.backends import Backend, available_backends
from emtwin.benches.ends import EndAudit
from emtwin.benches.memory import (
    Ways,
    refuse_if_not_free,
    refuse_if_too_large,
)
from emtwin.benches.sites import Site
from emtwin.benches.views import samples_of_views
from emtwin.errors import Notice
from emtwin.scene import LoadedTwin
from emtwin.solver import Pulse
from emtwin.voxel import GapInGrid, NetlistAudit, PartAudit, SmallestCell, WallAudit, smallest_cells

_SPEED = {"cuda": 2e9, "native": 2.5e8, "numpy": 6e6}
"""Cells per second that a modest machine reaches, per backend; measured on two cores."""

_RINGING = 6e-8
"""Seconds after the pulse in which a device with leads usually decays."""


@dataclass(frozen=True)
class SitePlan:
    """Cost of one site.

    Parameters
    ----------
    name : str
        Name of the site.
    shape : tuple of int
        Cells along x, y, z.
    cells : int
        Number of cells.
    smallest_cell, largest_cell : float
        Metres.
    dt : float
        Time step in seconds.
    memory : dict of str to int
        Bytes by what takes them, when the last of the site's runs ends.
    memory_bytes : int
        All of it: the peak.
    driven : tuple of str
        Ports that are driven, one run each.
    steps : int
        Expected steps of one run.
    seconds : dict of str to float
        Expected wall time of all runs, per available backend.
    audit : tuple of PartAudit
        What became of each part.
    walls : tuple of WallAudit
        How thick the walls of each part are, and what stands for them.
    netlist : NetlistAudit
        Which metal touches which, as drawn and in the grid.
    ends : tuple of EndAudit
        What every end of a cable or trace meets.
    notices : tuple of Notice
        Warnings of planner and voxeliser.
    smallest : tuple of SmallestCell
        What sets the smallest cell of each axis, and with it the time step.
    gaps : tuple of GapInGrid
        Gaps between conductors, the cells across each, and whether metal bridges them.
    """

    name: str
    shape: tuple[int, int, int]
    cells: int
    smallest_cell: float
    largest_cell: float
    dt: float
    memory: dict[str, int]
    memory_bytes: int
    driven: tuple[str, ...]
    steps: int
    seconds: dict[str, float]
    audit: tuple[PartAudit, ...]
    walls: tuple[WallAudit, ...]
    netlist: NetlistAudit
    ends: tuple[EndAudit, ...]
    notices: tuple[Notice, ...]
    smallest: tuple[SmallestCell, ...]
    gaps: tuple[GapInGrid, ...]


@dataclass(frozen=True)
class Placed:
    """A site with its plan, before it is run.

    Parameters
    ----------
    site : Site
        The site.
    plan : SitePlan
        Its cost.
    ways : Ways
        What may be planned instead.
    """

    site: Site
    plan: SitePlan
    ways: Ways

    def refuse_above_budget(self, loaded: LoadedTwin) -> None:
        """Raise `InputError` where the memory budget is exceeded, saying what would fit."""
        plan = self.plan
        refuse_if_too_large(loaded, plan.name, plan.cells, plan.memory, self.ways)

    def refuse_above_free(self, loaded: LoadedTwin, machine: Backend, held: int = 0) -> None:
        """Raise `InputError` where the machine has too little memory free.

        Parameters
        ----------
        loaded : LoadedTwin
            The twin.
        machine : Backend
            What it will run on.
        held : int
            Bytes of earlier results that are in memory already.
        """
        plan, free = self.plan, machine.free_bytes()
        memory = plan.memory | {"finished runs": max(plan.memory["finished runs"] - held, 0)}
        refuse_if_not_free(loaded, plan.name, plan.cells, memory, self.ways, free)


def placed(
    sites: Mapping[str, Site], driven: Mapping[str, tuple[str, ...]], loaded: LoadedTwin
) -> list[Placed]:
    """Every site with its cost, in the order in which they run.

    Parameters
    ----------
    sites : mapping of str to Site
        The discrete sites by test.
    driven : mapping of str to tuple of str
        Ports that will be driven, by test.
    loaded : LoadedTwin
        The twin, for the step budget.
    """
    found, earlier = [], 0
    for test, site in sites.items():
        found.append(placed_site(site, driven[test], loaded, earlier))
        earlier += site.outline.extent(views_of(site)).left_behind(len(driven[test]))
    return found


def placed_site(
    site: Site, driven: tuple[str, ...], loaded: LoadedTwin, earlier: int = 0
) -> Placed:
    """One site with its cost, where results of earlier ones take so many bytes."""
    plan = estimate(site, driven, loaded, earlier)
    return Placed(site, plan, site.outline.ways(len(driven), earlier))


def views_of(site: Site) -> tuple[int, ...]:
    """Samples of each group that a picture is made of."""
    return tuple(group.component.size for group in samples_of_views(site))


def estimate(site: Site, driven: tuple[str, ...], loaded: LoadedTwin, earlier: int = 0) -> SitePlan:
    """Cost of a site.

    Parameters
    ----------
    site : Site
        The discrete site.
    driven : tuple of str
        Ports that will be driven.
    loaded : LoadedTwin
        The twin, for the step budget.
    earlier : int
        Bytes that the sites before this one have left.

    Returns
    -------
    SitePlan
        Cells, memory, steps and time.
    """
    grid = site.grid
    dt = site.simulation("").dt
    steps = expected_steps(loaded, site.outline.f_max, dt)
    memory = site.outline.extent(views_of(site)).memory(len(driven), earlier)
    work = grid.n_cells * steps * len(driven)
    return SitePlan(
        site.name,
        grid.shape,
        grid.n_cells,
        float(min(d.min() for d in grid.spacings)),
        float(max(d.max() for d in grid.spacings)),
        dt,
        memory,
        sum(memory.values()),
        driven,
        steps,
        {b.name: expected_seconds(work, b.name) for b in available_backends() if b.available},
        site.model.audit,
        site.model.walls,
        site.netlist,
        site.ends,
        site.notices,
        smallest_cells(site.outline.planned),
        site.gaps,
    )


def expected_steps(loaded: LoadedTwin, f_max: float, time_step: float) -> int:
    """Steps that a run up to `f_max` (Hz) usually takes with a time step in seconds."""
    steps = int((Pulse(f_max).duration + _RINGING) / time_step)
    limit = loaded.twin.accuracy.settings().max_steps
    return min(steps, limit) if limit else steps


def expected_seconds(work: float, backend: str) -> float:
    """Wall time of cells times steps on a backend, on a modest machine."""
    return work / _SPEED[backend]
