"""Limit lines as the benches ask for them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtwin.compliance import (
    LimitLine,
    highest_measured_frequency,
    limit_line,
)
from emtwin.compliance.decibel import field_dbuv, ratio_db
from emtwin.errors import InputError

RADIATED, MAGNETIC, CONDUCTED = "radiated_emission", "magnetic_emission", "conducted_emission"


def radiated(kind: str, distance: float, **more: object) -> LimitLine:
    return limit_line(RADIATED, kind, distance=distance, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "distance", "low"), [("A", 3, 50), ("A", 10, 40), ("B", 3, 40)])
def test_lower_limit_at_the_transition(kind: str, distance: float, low: float) -> None:
    line = radiated(kind, distance)
    assert line.at([229e6, 230e6, 231e6]).tolist() == [low, low, low + 7]
    assert line.row_at(230e6).limit_from == low
    assert line.margin(230e6, low - 3.0) == pytest.approx(3.0)


def test_lower_limit_where_the_line_steps_down() -> None:
    line = radiated("B", 10.0, group=2)
    assert line.at([81e6, 81.848e6, 82e6]).tolist() == [50, 30, 30]
    assert line.row_at(81.848e6).id == "cispr11-g2-b-10m-qp-81.848-134.786"


@pytest.mark.parametrize(
    ("kind", "detector", "power", "frequency", "limit"),
    [
        ("B", "quasi_peak", 0.0, 0.5e6, 56),
        ("B", "quasi_peak", 0.0, 5e6, 56),
        ("B", "average", 0.0, 5e6, 46),
        ("A", "quasi_peak", 0.0, 0.5e6, 73),
        ("A", "quasi_peak", 50e3, 0.5e6, 86),
        ("A", "quasi_peak", 50e3, 5e6, 86),
        ("A", "average", 100e3, 5e6, 105),
    ],
)
def test_transitions_of_the_mains_limits(
    kind: str, detector: str, power: float, frequency: float, limit: float
) -> None:
    """At 0.5 and 5 MHz the lower of the two pieces holds, whichever side it is on."""
    line = limit_line(CONDUCTED, kind, power=power, detector=detector)
    assert line.at(frequency) == pytest.approx(limit)
    row = line.row_at(frequency)
    assert row.port == "ac_mains"
    assert limit in (row.limit_from, row.limit_to)


@given(frequency=st.floats(150e3, 30e6))
def test_the_row_at_a_frequency_sets_its_limit(frequency: float) -> None:
    line = limit_line(CONDUCTED, "A", power=50e3)
    assert LimitLine((line.row_at(frequency),)).at(frequency) == line.at(frequency)


@given(frequency=st.floats(150e3, 30e6))
def test_average_is_10_db_below_quasi_peak_for_class_b_mains(frequency: float) -> None:
    line, average = limit_line(CONDUCTED, "B"), limit_line(CONDUCTED, "B", detector="average")
    assert line.at(frequency) - average.at(frequency) == pytest.approx(10.0)


def test_ends_belong_to_the_line_and_the_rest_is_nan() -> None:
    line = radiated("B", 10.0)
    assert np.isnan(line.at([29.9e6, 30e6, 1e9, 1.001e9])).tolist() == [True, False, False, True]
    assert line.at(5 * 6.0e6) == 30.0
    assert line.row_at(30e6 * (1 - 1e-10)).id == "cispr11-g1-b-10m-30-230"


def test_no_row_where_there_is_no_limit() -> None:
    with pytest.raises(
        InputError, match=r"no limit at 1\.1 GHz: .* from 30 MHz to 1 GHz"
    ) as caught:
        radiated("B", 10.0).row_at(1.1e9)
    assert "outside the method" in caught.value.problems[0].remedy


@given(frequency=st.floats(30e6, 1e9))
def test_class_a_is_10_db_above_class_b_and_3_m_above_10_m(frequency: float) -> None:
    b10 = radiated("B", 10.0).at(frequency)
    assert radiated("A", 10.0).at(frequency) == b10 + 10
    assert radiated("B", 3.0).at(frequency) == b10 + 10


def test_rated_power_selects_the_line() -> None:
    assert radiated("A", 10, power=20e3).at(100e6) == 40
    assert radiated("A", 10, power=20.1e3).at(100e6) == 50
    assert radiated("B", 10, power=50e3).at(100e6) == 30
    mains = [limit_line(CONDUCTED, "A", power=p).at(1e6) for p in (20e3, 75e3, 75.1e3)]
    assert mains == [73, 86, 125]


@pytest.mark.parametrize(
    ("kind", "detector", "limits"),
    [
        ("B", "peak", [70, 70, 74]),
        ("B", "average", [50, 50, 54]),
        ("A", "peak", [76, 76, 80]),
        ("A", "average", [56, 56, 60]),
    ],
)
def test_above_1_ghz_is_in_edition_7_only(kind: str, detector: str, limits: list[float]) -> None:
    line = radiated(kind, 3.0, detector=detector, edition="2024")
    assert line.at([1e9, 3e9, 6e9]).tolist() == limits
    assert radiated(kind, 3.0, detector=detector, edition="7.0").rows == line.rows
    for earlier in (None, "6.2"):
        with pytest.raises(InputError, match=r"CISPR 11(:6\.2)? has no radiated limit"):
            radiated(kind, 3.0, detector=detector, edition=earlier)


def test_a_source_that_fluctuates_has_a_line_of_its_own() -> None:
    steady = radiated("B", 3.0, group=2, detector="peak")
    fluctuating = radiated("B", 3.0, group=2, detector="peak", fluctuating=True)
    assert (steady.at(5e9), fluctuating.at(5e9), fluctuating.at(12e9)) == (70, 92, 73)


@pytest.mark.parametrize(("kind", "distance"), [("C", 3.0), ("B", 5.0), ("A", 30.0)])
def test_unknown_line_is_refused(kind: str, distance: float) -> None:
    with pytest.raises(InputError, match="no radiated limit") as caught:
        radiated(kind, distance)
    assert "3 m or 10 m" in caught.value.problems[0].remedy


@pytest.mark.parametrize(
    ("test", "asked", "said"),
    [
        (RADIATED, {}, "needs a measuring distance"),
        (MAGNETIC, {}, "needs a measuring distance"),
        (CONDUCTED, {"distance": 3.0}, "has no distance, got 3 m"),
        (
            CONDUCTED,
            {"port": "signal"},
            "no conducted limit for class B group 1 at the port signal",
        ),
        (CONDUCTED, {"detector": "peak"}, "0 VA, peak in the data"),
        (CONDUCTED, {"edition": "1999"}, "CISPR 11:1999 has no conducted limit"),
        (MAGNETIC, {"distance": 3.0}, "no magnetic limit for class B group 1 at 3 m"),
        ("esd", {"distance": 3.0}, "no esd limit"),
    ],
)
def test_a_question_without_an_answer(test: str, asked: dict[str, object], said: str) -> None:
    with pytest.raises(InputError) as caught:
        limit_line(test, "B", **asked)  # type: ignore[arg-type]
    (problem,) = caught.value.problems
    assert said in problem.message
    assert problem.remedy
    assert problem.field.startswith(f"tests.{test}")


def test_remedy_offers_the_ports() -> None:
    with pytest.raises(InputError) as caught:
        limit_line(CONDUCTED, "B", port="signal")
    assert "at port ac_mains or port dc_power" in caught.value.problems[0].remedy


@pytest.mark.parametrize("distance", [3.0, 10.0, 30.0])
def test_conversion_between_distances_is_20_db_per_decade(distance: float) -> None:
    line = radiated("B", 10.0).at_distance(distance)
    assert line.at(100e6) == pytest.approx(30 + 20 * np.log10(10.0 / distance))
    assert line.row_at(100e6).id == "cispr11-g1-b-10m-30-230"
    again = line.at_distance(5.0)
    assert again.at(100e6) == pytest.approx(30 + 20 * np.log10(2.0))


def test_conversion_to_3_m_is_half_a_decibel_above_the_printed_limit() -> None:
    """20 log 10/3 = 10.46 dB, where the standard rounds to 10 dB."""
    converted = radiated("B", 10.0).at_distance(3.0)
    assert converted.at(100e6) - radiated("B", 3.0).at(100e6) == pytest.approx(0.4576, abs=1e-4)


@pytest.mark.parametrize(
    ("line", "distance", "said"),
    [
        (limit_line(MAGNETIC, "B", group=2, distance=3.0), 10.0, "dBuA/m is not converted"),
        (limit_line(CONDUCTED, "B"), 10.0, "dBuV is not converted"),
        (radiated("B", 3.0), 0.0, "not converted to 0 m"),
    ],
)
def test_conversion_is_refused_where_the_rule_does_not_hold(
    line: LimitLine, distance: float, said: str
) -> None:
    with pytest.raises(InputError, match=said) as caught:
        line.at_distance(distance)
    assert caught.value.problems[0].remedy


def test_an_electric_field_below_30_mhz_is_not_converted() -> None:
    row = radiated("B", 3.0).rows[0].model_copy(update={"frequency_from": 20e6})
    with pytest.raises(InputError, match="limit from 20 MHz is not converted"):
        LimitLine((row,)).at_distance(10.0)


def test_a_fundamental_in_a_designated_band_has_no_limit() -> None:
    """27.12 MHz is free, its third harmonic is not, and neither is what is not declared."""
    line = limit_line(MAGNETIC, "B", group=2, distance=3.0)
    frequency = np.array([13.56e6, 27.12e6])
    assert line.margin(frequency, 100.0, fundamentals=(27.12e6,)).tolist() == [
        pytest.approx(8.40 - 100, abs=5e-3),
        np.inf,
    ]
    third = radiated("B", 3.0, group=2).margin(81.36e6, 100.0, fundamentals=(81.36e6,))
    assert third == pytest.approx(60 - 100)


@pytest.mark.parametrize(
    ("frequency", "free"),
    [(13.56e6, True), (13.6e6, False), (6.78e6, False), (7.1e6, False)],
)
def test_only_bands_that_are_sure_free_a_fundamental(frequency: float, free: bool) -> None:
    """6.78 MHz is of low confidence, and 7.1 MHz is for amateur radio: the limit stays."""
    line = limit_line(MAGNETIC, "B", group=2, distance=3.0)
    assert (line.designated_at(frequency) is not None) is free


def test_a_band_of_one_region_frees_nothing() -> None:
    """902 to 928 MHz is designated in Region 2 alone, and the limit does not know where it is."""
    line = radiated("B", 3.0, group=2)
    assert line.margin(915e6, 100.0, fundamentals=(915e6,)) == pytest.approx(47 - 100)


def test_group_1_has_no_free_band() -> None:
    line = radiated("B", 3.0)
    assert line.margin(40.68e6, 50.0, fundamentals=(40.68e6,)) == pytest.approx(-10.0)


def test_rows_come_in_order_with_their_confidence() -> None:
    rows = radiated("A", 3, group=2).rows
    assert [row.frequency_from for row in rows] == sorted(row.frequency_from for row in rows)
    assert {row.confidence for row in rows} == {"low"}


@pytest.mark.parametrize(
    ("internal", "measured"),
    [(100e6, 1e9), (108e6, 1e9), (109e6, 2e9), (500e6, 2e9), (1e9, 5e9), (1.1e9, 5.5e9)],
)
def test_highest_measured_frequency(internal: float, measured: float) -> None:
    assert highest_measured_frequency(internal) == pytest.approx(measured)
    assert highest_measured_frequency(2.45e9) == 6e9


def test_decibels() -> None:
    assert field_dbuv(np.array([1e-6, 1e-3])) == pytest.approx([0.0, 60.0])
    assert ratio_db(0.0, 1.0) == -np.inf
    assert ratio_db(2.0, 1.0) == pytest.approx(6.0206, abs=1e-4)
