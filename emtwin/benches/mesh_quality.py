"""What the mesh and the run add to the uncertainty of a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.benches.sites import Site
from emtwin.compliance.uncertainty import Contribution, cut_off, grid_dispersion
from emtwin.solver import RunResult


@dataclass(frozen=True, eq=False)
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
    frequencies : ndarray of float64, shape (nf,)
        Frequencies of the runs, Hz.
    truncation : ndarray of float64, shape (nf,)
        Share of the spectra that is wrong because the runs ended, the worst run of the site.
    trouble : str
        Why the runs carry no verdict, or nothing.
    """

    coarsest_cell: float
    time_step: float
    extent: float
    frequencies: NDArray[np.float64]
    truncation: NDArray[np.float64]
    trouble: str = ""

    @classmethod
    def of(cls, site: Site, results: Sequence[RunResult]) -> MeshQuality:
        """Quality of a site after its runs, at least one."""
        surface = site.surface
        inside = [site.grid.spacings[a][surface.lo[a] : surface.hi[a]].max() for a in range(3)]
        corners = [
            site.grid.lines[a][surface.hi[a]] - site.grid.lines[a][surface.lo[a]] for a in range(3)
        ]
        return cls(
            float(max(inside)),
            results[0].dt,
            float(np.hypot.reduce(corners)),
            site.frequencies,
            np.max([result.ending.truncation for result in results], axis=0),
            next((trouble for trouble in map(_trouble, results) if trouble), ""),
        )

    def contributions(self, frequency: float) -> list[Contribution]:
        """What the grid's dispersion and the end of the runs add at `frequency` (Hz)."""
        share = float(self.truncation[np.abs(self.frequencies - frequency).argmin()])
        return [
            grid_dispersion(frequency, self.coarsest_cell, self.time_step, self.extent),
            cut_off(share),
        ]


def _trouble(result: RunResult) -> str:
    if result.finished_by == "decay" or result.ending.foretold:
        return ""
    return (
        f"a run ended at its step budget ({result.n_steps} steps, energy at "
        f"{result.decay_db:.1f} dB) and what rings on could not be foretold: "
        f"{result.ending.reason}. Raise accuracy.max_steps, or leave it out"
    )
