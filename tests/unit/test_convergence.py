"""The refinement study: order of levels, reasons to stop, and what is kept of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pytest

from emtwin.benches.finding import Finding
from emtwin.compliance.verdict import Outcome, Verdict
from emtwin.convergence import RATIO, Computed, Prepared, Rules, Study, quantities, study, with_note
from emtwin.errors import InputError

TEST = "radiated_immunity"


def computed(margin: float | None, seconds: float = 10.0) -> Computed:
    """A level with one verdict and one reported maximum."""
    verdict = Verdict(TEST, "clause", Outcome.PASS, margin, 6.0)
    return Computed((Finding(TEST, verdict, maxima={"voltage (dBV)": -20.0}),), {}, seconds)


def studied(
    margin: Callable[[float], float | None],
    rules: Rules,
    told: list[tuple[str, float]] | None = None,
    refuse: Mapping[float, str] | None = None,
) -> Study:
    """Study of a margin that depends on the cell size; work goes with the fourth power."""

    def prepare(size: float) -> Prepared:
        """A level, or the refusal for it."""
        for below, text in (refuse or {}).items():
            if size < below:
                raise InputError.single(text)
        work = size**-4
        return Prepared(int(1000 / size**3), work, lambda _: computed(margin(size), 10 * work))

    announce = (lambda name, seconds: told.append((name, seconds))) if told is not None else _ignore
    return study(computed(margin(1.0)), prepare(1.0), prepare, rules, announce)


def _ignore(_name: str, _seconds: float) -> None:
    pass


def test_it_refines_until_the_margin_moves_less() -> None:
    told: list[tuple[str, float]] = []
    found = studied(lambda h: 10.0 + 4.0 * h, Rules(1.0, levels=9), told)
    sizes = [level.refinement for level in found.levels]
    assert sizes == pytest.approx([RATIO, 1.0, 1 / RATIO, RATIO**-2])
    assert found.converged  # the steps are 1.6, 1.14 and 0.82 dB
    assert found.stopped == "the margins moved by 0.82 dB, within 1 dB"
    assert found.notices == ()
    estimate = found.estimates[TEST, "margin"]
    assert estimate.order == pytest.approx(1.0)
    assert estimate.extrapolated == pytest.approx(10.0)
    assert [name for name, _ in told] == [
        "level 2 (cells x 1.4)",
        "level 3 (cells x 0.714)",
        "level 4 (cells x 0.51)",
    ]
    assert told[1][1] == pytest.approx(10 * RATIO**4)  # from the level before and its work
    assert found.finest.findings[0].verdict.margin_db == pytest.approx(10.0 + 4.0 * RATIO**-2)


def test_a_margin_that_stays_at_once_needs_only_the_coarser_grid() -> None:
    found = studied(lambda h: 10.0 + 0.1 * h, Rules(1.0))
    assert [level.refinement for level in found.levels] == [RATIO, 1.0]
    assert found.converged


@pytest.mark.parametrize(
    ("rules", "refuse", "reason"),
    [
        (Rules(0.1, levels=3), {}, "3 levels are the limit"),
        (
            Rules(0.1, seconds=30.0),
            {},
            "the next level would take about 38.4 s and 27.4 s are left",
        ),
        (Rules(0.1), {0.9: "it needs 9 GiB"}, "cannot be computed: it needs 9 GiB"),
    ],
)
def test_the_budget_ends_it_with_a_notice(
    rules: Rules, refuse: dict[float, str], reason: str
) -> None:
    found = studied(lambda h: 10.0 + 4.0 * h, rules, refuse=refuse)
    assert not found.converged
    assert reason in found.stopped
    assert found.stopped.startswith("a margin moved by 1.")
    (notice,) = found.notices
    assert notice.name == "convergence-not-reached"
    assert reason in notice.message


def test_without_the_coarser_grid_it_goes_on_to_finer_ones() -> None:
    def prepare(size: float) -> Prepared:
        """Refuse the coarser grid only."""
        if size > 1.0:
            raise InputError.single("a trace would lie above its cell")
        return Prepared(1, 1.0, lambda _: computed(5.0))

    found = study(computed(5.0), prepare(1.0), prepare, Rules(1.0), _ignore)
    assert [level.refinement for level in found.levels] == [1.0, pytest.approx(1 / RATIO)]
    assert found.converged


def test_a_lost_verdict_keeps_the_level_before() -> None:
    found = studied(lambda h: None if h < 0.9 else 10.0 + 4.0 * h, Rules(1.0))
    assert [level.refinement for level in found.levels] == [RATIO, 1.0]
    assert "the next level lost a verdict" in found.stopped
    assert found.finest.findings[0].verdict.margin_db == 14.0


def test_no_verdict_with_a_margin_ends_it() -> None:
    found = studied(lambda _: None, Rules(1.0))
    assert "no test has a margin on both of the last levels" in found.stopped
    assert found.estimates == {}


def test_a_sequence_that_swings_gives_its_spread() -> None:
    swing = {RATIO: 1.0, 1.0: 3.0}
    found = studied(lambda h: swing.get(h, 2.0), Rules(0.5, levels=3))
    estimate = found.estimates[TEST, "margin"]
    assert (estimate.method, estimate.bound) == ("spread", 2.0)


def test_quantities_are_margins_and_maxima_that_are_finite() -> None:
    found = quantities(computed(3.0).findings)
    assert found == {(TEST, "margin"): 3.0, (TEST, "voltage (dBV)"): -20.0}
    assert (TEST, "margin") not in quantities(computed(float("inf")).findings)


def test_what_is_stored_is_json() -> None:
    document = json.loads(json.dumps(studied(lambda h: 10 + 4 * h, Rules(1.0, levels=3)).as_dict()))
    assert [level["margins"][TEST] for level in document["levels"]][:2] == [15.6, 14.0]
    assert document["levels"][0]["changes"] == {}
    assert document["levels"][1]["changes"][TEST] == pytest.approx(-1.6)
    margin, voltage = document["quantities"]
    assert (margin["name"], margin["method"]) == ("margin", "observed order")
    assert voltage["bound_db"] == 0.0


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
    finding = with_note(computed(1.0).findings[0], "3 grids")
    assert finding.verdict.notes[-1] == "Mesh error: 3 grids."
