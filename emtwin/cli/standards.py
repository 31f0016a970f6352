"""``emtwin standards``: levels, limits and numbers of methods, with their clause."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from emtwin.cli import options, output
from emtwin.cli.failures import reported
from emtwin.errors import InputError

if TYPE_CHECKING:
    from rich.table import Table

    from emtwin.standards import AnyRow

STYLES = {"confirmed": "green", "high": "", "low": "yellow"}


@reported
def standards(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[QUERY]...", help="Words that a row must say, in any order."),
    ] = None,
    json_output: options.Json = False,
) -> None:
    """Print the rows of the standards that say every word of QUERY, or all rows."""
    from emtwin.standards import query

    rows = query(" ".join(words or []))
    if not rows:
        raise InputError([_nothing(words or [])])
    if json_output:
        output.print_json({"rows": [_entry(row) for row in rows]})
        return
    console = output.stdout()
    console.print(rows_table(rows))
    output.line(console, f"{len(rows)} {'row' if len(rows) == 1 else 'rows'}")


def rows_table(rows: Sequence[AnyRow]) -> Table:
    """Table of rows: id, what they ask for, standard with edition and clause, confidence."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title="Levels and limits", title_justify="left", expand=False)
    for name in ("Row", "Asks for", "Standard, edition, clause", "Confidence"):
        table.add_column(name, overflow="fold")
    for row in rows:
        style = STYLES[row.confidence]
        cells = (row.id, row.summary(), row.citation)
        table.add_row(*map(Text, cells), Text(row.confidence, style=style))
    return table


def _entry(row: AnyRow) -> dict[str, Any]:
    entry: dict[str, Any] = row.model_dump(mode="json", by_alias=True)
    return {"citation": row.citation, "summary": row.summary(), **entry}


def _nothing(words: list[str]) -> Any:
    from emtwin.errors import Problem
    from emtwin.standards import load

    known = {word for row in load().rows for word in row.id.split("-")}
    hints = "".join(options.nearest(word, known) for word in words if word.lower() not in known)
    return Problem(
        f"no row of the standards says '{' '.join(words)}'",
        field="QUERY",
        remedy=f"use fewer words, or none for all rows.{hints}",
    )
