"""Rows that say certain words."""

from __future__ import annotations

import re

from emtwin.standards.kinds import AnyRow
from emtwin.standards.levels import Level
from emtwin.standards.store import Standards, load


def query(text: str = "", standards: Standards | None = None) -> tuple[AnyRow, ...]:
    """Rows that contain every word of a text.

    Parameters
    ----------
    text : str
        Words in any order, case ignored, looked for in everything that a row
        says, for example ``"radiated home"`` or ``"cispr 11 class b 3 m"``. A
        number or single letter counts together with a neighbour: ``group 1``,
        ``3 m``. Empty: all rows.
    standards : Standards, optional
        Where to look; the package's own rows if left out.

    Returns
    -------
    tuple of Level, Limit or Parameter
        Matching rows, each with ``id``, ``citation``, ``summary()``,
        ``confidence`` and ``source``.
    """
    words = text.casefold().split()
    rows = (standards or load()).rows
    return tuple(row for row in rows if _says_all(_searched(row), words))


def _says_all(said: str, words: list[str]) -> bool:
    tokens = f" {' '.join(re.sub(r'[-,:;()]', ' ', said).split())} "
    return all(_says(said, tokens, words, at) for at in range(len(words)))


def _says(said: str, tokens: str, words: list[str], at: int) -> bool:
    if len(words[at]) > 2:
        return words[at] in said
    if len(words[at]) == 2 and words[at].isalpha():
        return f" {words[at]}" in tokens
    phrases = [" ".join(words[at - 1 : at + 1])] if at > 0 else []
    phrases += [" ".join(words[at : at + 2])] if at + 1 < len(words) else []
    return any(f" {phrase}" in tokens for phrase in phrases or words)


def _searched(row: AnyRow) -> str:
    said = (row.id, row.citation, row.summary(), row.note, row.confidence, row.kind)
    extra = row.basic_standard if isinstance(row, Level) else ""
    return " ".join((*said, extra)).casefold()
