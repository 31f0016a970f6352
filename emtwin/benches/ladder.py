"""The grids of a refinement study before they have voxels: how fine each is, and what it costs.

Lines that the geometry sets stay on every level, with whole numbers of cells between them. A grid
that is asked for with cells 1.4 times as large may therefore have nearly the same cells. So the
levels are chosen by what is measured on the planned grids: the representative cell in the box round
the parts, and that in the rest of the domain.

References
----------
Celik et al., Procedure for estimation and reporting of uncertainty due to discretization in CFD
applications, J. Fluids Eng. 130 (2008), 078001: representative cell, eq. (1); ratio above 1.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from emtwin.benches.estimates import expected_seconds, expected_steps
from emtwin.benches.fitting import expected_runs
from emtwin.benches.outline import Outline
from emtwin.errors import InputError
from emtwin.grid import Grid
from emtwin.voxel import Box

LEAST_RATIO = 1.3
"""Least ratio of the representative cells in the device on two neighbouring levels."""

_STEP = 2.0**0.125  # between the factors on the cells that are tried
_FARTHEST = 4.0  # factor beyond the level before at which the search ends


@dataclass(frozen=True)
class LevelPlan:
    """The grid of one test on one level.

    Parameters
    ----------
    test : str
        Name of the test.
    refinement : float
        Factor on the cell sizes that the accuracy asks for; above 1 coarser.
    device, around : float
        Representative cell in the box round the parts and in the rest of the domain, metres.
    cells : int
        Cells of the grid, absorber included.
    memory : int
        Expected bytes when the last run ends.
    work : float
        Cells times expected steps times runs.
    seconds : float
        Expected wall time of the runs.
    fits : bool
        Whether the memory is within the budget.
    """

    test: str
    refinement: float
    device: float
    around: float
    cells: int
    memory: int
    work: float
    seconds: float
    fits: bool = True

    def finer_than(self, other: LevelPlan) -> bool:
        """Whether the cells are smaller everywhere, and by `LEAST_RATIO` in the device."""
        enough = other.device >= LEAST_RATIO * self.device * (1 - 1e-9)
        return enough and other.around > self.around


@dataclass(frozen=True)
class Ladder:
    """Levels that a test may be computed on.

    Parameters
    ----------
    declared : LevelPlan
        What the accuracy asks for.
    coarser : LevelPlan or None
        The next coarser level.
    finer : tuple of LevelPlan
        Finer levels, the coarsest of them first.
    missing : str
        Why there is no coarser level; empty otherwise.
    """

    declared: LevelPlan
    coarser: LevelPlan | None
    finer: tuple[LevelPlan, ...]
    missing: str = ""

    def first(self, count: int) -> tuple[LevelPlan, ...]:
        """The `count` levels that are computed first, in that order."""
        coarser = () if self.coarser is None else (self.coarser,)
        return (self.declared, *coarser, *self.finer)[:count]


def ladder(
    test: str, outline: Outline, count: int, backend: str, earlier: int = 0, held: int = 0
) -> Ladder:
    """Plan the levels of a test.

    Parameters
    ----------
    test : str
        Name of the test.
    outline : Outline
        Its site as the accuracy asks for it.
    count : int
        Number of finer levels wanted.
    backend : str
        What it will run on, for the time.
    earlier, held : int
        Bytes of results that are in memory when the declared level and when another one is run.

    Returns
    -------
    Ladder
        With fewer finer levels where no grid is finer by `LEAST_RATIO`.
    """

    def planned(refinement: float) -> LevelPlan:
        """The level with all cells larger or smaller by a factor."""
        return _planned(test, replace(outline, refinement=refinement), backend, held)

    declared = _planned(test, outline, backend, earlier)
    finer = [declared]
    while len(finer) <= count:
        tried = (planned(f) for f in _factors(finer[-1].refinement, 1 / _STEP))
        found = next((level for level in tried if level.finer_than(finer[-1])), None)
        if found is None:
            break
        finer.append(found)
    # The domain stays, so a grid may be too coarse for a surface outside the absorber.
    levels = [planned(f) for f in _factors(1.0, _STEP) if _roomy(outline, f)]
    coarser = next((level for level in levels if declared.finer_than(level)), None)
    missing = "" if coarser else _no_coarser(declared, levels)
    return Ladder(declared, coarser, tuple(finer[1:]), missing)


def planned_levels(ladders: Iterable[Ladder], count: int) -> tuple[LevelPlan, ...]:
    """The `count` levels of each test that are computed first, test by test."""
    return tuple(level for one in ladders for level in one.first(count))


def representative_cell(grid: Grid, box: Box) -> float:
    """Cube root of the mean volume of the cells in a box.

    Parameters
    ----------
    grid : Grid
        The grid.
    box : Box
        The box; cells that it cuts count with the share inside, axes along which it is flat not.

    Returns
    -------
    float
        Metres.

    References
    ----------
    Celik et al. (2008), eq. (1).
    """
    sizes = [
        (hi - lo) / cells
        for lo, hi, cells in zip(box.lo, box.hi, _cells_along(grid, box), strict=True)
        if hi > lo
    ]
    return float(np.prod(sizes) ** (1 / len(sizes)))


def _planned(test: str, outline: Outline, backend: str, earlier: int) -> LevelPlan:
    grid, runs = outline.grid, expected_runs(outline)
    steps = expected_steps(outline.loaded, outline.f_max, grid.courant_limit())
    work = float(grid.n_cells) * steps * runs
    memory = sum(outline.extent().memory(runs, earlier).values())
    return LevelPlan(
        test,
        outline.refinement,
        representative_cell(grid, outline.device),
        _cell_outside(grid, outline.device, outline.domain),
        grid.n_cells,
        memory,
        work,
        expected_seconds(work, backend),
        memory <= outline.loaded.twin.accuracy.settings().memory_bytes,
    )


def _factors(start: float, step: float) -> Iterator[float]:
    """Factors on the cells beyond `start`, away from it by `step` each."""
    tries = round(np.log(_FARTHEST) / abs(np.log(step)))
    return (start * step**n for n in range(1, tries + 1))


def _cell_outside(grid: Grid, inner: Box, outer: Box) -> float:
    """Representative cell between two boxes, metres."""
    cells = np.prod(_cells_along(grid, outer)) - np.prod(_cells_along(grid, inner))
    volume = np.prod(np.subtract(outer.hi, outer.lo)) - np.prod(np.subtract(inner.hi, inner.lo))
    return float((volume / cells) ** (1 / 3))


def _cells_along(grid: Grid, box: Box) -> list[float]:
    """Cells of the box along each axis, those that it cuts in part."""
    return [
        float(np.ptp(np.interp((lo, hi), lines, np.arange(lines.size))))
        for lines, lo, hi in zip(grid.lines, box.lo, box.hi, strict=True)
    ]


def _roomy(outline: Outline, refinement: float) -> bool:
    """Whether fields outside the near-to-far surface are still outside the absorber."""
    try:
        return replace(outline, refinement=refinement).clearance >= 1
    except InputError:  # no such grid
        return False


def _no_coarser(declared: LevelPlan, levels: Sequence[LevelPlan]) -> str:
    coarsest = max([declared, *levels], key=lambda level: level.device)
    return (
        f"no grid is coarse enough: lines that the geometry sets and the space round the device "
        f"hold the cells in it at {coarsest.device * 1e3:.3g} mm on average, "
        f"{coarsest.device / declared.device:.3g} times those of the declared grid; a level needs "
        f"{LEAST_RATIO:g} times"
    )
