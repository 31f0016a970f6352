"""The unit parser: what it reads, what it refuses and how it says so."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtwin import units


@pytest.mark.parametrize(
    ("text", "dimension", "expected"),
    [
        ("1.6 mm", "length", 0.0016),
        ("1e-3 m", "length", 0.001),
        ("-12.5mm", "length", -0.0125),
        ("+.5 cm", "length", 0.005),
        ("2. inch", "length", 0.0508),
        ("10 mil", "length", 0.000254),
        ("25 \u00b5m", "length", 25e-6),
        ("25 \u03bcm", "length", 25e-6),
        ("24 MHz", "frequency", 24e6),
        ("2.7GHz", "frequency", 2.7e9),
        ("1.5 ns", "time", 1.5e-9),
        ("1kohm", "resistance", 1e3),
        ("1 k\u03a9", "resistance", 1e3),
        ("75 \u2126", "resistance", 75.0),
        ("100 pF", "capacitance", 100e-12),
        ("3.3 V", "voltage", 3.3),
        ("5 mS/m", "conductivity", 0.005),
        ("3 V/m", "field", 3.0),
        ("3 V / m", "field", 3.0),
        ("6 GiB", "memory", 6 * 2**30),
        ("500 MB", "memory", 500e6),
    ],
)
def test_reads_quantity_to_the_last_bit(text: str, dimension: str, expected: float) -> None:
    assert units.parse(text, dimension) == expected


@pytest.mark.parametrize(
    ("value", "dimension", "message"),
    [
        (5, "length", "5 has no unit; expected a length such as 1.6 mm, 25 um, 0.8 m"),
        ("5", "length", "'5' has no unit; expected a length"),
        (0.5, "voltage", "0.5 has no unit; expected a voltage such as 0.2 V, 500 mV"),
        ("1.6 parsec", "length", "unknown unit 'parsec'; expected a length"),
        ("24 mhz", "frequency", "did you mean mHz or MHz?"),
        ("3 V", "length", "'3 V' is a voltage; expected a length"),
        ("3 V", "field", "'3 V' is a voltage; expected a field such as 3 V/m"),
        ("1,6 mm", "length", "decimal comma; write a point"),
        ("1 2 mm", "length", "more than one number"),
        ("mm", "length", "does not begin with a number"),
        ("", "length", "does not begin with a number"),
        ("nan m", "length", "does not begin with a number"),
        (math.nan, "length", "does not begin with a number"),
        ("1e999 m", "length", "too large for a number"),
        ("1e9999999999999999999 m", "length", "too large for a number"),
        (None, "length", "None is not a quantity"),
        (True, "length", "True is not a quantity"),
        ([1], "length", "[1] is not a quantity"),
    ],
)
def test_refusal_names_value_dimension_and_examples(
    value: object, dimension: str, message: str
) -> None:
    with pytest.raises(units.UnitError) as caught:
        units.parse(value, dimension)
    assert message in str(caught.value)
    assert f"expected a {dimension} such as" in str(caught.value)


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (0.0016, "m", "1.6 mm"),
        (1e-3, "m", "1 mm"),
        (0.99999e-3, "m", "1 mm"),
        (-0.8, "m", "-800 mm"),
        (24e6, "Hz", "24 MHz"),
        (1e9, "Hz", "1 GHz"),
        (0.0, "V", "0 V"),
        (1e-18, "F", "0.001 fF"),
        (1e16, "ohm", "1e+04 Tohm"),
        (math.inf, "ohm", "inf ohm"),
        (6 * 2**30, "B", "6 GiB"),
        (12, "B", "12 B"),
        (0.5, "B", "0.5 B"),
    ],
)
def test_writes_the_prefix_that_reads_best(value: float, unit: str, expected: str) -> None:
    assert units.format_si(value, unit) == expected


def test_every_example_in_a_message_can_be_read() -> None:
    for dimension in units.DIMENSIONS.values():
        assert dimension.examples
        for example in dimension.examples:
            assert units.parse(example, dimension.name) > 0


@given(st.floats(-1e12, 1e12), st.sampled_from(sorted(units.DIMENSIONS)))
def test_si_value_survives_writing_and_reading(value: float, name: str) -> None:
    unit = units.DIMENSIONS[name].unit
    assert units.parse(f"{value!r} {unit}", name) == value


@given(st.floats(1e-14, 1e14))
def test_formatted_value_is_within_its_digits(value: float) -> None:
    read = units.parse(units.format_si(value, "Hz"), "frequency")
    assert read == pytest.approx(value, rel=5.1e-4)
