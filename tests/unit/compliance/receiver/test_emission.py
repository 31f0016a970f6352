"""Readings of a source's lines at many places at once."""

from __future__ import annotations

import math

import numpy as np
import pytest

from emtwin.compliance.receiver import (
    LineSpectrum,
    line_readings,
    read,
    receiver_at,
    tuned_frequencies,
)
from emtwin.errors import InputError

WIDTH = 120e3
NAMES = ("peak", "quasi_peak", "average")


def test_lines_that_stand_alone_read_their_rms_everywhere() -> None:
    """24 MHz apart: the neighbours are 90 dB down, and all detectors agree."""
    f = 48e6 + 24e6 * np.arange(30)
    levels = np.random.default_rng(1).uniform(1e-6, 1e-3, (30, 3, 4))
    found = line_readings(f, levels)
    assert found.frequencies.tolist() == f.tolist()
    for name in NAMES:
        assert found.levels[name] == pytest.approx(levels, rel=1e-4)


def test_close_lines_read_at_each_place_as_if_read_there() -> None:
    """Places differ by a factor only: exact at all of them."""
    f = 50e6 + 40e3 * np.arange(12)
    shape = np.linspace(1, 0.4, 12)
    places = np.array([1e-4, 3e-5, 7e-6])
    tuned = np.array([50.1e6, 50.2e6])
    found = line_readings(f, shape[:, None] * places, tuned=tuned)
    for n, at in enumerate(tuned):
        for m, place in enumerate(places):
            lines = LineSpectrum(f, shape * place, phases="unknown")
            for name in NAMES:
                alone = read(lines, at, name).volts
                assert found.levels[name][n, m] == pytest.approx(alone, rel=2e-4)


def test_the_loudest_place_is_exact_and_the_others_are_near() -> None:
    """Paths that tilt by 3 dB over the bandwidth: the factor is off by a few tenths of a dB."""
    f = 50e6 + 30e3 * np.arange(9)
    tilt = 10 ** (np.outer(f - 50.12e6, [0.0, 1, -1]) / WIDTH * 3 / 20)
    levels = tilt * np.array([1.0, 0.5, 0.3])
    found = line_readings(f, levels, ["quasi_peak"], tuned=[50.12e6]).levels["quasi_peak"][0]
    for m in range(3):
        lines = LineSpectrum(f, levels[:, m], phases="unknown")
        alone = read(lines, 50.12e6).volts
        within = 1e-3 if m == 0 else 0.03
        assert found[m] == pytest.approx(alone, rel=within)


def test_phasors_keep_their_phases() -> None:
    """Impulses: peak and average of a train, which unknown phases would only bound."""
    f = 50e6 + 20e3 * np.arange(-60, 61)
    phasors = np.full((121, 1), 1e-5 + 0j)
    alternating = phasors * (1j ** (np.arange(121) ** 2))[:, None]
    tuned = [50e6]
    aligned = line_readings(f, phasors, tuned=tuned).levels
    turned = line_readings(f, alternating, tuned=tuned).levels
    assert turned["peak"][0, 0] < 0.9 * aligned["peak"][0, 0]
    lines = LineSpectrum(f, alternating[:, 0])
    assert turned["peak"][0, 0] == pytest.approx(read(lines, 50e6, "peak").volts, rel=1e-3)


def test_detectors_are_in_their_order() -> None:
    f = 100e6 + 25e3 * np.arange(40)
    found = line_readings(f, np.full(40, 1e-5), tuned=[100.5e6])
    peak, quasi, average = (float(found.levels[name][0]) for name in NAMES)
    assert average < quasi < peak
    assert found.rows == (receiver_at(100e6).id,)


def test_a_harmonic_at_1_ghz_has_a_quasi_peak_reading() -> None:
    found = line_readings([0.95e9, 1e9], [1.0, 2.0])
    assert set(found.rows) == {"cispr16-1-1-receiver-d"}
    assert found.levels["quasi_peak"] == pytest.approx([1.0, 2.0], rel=1e-4)


def test_lines_in_two_bands() -> None:
    found = line_readings([29e6, 31e6], [1.0, 2.0])
    assert found.rows == ("cispr16-1-1-receiver-b", "cispr16-1-1-receiver-c")
    assert found.levels["average"] == pytest.approx([1.0, 2.0], rel=1e-3)


def test_where_the_receiver_is_tuned() -> None:
    """Each line; quarters between two nearer than the bandwidth; eighths of it at the closest."""
    assert tuned_frequencies([40e6, 41e6]).tolist() == [40e6, 41e6]
    assert tuned_frequencies([40e6, 40.1e6]).tolist() == (40e6 + 25e3 * np.arange(5)).tolist()
    dense = tuned_frequencies(40e6 + 1e3 * np.arange(101))
    assert np.diff(dense) == pytest.approx(WIDTH / 8)
    mixed = tuned_frequencies([35.0012e6, *(40e6 + 1e3 * np.arange(101))])
    assert mixed[0] == 35.0012e6
    assert mixed[1:] == pytest.approx(dense)
    assert tuned_frequencies([1e3, 40e6]).tolist() == [40e6]


def test_the_default_places_find_the_maximum() -> None:
    """Against a fine sweep, for lines closer and farther than the bandwidth, to 0.1 dB."""
    for apart in (20e3, 70e3, 110e3, 300e3):
        f = 60e6 + apart * np.arange(7)
        rms = np.array([1, 0.7, 0.9, 1.1, 0.8, 1, 0.6])
        fine = line_readings(f, rms, ["peak"], tuned=np.arange(59.9e6, f[-1], 3e3)).levels["peak"]
        found = line_readings(f, rms, ["peak"]).levels["peak"]
        assert 20 * math.log10(fine.max() / found.max()) < 0.1


def test_silence_reads_nothing() -> None:
    found = line_readings([40e6, 40.05e6], np.zeros((2, 3)))
    assert all(not level.any() for level in found.levels.values())


@pytest.mark.parametrize(
    ("f", "levels"), [([2e6, 1e6], [1.0, 1.0]), ([1e6], [1.0, 2.0]), ([[1e6]], [[1.0]])]
)
def test_what_is_refused(f: list, levels: list) -> None:
    with pytest.raises(InputError, match="do not pair, or the frequencies do not rise"):
        line_readings(f, levels)


def test_no_quasi_peak_above_1_ghz() -> None:
    with pytest.raises(InputError, match="band E has no quasi-peak detector"):
        line_readings([0.9e9, 1.1e9], [1.0, 1.0])
    assert set(line_readings([1.1e9], [1.0], ["peak", "average"]).levels) == {"peak", "average"}
