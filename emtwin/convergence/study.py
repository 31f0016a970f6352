"""What the levels of a test say of its margin and its maxima."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from emtwin.benches.finding import Finding
from emtwin.benches.ladder import LevelPlan
from emtwin.compliance.richardson import Estimate, extrapolate
from emtwin.errors import Notice

MARGIN = "margin"
"""Name of the quantity that decides whether to go on."""


@dataclass(frozen=True, eq=False)
class Computed:
    """One test on one grid, after its runs.

    Parameters
    ----------
    finding : Finding
        Its result.
    site : Any
        What the pipeline keeps of the runs.
    seconds : float
        Wall time.
    """

    finding: Finding
    site: Any
    seconds: float


@dataclass(frozen=True)
class Level:
    """One grid and what came out.

    Parameters
    ----------
    plan : LevelPlan
        The grid.
    seconds : float
        Wall time.
    values : dict of str to float
        Quantities by name, dB.
    """

    plan: LevelPlan
    seconds: float
    values: dict[str, float]


@dataclass(frozen=True)
class Missing:
    """A level without a result.

    Parameters
    ----------
    plan : LevelPlan
        The grid.
    reason : str
        Why there is none, as what is said of it.
    failed : bool
        Whether it cannot be computed; otherwise the time did not allow it.
    """

    plan: LevelPlan
    reason: str
    failed: bool


@dataclass(frozen=True, eq=False)
class Study:
    """All levels of a test and what they say of every quantity.

    Parameters
    ----------
    test : str
        Name of the test.
    levels : tuple of Level
        The coarsest first.
    missing : tuple of Missing
        Levels that were planned and have no result.
    finest : Computed
        Results on the finest grid.
    converged : bool
        Whether the margin moved by less than was asked for.
    stopped : str
        Why it ended.
    no_coarser : str
        Why there is no level coarser than the declared grid; empty where there may be one.
    """

    test: str
    levels: tuple[Level, ...]
    missing: tuple[Missing, ...]
    finest: Computed
    converged: bool
    stopped: str
    no_coarser: str = ""

    @property
    def estimates(self) -> dict[str, Estimate]:
        """Richardson estimate of every quantity that the last two levels or more have."""
        found = {}
        for name in self.levels[-1].values:
            last: list[Level] = []
            for level in reversed(self.levels):
                if name not in level.values:
                    break
                last.insert(0, level)
            if len(last) > 1:
                sizes = [level.plan.device for level in last]
                found[name] = extrapolate([level.values[name] for level in last], sizes)
        return found

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What a reader has to know of the levels.

        ``convergence-no-coarser-level``, ``convergence-level-failed`` for each that cannot be
        computed, ``convergence-not-reached`` where the margin still moves.
        """
        words, found = self.test.replace("_", " "), []
        if self.no_coarser:
            found.append(Notice("convergence-no-coarser-level", f"{words}: {self.no_coarser}"))
        found += [
            Notice(
                "convergence-level-failed",
                f"{words}, {described(level.plan)} {level.reason}. The levels that were computed "
                "are kept",
            )
            for level in self.missing
            if level.failed
        ]
        if not self.converged:
            count = "1 level" if len(self.levels) == 1 else f"{len(self.levels)} levels"
            found.append(
                Notice("convergence-not-reached", f"{words}, after {count}: {self.stopped}")
            )
        return tuple(found)

    def as_dict(self) -> dict[str, Any]:
        """Levels and estimates as JSON-able values, for the result file."""
        changes = [b.values[MARGIN] - a.values[MARGIN] for a, b in pairwise(self.levels)]
        ratios = [a.plan.device / b.plan.device for a, b in pairwise(self.levels)]
        return {
            "test": self.test,
            "converged": self.converged,
            "stopped": self.stopped,
            "no_coarser": self.no_coarser,
            "levels": [
                _grid(level.plan)
                | {
                    "seconds": level.seconds,
                    "ratio": ratio,
                    "margin_db": level.values.get(MARGIN),
                    "change_db": change,
                }
                for level, ratio, change in zip(
                    self.levels, [None, *ratios], [None, *changes], strict=True
                )
            ],
            "missing": [_grid(one.plan) | {"reason": one.reason} for one in self.missing],
            "quantities": [
                {
                    "name": name,
                    "values_db": [level.values.get(name) for level in self.levels],
                    "extrapolated_db": estimate.extrapolated,
                    "bound_db": estimate.bound,
                    "order": estimate.order,
                    "method": estimate.method,
                    "reason": estimate.reason,
                }
                for name, estimate in self.estimates.items()
            ],
        }


def quantities(finding: Finding) -> dict[str, float]:
    """Margin of a verdict and every reported maximum, dB.

    Parameters
    ----------
    finding : Finding
        Result of a test.

    Returns
    -------
    dict of str to float
        By name; what is not finite is left out, and all where there is no margin.
    """
    margin = finding.verdict.margin_db
    if margin is None or not math.isfinite(margin):
        return {}
    found = {MARGIN: margin, **finding.maxima}
    return {name: value for name, value in found.items() if math.isfinite(value)}


def described(plan: LevelPlan) -> str:
    """A level in words: its factor on the cells and its number of cells."""
    return f"cells x {plan.refinement:.3g} ({plan.cells:,} cells)"


def with_note(finding: Finding, note: str) -> Finding:
    """The finding, its verdict with a note on how the mesh error was obtained."""
    verdict = replace(finding.verdict, notes=(*finding.verdict.notes, f"Mesh error: {note}."))
    return replace(finding, verdict=verdict)


def _grid(plan: LevelPlan) -> dict[str, Any]:
    return {
        "refinement": plan.refinement,
        "device_cell": plan.device,
        "cells": plan.cells,
        "memory": plan.memory,
        "expected_seconds": plan.seconds,
    }
