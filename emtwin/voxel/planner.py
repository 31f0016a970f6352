"""The mesh planner: a graded grid that keeps what the geometry needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import GridError, Notice, Problem
from emtwin.grid import Grid
from emtwin.voxel.bodies import Body, Box
from emtwin.voxel.grading import Grading
from emtwin.voxel.snapping import BORDER, FIXED, Candidate, candidates, keep, merge_notice

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Plan:
    """A grid and what had to give way for it.

    Parameters
    ----------
    grid : Grid
        The grid, absorber included.
    notices : tuple of Notice
        ``lines-merged``: places that share a line; ``grading-exceeded``: neighbouring
        cells that differ by more than the wanted ratio.
    """

    grid: Grid
    notices: tuple[Notice, ...]


def plan(
    bodies: Sequence[Body],
    *,
    fixed: tuple[Sequence[float], Sequence[float], Sequence[float]],
    refined: Box,
    finest_cell: float,
    coarsest_cell: float,
    extent: Box,
    absorber_cells: tuple[tuple[int, int], tuple[int, int], tuple[int, int]],
    smallest_cell: float,
    growth: float = 1.3,
) -> Plan:
    """Plan a graded grid.

    Lines are kept at the ends of `extent`, at `fixed`, at axis-aligned facets of bodies
    and at the rims of sheets. Where two are nearer than `smallest_cell`, the lower one of
    this order gives way: ends, fixed, sheets, metal, dielectrics.

    Parameters
    ----------
    bodies : sequence of Body
        Bodies to snap to.
    fixed : tuple of sequences of float
        Coordinates along x, y, z in metres that must be lines: cables, planes, ports.
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
    axes: list[Floats] = []
    notices: list[Notice] = []
    for axis, name in enumerate("xyz"):
        ends = extent.lo[axis], extent.hi[axis]
        lines, moved = keep(_wanted(bodies, fixed[axis], ends, axis, smallest_cell), smallest_cell)
        if moved:
            notices.append(merge_notice(name, moved, smallest_cell))
        fine = refined.lo[axis], refined.hi[axis]
        kept = np.array(lines)
        grading = Grading(
            kept, _cap(fine, finest_cell, coarsest_cell, growth), fine, smallest_cell, growth
        )
        sizes = grading.cells()
        axes.append(_with_absorber(_join(kept, sizes), absorber_cells[axis]))
        notices += _growth_notices(name, axes[-1], growth)
    return Plan(Grid(*axes), tuple(notices))


def _wanted(
    bodies: Sequence[Body],
    fixed: Sequence[float],
    ends: tuple[float, float],
    axis: int,
    smallest: float,
) -> list[Candidate]:
    wanted = [Candidate(end, BORDER, 1.0, "the end of the grid") for end in ends]
    wanted += [Candidate(float(at), FIXED, 1.0, "a fixed line") for at in fixed]
    return wanted + list(candidates(bodies, axis, smallest))


def _cap(
    fine: tuple[float, float], finest: float, coarsest: float, growth: float
) -> Callable[[Floats], Floats]:
    """Largest cell size wanted at a place: fine in the box, growing outside."""
    slope = Grading.slope_of(growth)

    def cap(x: Floats) -> Floats:
        away = np.maximum(np.maximum(fine[0] - x, x - fine[1]), 0.0)
        return np.minimum(finest + slope * away, coarsest)

    return cap


def _join(lines: Floats, sizes: Sequence[Floats]) -> Floats:
    """Lines of all intervals, each interval's ends exact."""
    inner = [start + np.cumsum(s)[:-1] for start, s in zip(lines[:-1], sizes, strict=True)]
    pieces = [np.append(start, between) for start, between in zip(lines[:-1], inner, strict=True)]
    return np.append(np.concatenate(pieces), lines[-1])


def _with_absorber(lines: Floats, cells: tuple[int, int]) -> Floats:
    low, high = lines[1] - lines[0], lines[-1] - lines[-2]
    below = lines[0] - low * np.arange(cells[0], 0, -1)
    above = lines[-1] + high * np.arange(1, cells[1] + 1)
    return np.concatenate([below, lines, above])


def _growth_notices(name: str, lines: Floats, growth: float) -> list[Notice]:
    sizes = np.diff(lines)
    ratio = np.maximum(sizes[1:] / sizes[:-1], sizes[:-1] / sizes[1:])
    if ratio.size == 0 or ratio.max() <= growth * (1.0 + 1e-6):
        return []
    worst = int(np.argmax(ratio))
    return [
        Notice(
            "grading-exceeded",
            f"along {name}, neighbouring cells of {sizes[worst] * 1e3:.3g} and "
            f"{sizes[worst + 1] * 1e3:.3g} mm at {lines[worst + 1] * 1e3:.5g} mm differ by a "
            f"factor {ratio[worst]:.2f}, because kept lines are near the smallest cell",
        )
    ]


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
    fixed: tuple[Sequence[float], Sequence[float], Sequence[float]],
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
