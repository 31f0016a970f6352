"""The refinement study: order of levels, reasons to stop, and what is kept of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

import pytest

from emtwin.benches.finding import Finding
from emtwin.benches.ladder import Ladder, LevelPlan
from emtwin.compliance.richardson import contribution
from emtwin.compliance.uncertainty import combine
from emtwin.compliance.verdict import Outcome, Verdict, decide, outside_method
from emtwin.convergence import (
    MARGIN,
    Computed,
    Prepared,
    Rules,
    Study,
    TimeUp,
    quantities,
    studies,
    with_note,
)
from emtwin.errors import InputError, RunError

TEST = "radiated_immunity"
OTHER = "radiated_emission"
SIZES = (1.5, 1.0, 0.7, 0.5, 0.35)
"""Cells of the ladder, the declared ones 1; steps of unequal ratio."""

Margin = Callable[[float], float | None]


def level(size: float, test: str = TEST) -> LevelPlan:
    """A grid; its work goes with the fourth power of the cells per length."""
    return LevelPlan(test, size, size * 1e-3, size, int(1000 / size**3), 0, size**-4, 0.0)


def steps(test: str = TEST, *, coarser: bool = True) -> Ladder:
    """The levels of `SIZES`."""
    first, declared, *finer = (level(size, test) for size in SIZES)
    missing = "" if coarser else "the geometry holds the cells"
    return Ladder(declared, first if coarser else None, tuple(finer), missing)


def computed(margin: float | None, seconds: float = 10.0, test: str = TEST) -> Computed:
    """A level with one verdict and one reported maximum."""
    verdict = Verdict(test, "clause", Outcome.PASS, margin, 6.0)
    if margin is None:
        verdict = outside_method(test, "clause", "a run did not decay.")
    return Computed(Finding(test, verdict, maxima={"voltage (dBV)": -20.0}), {}, seconds)


class Machine:
    """Computes margins that depend on the cell size, in 10 s for the declared grid."""

    def __init__(self, margin: Margin, fail: Mapping[float, Exception] | None = None) -> None:
        self.margin, self.fail = margin, fail or {}
        self.now = 0.0
        self.told: list[tuple[str, float]] = []
        self.kept: list[list[Study]] = []

    def prepare(self, plan: LevelPlan) -> Prepared:
        """Refuse what is to be refused; what is no input error comes from the run."""
        failure = self.fail.get(plan.refinement)
        if isinstance(failure, InputError):
            raise failure

        def compute(_name: str, _left: float | None) -> Computed:
            self.now += 10 * plan.work
            if failure is not None:
                raise failure
            return computed(self.margin(plan.refinement), 10 * plan.work, plan.test)

        return Prepared(plan.work, compute)

    def study(self, rules: Rules, *ladders: Ladder) -> list[Study]:
        """Studies of these ladders, or of the one test."""
        every = ladders or (steps(),)
        first = {one.declared.test: computed(self.margin(1.0), 10.0) for one in every}
        announce, keep = lambda *told: self.told.append(told), self.keep
        return studies(every, first, self.prepare, rules, announce, keep, lambda: self.now)

    def keep(self, found: Sequence[Study]) -> None:
        """Remember what there is after a level."""
        self.kept.append(list(found))


def slope(h: float) -> float:
    """A margin with an error of first order and the limit 10 dB."""
    return 10.0 + 4.0 * h


def sizes(study: Study) -> list[float]:
    """Cells of the levels that were computed."""
    return [one.plan.refinement for one in study.levels]


def test_it_refines_until_the_margin_moves_less() -> None:
    machine = Machine(slope)
    (found,) = machine.study(Rules(0.9, levels=9))
    assert sizes(found) == [1.5, 1.0, 0.7, 0.5]  # the steps are 2, 1.2 and 0.8 dB
    assert found.converged
    assert found.stopped == "the margin moved by 0.8 dB, within 0.9 dB"
    assert found.notices == ()
    assert found.estimates[MARGIN].order == pytest.approx(1.0)
    assert found.estimates[MARGIN].extrapolated == pytest.approx(10.0)
    assert [name for name, _ in machine.told] == [
        "radiated immunity, cells x 1.5",
        "radiated immunity, cells x 0.7",
        "radiated immunity, cells x 0.5",
    ]
    assert machine.told[1][1] == pytest.approx(10 * 0.7**-4)  # from a level before and its work
    assert found.finest.finding.verdict.margin_db == pytest.approx(12.0)


def test_a_margin_that_stays_at_once_needs_only_the_coarser_grid() -> None:
    (found,) = Machine(lambda h: 10.0 + 0.1 * h).study(Rules(1.0))
    assert sizes(found) == [1.5, 1.0]
    assert found.converged


def test_tests_take_turns_and_end_by_themselves() -> None:
    machine = Machine(slope)
    emission, immunity = machine.study(Rules(0.9, levels=3), steps(OTHER, coarser=False), steps())
    assert [name.split(",")[0] for name, _ in machine.told] == [
        *("radiated emission", "radiated immunity"),
        *("radiated emission", "radiated immunity"),
    ]
    assert (sizes(emission), sizes(immunity)) == ([1.0, 0.7, 0.5], [1.5, 1.0, 0.7])
    assert (emission.converged, immunity.converged) == (True, False)
    assert [notice.name for notice in emission.notices] == ["convergence-no-coarser-level"]


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        (Rules(0.1, levels=3), "3 levels are the limit"),
        (
            Rules(0.1, seconds=50.0),
            "the level with cells x 0.5 would take about 2 min 40 s, and 6.4 s are left",
        ),
    ],
)
def test_the_budget_ends_it_with_a_notice(rules: Rules, reason: str) -> None:
    (found,) = Machine(slope).study(rules)
    assert sizes(found) == [1.5, 1.0, 0.7]
    assert not found.converged
    assert found.stopped == f"the margin moved by 1.2 dB; {reason}"
    (notice,) = found.notices
    assert notice.name == "convergence-not-reached"
    assert notice.message == f"radiated immunity, after 3 levels: {found.stopped}"


FAILURES = [
    (InputError.single("the lid touches the frame"), "cannot be computed: the lid touches"),
    (RunError("the fields grew without bound"), "failed in its run: the fields grew without bound"),
    (MemoryError(), "ran out of memory"),
]


@pytest.mark.parametrize(("failure", "reason"), FAILURES)
def test_a_finer_level_that_fails_keeps_those_before_and_is_named(
    failure: Exception, reason: str
) -> None:
    (found,) = Machine(slope, {0.5: failure}).study(Rules(0.1))
    assert sizes(found) == [1.5, 1.0, 0.7]
    assert found.finest.finding.verdict.margin_db == pytest.approx(12.8)
    failed, open_ = found.notices
    assert failed.name == "convergence-level-failed"
    assert failed.message.startswith(f"radiated immunity, cells x 0.5 (8,000 cells) {reason}")
    assert open_.name == "convergence-not-reached"
    assert found.estimates[MARGIN].extrapolated == pytest.approx(10.0)


@pytest.mark.parametrize(("failure", "reason"), FAILURES)
def test_without_the_coarser_grid_it_goes_on_to_finer_ones(failure: Exception, reason: str) -> None:
    (found,) = Machine(slope, {1.5: failure}).study(Rules(0.9))
    assert sizes(found) == [1.0, 0.7, 0.5]
    assert found.converged
    assert [notice.name for notice in found.notices] == ["convergence-level-failed"]
    assert reason in found.notices[0].message


def test_a_run_that_fails_has_spent_its_time() -> None:
    """2 of 43 s go to the coarser level that fails; the finer one takes 10 / 0.7^4 s."""
    machine = Machine(slope, {1.5: RunError("the fields grew")})
    (found,) = machine.study(Rules(0.1, seconds=43.0))
    assert sizes(found) == [1.0]
    assert found.missing[1].reason == "would take about 42 s, and 41 s are left"


def test_several_problems_of_a_level_are_counted() -> None:
    problems = [InputError.single(text).problems[0] for text in ("a touches b", "c is lost")]
    (found,) = Machine(slope, {0.7: InputError(problems)}).study(Rules(0.1))
    assert found.missing[0].reason == "cannot be computed: a touches b (and 1 more)"


def test_a_level_that_takes_too_long_is_given_up_and_ends_all() -> None:
    machine = Machine(slope, {0.7: TimeUp("too long")})
    one, two = machine.study(Rules(0.1, seconds=100.0), steps(), steps(OTHER))
    assert (sizes(one), sizes(two)) == ([1.5, 1.0], [1.5, 1.0])
    assert "cells x 0.7 was given up, because the time ran out before it ended" in one.stopped
    assert two.stopped.endswith("and 0.0 s are left")
    assert [notice.name for notice in one.notices] == ["convergence-not-reached"]


def test_a_lost_verdict_keeps_the_level_before() -> None:
    (found,) = Machine(lambda h: None if h < 0.9 else slope(h)).study(Rules(1.0))
    assert sizes(found) == [1.5, 1.0]
    assert found.missing[0].reason == "gave no margin: a run did not decay"
    assert found.finest.finding.verdict.margin_db == 14.0


@pytest.mark.parametrize("margin", [None, float("inf")])
def test_no_margin_on_the_declared_grid_ends_it(margin: float | None) -> None:
    machine = Machine(lambda _: margin)
    (found,) = machine.study(Rules(1.0))
    assert found.stopped == "there is no margin to compare on the declared grid"
    assert (found.estimates, machine.told) == ({}, [])
    json.dumps(found.as_dict())


def test_a_sequence_that_swings_gives_its_spread() -> None:
    swing = {1.5: 1.0, 1.0: 3.0}
    (found,) = Machine(lambda h: swing.get(h, 2.0)).study(Rules(0.5, levels=3))
    assert (found.estimates[MARGIN].method, found.estimates[MARGIN].bound) == ("spread", 2.0)


def test_what_there_is_is_handed_out_before_every_level() -> None:
    """An interruption leaves the last of these."""
    machine = Machine(slope)
    machine.study(Rules(0.1, levels=3))
    assert [sizes(found) for (found,) in machine.kept] == [[1.0], [1.5, 1.0]]
    assert machine.kept[0][0].stopped == "it was interrupted after this level"


def test_quantities_are_margins_and_maxima_that_are_finite() -> None:
    assert quantities(computed(3.0).finding) == {MARGIN: 3.0, "voltage (dBV)": -20.0}
    assert quantities(computed(float("inf")).finding) == {}
    assert quantities(computed(None).finding) == {}


def test_what_is_stored_is_json() -> None:
    (found,) = Machine(slope, {0.5: MemoryError()}).study(Rules(0.1))
    document = json.loads(json.dumps(found.as_dict()))
    assert [one["margin_db"] for one in document["levels"]] == pytest.approx([16.0, 14.0, 12.8])
    assert [one["change_db"] for one in document["levels"]] == [
        None,
        pytest.approx(-2.0),
        pytest.approx(-1.2),
    ]
    assert [one["ratio"] for one in document["levels"]] == [
        None,
        pytest.approx(1.5),
        pytest.approx(1 / 0.7),
    ]
    assert document["missing"][0]["reason"] == "ran out of memory"
    margin, voltage = document["quantities"]
    assert (margin["name"], margin["method"]) == (MARGIN, "observed order")
    assert voltage["bound_db"] == 0.0


def judged(size: float, limit: float, error: float) -> Verdict:
    """Verdict on the declared grid of a margin with an error of first order, after two levels."""
    machine = Machine(lambda h: limit + error * h * size)
    (found,) = machine.study(Rules(0.01, levels=2))
    mesh = contribution(found.estimates[MARGIN], len(found.levels))
    margin = found.finest.finding.verdict.margin_db
    assert margin is not None
    return decide(TEST, "clause", margin, combine([mesh], verified_by_refinement=True), [])


def test_a_coarse_mesh_makes_the_verdict_marginal_and_a_fine_one_lets_it_pass() -> None:
    """Margin 8 dB + 2 dB h. Two grids, h and 1.5 h: the bound is 3 (2 h), u is that by sqrt 3, and
    U = 2 u: 13.9 dB at h = 2, above the margin of 12 dB; 1.7 dB at h = 0.25, below 8.5 dB.
    """
    coarse, fine = judged(2.0, 8.0, 2.0), judged(0.25, 8.0, 2.0)
    for verdict, bound in ((coarse, 12.0), (fine, 1.5)):
        ((name, expanded),) = verdict.contributions
        assert name == "mesh refinement"
        assert expanded == pytest.approx(2 * bound / 3**0.5)
        assert verdict.uncertainty_db == pytest.approx(expanded)
    assert (coarse.outcome, fine.outcome) == (Outcome.MARGINAL, Outcome.PASS)


def test_impossible_rules_are_all_told() -> None:
    with pytest.raises(InputError) as caught:
        Rules(0.0, -1.0, 1)
    assert [p.field for p in caught.value.problems] == [
        "--convergence-db",
        "--convergence-time",
        "--convergence-levels",
    ]


def test_the_twin_says_what_is_left_out() -> None:
    assert Rules().within(2.0) == Rules(2.0)
    assert Rules(0.5).within(2.0) == Rules(0.5)


def test_the_note_says_how_the_mesh_error_was_obtained() -> None:
    finding = with_note(computed(1.0).finding, "3 grids")
    assert finding.verdict.notes[-1] == "Mesh error: 3 grids."
