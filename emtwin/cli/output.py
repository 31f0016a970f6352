"""Where text goes: tables and JSON to stdout, progress and problems to stderr."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from emtwin.errors import RANKS, Notice

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

WIDTH_OF_A_FILE = 120


def stdout() -> Console:
    """Console of what the user asked for."""
    return _console(sys.stdout)


def stderr() -> Console:
    """Console of what happens on the way: progress, warnings, problems."""
    return _console(sys.stderr)


def line(console: Console, text: str, style: str = "") -> None:
    """Print `text` as it is: not wrapped, no markup, so that paths can be copied."""
    console.print(text, style=style or None, markup=False, highlight=False, soft_wrap=True)


def without_verdict(console: Console, tests: Sequence[str]) -> None:
    """Name the tests that apply, or may, by the plan and have no verdict yet, in one line."""
    if tests:
        said = "By the plan these apply too, or may, without a verdict from emtwin yet: "
        line(console, f"{said}{', '.join(tests)}. See `emtwin plan`.", "yellow")


def notices(console: Console, found: Iterable[Notice], language: str = "en") -> None:
    """Print each notice once, warnings first and apart from information."""
    from emtwin.report.strings import Texts

    texts, once = Texts(language), list(dict.fromkeys(found))
    for rank, title, style in zip(RANKS, ("warnings", "information"), ("yellow", ""), strict=True):
        told = [notice for notice in once if notice.rank == rank]
        if told:
            line(console, f"\n{texts(title)}", f"bold {style}")
        for notice in told:
            line(console, f"- {notice}", style)


def table(
    title: str,
    names: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: Sequence[int] = (),
    *,
    lines: bool = False,
) -> Table:
    """Table of texts; columns whose number is in `right` are aligned to the right.

    Parameters
    ----------
    title : str
        Title above it.
    names : sequence of str
        Heads of the columns.
    rows : sequence of sequence of str
        Cells.
    right : sequence of int
        Numbers of the columns that are aligned to the right.
    lines : bool, default False
        Draw a line between rows, for cells of several lines.
    """
    from rich.text import Text

    from emtwin.report.text_table import text_table

    return text_table(Text(title), names, rows, right, lines=lines)


def print_json(values: Any) -> None:
    """Print `values` as JSON, and only that, on stdout.

    Parameters
    ----------
    values : Any
        Mappings, sequences, dataclasses, paths, numbers of numpy, texts. What
        JSON has no word for (infinite, not a number) becomes null.
    """
    sys.stdout.write(json.dumps(plain(values), indent=2, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def plain(value: Any) -> Any:
    """JSON form of `value`.

    Parameters
    ----------
    value : Any
        As for `print_json`.

    Returns
    -------
    Any
        Dictionaries, lists, texts, finite numbers, booleans and None only; without the fields of
        dataclasses that have ``repr=False``, which are bulk data.

    Raises
    ------
    TypeError
        If there is no such form.
    """
    if isinstance(value, str):
        return str(value)  # an enumeration too is a plain text
    if isinstance(value, bool | int | None):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if is_dataclass(value) and not isinstance(value, type):
        shown = (part.name for part in fields(value) if part.repr)
        return {name: plain(getattr(value, name)) for name in shown}
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "tolist"):  # arrays and numbers of numpy, which is not imported here
        return plain(value.tolist())
    if isinstance(value, Sequence | set | frozenset):
        return [plain(entry) for entry in value]
    raise TypeError(f"{type(value).__name__} {value!r} has no JSON form")


def tolerate_any_encoding() -> None:
    """Let a terminal that lacks a sign show ``?`` for it, in place of a failed command."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    console = Console(file=stream, highlight=False, emoji=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = WIDTH_OF_A_FILE
    return console
