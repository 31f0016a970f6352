"""Rows of the standards as a test house lists them: one table for each test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from emtwin.cli import output
from emtwin.standards import AnyRow, Band, Dip, Level, Limit
from emtwin.standards.asking import Question
from emtwin.standards.terms import TITLES
from emtwin.units import format_si

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

STYLES = {"confirmed": "green", "high": "", "low": "yellow"}
_BANDS = "Bands at this frequency"
_WITHOUT = (
    "Tests without a frequency (discharges, bursts, surges, dips, interruptions) are left out."
)
_LOW = "Rows of low confidence never decide a verdict alone."


def show(console: Console, rows: Sequence[AnyRow], asked: Question) -> None:
    """Print the rows: of a question for tests by test, else in one table.

    Parameters
    ----------
    console : Console
        Where to.
    rows : sequence of rows
        What to print, at least one.
    asked : Question
        The question that they answer.
    """
    if asked.of_tests:
        for title, group in _groups(rows).items():
            console.print(_table(title, group, asked.frequency))
    else:
        console.print(_plain_table(rows))
    count = f"{len(rows)} {'row' if len(rows) == 1 else 'rows'}"
    remarks = [
        _WITHOUT if asked.frequency is not None and asked.test is None else "",
        _LOW if any(row.confidence == "low" for row in rows) else "",
    ]
    output.line(console, ". ".join(filter(None, (count, " ".join(filter(None, remarks))))))


def _groups(rows: Sequence[AnyRow]) -> dict[str, list[AnyRow]]:
    """Rows of each test, in the order of a test plan; named bands at the end."""
    groups: dict[str, list[AnyRow]] = {}
    for row in rows:
        if isinstance(row, Level | Dip | Limit):
            title = TITLES[row.test]
            groups.setdefault(f"{title[0].upper()}{title[1:]} ({row.test})", []).append(row)
    bands: list[AnyRow] = [row for row in rows if isinstance(row, Band)]
    return groups | ({_BANDS: bands} if bands else {})


def _table(title: str, rows: Sequence[AnyRow], frequency: float | None) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title, style="bold"), title_justify="left", expand=True)
    for name, ratio in (("Level", 4), ("Holds for", 12), ("Standard, edition, clause, row", 9)):
        table.add_column(name, ratio=ratio, overflow="fold")
    table.add_column("Confidence", width=10)
    for row in rows:
        level, scope = _said(row)
        asks = "\n".join(filter(None, (scope, *_more(row, frequency), row.note)))
        stands = f"{row.standard}:{row.edition}\n{row.clause}\n{row.id}"
        confidence = Text(row.confidence, style=STYLES[row.confidence])
        table.add_row(Text(level), Text(asks), Text(stands), confidence)
        table.add_section()
    return table


def _plain_table(rows: Sequence[AnyRow]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(title="Levels and limits", title_justify="left", expand=False)
    for name in ("Row", "Asks for", "Standard, edition, clause", "Confidence"):
        table.add_column(name, overflow="fold")
    for row in rows:
        cells = (row.id, row.summary(), row.citation)
        table.add_row(*map(Text, cells), Text(row.confidence, style=STYLES[row.confidence]))
    return table


def _said(row: AnyRow) -> tuple[str, str]:
    """Level or limit, and what it holds for."""
    if isinstance(row, Level | Dip):
        how = (row.coupling or "").replace("_", " ") if isinstance(row, Level) else ""
        return "\n".join(filter(None, (row.said_level(), how))), row.scope()
    scope, _, value = row.summary().rpartition(": ")
    return (scope, value) if isinstance(row, Band) else (value, scope)


def _more(row: AnyRow, frequency: float | None) -> Iterator[str]:
    """What a reader needs besides the summary: services, and the value at the frequency."""
    if isinstance(row, Level):
        yield row.details()
        if frequency is not None and row.frequencies and not row.at_spot(frequency):
            spots = ", ".join(format_si(spot, "Hz") for spot in row.frequencies)
            yield f"{format_si(frequency, 'Hz', 6)} is in its band; the test is at {spots}"
    if isinstance(row, Limit) and frequency is not None and row.limit_from != row.limit_to:
        from emtwin.compliance.limit_line import LimitLine

        here = float(LimitLine((row,)).at(frequency))
        yield f"{here:.1f} {row.unit} at {format_si(frequency, 'Hz', 6)}"
