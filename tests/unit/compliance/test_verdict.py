"""The verdict rule and its reservations."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtwin.compliance import (
    Contribution,
    Outcome,
    combine,
    decide,
    judge,
    not_applicable,
    outside_method,
)
from emtwin.errors import InputError
from emtwin.standards import load

SURE = load().row("cispr11-g1-b-3m-30-230")
DOUBTFUL = load().row("cispr11-g2-a-3m-30-47")
BUDGET = combine([Contribution("a", 3.5)])
CLAUSE = "CISPR 11, radiated"


@pytest.mark.parametrize(
    ("margin", "outcome"),
    [
        (6.1, Outcome.PASS),
        (6.0, Outcome.MARGINAL),
        (0.0, Outcome.MARGINAL),
        (-6.0, Outcome.MARGINAL),
        (-6.1, Outcome.FAIL),
        (math.inf, Outcome.PASS),
        (-math.inf, Outcome.FAIL),
    ],
)
def test_rule(margin: float, outcome: Outcome) -> None:
    assert judge(margin, 6.0) is outcome


@given(margin=st.floats(-100, 100), u=st.floats(0, 50), more=st.floats(0, 50))
def test_more_uncertainty_never_decides_more(margin: float, u: float, more: float) -> None:
    wider = judge(margin, u + more)
    assert wider in (judge(margin, u), Outcome.MARGINAL)


@given(margin=st.floats(-100, 100), u=st.floats(0.001, 50))
def test_rule_is_symmetric(margin: float, u: float) -> None:
    mirror = {Outcome.PASS: Outcome.FAIL, Outcome.FAIL: Outcome.PASS}
    outcome = judge(margin, u)
    assert judge(-margin, u) is mirror.get(outcome, outcome)


@pytest.mark.parametrize(
    ("margin", "u"), [(math.nan, 6.0), (1.0, math.nan), (1.0, -1.0), (1.0, math.inf)]
)
def test_missing_number_never_passes(margin: float, u: float) -> None:
    with pytest.raises(InputError, match="no verdict"):
        judge(margin, u)


@pytest.mark.parametrize("margin", [30.0, -30.0, 0.0])
def test_row_of_low_confidence_does_not_decide(margin: float) -> None:
    verdict = decide("radiated_emission", CLAUSE, margin, BUDGET, [SURE, DOUBTFUL])
    assert verdict.outcome is Outcome.MARGINAL
    assert any(DOUBTFUL.id in note and "low confidence" in note for note in verdict.notes)


def test_verdict_says_that_it_is_not_verified() -> None:
    verdict = decide(
        "radiated_emission", CLAUSE, 10.0, BUDGET, [SURE], worst={"frequency": 1e8}, notes=["n"]
    )
    assert verdict.outcome is Outcome.PASS
    assert verdict.notes[0] == "n"
    assert "not verified by refinement" in verdict.notes[1]
    assert verdict.uncertainty_db == pytest.approx(7.0)


def test_refined_verdict_has_no_reservation() -> None:
    budget = combine([Contribution("mesh refinement", 0.5)], verified_by_refinement=True)
    verdict = decide("radiated_immunity", CLAUSE, 2.0, budget, [SURE])
    assert verdict.outcome is Outcome.PASS
    assert verdict.verified_by_refinement
    assert verdict.notes == ()


def test_reasons_are_demanded() -> None:
    assert not_applicable("radiated_immunity", CLAUSE, "no port").outcome == "not_applicable"
    assert outside_method("radiated_immunity", CLAUSE, "x").outcome == "outside_method"
    with pytest.raises(InputError, match="needs a stated reason"):
        not_applicable("radiated_immunity", CLAUSE, "  ")


def test_verdict_as_json() -> None:
    verdict = decide(
        "radiated_immunity",
        CLAUSE,
        math.inf,
        BUDGET,
        [SURE],
        worst={"frequency": 1e8, "face": "front"},
    )
    values = json.loads(json.dumps(verdict.as_dict(), allow_nan=False))
    assert values["outcome"] == "pass"
    assert values["margin_db"] is None
    assert values["worst"] == {"frequency": 1e8, "face": "front"}
    assert values["contributions"] == [["a", 7.0]]
    assert values["rows"] == [SURE.id]


def test_a_verdict_names_every_row_even_of_a_generator() -> None:
    """The rows are read twice: for their confidence and for their ids."""
    verdict = decide("radiated_emission", CLAUSE, 20.0, BUDGET, iter([SURE, DOUBTFUL]))
    assert verdict.rows == (SURE.id, DOUBTFUL.id)
    assert verdict.outcome is Outcome.MARGINAL
