"""A YAML text as plain data, with the line of every field.

Reads the core schema of YAML 1.2: ``1e9`` is a number, ``on`` and ``no`` are
words, ``010`` is ten. Anchors work; tags, merge keys and several documents do not.
"""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from emtwin.errors import Problem

FieldPath = tuple[str | int, ...]
"""Keys and indices from the root of the file to a field."""

BLANK = "FILL_IN"
"""Word that a template puts where the user has to decide."""

_MOST_NODES = 100_000  # an alias bomb ends here


class _CoreLoader(yaml.SafeLoader):
    """SafeLoader that resolves plain scalars as YAML 1.2 does."""

    # Its own table, else the YAML 1.1 resolvers of the parent would come first.
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


class _CoreDumper(yaml.SafeDumper):
    """SafeDumper that quotes words which the loader would read as something else."""


for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
):
    for _side in (_CoreLoader, _CoreDumper):
        _side.add_implicit_resolver(
            f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), _first
        )


_QuickLoader: Any = type(
    "_QuickLoader",
    (getattr(yaml, "CSafeLoader", yaml.SafeLoader),),
    {"yaml_implicit_resolvers": _CoreLoader.yaml_implicit_resolvers},
)
"""The same words, read by libyaml where PyYAML has it: ten times as fast."""


def as_yaml(data: Any, **layout: Any) -> str:
    """YAML text that reads back as `data`.

    Parameters
    ----------
    data : object
        Plain dicts, lists and scalars.
    **layout : Any
        Options of PyYAML's ``dump``.

    Returns
    -------
    str
        The text, a line break at its end.
    """
    text: str = yaml.dump(data, Dumper=_CoreDumper, allow_unicode=True, **layout)
    return text


