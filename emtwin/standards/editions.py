"""Editions of standards that rows may cite, and which of them is the current one."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from emtwin.errors import InputError, Problem
from emtwin.scene import document
from emtwin.scene.quantities import Declared
from emtwin.standards.row import Row, Text

FILE = "editions.yaml"
"""The registry, beside the files of rows."""


class Edition(Declared):
    """One edition.

    Parameters
    ----------
    edition : str
        Year, with amendments: ``2014+A1:2020``.
    name : str, optional
        What it is called besides: ``4.1``.
    status : str, default "current"
        ``current``: the one to use with the current IEC 60601-1-2;
        ``superseded``: an older one; ``later``: one that the current
        IEC 60601-1-2 does not yet refer to.
    """

    edition: Text
    name: str = ""
    status: Literal["current", "superseded", "later"] = "current"


class StandardEditions(Declared):
    """A standard and its known editions.

    Parameters
    ----------
    standard : str
        Its designation, as rows write it.
    title : str
        What it is about, in a few words of our own.
    editions : tuple of Edition
        Known editions.
    """

    standard: Text
    title: Text
    editions: Annotated[tuple[Edition, ...], Field(min_length=1)]


@dataclass(frozen=True)
class Registry:
    """Known editions of all standards.

    Parameters
    ----------
    standards : tuple of StandardEditions
        One entry for each standard.
    """

    standards: tuple[StandardEditions, ...] = ()

    def editions(self, standard: str) -> tuple[Edition, ...]:
        """Known editions of a standard; empty for one that is not known."""
        return next((one.editions for one in self.standards if one.standard == standard), ())

    def edition(self, standard: str, wanted: str) -> Edition | None:
        """Edition of a standard by its year or its name, None if it is not known."""
        found = (one for one in self.editions(standard) if wanted in (one.edition, one.name))
        return next(found, None)

    def is_current(self, row: Row) -> bool:
        """Whether a row stands in the edition to use today; so does one of no known edition."""
        edition = self.edition(row.standard, row.edition)
        return edition is None or edition.status == "current"

    def problem(self, row: Row, place: Problem) -> Problem | None:
        """What is wrong with the standard and edition that a row cites.

        Parameters
        ----------
        row : Row
            The row.
        place : Problem
            Its file, line and id.

        Returns
        -------
        Problem or None
            With the known editions, None if the row's is one of them.
        """
        known = [one.edition for one in self.editions(row.standard)]
        if row.edition in known:
            return None
        if known:
            said = f"edition '{row.edition}' of {row.standard} is unknown"
            remedy = f"use one of {', '.join(known)}, or add the edition to {FILE}"
        else:
            near = difflib.get_close_matches(
                row.standard, [one.standard for one in self.standards], n=1
            )
            said = f"the standard '{row.standard}' is unknown"
            remedy = f"did you mean {near[0]}? " if near else ""
            remedy += f"a new standard and its editions go into {FILE}"
        return replace(place, message=said, remedy=remedy)


def read_registry(file: Path) -> Registry:
    """Read the registry of editions.

    Parameters
    ----------
    file : Path
        ``editions.yaml``: one list, ``standards``.

    Returns
    -------
    Registry
        Known editions.

    Raises
    ------
    InputError
        With file, line and field of everything that is wrong.
    """
    try:
        content = document.parse(file.read_text(encoding="utf-8"), file, quick=True)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError.single(f"cannot be read: {error}", file=file) from error
    if content.problems:
        raise InputError(content.problems)
    try:
        listed = _File.model_validate(content.data, context={"from_file": True}).standards
    except ValidationError as error:
        raise InputError(
            content.problem(tuple(entry["loc"]), str(entry["msg"]), "correct the entry")
            for entry in error.errors()
        ) from error
    names = [one.standard for one in listed]
    twice = [n for n, name in enumerate(names) if name in names[:n]]
    if twice:
        raise InputError(
            content.problem(("standards", n), f"{names[n]} is listed twice", "join the entries")
            for n in twice
        )
    return Registry(listed)


class _File(Declared):
    standards: tuple[StandardEditions, ...]
