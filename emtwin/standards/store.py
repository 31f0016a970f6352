"""Read and check standards/*.yaml."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from emtwin import resources
from emtwin.errors import InputError, Problem
from emtwin.scene import document
from emtwin.standards.exposure import ExposurePiece
from emtwin.standards.kinds import KINDS, AnyRow
from emtwin.standards.levels import Level
from emtwin.standards.limits import Limit
from emtwin.standards.parameters import Parameter
from emtwin.standards.row import Row

_REMEDIES = {
    "missing": "add the field",
    "extra_forbidden": "remove the field or correct its name",
    "string_type": "put the value in quotes",
}

Found = TypeVar("Found", bound=Row)


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
        return self.of(Level)

    @property
    def limits(self) -> tuple[Limit, ...]:
        """Pieces of emission limit lines."""
        return self.of(Limit)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Numbers of methods."""
        return self.of(Parameter)

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

    def of(self, kind: type[Found]) -> tuple[Found, ...]:
        """All rows of one kind, for example ``of(Level)``."""
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
    limits = [(row, place) for row, place in rows if isinstance(row, Limit | ExposurePiece)]
    for (row, place), (other_row, _) in combinations(limits, 2):
        if row.line == other_row.line and _overlap(row, other_row):
            yield _at(
                place,
                f"its frequency range overlaps that of '{other_row.id}'",
                "pieces of one limit line may only touch",
            )


def _overlap(one: Limit | ExposurePiece, other: Limit | ExposurePiece) -> bool:
    top = min(one.frequency_to, other.frequency_to)
    return max(one.frequency_from, other.frequency_from) < top


def _at(place: Problem, message: str, remedy: str) -> Problem:
    return Problem(message, place.file, place.line, place.field, remedy)
