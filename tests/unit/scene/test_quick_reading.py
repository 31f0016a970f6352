"""libyaml and the parser in Python read the same out of a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from emtwin import resources
from emtwin.scene import document


@pytest.mark.parametrize("name", ["iec60601_1_2_table9", "waveforms", "editions"])
def test_same_data_and_lines(name: str) -> None:
    file = resources.standards_dir() / f"{name}.yaml"
    text = file.read_text(encoding="utf-8")
    slow, quick = document.parse(text, file), document.parse(text, file, quick=True)
    assert quick.data == slow.data
    assert quick.lines == slow.lines
    assert quick.problems == slow.problems == []


@pytest.mark.parametrize(
    "text",
    ["rows: [", "a: 1\na: 2\n", "a: !x 1\n", "a: on\nb: 010\nc: 1e9\nd: .inf\n", "", "\t- a\n"],
)
def test_same_words_and_messages(text: str) -> None:
    file = Path("file.yaml")
    slow, quick = document.parse(text, file), document.parse(text, file, quick=True)
    assert (quick.data, quick.lines, quick.problems) == (slow.data, slow.lines, slow.problems)
