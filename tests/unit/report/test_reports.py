"""Reports for people and for programs, from a synthetic campaign."""

from __future__ import annotations

import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from rich.console import Console

from emtwin.errors import InputError
from emtwin.report import (
    as_json,
    convergence_notes,
    convergence_tables,
    junit_xml,
    run_table,
    stage_table,
    verdict_table,
    walls,
    write_junit,
    write_report,
)
from emtwin.report.html import inline_svg
from emtwin.report.strings import ENGLISH, KOREAN, Texts
from emtwin.report.wording import change, covered, decibel, quantity
from emtwin.results import Campaign, Pictures
from emtwin.voxel.audit import walls as wall_audit
from tests.unit.campaign_factory import make_campaign

PNG = b"\x89PNG\r\n\x1a\nsynthetic"
SVG = '<?xml version="1.0"?><svg width="9"><style>*{}</style><g id="a"/><use href="#a"/></svg>'
ORDER = [
    "Pre-compliance simulation",
    "Verdicts",
    "Warnings",
    "outside-run",
    "Information",
    "gaps-refined",
    "Set-up",
    "Radiated RF immunity</h2>",
    "Radiated emission</h2>",
    "Geometry audit",
    "Grid and runs",
    "Provenance",
    "Limits of the method",
]


def report(campaign: Campaign, folder: Path, language: str = "en", note: str = "") -> str:
    png, svg = folder / "a.png", folder / "a.svg"
    png.write_bytes(PNG)
    svg.write_text(SVG)
    test = "radiated_immunity"
    files = {f"setup/{test}": png, f"field/{test}": png, f"spectrum/{test}": svg}
    path = write_report(campaign, Pictures(files, note), folder / "report.html", language)
    return path.read_text("utf-8")


