"""The grid is coarsened until it fits into the memory budget, where the twin allows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from emtwin import pipeline, site_runs
from emtwin.benches.bodies import bodies_of
from emtwin.benches.fitting import expected_runs, fitted
from emtwin.errors import InputError
from tests.benches.tiny_device import Change, write_tiny_device

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
