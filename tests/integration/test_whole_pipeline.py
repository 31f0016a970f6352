"""Twin in, files out, on the tiny device ten times as large: seconds per campaign."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import xarray as xr

from emtwin import level_runs, pipeline
from emtwin.convergence import Rules, search
from emtwin.errors import InputError
from emtwin.pipeline import Update
from emtwin.results import Campaign
from tests.benches.tiny_device import ONE_RUN_PER_SITE, write_tiny_device
from tests.integration.conftest import Call

NO_EMISSION = (
    "radiated_emission: {class: B, distance: 3 m}",
    "radiated_emission: {not_applicable: the clock stands still in this mode}",
)
NO_IMMUNITY = (
    "radiated_immunity: {}",
    "radiated_immunity: {not_applicable: used inside a shielded room only}",
)


@pytest.fixture(scope="module")
def refined(tmp_path_factory: pytest.TempPathFactory) -> tuple[Campaign, Path, list[Update]]:
    """A campaign with its convergence run, its folder, and what was reported on the way."""
    folder = tmp_path_factory.mktemp("refined")
    loaded = pipeline.load(write_tiny_device(folder, tenfold=True))
    updates: list[Update] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMTWIN_RENDERING", "off")
        campaign = pipeline.run(
            loaded,
            folder / "out",
            convergence=True,
            rules=Rules(change_db=1e-3, levels=2),
            progress=updates.append,
        )
    return campaign, folder / "out", updates


def test_every_file_is_written(refined: tuple[Campaign, Path, list[Update]]) -> None:
    _, folder, _ = refined
    names = {path.name for path in folder.iterdir()}
    assert {"results.h5", "report.html", "pictures", "vtk"} <= names
    assert not [path for path in folder.rglob("*") if path.is_file() and not path.stat().st_size]
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert "Tiny sensor box" in report
    assert report.count("<svg") + report.count("data:image") >= 4
    assert "http://" not in report.replace("http://www.w3.org", "")
    assert any(path.suffix in {".vtr", ".vti", ".vtp"} for path in (folder / "vtk").rglob("*"))
    assert len(list((folder / "pictures").glob("*.png"))) >= 4


def test_the_result_file_reopens_equal(refined: tuple[Campaign, Path, list[Update]]) -> None:
    campaign, folder, _ = refined
    again = Campaign.load(folder / "results.h5")
    assert again.verdicts == json.loads(json.dumps(campaign.verdicts))
    meta = json.loads(json.dumps(campaign.meta))
    times = meta.pop("timing")  # goes on while pictures and report are made
    assert all(seconds <= times[stage] for stage, seconds in again.meta.pop("timing").items())
    assert again.meta == meta
    assert set(again.datasets) == set(campaign.datasets)
    for name, dataset in campaign.datasets.items():
        xr.testing.assert_equal(again.datasets[name], dataset)


def test_provenance_is_complete(refined: tuple[Campaign, Path, list[Update]]) -> None:
    campaign, _, _ = refined
    meta = campaign.meta
    assert meta["backend"] in ("native", "numpy", "cuda")
    assert len(meta["input_sha256"]) == 64
    assert [site["name"] for site in meta["sites"]] == ["free_space", "over_floor"]
    driven = {site["name"]: [run["port"] for run in site["runs"]] for site in meta["sites"]}
    assert driven == {"free_space": ["input"], "over_floor": ["clock", "input", "lead.foot"]}
    assert all(run["decay_db"] <= -40 for site in meta["sites"] for run in site["runs"])
    assert {row["name"] for row in meta["audit"]} == {"block", "plane"}
    assert "band-outside-run" in {notice["name"] for notice in meta["notices"]}
    outside = next(n["message"] for n in meta["notices"] if n["name"] == "band-outside-run")
    assert "computed up to 0.15 GHz; 0.15 to 2.7 GHz lies outside this run" in outside


def test_convergence_replaces_the_estimate(refined: tuple[Campaign, Path, list[Update]]) -> None:
    """The second resolution takes the place of the estimated dispersion and of the 6 dB floor."""
    campaign, _, _ = refined
    for verdict in campaign.verdicts:
        names = [name for name, _ in verdict["contributions"]]
        assert verdict["verified_by_refinement"] is True
        assert "grid dispersion" not in names
        assert "model floor" not in names
        assert any("refinement" in name for name in names)
        assert not [note for note in verdict["notes"] if "not verified" in note]


def test_levels_and_estimates_are_kept_and_shown(
    refined: tuple[Campaign, Path, list[Update]],
) -> None:
    """A thousandth of a dB is not reached within two levels of this coarse grid."""
    campaign, folder, updates = refined
    studies = {study["test"]: study for study in campaign.meta["convergence"]}
    assert list(studies) == ["radiated_immunity", "radiated_emission"]
    assert "convergence-not-reached" in {notice["name"] for notice in campaign.meta["notices"]}
    for verdict in campaign.verdicts:
        study = studies[verdict["test"]]
        assert study["converged"] is False
        assert len(study["levels"]) == 2
        assert study["levels"][1]["ratio"] >= 1.3
        (margin,) = (q for q in study["quantities"] if q["name"] == "margin")
        assert margin["values_db"][-1] == verdict["margin_db"] == study["levels"][1]["margin_db"]
        (size,) = (u for name, u in verdict["contributions"] if name == "mesh refinement")
        assert size == pytest.approx(2 * margin["bound_db"] / 3**0.5)
        assert verdict["notes"][-1].startswith(
            "Mesh error: 2 grids, order 1 assumed, safety factor 3: ±"
        )
    # two margins, a voltage, levels at 3 m and 10 m
    assert [len(study["quantities"]) for study in studies.values()] == [2, 3]
    (told,) = (update for update in updates if update.levels)
    assert [level.test for level in told.levels] == [test for test in studies for _ in range(2)]
    started = [u for u in updates if u.detail == "starts"]
    assert len(started) == 2
    assert all(u.seconds_left is not None and u.seconds_left > 0 for u in started)
    assert f"{started[0].stage}: free space, input driven" in {u.stage for u in updates}
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert "Levels of refinement" in report
    assert "Richardson estimates" in report


def test_the_levels_that_were_told_are_those_that_were_computed(
    refined: tuple[Campaign, Path, list[Update]],
) -> None:
    """Cells as planned without voxels are those of the grid that ran."""
    campaign, _, updates = refined
    (told,) = (update.levels for update in updates if update.levels)
    for study, site in zip(campaign.meta["convergence"], campaign.meta["sites"], strict=True):
        planned = {level.cells for level in told if level.test == study["test"]}
        assert {level["cells"] for level in study["levels"]} == planned
        assert study["levels"][-1]["cells"] == site["grid"]["cells"]


@pytest.mark.slow
def test_a_finer_level_takes_the_place_of_the_declared_one(tmp_path: Path) -> None:
    """Three levels: the campaign holds the finest, in the same domain with more cells."""
    loaded = pipeline.load(
        write_tiny_device(tmp_path, *ONE_RUN_PER_SITE, NO_EMISSION, tenfold=True)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMTWIN_RENDERING", "off")
        campaign = pipeline.run(
            loaded, tmp_path / "out", convergence=True, rules=Rules(change_db=1e-3, levels=3)
        )
    (study,) = campaign.meta["convergence"]
    levels = study["levels"]
    assert len(levels) == 3
    assert all(fine["ratio"] >= 1.3 for fine in levels[1:])
    assert levels[1]["cells"] < levels[2]["cells"] == campaign.meta["sites"][0]["grid"]["cells"]
    assert levels[2]["refinement"] < 1.0
    assert abs(levels[2]["change_db"]) < 3.0
    (verdict, _) = campaign.verdicts
    assert verdict["margin_db"] == levels[2]["margin_db"]
    assert verdict["notes"][-1].startswith("Mesh error: 3 grids, ")


def test_a_level_that_the_geometry_forbids_is_named_and_the_rest_kept(tmp_path: Path) -> None:
    """Every level but the declared one finds two parts in contact; the verdict stands without."""
    loaded = pipeline.load(
        write_tiny_device(tmp_path, *ONE_RUN_PER_SITE, NO_EMISSION, tenfold=True)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMTWIN_RENDERING", "off")
        patch.setattr(level_runs, "build_site", _in_contact)
        campaign = pipeline.run(loaded, tmp_path / "out", convergence=True)
    (study,) = campaign.meta["convergence"]
    assert [level["refinement"] for level in study["levels"]] == [1.0]
    assert all("cannot be computed: block touches" in one["reason"] for one in study["missing"])
    (verdict, _) = campaign.verdicts
    assert verdict["verified_by_refinement"] is False
    assert verdict["uncertainty_db"] >= 6.0
    names = [notice["name"] for notice in campaign.meta["notices"]]
    assert "convergence-level-failed" in names
    assert "convergence-not-reached" in names
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "not computed" in report
    assert "block touches" in report


def _in_contact(*_site: object) -> None:
    raise InputError.single("block touches plane in site free_space")


def test_an_interrupted_study_leaves_the_levels_that_it_has(tmp_path: Path) -> None:
    """Ctrl-C while a finer level runs: the result file holds the levels before it."""
    loaded = pipeline.load(
        write_tiny_device(tmp_path, *ONE_RUN_PER_SITE, NO_EMISSION, tenfold=True)
    )

    def interrupt(update: Update) -> None:
        """Stop at the third level."""
        seen.append(update)
        if len([u for u in seen if u.detail == "starts"]) == 2:
            raise KeyboardInterrupt

    seen: list[Update] = []
    rules = Rules(change_db=1e-3, levels=3)
    with pytest.raises(KeyboardInterrupt):
        pipeline.run(loaded, tmp_path / "out", convergence=True, rules=rules, progress=interrupt)
    campaign = Campaign.load(tmp_path / "out" / "results.h5")
    (study,) = campaign.meta["convergence"]
    assert len(study["levels"]) == 2
    assert study["stopped"] == "it was interrupted after this level"
    assert campaign.verdicts[0]["verified_by_refinement"] is True


def test_a_level_that_overruns_its_time_is_given_up(tmp_path: Path) -> None:
    """The declared grid is said to take no time, so that the next one may begin and overruns."""
    loaded = pipeline.load(
        write_tiny_device(tmp_path, *ONE_RUN_PER_SITE, NO_EMISSION, tenfold=True)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMTWIN_RENDERING", "off")
        patch.setattr(search._Search, "_too_late", lambda *_: "")
        campaign = pipeline.run(
            loaded, tmp_path / "out", convergence=True, rules=Rules(seconds=1e-6)
        )
    (study,) = campaign.meta["convergence"]
    assert [level["refinement"] for level in study["levels"]] == [1.0]
    assert "the time ran out before it ended" in study["stopped"]


def test_progress_names_stages_and_decay(refined: tuple[Campaign, Path, list[Update]]) -> None:
    _, _, updates = refined
    stages = list(dict.fromkeys(update.stage for update in updates))
    assert stages[:3] == ["geometry", "levels of refinement", "free space, input driven"]
    assert stages[-1] == "files and pictures"
    inside = [u for u in updates if u.stage == "over floor, clock driven" and u.fraction]
    assert inside
    assert all(0.0 < u.fraction <= 1.0 for u in inside if u.fraction is not None)
    assert all("energy" in u.detail and u.seconds_left is not None for u in inside)


def test_a_failing_test_ends_with_1_and_a_reason_stands_for_the_other(
    call: Call, tmp_path: Path
) -> None:
    """10 mV at the port cannot hold; the test that does not apply keeps its stated reason."""
    threshold = ("threshold: 5 V", "threshold: 10 mV")
    twin = write_tiny_device(tmp_path, threshold, NO_EMISSION, tenfold=True)
    done = call("run", twin, "--out", tmp_path / "out", "--json", "--quiet")
    assert done.code == 1, done.err
    document = json.loads(done.out)
    verdicts = {verdict["test"]: verdict for verdict in document["verdicts"]}
    immunity, emission = verdicts["radiated_immunity"], verdicts["radiated_emission"]
    assert immunity["outcome"] == "fail"
    assert immunity["verified_by_refinement"] is False
    assert immunity["uncertainty_db"] >= 6.0
    assert emission["outcome"] == "not_applicable"
    assert emission["margin_db"] is None
    assert emission["statement"] == "the clock stands still in this mode"
    campaign = Campaign.load(tmp_path / "out" / "results.h5")
    assert [site["name"] for site in campaign.meta["sites"]] == ["free_space"]


def test_a_device_to_which_nothing_applies(call: Call, tmp_path: Path) -> None:
    """Two stated reasons are two verdicts; nothing is run."""
    twin = write_tiny_device(tmp_path, NO_IMMUNITY, NO_EMISSION, tenfold=True)
    done = call("run", twin, "--out", tmp_path / "out", "--json", "--quiet")
    assert done.code == 0, done.err
    outcomes = [verdict["outcome"] for verdict in json.loads(done.out)["verdicts"]]
    assert outcomes == ["not_applicable", "not_applicable"]
    assert (tmp_path / "out" / "report.html").stat().st_size > 0
