"""The parser of S-expressions: what it reads, and where it says a fault is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtwin.errors import InputError
from emtwin.geometry.kicad.sexpr import Expression, parse

FILE = Path("a.kicad_pcb")


def test_lists_words_and_lines() -> None:
    root = parse('(a one "two words"\n  (b 1.5)\n# (c not there)\n  (b (d)))', FILE)
    assert root.name == "a"
    assert root.words == ["one", "two words"]
    assert [b.line for b in root.all("b")] == [2, 4]
    assert root.word("b") == "1.5"
    assert root.word("c", "none") == "none"
    assert root.first("c") is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r'"a\"b"', 'a"b'),
        (r'"a\\b"', "a\\b"),
        (r'"a\nb"', "a\nb"),
        (r'"\x41\102"', "AB"),
        ('"(not a list)"', "(not a list)"),
        ('"line\nbreak"', "line\nbreak"),
        ('""', ""),
        ("#ref", "#ref"),
        ("Ω", "Ω"),
    ],
)
def test_strings_and_escapes(written: str, read: str) -> None:
    assert parse(f"(a {written})", FILE).words == [read]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("(a\n(b\n(c)", 2, "the bracket opened here is not closed"),
        ("(a))", 1, "a closing bracket without an opening one"),
        ('(a\n"no end)', 2, "a string begins here and does not end"),
        ("", 1, "the file is not one list"),
        ("(a) (b)", 1, "the file is not one list"),
        ("word", 1, "the file is not one list"),
    ],
)
def test_faults_name_their_line(text: str, line: int, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text, FILE)
    (problem,) = caught.value.problems
    assert problem.file == FILE
    assert problem.line == line
    assert message in problem.message
    assert problem.remedy


def _written(value: str | list[object]) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return "(" + " ".join(_written(entry) for entry in value) + ")"  # type: ignore[arg-type]


def _plain(expression: Expression) -> list[object]:
    return [v if isinstance(v, str) else _plain(v) for v in expression.values]


@given(st.recursive(st.text(), lambda inner: st.lists(inner, max_size=4)))
def test_what_is_written_is_read(value: str | list[object]) -> None:
    wrapped = [value]
    assert _plain(parse(_written(wrapped), FILE)) == wrapped


@given(st.binary())
def test_any_bytes_end_in_a_list_or_our_error(content: bytes) -> None:
    text = content.decode("utf-8", errors="replace")
    try:
        found = parse(text, FILE)
    except InputError:
        return
    assert text.lstrip().startswith(("(", "#"))
    assert isinstance(found, Expression)


def test_depth_is_no_matter() -> None:
    depth = 50_000
    root = parse("(a " * depth + ")" * depth, FILE)
    count = 1
    while inner := root.first("a"):
        root, count = inner, count + 1
    assert count == depth
