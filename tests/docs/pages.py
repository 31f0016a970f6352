"""Reads the pages of the documentation: code blocks, recipes, links, commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^(?P=indent)```$", re.M | re.S
)
_RECIPE = re.compile(
    r"<!-- (?:recipe|tutorial):(?P<name>[\w-]+) -->\n(?P<rest>```.*?^```$)", re.M | re.S
)


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> list[Path]:
    """Every page written for people, from the top of the checkout and from docs/."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def name_of(page: Path) -> str:
    """Path of a page as the reader knows it."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> Iterator[Block]:
    """Fenced blocks of a page, unindented."""
    text = page.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        indent = len(found["indent"])
        lines = [line[indent:] for line in found["text"].splitlines()]
        line = text[: found.start()].count("\n") + 1
        yield Block(name_of(page), line, found["language"], "\n".join(lines) + "\n")


def recipe(name: str, page: str = "CONTRIBUTING.md") -> str:
    """Text of the block that follows the marker ``recipe:NAME`` or ``tutorial:NAME``."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = {match["name"]: match["rest"] for match in _RECIPE.finditer(text)}
    match = _FENCE.match(found[name])
    assert match is not None, name
    return match["text"]


def marked_command(name: str) -> list[str]:
    """Lines between the markers ``command:NAME`` of README.md, without fences and blanks."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    inside = re.search(rf"<!-- command:{name} -->\n(.*?)<!-- /command:{name} -->", text, re.S)
    assert inside is not None, f"README.md has no marker command:{name}"
    return [line for line in inside[1].splitlines() if line.strip() and not line.startswith("```")]
