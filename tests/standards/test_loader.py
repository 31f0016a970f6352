"""Bad rows are refused with file, line and row id."""

from __future__ import annotations

from pathlib import Path

import pytest

from emtwin.errors import InputError
from emtwin.standards import load, query

ROW = """\
  - id: {id}
    kind: limit
    standard: CISPR 11
    edition: "2015"
    clause: 6.2.2
    quantity: electric_field
    equipment_class: B
    group: 1
    distance: 3 m
    frequency_from: {low}
    frequency_to: {high}
    limit_from: 40
    limit_to: 40
    unit: dBuV/m
    detector: quasi_peak
    confidence: confirmed
    source: made up
    test: radiated_emission
"""


def _row(name: str = "a", low: str = "30 MHz", high: str = "230 MHz") -> str:
    return ROW.format(id=name, low=low, high=high)


def _problems(folder: Path, text: str) -> str:
    (folder / "bad.yaml").write_text(text)
    with pytest.raises(InputError) as caught:
        load(folder)
    assert all(problem.remedy for problem in caught.value.problems)
    return str(caught.value)


def test_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_bytes(b"rows:\n  - id: \xe9\n")
    with pytest.raises(InputError) as caught:
        load(tmp_path)
    (problem,) = caught.value.problems
    assert problem.file == tmp_path / "bad.yaml"
    assert problem.message.startswith("cannot be read: ")
    assert problem.remedy == "save it as text in UTF-8"


def test_good_row_is_read(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text("rows:\n" + _row())
    (row,) = load(tmp_path).rows
    assert row.id == "a"
    assert row.citation == "CISPR 11:2015, 6.2.2"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("kind: limit", "kind: limitt", 2, "row 'a': kind: unknown kind 'limitt'"),
        ("    source: made up\n", "", 2, "row 'a': source: is missing"),
        ("source: made up", "sauce: made up", 18, "row 'a': sauce"),
        ("confidence: confirmed", "confidence: sure", 17, "row 'a': confidence"),
        ("limit_from: 40", "limit_from: forty", 13, "row 'a': limit_from"),
        ("limit_from: 40", "limit_from: .nan", 13, "row 'a': limit_from"),
        ('edition: "2015"', "edition: 2015", 5, "row 'a': edition"),
        ("distance: 3 m", "distance: 3", 10, "row 'a': distance"),
        ("frequency_from: 30 MHz", "frequency_from: 300 MHz", 2, "must be below frequency_to"),
        ("unit: dBuV/m", "unit: dBuA/m", 2, "radiated_emission measures electric_field in dBuV/m"),
        ("group: 1", "group: 3", 9, "row 'a': group"),
    ],
)
def test_bad_row_names_file_line_and_id(
    tmp_path: Path, old: str, new: str, line: int, said: str
) -> None:
    text = "rows:\n" + _row()
    assert old in text
    message = _problems(tmp_path, text.replace(old, new))
    assert f"bad.yaml:{line}: row 'a'" in message
    assert said in message


def test_all_problems_of_all_files_at_once(tmp_path: Path) -> None:
    bad = _row().replace("limit_to: 40", "limit_to: x")
    (tmp_path / "one.yaml").write_text("rows:\n" + bad)
    message = _problems(tmp_path, "rows:\n" + bad.replace("group: 1", "group: 9"))
    assert "one.yaml" in message
    assert "group" in message
    assert message.count("limit_to") == 2


def test_row_without_id_is_named_by_its_number(tmp_path: Path) -> None:
    message = _problems(tmp_path, "rows:\n" + _row().replace("id: a", "note: none"))
    assert "row number 1 (without id): id: is missing" in message


def test_duplicate_id_is_refused_across_files(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("rows:\n" + _row())
    message = _problems(tmp_path, "rows:\n" + _row("a", "230 MHz", "1 GHz"))
    assert "already used" in message
    assert "a.yaml:2" in message


def test_duplicate_key_is_refused(tmp_path: Path) -> None:
    text = "rows:\n" + _row().replace("    group: 1\n", "    group: 1\n    group: 2\n")
    assert "group" in _problems(tmp_path, text)


def test_overlapping_pieces_are_refused(tmp_path: Path) -> None:
    message = _problems(tmp_path, "rows:\n" + _row() + _row("b", "200 MHz", "1 GHz"))
    assert "overlaps that of 'a'" in message or "overlaps that of 'b'" in message


@pytest.mark.parametrize(
    "text", ["", "rows: 3\n", "rows:\n  - [\n", "levels: []\n", "rows: []\n", "rows: [3]\n"]
)
def test_unusable_file_is_refused(tmp_path: Path, text: str) -> None:
    assert "bad.yaml" in _problems(tmp_path, text) or text == "rows: []\n"


def test_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no row of any standard"):
        load(tmp_path)


def test_level_needs_levels_or_a_table(tmp_path: Path) -> None:
    text = """rows:
  - {id: l, kind: level, standard: S, edition: E, clause: C, test: esd, port: patient,
     phenomenon: p, basic_standard: b, environments: [home], confidence: low, source: none}
"""
    assert "either levels or refers_to" in _problems(tmp_path, text)


def test_unknown_row_offers_the_nearest() -> None:
    with pytest.raises(InputError, match=r"did you mean.*radiated-rf-home"):
        load().row("iec60601-1-2-t4-radiated-home")


def test_a_limit_is_not_a_parameter() -> None:
    with pytest.raises(InputError, match="is a limit"):
        load().parameter("cispr11-g1-b-3m-30-230")


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("radiated home rf 2014+A1:2020", {"iec60601-1-2-t4-radiated-rf-home"}),
        (
            "radiated rf life-supporting",
            {"iec60601-1-2-2007-radiated-rf-general", "iec60601-1-2-2007-radiated-rf-life-support"},
        ),
        (
            "CISPR 11 2015 class B group 1 3 m",
            {"cispr11-g1-b-3m-30-230", "cispr11-g1-b-3m-230-1000"},
        ),
        (
            "professional 3 V/m 80 %",
            {
                "iec60601-1-2-t4-radiated-rf-professional",
                "iec60601-1-2-2014-t4-radiated-rf-professional",
            },
        ),
        ("no such thing", set()),
    ],
)
def test_query(text: str, ids: set[str]) -> None:
    assert {row.id for row in query(text)} == ids


def test_empty_query_gives_everything() -> None:
    assert query() == load().rows


def test_every_row_has_a_summary() -> None:
    assert all(row.summary() for row in load().rows)
    assert len({(row.citation, row.summary()) for row in load().rows}) == len(load().rows)
