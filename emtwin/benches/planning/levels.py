"""Levels that hold for a device: those of its environment, or the manufacturer's with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from emtwin.errors import InputError, Problem
from emtwin.scene import ImmunityTest, LoadedTwin
from emtwin.standards import Dip, Level, Standards, applying
from emtwin.standards.proximity import transmitter_field

_KILO = {"kV": 1e3}
_STEPPED = frozenset({"esd", "surge"})
"""Tests that go through all levels up to the highest."""

_FACTOR = "iec60601-1-2-proximity-factor"
"""Id of the factor k in level = k sqrt(power) / distance."""


@dataclass(frozen=True)
class Effective:
    """A row as it holds for the device.

    Parameters
    ----------
    row : Level or Dip
        The row with the level that holds.
    changed : str
        What the twin file changed, and why; empty where nothing.
    """

    row: Level | Dip
    changed: str = ""


def effective_rows(
    loaded: LoadedTwin, test: str, port: str, standards: Standards, edition: str | None = None
) -> tuple[Effective, ...]:
    """Rows of a test at a port with the levels that hold for the device.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    test, port : str
        Test and port.
    standards : Standards
        Where the rows are.
    edition : str, optional
        Edition of IEC 60601-1-2; the current one if left out.

    Returns
    -------
    tuple of Effective
        Rows of the environment, or of the one that the twin file names, with declared levels in
        their place. Conditions of cables are not looked at here.

    Raises
    ------
    InputError
        If a level is lower than that of a fixed environment, or a special environment gives
        none.
    """
    declared: ImmunityTest = getattr(loaded.twin.tests, test)
    environment = loaded.twin.environment
    _refuse_lower(loaded, test, port, standards, edition)
    if environment == "special" and not declared.own_levels:
        raise InputError([_no_level(loaded, test, declared)])
    base = declared.levels_of or ("professional" if environment == "special" else environment)
    rows = _level_rows(standards, test, port, base, edition)
    return tuple(_effective(row, declared, base, environment, standards) for row in rows)


def radiated_immunity_level_of(loaded: LoadedTwin, standards: Standards) -> tuple[Level, str]:
    """Row of the radiated RF field with the level that holds for the device.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    standards : Standards
        Where the row is.

    Returns
    -------
    row : Level
        ``levels[0]`` is the rms of the unmodulated carrier in V/m.
    changed : str
        What the twin file changed, and why; empty where nothing.

    Raises
    ------
    InputError
        If no level can be had, as for `effective_rows`.
    """
    found = effective_rows(loaded, "radiated_immunity", "enclosure", standards)
    for one in found:
        if isinstance(one.row, Level):
            return one.row, one.changed
    raise InputError.single(
        f"no radiated RF level for the environment '{loaded.twin.environment}'",
        field="environment",
        remedy="use professional, home or special; see `emtwin standards radiated`",
    )


def clause_of(loaded: LoadedTwin, test: str, port: str, standards: Standards) -> str:
    """Standard, edition and clause of a test at a port, without looking at its level."""
    found = applying(standards, test=test, port=port, environment=loaded.twin.environment)
    return found[0].citation if found else ""


def _level_rows(
    standards: Standards, test: str, port: str, environment: str, edition: str | None
) -> tuple[Level | Dip, ...]:
    """Rows of IEC 60601-1-2 that hold levels."""
    found = applying(standards, test=test, port=port, environment=environment, edition=edition)
    return tuple(row for row in found if isinstance(row, Level | Dip))


def _effective(
    row: Level | Dip,
    declared: ImmunityTest,
    base: str,
    environment: str,
    standards: Standards,
) -> Effective:
    """A row with what the twin file declares in its place."""
    changes: dict[str, Any] = {}
    said: list[str] = []
    if isinstance(row, Level):
        changes, said = _changes(row, declared, environment, standards)
    if environment == "special" and not said:
        said.append(f"as in the {base} environment")
    elif environment not in ("special", base):
        said.insert(0, f"levels of the {base} environment")
    changed = f"{', '.join(said)}; {declared.reason}" if said else ""
    return Effective(row.model_copy(update=changes) if changes else row, changed)


def _changes(
    row: Level, declared: ImmunityTest, environment: str, standards: Standards
) -> tuple[dict[str, Any], list[str]]:
    """New values of a row's fields, and what the table has instead."""
    changes: dict[str, Any] = {}
    said = []
    levels = _own_levels(row, declared, standards)
    higher = bool(levels) and max(levels) > max(row.levels)
    if levels and (higher or environment == "special"):
        # A higher level does not do away with those of the table below it.
        table = row.levels if row.test in _STEPPED and environment != "special" else ()
        changes["levels"] = tuple(sorted({*table, *levels}))
        said.append(f"{row.said_level()} in the table")
        distance = getattr(declared, "distance", None)
        if distance is not None:
            changes |= {"distance": distance, "formula": None}
            said.append(f"{distance:g} m to the transmitter")
    modulation = _own_modulation(row, declared)
    if modulation is not None:
        changes["modulation"] = modulation
        said.append(f"{row.modulation} in the table")
    return changes, said