class Balance(HTMLParser):
    """Fails where a tag is closed that is not open."""

    void = frozenset({"meta", "img", "br", "link", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_sections_stand_in_order(tmp_path: Path) -> None:
    text = report(make_campaign(), tmp_path)
    places = [text.index(title) for title in ORDER]
    assert places == sorted(places)


def test_notices_without_a_rank_are_warnings_and_none_is_said(tmp_path: Path) -> None:
    """Result files of before there were ranks; a campaign with information only."""
    campaign = make_campaign()
    old, told = campaign.meta["notices"][:2], campaign.meta["notices"][2:]
    campaign.meta["notices"] = old
    assert "<h2>Information" not in report(campaign, tmp_path)
    assert "<h2>정보" not in report(campaign, tmp_path, "ko")
    campaign.meta["notices"] = told
    page = report(campaign, tmp_path, "ko")
    places = [
        page.index(text) for text in ("<h2>경고", KOREAN["no_warnings"], "<h2>정보", "gaps-refined")
    ]
    assert places == sorted(places)


def test_page_is_balanced_and_self_contained(tmp_path: Path) -> None:
    text = report(make_campaign(), tmp_path)
    parser = Balance()
    parser.feed(text)
    assert parser.open == []
    assert re.findall(r'(?:src|href)="(?!data:|#)', text) == []
    assert "url(http" not in text


def test_verdicts_carry_margin_uncertainty_and_worst_case(tmp_path: Path) -> None:
    text = report(make_campaign(), tmp_path)
    for expected in ("+8.9 dB", "±6.4 dB", "420 MHz", "135°", "CISPR 16-4-2", "Marginal"):
        assert expected in text
    assert text.count("not verified by refinement") == 2


def test_texts_of_the_user_are_escaped(tmp_path: Path) -> None:
    campaign = make_campaign(name="<script>alert(1)</script>", twin_text="a & <b>")
    text = report(campaign, tmp_path)
    assert "<script>" not in text
    assert "a &amp; &lt;b&gt;" in text


def test_flat_pictures_are_admitted(tmp_path: Path) -> None:
    assert ENGLISH["drawn_flat"] not in report(make_campaign(), tmp_path)
    text = report(make_campaign(), tmp_path, note="VTK crashed; apt-get install libegl1")
    assert ENGLISH["drawn_flat"] in text
    assert "apt-get install libegl1" in text


def test_large_change_of_volume_is_marked(tmp_path: Path) -> None:
    text = report(make_campaign(), tmp_path)
    audit = text[text.index("<h2>Geometry audit") : text.index("<h3>Walls")]
    assert re.findall(r'<tr class="alarm"><td>(\w+)</td>', audit) == ["display"]


def test_the_netlist_and_the_ends_are_told(tmp_path: Path) -> None:
    page = report(make_campaign(), tmp_path)
    for text in (
        "Which metal touches which",
        "within 5 µm of each other",
        '<tr><td>1</td><td>ground_plane</td><td>2</td><td class="n">1,200</td></tr>',
        "<td>contact formed</td><td>frame, lid</td>",
        ">0.4 mm</td>",
        "<td>a gasket closes it</td>",
        "<td>do not touch, but nearly</td><td>ground_plane, frame</td>",
        "<td>dc_lead, start</td><td>bond</td><td>frame</td><td>frame</td>",
        '<td class="n">200 cm²</td><td class="n">+2.0 %</td>',
    ):
        assert text in page, text


def test_korean_report_has_the_same_parts(tmp_path: Path) -> None:
    text = report(make_campaign(), tmp_path, "ko")
    assert '<html lang="ko">' in text
    for key in ("status", "verdicts", "radiated_immunity", "marginal", "audit", "limits"):
        assert KOREAN[key] in text
    assert ENGLISH["limit_1"] not in text


def test_catalogues_have_the_same_keys_and_blanks() -> None:
    assert set(ENGLISH) == set(KOREAN)
    for key, text in ENGLISH.items():
        assert re.findall(r"{\w+}", text) == re.findall(r"{\w+}", KOREAN[key]), key


def test_unknown_language_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="choose one of en, ko"):
        report(make_campaign(), tmp_path, "fr")


def test_bare_campaign_makes_a_report(tmp_path: Path) -> None:
    path = write_report(Campaign({}, []), {}, tmp_path / "report.html")
    assert ENGLISH["no_verdicts"] in path.read_text("utf-8")


def test_inline_svg_has_its_own_ids_and_no_global_style() -> None:
    svg = inline_svg(SVG, "one", 'a "title"')
    assert 'id="one-a"' in svg
    assert 'href="#one-a"' in svg
    assert "<style" not in svg
    assert ElementTree.fromstring(svg).attrib["aria-label"] == 'a "title"'


def test_terminal_table_shows_each_verdict() -> None:
    console = Console(file=io.StringIO(), width=160)
    console.print(verdict_table(make_campaign()))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    for expected in ("Pass", "Marginal", "+8.9 dB", "6.4 dB *", "not verified by refinement"):
        assert expected in text


def test_a_verdict_shows_which_frequencies_it_covers(tmp_path: Path) -> None:
    """A part of the test's range is never shown as the whole; older results say nothing of it."""
    campaign = make_campaign()
    campaign.verdicts[0] |= {"band": [80e6, 1e9], "band_of_test": [80e6, 2.7e9]}
    campaign.verdicts[1] |= {"band": [30e6, 1e9], "band_of_test": [30e6, 1e9]}
    part, whole = "80 MHz to 1 GHz of 80 MHz to 2.7 GHz", "30 MHz to 1 GHz"
    console = Console(file=io.StringIO(), width=220)
    console.print(verdict_table(campaign))
    text, page = console.file.getvalue(), report(campaign, tmp_path)  # type: ignore[attr-defined]
    for shown in (text, page):
        assert part in shown
        assert whole in shown
        assert f"of {whole}" not in shown
    assert json.loads(as_json(campaign))["verdicts"][0]["band_of_test"] == [80e6, 2.7e9]
    assert covered(make_campaign().verdicts[0], Texts("en")) == ""


def test_terminal_shows_how_each_run_ended() -> None:
    console = Console(file=io.StringIO(), width=160)
    console.print(run_table(make_campaign()))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    for expected in (
        "over a conducting floor",
        "142,000",
        "clock",
        "8,200",
        "43.2 dB",
        "decay",
        "52 s",
    ):
        assert expected in text


def test_terminal_shows_where_the_time_went() -> None:
    """0.8 + 2.1 + 104.2 + 3.3 s: the longest first, and nothing below a hundredth."""
    console = Console(file=io.StringIO(), width=100)
    console.print(stage_table(make_campaign()))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert ENGLISH["stages"] in text
    found = [text.index(part) for part in ("solver", "104.2 s", "94%", "benches", "3.3 s", "voxel")]
    assert found == sorted(found)
    assert "geometry" not in text
    korean = Console(file=io.StringIO(), width=100)
    korean.print(stage_table(make_campaign(), "ko"))
    assert "단계별 시간" in korean.file.getvalue()  # type: ignore[attr-defined]


def test_terminal_table_takes_brackets_literally() -> None:
    campaign = make_campaign()
    campaign.verdicts[0]["worst"] = {"port": "[red]in[/red]"}
    console = Console(file=io.StringIO(), width=160)
    console.print(verdict_table(campaign))
    assert "[red]in[/red]" in console.file.getvalue()  # type: ignore[attr-defined]


def test_json_has_the_promised_names() -> None:
    document = json.loads(as_json(make_campaign()))
    names = {"test", "clause", "outcome", "margin_db", "uncertainty_db"}
    assert all(names <= set(entry) for entry in document["verdicts"])
    assert document["verdicts"][1]["outcome"] == "marginal"
    assert document["timing"]["solver"] == 104.2


def test_a_verdict_names_the_rows_it_rests_on(tmp_path: Path) -> None:
    """In HTML and JSON; a result of an earlier version has none, and is shown all the same."""
    campaign = make_campaign()
    assert "cispr11-g1" not in report(campaign, tmp_path)
    campaign.verdicts[1]["rows"] = ["cispr11-g1-b-3m-30-230", "cispr16-4-2-radiated-30-1000"]
    assert "cispr11-g1-b-3m-30-230, cispr16-4-2-radiated-30-1000" in report(campaign, tmp_path)
    assert json.loads(as_json(campaign))["verdicts"][1]["rows"] == campaign.verdicts[1]["rows"]


def test_json_stays_json_with_infinite_values() -> None:
    campaign = make_campaign()
    campaign.verdicts[0]["margin_db"] = float("inf")
    campaign.verdicts[1]["margin_db"] = float("nan")
    margins = [entry["margin_db"] for entry in json.loads(as_json(campaign))["verdicts"]]
    assert margins == ["inf", None]


@pytest.mark.parametrize(
    ("outcome", "element"),
    [
        ("pass", None),
        ("marginal", "failure"),
        ("fail", "failure"),
        ("outside_method", "error"),
        ("not_applicable", "skipped"),
    ],
)
def test_junit_maps_each_outcome(outcome: str, element: str | None) -> None:
    campaign = make_campaign()
    del campaign.verdicts[1:]
    campaign.verdicts[0] |= {"outcome": outcome, "margin_db": None, "uncertainty_db": None}
    suite = ElementTree.fromstring(junit_xml(campaign)).find("testsuite")
    assert suite is not None
    found = [child.tag for child in suite[0] if child.tag != "system-out"]
    assert found == ([element] if element else [])
    counts = {key: suite.get(key) for key in ("failures", "errors", "skipped")}
    plural = {"failure": "failures", "error": "errors"}.get(element or "", element)
    assert counts == {key: "1" if key == plural else "0" for key in counts}


def test_junit_may_allow_marginal(tmp_path: Path) -> None:
    path = write_junit(make_campaign(), tmp_path / "junit.xml", allow_marginal=True)
    suite = ElementTree.parse(path).getroot().find("testsuite")
    assert suite is not None
    assert suite.get("failures") == "0"


def test_values_carry_units() -> None:
    assert decibel(-3.14, sign=True) == "\u22123.1 dB"
    assert decibel(None) == "–"
    assert quantity("frequency", 24e6) == "24 MHz"
    assert quantity("angle", 135.0) == "135°"
    assert quantity("termination", float("inf")) == "open"
    assert quantity("face", "front") == "front"
    assert change(2.0, 1.0) == "\u221250.0 %"
    assert change(0.0, 1.0) == "–"


def _grid(refinement: float, cells: int) -> dict[str, Any]:
    return {"refinement": refinement, "device_cell": 3e-3 * refinement, "cells": cells}


STUDY = {
    "test": "radiated_immunity",
    "converged": False,
    "stopped": "the margin moved by 1.5 dB; the level takes 2 h, and 1 h is left",
    "no_coarser": "",
    "levels": [
        _grid(1.5, 12345) | {"seconds": 61.2, "ratio": None, "margin_db": 4.0, "change_db": None},
        _grid(1.0, 34567) | {"seconds": 200.0, "ratio": 1.37, "margin_db": 2.5, "change_db": -1.5},
    ],
    "missing": [
        _grid(0.7, 99999) | {"reason": "cannot be computed: the lid touches the frame"},
        _grid(0.5, 199999) | {"reason": "takes 2 h, and 1 h is left"},
    ],
    "quantities": [
        {
            "name": "margin",
            "values_db": [4.0, 2.5],
            "extrapolated_db": -1.25,
            "bound_db": 3.75,
            "order": None,
            "method": "assumed order",
            "reason": "",
        },
        {
            "name": "voltage at input (dBV)",
            "values_db": [None, -20.0],
            "extrapolated_db": -20.0,
            "bound_db": 2.0,
            "order": -1.0,
            "method": "divergent",
            "reason": "the sequence diverges (order -1)",
        },
    ],
}


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        (
            "en",
            (
                *("Levels of refinement", "Richardson estimates", "assumed order", "not computed"),
                *("3 times the spread: the seq", "Radiated RF immunity: the margin moved"),
            ),
        ),
        (
            "ko",
            (
                *("격자 세분 단계", "리처드슨 추정", "가정한 차수"),
                *("계산 안 됨", "산포의 3배: the seq"),
            ),
        ),
    ],
)
def test_a_refinement_study_is_two_tables(
    language: str, texts: tuple[str, ...], tmp_path: Path
) -> None:
    campaign = make_campaign()
    assert convergence_tables(campaign) == []
    assert texts[0] not in report(campaign, tmp_path, language)
    campaign.meta["convergence"] = [STUDY]
    html = report(campaign, tmp_path, language)
    console = Console(file=io.StringIO(), width=220)
    for table in convergence_tables(campaign, language):
        console.print(table)
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    printed += "\n".join(convergence_notes(campaign, language))
    values = ("× 1.5", "12,345", "1 min 1 s", "+4.0 dB", "\u22121.50 dB", "±3.75 dB", "1.37")
    more = ("3 mm", "99,999", "× 0.7 cannot be computed: the lid", "voltage at input (dBV)")
    for text in (*texts, *values, *more, "the level takes 2 h"):
        assert text in html, text
        assert text in printed, text
    assert html.count("takes 2 h") == 1
    assert json.loads(as_json(campaign))["convergence"] == [STUDY]


