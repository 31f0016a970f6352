"""A coarser grid where the memory budget asks for one and the twin file allows it.

First the cells per wavelength are lowered, which coarsens the far cells most, then the finest cell
is raised. No material gets less than ten cells per wavelength, and gaps keep their two cells. Only
where that does not fit, the narrowest round and oblique gaps, whose cells are small along two axes
or three, lose theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from emtwin.benches.memory import largest_that_fits
from emtwin.benches.outline import Outline
from emtwin.benches.site_ports import SitePort
from emtwin.constants import C0
from emtwin.errors import Notice
from emtwin.scene import EndFloor
from emtwin.units import format_si
from emtwin.voxel import ShapedGap
from emtwin.voxel.gaps.flat import described

FEWEST_CELLS = 10.0
"""Cells per wavelength in a material that fitting leaves at least."""

_SHARE = 0.97  # of the budget: samples on the device's surface are counted only with its voxels


def fitted(outline: Outline, earlier: int = 0) -> tuple[Outline, tuple[Notice, ...]]:
    """The outline, coarsened where it is above the memory budget and something may be given up.

    Parameters
    ----------
    outline : Outline
        As the accuracy asks for it.
    earlier : int
        Bytes that the sites before this one have left.

    Returns
    -------
    outline : Outline
        The finest that fits; the given one where it fits, and where nothing that is allowed fits.
        Waves and the finest cell are given up only if the twin says ``fit: true``.
    notices : tuple of Notice
        ``fitted-to-memory``: what was given up; ``gaps-left-coarse``: gaps without small cells.
    """
    settings = outline.loaded.twin.accuracy.settings()
    budget, runs = int(_SHARE * settings.memory_bytes), expected_runs(outline)
    needed = _bytes(outline, runs, earlier)
    if needed <= budget:
        return outline, ()
    if settings.fit and (coarser := _coarsened(outline, runs, earlier, budget)) is not None:
        return coarser, (_notice(outline, coarser, needed),)
    found = _with_coarse_gaps(outline, lambda other: _bytes(other, runs, earlier) <= budget)
    if found is not None:
        return found, (_gap_notice(outline, found, needed),)
    return outline, ()


def _with_coarse_gaps(outline: Outline, fits: Callable[[Outline], bool]) -> Outline | None:
    """The outline without the cells of so many of its narrowest shaped gaps that it fits."""
    shaped = [gap for gap in outline.gaps if isinstance(gap, ShapedGap)]
    needs = sorted(gap.cell_needed for gap in shaped)

    def without(number: int) -> Outline:
        """The outline in which that many are left as the other cells make them."""
        least = needs[number - 1]
        gaps = (
            replace(gap, refined=not (isinstance(gap, ShapedGap) and gap.cell_needed <= least))
            for gap in outline.gaps
        )
        return replace(outline, gaps=tuple(gaps))

    if not needs or not fits(without(len(needs))):
        return None
    too_few, enough = 0, len(needs)
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        too_few, enough = (too_few, middle) if fits(without(middle)) else (middle, enough)
    return without(enough)


def expected_runs(outline: Outline) -> int:
    """Number of ports that a site drives: its targets, and those not in their reference."""
    device, floor = outline.loaded.twin.device, outline.over_floor
    leads = [c for c in device.cables if floor and isinstance(c.end, EndFloor)]
    driven = [not SitePort(cable.name, cable.foot_impedance).is_reference for cable in leads]
    for port in device.ports:
        end = SitePort(port.name, port.termination.resistance, port.termination.capacitance)
        target = port.emission if floor else port.immunity
        driven.append(target is not None or not end.is_reference)
    return max(sum(driven), 1)


def _coarsened(outline: Outline, runs: int, earlier: int, budget: int) -> Outline | None:
    def with_cells(cells: float) -> Outline:
        """The outline with so many cells per wavelength."""
        return replace(outline, cells_per_wavelength=cells)

    wanted = outline.cells_per_wavelength
    fewest = min(FEWEST_CELLS, wanted)
    cells = largest_that_fits(
        lambda n: _bytes(with_cells(n), runs, earlier), wanted, fewest, budget
    )
    if cells is not None:
        return with_cells(cells)
    coarse, finest = with_cells(fewest), 1 / outline.finest_cell
    least = min(finest, outline.f_max * fewest / C0)
    per_metre = largest_that_fits(
        lambda n: _bytes(replace(coarse, finest_cell=1 / n), runs, earlier), finest, least, budget
    )
    return None if per_metre is None else replace(coarse, finest_cell=1 / per_metre)


def _bytes(outline: Outline, runs: int, earlier: int) -> int:
    return sum(outline.extent().memory(runs, earlier).values())


def _notice(wanted: Outline, found: Outline, needed: int) -> Notice:
    budget = wanted.loaded.twin.accuracy.settings().memory_bytes
    changes = []
    if found.cells_per_wavelength < wanted.cells_per_wavelength:
        changes.append(
            f"{found.cells_per_wavelength:.3g} instead of {wanted.cells_per_wavelength:.3g} cells "
            "per wavelength"
        )
    if found.finest_cell > wanted.finest_cell:
        changes.append(
            f"a finest cell of {format_si(found.finest_cell, 'm', 3)} instead of "
            f"{format_si(wanted.finest_cell, 'm', 3)}"
        )
    return Notice(
        "fitted-to-memory",
        f"site {wanted.name} would need {format_si(float(needed), 'B', 3)} of memory, the budget "
        f"is {format_si(float(budget), 'B', 3)}: it has {' and '.join(changes)}",
    )


def _gap_notice(wanted: Outline, found: Outline, needed: int) -> Notice:
    budget = wanted.loaded.twin.accuracy.settings().memory_bytes
    left = [gap for gap in found.gaps if not gap.refined]
    longest = max(left, key=lambda gap: gap.length)
    more = f", and {len(left) - 1} more" if len(left) > 1 else ""
    return Notice(
        "gaps-left-coarse",
        f"with two cells across every gap, site {wanted.name} would need "
        f"{format_si(float(needed), 'B', 3)} of memory, the budget is "
        f"{format_si(float(budget), 'B', 3)}: the grid is not refined for the "
        f"{described(longest)}{more}; raise accuracy.memory",
    )
