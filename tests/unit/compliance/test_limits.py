"""Limit lines and levels as the benches ask for them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtwin.compliance import (
    cispr11_radiated_limit,
    harmonics_resolved,
    radiated_immunity_level,
    radiated_limit_rows,
)
from emtwin.compliance.decibel import field_dbuv, ratio_db
from emtwin.compliance.limits import _piece
from emtwin.errors import InputError
from emtwin.standards import Limit, load


@pytest.mark.parametrize(("kind", "distance", "low"), [("A", 3, 50), ("A", 10, 40), ("B", 3, 40)])
def test_lower_limit_at_the_transition(kind: str, distance: float, low: float) -> None:
    limit = cispr11_radiated_limit([229e6, 230e6, 231e6], kind, distance)
    assert limit.tolist() == [low, low, low + 7]


def test_lower_limit_where_the_line_steps_down() -> None:
    limit = cispr11_radiated_limit([81e6, 81.848e6, 82e6], "B", 10.0, group=2)
    assert limit.tolist() == [50, 30, 30]


def test_ends_belong_to_the_line_and_the_rest_is_nan() -> None:
    limit = cispr11_radiated_limit([29.9e6, 30e6, 1e9, 1.001e9], "B", 10.0)
    assert np.isnan(limit).tolist() == [True, False, False, True]
    assert cispr11_radiated_limit(5 * 6.0e6, "B", 10).item() == 30.0


@given(frequency=st.floats(30e6, 1e9))
def test_class_a_is_10_db_above_class_b_and_3_m_above_10_m(frequency: float) -> None:
    b10 = cispr11_radiated_limit(frequency, "B", 10)
    assert cispr11_radiated_limit(frequency, "A", 10) == b10 + 10
    assert cispr11_radiated_limit(frequency, "B", 3) == b10 + 10


def test_rated_power_selects_the_line() -> None:
    assert cispr11_radiated_limit(100e6, "A", 10, power=20e3) == 40
    assert cispr11_radiated_limit(100e6, "A", 10, power=20.1e3) == 50
    assert cispr11_radiated_limit(100e6, "B", 10, power=50e3) == 30


@pytest.mark.parametrize(
    ("frequency", "expected"), [(0.5e6, 30.82), (1e6, 26.11), (3e6, 18.65), (27.12e6, 3.69)]
)
def test_sloping_line_falls_with_the_logarithm(frequency: float, expected: float) -> None:
    row = load().row("cispr11-g2-b-3m-h-0.15-30")
    assert isinstance(row, Limit)
    assert _piece(row, np.array(frequency)) == pytest.approx(expected, abs=5e-3)


@pytest.mark.parametrize(("kind", "distance"), [("C", 3.0), ("B", 5.0), ("A", 30.0)])
def test_unknown_line_is_refused(kind: str, distance: float) -> None:
    with pytest.raises(InputError, match="no radiated limit") as caught:
        cispr11_radiated_limit(100e6, kind, distance)
    assert "3 m or 10 m" in caught.value.problems[0].remedy


def test_rows_come_in_order_with_their_confidence() -> None:
    rows = radiated_limit_rows("A", 3, group=2)
    assert [row.frequency_from for row in rows] == sorted(row.frequency_from for row in rows)
    assert {row.confidence for row in rows} == {"low"}


@pytest.mark.parametrize(("environment", "level"), [("professional", 3.0), ("home", 10.0)])
def test_immunity_level(environment: str, level: float) -> None:
    row = radiated_immunity_level(environment)
    assert row.levels == (level,)
    assert (row.frequency_from, row.frequency_to) == (80e6, 2.7e9)


def test_special_environment_has_no_fixed_level() -> None:
    with pytest.raises(InputError, match="environment 'special'") as caught:
        radiated_immunity_level("special")
    assert "risk management" in caught.value.problems[0].remedy


def test_receiver_tells_harmonics_apart_above_twice_its_bandwidth() -> None:
    assert harmonics_resolved(24e6)
    assert not harmonics_resolved(240e3)


def test_decibels() -> None:
    assert field_dbuv(np.array([1e-6, 1e-3])) == pytest.approx([0.0, 60.0])
    assert ratio_db(0.0, 1.0) == -np.inf
    assert ratio_db(2.0, 1.0) == pytest.approx(6.0206, abs=1e-4)
