"""Verdicts and runs as tables in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emtwin.report.strings import Texts
from emtwin.report.text_table import text_table
from emtwin.report.wording import covered, decibel, worst_case
from emtwin.results import Campaign

if TYPE_CHECKING:
    from rich.table import Table

STYLES = {
    "pass": "bold green",
    "marginal": "bold yellow",
    "fail": "bold red",
    "outside_method": "bold magenta",
    "not_applicable": "dim",
}


def verdict_table(campaign: Campaign, language: str = "en") -> Table:
    """Table of all verdicts.

    Parameters
    ----------
    campaign : Campaign
        Finished campaign.
    language : str, default "en"
        ``en`` or ``ko``.

    Returns
    -------
    rich.table.Table
        One row per test, with the frequencies that it covers: outcome, margin, uncertainty, worst
        case, clause.
    """
    from rich.table import Table

    texts = Texts(language)
    table = Table(title=str(campaign.meta.get("name", "")), title_justify="left", expand=False)
    if any(_unverified(verdict) for verdict in campaign.verdicts):
        table.caption = f"* {texts('verified_no')}"
    for name in ("test", "outcome"):
        table.add_column(texts(name), overflow="fold")
    for name in ("margin", "uncertainty"):
        table.add_column(texts(name), justify="right", no_wrap=True)
    for name in ("worst", "clause"):
        table.add_column(texts(name), overflow="fold")
    for verdict in campaign.verdicts:
        table.add_row(*_row(verdict, texts))
    return table


def run_table(campaign: Campaign, language: str = "en") -> Table:
    """Table of all runs of the field solver.

    Parameters
    ----------
    campaign : Campaign
        Finished campaign.
    language : str, default "en"
        ``en`` or ``ko``.

    Returns
    -------
    rich.table.Table
        One row per run: site, cells, port, steps, decay reached, how it ended, time.
    """
    texts = Texts(language)
    rows = [
        (
            texts(site["name"]),
            f"{site['grid']['cells']:,}",
            run["port"],
            f"{run['steps']:,}",
            decibel(run["decay_db"]),
            run["finished_by"],
            f"{run['seconds']:.0f} s",
        )
        for site in campaign.meta.get("sites", [])
        for run in site["runs"]
    ]
    names = ("site", "cells", "port", "steps", "decay", "finished_by", "time")
    return text_table(texts("runs"), [*map(texts, names)], rows, right=(1, 3, 4, 6))


def stage_table(campaign: Campaign, language: str = "en") -> Table:
    """Table of the wall time by stage, the longest first.

    Parameters
    ----------
    campaign : Campaign
        Finished campaign.
    language : str, default "en"
        ``en`` or ``ko``.

    Returns
    -------
    rich.table.Table
        One row per stage that took a hundredth of the time or more: seconds and share.
    """
    texts, timing = Texts(language), campaign.meta.get("timing", {})
    total = sum(timing.values())
    rows = [
        (stage, f"{seconds:.1f} s", f"{seconds / total:.0%}")
        for stage, seconds in sorted(timing.items(), key=lambda item: -item[1])
        if seconds >= 0.01 * total
    ]
    names = [texts(name) for name in ("stage", "time", "share")]
    return text_table(texts("stages"), names, rows, right=(1, 2))


def _row(verdict: dict[str, Any], texts: Texts) -> list[Any]:
    from rich.text import Text

    outcome = str(verdict["outcome"])
    worst = ", ".join(value for _, value in worst_case(verdict.get("worst"), texts))
    return [
        Text("\n".join(filter(None, [texts(str(verdict["test"])), covered(verdict, texts)]))),
        Text(texts(outcome), style=STYLES.get(outcome, "")),
        Text(decibel(verdict["margin_db"], sign=True)),
        Text(decibel(verdict["uncertainty_db"]) + (" *" if _unverified(verdict) else "")),
        Text(worst),
        Text(str(verdict["clause"])),
    ]


def _unverified(verdict: dict[str, Any]) -> bool:
    """Whether there is an uncertainty that no second resolution stands behind."""
    return verdict["uncertainty_db"] is not None and not verdict["verified_by_refinement"]
