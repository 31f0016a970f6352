"""Real files with one thing changed: the row is refused with file, line, id, reason and remedy."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtwin import resources
from emtwin.errors import InputError, Problem
from emtwin.standards import Level, load
from emtwin.standards.checks import check
from emtwin.standards.editions import read_registry
from emtwin.standards.kinds import KINDS
from emtwin.standards.proximity import separation_distance, transmitter_field
from tests.standards.refusals import Change, refusal

T4, T5, T9 = (f"iec60601_1_2_table{n}.yaml" for n in (4, 5, 9))
HOME, PAGER = "iec60601-1-2-t4-radiated-rf-home", "iec60601-1-2-t9-430-470mhz"


@pytest.mark.parametrize(
    ("file", "row_id", "change", "said"),
    [
        (T4, HOME, ("    unit: V/m\n", ""), "levels and unit go together"),
        (T4, HOME, ("unit: V/m", "unit: A/m"), "the unit 'A/m' is unknown for radiated_immunity"),
        (T4, HOME, ("unit: V/m", "unit: dBuV/m"), "whose levels are in V/m"),
        (T4, HOME, ("80 MHz", "80"), "frequency_from: 80 has no unit"),
        (T4, HOME, ("80 MHz", "80 mm"), "is a length"),
        (T4, HOME, ("80 MHz", "3 GHz"), "frequency_from must be below frequency_to"),
        (T4, HOME, ("    frequency_to: 2.7 GHz\n", ""), "frequency_to go together"),
        (T4, HOME, ("levels: [10]", "levels: [0]"), "levels.0: 0: Input should be greater than 0"),
        (T4, HOME, ("levels: [10]", "levels: [-10]"), "greater than 0"),
        (T4, HOME, ("levels: [10]", "levels: []"), "give either levels or refers_to"),
        (T4, HOME, ("test: radiated_immunity", "test: radiated"), "test: 'radiated'"),
        (T4, HOME, ("port: enclosure", "port: case"), "port: 'case'"),
        (T4, HOME, ("[home]", "[hospital]"), "environments.0: 'hospital'"),
        (T4, HOME, ("depth: 0.8", "depth: 80"), "less than or equal to 1"),
        (T4, HOME, ("form: am", "form: ssb"), "modulation: "),
        (T4, HOME, ("2014+A1:2020", "2014+A2:2024"), "edition '2014+A2:2024' of IEC 60601-1-2 is"),
        (T4, HOME, ("2014+A1:2020", "2014+A2:2024"), "use one of 2007, 2014, 2014+A1:2020"),
        (T4, HOME, ("IEC 60601-1-2", "IEC 60601-1-3"), "the standard 'IEC 60601-1-3' is unknown"),
        (T4, HOME, ("IEC 60601-1-2", "IEC 60601-1-3"), "did you mean IEC 60601-1-2?"),
        (T9, PAGER, ("450 MHz", "480 MHz"), "the spot 480 MHz lies outside the band 430 MHz to"),
        (T9, PAGER, ("[450 MHz]", "[460 MHz, 450 MHz]"), "frequencies must rise"),
        (T9, PAGER, ("    power: 2 W\n", ""), "power and distance go together"),
        (T9, PAGER, ("power: 2 W", "power: 2"), "power: 2 has no unit"),
        (T9, PAGER, ("formula: iec60601-1-2-proximity-factor", "formula: k"), "no parameter has"),
        (
            T5,
            "iec60601-1-2-t5-dip-70-percent",
            ("duration: 500 ms", "duration: 5 s"),
            "cycles_50 lasts 500 ms, not the duration of 5 s",
        ),
        (
            T5,
            "iec60601-1-2-t5-dip-70-percent",
            ("residual: 70", "residual: 100"),
            "less than 100",
        ),
        (T5, "iec60601-1-2-t5-dip-half-cycle", ("[0, 45,", "[45, 0,"), "angles must rise"),
        (
            T5,
            "iec60601-1-2-t5-dip-half-cycle",
            ("    cycles_50: 0.5\n    cycles_60: 0.5\n", ""),
            "give a duration, in cycles or seconds",
        ),
        (
            T5,
            "iec60601-1-2-t5-conducted-6v-home",
            ("[ism, amateur]", "[ism, marine]"),
            "no row of kind band has the name 'marine' in IEC 60601-1-2",
        ),
        (
            "iec61000_4_8.yaml",
            "iec61000-4-8-coil-side",
            ("unit: m", "unit: furlong"),
            "unit: 'furlong': is an unknown unit; parameters are in 1, %, m",
        ),
        (
            "iec61000_4_8.yaml",
            "iec61000-4-8-coil-side",
            ("    unit: m\n", ""),
            "unit: is missing",
        ),
        (
            "iec61000_4_4.yaml",
            "iec61000-4-4-levels-power",
            ("[0.5, 1, 2, 4]", "[0.5, 2, 1, 4]"),
            "levels must rise",
        ),
        (
            "iec61000_4_4.yaml",
            "iec61000-4-4-levels-power",
            ("unit: kV", "unit: V"),
            "the unit 'V' is unknown for eft",
        ),
        (
            "iec60601_1_2_bands.yaml",
            "iec60601-1-2-amateur-14.0-14.2mhz",
            ("14.2 MHz", "13.9 MHz"),
            "frequency_from must be below frequency_to",
        ),
        (
            "cispr11_ism_bands.yaml",
            "cispr11-ism-13.56",
            ("centre: 13.56 MHz", "centre: 13.5 MHz"),
            "the centre lies outside the band",
        ),
    ],
)
def test_changed_row(tmp_path: Path, file: str, row_id: str, change: Change, said: str) -> None:
    assert said in refusal(tmp_path, file, row_id, change)


def _refused(folder: Path, changes: dict[str, Change], *others: str) -> str:
    """Message about whole real files of which some are changed."""
    for name in {*changes, *others}:
        shutil.copy(resources.standards_dir() / name, folder)
    for name, (old, new) in changes.items():
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(folder)
    (problem,) = caught.value.problems
    assert problem.file is not None
    assert problem.line is not None
    assert problem.remedy
    return str(problem)


@pytest.mark.parametrize(
    ("file", "change", "others", "said"),
    [
        (
            "iec60601_1_2_bands.yaml",
            ("frequency_to: 10.15 MHz", "frequency_to: 14.1 MHz"),
            (),
            "row 'iec60601-1-2-amateur-14.0-14.2mhz': its frequency range overlaps that of "
            "'iec60601-1-2-amateur-10.1-10.15mhz'",
        ),
        (
            T9,
            ("frequency_to: 390 MHz", "frequency_to: 440 MHz"),
            (),
            f"row '{PAGER}': its frequency range overlaps that of 'iec60601-1-2-t9-380-390mhz'",
        ),
        (
            T4,
            ("environments: [home]", "environments: [home, professional]"),
            (),
            f"row '{HOME}': its frequency range overlaps that of",
        ),
        (
            T4,
            ("id: iec60601-1-2-t4-esd-air", "id: iec60601-1-2-t4-esd-contact"),
            (),
            "row 'iec60601-1-2-t4-esd-contact': the id is already used at",
        ),
        (
            T4,
            ("id: iec60601-1-2-t4-esd-air", "id: iec60601-1-2-t5-eft"),
            (T5, "iec60601_1_2_bands.yaml"),
            "row 'iec60601-1-2-t5-eft': the id is already used at",
        ),
        (
            T9,
            ("levels: [27]", "levels: [28]"),
            (),
            "row 'iec60601-1-2-t9-380-390mhz': 6 sqrt(1.8 W) / 0.3 m is 26.83 V/m, not 28 V/m",
        ),
        (
            T9,
            ("power: 200 mW", "power: 2 W"),
            (),
            "row 'iec60601-1-2-t9-704-787mhz': 6 sqrt(2 W) / 0.3 m is 28.28 V/m, not 9 V/m",
        ),
    ],
)
def test_rows_that_do_not_fit_together(
    tmp_path: Path, file: str, change: Change, others: tuple[str, ...], said: str
) -> None:
    message = _refused(tmp_path, {file: change}, *others)
    assert said in message


ONCE = sorted({row.kind: row.id for row in load().rows if row.facts}.items())


@pytest.mark.parametrize(("kind", "row_id"), ONCE)
def test_the_same_fact_under_another_id_is_refused(kind: str, row_id: str) -> None:
    """Two receivers of one band, two tissues of one name: which one would an answer take?"""
    row = load().row(row_id)
    rows = [
        (row, Problem("", Path("a.yaml"), 1)),
        (row.model_copy(update={"id": f"{row_id}-x"}), Problem("", Path("b.yaml"), 7)),
    ]
    (problem,) = [one for one in check(rows) if "says again" in one.message]
    assert problem.message == f"it says again what '{row_id}' says"
    assert (problem.file, problem.line) == (Path("b.yaml"), 7)


def test_every_kind_that_answers_a_question_says_its_facts_once() -> None:
    kinds = {kind for kind, _ in ONCE}
    by_range = {"band", "limit", "reference_level", "basic_restriction"}
    by_id = {"parameter"}
    assert kinds | by_range | by_id == set(KINDS)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("frequency_to: 150 kHz", "frequency_to: 200 kHz"), "overlaps that of"),
        (("band: B", "band: A"), "it says again what 'cispr16-1-1-receiver-a' says"),
    ],
)
def test_receivers_whose_bands_overlap(tmp_path: Path, change: Change, said: str) -> None:
    assert said in _refused(tmp_path, {"cispr16_1_1.yaml": change})


def test_uncertainties_of_one_method_that_overlap(tmp_path: Path) -> None:
    change = ("frequency_to: 150 kHz", "frequency_to: 200 kHz")
    said = _refused(tmp_path, {"cispr16_4_2.yaml": change})
    assert "row 'cispr16-4-2-amn-0.15-30': its frequency range overlaps that of" in said


@pytest.mark.parametrize("row_id", ["iec61000-4-2-current", "iec61000-4-2-peak"])
def test_waveform_whose_unit_is_missing_or_unknown(tmp_path: Path, row_id: str) -> None:
    file, unit = "waveforms.yaml", "    unit: A\n"
    assert "needs a unit, A or V" in refusal(tmp_path, file, row_id, (unit, ""))
    assert "unit: 'furlong'" in refusal(tmp_path, file, row_id, (unit, "    unit: furlong\n"))


def test_only_what_grows_with_the_level_is_given_per_level(tmp_path: Path) -> None:
    change = ("figure: rise", "figure: rise\n    per_level: 1000\n    unit: A")
    said = refusal(tmp_path, "waveforms.yaml", "iec61000-4-2-rise", change)
    assert "only peaks, values and terms are per level" in said


PROXIMITY = [row for row in load().levels if row.power is not None and row.levels]
FACTOR = load().parameter("iec60601-1-2-proximity-factor").value


@pytest.mark.parametrize("row", PROXIMITY, ids=lambda row: row.id)
def test_printed_level_is_the_rounded_formula(row: Level) -> None:
    assert row.power is not None
    assert row.distance is not None
    assert row.levels == (round(6 * math.sqrt(row.power) / row.distance),)


@given(
    row=st.sampled_from(PROXIMITY),
    power=st.floats(0.01, 100),
    distance=st.floats(0.05, 3),
    level=st.integers(1, 500),
)
def test_a_level_passes_only_if_it_is_the_rounded_formula(
    row: Level, power: float, distance: float, level: int
) -> None:
    """Any transmitter: a row is refused exactly when the printed integer is another."""
    factor = load().parameter("iec60601-1-2-proximity-factor")
    changed = row.model_copy(
        update={"power": power, "distance": distance, "levels": (float(level),)}
    )
    rows = [(changed, Problem("", field=f"row '{row.id}'")), (factor, Problem(""))]
    problems = [problem for problem in check(rows) if "sqrt" in problem.message]
    assert bool(problems) is (level != round(6 * math.sqrt(power) / distance))


@given(power=st.floats(1e-3, 1e3), distance=st.floats(1e-2, 10))
def test_distance_and_field_belong_together(power: float, distance: float) -> None:
    field = transmitter_field(power, distance, FACTOR)
    assert math.isclose(separation_distance(power, field, FACTOR), distance)
    assert math.isclose(field * distance, 6 * math.sqrt(power))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("  - standard: IEC 61000-4-2\n", "  - standard: IEC 60601-1-2\n"), "is listed twice"),
        (("status: superseded", "status: old"), "Input should be 'current', 'superseded' or"),
        (("title: radiated RF field", "titles: radiated RF field"), "titles"),
        (('edition: "2007"', "edition: 2007"), "valid string"),
        (("standards:", "standards: ["), "YAML syntax"),
    ],
)
def test_registry_with_a_mistake(tmp_path: Path, change: Change, said: str) -> None:
    text = (resources.standards_dir() / "editions.yaml").read_text(encoding="utf-8")
    old, new = change
    assert old in text
    file = tmp_path / "editions.yaml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_registry(file)
    assert said in str(caught.value)
    assert all(p.file == file and p.line and p.remedy for p in caught.value.problems)


def test_registry_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_registry(tmp_path / "editions.yaml")