def test_one_level_alone_has_no_estimates(tmp_path: Path) -> None:
    campaign = make_campaign()
    alone = STUDY | {"levels": [STUDY["levels"][0]], "quantities": []}  # type: ignore[index]
    campaign.meta["convergence"] = [alone]
    assert len(convergence_tables(campaign)) == 1
    assert "Richardson estimates" not in report(campaign, tmp_path)


def test_a_verdict_without_a_figure_calls_for_no_star() -> None:
    """A test that does not apply has no uncertainty that a second resolution could verify."""
    campaign = make_campaign()
    for verdict in campaign.verdicts:
        verdict["verified_by_refinement"] = True
    campaign.verdicts[0] |= {"uncertainty_db": None, "verified_by_refinement": False}
    assert verdict_table(campaign).caption is None


def test_the_model_of_every_wall_has_its_words() -> None:
    sheets = {wall_audit.FACES, wall_audit.RESISTIVE, wall_audit.TWO_SIDED}
    others = {wall_audit.CELLS, wall_audit.AVERAGED, wall_audit.DIELECTRIC}
    assert set(walls.MODELS) == sheets | others


@pytest.mark.parametrize(
    ("language", "titles"),
    [
        ("en", ("Walls, ", "Gaps between conductors, ", "bridged", "conducting cell faces")),
        ("ko", ("벽, ", "도체 사이의 틈, ", "이어짐", "완전도체 셀 면")),
    ],
)
def test_walls_and_gaps_have_tables_of_their_own(
    tmp_path: Path, language: str, titles: tuple[str, ...]
) -> None:
    html = report(make_campaign(), tmp_path, language)
    for text in (*titles, "1.5 mm", "1.2 mm", "97%", "400 um", "60 mm", "50, 20, 30 mm"):
        assert text in html, text


