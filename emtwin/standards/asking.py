"""Questions to the standards, and what to do about one without an answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from emtwin.errors import Problem
from emtwin.standards.applying import applying
from emtwin.standards.kinds import AnyRow
from emtwin.standards.levels import Level
from emtwin.standards.limits import Limit
from emtwin.standards.search import query
from emtwin.standards.store import Standards
from emtwin.units import format_si

_EMPTY: dict[str, dict[str, Any]] = {
    "words": {"words": ""},
    **{part: {part: None} for part in ("test", "port", "environment", "frequency", "edition")},
}
"""Each part of a question, and what it is when it is left out."""
_NOT_COMPLETE = "; not every test of every edition is in the rows: no row does not mean no test"


@dataclass(frozen=True)
class Question:
    """What is asked for; what is left out does not matter.

    Parameters
    ----------
    words : str, default ""
        Words that a row must say.
    test, port, environment : str, optional
        Words of `emtwin.standards.terms`.
    frequency : float, optional
        In hertz.
    edition : str, optional
        Year or name; the current ones if left out.
    """

    words: str = ""
    test: str | None = None
    port: str | None = None
    environment: str | None = None
    frequency: float | None = None
    edition: str | None = None

    @property
    def of_tests(self) -> bool:
        """Whether only rows that belong to a test can answer."""
        return any(
            part is not None for part in (self.test, self.port, self.environment, self.frequency)
        )

    def answer(self, standards: Standards) -> tuple[AnyRow, ...]:
        """Rows that answer.

        Parameters
        ----------
        standards : Standards
            Where to look.

        Returns
        -------
        tuple of rows
            Of a question for tests in the order of a test plan, else of the files.

        Raises
        ------
        InputError
            If a word for test, port or environment is unknown.
        """
        said = query(self.words, standards)
        if self.of_tests:
            found = applying(
                standards,
                test=self.test,
                port=self.port,
                environment=self.environment,
                frequency=self.frequency,
                edition=self.edition,
            )
            ids = {row.id for row in said}
            return tuple(row for row in found if row.id in ids)
        return tuple(row for row in said if standards.in_edition(row, self.edition))

    def without_answer(self, standards: Standards) -> Problem:
        """Why nothing was found, and which part of the question is in the way.

        Parameters
        ----------
        standards : Standards
            Where nothing was found.

        Returns
        -------
        Problem
            With a remedy.
        """
        asked = {part: value for part in _EMPTY if (value := getattr(self, part))}
        said = " ".join(
            f"'{value}'" if part == "words" else _as_option(part, value)
            for part, value in asked.items()
        )
        remedy = self._remedy(standards, list(asked))
        return Problem(f"no row of the standards answers {said}", field="QUERY", remedy=remedy)

    def _remedy(self, standards: Standards, asked: list[str]) -> str:
        if self.edition is not None and not _known_edition(standards, self.edition):
            known = "; ".join(
                f"{name} has {_editions_of(standards, name)}"
                for name in ("IEC 60601-1-2", "CISPR 11")
            )
            return f"no edition has that year or name; {known}"
        if ports := self._other_ports(standards):
            return f"{self.test} is asked for at {', '.join(ports)}"
        if self.frequency is not None and self.test is not None:
            return _ranges(replace(self, frequency=None), standards)
        if asked == ["frequency"]:
            return _whole_range(standards)
        if asked == ["edition"]:
            return "leave --edition out: there are no rows of it"
        easier = []
        for part in asked if len(asked) > 1 else ():
            found = replace(self, **_EMPTY[part]).answer(standards)
            name = "the words" if part == "words" else f"--{part}"
            easier += [f"{len(found)} without {name}"] if found else []
        if easier:
            said = f"leave something out: the rows are {', '.join(easier)}"
            return said + (_NOT_COMPLETE if self.edition is not None else "")
        return "use fewer words, or none for all rows"

    def _other_ports(self, standards: Standards) -> list[str]:
        """Ports at which the same question has an answer; none if no test or port is asked for."""
        if self.test is None or self.port is None:
            return []
        rows = replace(self, port=None).answer(standards)
        return list(dict.fromkeys(filter(None, (getattr(row, "port", None) for row in rows))))


def _ranges(question: Question, standards: Standards) -> str:
    """Frequencies that a test has at all."""
    rows = question.answer(standards)
    if not rows:
        return "leave something out: not even without --frequency is there a row"
    said = dict.fromkeys(filter(None, (_range(row) for row in rows)))
    if not said:
        return f"{question.test} has no frequencies: leave --frequency out"
    return f"the frequencies of {question.test} are {', '.join(said)}"


def _whole_range(standards: Standards) -> str:
    """Lowest and highest frequency of the rows that belong to a test."""
    ends: list[float] = []
    for row in applying(standards):
        if isinstance(row, Limit):
            ends += (row.frequency_from, row.frequency_to)
        elif isinstance(row, Level):
            ends += row.band if row.frequency_from is not None else row.frequencies
    return f"the rows go from {format_si(min(ends), 'Hz', 6)} to {format_si(max(ends), 'Hz', 6)}"


def _range(row: AnyRow) -> str:
    low, high = getattr(row, "frequency_from", None), getattr(row, "frequency_to", None)
    if low is not None and high is not None:
        return f"{format_si(low, 'Hz', 6)} to {format_si(high, 'Hz', 6)}"
    return ", ".join(format_si(spot, "Hz", 6) for spot in getattr(row, "frequencies", ()))


def _as_option(part: str, value: object) -> str:
    said = format_si(value, "Hz", 6) if isinstance(value, float) else str(value)
    return f"--{part} {said!r}" if " " in said else f"--{part} {said}"


def _known_edition(standards: Standards, wanted: str) -> bool:
    every = standards.registry.standards
    return any(standards.registry.edition(one.standard, wanted) for one in every)


def _editions_of(standards: Standards, name: str) -> str:
    known = standards.registry.editions(name)
    return ", ".join(f"{one.edition} ({one.name})" if one.name else one.edition for one in known)
