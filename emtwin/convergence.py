"""Refine the grid until the verdicts' margins stay, or the budget ends.

The grid that the accuracy asks for is computed first, then one coarser, then finer ones, each with
all cells smaller by `RATIO`. What a level needs comes from the pipeline as a `Prepared`; nothing
here knows what a field is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from emtwin.benches.estimates import Placed
from emtwin.benches.finding import Finding
from emtwin.compliance.richardson import Estimate, extrapolate
from emtwin.errors import InputError, Notice, Problem

RATIO = 1.4
"""Cell size of each level over that of the next finer one."""

MARGIN = "margin"
"""Name of the quantity that decides whether to go on."""


@dataclass(frozen=True)
class Rules:
    """When to stop.

    Parameters
    ----------
    change_db : float or None
        Largest change of a margin between the last two levels that counts as converged, dB; None
        for what the twin's accuracy says.
    seconds : float or None
        Wall time that all levels after the first may take; None without limit.
    levels : int
        Largest number of levels, the coarser one included; 2 or more.

    Raises
    ------
    InputError
        If a figure is impossible; all problems at once.
    """

    change_db: float | None = None
    seconds: float | None = None
    levels: int = 4

    def __post_init__(self) -> None:
        change, seconds, levels = self.change_db, self.seconds, self.levels
        checks = (
            (change is None or change > 0.0, "--convergence-db", f"{change} dB"),
            (seconds is None or seconds > 0.0, "--convergence-time", f"{seconds} s"),
            (levels >= 2, "--convergence-levels", f"{levels}, and needs 2 or more"),
        )
        problems = [
            Problem(f"is too small: {value}", field=name)
            for good, name, value in checks
            if not good
        ]
        if problems:
            raise InputError(problems)

    def within(self, change_db: float) -> Rules:
        """The same rules with the twin's `change_db` (dB) where none was given."""
        return self if self.change_db is not None else replace(self, change_db=change_db)


@dataclass(frozen=True, eq=False)
class Computed:
    """A level after its runs.

    Parameters
    ----------
    findings : tuple of Finding
        Results of the tests.
    sites : Any
        What the pipeline keeps of the runs.
    seconds : float
        Wall time.
    """

    findings: tuple[Finding, ...]
    sites: Any
    seconds: float


@dataclass(frozen=True, eq=False)
class Prepared:
    """A level before its runs.

    Parameters
    ----------
    cells : int
        Cells of all sites.
    work : float
        Cells times steps times runs, to foretell the time.
    compute : callable
        Runs it; takes the name of the level for the progress.
    """

    cells: int
    work: float
    compute: Callable[[str], Computed]

    @classmethod
    def of(cls, every: Sequence[Placed], compute: Callable[[str], Computed]) -> Prepared:
        """A level of these sites."""
        plans = [one.plan for one in every]
        work = sum(plan.cells * plan.steps * len(plan.driven) for plan in plans)
        return cls(sum(plan.cells for plan in plans), float(work), compute)


@dataclass(frozen=True)
class Level:
    """One grid and what came out.

    Parameters
    ----------
    refinement : float
        Its cell sizes over those that the accuracy asks for.
    cells : int
        Cells of all sites.
    seconds : float
        Wall time.
    values : dict of (str, str) to float
        Quantities by test and name, dB.
    """

    refinement: float
    cells: int
    seconds: float
    values: dict[tuple[str, str], float]


@dataclass(frozen=True, eq=False)
class Study:
    """All levels and what they say of every quantity.

    Parameters
    ----------
    levels : tuple of Level
        The coarsest first.
    finest : Computed
        Results of the last one.
    converged : bool
        Whether every margin moved by less than was asked for.
    stopped : str
        Why it ended.
    """

    levels: tuple[Level, ...]
    finest: Computed
    converged: bool
    stopped: str

    @property
    def estimates(self) -> dict[tuple[str, str], Estimate]:
        """Richardson estimate of every quantity that the last two levels or more have."""
        found = {}
        for name in self.levels[-1].values:
            values: list[float] = []
            for level in reversed(self.levels):
                if name not in level.values:
                    break
                values.insert(0, level.values[name])
            if len(values) > 1:
                found[name] = extrapolate(values, RATIO)
        return found

    @property
    def notices(self) -> tuple[Notice, ...]:
        """``convergence-not-reached`` where the margins still move."""
        if self.converged:
            return ()
        return (
            Notice(
                "convergence-not-reached",
                f"after {len(self.levels)} levels of refinement: {self.stopped}",
            ),
        )

    def as_dict(self) -> dict[str, Any]:
        """Levels and estimates as JSON-able values, for the result file."""
        change: list[dict[tuple[str, str], float]] = [{}]
        change += [
            {name: two.values[name] - one.values[name] for name in two.values if name in one.values}
            for one, two in pairwise(self.levels)
        ]
        return {
            "ratio": RATIO,
            "converged": self.converged,
            "stopped": self.stopped,
            "levels": [
                {
                    "refinement": level.refinement,
                    "cells": level.cells,
                    "seconds": level.seconds,
                    "margins": {t: v for (t, name), v in level.values.items() if name == MARGIN},
                    "changes": {t: v for (t, name), v in moved.items() if name == MARGIN},
                }
                for level, moved in zip(self.levels, change, strict=True)
            ],
            "quantities": [
                {
                    "test": test,
                    "name": name,
                    "values_db": [level.values.get((test, name)) for level in self.levels],
                    "extrapolated_db": estimate.extrapolated,
                    "bound_db": estimate.bound,
                    "order": estimate.order,
                    "method": estimate.method,
                    "reason": estimate.reason,
                }
                for (test, name), estimate in self.estimates.items()
            ],
        }


