"""The example with a board from KiCad, as it stands: verdicts, and what the board left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emtwin import pipeline
from tests.integration.conftest import Call


@pytest.mark.slow
def test_the_sensor_board_gets_two_verdicts(
    call: Call, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A 26 mm track 0.2 mm over its plane is a weak antenna, and 1 nF shorts the sensor's input."""
    written = []
    monkeypatch.setattr(pipeline, "_write", lambda campaign, *_: written.append(campaign))
    twin = repository / "examples" / "sensor_board" / "twin.yaml"
    done = call("run", twin, "--out", tmp_path / "out", "--json", "--quiet")
    verdicts = {v["test"]: v for v in json.loads(done.out)["verdicts"]}
    assert {name: v["outcome"] for name, v in verdicts.items()} == {
        "radiated_immunity": "pass",
        "radiated_emission": "pass",
    }, done.err
    names = {notice["name"] for notice in written[0].meta["notices"]}
    assert {"board-planes-near", "board-trace-part", "board-tracks-left-out"} <= names
