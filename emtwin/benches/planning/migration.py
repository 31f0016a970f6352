"""From an older edition to the current one: levels side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from emtwin.benches.planning.entries import Change, PlannedTest


def changes_of(before: Sequence[PlannedTest], now: Sequence[PlannedTest]) -> tuple[Change, ...]:
    """Tests whose levels differ between two plans.

    Parameters
    ----------
    before, now : sequence of PlannedTest
        Immunity tests by the older and by the current edition.

    Returns
    -------
    tuple of Change
        In the order of the current plan, then what only the older one has.
    """
    return tuple(_changes(_levels(before), _levels(now)))


def _levels(tests: Sequence[PlannedTest]) -> dict[tuple[str, str], str]:
    """Levels in words by test and port, of tests that apply."""
    return {
        (test.test, test.port): "; ".join(
            f"{level.said}{f', {level.modulation}' if level.modulation else ''}"
            for level in test.levels
        )
        for test in tests
        if test.status == "applies"
    }


def _changes(
    before: dict[tuple[str, str], str], now: dict[tuple[str, str], str]
) -> Iterator[Change]:
    for test, port in dict.fromkeys([*now, *before]):
        old, new = before.get((test, port), ""), now.get((test, port), "")
        if old != new:
            yield Change(test, port, old, new)
