"""What the mesh and the run add to the uncertainty of a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from emtwin.benches.sites import Site
from emtwin.compliance.uncertainty import Contribution, grid_dispersion, truncated_ringing


@dataclass(frozen=True)
class MeshQuality:
    """The figures of a site and its runs that limit how well a number is known.

    Parameters
    ----------
    coarsest_cell : float
        Largest cell inside the near-to-far surface, metres.
    time_step : float
        Time step, seconds.
    extent : float
        Diagonal of device and cables, metres.
    decay_db : float
        Worst energy decay of the site's runs.
    """

    coarsest_cell: float
    time_step: float
    extent: float
    decay_db: float

    @classmethod
    def of(cls, site: Site, time_step: float, decays_db: Sequence[float]) -> MeshQuality:
        """Quality of a site after its runs."""
        surface = site.surface
        inside = [site.grid.spacings[a][surface.lo[a] : surface.hi[a]].max() for a in range(3)]
        corners = [
            site.grid.lines[a][surface.hi[a]] - site.grid.lines[a][surface.lo[a]] for a in range(3)
        ]
        return cls(float(max(inside)), time_step, float(np.hypot.reduce(corners)), max(decays_db))

    def contributions(self, frequency: float, depth_db: float) -> list[Contribution]:
        """Grid dispersion at `frequency` (Hz); what truncation left `depth_db` below the peak."""
        return [
            grid_dispersion(frequency, self.coarsest_cell, self.time_step, self.extent),
            truncated_ringing(min(self.decay_db, -1e-3), max(depth_db, 0.0)),
        ]