def _own_levels(row: Level, declared: ImmunityTest, standards: Standards) -> tuple[float, ...]:
    """Declared levels for a row in its unit; empty where there are none."""
    field, unit = _field_of(row), _KILO.get(row.unit, 1.0)
    if row.test == "proximity_rf":
        distance = getattr(declared, "distance", None)
        if distance is None or row.power is None:
            return ()
        factor = standards.parameter(_FACTOR).value
        return (float(f"{transmitter_field(row.power, distance, factor):.3g}"),)
    if row.test == "proximity_magnetic":
        spots = {spot.frequency: spot.level for spot in getattr(declared, "spots", ())}
        return tuple(spots[f] for f in row.frequencies if f in spots)
    value = getattr(declared, field, None) if field else None
    if field == "level_in_bands" and value is None:
        # The level of the whole range holds inside the bands too, where it is the higher one.
        whole = getattr(declared, "level", None) or 0.0
        value = whole if whole > max(row.levels) else None
    values = value if isinstance(value, tuple) else () if value is None else (value,)
    return tuple(one / unit for one in values)


def _field_of(row: Level) -> str:
    """Field of the declared test that gives a row's level; empty for none."""
    if row.test in ("esd", "surge"):
        return row.coupling or ""
    if row.test == "conducted_immunity" and row.bands:
        return "level_in_bands"
    return "level"


def _own_modulation(row: Level, declared: ImmunityTest) -> Any:
    frequency = getattr(declared, "modulation_frequency", None)
    if frequency is None or row.modulation is None or row.modulation.form != "am":
        return None
    return row.modulation.model_copy(update={"frequency": frequency})


def _no_level(loaded: LoadedTwin, test: str, declared: ImmunityTest) -> Problem:
    return loaded.problem(
        f"tests.{test}",
        "a special environment has no fixed levels, and the twin file gives none for this test",
        f"write '{test}: {{{declared.changed_by}, reason: WHY}}', or levels_of: home with a "
        "reason, or not_applicable: REASON",
    )


def _refuse_lower(
    loaded: LoadedTwin, test: str, port: str, standards: Standards, edition: str | None
) -> None:
    """A fixed environment lets levels be raised, not lowered."""
    environment = loaded.twin.environment
    if environment != "special":
        problems = list(_lower(loaded, test, port, standards, edition, environment))
        if problems:
            raise InputError(problems)


def _lower(
    loaded: LoadedTwin,
    test: str,
    port: str,
    standards: Standards,
    edition: str | None,
    environment: str,
) -> Iterator[Problem]:
    declared: ImmunityTest = getattr(loaded.twin.tests, test)
    remedy = "raise it, or write 'environment: special' if the risk management justifies less"
    if environment == "home" and declared.levels_of == "professional":
        message = "the levels of the professional environment are lower than those at home"
        yield loaded.problem(f"tests.{test}.levels_of", message, remedy)
    rows = [
        row
        for row in _level_rows(standards, test, port, environment, edition)
        if isinstance(row, Level) and row.levels
    ]
    for field in dict.fromkeys(_field_named(test, row) for row in rows):
        mine = [row for row in rows if _field_named(test, row) == field]
        own = [_own_levels(row, declared, standards) for row in mine]
        pairs = [(row, levels) for row, levels in zip(mine, own, strict=True) if levels]
        low = [(row, levels) for row, levels in pairs if max(levels) < max(row.levels)]
        # One EFT level stands for ports with different levels: the higher of the two holds.
        if low and test != "eft":
            row, levels = low[0]
            message = f"{max(levels):g} {row.unit} is below the {row.said_level()} of {row.clause}"
            yield loaded.problem(f"tests.{test}.{field}", message, remedy)


def _field_named(test: str, row: Level) -> str:
    """Field of the twin file that a message names."""
    special = {"proximity_rf": "distance", "proximity_magnetic": "spots"}
    return special.get(test) or _field_of(row)
