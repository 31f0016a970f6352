"""What a plan says about levels, exemptions and what was not declared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from emtwin.benches.planning.entries import PlannedLevel
from emtwin.benches.planning.levels import Effective
from emtwin.benches.planning.port_use import AnyCable
from emtwin.scene import Twin
from emtwin.standards import Dip, Level
from emtwin.standards.levels import said_names
from emtwin.units import format_si

Rows = Sequence[Level | Dip]


def level(one: Effective) -> PlannedLevel:
    """A row as a plan shows it."""
    row = one.row
    said = _level_said(row) if isinstance(row, Level) else _dip_said(row)
    modulation = str(row.modulation or "") if isinstance(row, Level) else ""
    where = (row.citation, row.confidence, row.note, one.changed)
    return PlannedLevel(said, modulation, row.id, *where)


def _level_said(row: Level) -> str:
    parts = [row.said_level()]
    if row.coupling:
        parts[0] += f" {row.coupling.replace('_', ' ')}"
    if row.frequencies:
        said = listed(row.frequencies)
        # The mains has one frequency or the other; spots of the other tests are all tested.
        either = row.test == "power_frequency_magnetic"
        parts[0] += f" at {said.replace(', ', ' or ') if either else said}"
    elif row.frequency_from is not None and not row.bands:
        parts.append(f"{_hz(row.band[0])} to {_hz(row.band[1])}")
    parts += [f"in {said_names(row.bands)} bands"] if row.bands else []
    parts += [f"outside {said_names(row.except_bands)} bands"] if row.except_bands else []
    parts += [f"repetition {_hz(row.repetition)}"] if row.repetition else []
    return ", ".join(parts)


def _dip_said(row: Dip) -> str:
    angles = ", ".join(f"{angle:g}" for angle in row.angles)
    phases = ", one phase at a time" if row.phases == "single" else ""
    return row.said_level() + (f" at {angles} deg" if angles else "") + phases


def no_level(environment: str) -> str:
    """Reason why a test that the standard knows has no level here."""
    return f"the standard does not ask for it in the {environment} environment"


def exempted(cable: AnyCable | None, why: str) -> str:
    """Why a row does not hold for a cable, or for the device."""
    return f"cable {cable.name}: {why}" if cable else why


def stated(twin: Twin, test: str, rows: Sequence[Effective]) -> str:
    """The reason that the twin file gives for what it declares, after a colon."""
    magnetic, near = twin.device.magnetically_sensitive, twin.tests.proximity_magnetic
    if not any(one.row.conditions.magnetically_sensitive_parts for one in rows):
        return ""
    if magnetic is not None and magnetic.none is not None:
        return f": {magnetic.none}"
    own = test == "proximity_magnetic" and near.source_distance is not None
    return f": {near.reason}" if own else ""


def not_accepted(rows: Sequence[Effective] | Rows, authority: str) -> tuple[str, ...]:
    """Authorities that do not accept an exemption by length."""
    bare = [row.row if isinstance(row, Effective) else row for row in rows]
    who = dict.fromkeys(name for row in bare for name in row.conditions.length_not_accepted_by)
    return tuple(
        f"{name} does not accept the exemption of short cables: plan with --authority {name}"
        for name in who
        if name != authority
    )


def unknowns(twin: Twin, rows: Rows, cables: tuple[AnyCable, ...]) -> Iterator[str]:
    """What was not declared, and how the plan took it.

    Parameters
    ----------
    twin : Twin
        The declaration.
    rows : sequence of Level or Dip
        Rows that hold.
    cables : tuple of Cable or Line
        Cables for which they hold.

    Yields
    ------
    str
        One sentence each.
    """
    every = [row.conditions for row in rows]
    if any(c.cable_longer_than or c.cable_at_least for c in every):
        yield from _unknown(
            "length", [c for c in cables if c.length is None], "longer than every limit"
        )
    if any(c.outdoor_cables for c in every):
        yield from _unknown("outdoor", [c for c in cables if c.outdoor is None], "outdoor cables")
    if not cables and any(c.cable_longer_than or c.cable_at_least for c in every):
        yield "UNDECLARED: the cable of this port, taken as longer than every limit"
    if twin.device.magnetically_sensitive is None and any(
        c.magnetically_sensitive_parts for c in every
    ):
        yield "UNDECLARED: device.magnetically_sensitive, taken as sensitive"
    dc = twin.device.power.dc if twin.device.power else None
    if dc is not None and dc.fed_by is None and any(c.supply for c in every):
        yield "UNDECLARED: device.power.dc.fed_by, taken as a vehicle"
    if twin.device.life_supporting is None and any(c.life_support is not None for c in every):
        yield "UNDECLARED: device.life_supporting, so the levels of both kinds are listed"


def _unknown(field: str, cables: Sequence[AnyCable], taken: str) -> Iterator[str]:
    if cables:
        names = ", ".join(cable.name for cable in cables)
        yield f"UNDECLARED: {field} of {names}, taken as {taken}"


def of_test(twin: Twin, test: str, rows: Rows) -> Iterator[str]:
    """Remarks that belong to a test.

    Parameters
    ----------
    twin : Twin
        The declaration.
    test : str
        Name of the test.
    rows : sequence of Level or Dip
        Rows that hold.

    Yields
    ------
    str
        One sentence each.
    """
    yield from _sensitive(twin, rows)
    if test == "radiated_immunity":
        if not twin.device.intentional_receivers:
            yield "no intentional receiver is declared"
        for radio in twin.device.intentional_receivers:
            band = f"{_hz(radio.frequency_from)} to {_hz(radio.frequency_to)}"
            yield (
                f"intentional receiver {radio.name}, {band}: tested in its pass band too; basic "
                "safety and essential performance are kept, its reception itself is excluded"
            )
    distances = {row.distance for row in rows if isinstance(row, Level) and row.distance}
    for distance in sorted(distances):
        yield (
            f"levels hold for {distance:g} m to the transmitter; a smaller separation raises them "
            "(tests.proximity_rf.distance)"
        )
    yield from _supply_voltages(twin, rows)
    alternatives = dict.fromkeys(
        str(row.alternative_modulation)
        for row in rows
        if isinstance(row, Level) and row.alternative_modulation
    )
    for modulation in alternatives:
        yield f"the FM spot may be tested with {modulation} instead"


def _sensitive(twin: Twin, rows: Rows) -> Iterator[str]:
    magnetic = twin.device.magnetically_sensitive
    if magnetic and magnetic.parts and any(r.conditions.magnetically_sensitive_parts for r in rows):
        yield f"magnetically sensitive: {'; '.join(magnetic.parts)}"


def _supply_voltages(twin: Twin, rows: Rows) -> Iterator[str]:
    dips = [row for row in rows if isinstance(row, Dip) and row.rated_voltage]
    power = twin.device.power
    if not dips or power is None or power.ac is None:
        return
    ends = " and ".join(format_si(value, "V") for value in power.ac.voltage)
    if any(row.rated_voltage == "min_and_max" for row in dips):
        yield f"at the lowest and highest rated voltage: {ends}"
    else:
        yield f"at any one rated voltage: {ends.replace(' and ', ' to ')}"


def own_spots(twin: Twin, test: str, rows: Rows) -> Iterator[PlannedLevel]:
    """Magnetic spots that the manufacturer adds to those of the table."""
    if test != "proximity_magnetic":
        return
    declared = twin.tests.proximity_magnetic
    known = {f for row in rows if isinstance(row, Level) for f in row.frequencies}
    for spot in declared.spots:
        if spot.frequency not in known:
            said = f"{spot.level:g} A/m at {_hz(spot.frequency)}"
            source = "risk management of the manufacturer"
            yield PlannedLevel(said, "", "", source, "", changed=str(declared.reason))


def listed(frequencies: Sequence[float]) -> str:
    """Frequencies in one list, a unit that several share written once: ``810, 870, 930 MHz``."""
    said: list[tuple[str, str]] = []
    for frequency in frequencies:
        number, _, unit = _hz(frequency).partition(" ")
        if said and said[-1][1] == unit:
            said[-1] = (f"{said[-1][0]}, {number}", unit)
        else:
            said.append((number, unit))
    return ", ".join(f"{numbers} {unit}" for numbers, unit in said)


def _hz(frequency: float) -> str:
    return format_si(frequency, "Hz", 6)
