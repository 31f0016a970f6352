"""Memory of a run, from what is declared: every array that lasts, by what it is for.

A run holds the most at its end, when spectra turn into results. Arrays of one axis, of single
edges and of ports are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from emtwin.backends.native import default_threads
from emtwin.backends.products import SUMS_AT_ONCE
from emtwin.grid import Grid
from emtwin.solver.boundaries.absorber import Absorber, axis_profile, widen_to_vectors
from emtwin.solver.monitors.sampling import held_lines
from emtwin.solver.stages.coefficients import VECTOR
from emtwin.solver.stages.layout import Layout

SUM_BYTES, RESULT_BYTES = 16, 8
"""Of a value of a spectrum: two sums in float64, and what becomes of them in single precision."""

_SAMPLE_BYTES = 53  # component, place, two offsets and the half step of a sample
_DIPOLE_BYTES = 64  # position and direction, once by patch and once for all
_AT_WORK = 16  # of a sum while it is added to: total in float64, a product and lines in float32


class Sampled(NamedTuple):
    """A group of samples: how many places, at how many frequencies."""

    places: int
    frequencies: int

    @property
    def values(self) -> int:
        """Values of its spectra."""
        return self.places * self.frequencies


def memory_of_run(
    grid: Grid,
    absorber: Absorber,
    real_bytes: int,
    groups: Sequence[Sampled],
    surface: Sampled | None,
    *,
    lines_per_batch: int,
    lines: int | None = None,
    magnetic: bool = False,
    traces: int = 0,
    id_bytes: int = 2,
) -> dict[str, int]:
    """Bytes of a run by what takes them; their sum is its peak.

    Parameters
    ----------
    grid : Grid
        The grid.
    absorber : Absorber
        Its absorbing layers.
    real_bytes : int
        Size of a field value: 4 or 8.
    groups : sequence of Sampled
        Samples whose spectra are wanted, without the near-to-far surface.
    surface : Sampled or None
        The near-to-far surface.
    lines_per_batch, lines : int, and int or None
        Lines of samples that are written between two looks at them, and in the whole run; a run
        that keeps as many as it may where None.
    magnetic : bool
        Something is magnetic, so that faces have material rows too.
    traces : int
        Bytes of what is written down in time.
    id_bytes : int
        Bytes that name the material row of an edge: 1 is enough for 256 rows.
    """
    layout = Layout(grid)
    every = [*groups, surface] if surface is not None else list(groups)
    places, values = sum(g.places for g in every), sum(g.values for g in every)
    kept = held_lines(places, real_bytes, lines_per_batch)
    kept = kept if lines is None else min(kept, lines)
    in_time = (kept + lines_per_batch) * places * real_bytes
    radiated, dipoles = (surface.values, surface.places) if surface is not None else (0, 0)
    scale = real_bytes // 4
    at_work = default_threads() * _AT_WORK * SUMS_AT_ONCE
    made = max(
        min(at_work, SUM_BYTES * values),
        RESULT_BYTES * scale * (every[0].values if every else 0),
        RESULT_BYTES * scale * (values + 2 * radiated)
        + _DIPOLE_BYTES * dipoles
        - SUM_BYTES * values,
    )
    kinds = 2 if magnetic else 1
    return {
        "fields": layout.total * real_bytes,
        "material ids": kinds * 3 * layout.size * id_bytes,
        "rows of vectors": kinds * 3 * 4 * layout.size // VECTOR,
        "absorber": _psi_values(grid, absorber) * real_bytes,
        "places of samples": _SAMPLE_BYTES * places,
        "spectra": SUM_BYTES * values,
        "lines of samples": in_time,
        "sums at work, results": made,
        "traces": traces,
    }


def _psi_values(grid: Grid, absorber: Absorber) -> int:
    """Values of the absorber's memory: two components across each axis, for e and for h."""
    layout, total = Layout(grid), 0
    for magnetic in (False, True):
        for axis in range(3):
            profile = axis_profile(grid, axis, absorber, 1e-12, magnetic=magnetic)
            if axis == 2:
                profile = widen_to_vectors(profile, layout.pitch)
            thick = profile.low + layout.shape[axis] - profile.high
            total += 2 * thick * layout.size // layout.shape[axis]
    return total
