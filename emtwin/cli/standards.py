"""``emtwin standards``: levels, limits and numbers of methods, with their clause."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from emtwin.cli import options, output
from emtwin.cli.failures import reported
from emtwin.errors import InputError, Problem

if TYPE_CHECKING:
    from emtwin.standards import AnyRow
    from emtwin.standards.asking import Question

FORMATS = ("table", "json", "yaml")
TESTS = (
    *("esd", "radiated_immunity", "proximity_rf", "power_frequency_magnetic"),
    *("proximity_magnetic", "eft", "surge", "conducted_immunity", "dips", "interruptions"),
    *("supply_transients", "radiated_emission", "conducted_emission", "magnetic_emission"),
)
PORTS = ("enclosure", "ac_mains", "dc_input", "patient", "signal")
ENVIRONMENTS = ("professional", "home", "special")


def _environment_meant(word: str) -> str:
    from emtwin.scene.environments import meant_by

    return meant_by(word)


@reported
def standards(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[QUERY]...", help="Words that a row must say, in any order."),
    ] = None,
    test: Annotated[
        str | None,
        typer.Option("--test", help="Rows of this test.", **options.one_of(*TESTS)),
    ] = None,
    port: Annotated[
        str | None, typer.Option("--port", help="Rows of this port.", **options.one_of(*PORTS))
    ] = None,
    environment: Annotated[
        str | None,
        typer.Option(
            "--environment",
            help="Rows of this environment.",
            **options.one_of(*ENVIRONMENTS, meant=_environment_meant),
        ),
    ] = None,
    frequency: Annotated[
        str | None,
        typer.Option("--frequency", metavar="F", help='What applies at F, as "433.92 MHz".'),
    ] = None,
    edition: Annotated[
        str | None,
        typer.Option(
            "--edition",
            metavar="EDITION",
            help="Rows of this edition, by year or name: 2007, 4.1. Default: the current ones.",
        ),
    ] = None,
    form: Annotated[
        str, typer.Option("--format", help="Form of the answer.", **options.one_of(*FORMATS))
    ] = "table",
    json_output: options.Json = False,
) -> None:
    """Print the rows of the standards that answer a question, or all rows."""
    from emtwin.cli import standards_tables
    from emtwin.standards import load
    from emtwin.standards.asking import Question

    asked = Question(" ".join(words or []), test, port, environment, _hertz(frequency), edition)
    everything = load()
    rows = asked.answer(everything)
    if not rows:
        raise InputError([_nothing(asked)])
    if json_output or form == "json":
        output.print_json(_document(rows))
    elif form == "yaml":
        from emtwin.scene.document import as_yaml

        brief = output.plain(_document(rows, brief=True))
        sys.stdout.write(as_yaml(brief, sort_keys=False, width=100))
    else:
        standards_tables.show(output.stdout(), rows, asked)


def _hertz(said: str | None) -> float | None:
    from emtwin.units import UnitError, parse

    if said is None:
        return None
    try:
        found = parse(said, "frequency")
    except UnitError as error:
        raise InputError.single(
            str(error), field="--frequency", remedy="give number and unit"
        ) from error
    if found <= 0:
        raise InputError.single(
            f"{said} is not above 0 Hz", field="--frequency", remedy="give a frequency above 0 Hz"
        )
    return found


def _document(rows: tuple[AnyRow, ...], *, brief: bool = False) -> dict[str, Any]:
    """Rows for programs: every field, or brief as in the files only those that are given."""
    entries: list[dict[str, Any]] = []
    for row in rows:
        entry = row.model_dump(mode="json", by_alias=True, exclude_defaults=brief)
        entries.append({"citation": row.citation, "summary": row.summary(), **entry})
    return {"rows": entries}


def _nothing(asked: Question) -> Problem:
    from emtwin.standards import load

    if asked.words and not asked.of_tests and asked.edition is None:
        known = {word for row in load().rows for word in row.id.split("-")}
        words = [word for word in asked.words.split() if word.lower() not in known]
        hints = "".join(options.nearest(word, known) for word in words)
        return Problem(
            f"no row of the standards says '{asked.words}'",
            field="QUERY",
            remedy=f"use fewer words, or none for all rows.{hints}",
        )
    return asked.without_answer(load())
