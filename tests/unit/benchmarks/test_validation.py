"""The table of validated numbers: grouping, missed aims, failures, duplicates, the page's text."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks import validation
from benchmarks.validation import CasesError, collected, outcome_of
from benchmarks.validation_page import OTHER, Outcome, case_table, grouped, page, share, subject
from tests.validation import Case, Validated

SPHERE = Case(
    "sphere at 300 MHz", "Mie series", -14.1, -14.3, 0.5, "dBsm", 2.0,
    "tests/physics/test_spheres.py::test_one[native]",
)  # fmt: skip
HEADING: dict[str, Any] = {
    "date": "2026-01-01T00:00:00+00:00",
    "machine": {"processor": "a processor", "cores": 2, "system": "Linux"},
    "backend": "native",
    "commit": "abc1234",
}
OUTCOME = Outcome(3)


def some_cases() -> list[Case]:
    """Three subjects, one of them unknown; one aim missed, one met."""
    return [
        SPHERE,
        replace(SPHERE, case="sphere at 1000 MHz", aim=0.1, reason="the staircase"),
        replace(SPHERE, case="sphere at 50 MHz", aim=0.3, reason="the other staircase"),
        replace(SPHERE, case="slot |r|", test="tests/physics/test_slots.py::test_slot"),
        replace(SPHERE, case="new", test="tests/physics/test_news.py::test_new"),
    ]


def stored(folder: Path, name: str, cases: list[Case]) -> None:
    """A file as the fixture writes it."""
    entries = [asdict(case) | {"inside": case.inside} for case in cases]
    (folder / name).write_text(json.dumps(entries))


def junit(folder: Path, inner: str = "") -> None:
    """A report of pytest with one test."""
    test = f'<testcase classname="tests.a" name="test_b[c]">{inner}</testcase>'
    text = f"<testsuites><testsuite>{test}</testsuite></testsuites>"
    (folder / "junit.xml").write_text(text)


def run_main(
    monkeypatch: pytest.MonkeyPatch, folder: Path, cases: list[Case], inner: str = "", *more: str
) -> int:
    """Exit code of the command where pytest left these cases and this report."""

    def left_by_pytest(into: Path, *, quick: bool) -> None:
        stored(into, "cases.gw0.json", cases)
        junit(into, inner)

    monkeypatch.setattr(validation, "run_tests", left_by_pytest)
    monkeypatch.setattr(validation, "PAGE", validation.ROOT / "never written")
    return validation.main(["--page", str(folder / "page.md"), *more])


@pytest.mark.parametrize(
    "module",
    [
        *("test_capacitance", "test_inductance", "test_static_wires", "test_coils"),
        *("test_induced_fields", "test_shell_shielding"),
    ],
)
def test_low_frequency_cases_have_a_section(module: str) -> None:
    test = f"tests/physics/{module}.py"
    assert (validation.ROOT / test).is_file()
    assert subject(replace(SPHERE, test=f"{test}::test_one")) == "Low-frequency fields and circuits"


def test_cases_stand_under_their_subject_in_the_order_of_their_numbers() -> None:
    groups = {name: [c.case for c in members] for name, members in grouped(some_cases()).items()}
    spheres = ["sphere at 50 MHz", "sphere at 300 MHz", "sphere at 1000 MHz"]
    assert groups == {
        "Spheres and conformal surfaces": spheres,
        "Sheets, slots and enclosures": ["slot |r|"],
        OTHER: ["new"],
    }


def test_a_missed_aim_is_listed_with_its_reason_and_accepted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """0.2 dB off: an aim of 0.1 is missed, one of 0.3 is met and not listed."""
    assert run_main(monkeypatch, tmp_path, some_cases()) == 0
    text = (tmp_path / "page.md").read_text(encoding="utf-8")
    missed = text.partition("## Aims that are missed")[2].partition("\n## ")[0]
    assert "| sphere at 1000 MHz | -14.1 ± 0.1 | -14.3 | dBsm | the staircase |" in missed
    assert "the other staircase" not in missed
    assert "5 within their tolerance, 1 of these miss a narrower aim" in text


@pytest.mark.parametrize(
    ("sided", "aim", "misses"),
    [("at most", -14.2, False), ("at most", -14.4, True), ("at least", -14.2, True),
     ("at least", -14.4, False), ("both", 0.21, False), ("both", 0.19, True)],
)  # fmt: skip
def test_an_aim_is_a_bound_or_a_tolerance(sided: str, aim: float, misses: bool) -> None:
    assert replace(SPHERE, sided=sided, aim=aim, reason="why").misses_aim is misses


def test_without_a_missed_aim_the_page_says_so() -> None:
    assert "## Aims that are missed\n\nNone.\n" in page([SPHERE], OUTCOME, HEADING)


def test_a_case_outside_its_tolerance_fails_and_heads_the_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = replace(SPHERE, case="wrong", obtained=-15.0)
    assert run_main(monkeypatch, tmp_path, [SPHERE, wrong]) == 1
    printed = capsys.readouterr().out
    assert "outside: wrong" in printed
    assert printed.endswith("1 of 2 cases within their tolerance\n")
    assert "## Outside their tolerance\n\n| case" in (tmp_path / "page.md").read_text("utf-8")


@pytest.mark.parametrize("kind", ["failure", "error"])
def test_a_test_that_failed_fails_the_run(
    kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """All cases that were written are inside, but a test broke before or after them."""
    assert run_main(monkeypatch, tmp_path, [SPHERE], f"<{kind}>why</{kind}>") == 1
    text = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert "## Tests that failed\n\n- tests.a::test_b[c]\n" in text


def test_a_skipped_test_is_named_and_fails_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert run_main(monkeypatch, tmp_path, [SPHERE], "<skipped>no library</skipped>") == 0
    text = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert "## Tests that were skipped\n\n- tests.a::test_b[c]\n" in text


def test_two_cases_of_one_name_are_refused(tmp_path: Path) -> None:
    """Also where two workers wrote them; both tests are named."""
    stored(tmp_path, "cases.gw0.json", [SPHERE])
    stored(tmp_path, "cases.gw1.json", [replace(SPHERE, test="tests/a.py::test_b")])
    with pytest.raises(CasesError, match=r"sphere at 300 MHz: .*test_one\[native\], tests/a.py"):
        collected(tmp_path)


def test_no_case_and_no_report_are_failures(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert run_main(monkeypatch, tmp_path, []) == 1
    assert not (tmp_path / "page.md").exists()
    with pytest.raises(CasesError, match="did not finish"):
        outcome_of(tmp_path / "junit.xml")


def test_a_quick_run_leaves_the_page_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ours = tmp_path / "validation.md"
    monkeypatch.setattr(validation, "ROOT", tmp_path)
    monkeypatch.setattr(validation, "PAGE", ours)

    def left_by_pytest(into: Path, *, quick: bool) -> None:
        stored(into, "cases.json", [SPHERE])
        junit(into)

    monkeypatch.setattr(validation, "run_tests", left_by_pytest)
    assert validation.main(["--quick", "--out", str(tmp_path / "out.json")]) == 0
    assert not ours.exists()
    document = json.loads((tmp_path / "out.json").read_text())
    assert document["quick"] is True
    assert document["cases"] == [asdict(SPHERE) | {"inside": True, "misses_aim": False}]
    assert {"date", "machine", "backend", "commit", "tests", "failed"} <= document.keys()
    assert validation.main([]) == 0
    assert ours.exists()


def test_the_page_is_the_same_for_any_order() -> None:
    cases, text = some_cases(), page(some_cases(), OUTCOME, HEADING)
    for seed in range(5):
        random.Random(seed).shuffle(cases)
        assert page(cases, OUTCOME, HEADING) == text


def test_a_row_tells_what_a_reader_compares() -> None:
    """0.2 of 0.5 dB; the bar of |r| is escaped; a bound has its sign and no share."""
    cases = [replace(SPHERE, case="|r|"), replace(SPHERE, case="s", sided="at most", tolerance=0.0)]
    assert share(cases[1]) is None
    slack = replace(SPHERE, case="t", sided="at most", expected=0.0, obtained=1e-9, tolerance=4e-9)
    assert share(slack) == 0.25
    assert share(replace(slack, obtained=-1.0)) == 0
    assert "| t | ≤ 4e-09 | 1e-09 |  | dBsm | 0.25 |" in case_table([slack])
    rows = case_table(cases).splitlines()[2:]
    link = "[test_one](../tests/physics/test_spheres.py)"
    assert rows == [
        f"| s | ≤ -14.1 | -14.3 |  | dBsm |  | Mie series | 2.0 | {link} |",
        rf"| \|r\| | -14.1 | -14.3 | 0.5 | dBsm | 0.4 | Mie series | 2.0 | {link} |",
    ]


def test_digits_follow_the_tolerance() -> None:
    """684433771.599 Hz held to 1e-9 shows millihertz; 1e-14 held to 1e-12 four digits.

    A frequency is written in full, rounded where the tolerance is wide.
    """
    mode = replace(SPHERE, expected=684433771.5991, obtained=684433771.5979, tolerance=0.684)
    assert "| 684433771.599 | 684433771.598 | 0.684 |" in case_table([mode])
    wide = replace(mode, expected=1101408367.567, tolerance=220.0)
    assert "| 1101408370 |" in case_table([wide])
    assert "| 1.235e-14 |" in case_table([replace(SPHERE, obtained=1.23456e-14, tolerance=1e-12)])


def test_only_tests_with_numbers_run_where_a_file_is_wanted(tmp_path: Path) -> None:
    """The plugin in a pytest of its own: one test holds a number, the other would fail."""
    root = Path(__file__).resolve().parents[3]
    (tmp_path / "test_two.py").write_text(
        "def test_number(validated):\n"
        "    validated('one', 1.0, 1.5, 0.5, reference='arithmetic', unit='m')\n"
        "def test_other():\n    raise AssertionError\n"
    )
    (tmp_path / "pytest.ini").write_text(f"[pytest]\npythonpath = {root}\n")
    out = tmp_path / "cases.json"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.validation", "-p", "no:xdist"]
    command += ["-p", "no:cacheprovider", "--validation-out", str(out), str(tmp_path)]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    [case] = collected(tmp_path)
    assert (case.case, case.obtained, case.inside) == ("one", 1.0, True)
    assert case.test.endswith("test_two.py::test_number")


def test_a_number_outside_is_an_assertion_that_is_kept() -> None:
    kept: list[dict[str, Any]] = []
    with pytest.raises(AssertionError, match="one: obtained 3 m, expected both 1"):
        Validated("tests/a.py::test_a", kept)("one", 3.0, 1.0, 0.5, reference="none", unit="m")
    assert [entry["inside"] for entry in kept] == [False]
