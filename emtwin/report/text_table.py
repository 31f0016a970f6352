"""The one form of the tables in the terminal."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text


def text_table(
    title: str | Text,
    names: Sequence[str],
    rows: Iterable[Sequence[str]],
    right: Container[int] = (),
    *,
    lines: bool = False,
) -> Table:
    """Table of texts.

    Parameters
    ----------
    title : str or rich.text.Text
        Title above it; a text keeps its brackets and its style.
    names : sequence of str
        Heads of the columns.
    rows : iterable of sequence of str
        Cells.
    right : container of int
        Numbers of the columns that are aligned to the right.
    lines : bool, default False
        Draw a line between rows, for cells of several lines.
    """
    from rich.table import Table
    from rich.text import Text

    made = Table(title=title, title_justify="left", expand=False, show_lines=lines)
    for index, name in enumerate(names):
        made.add_column(Text(name), justify="right" if index in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*map(Text, row))
    return made
