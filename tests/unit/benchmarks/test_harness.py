"""Rows, tables, files and exit codes of the benchmarks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.harness import Row, Spread, document, finish, seconds_of, table


@pytest.mark.parametrize(
    ("row", "met"),
    [
        (Row("a", 2.0, "x"), None),
        (Row("a", 2.0, "x", 2.0), True),
        (Row("a", 1.9, "x", 2.0), False),
        (Row("a", 1.9, "x", 2.0, "lower"), True),
        (Row("a", 2.1, "x", 2.0, "lower"), False),
        (Row("a", None, "x", 2.0, "lower"), False),
        (Row("a", float("nan"), "x", 2.0, "lower"), False),
    ],
)
def test_a_target_is_met_on_its_good_side_only(row: Row, met: bool | None) -> None:
    assert row.met is met


def test_a_missed_or_skipped_target_is_counted_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        Row("one", 3.0, "x", 2.0),
        Row("two", None, "x", 2.0, note="no GPU"),
        Row("three", 1, "x"),
    ]
    file = tmp_path / "rows.json"
    assert finish("name", "machine", rows, quick=True, out=file) == 1
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1] == "1 of 2 targets met"
    assert "3 rows" in printed
    stored = json.loads(file.read_text())
    assert {"benchmark", "date", "machine", "backend", "commit", "rows"} == stored.keys()
    assert [row["met"] for row in stored["rows"]] == [True, False, None]
    assert all(row["quick"] for row in stored["rows"])


def test_met_targets_succeed(capsys: pytest.CaptureFixture[str]) -> None:
    assert finish("name", "machine", [Row("one", 3.0, "x", 2.0)], quick=False, out=None) == 0
    assert capsys.readouterr().out.endswith("1 of 1 targets met\n")


def test_a_full_run_does_not_call_itself_quick() -> None:
    [row] = document("name", "machine", [Row("one", 3.0, "x")], quick=False)["rows"]
    assert "quick" not in row


def test_the_table_tells_value_target_and_reason() -> None:
    text = table([Row("slow", None, "us", 5.0, "lower", "no GPU")])
    assert "| slow | - | us | ≤ 5 | no | no GPU |" in text


def test_actions_take_turns_after_one_untimed_call() -> None:
    calls: list[str] = []
    times = seconds_of(lambda: calls.append("a"), lambda: calls.append("b"), repeats=2)
    assert "".join(calls) == "ab" + "abab"
    assert [len(t) for t in times] == [2, 2]
    assert Spread.of([3.0, 1.0, 2.0]) == Spread(2.0, 1.0, 3.0)
