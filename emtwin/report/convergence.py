"""Levels of a refinement study and what they say of each quantity, as rows of two tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emtwin.report.strings import Texts
from emtwin.report.wording import DASH, decibel
from emtwin.results import Campaign

if TYPE_CHECKING:
    from rich.table import Table

Rows = list[tuple[str, ...]]


def level_rows(campaign: Campaign, texts: Texts) -> tuple[tuple[str, ...], Rows]:
    """Heads and rows of the table of levels, the coarsest first.

    Parameters
    ----------
    campaign : Campaign
        Finished campaign, with a refinement study.
    texts : Texts
        Language.

    Returns
    -------
    heads : tuple of str
        Cell size, cells, time, then margin and change of each test.
    rows : list of tuple of str
        One per level.
    """
    levels = campaign.meta["convergence"]["levels"]
    tests = list(dict.fromkeys(test for level in levels for test in level["margins"]))
    heads = [texts("relative_cell"), texts("cells"), texts("time")]
    for test in tests:
        heads += [f"{texts(test)}: {texts('margin').lower()}", texts("change")]
    return tuple(heads), [_level(level, tests) for level in levels]


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
        _quantity(entry, texts) for entry in campaign.meta["convergence"]["quantities"]
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
        Two or none.
    """
    if "convergence" not in campaign.meta:
        return []
    texts = Texts(language)
    levels, quantities = level_rows(campaign, texts), quantity_rows(campaign, texts)
    first = _table(texts("convergence"), *levels, left=0)
    first.caption = str(campaign.meta["convergence"]["stopped"])
    return [first, _table(texts("estimates"), *quantities, left=1)]


def _table(title: str, heads: tuple[str, ...], rows: Rows, *, left: int) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", caption_justify="left", expand=False)
    for number, head in enumerate(heads):
        wordy = number < left or head == heads[-1]
        table.add_column(head, justify="left" if wordy else "right", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _level(level: dict[str, Any], tests: list[str]) -> tuple[str, ...]:
    cells = [f"× {level['refinement']:.3g}", f"{level['cells']:,}", f"{level['seconds']:.0f} s"]
    for test in tests:
        cells.append(decibel(level["margins"].get(test), sign=True))
        moved = level["changes"].get(test)
        cells.append(DASH if moved is None else f"{moved:+.2f} dB".replace("-", "\u2212"))
    return tuple(cells)


def _quantity(entry: dict[str, Any], texts: Texts) -> tuple[str, ...]:
    name = texts("margin").lower() if entry["name"] == "margin" else entry["name"]
    order = DASH if entry["order"] is None else f"{entry['order']:.2g}".replace("-", "\u2212")
    how = texts(entry["method"].replace(" ", "_"))
    return (
        f"{texts(entry['test'])}: {name}",
        decibel(entry["values_db"][-1], sign=True),
        decibel(entry["extrapolated_db"], sign=True),
        f"±{entry['bound_db']:.2f} dB",
        order,
        f"{how}: {entry['reason']}" if entry["reason"] else how,
    )
