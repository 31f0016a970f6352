"""What no row can know alone: ids used twice, pieces that overlap, formulas that do not hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from emtwin.errors import Problem
from emtwin.standards.bands import Band
from emtwin.standards.exposure import ExposurePiece
from emtwin.standards.kinds import AnyRow
from emtwin.standards.levels import Level
from emtwin.standards.limits import Limit
from emtwin.standards.parameters import Parameter
from emtwin.standards.proximity import transmitter_field
from emtwin.standards.receivers import Receiver
from emtwin.standards.uncertainties import Uncertainty

Placed = tuple[AnyRow, Problem]
Range = tuple[float, float]


def check(rows: Sequence[Placed]) -> Iterator[Problem]:
    """Problems between rows.

    Parameters
    ----------
    rows : sequence of (row, Problem)
        All good rows of a folder, each with its file, line and id.

    Yields
    ------
    Problem
        With the place of the later of two rows.
    """
    yield from _used_twice(rows)
    yield from _said_twice(rows)
    yield from _overlaps(rows)
    yield from _unnamed_bands(rows)
    yield from _formulas(rows)


def _used_twice(rows: Sequence[Placed]) -> Iterator[Problem]:
    first: dict[str, Problem] = {}
    for row, place in rows:
        if row.id in first:
            where = f"{first[row.id].file}:{first[row.id].line}"
            said = f"the id is already used at {where}"
            yield replace(place, message=said, remedy="give each row its own id")
        first.setdefault(row.id, place)


def _said_twice(rows: Sequence[Placed]) -> Iterator[Problem]:
    first: dict[Hashable, AnyRow] = {}
    for row, place in rows:
        said = [(row.kind, row.standard, row.edition, fact) for fact in row.facts]
        earlier = next((first[fact] for fact in said if fact in first), row)
        if earlier.id != row.id:
            message = f"it says again what '{earlier.id}' says"
            yield replace(place, message=message, remedy="keep one of the two rows")
        for fact in said:
            first.setdefault(fact, row)


def _overlaps(rows: Sequence[Placed]) -> Iterator[Problem]:
    """Pieces of one limit line, bands of a list or of receivers, levels of one question."""
    lines: dict[Hashable, list[tuple[Range, Placed]]] = defaultdict(list)
    for row, place in rows:
        for line, piece in _pieces(row):
            lines[line].append((piece, (row, place)))
    told = set()
    for pieces in lines.values():
        for (one, (first, _)), (other, (row, place)) in combinations(pieces, 2):
            apart = max(one[0], other[0]) >= min(one[1], other[1]) or _other_power(first, row)
            if not apart and first.id != row.id and (first.id, row.id) not in told:
                told.add((first.id, row.id))
                said = f"its frequency range overlaps that of '{first.id}'"
                yield replace(place, message=said, remedy="the ranges may only touch")


def _other_power(one: AnyRow, other: AnyRow) -> bool:
    """Whether two limits hold for rated powers apart from each other."""
    if not (isinstance(one, Limit) and isinstance(other, Limit)):
        return False
    return not one.shares_power(other)


def _pieces(row: AnyRow) -> Iterator[tuple[Hashable, Range]]:
    """The lines that the row is a piece of, and its range in hertz on them."""
    if isinstance(row, Receiver):
        yield (row.kind, row.standard, row.edition), (row.frequency_from, row.frequency_to)
    elif isinstance(row, Uncertainty):
        if row.frequency_from is not None and row.frequency_to is not None:
            line = (row.kind, row.standard, row.edition, row.test, row.method)
            yield line, (row.frequency_from, row.frequency_to)
    elif isinstance(row, Limit | ExposurePiece):
        yield row.line, (row.frequency_from, row.frequency_to)
    elif isinstance(row, Band):
        yield row.list, (row.frequency_from, row.frequency_to)
    elif isinstance(row, Level) and row.frequency_from is not None:
        question = (row.standard, row.edition, row.test, row.port, row.coupling)
        when = (row.bands, row.except_bands, row.conditions)
        for environment in row.environments:
            yield (*question, *when, environment), row.band


def _unnamed_bands(rows: Sequence[Placed]) -> Iterator[Problem]:
    known = {(row.standard, row.name) for row, _ in rows if isinstance(row, Band)}
    for row, place in rows:
        if isinstance(row, Level):
            for name in (*row.bands, *row.except_bands):
                if (row.standard, name) not in known:
                    said = f"no row of kind band has the name '{name}' in {row.standard}"
                    yield replace(place, message=said, remedy="add the bands or correct the name")


def _formulas(rows: Sequence[Placed]) -> Iterator[Problem]:
    """The level of a formula is the printed one: rounded to a whole number."""
    factors = {row.id: row.value for row, _ in rows if isinstance(row, Parameter)}
    for row, place in rows:
        if not isinstance(row, Level) or row.formula is None:
            continue
        if row.formula not in factors:
            said = f"no parameter has the id '{row.formula}' of the formula"
            yield replace(place, message=said, remedy="add the parameter or correct the id")
        elif row.power is not None and row.distance is not None and row.levels:
            field = transmitter_field(row.power, row.distance, factors[row.formula])
            if row.levels != (round(field),):
                said = (
                    f"{factors[row.formula]:g} sqrt({row.power:g} W) / {row.distance:g} m is "
                    f"{field:.2f} {row.unit}, not {row.said_level()}"
                )
                yield replace(place, message=said, remedy="correct level, power or distance")
