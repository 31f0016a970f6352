"""Levels of refinement, chosen by what is measured on the planned grids."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from emtwin import pipeline, select_backend
from emtwin.benches import memory
from emtwin.benches.applicable import requests
from emtwin.benches.bodies import bodies_of
from emtwin.benches.estimates import placed_site
from emtwin.benches.ladder import LEAST_RATIO, Ladder, ladder, representative_cell
from emtwin.benches.outline import Outline
from emtwin.benches.sites import outline_of
from emtwin.errors import InputError
from emtwin.grid import Grid
from emtwin.voxel import Box
from tests.benches.tiny_device import write_tiny_device

TESTS = ("radiated_immunity", "radiated_emission")
FINE = ("finest_cell: 20 mm", "finest_cell: 4 mm")


def outline(folder: Path, test: str, *changes: tuple[str, str]) -> Outline:
    """A site of the tiny device, planned."""
    loaded = pipeline.load(write_tiny_device(folder, *changes))
    return outline_of(loaded, bodies_of(loaded), requests(loaded)[test])[0]


def levels(steps: Ladder) -> list[float]:
    """Factors on the cells, the coarsest first."""
    coarser = [] if steps.coarser is None else [steps.coarser]
    return [level.refinement for level in (*coarser, steps.declared, *steps.finer)]


def test_a_representative_cell_is_the_root_of_the_mean_volume() -> None:
    """Cells of 2 x 1 x 4; the box holds 1.5 of them along x, so 3 x 2 x 4 has 1.5 x 2 x 1."""
    grid = Grid(np.arange(5) * 2.0, np.arange(5) * 1.0, np.arange(5) * 4.0)
    assert representative_cell(grid, Box((1, 1, 4), (4, 3, 8))) == pytest.approx(2.0)
    assert representative_cell(grid, Box((0, 0, 4), (4, 2, 4))) == pytest.approx(2**0.5)


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize("finest", ["6 mm", "4 mm", "2 mm"])
def test_every_level_is_finer_everywhere_in_the_same_domain(
    test: str, finest: str, tmp_path: Path
) -> None:
    """What differs between two levels is the mesh: the absorber begins at the same places."""
    site = outline(tmp_path, test, ("finest_cell: 20 mm", f"finest_cell: {finest}"))
    steps = ladder(test, site, 3, "numpy")
    assert steps.coarser is not None
    every = (steps.coarser, steps.declared, *steps.finer)
    assert len(every) == 5
    for coarse, fine in pairwise(every):
        assert coarse.device >= LEAST_RATIO * fine.device * (1 - 1e-9)
        assert coarse.around > fine.around
        assert coarse.cells < fine.cells
        assert coarse.work < fine.work
    ends = []
    for factor in levels(steps):
        grid, layers = replace(site, refinement=factor).grid, site.absorber.cells
        pairs = zip(grid.lines, layers, strict=True)
        ends.append([(x[low], x[-1 - high]) for x, (low, high) in pairs])
        assert replace(site, refinement=factor).clearance >= 1
    np.testing.assert_allclose(ends, np.broadcast_to(ends[0], np.shape(ends)), atol=1e-12)


def test_the_ratio_is_that_of_the_grid_and_not_that_of_the_factor(tmp_path: Path) -> None:
    """Lines of the block and the trace stay; so 1 / 1.3 is not the first factor that is enough."""
    site = outline(tmp_path, TESTS[0], FINE)
    steps = ladder(TESTS[0], site, 1, "numpy")
    grid = replace(site, refinement=steps.finer[0].refinement).grid
    counted = representative_cell(site.grid, site.device) / representative_cell(grid, site.device)
    assert steps.declared.device / steps.finer[0].device == pytest.approx(counted)
    assert counted != pytest.approx(1 / steps.finer[0].refinement, rel=1e-3)


def test_where_the_geometry_holds_the_cells_there_is_no_coarser_level(tmp_path: Path) -> None:
    """At 100 mm the block of 80 x 40 x 20 mm has the cells of its own lines at every factor."""
    site = outline(tmp_path, TESTS[0], ("finest_cell: 20 mm", "finest_cell: 100 mm"))
    steps = ladder(TESTS[0], site, 2, "numpy")
    assert steps.coarser is None
    assert (
        "lines that the geometry sets and the space round the device hold the cells"
        in steps.missing
    )
    assert [level.refinement < 1 for level in steps.first(3)] == [False, True, True]


def test_levels_above_the_memory_budget_are_marked(tmp_path: Path) -> None:
    whole = ladder(TESTS[0], outline(tmp_path, TESTS[0], FINE), 2, "numpy")
    assert all(level.fits for level in whole.first(4))
    budget = (whole.finer[0].memory + whole.finer[1].memory) // 2 // 2**20
    limited = ("decay_db: -40", f"decay_db: -40, memory: {budget} MiB")
    steps = ladder(TESTS[0], outline(tmp_path, TESTS[0], FINE, limited), 2, "numpy")
    assert [level.fits for level in (steps.declared, *steps.finer)] == [True, True, False]


def test_what_earlier_runs_hold_counts(tmp_path: Path) -> None:
    site = outline(tmp_path, TESTS[0], FINE)
    alone, beside = (ladder(TESTS[0], site, 1, "numpy", 0, held) for held in (0, 2**30))
    assert beside.declared.memory == alone.declared.memory
    assert beside.finer[0].memory == alone.finer[0].memory + 2**30


def test_results_that_are_in_memory_already_need_no_free_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is free was measured with them there; a level asks only for what is still to come."""
    loaded, held = pipeline.load(write_tiny_device(tmp_path)), 2**40
    site = pipeline.sites_of(loaded, bodies_of(loaded))[TESTS[0]]
    one = placed_site(site, ("input",), loaded, held)
    monkeypatch.setattr(memory, "available_memory", lambda: one.plan.memory_bytes - held)
    machine = select_backend("numpy")
    one.refuse_above_free(loaded, machine, held)
    with pytest.raises(InputError, match="this machine has"):
        one.refuse_above_free(loaded, machine)