def test_a_shut_gap_and_a_robbed_wall_are_marked() -> None:
    site = make_campaign().meta["sites"][0]
    texts = Texts("en")
    assert [row["alarm"] for row in walls.gap_rows(site, texts)] == [True, False]
    assert [(row["name"], row["alarm"]) for row in walls.wall_rows(site, texts)] == [
        ("frame", True)
    ]


def test_shielding_beyond_the_bound_is_told_as_a_bound() -> None:
    """As `emtwin check` writes it: 300 dB stand for all above."""
    assert [walls.shields(value) for value in (None, 207.4, 300.0)] == ["–", "207 dB", "> 300 dB"]


def test_a_thin_metal_part_of_faces_is_no_alarm(tmp_path: Path) -> None:
    """The faces that stand for it have no volume: a change of -100 % would be none."""
    campaign = make_campaign()
    entry = campaign.meta["audit"][0]
    thin = {"kind": "solid", "volume_before": 1e-6, "volume_after": 0.0, "area_before": 1e-2}
    campaign.meta["audit"] = [entry | thin | {"cells": 0, "edges": 840, "area_after": 9.9e-3}]
    page = report(campaign, tmp_path)
    assert "\u2212100.0 %" not in page
    assert "\u22121.0 %" in page
    campaign.meta["audit"] = [entry | thin | {"cells": 0, "edges": 0, "area_after": 0.0}]
    assert "\u2212100.0 %" in report(campaign, tmp_path)


