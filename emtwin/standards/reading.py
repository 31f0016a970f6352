"""One file of rows: which are good, and what is wrong with the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from emtwin.errors import Problem
from emtwin.scene import document
from emtwin.standards.kinds import KINDS, AnyRow

_REMEDIES = {
    "missing": "add the field",
    "extra_forbidden": "remove the field or correct its name",
    "string_type": "put the value in quotes",
}


def read_rows(file: Path, problems: list[Problem]) -> Iterator[tuple[AnyRow, Problem]]:
    """Good rows of one file, each with its place; the bad ones go to `problems`.

    Parameters
    ----------
    file : Path
        A YAML file with one list, ``rows``.
    problems : list of Problem
        Gets an entry for everything that is wrong.

    Yields
    ------
    tuple of row and Problem
        The row, and a problem without message that names file, line and id.
    """
    try:
        content = document.parse(file.read_text(encoding="utf-8"), file, quick=True)
    except (OSError, UnicodeDecodeError) as error:
        remedy = "save it as text in UTF-8"
        problems.append(Problem(f"cannot be read: {error}", file, remedy=remedy))
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
        row = _row(values, index, content, problems)
        if row is not None:
            yield row, Problem("", file, content.line_of(("rows", index)), f"row '{row.id}'")


def _row(
    values: Any, index: int, content: document.Document, problems: list[Problem]
) -> AnyRow | None:
    known = values if isinstance(values, dict) else {}
    name = f"row '{known['id']}'" if "id" in known else f"row number {index + 1} (without id)"
    model = KINDS.get(str(known.get("kind")))
    if model is None:
        said, remedy = f"unknown kind {known.get('kind')!r}", f"use one of {', '.join(KINDS)}"
        line = content.line_of(("rows", index))
        problems.append(Problem(said, content.file, line, f"{name}: kind", remedy))
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
            problems.append(
                Problem(said, content.file, at, f"{name}: {field}".rstrip(": "), remedy)
            )
        return None


def _said(entry: Any) -> str:
    value, message = entry["input"], str(entry["msg"]).removeprefix("Value error, ")
    told = isinstance(value, dict) or message.startswith(repr(value))
    return message if told else f"{value!r}: {message}"