def quantities(findings: Sequence[Finding]) -> dict[tuple[str, str], float]:
    """Margin of every verdict and every reported maximum, dB.

    Parameters
    ----------
    findings : sequence of Finding
        Results of the tests.

    Returns
    -------
    dict of (str, str) to float
        By test and name; what is not finite is left out.
    """
    found: dict[tuple[str, str], float] = {}
    for finding in findings:
        if finding.verdict.margin_db is None:
            continue
        found[finding.test, MARGIN] = finding.verdict.margin_db
        for name, value in finding.maxima.items():
            found[finding.test, name] = value
    return {key: value for key, value in found.items() if math.isfinite(value)}


def study(
    first: Computed,
    base: Prepared,
    prepare: Callable[[float], Prepared],
    rules: Rules,
    announce: Callable[[str, float], None],
) -> Study:
    """Compute levels until the margins stay or the budget ends.

    Parameters
    ----------
    first : Computed
        The grid that the accuracy asks for.
    base : Prepared
        The same before its runs.
    prepare : callable
        Makes a level from the factor on its cell sizes; raises `InputError` where it does not
        fit into the memory or the geometry forbids it.
    rules : Rules
        When to stop.
    announce : callable
        Told the name of a level before it starts, and the seconds that it is expected to take.

    Returns
    -------
    Study
        At least the first level.
    """
    wanted = rules.change_db
    assert wanted is not None  # `Rules.within` fills it in
    search = _Search(first, base, prepare, rules, announce)
    coarse = search.compute(RATIO)
    if not isinstance(coarse, str):
        search.found.insert(0, coarse[0])
    while True:
        moved = _largest_change(search.found)
        if moved is not None and moved <= wanted:
            text = f"the margins moved by {moved:.2g} dB, within {wanted:g} dB"
            return Study(tuple(search.found), search.best, True, text)
        last = "no margins to compare" if moved is None else f"a margin moved by {moved:.2g} dB"
        if len(search.found) >= rules.levels:
            stopped = f"{rules.levels} levels are the limit"
        elif moved is None and len(search.found) > 1:
            stopped = "no test has a margin on both of the last levels"
        else:
            stopped = search.advance()
        if stopped:
            return Study(tuple(search.found), search.best, False, f"{last}; {stopped}")


class _Search:
    """Levels so far, and what they cost."""

    def __init__(
        self,
        first: Computed,
        base: Prepared,
        prepare: Callable[[float], Prepared],
        rules: Rules,
        announce: Callable[[str, float], None],
    ) -> None:
        self.found = [_level(1.0, base, first)]
        self.best, self._work, self._spent = first, base.work, 0.0
        self._prepare, self._rules, self._announce = prepare, rules, announce

    def compute(self, refinement: float) -> tuple[Level, Computed, Prepared] | str:
        """A level, or why the budget or the geometry does not allow it."""
        try:
            prepared = self._prepare(refinement)
        except InputError as error:
            return f"the next level cannot be computed: {error.problems[0].message}"
        expected = self.found[-1].seconds * prepared.work / self._work
        limit = self._rules.seconds
        if limit is not None and self._spent + expected > limit:
            left = max(limit - self._spent, 0.0)
            return f"the next level would take about {expected:.3g} s and {left:.3g} s are left"
        name = f"level {len(self.found) + 1} (cells x {refinement:.3g})"
        self._announce(name, expected)
        computed = prepared.compute(name)
        self._spent += computed.seconds
        return _level(refinement, prepared, computed), computed, prepared

    def advance(self) -> str:
        """Add the next finer level; why not, or an empty text."""
        finer = self.compute(self.found[-1].refinement / RATIO)
        if isinstance(finer, str):
            return finer
        level, computed, prepared = finer
        if set(self.found[-1].values) - set(level.values):
            return "the next level lost a verdict that the last one has"
        self.found.append(level)
        self.best, self._work = computed, prepared.work
        return ""


def _level(refinement: float, prepared: Prepared, computed: Computed) -> Level:
    return Level(refinement, prepared.cells, computed.seconds, quantities(computed.findings))


def _largest_change(levels: Sequence[Level]) -> float | None:
    """Largest move of a margin between the last two levels, dB."""
    if len(levels) < 2:
        return None
    one, two = (level.values for level in levels[-2:])
    moves = [abs(two[key] - one[key]) for key in two if key in one and key[1] == MARGIN]
    return max(moves, default=None)


def with_note(finding: Finding, note: str) -> Finding:
    """The finding, its verdict with a note on how the mesh error was obtained."""
    verdict = replace(finding.verdict, notes=(*finding.verdict.notes, f"Mesh error: {note}."))
    return replace(finding, verdict=verdict)
