"""A test plan as tables in the terminal, and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emtwin.cli import output
from emtwin.units import duration, format_si

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from emtwin.benches.methods import Choice
    from emtwin.benches.planning import Plan, PlannedLevel, PlannedTest

PORTS = {
    "enclosure": "enclosure",
    "ac_mains": "a.c. mains",
    "dc_input": "d.c. input",
    "patient": "patient",
    "signal": "signal",
    "all": "all ports",
}
"""What each port is called in a table."""


@dataclass(frozen=True)
class Section:
    """A table of the plan.

    Parameters
    ----------
    title : str
        Its title.
    names : tuple of str
        Heads of the columns.
    rows : tuple of tuple of str
        Cells; a line break starts a new line in the cell.
    widths : tuple of int
        Width of each column in characters, 0 for what is left, so that names stay whole.
    """

    title: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]


def show(console: Console, plan: Plan) -> None:
    """Print a plan as tables.

    Parameters
    ----------
    console : rich.console.Console
        Where to.
    plan : Plan
        The plan.
    """
    output.line(console, headline(plan), "bold")
    output.line(console, subject(plan))
    missing = sum("UNDECLARED" in text for _, lines in lists(plan) for text in lines)
    if missing:
        said = f"UNDECLARED: {missing} of the remarks and notes below say what the twin file lacks"
        output.line(console, said, "bold yellow")
    for section in sections(plan):
        console.print(_table(section))
    for title, lines in lists(plan):
        output.line(console, f"\n{title}", "bold")
        for text in lines:
            style = "yellow" if "UNDECLARED" in text else ""
            console.print(f"- {text}", style=style or None, markup=False, highlight=False)


def _table(section: Section) -> Table:
    table = output.table(section.title, section.names, section.rows, lines=True)
    for column, width in zip(table.columns, section.widths, strict=True):
        column.width = width or None
    return table


def markdown(plan: Plan) -> str:
    """A plan as Markdown.

    Parameters
    ----------
    plan : Plan
        The plan.

    Returns
    -------
    str
        The same content as in the terminal, tables as pipe tables.
    """
    text = [f"# {headline(plan)}\n", f"{subject(plan)}\n"]
    for section in sections(plan):
        text.append(f"## {section.title}\n")
        text += [_pipes(section.names), _pipes(("---",) * len(section.names))]
        text += [*map(_pipes, section.rows), ""]
    for title, lines in lists(plan):
        text += [f"## {title}\n", *(f"- {line}" for line in lines), ""]
    return "\n".join(text)


def headline(plan: Plan) -> str:
    """What the plan is for."""
    return f"Test plan: {plan.device}"


def subject(plan: Plan) -> str:
    """Edition, environment and size in one line."""
    authority = f", {plan.authority}" if plan.authority else ""
    return (
        f"IEC 60601-1-2:{plan.edition}{authority}, {plan.environment} environment; device "
        f"{format_si(plan.body, 'm', 3)}, with cables {format_si(plan.size, 'm', 3)}"
    )


def sections(plan: Plan) -> Iterator[Section]:
    """Tables of a plan; those without a row are left out."""
    every = (
        _applying(plan),
        _refused(plan, "undeclared", "Open: the twin file does not say", "Missing"),
        _refused(plan, "not_applicable", "Tests that do not apply", "Because"),
        _methods(plan),
        _changes(plan),
        _rows(plan),
    )
    return (section for section in every if section.rows)


def lists(plan: Plan) -> Iterator[tuple[str, list[str]]]:
    """Lists of a plan: what was changed, remarks, notes of rows, time, notes."""
    changed = [
        f"{test.title}, {PORTS[test.port]}: {level.said}; {level.changed}"
        for test in plan.tests
        for level in test.levels
        if level.changed
    ]
    remarks = _remarks(plan)
    noted = _noted(plan)
    counted = f"about {duration(plan.seconds)} could be counted"
    every = {
        "Levels and modulation of the manufacturer": changed,
        "Remarks": remarks,
        "Notes of the rows": noted,
        "Time in the laboratory": [counted, *(f"not counted: {x}" for x in plan.not_counted)],
        "Notes": list(plan.notes),
    }
    return ((title, lines) for title, lines in every.items() if lines)


def _remarks(plan: Plan) -> list[str]:
    """Every remark once, with the tests and ports that it belongs to."""
    places: dict[str, list[str]] = {}
    for test in plan.tests:
        for remark in test.remarks:
            places.setdefault(remark, []).append(f"{test.test} ({PORTS[test.port]})")
    return [f"{', '.join(where)}: {remark}" for remark, where in places.items()]


def _noted(plan: Plan) -> list[str]:
    """Notes of the rows, each once, with the tests that they belong to."""
    tests: dict[str, list[str]] = {}
    for test in plan.tests:
        for level in test.levels:
            names = tests.setdefault(level.note, [])
            if test.test not in names:
                names.append(test.test)
    return [f"{', '.join(names)}: {note}" for note, names in tests.items() if note]


def _applying(plan: Plan) -> Section:
    rows = [
        (
            f"{test.title}\n({test.test})",
            "\n".join([PORTS[test.port], *test.cables]),
            "\n".join(_level_lines(test)) or test.why,
            "\n".join(_time_lines(test)),
        )
        for test in plan.tests
        if test.status == "applies"
    ]
    names = ("Test", "Port, cables", "Levels", "Frequencies and time")
    return Section("Tests that apply", names, tuple(rows), (26, 0, 0, 0))


def _level_lines(test: PlannedTest) -> Iterator[str]:
    """Levels, with the modulation once where it is the same for all."""
    modulations = {level.modulation for level in test.levels}
    for level in test.levels:
        each = f", {level.modulation}" if len(modulations) > 1 and level.modulation else ""
        yield f"{level.said}{each}{_doubt(level)}{' [changed]' if level.changed else ''}"
    if len(modulations) == 1 and "" not in modulations:
        yield next(iter(modulations))


def _doubt(level: PlannedLevel) -> str:
    return " [low confidence]" if level.confidence == "low" else ""


def _time_lines(test: PlannedTest) -> Iterator[str]:
    if test.frequencies is not None:
        yield test.frequencies.said
        if test.frequencies.extra:
            yield "added: " + ", ".join(_hz(f) for f in test.frequencies.extra)
        yield f"dwell {test.frequencies.dwell:g} s"
    if test.duration is not None:
        yield f"{duration(test.duration.seconds)}: {test.duration.counted}"


def _refused(plan: Plan, status: str, title: str, head: str) -> Section:
    """Tests of a status with their reason; ports with the same reason share a row."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for test in plan.tests:
        if test.status == status:
            grouped.setdefault((PORTS[test.port], test.why), []).append(test.title)
    rows = tuple((", ".join(titles), port, why) for (port, why), titles in grouped.items())
    return Section(title, ("Test", "Port", head), rows, (26, 10, 0))


