"""From an exception to a message that says what to do, and an exit code."""

from __future__ import annotations

import errno
import sys
import traceback
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import typer

from emtwin.cli import output
from emtwin.cli.exits import ExitCode
from emtwin.errors import EmtwinError, InputError, Problem

P = ParamSpec("P")

_PASSED_ON = (typer.Exit, typer.Abort, typer.BadParameter)  # typer itself ends these
_INTERRUPTED = "Interrupted. Nothing half-written was left."
_MEMORY = (
    "not enough memory. Coarser cells need less: `accuracy: draft` in the twin file or "
    "--accuracy draft; `emtwin check` says how much a run needs"
)
_DISK = "the disk is full. Free some space or choose another folder, then run again"
_DEFECT = (
    "This is a defect of emtwin, not of your input. Please report it with the lines above, "
    "the twin file and the output of `emtwin doctor`."
)


def reported(command: Callable[P, None]) -> Callable[P, None]:
    """Make a command end with a message and an exit code, never with a traceback alone.

    Parameters
    ----------
    command : callable
        Command; with a true argument ``json_output`` the failure is also
        printed as JSON, so that stdout is always one JSON document.

    Returns
    -------
    callable
        The same command, which raises `typer.Exit` in place of other exceptions.
    """

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        """Run the command; end with an exit code, not with an exception."""
        try:
            command(*args, **kwargs)
        except _PASSED_ON:
            raise
        except KeyboardInterrupt as error:
            output.line(output.stderr(), _INTERRUPTED, "yellow")
            raise typer.Exit(ExitCode.INTERRUPTED) from error
        except Exception as error:
            code = tell(error)
            if kwargs.get("json_output"):
                output.print_json(as_json(error, code))
            raise typer.Exit(code) from error

    return run


def tell(error: Exception) -> ExitCode:
    """Print a failure on stderr.

    Parameters
    ----------
    error : Exception
        What went wrong.

    Returns
    -------
    ExitCode
        ``INPUT`` for wrong input, ``RUN`` for everything else: 1 would read
        as "a verdict fails".
    """
    console = output.stderr()
    if isinstance(error, InputError):
        count = len(error.problems)
        for problem in error.problems:
            output.line(console, str(problem))
        noun = "problem" if count == 1 else "problems"
        output.line(console, f"{count} {noun} in the input; no result was written.", "bold red")
        return ExitCode.INPUT
    known = _known(error)
    if known:
        output.line(console, f"The run failed: {known}.", "bold red")
    else:
        traceback.print_exception(error, file=sys.stderr)
        output.line(console, _DEFECT, "bold red")
    return ExitCode.RUN


def as_json(error: Exception, code: ExitCode) -> dict[str, Any]:
    """Failure for programs: exit code and error, or every problem of the input."""
    if isinstance(error, InputError):
        return {"exit_code": int(code), "problems": [_entry(p) for p in error.problems]}
    text = _known(error) or f"{type(error).__name__}: {error}"
    return {"exit_code": int(code), "error": text}


def _entry(problem: Problem) -> dict[str, Any]:
    entry: dict[str, Any] = output.plain(problem)
    return entry


def _known(error: Exception) -> str:
    """What to say about a failure that is no defect; empty for a defect."""
    if isinstance(error, EmtwinError):
        return str(error).rstrip(".")
    if isinstance(error, MemoryError):
        return _MEMORY
    if isinstance(error, OSError):
        return _DISK if error.errno == errno.ENOSPC else str(error)
    if isinstance(error, ModuleNotFoundError) and not (error.name or "").startswith("emtwin"):
        return f"the Python package {error.name} is missing. Run `emtwin doctor` for the remedy"
    return ""
