"""Which rows apply: by test, port, environment, frequency and edition, and by condition."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtwin.errors import InputError
from emtwin.standards import Band, Conditions, Dip, Level, Limit, Situation, applying, load
from emtwin.standards.applying import bands_named
from emtwin.standards.applying import tests_of as belongs_to
from emtwin.standards.terms import ENVIRONMENTS, PORTS, TESTS


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"test": "esdd"}, "unknown test 'esdd'"),
        ({"port": "case"}, "unknown port 'case'"),
        ({"environment": "vehicle"}, "unknown environment 'vehicle'"),
    ],
)
def test_unknown_word_is_refused(asked: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        applying(load(), **asked)
    assert "use one of" in caught.value.problems[0].remedy


@given(
    test=st.none() | st.sampled_from(TESTS),
    port=st.none() | st.sampled_from(PORTS),
    environment=st.none() | st.sampled_from(ENVIRONMENTS),
    frequency=st.none() | st.floats(1e3, 1e11),
)
def test_a_narrower_question_has_fewer_answers(
    test: str | None, port: str | None, environment: str | None, frequency: float | None
) -> None:
    """Every row of an answer also answers the question with any one part left out.

    Bands are remarks on the rest of the answer and appear with a frequency only.
    """
    asked = {"test": test, "port": port, "environment": environment, "frequency": frequency}
    found = {row for row in applying(load(), **asked) if not isinstance(row, Band)}
    for part in asked:
        assert found <= set(applying(load(), **(asked | {part: None})))


@given(frequency=st.floats(1e3, 1e11), environment=st.sampled_from(("professional", "home")))
def test_conducted_level_is_one_at_every_frequency(frequency: float, environment: str) -> None:
    """3 V or 6 V at each port, never both, never neither inside 150 kHz to 80 MHz."""
    rows = applying(load(), test="conducted_immunity", environment=environment, frequency=frequency)
    levels = [row for row in rows if isinstance(row, Level)]
    inside = 150e3 <= frequency <= 80e6
    assert sorted(row.port for row in levels) == (
        ["ac_mains", "dc_input", "patient", "signal"] if inside else []
    )


def test_ends_of_a_band_are_inside() -> None:
    for frequency, volts in ((13.553e6, 6.0), (13.567e6, 6.0), (13.5671e6, 3.0)):
        rows = applying(
            load(),
            test="conducted_immunity",
            port="patient",
            environment="home",
            frequency=frequency,
        )
        assert [row.levels for row in rows if isinstance(row, Level)] == [(volts,)]


def test_product_of_numbers_is_the_printed_frequency() -> None:
    """3 x 4.52 MHz is 13.559999999999999 MHz in floating point."""
    rows = applying(load(), test="proximity_magnetic", frequency=3 * 4.52e6)
    assert [row.levels for row in rows if isinstance(row, Level)] == [(7.5,)]


@pytest.mark.parametrize(
    ("frequency", "limits"),
    [(229e6, [30, 40]), (230e6, [30, 40]), (231e6, [37, 47]), (23 * 10e6 * (1 + 1e-12), [30, 40])],
)
def test_lower_limit_where_two_pieces_meet(frequency: float, limits: list[float]) -> None:
    rows = applying(load(), test="radiated_emission", environment="home", frequency=frequency)
    group_1 = [row for row in rows if isinstance(row, Limit) and row.group == 1]
    assert sorted(row.limit_from for row in group_1) == limits


def test_limits_of_other_powers_are_kept_where_pieces_meet() -> None:
    rows = applying(load(), test="radiated_emission", frequency=230e6)
    lines = [r.id for r in rows if isinstance(r, Limit) and r.group == 1 and r.distance == 10]
    assert lines == [
        "cispr11-g1-b-10m-30-230",
        "cispr11-g1-a-to-20kva-10m-30-230",
        *("cispr11-g1-a-above-20kva-10m-30-230", "cispr11-g1-a-above-20kva-10m-230-1000"),
    ]


def test_older_bands_are_those_of_the_current_edition() -> None:
    row = next(r for r in load().levels if r.edition == "2007" and r.bands)
    bands = bands_named(load(), row, "ism")
    assert {band.edition for band in bands} == {"2014+A1:2020"}
    assert len(bands) == 4


def test_order_is_that_of_a_test_plan() -> None:
    rows = applying(load(), frequency=300e6)
    order = [TESTS.index(belongs_to(row)[0]) for row in rows]
    assert order == sorted(order)
    assert {type(row) for row in rows} <= {Level, Limit, Band}
    assert any(isinstance(row, Dip) for row in applying(load(), port="ac_mains"))


def test_edition_by_year_or_name() -> None:
    by_year = applying(load(), test="esd", edition="2007")
    assert by_year == applying(load(), test="esd", edition="3")
    assert {row.edition for row in by_year} == {"2007"}
    assert applying(load(), test="esd", edition="1999") == ()
    assert {row.edition for row in applying(load(), test="esd")} == {"2014+A1:2020"}


def test_a_changed_row_changes_the_answer(tmp_path: Path) -> None:
    from emtwin import resources

    name = "iec60601_1_2_table4.yaml"
    text = (resources.standards_dir() / name).read_text(encoding="utf-8")
    (tmp_path / name).write_text(text.replace("levels: [10]", "levels: [20]"), encoding="utf-8")
    (row,) = applying(load(tmp_path), test="radiated_immunity", environment="home")
    assert row.levels == (20.0,)


EVERYTHING = Conditions(
    cable_longer_than=3.0,
    outdoor_cables=True,
    magnetically_sensitive_parts=True,
    source_closer_than=0.15,
    supply="vehicle_12v",
    life_support=True,
    not_self_contained_below=0.4,
)


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({}, ""),
        ({"cable_length": 3.01, "outdoor_cable": True}, ""),
        ({"cable_length": 3.0}, "the longest cable is 3 m, not longer than 3 m"),
        ({"outdoor_cable": False}, "no line is meant for a cable that leaves the building"),
        ({"magnetically_sensitive": False}, "no part is magnetically sensitive"),
        ({"source_distance": 0.15}, "0.15 m to any source are assured in use"),
        ({"source_distance": 0.1}, ""),
        ({"supply": "vehicle_24v"}, "the supply is not that of a 12 V vehicle"),
        ({"supply": "vehicle_12v"}, ""),
        ({"life_support": False}, "it is not life-supporting equipment"),
        ({"life_support": True}, ""),
        ({"self_contained_size": 0.39}, "it is self-contained and measures 0.39 m"),
        ({"self_contained_size": 0.4}, ""),
    ],
)
def test_conditions(known: dict[str, object], reason: str) -> None:
    said = EVERYTHING.reason_against(Situation(**known))
    assert said.startswith(reason)
    assert bool(said) is bool(reason)


def test_exempt_length_that_an_authority_does_not_accept() -> None:
    rule = Conditions(cable_at_least=1.0, length_not_accepted_by=("FDA",))
    short = "the longest cable is 0.99 m, shorter than 1 m"
    assert rule.reason_against(Situation(cable_length=0.99)) == short
    assert rule.reason_against(Situation(cable_length=1.0)) == ""
    assert rule.reason_against(Situation(cable_length=0.99, authority="FDA")) == ""


def test_other_equipment_only() -> None:
    general = Conditions(life_support=False)
    assert general.reason_against(Situation(life_support=True)) == "it is life-supporting equipment"


def test_conditions_in_words() -> None:
    assert str(Conditions()) == ""
    said = str(EVERYTHING)
    for part in (
        *("cables longer than 3 m", "lines to outdoor cables", "magnetically sensitive parts"),
        *("0.15 m to sources not assured", "supply of a 12 V vehicle", "life-supporting"),
        "not self-contained devices below 0.4 m",
    ):
        assert part in said
    rule = Conditions(cable_at_least=1.0, length_not_accepted_by=("FDA",))
    assert str(rule) == "cables of 1 m or longer; shorter ones not exempt for FDA"


def test_name_of_an_edition_is_one_standards_own() -> None:
    """`--edition 3` means IEC 60601-1-2, though many standards have a third edition."""
    named = [e.name for one in load().registry.standards for e in one.editions if e.name]
    assert len(named) == len(set(named))