def _methods(plan: Plan) -> Section:
    """How every test would be answered; ports with the same answer share a row."""
    found: dict[tuple[str, str], list[str]] = {}
    for test in plan.tests:
        if test.methods:
            ports = found.setdefault((test.test, "\n".join(_method_lines(test))), [])
            ports.append(PORTS[test.port])
    rows = tuple((f"{name}\n{', '.join(ports)}", said) for (name, said), ports in found.items())
    return Section("Methods, and why", ("Test", "Method by band"), rows, (26, 0))


def _method_lines(test: PlannedTest) -> Iterator[str]:
    for choice in test.methods:
        yield f"{choice.method.value}, {_band(choice)}: {choice.reason}"
    runs = f", {test.runs} field run{'s' * (test.runs != 1)}" if test.runs is not None else ""
    yield f"-> verdict by `emtwin run`{runs}" if test.verdict else "-> no verdict from emtwin yet"


def _band(choice: Choice) -> str:
    if choice.low == choice.high:
        return _hz(choice.low)
    low = _hz(choice.low) if choice.low else "d.c."
    return f"{low} to {_hz(choice.high)}"


def _changes(plan: Plan) -> Section:
    rows = [
        (change.test, PORTS[change.port], change.before or "–", change.now or "–")
        for change in plan.changes
    ]
    names = ("Test", "Port", f"IEC 60601-1-2:{plan.edition}", "Current edition")
    return Section("What the current edition changes", names, tuple(rows), (24, 10, 0, 0))


def _rows(plan: Plan) -> Section:
    """Rows of the standards behind the levels, by standard and clause."""
    found: dict[tuple[str, str], list[str]] = {}
    for level in (level for test in plan.tests for level in test.levels if level.row):
        rows = found.setdefault((level.citation, level.confidence), [])
        if level.row not in rows:
            rows.append(level.row)
    cells = tuple((*key, ", ".join(rows)) for key, rows in found.items())
    names = ("Standard, edition, clause", "Confidence", "Rows")
    return Section("Rows of the standards", names, cells, (0, 10, 42))


def _pipes(cells: tuple[str, ...]) -> str:
    plain = (cell.replace("|", "\\|").replace("\n", "<br>") for cell in cells)
    return f"| {' | '.join(plain)} |"


def _hz(frequency: float) -> str:
    return format_si(frequency, "Hz", 4)
