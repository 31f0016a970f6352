"""Frequencies: 1 % steps, ends included, and one in every band that a step jumps over."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtwin.benches.planning.sweeps import jumped_over, log_steps
from emtwin.benches.planning.wording import listed


def test_conducted_rf_has_633_frequencies() -> None:
    """ln(80 MHz / 150 kHz) / ln 1.01 = 631.05: 632 frequencies from 150 kHz on, and the end."""
    assert math.log(80e6 / 150e3) / math.log(1.01) == pytest.approx(631.05, abs=0.01)
    sweep = log_steps(150e3, 80e6, 0.01)
    assert (sweep.size, sweep[0], sweep[-1]) == (633, 150e3, 80e6)


def test_an_end_that_is_a_step_is_there_once() -> None:
    assert log_steps(1.0, 1.01**3, 0.01).size == 4


@given(low=st.floats(1e3, 1e9), ratio=st.floats(1.001, 1e4), step=st.floats(1e-3, 0.1))
def test_no_step_is_larger_than_allowed(low: float, ratio: float, step: float) -> None:
    sweep = log_steps(low, low * ratio, step)
    assert sweep[0] == low
    assert sweep[-1] == low * ratio
    ratios = sweep[1:] / sweep[:-1]
    assert np.all(ratios > 1.0)
    assert np.all(ratios <= (1.0 + step) * (1.0 + 1e-12))


def test_a_narrow_band_between_two_steps_gets_its_middle() -> None:
    """40.66 to 40.70 MHz is 0.1 % wide: a step of 1 % jumps over it, unless it hits it."""
    sweep = log_steps(150e3, 80e6, 0.01)
    assert jumped_over(sweep, [(40.66e6, 40.70e6)]) == (pytest.approx(40.68e6),)
    hit = float(sweep[300])
    assert jumped_over(sweep, [(hit * 0.9999, hit * 1.0001)]) == ()


def test_a_band_outside_the_sweep_gets_nothing() -> None:
    sweep = log_steps(150e3, 80e6, 0.01)
    assert jumped_over(sweep, [(100e3, 100.1e3), (433.05e6, 434.79e6)]) == ()


def test_frequencies_share_their_unit_in_a_list() -> None:
    assert listed([810e6, 870e6, 930e6, 1.72e9]) == "810, 870, 930 MHz, 1.72 GHz"
