"""Refine the grids until the verdicts' margins stay, or the budget ends.

In: the ladder of grids of each test, results on the declared ones, and what computes a level.
Out: per test a `Study`: levels, changes, Richardson estimates, why it ended.
Never: fields; `level_runs` computes, `compliance.richardson` extrapolates.
"""

from emtwin.convergence.rules import Rules
from emtwin.convergence.search import Prepared, TimeUp, studies
from emtwin.convergence.study import (
    MARGIN,
    Computed,
    Level,
    Missing,
    Study,
    quantities,
    with_note,
)

__all__ = [
    "MARGIN",
    "Computed",
    "Level",
    "Missing",
    "Prepared",
    "Rules",
    "Study",
    "TimeUp",
    "quantities",
    "studies",
    "with_note",
]
