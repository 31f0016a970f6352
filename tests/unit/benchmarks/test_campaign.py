"""The benchmark of a whole run, with a run that takes no time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import campaign
from benchmarks.campaign import LOOP, SHARE, Measured, memory_row, stage_rows


def test_every_stage_outside_the_loop_has_a_target() -> None:
    """10 s: 6 in the loop, 2 in pictures, 0.5 in files, so that 1.5 are left for the start."""
    found = Measured(10.0, {LOOP: 6.0, "files": 0.5, "pictures": 2.0}, 0, "native")
    rows = {row.case: row for row in stage_rows(found, "noted")}
    assert list(rows) == ["whole run", LOOP, "pictures", "start, twin file, tables", "files"]
    assert rows["whole run"].value == 10.0
    assert rows["whole run"].note == "noted"
    assert rows[LOOP].target is None
    shares = {case: row.value for case, row in rows.items()}
    assert shares["pictures"] == pytest.approx(0.2)
    assert shares["start, twin file, tables"] == pytest.approx(0.15)
    assert rows["pictures"].target == SHARE
    assert rows["pictures"].met is False
    assert rows["files"].met is True


def test_memory_is_judged_against_what_was_told() -> None:
    found = Measured(1.0, {}, 103 * 2**20, "native")
    row = memory_row(found, 100 * 2**20)
    assert row.value == pytest.approx(1.03)
    assert row.met is True
    assert row.note == "103 MiB resident at the peak, 100 MiB told"


def test_a_run_that_fails_is_no_measurement(tmp_path: Path) -> None:
    """There is no such twin file: exit code 2, and nothing on stdout."""
    with pytest.raises(RuntimeError, match="problem in the input"):
        campaign.measure(tmp_path / "none.yaml", "draft", tmp_path)


def test_start_is_measured_in_processes_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []
    monkeypatch.setattr(subprocess, "run", lambda words, **_: calls.append(words))
    rows = campaign.start_rows()
    assert [row.case for row in rows] == ["import emtwin", "emtwin --help"]
    assert {tuple(words[:2]) for words in calls} == {(sys.executable, "-c"), (sys.executable, "-m")}
    assert all(row.met for row in rows)
