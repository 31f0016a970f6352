"""`emtwin check` prints what a run would take."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from emtwin.cli import check as command
from emtwin.errors import InputError
from tests.unit.cli import conftest
from tests.unit.cli.conftest import Call, CampaignPlan, FakePipeline, SitePlan


def test_it_prints_grid_times_audit_and_notices(call: Call, pipeline: FakePipeline) -> None:
    done = call("check", "pump.yaml", "--accuracy", "fine")
    assert done.code == 0
    assert pipeline.asked["accuracy"] == "fine"
    for text in (
        *("free_space", "over_floor", "50 x 40 x 55", "110,000", "2 mm to 12 mm", "3.8 ps"),
        *("8,200", "512 MiB", "sensor_input", "clock"),
        *("native", "1 min 5 s", "2 min 10 s", "numpy", "1 h 7 min", "2 h 13 min"),
        *(
            "housing",
            "abs",
            "12,345",
            "40,321",
            "400 cm³",
            "+2.5%",
            "2,500 cm²",
            "+4.0%",
            "one cell thick",
        ),
        *("Memory at its peak", "program", "150 MiB", "fields", "362 MiB", "together", "512 MiB"),
        *(
            "What sets the time step, over_floor",
            "800 ",
            "ground_plane at 29.6 mm, next to board",
        ),
        *("2 mm", "3.8 ps", "7.22 ps", "1.90"),
        "By the plan these apply too, or may, without a verdict from emtwin yet: esd, surge. See "
        "`emtwin plan`.",
        "The input is right. Nothing was run.",
    ):
        assert text in done.out, text
    assert done.out.count("- lines-merged: moved by 0.4 mm") == 1
    assert "folder" not in pipeline.asked


def test_it_prints_the_netlist_its_changes_and_the_ends(call: Call, pipeline: FakePipeline) -> None:
    lines = [" ".join(line.split()) for line in call("check", "pump.yaml").out.splitlines()]
    for text in (
        "│ 1 │ frame, post_1 │ 1 │ 512 │",
        "│ 2 │ lid │ 1 │ 512 │",
        "│ 3 │ shim │ none │ 0 │",
        "│ contact formed │ frame, lid │ 0.4 mm │ 40, 20, 30 mm │ 1 x 2 x 4 mm │ "
        "a gasket closes it │",
        "│ contact opened │ a, b │ -1.23 mm │ 40, 20, 30 mm │ 1 x 2 x 4 mm │ screws │",
        "│ metal lost │ shim │ – │ 40, 20, 30 mm │ 1 x 2 x 4 mm │ tiny │",
        "│ near │ post_1, lid │ 1.5 mm │ 50, 20, 30 mm │ │ no contact │",
        "│ lead, start │ bond │ frame │ frame, lid │ 0.25 mm │ 0.5 mm │",
        "│ lid │ 1 mm │ 50 mm │ 0 │ closed │ 100% │",
        "│ lid │ 500 um │ 400 um │ 97% │ 1,234 │ – │ – │ – │ "
        "perfectly conducting sheet on cell faces │",
        "│ foil │ – │ – │ 100% │ 12 │ – │ – │ – │ perfectly conducting sheet on cell faces │",
        "│ lead, end │ open │ – │ – │ – │ 0 mm │",
    ):
        assert lines.count(text) == 2, text


def test_it_draws_the_audit(
    call: Call, pipeline: FakePipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from emtwin.viz.probe import probe

    monkeypatch.setenv("EMTWIN_RENDERING", "off")
    probe.cache_clear()
    target = tmp_path / "new" / "audit.png"
    done = call("check", "pump.yaml", "--picture", target)
    probe.cache_clear()
    assert done.code == 0, done.err
    assert target.read_bytes().startswith(b"\x89PNG")
    assert str(target) in done.err
    refused = call("check", "pump.yaml", "--picture", "audit.jpg")
    assert refused.code == 2
    assert "--picture: audit.jpg is not the name of a PNG file" in refused.err


def test_json(call: Call, pipeline: FakePipeline) -> None:
    document = json.loads(call("check", "pump.yaml", "--json").out)
    assert document["exit_code"] == 0
    assert document["seconds"] == {"native": 130.0, "numpy": 8000.0}
    assert [site["cells"] for site in document["sites"]] == [110_000, 110_000]
    assert document["sites"][0]["audit"][0]["notes"] == ["one cell thick"]
    netlist = document["sites"][0]["netlist"]
    assert netlist["before"][0]["pieces"] == ["frame", "post_1"]
    assert netlist["changes"][0]["allowed"] == "a gasket closes it"
    assert document["sites"][0]["ends"][0]["distance"] == 0.00025
    assert document["notices"] == [
        {"name": "lines-merged", "message": "moved by 0.4 mm", "rank": "warning"}
    ]
    assert document["without_verdict"] == ["esd", "surge"]


def test_wrong_input(call: Call, pipeline: FakePipeline) -> None:
    pipeline.load_error = InputError.single("no such file")
    done = call("check", "pump.yaml")
    assert (done.code, done.out) == (2, "")
    assert "1 problem in the input; no result was written." in done.err


def test_a_backend_counts_only_if_it_can_run_every_site() -> None:
    one, two = SitePlan(seconds={"cuda": 1.0, "numpy": 2.0}), SitePlan(seconds={"numpy": 3.0})
    plan: Any = CampaignPlan(sites=(one, two))
    assert command.seconds(plan) == {"numpy": 5.0}
    assert command.seconds(CampaignPlan(sites=())) == {}  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["CampaignPlan", "SitePlan", "Update", "PartAudit"])
def test_the_stand_ins_have_the_fields_of_the_real_ones(name: str) -> None:
    from emtwin import pipeline
    from emtwin.benches import estimates
    from emtwin.voxel import PartAudit

    real: Any = {
        "CampaignPlan": pipeline.CampaignPlan,
        "SitePlan": estimates.SitePlan,
        "Update": pipeline.Update,
        "PartAudit": PartAudit,
    }[name]
    fields = {part.name for part in dataclasses.fields(getattr(conftest, name))}
    assert fields <= {part.name for part in dataclasses.fields(real)}


def test_levels_of_refinement_are_shown_where_asked_for(call: Call, pipeline: FakePipeline) -> None:
    assert "54,321" not in call("check", "pump.yaml").out
    done = call("check", "pump.yaml", "--convergence")
    for text in ("Levels of refinement", "radiated emission", "x 0.7", "54,321", "1 min"):
        assert text in done.out
    document = json.loads(call("check", "pump.yaml", "--convergence", "--json").out)
    assert document["levels"][0]["cells"] == 54321
