"""The answers that docs/standards.md shows are those that the program gives."""

from __future__ import annotations

import shlex
from itertools import pairwise

import pytest

from emtwin.cli import main
from tests.docs.pages import ROOT, Block, blocks

WIDTH = "108"  # columns with which the page was made
PAGE = list(blocks(ROOT / "docs" / "standards.md"))
ANSWERS = [
    (asked, shown)
    for asked, shown in pairwise(PAGE)
    if (asked.language, shown.language) == ("sh", "text")
]


def test_the_page_shows_answers() -> None:
    assert len(ANSWERS) >= 4


@pytest.mark.parametrize(("asked", "shown"), ANSWERS, ids=str)
def test_shown_answer_is_given(
    asked: Block,
    shown: Block,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in (("COLUMNS", WIDTH), ("NO_COLOR", "1"), ("TERM", "dumb")):
        monkeypatch.setenv(name, value)
    program, *arguments = shlex.split(asked.text)
    assert program == "emtwin"
    with pytest.raises(SystemExit):
        main(arguments)
    given = capsys.readouterr()
    lines = (given.out + given.err).splitlines()
    assert [line.rstrip() for line in lines] == shown.text.splitlines()
