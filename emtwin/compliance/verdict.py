"""From a margin and its uncertainty to a verdict."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from emtwin.compliance.uncertainty import FLOOR_DB, Budget
from emtwin.errors import InputError
from emtwin.standards import AnyRow


class Outcome(StrEnum):
    """What a test of the standard came to."""

    PASS = "pass"
    MARGINAL = "marginal"
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"
    OUTSIDE_METHOD = "outside_method"


@dataclass(frozen=True)
class Verdict:
    """Result of one test.

    Parameters
    ----------
    test : str
        ``radiated_immunity`` or ``radiated_emission``.
    clause : str
        Standard, edition and clause.
    outcome : Outcome
        Pass, marginal, fail, not applicable or outside method.
    margin_db : float or None
        Distance to the threshold or limit in dB, positive on the good side.
    uncertainty_db : float or None
        Expanded uncertainty U (k = 2) in dB.
    worst : dict of str to float or str
        Where the margin is smallest: frequency, face, height, angle ...
    statement : str
        What was found, in one sentence.
    contributions : tuple of (str, float)
        Causes of U and their expanded uncertainty in dB; U is their
        root-sum-square.
    notes : tuple of str
        What a reader has to know besides.
    verified_by_refinement : bool
        A run at a second resolution confirmed the result.
    rows : tuple of str
        Ids of the rows of the standards that the verdict rests on.
    method, method_reason : str
        How it was computed (``full wave``, ``quasi-static``, ``circuit``), and why so.
    band, band_of_test : tuple of float or None
        Frequencies in Hz, from and to: what was computed, and what the test asks for.
    """

    test: str
    clause: str
    outcome: Outcome
    margin_db: float | None = None
    uncertainty_db: float | None = None
    worst: dict[str, float | str] = field(default_factory=dict)
    statement: str = ""
    contributions: tuple[tuple[str, float], ...] = ()
    notes: tuple[str, ...] = ()
    verified_by_refinement: bool = False
    rows: tuple[str, ...] = ()
    method: str = ""
    method_reason: str = ""
    band: tuple[float, float] | None = None
    band_of_test: tuple[float, float] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Fields as JSON-able values; an infinite margin becomes None."""
        values = {part.name: getattr(self, part.name) for part in fields(self)}
        values["outcome"] = self.outcome.value
        values["margin_db"] = _finite(self.margin_db)
        values["worst"] = {
            key: _finite(value) if isinstance(value, float) else value
            for key, value in self.worst.items()
        }
        values["contributions"] = [list(pair) for pair in self.contributions]
        values["notes"] = list(self.notes)
        values["rows"] = list(self.rows)
        for name in ("band", "band_of_test"):
            values[name] = values[name] and list(values[name])
        return values


def judge(margin_db: float, uncertainty_db: float) -> Outcome:
    """Compare a margin with its uncertainty.

    Parameters
    ----------
    margin_db : float
        Margin in dB, positive on the good side; plus infinity where there is
        no disturbance at all.
    uncertainty_db : float
        Expanded uncertainty U in dB, 0 or more.

    Returns
    -------
    Outcome
        Pass above U, fail below -U, marginal between, both ends included.

    Raises
    ------
    InputError
        If a value is not a number: a missing result never passes.
    """
    if math.isnan(margin_db) or not (math.isfinite(uncertainty_db) and uncertainty_db >= 0.0):
        raise InputError.single(
            f"no verdict from a margin of {margin_db:g} dB with an uncertainty of "
            f"{uncertainty_db:g} dB",
            remedy="report frequencies without a result as outside the method",
        )
    if margin_db > uncertainty_db:
        return Outcome.PASS
    return Outcome.FAIL if margin_db < -uncertainty_db else Outcome.MARGINAL


def decide(
    test: str,
    clause: str,
    margin_db: float,
    budget: Budget,
    rows: Iterable[AnyRow],
    *,
    worst: Mapping[str, float | str] | None = None,
    statement: str = "",
    notes: Iterable[str] = (),
    band: tuple[float, float] | None = None,
    band_of_test: tuple[float, float] | None = None,
) -> Verdict:
    """Verdict of a test that was computed.

    Parameters
    ----------
    test : str
        ``radiated_immunity`` or ``radiated_emission``.
    clause : str
        Standard, edition and clause.
    margin_db : float
        Smallest margin in dB.
    budget : Budget
        Uncertainty of that margin.
    rows : iterable of Row
        Rows of the standards that the verdict rests on: level or limit at the
        worst point, and uncertainty. A row of low confidence never decides:
        the outcome is then marginal.
    worst : mapping of str to float or str, optional
        Where the margin is smallest.
    statement : str, optional
        What was found, in one sentence.
    notes : iterable of str, optional
        What a reader has to know besides.
    band, band_of_test : tuple of float, optional
        Frequencies in Hz, from and to: what was computed, and what the test asks for.

    Returns
    -------
    Verdict
        With a note for every reservation.

    Raises
    ------
    InputError
        If the margin is not a number.
    """
    rested_on = tuple(rows)
    uncertainty = budget.expanded_db
    outcome = judge(margin_db, uncertainty)
    doubts = [_doubt(row) for row in rested_on if row.confidence == "low"]
    if doubts:
        outcome = Outcome.MARGINAL
    if not budget.verified_by_refinement:
        doubts.append(f"not verified by refinement: the uncertainty is at least {FLOOR_DB:g} dB")
    return Verdict(
        test=test,
        clause=clause,
        outcome=outcome,
        margin_db=margin_db,
        uncertainty_db=uncertainty,
        worst=dict(worst or {}),
        statement=statement,
        contributions=budget.table,
        notes=(*notes, *doubts),
        verified_by_refinement=budget.verified_by_refinement,
        rows=tuple(row.id for row in rested_on),
        band=band,
        band_of_test=band_of_test,
    )


def not_applicable(test: str, clause: str, reason: str) -> Verdict:
    """Verdict of a test that the user declared not applicable.

    Parameters
    ----------
    test, clause : str
        Test, and standard with clause.
    reason : str
        The stated reason; empty is an error.

    Returns
    -------
    Verdict
        Without margin.

    Raises
    ------
    InputError
        If the reason is empty.
    """
    return _without_margin(Outcome.NOT_APPLICABLE, test, clause, reason)


def outside_method(test: str, clause: str, reason: str) -> Verdict:
    """Verdict of a test that this method cannot answer.

    Parameters
    ----------
    test, clause : str
        Test, and standard with clause.
    reason : str
        Why not; empty is an error.

    Returns
    -------
    Verdict
        Without margin.

    Raises
    ------
    InputError
        If the reason is empty.
    """
    return _without_margin(Outcome.OUTSIDE_METHOD, test, clause, reason)


def _without_margin(outcome: Outcome, test: str, clause: str, reason: str) -> Verdict:
    if not reason.strip():
        raise InputError.single(
            f"'{outcome.value}' needs a stated reason",
            field=f"tests.{test}",
            remedy="say why the test does not apply to this device",
        )
    return Verdict(test, clause, outcome, statement=reason)


def _doubt(row: AnyRow) -> str:
    return f"row '{row.id}' has low confidence ({row.source}) and does not decide alone"


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