def test_an_older_result_has_no_walls() -> None:
    assert walls.wall_rows({"name": "free_space"}, Texts("en")) == []
    assert walls.gap_rows({"name": "free_space"}, Texts("en")) == []


METHOD = {"method": "full wave", "method_reason": "0.65 m are 2.2 wavelengths at 1 GHz"}


def test_the_method_and_its_reason_are_in_every_form(tmp_path: Path) -> None:
    campaign = make_campaign()
    campaign.verdicts[0] |= METHOD
    page = report(campaign, tmp_path)
    assert "Method: full wave. 0.65 m are 2.2 wavelengths at 1 GHz" in page
    assert "방법: 전파(full-wave) 해석. 0.65 m are" in report(campaign, tmp_path, "ko")
    assert json.loads(as_json(campaign))["verdicts"][0].items() >= METHOD.items()
    suite = ElementTree.fromstring(junit_xml(campaign)).find("testsuite")
    assert suite is not None
    said = [case.findtext("system-out") or "" for case in suite.iter("testcase")]
    assert "Method: full wave; 0.65 m are 2.2 wavelengths at 1 GHz" in said[0]
    assert "Method" not in said[1]


def test_a_result_file_from_before_says_no_method(tmp_path: Path) -> None:
    """Verdicts of older files have neither method nor tests of the plan; all forms still work."""
    campaign = make_campaign()
    assert all("method" not in verdict for verdict in campaign.verdicts)
    assert "tests_without_verdict" not in campaign.meta
    path = campaign.save(tmp_path / "results.h5")
    again = Campaign.load(path)
    page = report(again, tmp_path)
    assert "Method:" not in page
    assert ENGLISH["without_verdict"] not in page
    assert json.loads(as_json(again))["tests_without_verdict"] == []
    assert "Method" not in junit_xml(again)


def test_tests_of_the_plan_without_a_verdict_are_named(tmp_path: Path) -> None:
    campaign = make_campaign(tests_without_verdict=["esd", "surge"])
    page = report(campaign, tmp_path)
    assert f"{ENGLISH['without_verdict']} electrostatic discharge, surge." in page
    assert "정전기 방전, 서지." in report(campaign, tmp_path, "ko")
    assert json.loads(as_json(campaign))["tests_without_verdict"] == ["esd", "surge"]
