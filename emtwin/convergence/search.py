"""The levels of every test in turns, until its margin stays or the budget ends.

The grid that the accuracy asks for is there already; one coarser comes next where there is one,
then finer ones. What a level needs comes as a `Prepared`; nothing here knows what a field is.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from emtwin.benches.ladder import Ladder, LevelPlan
from emtwin.convergence.rules import Rules
from emtwin.convergence.study import MARGIN, Computed, Level, Missing, Study, quantities
from emtwin.errors import EmtwinError, InputError
from emtwin.units import duration


class TimeUp(EmtwinError):
    """The time that the levels may take is spent."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """One test on one grid, before its runs.

    Parameters
    ----------
    work : float
        Cells times steps times runs, to foretell the time.
    compute : callable
        Runs it; takes the name of the level for the progress and the seconds that are left, None
        without limit. Raises `TimeUp` once they are spent.
    """

    work: float
    compute: Callable[[str, float | None], Computed]


def studies(
    ladders: Sequence[Ladder],
    first: Mapping[str, Computed],
    prepare: Callable[[LevelPlan], Prepared],
    rules: Rules,
    announce: Callable[[str, float], None],
    keep: Callable[[Sequence[Study]], None],
    clock: Callable[[], float] = time.perf_counter,
) -> list[Study]:
    """Compute levels of every test in turns until its margin stays or the budget ends.

    Parameters
    ----------
    ladders : sequence of Ladder
        Levels of each test.
    first : mapping of str to Computed
        Results on the declared grids, by test.
    prepare : callable
        Makes a level ready; raises `InputError` where it does not fit into the memory or the
        geometry forbids it.
    rules : Rules
        When to stop.
    announce : callable
        Told the name of a level before it starts, and the seconds that it is expected to take.
    keep : callable
        Told what there is before a level starts, so that an interruption does not lose it.
    clock : callable, optional
        Seconds of a monotonic clock.

    Returns
    -------
    list of Study
        One per ladder, at least with the declared grid.
    """
    budget = _Budget(rules.seconds, clock)
    searches = [
        _Search(steps, first[steps.declared.test], rules, budget, prepare, announce)
        for steps in ladders
    ]
    new = True
    while waiting := [search for search in searches if not search.stopped]:
        for search in waiting:
            if new:
                keep([one.study("it was interrupted after this level") for one in searches])
            new = search.advance()
    return [search.study() for search in searches]


@dataclass
class _Budget:
    """Time that the levels after the declared ones may take, and have taken, seconds."""

    seconds: float | None
    clock: Callable[[], float]
    spent: float = 0.0

    @property
    def left(self) -> float | None:
        return None if self.seconds is None else max(self.seconds - self.spent, 0.0)

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count the time spent in the block, also where it ends in an error."""
        begin = self.clock()
        try:
            yield
        finally:
            self.spent += self.clock() - begin


@dataclass
class _Search:
    """Levels of one test so far, and what is still to come."""

    ladder: Ladder
    best: Computed
    rules: Rules
    budget: _Budget
    prepare: Callable[[LevelPlan], Prepared]
    announce: Callable[[str, float], None]
    missing: list[Missing] = field(default_factory=list)
    stopped: str = ""
    converged: bool = False

    def __post_init__(self) -> None:
        declared = self.ladder.declared
        self.levels = [Level(declared, self.best.seconds, quantities(self.best.finding))]
        self.waiting = list(self.ladder.first(1 + self.rules.levels))[1:]
        self._measured = self.best.seconds, declared.work
        if MARGIN not in self.levels[0].values:
            self.stopped = "there is no margin to compare on the declared grid"

    def study(self, otherwise: str = "") -> Study:
        """What there is now; `otherwise` says why it ended where the search itself does not."""
        stopped = self.stopped or otherwise
        return Study(
            self.ladder.declared.test,
            tuple(self.levels),
            tuple(self.missing),
            self.best,
            self.converged,
            stopped,
            self.ladder.missing,
        )

    def advance(self) -> bool:
        """Compute the next level and see whether to go on; whether there is a new result."""
        if not self.waiting:
            self._stop("no further grid is finer everywhere")
            return False
        plan = self.waiting.pop(0)
        found = self._compute(plan)
        if isinstance(found, Missing):
            self.missing.append(found)
            if not (found.failed and plan is self.ladder.coarser):
                self._stop(f"the level with cells x {plan.refinement:.3g} {found.reason}")
            return False
        coarser = plan is self.ladder.coarser
        level = Level(plan, found.seconds, quantities(found.finding))
        self.levels.insert(0 if coarser else len(self.levels), level)
        if not coarser:
            self.best = found
        self._judge()
        return True

    def _judge(self) -> None:
        """Stop where the margin stays, or the levels are used up."""
        wanted = self.rules.change_db
        assert wanted is not None  # `Rules.within` fills it in
        moved = self._moved()
        if moved is not None and moved <= wanted:
            self.converged = True
            self.stopped = f"the margin moved by {moved:.2g} dB, within {wanted:g} dB"
        elif len(self.levels) >= self.rules.levels:
            self._stop(f"{self.rules.levels} levels are the limit")

    def _stop(self, why: str) -> None:
        moved = self._moved()
        last = "one level only" if moved is None else f"the margin moved by {moved:.2g} dB"
        self.stopped = f"{last}; {why}"

    def _moved(self) -> float | None:
        """Move of the margin between the last two levels, dB."""
        if len(self.levels) < 2:
            return None
        return abs(self.levels[-1].values[MARGIN] - self.levels[-2].values[MARGIN])

    def _compute(self, plan: LevelPlan) -> Computed | Missing:
        """A level, or why there is none."""
        try:
            with self.budget.counting():
                prepared = self.prepare(plan)
            late = self._too_late(prepared.work)
            if late:
                return Missing(plan, late, failed=False)
            computed = self._run(plan, prepared)
        except TimeUp:
            self.budget.spent = math.inf
            return Missing(plan, "was given up, because the time ran out before it ended", False)
        except InputError as error:
            more = len(error.problems) - 1
            text = error.problems[0].message + (f" (and {more} more)" if more else "")
            return Missing(plan, f"cannot be computed: {text}", failed=True)
        except MemoryError:
            return Missing(plan, "ran out of memory", failed=True)
        except EmtwinError as error:
            return Missing(plan, f"failed in its run: {error}", failed=True)
        if MARGIN not in quantities(computed.finding):
            said = computed.finding.verdict.statement.rstrip(".") or "no finite margin"
            return Missing(plan, f"gave no margin: {said}", failed=True)
        return computed

    def _run(self, plan: LevelPlan, prepared: Prepared) -> Computed:
        name = f"{plan.test.replace('_', ' ')}, cells x {plan.refinement:.3g}"
        self.announce(name, self._expected(prepared.work))
        with self.budget.counting():
            computed = prepared.compute(name, self.budget.left)
        self._measured = computed.seconds, prepared.work
        return computed

    def _expected(self, work: float) -> float:
        """Seconds that some work takes at the speed of the level before."""
        seconds, before = self._measured
        return seconds * work / before

    def _too_late(self, work: float) -> str:
        """Why some work cannot begin; empty where the time allows it."""
        expected, left = self._expected(work), self.budget.left
        if left is None or expected <= left:
            return ""
        return f"would take about {duration(expected)}, and {duration(left)} are left"