@dataclass
class Document:
    """Content of a YAML file.

    Parameters
    ----------
    file : Path
        Where the text came from.
    data : object
        Plain dicts, lists and scalars.
    lines : dict of FieldPath to int
        Line of each field, counted from 1.
    problems : list of Problem
        What was wrong with the text: syntax, duplicate keys, tags.
    blanks : set of FieldPath
        Fields that still hold `BLANK`.
    """

    file: Path
    data: Any = None
    lines: dict[FieldPath, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    blanks: set[FieldPath] = field(default_factory=set)

    def line_of(self, path: FieldPath) -> int | None:
        """Line of the field, or of the nearest field round it that exists."""
        return nearest_line(self.lines, path)

    def problem(self, path: FieldPath, message: str, remedy: str = "") -> Problem:
        """Problem at a field of this file."""
        return Problem(message, self.file, self.line_of(path), written(path), remedy)


def nearest_line(lines: Mapping[FieldPath, int], path: FieldPath) -> int | None:
    """Line of `path` or of the deepest of its parents that has one."""
    found = (lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in lines)
    return next(found, None)


def written(path: FieldPath) -> str:
    """Field path as it is shown: ``device.ports[0].threshold``."""
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return text.removeprefix(".")


def parsed(text: str) -> FieldPath:
    """Field path from its written form; the opposite of `written`."""
    keys = re.findall(r"\[(\d+)\]|([^.\[\]]+)", text)
    return tuple(int(index) if index else key for index, key in keys)


def parse(text: str, file: Path, *, quick: bool = False) -> Document:
    """Read a YAML text.

    Parameters
    ----------
    text : str
        Content of the file.
    file : Path
        Its place, for messages.
    quick : bool, default False
        Try libyaml first, for files of the package; what it refuses is read
        again for a better message.

    Returns
    -------
    Document
        Data and lines; with a syntax error only `problems`.
    """
    document = Document(file)
    try:
        root = _composed(text, quick)
        if root is not None:
            document.data = _Reader(document).value(root, ())
    except yaml.YAMLError as error:
        document.problems = [_syntax_problem(error, text, file)]
    except RecursionError:
        document.problems = [Problem("is nested too deeply", file, remedy="flatten the mapping")]
    return document


def _composed(text: str, quick: bool) -> yaml.Node | None:
    if quick:
        with contextlib.suppress(yaml.YAMLError):
            return yaml.compose(text, _QuickLoader)
    return yaml.compose(text, _CoreLoader)


def _syntax_problem(error: yaml.YAMLError, text: str, file: Path) -> Problem:
    if isinstance(error, yaml.reader.ReaderError):
        line = text[: error.position].count("\n") + 1
        message = f"YAML cannot hold the character {chr(int(error.character))!r}"
        return Problem(message, file, line, remedy="remove the character")
    mark = getattr(error, "problem_mark", None)
    what = " ".join(filter(None, (getattr(error, "context", ""), getattr(error, "problem", ""))))
    message = f"YAML syntax: {what or error}"
    if mark is None:
        return Problem(message, file, remedy=_SYNTAX_REMEDY)
    lines = text.splitlines()
    shown = lines[mark.line].strip()[:60] if mark.line < len(lines) else "end of file"
    message += f" (column {mark.column + 1}, at {shown!r})"
    return Problem(message, file, mark.line + 1, remedy=_SYNTAX_REMEDY)


_SYNTAX_REMEDY = "check indentation (blanks, no tabs), brackets, quotes and a blank after each ':'"


class _Reader:
    """Walks composed nodes into plain data and fills the document's lines."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.open: set[int] = set()
        self.count = 0

    def value(self, node: yaml.Node, path: FieldPath) -> Any:
        """Plain value of a node; `setdefault` keeps the key's line for mappings."""
        self.document.lines.setdefault(path, node.start_mark.line + 1)
        self.count += 1
        if id(node) in self.open:
            return self._refuse(path, "an alias holds itself", "write the value out")
        if self.count > _MOST_NODES:
            if self.count == _MOST_NODES + 1:
                self._refuse(path, f"holds more than {_MOST_NODES} values", "use fewer aliases")
            return None
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        self.open.add(id(node))
        value = self._collection(node, path)
        self.open.discard(id(node))
        return value

    def _collection(self, node: yaml.Node, path: FieldPath) -> Any:
        if isinstance(node, yaml.SequenceNode) and node.tag.endswith(":seq"):
            return [self.value(item, (*path, i)) for i, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode) and node.tag.endswith(":map"):
            return self._mapping(node, path)
        return self._refuse(path, f"the YAML tag {node.tag!r} is not known here", "remove the tag")

    def _mapping(self, node: yaml.MappingNode, path: FieldPath) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._refuse(path, "a key is a list or mapping", "use a word as key", line)
                continue
            key, place = str(key_node.value), (*path, str(key_node.value))
            if key in values:
                first = self.document.lines[place]
                what = f"the key {key!r} is already on line {first}"
                self._refuse(place, what, "keep one of the two", line)
                continue
            self.document.lines[place] = line
            values[key] = self.value(value_node, place)
        return values

    def _scalar(self, node: yaml.ScalarNode, path: FieldPath) -> Any:
        text = str(node.value)
        if text == BLANK:
            self.document.blanks.add(path)
            self._refuse(path, "is still blank", "the comment beside it says what fits")
        match node.tag.rpartition(":")[2]:
            case "str":
                return text
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int":
                return self._whole(text)
            case "float":
                return _real(text)
        return self._refuse(path, f"the YAML tag {node.tag!r} is not known here", "remove the tag")

    @staticmethod
    def _whole(text: str) -> int | float:
        if text.startswith("0x"):
            return int(text, 16)
        return int(text) if len(text) < 20 else float(text)

    def _refuse(self, path: FieldPath, message: str, remedy: str, line: int | None = None) -> None:
        place = line or self.document.line_of(path)
        problem = Problem(message, self.document.file, place, written(path), remedy)
        self.document.problems.append(problem)


def _real(text: str) -> float:
    plain = text.lower().replace(".inf", "inf").replace(".nan", "nan")
    try:
        return float(plain)
    except ValueError:
        return math.nan  # an explicit !!float tag on a word
