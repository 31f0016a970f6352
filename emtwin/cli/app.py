"""The commands, put together; nothing heavier than typer is imported before one runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from emtwin.cli import output
from emtwin.cli.check import check
from emtwin.cli.doctor import doctor
from emtwin.cli.init import init
from emtwin.cli.plan import plan
from emtwin.cli.report import report
from emtwin.cli.run import run
from emtwin.cli.site import site
from emtwin.cli.standards import standards
from emtwin.cli.view import view

COMMANDS = (init, plan, check, run, view, report, standards, site, doctor)

_HELP = """Virtual EMC tests of a medical device: mesh in, verdicts with uncertainty out.

Begin with `emtwin init MESH --unit mm`, or with the example examples/infusion_pump/twin.yaml."""
_EXIT_CODES = (
    "Exit codes: 0 every applicable test has a verdict and none fails; 1 a verdict fails; "
    "2 the input is wrong; 3 the run failed; 4 a test is marginal or has no verdict; "
    "130 interrupted."
)


def build() -> typer.Typer:
    """Application with all commands."""
    app = typer.Typer(
        name="emtwin",
        help=_HELP,
        epilog=_EXIT_CODES,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for command in COMMANDS:
        app.command()(command)
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and end the process with its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words after ``emtwin``; left out, those of the process.

    Raises
    ------
    SystemExit
        Always, with an `ExitCode`.
    """
    output.tolerate_any_encoding()
    build()(args=None if arguments is None else list(arguments), prog_name="emtwin")


def _version(wanted: bool) -> None:
    if not wanted:
        return
    from importlib import metadata

    try:
        version = metadata.version("emtwin")
    except metadata.PackageNotFoundError:
        version = "(not installed)"
    output.line(output.stdout(), f"emtwin {version}")
    raise typer.Exit


def _root(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and exit.", callback=_version, is_eager=True
        ),
    ] = False,
) -> None:
    return None
