"""Two curves that meet, and two that do not."""

from __future__ import annotations

import numpy as np
import pytest

from emtwin.quasistatic.overlap import NoOverlapError, differences, join

HIGH = np.geomspace(1e6, 1e9, 31)
LOW = np.array([1e3, 1e4, 1e5, 2e6])


def coil(frequencies):
    """1 uH, and 0.1 uH to a second of 2 uH."""
    jw = 2j * np.pi * np.asarray(frequencies)[:, None, None]
    return jw * 1e-6 * np.array([[1, 0.1], [0.1, 2]])


def with_resonance(frequencies):
    """The same with 100 pF beside each: at f / f0 = 0.24 off by 5.9 %."""
    jw = 2j * np.pi * np.asarray(frequencies)[:, None, None]
    return np.linalg.inv(np.linalg.inv(coil(frequencies)) + jw * 1e-10 * np.eye(2))


def test_they_meet_below_a_resonance():
    """w^2 L C = 1 - 1 / 1.0593 for the larger coil, 2.7 MHz: three points from 1 MHz on."""
    field = with_resonance(HIGH)
    joined = join(coil, LOW, field, HIGH)
    assert joined.overlap[0] == HIGH[0]
    assert 2e6 < joined.overlap[1] < 2.7e6
    np.testing.assert_array_equal(joined.frequencies, np.concatenate((LOW[:3], HIGH)))
    np.testing.assert_array_equal(joined.impedance[:3], coil(LOW[:3]))
    last = np.flatnonzero(joined.frequencies == joined.overlap[1])[0]
    np.testing.assert_array_equal(joined.impedance[last:], field[last - 3 :])
    assert joined.difference == differences(coil(HIGH), field)[last - 3] < 0.0593


def test_a_blend_lies_between_and_has_the_symmetry():
    field = 1.04 * coil(HIGH)
    joined = join(coil, LOW[:3], field, HIGH)
    ratio = joined.impedance / coil(joined.frequencies)
    assert np.all(np.diff(ratio[:, 0, 0].real) > -1e-12)
    assert (ratio[3, 0, 0].real, ratio[-1, 0, 0].real) == pytest.approx((1.0, 1.04))
    np.testing.assert_array_equal(joined.impedance, joined.impedance.transpose(0, 2, 1))


def test_the_widest_band_is_taken():
    """A wrong point parts the band: what is above it is wider."""
    field = coil(HIGH)
    field[5] *= 2
    assert join(coil, LOW, field, HIGH).overlap == (HIGH[6], HIGH[-1])


def test_without_frequencies_below_nothing_is_added():
    joined = join(coil, np.empty(0), coil(HIGH), HIGH)
    np.testing.assert_array_equal(joined.frequencies, HIGH)


def test_no_overlap_says_how_far_they_are_apart():
    """Twice the impedance from 2 GHz times its index on: at most 1 + 1 = 6.02 dB."""
    field = coil(HIGH)
    field *= np.linspace(0.8, 0.5, 31)[:, None, None]
    with pytest.raises(NoOverlapError, match=r"within 0.5 dB, largest difference 6.02 dB at 1 GHz"):
        join(coil, LOW, field, HIGH)


def test_a_circuit_that_ends_below_the_field_solver_is_said_so():
    with pytest.raises(
        NoOverlapError, match=r"holds up to 500 kHz, and only 0 .* 1 MHz, lie below"
    ):
        join(coil, LOW, coil(HIGH), HIGH, limit=500e3)


def test_a_mutual_impedance_near_zero_does_no_harm():
    one = np.array([[[1.0, 1e-9], [1e-9, 4.0]]])
    other = np.array([[[1.0, 0.0], [0.0, 4.0]]])
    assert differences(one, other)[0] == pytest.approx(0.5e-9)
