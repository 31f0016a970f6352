"""The grid is coarsened until it fits into the memory budget, where the twin allows it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from emtwin import pipeline, site_runs
from emtwin.benches.bodies import bodies_of
from emtwin.benches.fitting import expected_runs, fitted
from emtwin.benches.outline import Outline
from emtwin.errors import InputError
from emtwin.voxel import Gap, find_gaps
from tests.benches.tiny_device import Change, write_tiny_device
from tests.unit.voxel.round_parts import ring, rod
from tests.unit.voxel.shapes import METAL, solid

FAST: Change = ("preset: draft, f_max: 300 MHz", "preset: normal, f_max: 4 GHz")


def planned(folder: Path, ending: str) -> pipeline.CampaignPlan:
    """Plan of the tiny device up to 4 GHz at normal accuracy, with more accuracy settings."""
    path = write_tiny_device(folder, FAST, ("decay_db: -40", f"decay_db: -40{ending}"))
    return pipeline.check(pipeline.load(path))


def test_without_fit_it_is_refused_and_the_refusal_offers_it(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        planned(tmp_path, ", memory: 480 MiB")
    assert "set accuracy.fit to true for the finest grid" in caught.value.problems[0].remedy


def test_with_fit_the_far_cells_give_way_and_a_notice_says_so(tmp_path: Path) -> None:
    whole = planned(tmp_path, "")
    plan = planned(tmp_path, ", memory: 1200 MiB, fit: true")
    first, before = plan.sites[0], whole.sites[0]
    assert before.memory_bytes > 1200 * 2**20
    assert 0.9 * 1200 * 2**20 < first.memory_bytes <= 1200 * 2**20
    (notice,) = (n for n in first.notices if n.name == "fitted-to-memory")
    assert "site free_space would need" in notice.message
    assert "instead of 12 cells per wavelength" in notice.message
    assert "finest cell" not in notice.message


def test_ten_cells_per_wavelength_are_the_end_of_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the budget is"):
        planned(tmp_path, ", memory: 480 MiB, fit: true")


def test_fitting_is_left_alone_where_it_fits(tmp_path: Path) -> None:
    outlines = []
    for ending in ("", ", fit: true"):
        path = write_tiny_device(tmp_path, ("decay_db: -40", f"decay_db: -40{ending}"))
        loaded = pipeline.load(path)
        outlines.append(pipeline.sites_of(loaded, bodies_of(loaded))["radiated_immunity"].outline)
    plain, fitting = outlines
    assert fitting.grid.shape == plain.grid.shape
    assert fitting.cells_per_wavelength == plain.cells_per_wavelength
    assert "fitted-to-memory" not in [notice.name for notice in fitted(fitting)[1]]


@pytest.mark.parametrize("change", [None, ("resistance: 50 ohm", "resistance: 75 ohm")])
def test_runs_are_counted_before_there_are_ports(tmp_path: Path, change: Change | None) -> None:
    loaded = pipeline.load(write_tiny_device(tmp_path, *([change] if change else [])))
    for site in pipeline.sites_of(loaded, bodies_of(loaded)).values():
        assert expected_runs(site.outline) == len(site_runs.targets(loaded, site))


def test_the_narrowest_round_gaps_lose_their_cells_where_they_do_not_fit(tmp_path: Path) -> None:
    loaded = pipeline.load(write_tiny_device(tmp_path))
    site = pipeline.sites_of(loaded, bodies_of(loaded))["radiated_immunity"].outline
    gaps = tuple(gap for width in (3e-3, 6e-3) for gap in annulus(width))
    assert [gap.cell_needed for gap in gaps] == pytest.approx([1.5e-3, 3e-3], rel=0.03)
    needed = {kept: bytes_of(replace(site, gaps=kept)) for kept in ((), gaps[1:], gaps)}
    assert needed[()] < needed[gaps[1:]] < needed[gaps]
    middle = (needed[gaps[1:]] + needed[gaps]) / 2 / 0.97
    path = write_tiny_device(tmp_path, ("decay_db: -40", f"decay_db: -40, memory: {middle:.0f} B"))
    outline, (notice,) = fitted(replace(site, loaded=pipeline.load(path), gaps=gaps))
    assert [gap.refined for gap in outline.gaps] == [False, True]
    assert bytes_of(outline) == needed[gaps[1:]]
    assert notice.name == "gaps-left-coarse"
    assert "is not refined for the round gap of 2.9" in notice.message


def annulus(width: float) -> tuple[Gap, ...]:
    """The gap round a shaft of 30 mm in a hole."""
    shaft, hole = rod(15e-3, 20e-3, 32), ring(15e-3 + width, 40e-3, 20e-3, 32)
    return find_gaps([solid("shaft", shaft, METAL), solid("hole", hole, METAL)], 10e-3)


def bytes_of(outline: Outline) -> int:
    """Memory that is expected of its runs."""
    return sum(outline.extent().memory(expected_runs(outline)).values())
