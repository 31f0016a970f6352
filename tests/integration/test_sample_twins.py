"""`emtwin check` accepts the twin files of the samples, and prints what a surface had wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emtwin import resources
from tests.benches.tiny_device import write_tiny_device
from tests.integration.conftest import Call


@pytest.mark.parametrize("name", ["slotted_enclosure", "board_in_box"])
def test_check_accepts_a_sample(name: str, call: Call) -> None:
    done = call("check", resources.examples_dir() / name / "twin.yaml", "--json")
    assert done.code == 0, done.err
    audit = json.loads(done.out)["sites"][0]["audit"]
    assert all(part["edges"] > 0 for part in audit)


def test_check_prints_what_was_wrong_with_a_surface(call: Call, tmp_path: Path) -> None:
    broken = (resources.meshes_dir() / "broken" / "holes.stl").as_posix()
    twin = write_tiny_device(
        tmp_path,
        ("mesh: {file: block.stl, unit: m", f"region: holes, mesh: {{file: {broken}, unit: mm"),
    )
    done = call("check", twin)
    assert done.code == 0, done.err
    for text in ("holes-closed: region 'holes' of holes.stl: 3 holes", "open-surface: region"):
        assert text in done.out
