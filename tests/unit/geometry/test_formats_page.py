"""The table of docs/geometry.md holds every ending that can be read, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from emtwin.geometry.formats import FORMATS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "geometry.md"


def test_the_table_of_formats_is_the_list_of_formats() -> None:
    section = PAGE.read_text(encoding="utf-8").split("## Files that can be read")[1]
    rows = [line.split("|") for line in section.split("\n## ")[0].splitlines() if "| `." in line]
    listed = {ending: row for row in rows for ending in re.findall(r"`(\.[\w.]+)`", row[1])}
    assert listed.keys() == FORMATS.keys()
    for ending, row in listed.items():
        assert FORMATS[ending].needs in row[4].replace("the program ", ""), ending
        assert bool(FORMATS[ending].carries_unit) == ("declared" not in row[3]), ending
