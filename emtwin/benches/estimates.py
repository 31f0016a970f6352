"""What a site will cost, told before a run and refused above the budget."""

from __future__ import annotations

from dataclasses import dataclass

from emtwin.backends import available_backends
from emtwin.benches.placement import BYTES_PER_CELL, refuse_if_too_large
from emtwin.benches.sites import Site
from emtwin.benches.views import samples_of_views
from emtwin.errors import Notice
from emtwin.scene import LoadedTwin
BYTES_PER_SPECTRUM_VALUE = 24
from emtwin.voxel import PartAudit

_SPEED = {"cuda": 2e9, "native": 2.5e8, "numpy": 6e6}
"""Cells per second that a modest machine reaches, per backend; measured on two cores."""

_PROGRAM_BYTES = 350 * 2**20

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
    memory_bytes : int
        Memory of one run.
    driven : tuple of str
        Ports that are driven, one run each.
    steps : int
        Expected steps of one run.
    seconds : dict of str to float
        Expected wall time of all runs, per available backend.
    audit : tuple of PartAudit
        What became of each part.
    notices : tuple of Notice
        Warnings of planner and voxeliser.
    """

    name: str
    shape: tuple[int, int, int]
    cells: int
    smallest_cell: float
    largest_cell: float
    dt: float
    memory_bytes: int
    driven: tuple[str, ...]
    steps: int
    seconds: dict[str, float]
    audit: tuple[PartAudit, ...]
    notices: tuple[Notice, ...]

    def refuse_if_too_large(self, loaded: LoadedTwin) -> None:
        """Raise `InputError` where the memory budget is exceeded, saying what would fit."""
        refuse_if_too_large(loaded, self.name, self.cells, self.memory_bytes)


def estimate(site: Site, driven: tuple[str, ...], loaded: LoadedTwin) -> SitePlan:
    """Cost of a site.

    Parameters
    ----------
    site : Site
        The discrete site.
    driven : tuple of str
        Ports that will be driven.
    loaded : LoadedTwin
        The twin, for the step budget.

    Returns
    -------
    SitePlan
        Cells, memory, steps and time.
    """
    grid = site.grid
    dt = site.simulation("").dt
    steps = int((site.pulse.duration + _RINGING) / dt)
    limit = loaded.twin.accuracy.settings().max_steps
    steps = min(steps, limit) if limit else steps
    samples = sum(group.component.size for group in samples_of_views(site))
    surface = site.surface.samples.component.size
    spectra = BYTES_PER_SPECTRUM_VALUE * (surface + samples) * site.frequencies.size
    memory = _PROGRAM_BYTES + grid.n_cells * BYTES_PER_CELL + spectra
    work = grid.n_cells * steps * len(driven)
    return SitePlan(
        site.name,
        grid.shape,
        grid.n_cells,
        float(min(d.min() for d in grid.spacings)),
        float(max(d.max() for d in grid.spacings)),
        dt,
        memory,
        driven,
        steps,
        {b.name: work / _SPEED[b.name] for b in available_backends() if b.available},
        site.model.audit,
        site.notices,
    )
