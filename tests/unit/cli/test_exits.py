"""Exit codes of verdicts: fail before open before ok."""

from __future__ import annotations

import pytest

from emtwin.cli.exits import ExitCode, of_verdicts


@pytest.mark.parametrize(
    ("outcomes", "strict", "lenient"),
    [
        (["pass", "pass"], 0, 0),
        (["pass", "not_applicable"], 0, 0),
        (["not_applicable"], 0, 0),
        (["pass", "marginal"], 4, 0),
        (["pass", "outside_method"], 4, 4),
        (["marginal", "outside_method"], 4, 4),
        (["fail", "pass"], 1, 1),
        (["outside_method", "fail", "marginal"], 1, 1),
        ([], 4, 4),
        (["pass", "an outcome of tomorrow"], 4, 4),
    ],
)
def test_the_worst_outcome_decides(outcomes: list[str], strict: int, lenient: int) -> None:
    verdicts = [{"outcome": outcome} for outcome in outcomes]
    assert of_verdicts(verdicts, allow_marginal=False) == strict
    assert of_verdicts(verdicts, allow_marginal=True) == lenient


def test_interrupted_is_what_shells_expect() -> None:
    assert ExitCode.INTERRUPTED == 128 + 2
