"""Read, check and search standards/*.yaml."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from emtwin import resources
from emtwin.compliance.rows import KINDS, AnyRow, Level, Limit, Parameter
from emtwin.errors import InputError, Problem
from emtwin.scene import document

_REMEDIES = {
    "missing": "add the field",
    "extra_forbidden": "remove the field or correct its name",
    "string_type": "put the value in quotes",
}

Found = TypeVar("Found", Level, Limit, Parameter)


@dataclass(frozen=True)
class Standards:
    """All rows, in the order of files and lines.

    Parameters
    ----------
    rows : tuple of Level, Limit or Parameter
        The rows.
    """

    rows: tuple[AnyRow, ...]

    @property
    def levels(self) -> tuple[Level, ...]:
        """Immunity levels."""
        return self._of(Level)

    @property
    def limits(self) -> tuple[Limit, ...]:
        """Pieces of emission limit lines."""
        return self._of(Limit)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Numbers of methods."""
        return self._of(Parameter)

    def row(self, row_id: str) -> AnyRow:
        """Row with this id.

        Parameters
        ----------
        row_id : str
            Its id.

        Returns
        -------
        Level, Limit or Parameter
            The row.

        Raises
        ------
        InputError
            If there is none; the message offers the nearest ids.
        """
        for row in self.rows:
            if row.id == row_id:
                return row
        near = difflib.get_close_matches(row_id, [row.id for row in self.rows], n=3)
        raise InputError.single(
            f"no row '{row_id}' in the standards",
            remedy=f"did you mean {' or '.join(near)}?" if near else "see `emtwin standards`",
        )

    def parameter(self, row_id: str) -> Parameter:
        """Parameter with this id.

        Parameters
        ----------
        row_id : str
            Its id.

        Returns
        -------
        Parameter
            The row; its number is ``value``.

        Raises
        ------
        InputError
            If there is no such row or it is not a parameter.
        """
        row = self.row(row_id)
        if not isinstance(row, Parameter):
            raise InputError.single(f"row '{row_id}' is a {row.kind}, not a parameter")
        return row

    def _of(self, kind: type[Found]) -> tuple[Found, ...]:
        return tuple(row for row in self.rows if isinstance(row, kind))


@lru_cache(maxsize=8)
def load(folder: Path | None = None) -> Standards:
    """Read and check every ``*.yaml`` of a folder.

    Parameters
    ----------
    folder : Path, optional
        Folder of the files; the standards of the package if left out.

    Returns
    -------
    Standards
        All rows. Read once per folder and process.

    Raises
    ------
    InputError
        With every bad row of every file: file, line, row id, field and remedy.
    """
    place = folder or resources.standards_dir()
    problems: list[Problem] = []
    rows: list[tuple[AnyRow, Problem]] = []
    for file in sorted(place.glob("*.yaml")):
        rows.extend(_read(file, problems))
    if not rows and not problems:
        problems.append(Problem("no row of any standard found", place, remedy="reinstall emtwin"))
    problems.extend(_collisions(rows))
    if problems:
        raise InputError(problems)
    return Standards(tuple(row for row, _ in rows))


def query(text: str = "", standards: Standards | None = None) -> tuple[AnyRow, ...]:
    """Rows that contain every word of a text.

    Parameters
    ----------
    text : str
        Words in any order, case ignored, looked for in everything that a row
        says, for example ``"radiated home"`` or ``"cispr 11 class b 3 m"``. A
        number or single letter counts together with a neighbour: ``group 1``,
        ``3 m``. Empty: all rows.
    standards : Standards, optional
        Where to look; the package's own rows if left out.

    Returns
    -------
    tuple of Level, Limit or Parameter
        Matching rows, each with ``id``, ``citation``, ``summary()``,
        ``confidence`` and ``source``.
    """
    words = text.casefold().split()
    rows = (standards or load()).rows
    return tuple(row for row in rows if _says_all(_searched(row), words))


def _says_all(said: str, words: list[str]) -> bool:
    tokens = f" {' '.join(re.sub(r'[-,:;()]', ' ', said).split())} "
    return all(_says(said, tokens, words, at) for at in range(len(words)))


