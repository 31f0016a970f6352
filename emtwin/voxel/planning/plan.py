"""The mesh planner: a graded grid that keeps what the geometry needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from emtwin.errors import GridError, Notice, Problem
from emtwin.grid import Grid
from emtwin.voxel.bodies import Body, Box
from emtwin.voxel.gaps.flat import Gap
from emtwin.voxel.gaps.shaped import refined_notices
from emtwin.voxel.planning.axis_lines import AxisLines, with_absorber
from emtwin.voxel.planning.limits import Limit, limits_of_gaps, limits_of_materials, unmet
from emtwin.voxel.planning.snapping import BORDER, FIXED, Candidate, candidates

FixedLines = Mapping[float, str] | Sequence[float]
"""Coordinates in metres that must be lines, with what wants them where that is known."""


@dataclass(frozen=True)
class Plan:
    """A grid and what had to give way for it.

    Parameters
    ----------
    grid : Grid
        The grid, absorber included.
    notices : tuple of Notice
        ``lines-merged``: places that share a line; ``grading-exceeded``: neighbouring
        cells that differ by more than the wanted ratio; ``wavelength-unresolved``: parts
        whose cells are too large for the wavelength in them; ``gaps-refined``: round and
        oblique gaps that have small cells.
    axes : tuple of AxisLines
        How the lines of each axis came about.
    gaps : tuple of Gap
        Gaps of conductors with the cells that each got; `gap_notices` says what too few do.
    """

    grid: Grid
    notices: tuple[Notice, ...]
    axes: tuple[AxisLines, AxisLines, AxisLines]
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class Resolution:
    """Cells that the waves and the gaps between conductors need.

    Parameters
    ----------
    frequency : float
        Highest frequency that the mesh must carry, Hz.
    cells_per_wavelength : float
        In the material of every part, at that frequency.
    gaps : tuple of Gap
        Gaps that get two cells across where the smallest cell allows.
    factor : float
        Factor on these cells; above 1 coarser, though never less than two across a gap.
    """

    frequency: float
    cells_per_wavelength: float
    gaps: tuple[Gap, ...] = ()
    factor: float = 1.0


def plan(
    bodies: Sequence[Body],
    *,
    fixed: tuple[FixedLines, FixedLines, FixedLines],
    refined: Box,
    finest_cell: float,
    coarsest_cell: float,
    extent: Box,
    absorber_cells: tuple[tuple[int, int], tuple[int, int], tuple[int, int]],
    smallest_cell: float,
    growth: float = 1.3,
    resolution: Resolution | None = None,
) -> Plan:
    """Plan a graded grid.

    Lines are kept at the ends of `extent`, at `fixed`, at axis-aligned facets of bodies
    and at the rims of sheets. Where two are nearer than `smallest_cell`, the lower one of
    this order gives way: ends, fixed, sheets, metal, dielectrics.

    Parameters
    ----------
    bodies : sequence of Body
        Bodies to snap to.
    fixed : tuple of mappings or sequences of float
        Coordinates along x, y, z in metres that must be lines: cables, planes, ports; with
        names where they are known.
    refined : Box
        Where cells are at most `finest_cell`.
    finest_cell : float
        Largest cell inside `refined`, metres.
    coarsest_cell : float
        Largest cell anywhere, metres.
    extent : Box
        The domain without absorber.
    absorber_cells : tuple of (int, int)
        Cells to add below and above `extent` per axis, each as large as the last cell;
        0 for none.
    smallest_cell : float
        Least distance of two kept lines, metres. Whole numbers of cells between them can
        make single cells smaller, never below half of it.
    growth : float, default 1.3
        Largest ratio of neighbouring cells. Kept lines alone can force more; a notice
        then says where.
    resolution : Resolution, optional
        What the waves in materials and the gaps between conductors need; left out, only
        the sizes above count.

    Returns
    -------
    Plan
        Grid and notices.

    Raises
    ------
    GridError
        If a size is not positive, the sizes are not in order, a fixed coordinate lies
        outside the extent, or a body does; all problems at once.
    """
    problems = _size_problems(finest_cell, coarsest_cell, smallest_cell, growth)
    problems += _place_problems(bodies, fixed, extent)
    if problems:
        raise GridError(problems)
    waves = _limits_of_waves(bodies, resolution)
    limits = [*waves, *_limits_of_gaps(resolution, smallest_cell)]
    limits += [
        Limit(axis, refined.lo[axis], refined.hi[axis], finest_cell, "the finest cell")
        for axis in range(3)
    ]
    x, y, z = (
        AxisLines(
            axis,
            _wanted(bodies, fixed[axis], (extent.lo[axis], extent.hi[axis]), axis, smallest_cell),
            tuple(limit for limit in limits if limit.axis == axis),
            coarsest_cell,
            smallest_cell,
            growth,
        )
        for axis in range(3)
    )
    axes = (x, y, z)
    grid = Grid(*(with_absorber(a.lines, absorber_cells[a.axis]) for a in axes))
    found = tuple(gap.on(grid) for gap in resolution.gaps) if resolution else ()
    notices = [notice for axis in axes for notice in axis.notices]
    notices += unmet(waves, grid.lines)
    notices += refined_notices(found, finest_cell)
    return Plan(grid, tuple(notices), axes, found)


def _limits_of_waves(bodies: Sequence[Body], wanted: Resolution | None) -> list[Limit]:
    if wanted is None:
        return []
    per_wavelength = wanted.cells_per_wavelength / wanted.factor
    return list(limits_of_materials(bodies, wanted.frequency, per_wavelength))


def _limits_of_gaps(wanted: Resolution | None, smallest: float) -> list[Limit]:
    return [] if wanted is None else list(limits_of_gaps(wanted.gaps, smallest, wanted.factor))


def _wanted(
    bodies: Sequence[Body],
    fixed: FixedLines,
    ends: tuple[float, float],
    axis: int,
    smallest: float,
) -> tuple[Candidate, ...]:
    wanted = [Candidate(end, BORDER, 1.0, "the end of the grid") for end in ends]
    names = fixed if isinstance(fixed, Mapping) else dict.fromkeys(fixed, "a fixed line")
    wanted += [Candidate(float(at), FIXED, 1.0, name) for at, name in names.items()]
    return (*wanted, *candidates(bodies, axis, smallest))


def _size_problems(finest: float, coarsest: float, smallest: float, growth: float) -> list[Problem]:
    problems = []
    for name, size in (("finest", finest), ("coarsest", coarsest), ("smallest", smallest)):
        if not (np.isfinite(size) and size > 0.0):
            problems.append(Problem(f"must be positive, got {size:g} m", field=f"{name}_cell"))
    if not problems and not smallest <= finest <= coarsest:
        problems.append(
            Problem(
                f"the smallest cell ({smallest * 1e3:g} mm), the finest ({finest * 1e3:g} mm) and "
                f"the coarsest ({coarsest * 1e3:g} mm) must be in this order",
                remedy="raise the coarsest cell (lower f_max) or lower the finest",
            )
        )
    if not growth > 1.0:
        problems.append(Problem(f"must be above 1, got {growth:g}", field="growth"))
    return problems


def _place_problems(
    bodies: Sequence[Body],
    fixed: tuple[FixedLines, FixedLines, FixedLines],
    extent: Box,
) -> list[Problem]:
    problems = []
    for axis, name in enumerate("xyz"):
        lo, hi = extent.lo[axis], extent.hi[axis]
        inside = f"the grid from {lo * 1e3:.4g} to {hi * 1e3:.4g} mm"
        if not lo < hi:
            problems.append(Problem(f"{inside} along {name} is empty", field="extent"))
            continue
        slack = 1e-9 * (hi - lo)
        problems += [
            Problem(f"{name} = {at * 1e3:.4g} mm lies outside {inside}", field="fixed")
            for at in fixed[axis]
            if not lo - slack <= at <= hi + slack
        ]
        problems += [
            Problem(
                f"it spans {name} = {body.surface.lo[axis] * 1e3:.4g} to "
                f"{body.surface.hi[axis] * 1e3:.4g} mm and leaves {inside}",
                field=f"part '{body.name}'",
                remedy="move the part or enlarge the domain",
            )
            for body in bodies
            if body.surface.lo[axis] < lo - slack or body.surface.hi[axis] > hi + slack
        ]
    return problems
