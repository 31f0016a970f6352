"""S-expressions as KiCad writes them: nested lists of words, numbers and quoted strings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from emtwin.errors import InputError

_TOKEN = re.compile(
    r"""(?P<blank>\s+)
      | (?P<comment>(?<![^\n])[ \t]*\#[^\n]*)
      | (?P<open>\()
      | (?P<close>\))
      | "(?P<quoted>(?:[^"\\]|\\.)*)"
      | (?P<word>[^\s()"]+)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_NAMED = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_UNOPENED = "filter_ratio"
"""Field of a pad's teardrops that KiCad 9.0 closes but does not always open."""
_SAVE_AGAIN = "open the board in KiCad and save it again"


@dataclass
class Expression:
    """A list in brackets.

    Parameters
    ----------
    line : int
        Line of its opening bracket, counted from 1.
    values : list of str or Expression
        What it holds, its name included.
    """

    line: int
    values: list[str | Expression] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its first word; empty where it begins with none."""
        return self.values[0] if self.values and isinstance(self.values[0], str) else ""

    @property
    def words(self) -> list[str]:
        """The words and strings after the name, without the lists between them."""
        return [value for value in self.values[1:] if isinstance(value, str)]

    def all(self, *names: str) -> Iterator[Expression]:
        """Lists directly inside with one of these names, in the order of the file."""
        for value in self.values:
            if isinstance(value, Expression) and value.name in names:
                yield value

    def first(self, *names: str) -> Expression | None:
        """First list directly inside with one of these names, or None."""
        return next(self.all(*names), None)

    def word(self, name: str, default: str = "") -> str:
        """First word of the list `name` inside; `default` where there is none."""
        found = self.first(name)
        return found.words[0] if found and found.words else default


def parse(text: str, file: Path) -> Expression:
    """The one expression that a text holds.

    Parameters
    ----------
    text : str
        Content of the file.
    file : Path
        Its place, for messages.

    Returns
    -------
    Expression
        The outermost list.

    Raises
    ------
    InputError
        With file and line, if a quote or bracket is not closed, or there is anything but one list.
    """
    root = Expression(0)
    stack, line, place = [root], 1, 0
    for found in _TOKEN.finditer(text):
        if found.start() != place:
            break
        place, kind = found.end(), found.lastgroup
        if kind == "open":
            _open(stack, line)
        elif kind == "close":
            stack.pop()
            if not stack:
                raise _fault("a closing bracket without an opening one", file, line)
        elif kind in ("word", "quoted"):
            _add(stack, _said(found, kind), line)
        line += found[0].count("\n")
    if place < len(text):
        raise _fault("a string begins here and does not end", file, line)
    if len(stack) > 1:
        raise _fault("the bracket opened here is not closed", file, stack[-1].line)
    if len(root.values) != 1 or not isinstance(root.values[0], Expression):
        raise _fault("the file is not one list in brackets", file, 1)
    return root.values[0]


def _add(stack: list[Expression], said: str, line: int) -> None:
    """Put a word into the innermost open list, or into the one that KiCad forgot to open."""
    if said == _UNOPENED and stack[-1].name == "teardrops":
        _open(stack, line)
    stack[-1].values.append(said)


def _open(stack: list[Expression], line: int) -> None:
    """Begin a list inside the innermost open one."""
    inner = Expression(line)
    stack[-1].values.append(inner)
    stack.append(inner)


def _said(found: re.Match[str], kind: str) -> str:
    said = found[kind]
    return _ESCAPE.sub(_unescaped, said) if kind == "quoted" and "\\" in said else said


def _unescaped(found: re.Match[str]) -> str:
    code = found[1]
    if code[0] == "x" and len(code) > 1:
        return chr(int(code[1:], 16))
    return chr(int(code, 8)) if code[0] in "01234567" else _NAMED.get(code, code)


def _fault(message: str, file: Path, line: int) -> InputError:
    return InputError.single(message, file=file, line=line, remedy=_SAVE_AGAIN)
