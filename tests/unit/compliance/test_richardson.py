"""Richardson estimates: exact for C h^p, and careful where a sequence is anything else."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtwin.compliance.richardson import contribution, described, extrapolate
from emtwin.errors import InputError


@given(
    limit=st.floats(-50, 50),
    size=st.floats(0.5, 20),
    order=st.floats(0.6, 2.0),
    ratio=st.floats(1.2, 2.0),
)
def test_three_grids_give_order_and_limit_exactly(
    limit: float, size: float, order: float, ratio: float
) -> None:
    values = [limit + size * ratio ** (-order * level) for level in range(3)]
    found = extrapolate(values, ratio)
    assert found.method == "observed order"
    assert found.order == pytest.approx(order, rel=1e-6)
    assert found.extrapolated == pytest.approx(limit, abs=1e-6)
    assert found.bound == pytest.approx(1.25 * abs(values[-1] - limit), rel=1e-5)


def test_only_the_last_three_grids_count() -> None:
    assert extrapolate([99.0, 4.0, 2.0, 1.0], 2.0) == extrapolate([4.0, 2.0, 1.0], 2.0)
    assert extrapolate([4.0, 2.0, 1.0], 2.0).extrapolated == 0.0


def test_two_grids_assume_first_order() -> None:
    found = extrapolate([3.0, 2.0], 1.4)
    assert (found.method, found.order) == ("assumed order", None)
    assert found.extrapolated == pytest.approx(2.0 - 1.0 / 0.4)
    assert found.bound == pytest.approx(3 * 1.0 / 0.4)


def test_an_order_above_two_is_not_believed() -> None:
    found = extrapolate([0.0, 8.0, 9.0], 2.0)
    assert found.order == pytest.approx(3.0)
    assert found.extrapolated == pytest.approx(9.0 + 1.0 / 3.0)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([1.0, 3.0, 2.0], "the sequence is not monotone"),
        ([1.0, 3.0, 3.0], "the sequence is not monotone"),
        ([1.0, 1.0, 3.0], "the sequence is not monotone"),
        ([0.0, 1.0, 3.0], "the changes hardly shrink (order -1)"),
        ([0.0, 1.1, 2.0], "the changes hardly shrink (order 0.29)"),
    ],
)
def test_the_spread_is_used_and_said_where_nothing_converges(
    values: list[float], reason: str
) -> None:
    found = extrapolate(values, 2.0)
    assert (found.method, found.reason) == ("spread", reason)
    assert found.bound == max(values) - min(values)
    assert found.extrapolated == found.finest == values[-1]


def test_grids_that_agree_leave_no_error() -> None:
    found = extrapolate([2.0, 2.0, 2.0], 1.4)
    assert (found.bound, found.order, found.extrapolated) == (0.0, None, 2.0)


def test_the_contribution_is_rectangular_and_says_how() -> None:
    part = contribution(extrapolate([4.0, 2.0, 1.0], 2.0), 3)
    assert part.name == "mesh refinement"
    assert part.standard_db == pytest.approx(1.25 / math.sqrt(3))
    assert part.basis == "3 grids, observed order 1, safety factor 1.25: ±1.2 dB"
    assert "spread of the last three, because the sequence is not monotone" in described(
        extrapolate([1.0, 3.0, 2.0], 2.0), 3
    )
    text = described(extrapolate([3.0, 2.0], 1.4), 2)
    assert text == "2 grids, order 1 assumed, safety factor 3: ±7.5 dB"
    assert "no change" in described(extrapolate([2.0, 2.0, 2.0], 1.4), 3)


@pytest.mark.parametrize(
    ("values", "ratio", "message"),
    [
        ([1.0], 1.4, "two grids or more are needed, got 1"),
        ([1.0, math.inf], 1.4, "every grid needs a finite value"),
        ([1.0, 2.0], 1.0, "the next grid must be finer, got a ratio of cell sizes of 1"),
    ],
)
def test_impossible_sequences(values: list[float], ratio: float, message: str) -> None:
    with pytest.raises(InputError, match=message):
        extrapolate(values, ratio)
