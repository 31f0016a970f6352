"""What can go wrong, said so that it can be mended.

An input error carries *every* problem that was found, each with its place, its
value and a remedy, because a user who mends one mistake at a time runs the
program once per mistake.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with the input.

    Parameters
    ----------
    message : str
        What is wrong, with the value and its unit.
    file : Path or None
        The file that holds the value.
    line : int or None
        Line in `file`, counted from 1.
    field : str
        Path of the field, for example ``device.ports[0].threshold``.
    remedy : str
        How to mend it.
    """

    message: str
    file: Path | None = None
    line: int | None = None
    field: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        place = str(self.file) if self.file else ""
        if place and self.line is not None:
            place += f":{self.line}"
        head = ": ".join(part for part in (place, self.field) if part)
        text = f"{head}: {self.message}" if head else self.message
        return f"{text}\n    -> {self.remedy}" if self.remedy else text


class EmtwinError(Exception):
    """Root of every error that emtwin raises on purpose."""


class InputError(EmtwinError):
    """The input is wrong; nothing was computed (exit code 2).

    Parameters
    ----------
    problems : iterable of Problem
        Everything that was found, in the order of the file.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @classmethod
    def single(cls, message: str, **place: Any) -> InputError:
        """Error with one problem; `place` are fields of `Problem`."""
        return cls([Problem(message, **place)])


class GridError(InputError):
    """A Yee grid, or something placed on it, is impossible."""


class RunError(EmtwinError):
    """A run failed after it had begun (exit code 3)."""


Rank = Literal["warning", "information"]
"""How much a notice matters to who reads the result."""

RANKS: tuple[Rank, ...] = get_args(Rank)
"""The ranks, what has to be read first."""


@dataclass(frozen=True)
class Notice:
    """A named remark that travels with the result into the report.

    Parameters
    ----------
    name : str
        Short stable name, for example ``not-decayed``; programs test on it.
    message : str
        One or two sentences with the values that led to it.
    rank : str, default "warning"
        ``warning``: the input was mended, something is left out or assumed, or the result is less
        sure for it. ``information``: what was done, at no loss to the result.
    """

    name: str
    message: str
    rank: Rank = "warning"

    def __str__(self) -> str:
        return f"{self.name}: {self.message}"
