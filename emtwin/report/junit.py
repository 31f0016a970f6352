"""JUnit XML, so that a build server shows the verdicts like tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from emtwin.report.wording import decibel
from emtwin.results import Campaign

ELEMENTS = {
    "fail": "failure",
    "marginal": "failure",
    "outside_method": "error",
    "not_applicable": "skipped",
}


def write_junit(campaign: Campaign, path: Path, *, allow_marginal: bool = False) -> Path:
    """Write `junit_xml` to `path` and return `path`."""
    path.write_text(junit_xml(campaign, allow_marginal=allow_marginal), encoding="utf-8")
    return path


def junit_xml(campaign: Campaign, *, allow_marginal: bool = False) -> str:
    """Verdicts as one JUnit test suite.

    Parameters
    ----------
    campaign : Campaign
        Finished campaign.
    allow_marginal : bool, default False
        Whether a marginal verdict counts as passed.

    Returns
    -------
    str
        XML text. A failed or marginal verdict is a failure, one outside the
        method an error, one that is not applicable is skipped.
    """
    suite = ElementTree.Element(
        "testsuite", name="emtwin", timestamp=str(campaign.meta.get("created", ""))
    )
    counts = {"failure": 0, "error": 0, "skipped": 0}
    for verdict in campaign.verdicts:
        kind = _element(verdict, allow_marginal)
        if kind:
            counts[kind] += 1
        suite.append(_case(verdict, kind, str(campaign.meta.get("name", "device"))))
    suite.set("tests", str(len(campaign.verdicts)))
    suite.set("failures", str(counts["failure"]))
    suite.set("errors", str(counts["error"]))
    suite.set("skipped", str(counts["skipped"]))
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _element(verdict: dict[str, Any], allow_marginal: bool) -> str:
    outcome = str(verdict["outcome"])
    return "" if outcome == "marginal" and allow_marginal else ELEMENTS.get(outcome, "")


def _case(verdict: dict[str, Any], kind: str, device: str) -> ElementTree.Element:
    case = ElementTree.Element("testcase", classname=device, name=str(verdict["test"]))
    text = _text(verdict)
    if kind:
        inner = ElementTree.SubElement(case, kind, message=text)
        if kind != "skipped":
            inner.set("type", str(verdict["outcome"]))
    said = [text, *method_of(verdict), *map(str, verdict["notes"])]
    ElementTree.SubElement(case, "system-out").text = "\n".join(said)
    return case


def method_of(verdict: dict[str, Any]) -> list[str]:
    """Method and reason as one line; nothing for a verdict of an older result file."""
    if not verdict.get("method"):
        return []
    return [f"Method: {verdict['method']}; {verdict.get('method_reason', '')}"]


def _text(verdict: dict[str, Any]) -> str:
    margin, uncertainty = decibel(verdict["margin_db"], True), decibel(verdict["uncertainty_db"])
    head = f"{verdict['outcome']}: margin {margin}, uncertainty {uncertainty}."
    return f"{head} {verdict['statement']} ({verdict['clause']})"
