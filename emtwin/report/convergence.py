"""Levels of a refinement study and what they say of each quantity, as rows of two tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emtwin.report.strings import Texts
from emtwin.report.text_table import text_table
from emtwin.report.wording import DASH, decibel
from emtwin.results import Campaign
from emtwin.units import duration, format_si

if TYPE_CHECKING:
    from rich.table import Table

Rows = list[tuple[str, ...]]


def level_rows(campaign: Campaign, texts: Texts) -> tuple[tuple[str, ...], Rows]:
    """Heads and rows of the table of levels, test by test, the coarsest first.

    Parameters
    ----------
    campaign : Campaign
        Finished campaign, with a refinement study.
    texts : Texts
        Language.

    Returns
    -------
    heads : tuple of str
        Test, cell size, representative cell, ratio to the level before, cells, time, margin,
        change.
    rows : list of tuple of str
        One per level; of those without a result the reason stands in `convergence_notes`.
    """
    names = ("test", "relative_cell", "device_cell", "ratio", "cells", "time", "margin", "change")
    rows = []
    for study in campaign.meta["convergence"]:
        rows += [_level(study["test"], level, texts) for level in study["levels"]]
        rows += [_missing(study["test"], level, texts) for level in study["missing"]]
    return tuple(map(texts, names)), rows


def convergence_notes(campaign: Campaign, language: str = "en") -> list[str]:
    """Why each test's refinement ended, and why levels are missing.

    Parameters
    ----------
    campaign : Campaign
        Finished campaign.
    language : str, default "en"
        ``en`` or ``ko``.

    Returns
    -------
    list of str
        One sentence per test; none without a refinement study.
    """
    texts, notes = Texts(language), []
    for study in campaign.meta.get("convergence", []):
        reasons = [
            f"× {level['refinement']:.3g} {level['reason']}"
            for level in study["missing"]
            if level["reason"] not in study["stopped"]
        ]
        notes.append(f"{texts(study['test'])}: {'; '.join([study['stopped'], *reasons])}.")
    return notes


def quantity_rows(campaign: Campaign, texts: Texts) -> tuple[tuple[str, ...], Rows]:
    """Heads and rows of the table of quantities with their Richardson estimates.

    Parameters
    ----------
    campaign : Campaign
        Finished campaign, with a refinement study.
    texts : Texts
        Language.

    Returns
    -------
    heads : tuple of str
        Quantity, value on the finest grid, extrapolated value, bound, order, how it was obtained.
    rows : list of tuple of str
        One per quantity.
    """
    names = ("quantity", "finest_grid", "extrapolated", "mesh_error", "order", "obtained")
    return tuple(map(texts, names)), [
        _quantity(study["test"], entry, texts)
        for study in campaign.meta["convergence"]
        for entry in study["quantities"]
    ]


def convergence_tables(campaign: Campaign, language: str = "en") -> list[Table]:
    """Tables of levels and quantities for the terminal; none without a refinement study.

    Parameters
    ----------
    campaign : Campaign
        Finished campaign.
    language : str, default "en"
        ``en`` or ``ko``.

    Returns
    -------
    list of rich.table.Table
        Levels and estimates, or none.
    """
    if "convergence" not in campaign.meta:
        return []
    texts = Texts(language)
    levels, quantities = level_rows(campaign, texts), quantity_rows(campaign, texts)
    tables = [text_table(texts("convergence"), *levels, right=range(1, len(levels[0])))]
    if quantities[1]:  # none where every test has one level only
        right = range(1, len(quantities[0]) - 1)
        tables.append(text_table(texts("estimates"), *quantities, right=right))
    return tables


def _level(test: str, level: dict[str, Any], texts: Texts) -> tuple[str, ...]:
    ratio, moved = level["ratio"], level["change_db"]
    return (
        *_grid(test, level, texts, DASH if ratio is None else f"{ratio:.2f}"),
        duration(level["seconds"]),
        decibel(level["margin_db"], sign=True),
        DASH if moved is None else f"{moved:+.2f} dB".replace("-", "\u2212"),
    )


def _missing(test: str, level: dict[str, Any], texts: Texts) -> tuple[str, ...]:
    return (*_grid(test, level, texts, DASH), DASH, texts("not_computed"), DASH)


def _grid(test: str, level: dict[str, Any], texts: Texts, ratio: str) -> tuple[str, ...]:
    size = format_si(level["device_cell"], "m", 3)
    return (texts(test), f"× {level['refinement']:.3g}", size, ratio, f"{level['cells']:,}")


def _quantity(test: str, entry: dict[str, Any], texts: Texts) -> tuple[str, ...]:
    name = texts("margin").lower() if entry["name"] == "margin" else entry["name"]
    order = DASH if entry["order"] is None else f"{entry['order']:.2g}".replace("-", "\u2212")
    how = texts(entry["method"].replace(" ", "_"))
    return (
        f"{texts(test)}: {name}",
        decibel(entry["values_db"][-1], sign=True),
        decibel(entry["extrapolated_db"], sign=True),
        f"±{entry['bound_db']:.2f} dB",
        order,
        f"{how}: {entry['reason']}" if entry["reason"] else how,
    )
