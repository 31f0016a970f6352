"""Arguments that several commands share, and choices that offer the nearest word."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

BACKENDS = ("auto", "numpy", "native", "cuda")
PRECISIONS = ("float32", "float64")
ACCURACIES = ("draft", "normal", "fine")
LANGUAGES = ("en", "ko")
VIEWS = ("setup", "voxels", "audit", "field", "surface")
RESULT_FILE = "results.h5"


def nearest(word: str, known: Iterable[str]) -> str:
    """A question that offers the nearest known word, or an empty text."""
    near = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.5)
    return f" Did you mean '{near[0]}'?" if near else ""


def one_of(*values: str, meant: Callable[[str], str] | None = None) -> dict[str, Any]:
    """Arguments of `typer.Option` for a choice.

    Parameters
    ----------
    *values : str
        What may be chosen.
    meant : callable, optional
        Gives the value that another word means, or an empty text.

    Returns
    -------
    dict
        ``parser`` and ``metavar``; a wrong word is refused with all choices
        and the nearest one.
    """

    def choice(word: str) -> str:
        """Return the word if it is one of the values."""
        if word in values:
            return word
        other = meant(word) if meant else ""
        said = f" Write '{other}'." if other else nearest(word, values)
        raise typer.BadParameter(f"'{word}' is not one of {', '.join(values)}.{said}")

    return {"parser": _named(choice), "metavar": "|".join(values)}


def result_file(result: Path) -> Path:
    """The result file that a user means: itself, or ``results.h5`` in a folder."""
    return result / RESULT_FILE if result.is_dir() else result


def _named(choice: Callable[[str], str]) -> Callable[[str], str]:
    choice.__name__ = "choice"
    return choice


TwinFile = Annotated[Path, typer.Argument(metavar="TWIN", help="The twin file (YAML).")]
ResultFile = Annotated[
    Path,
    typer.Argument(
        metavar="RESULT", help="results.h5 of `emtwin run`, or the folder that holds it."
    ),
]
AccuracyName = Annotated[
    str | None,
    typer.Option(
        "--accuracy",
        help="Use this accuracy in place of the twin file's.",
        **one_of(*ACCURACIES),
    ),
]
Language = Annotated[
    str, typer.Option("--language", help="Language of the report.", **one_of(*LANGUAGES))
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, and only that, on stdout.")]
