"""``emtwin plan``: which tests a device needs, with which levels, and which it does not need."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from emtwin.cli import options, output
from emtwin.cli.failures import reported

if TYPE_CHECKING:
    from emtwin.benches.planning import Plan

FORMATS = ("table", "yaml", "markdown")


@reported
def plan(
    twin: options.TwinFile,
    edition: Annotated[
        str | None,
        typer.Option(
            "--edition",
            metavar="EDITION",
            help="Plan by another edition of IEC 60601-1-2 (3, 4, 2007, ...) and list what the "
            "current one changes.",
        ),
    ] = None,
    authority: Annotated[
        str,
        typer.Option("--authority", metavar="NAME", help="Follow its rules too, such as FDA."),
    ] = "",
    accuracy: options.AccuracyName = None,
    form: Annotated[
        str, typer.Option("--format", help="Form of the plan.", **options.one_of(*FORMATS))
    ] = "table",
    json_output: options.Json = False,
) -> None:
    """Print the test plan that TWIN needs: tests, levels, frequencies, time, method and why."""
    from emtwin import pipeline
    from emtwin.cli import plan_tables

    loaded = pipeline.load(twin, accuracy)
    made = pipeline.plan(loaded, edition=edition, authority=authority)
    if json_output:
        output.print_json(as_json(made))
    elif form == "yaml":
        from emtwin.scene.document import as_yaml

        sys.stdout.write(as_yaml(as_json(made), sort_keys=False, width=100))
    elif form == "markdown":
        sys.stdout.write(plan_tables.markdown(made))
    else:
        plan_tables.show(output.stdout(), made)


def as_json(made: Plan) -> dict[str, Any]:
    """The plan for programs: every test with levels, rows, frequencies, time and methods."""
    document: dict[str, Any] = output.plain(made)
    return {
        "exit_code": 0,
        "seconds": made.seconds,
        "tests_without_verdict": list(made.without_verdict()),
        **document,
    }
