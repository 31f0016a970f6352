"""`emtwin standards` shows rows with clause and confidence."""

from __future__ import annotations

import json

from tests.unit.cli.conftest import Call


def test_rows_with_clause_and_confidence(call: Call) -> None:
    done = call("standards", "home", "radiated")
    assert done.code == 0
    for text in ("10 V/m", "80 MHz to 2.7 GHz", "IEC 60601-1-2:2014+A1:2020", "confirmed", "1 row"):
        assert text in done.out, text


def test_all_rows(call: Call) -> None:
    everything = json.loads(call("standards", "--json").out)["rows"]
    assert len(everything) > 20
    assert all(row["citation"] and row["confidence"] and row["edition"] for row in everything)
    assert f"{len(everything)} rows" in call("standards").out


def test_a_query_without_an_answer(call: Call) -> None:
    done = call("standards", "radaited")
    assert done.code == 2
    assert "QUERY: no row of the standards says 'radaited'" in done.err
    assert "use fewer words, or none for all rows. Did you mean 'radiated'?" in done.err
