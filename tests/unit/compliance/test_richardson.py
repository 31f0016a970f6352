"""Richardson estimates: exact for C h^p, and careful where a sequence is anything else."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtwin.compliance.richardson import contribution, described, extrapolate
from emtwin.errors import InputError

HALVED = (4.0, 2.0, 1.0)
"""Cell sizes of three grids."""


@given(
    limit=st.floats(-50, 50),
    size=st.floats(0.5, 20),
    order=st.floats(0.6, 2.0),
    ratio=st.floats(1.2, 2.0),
    before=st.floats(1.2, 2.0),
)
def test_three_grids_give_order_and_limit_exactly(
    limit: float, size: float, order: float, ratio: float, before: float
) -> None:
    """C h^p is what the estimate assumes, whatever the two ratios of the cells are."""
    cells = [before, 1.0, 1.0 / ratio]
    values = [limit + size * h**order for h in cells]
    found = extrapolate(values, cells)
    assert found.method == "observed order"
    assert found.order == pytest.approx(order, rel=1e-6)
    assert found.extrapolated == pytest.approx(limit, abs=1e-6)
    assert found.bound == pytest.approx(1.25 * abs(values[-1] - limit), rel=1e-5)


def test_only_the_last_three_grids_count() -> None:
    assert extrapolate([99.0, 4.0, 2.0, 1.0], [9.0, *HALVED]) == extrapolate([4, 2, 1], HALVED)
    assert extrapolate([4.0, 2.0, 1.0], HALVED).extrapolated == pytest.approx(0.0, abs=1e-12)


def test_steps_that_differ_are_not_taken_as_equal() -> None:
    """Cells of 3, 2, 1.5 with an error of h: equal ratios would give ln 2 / ln 1.33 = 2.4."""
    found = extrapolate([3.0, 2.0, 1.5], [3.0, 2.0, 1.5])
    assert found.order == pytest.approx(1.0)
    assert found.extrapolated == pytest.approx(0.0, abs=1e-12)


def test_two_grids_assume_first_order() -> None:
    found = extrapolate([3.0, 2.0], [1.4, 1.0])
    assert (found.method, found.order) == ("assumed order", None)
    assert found.extrapolated == pytest.approx(2.0 - 1.0 / 0.4)
    assert found.bound == pytest.approx(3 * 1.0 / 0.4)


def test_an_order_above_two_is_not_believed() -> None:
    found = extrapolate([0.0, 8.0, 9.0], HALVED)
    assert found.order == pytest.approx(3.0)
    assert found.extrapolated == pytest.approx(9.0 + 1.0 / 3.0)


@pytest.mark.parametrize("values", [[1.0, 3.0, 2.0], [1.0, 3.0, 3.0], [1.0, 1.0, 3.0]])
def test_a_sequence_that_swings_gives_its_spread(values: list[float]) -> None:
    found = extrapolate(values, HALVED)
    assert (found.method, found.reason) == ("spread", "the sequence swings")
    assert found.bound == max(values) - min(values)
    assert found.extrapolated == found.finest == values[-1]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([0.0, 1.0, 3.0], "the sequence diverges (order -1)"),
        ([0.0, 1.0, 2.0], "the sequence diverges (order 0)"),
        ([0.0, 1.1, 2.0], "the changes hardly shrink (order 0.29)"),
    ],
)
def test_changes_that_do_not_shrink_give_three_times_the_spread(
    values: list[float], reason: str
) -> None:
    found = extrapolate(values, HALVED)
    assert (found.method, found.reason) == ("divergent", reason)
    assert found.bound == 3.0 * (max(values) - min(values))
    assert found.extrapolated == found.finest == values[-1]


def test_grids_that_agree_leave_no_error() -> None:
    found = extrapolate([2.0, 2.0, 2.0], HALVED)
    assert (found.bound, found.order, found.extrapolated) == (0.0, None, 2.0)


def test_the_contribution_is_rectangular_and_says_how() -> None:
    part = contribution(extrapolate([4.0, 2.0, 1.0], HALVED), 3)
    assert part.name == "mesh refinement"
    assert part.standard_db == pytest.approx(1.25 / math.sqrt(3))
    assert (
        part.basis == "3 grids, observed order 1, safety factor 1.25: ±1.2 dB, taken as rectangular"
    )
    assert "spread of the last three, because the sequence swings" in described(
        extrapolate([1.0, 3.0, 2.0], HALVED), 3
    )
    text = described(extrapolate([3.0, 2.0], [1.4, 1.0]), 2)
    assert text == "2 grids, order 1 assumed, safety factor 3: ±7.5 dB, taken as rectangular"
    text = described(extrapolate([0.0, 1.0, 3.0], HALVED), 3)
    assert "3 times the spread of the last three, because the sequence diverges" in text
    assert "no change" in described(extrapolate([2.0, 2.0, 2.0], HALVED), 3)


@pytest.mark.parametrize(
    ("values", "sizes", "message"),
    [
        ([1.0], [1.0], "two grids or more are needed, got 1"),
        ([1.0, math.inf], [2.0, 1.0], "every grid needs a finite value"),
        ([1.0, 2.0], [2.0], "2 values need as many cell sizes, got 1"),
        ([1.0, 2.0], [1.0, 1.0], "every grid must be finer than the one before"),
        ([1.0, 2.0], [1.0, 0.0], "every grid must be finer than the one before"),
    ],
)
def test_impossible_sequences(values: list[float], sizes: list[float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        extrapolate(values, sizes)
