"""Rows that apply: by test, port, environment, frequency and edition."""

from __future__ import annotations

import math
from collections.abc import Hashable

from emtwin.errors import InputError
from emtwin.standards.bands import Band
from emtwin.standards.dips import Dip
from emtwin.standards.levels import Level
from emtwin.standards.limits import Limit
from emtwin.standards.row import SLACK, in_range
from emtwin.standards.store import Standards
from emtwin.standards.terms import ENVIRONMENTS, PORTS, TESTS

Applying = Level | Dip | Band | Limit
"""Kinds of row that belong to a test."""

_CLASSES = {"home": ("B",), "professional": ("A", "B"), "special": ("A", "B")}


def applying(
    standards: Standards,
    *,
    test: str | None = None,
    port: str | None = None,
    environment: str | None = None,
    frequency: float | None = None,
    edition: str | None = None,
) -> tuple[Applying, ...]:
    """Levels, dips, limits and bands that apply.

    Parameters
    ----------
    standards : Standards
        Where to look.
    test, port, environment : str, optional
        Words of `emtwin.standards.terms`; any if left out. Limits of class B
        apply at home, those of either class elsewhere.
    frequency : float, optional
        In hertz: only rows that cover it. A row for named bands covers what
        lies inside one of them. A test without frequencies (ESD, bursts, dips)
        covers none. Where two pieces of a limit line meet, the lower one holds.
    edition : str, optional
        Year or name of an edition (``2007``, ``4.1``): only its rows. If left
        out, the rows of all current editions.

    Returns
    -------
    tuple of Level, Dip, Band and Limit
        In the order of the tests, then of the files. Bands are there with a
        frequency only.

    Raises
    ------
    InputError
        If a word is unknown.
    """
    for name, word, known in (
        ("test", test, TESTS),
        ("port", port, PORTS),
        ("environment", environment, ENVIRONMENTS),
    ):
        if word is not None and word not in known:
            raise InputError.single(
                f"unknown {name} '{word}'", field=name, remedy=f"use one of {', '.join(known)}"
            )
    found = [
        row
        for row in standards.rows
        if isinstance(row, Applying)
        and (test is None or test in tests_of(row))
        and (port is None or _at_port(row, port))
        and (environment is None or _in_environment(row, environment))
        and _covers(standards, row, frequency)
        and standards.in_edition(row, edition)
    ]
    if frequency is not None:
        found = _lower_where_lines_meet(found, frequency)
    return tuple(sorted(_with_bands(found), key=_place))


def _lower_where_lines_meet(found: list[Applying], frequency: float) -> list[Applying]:
    """Of two pieces of a limit line that meet at a frequency, only the lower one."""
    lowest: dict[Hashable, float] = {}
    for row in found:
        if isinstance(row, Limit):
            line, limit = _line_and_end(row, frequency)
            lowest[line] = min(limit, lowest.get(line, limit))
    kept: list[Applying] = []
    for row in found:
        line, limit = _line_and_end(row, frequency) if isinstance(row, Limit) else (None, 0.0)
        if limit <= lowest.get(line, limit):
            kept.append(row)
    return kept


def _line_and_end(row: Limit, frequency: float) -> tuple[Hashable, float]:
    """Line of a piece, and its limit if the frequency is one of its ends."""
    at_top = math.isclose(frequency, row.frequency_to, rel_tol=SLACK)
    line = (*row.line, row.power_above, row.power_to)
    return line, row.limit_to if at_top else row.limit_from


def _place(row: Applying) -> tuple[int, bool]:
    """Order of a test plan; what refers to the risk management comes last."""
    special = isinstance(row, Level | Dip) and row.environments == ("special",)
    return TESTS.index(tests_of(row)[0]), special


def _with_bands(found: list[Applying]) -> list[Applying]:
    """Without the bands that are listed for tests of which nothing else was found."""
    tests = {row.test for row in found if not isinstance(row, Band)}
    return [
        row for row in found if not isinstance(row, Band) or not tests or tests & set(row.tests)
    ]


def tests_of(row: Applying) -> tuple[str, ...]:
    """Tests that a row belongs to."""
    return row.tests if isinstance(row, Band) else (row.test,)


def bands_named(standards: Standards, row: Level, name: str) -> tuple[Band, ...]:
    """Bands of a list that a level names.

    Parameters
    ----------
    standards : Standards
        Where the bands are.
    row : Level
        The level.
    name : str
        Name of the list.

    Returns
    -------
    tuple of Band
        Those of the row's standard and edition, or of the standard's current
        edition where the row's has none.
    """
    every = [b for b in standards.of(Band) if (b.standard, b.name) == (row.standard, name)]
    own = tuple(band for band in every if band.edition == row.edition)
    return own or tuple(band for band in every if standards.registry.is_current(band))


def _at_port(row: Applying, port: str) -> bool:
    if isinstance(row, Level | Dip):
        return row.port == port
    if isinstance(row, Band):
        return True
    return port == (row.port or "enclosure")


def _in_environment(row: Applying, environment: str) -> bool:
    if isinstance(row, Level | Dip):
        return environment in row.environments
    return isinstance(row, Band) or row.equipment_class in _CLASSES[environment]


def _covers(standards: Standards, row: Applying, frequency: float | None) -> bool:
    if frequency is None:
        return not isinstance(row, Band)
    if isinstance(row, Dip):
        return False
    if isinstance(row, Limit):
        return in_range(frequency, row.frequency_from, row.frequency_to)
    return row.covers(frequency) and (
        isinstance(row, Band) or _inside_bands(standards, row, frequency)
    )


def _inside_bands(standards: Standards, row: Level, frequency: float) -> bool:
    """Inside one of the bands that the row names, and outside those that it excepts."""

    def within(name: str) -> bool:
        return any(band.covers(frequency) for band in bands_named(standards, row, name))

    inside = not row.bands or any(within(name) for name in row.bands)
    return inside and not any(within(name) for name in row.except_bands)