def _says(said: str, tokens: str, words: list[str], at: int) -> bool:
    if len(words[at]) > 2:
        return words[at] in said
    if len(words[at]) == 2 and words[at].isalpha():
        return f" {words[at]}" in tokens
    phrases = [" ".join(words[at - 1 : at + 1])] if at > 0 else []
    phrases += [" ".join(words[at : at + 2])] if at + 1 < len(words) else []
    return any(f" {phrase}" in tokens for phrase in phrases or words)


def _searched(row: AnyRow) -> str:
    said = (row.id, row.citation, row.summary(), row.note, row.confidence, row.kind)
    extra = row.basic_standard if isinstance(row, Level) else ""
    return " ".join((*said, extra)).casefold()


def _read(file: Path, problems: list[Problem]) -> Iterator[tuple[AnyRow, Problem]]:
    """Good rows of one file, each with its place; the bad ones go to `problems`."""
    try:
        content = document.parse(file.read_text(encoding="utf-8"), file)
    except (OSError, UnicodeDecodeError) as error:
        problems.append(Problem(f"cannot be read: {error}", file))
        return
    problems.extend(content.problems)
    data = content.data
    if not (isinstance(data, dict) and set(data) == {"rows"} and isinstance(data["rows"], list)):
        if not content.problems:
            problems.append(
                Problem("must hold one key, `rows`, with a list", file, 1, remedy="add `rows:`")
            )
        return
    for index, values in enumerate(data["rows"]):
        line = content.line_of(("rows", index))
        row = _row(values, file, line, index, content, problems)
        if row is not None:
            yield row, Problem("", file, line, f"row '{row.id}'")


def _row(
    values: Any,
    file: Path,
    line: int | None,
    index: int,
    content: document.Document,
    problems: list[Problem],
) -> AnyRow | None:
    known = values if isinstance(values, dict) else {}
    name = f"row '{known['id']}'" if "id" in known else f"row number {index + 1} (without id)"
    model = KINDS.get(str(known.get("kind")))
    if model is None:
        problems.append(
            Problem(
                f"unknown kind {known.get('kind')!r}",
                file,
                line,
                f"{name}: kind",
                f"use one of {', '.join(KINDS)}",
            )
        )
        return None
    try:
        return model.model_validate(known, context={"from_file": True})
    except ValidationError as error:
        for entry in error.errors():
            path = tuple(entry["loc"])
            field = ".".join(str(key) for key in path)
            remedy = _REMEDIES.get(entry["type"], "correct the value")
            said = "is missing" if entry["type"] == "missing" else _said(entry)
            at = content.line_of(("rows", index, *path))
            problems.append(Problem(said, file, at, f"{name}: {field}".rstrip(": "), remedy))
        return None


def _said(entry: Any) -> str:
    value = entry["input"]
    return str(entry["msg"]) if isinstance(value, dict) else f"{value!r}: {entry['msg']}"


def _collisions(rows: list[tuple[AnyRow, Problem]]) -> Iterator[Problem]:
    """Ids used twice, and pieces of one limit line that overlap."""
    first: dict[str, Problem] = {}
    for row, place in rows:
        if row.id in first:
            other = first[row.id]
            where = f"{other.file}:{other.line}"
            yield _at(place, f"the id is already used at {where}", "give each row its own id")
        first.setdefault(row.id, place)
    limits = [(row, place) for row, place in rows if isinstance(row, Limit)]
    for (row, place), (other_row, _) in combinations(limits, 2):
        if row.line == other_row.line and _overlap(row, other_row):
            yield _at(
                place,
                f"its frequency range overlaps that of '{other_row.id}'",
                "pieces of one limit line may only touch",
            )


def _overlap(one: Limit, other: Limit) -> bool:
    top = min(one.frequency_to, other.frequency_to)
    return max(one.frequency_from, other.frequency_from) < top


def _at(place: Problem, message: str, remedy: str) -> Problem:
    return Problem(message, place.file, place.line, place.field, remedy)
