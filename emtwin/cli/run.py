"""``emtwin run``: the whole campaign."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from emtwin.cli import exits, options, output, preflight
from emtwin.cli.exits import ExitCode
from emtwin.cli.failures import reported
from emtwin.cli.options import LANGUAGES
from emtwin.cli.progress import display
from emtwin.cli.report import translate
from emtwin.errors import Notice

if TYPE_CHECKING:
    from emtwin.convergence import Rules
    from emtwin.results import Campaign

_OUT_HELP = "Folder of the results. Default: results/<name of the twin file>."


_Out = Annotated[
    Path | None, typer.Option("--out", "--output", "-o", metavar="DIR", help=_OUT_HELP)
]
_Backend = Annotated[
    str, typer.Option(help="Machine that runs the kernels.", **options.one_of(*options.BACKENDS))
]
_Precision = Annotated[
    str, typer.Option(help="Type of the fields.", **options.one_of(*options.PRECISIONS))
]
_Convergence = Annotated[
    bool,
    typer.Option(
        "--convergence",
        help="Refine until the margins stay, which replaces the stated 6 dB of uncertainty. The "
        "same command goes on with a study that was interrupted.",
    ),
]
_ConvergenceDb = Annotated[
    float | None,
    typer.Option(
        "--convergence-db",
        metavar="DB",
        help="Refine until no margin moves by more. Default: 1 dB, or the twin file's.",
    ),
]
_ConvergenceTime = Annotated[
    float | None,
    typer.Option(
        "--convergence-time",
        metavar="MINUTES",
        help="Start no level that would end later, and give up one that does. Counts from this "
        "start of the command; kept levels take none of it.",
    ),
]
_ConvergenceLevels = Annotated[
    int | None,
    typer.Option(
        "--convergence-levels", metavar="N", help="Largest number of resolutions. Default: 4."
    ),
]
_AllowMarginal = Annotated[
    bool, typer.Option("--allow-marginal", help="Exit with 0 where a verdict is marginal.")
]
_Junit = Annotated[
    Path | None,
    typer.Option("--junit", metavar="FILE", help="Write the verdicts as JUnit XML too."),
]
_Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print problems only; the exit code tells.")
]


@reported
def run(
    twin: options.TwinFile,
    out: _Out = None,
    backend: _Backend = "auto",
    precision: _Precision = "float32",
    accuracy: options.AccuracyName = None,
    convergence: _Convergence = False,
    convergence_db: _ConvergenceDb = None,
    convergence_time: _ConvergenceTime = None,
    convergence_levels: _ConvergenceLevels = None,
    allow_marginal: _AllowMarginal = False,
    json_output: options.Json = False,
    junit: _Junit = None,
    language: options.Language = "en",
    quiet: _Quiet = False,
) -> None:
    """Run every test of TWIN: verdict table, result file, report and pictures.

    After an interruption the same command goes on: field runs are kept in the output folder until
    all results are written.
    """
    from emtwin import pipeline

    folder = out or Path("results") / twin.stem
    rules = _rules(convergence_db, convergence_time, convergence_levels)
    with preflight.left_as_found(folder), _interrupt_told(folder):
        loaded = preflight.prepare(twin, folder, junit, backend, precision, accuracy)
        warning = "" if quiet else preflight.slow_backend_warning(backend)
        if warning:
            output.line(output.stderr(), warning, "bold yellow")
        with display(quiet=quiet) as progress:
            campaign = pipeline.run(
                loaded,
                folder,
                backend=backend,
                precision=precision,
                convergence=convergence or rules is not None,
                rules=rules,
                progress=progress,
            )
        if language != LANGUAGES[0]:
            translate(campaign, folder, language)
    code = exits.of_verdicts(campaign.verdicts, allow_marginal=allow_marginal)
    files = _written(folder, junit)
    if junit is not None:
        from emtwin.report import write_junit

        write_junit(campaign, junit, allow_marginal=allow_marginal)
    if json_output:
        _print_json(campaign, code, files)
    elif not quiet:
        _print_summary(campaign, language, files)
    raise typer.Exit(code)


def _rules(change_db: float | None, minutes: float | None, levels: int | None) -> Rules | None:
    """Rules of the refinement, where an option sets one."""
    if change_db is None and minutes is None and levels is None:
        return None
    from emtwin.convergence import Rules

    seconds = None if minutes is None else 60.0 * minutes
    return Rules(change_db, seconds) if levels is None else Rules(change_db, seconds, levels)


def _print_json(campaign: Campaign, code: ExitCode, files: list[Path]) -> None:
    from emtwin.report import as_json

    document = json.loads(as_json(campaign))
    output.print_json({"exit_code": int(code), "files": files, **document})


def _print_summary(campaign: Campaign, language: str, files: list[Path]) -> None:
    from emtwin.report import (
        convergence_notes,
        convergence_tables,
        run_table,
        stage_table,
        verdict_table,
    )

    console = output.stdout()
    console.print(run_table(campaign, language))
    console.print(stage_table(campaign, language))
    for table in convergence_tables(campaign, language):
        console.print(table)
    for note in convergence_notes(campaign, language):
        output.line(console, note)
    console.print(verdict_table(campaign, language))
    output.without_verdict(console, campaign.meta.get("tests_without_verdict", []))
    notices = [Notice(**notice) for notice in campaign.meta.get("notices", [])]
    output.notices(console, notices, language)
    output.line(console, "")
    for file in files:
        output.line(console, str(file), "cyan")


def _written(folder: Path, junit: Path | None) -> list[Path]:
    """Result file and report first; of VTK files and pictures only their folder."""
    first = [folder / "report.html", folder / options.RESULT_FILE]
    rest = sorted(path for path in folder.iterdir() if path not in first)
    return [path for path in first if path.exists()] + rest + ([junit] if junit else [])


@contextmanager
def _interrupt_told(folder: Path) -> Iterator[None]:
    """Say what an interrupted run leaves; SIGTERM (a batch system's Ctrl-C) counts as one."""
    result, began = folder / options.RESULT_FILE, time.time()
    before = signal.getsignal(signal.SIGTERM)
    try:
        _on_sigterm(_interrupt)
        yield
    except KeyboardInterrupt as error:
        said = " ".join(["Interrupted.", _left(result, began), *_kept(folder)])
        output.line(output.stderr(), said, "yellow")
        raise typer.Exit(ExitCode.INTERRUPTED) from error
    finally:
        _on_sigterm(before)


def _left(result: Path, began: float) -> str:
    if not result.is_file():
        return f"Nothing half-written was left: there is no {result}."
    if result.stat().st_mtime < began - 2.0:  # clocks of file systems are coarse
        return f"Nothing half-written was left: {result} still holds the results of an earlier run."
    return f"{result} is complete; `emtwin report {result}` makes the report."


def _kept(folder: Path) -> list[str]:
    from emtwin.kept_runs import FOLDER

    kept = folder / FOLDER
    return [f"The same command goes on with the field runs in {kept}."] if kept.is_dir() else []


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _on_sigterm(handler: object) -> None:
    try:
        signal.signal(signal.SIGTERM, handler)  # type: ignore[arg-type]
    except (ValueError, TypeError):  # not in the main thread, or a handler set from C
        return
