"""Emission tests of a plan: CISPR 11 by class and group, and the mains tests beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from emtwin.benches.planning.context import COMPUTED, Context
from emtwin.benches.planning.entries import PlannedLevel, PlannedTest
from emtwin.benches.planning.port_use import AnyCable, PortUse, mains_of
from emtwin.benches.planning.runs import runs_of
from emtwin.compliance.limits import highest_measured_frequency
from emtwin.scene import Cable, Twin
from emtwin.standards import Limit
from emtwin.standards.terms import TITLES
from emtwin.units import format_si

LARGEST_CURRENT = 16.0
"""Rated current per phase in ampere up to which IEC 61000-3-2 and -3-3 apply."""

MAINS_TESTS = {
    "harmonics": ("harmonic currents", "IEC 61000-3-2"),
    "flicker": ("voltage fluctuations and flicker", "IEC 61000-3-3"),
}
"""Tests that apply beside CISPR 11 and are outside emtwin, with their standards."""

_STANDARD = "CISPR 11"


def emission_tests(context: Context) -> Iterator[PlannedTest]:
    """Radiated, conducted and magnetic emission, harmonic currents and flicker.

    Parameters
    ----------
    context : Context
        Device, standards and solver.

    Yields
    ------
    PlannedTest
        One for each test.
    """
    mains = mains_of(context.twin)
    yield _radiated(context)
    yield _conducted(context, mains)
    yield _magnetic(context)
    for test, (title, standard) in MAINS_TESTS.items():
        yield _mains(context, test, title, standard, mains)


def limit_rows(context: Context, test: str) -> tuple[Limit, ...]:
    """Pieces of the limit lines that hold for the class, group and power of the device.

    Parameters
    ----------
    context : Context
        Device and standards.
    test : str
        Name of the test.

    Returns
    -------
    tuple of Limit
        By detector, then by rising frequency.
    """
    twin = context.twin
    highest = twin.device.highest_frequency
    found = [
        row
        for row in context.standards.limits
        if row.standard == _STANDARD
        and context.standards.registry.is_current(row)
        and row.test == test
        and row.holds_for(twin.equipment_class, twin.device.equipment.group, twin.rated_power)
        and row.port in (None, "ac_mains")
        and not (row.fluctuating or row.magnetron)
        and row.covers_work(highest)
    ]
    return tuple(sorted(found, key=lambda row: (row.detector != "quasi_peak", row.frequency_from)))


def _entry(
    context: Context,
    test: str,
    port: str,
    rows: Sequence[Limit],
    why: str,
    remarks: tuple[str, ...],
    cables: tuple[AnyCable, ...] = (),
) -> PlannedTest:
    """An emission test that applies; without limits in the data it says so."""
    band = (
        min((row.frequency_from for row in rows), default=150e3),
        max((row.frequency_to for row in rows), default=30e6),
    )
    modelled = any(isinstance(cable, Cable) for cable in cables)
    lacking = () if rows else ("the data hold no limit for this class, group and power",)
    return PlannedTest(
        test,
        TITLES[test],
        port,
        tuple(cable.name for cable in cables),
        "applies",
        why,
        _STANDARD,
        tuple(map(_level, rows)),
        methods=context.methods(test, port, band, modelled),
        runs=runs_of(context.twin, test),
        verdict=test in COMPUTED,
        remarks=(*remarks, *lacking),
    )


def _radiated(context: Context) -> PlannedTest:
    test, twin = "radiated_emission", context.twin
    declared = twin.tests.radiated_emission
    if declared.not_applicable is not None:
        return _refused(test, TITLES[test], "enclosure", declared.not_applicable)
    every = limit_rows(context, test)
    rows = [row for row in every if row.distance == declared.distance]
    return _entry(context, test, "enclosure", rows, _kind(twin), tuple(_radiated_remarks(context)))


def _radiated_remarks(context: Context) -> Iterator[str]:
    twin = context.twin
    highest, power = twin.device.highest_frequency, twin.device.power
    if highest is None:
        yield (
            "UNDECLARED: device.highest_frequency; CISPR 11:2024 (not yet referred to by "
            "IEC 60601-1-2) asks for emission above 1 GHz by it"
        )
    elif (end := highest_measured_frequency(highest, context.standards)) > 1e9:
        sure = context.standards.parameter("cispr11-ed7-range-1-internal").confidence
        yield (
            f"CISPR 11:2024 (not yet referred to by IEC 60601-1-2) goes up to {_hz(end)} for a "
            f"highest frequency of {_hz(highest)} ({sure} confidence)"
        )
    if twin.device.equipment.group == 2:
        yield "the fundamental in a designated ISM band has no limit"
        magnetrons = [row for row in context.standards.limits if row.magnetron]
        if any(row.equipment_class == twin.equipment_class for row in magnetrons):
            yield "with a magnetron average limits hold too: `emtwin standards magnetron`"
    if power and power.dc and power.dc.fed_by == "vehicle":
        yield "in a vehicle CISPR 25 applies too; it is outside emtwin"
    names = [radio.name for radio in twin.device.intentional_transmitters]
    if names:
        yield f"intentional transmitters: {', '.join(names)}"


def _conducted(context: Context, mains: PortUse) -> PlannedTest:
    test, twin = "conducted_emission", context.twin
    reason = twin.tests.conducted_emission.not_applicable
    absent = _absent(test, TITLES[test], mains, reason)
    if absent is not None:
        return absent
    remarks = list(mains.remarks)
    power = twin.device.power
    if power is not None and power.ac is not None:
        ends = " and ".join(format_si(value, "V") for value in power.ac.voltage)
        remarks.append(f"at the lowest and highest rated voltage: {ends}")
    rows = limit_rows(context, test)
    return _entry(context, test, "ac_mains", rows, _kind(twin), tuple(remarks), mains.cables)


def _magnetic(context: Context) -> PlannedTest:
    test, twin = "magnetic_emission", context.twin
    reason = twin.tests.magnetic_emission.not_applicable
    if reason is not None:
        return _refused(test, TITLES[test], "enclosure", reason)
    if twin.device.equipment.group == 1:
        why = "group 1: CISPR 11 has limits of the magnetic field for group 2 only"
        return PlannedTest(test, TITLES[test], "enclosure", (), "not_applicable", why)
    rows = limit_rows(context, test)
    nearest = min((row.distance or 0.0 for row in rows), default=0.0)
    kept = [row for row in rows if row.distance == nearest]
    return _entry(context, test, "enclosure", kept, _kind(twin), ())


def _mains(context: Context, test: str, title: str, standard: str, mains: PortUse) -> PlannedTest:
    """Harmonic currents or flicker: applies by the rated current, outside emtwin."""
    twin = context.twin
    absent = _absent(test, title, mains, getattr(twin.tests, test).not_applicable)
    if absent is not None:
        return absent
    power = twin.device.power
    current = power.ac.current if power and power.ac else None
    limit = format_si(LARGEST_CURRENT, "A")
    if current is not None and current > LARGEST_CURRENT:
        why = f"rated current of {format_si(current, 'A')} per phase, above {limit}"
        return PlannedTest(test, title, "ac_mains", (), "not_applicable", why)
    if current is None:
        why = f"mains of up to {limit} per phase: UNDECLARED rated current, taken as below"
    else:
        why = f"rated current of {format_si(current, 'A')} per phase, not above {limit}"
    return PlannedTest(
        test,
        title,
        "ac_mains",
        tuple(cable.name for cable in mains.cables),
        "applies",
        why,
        standard,
        methods=context.methods(test, "ac_mains", (50.0, 60.0), bool(mains.cables)),
        remarks=(
            *mains.remarks,
            "on the public low-voltage network only; outside emtwin",
        ),
    )


def _absent(test: str, title: str, mains: PortUse, reason: str | None) -> PlannedTest | None:
    """The entry of a mains test that the file refuses, or whose port is not there."""
    if reason is not None:
        return _refused(test, title, "ac_mains", reason)
    if mains.present is None:
        return PlannedTest(test, title, "ac_mains", (), "undeclared", mains.why)
    if not mains.present:
        return PlannedTest(test, title, "ac_mains", (), "not_applicable", mains.why)
    return None


def _refused(test: str, title: str, port: str, reason: str) -> PlannedTest:
    why = f"declared by the manufacturer: {reason}"
    return PlannedTest(test, title, port, (), "not_applicable", why)


def _kind(twin: Twin) -> str:
    return f"class {twin.equipment_class}, group {twin.device.equipment.group}"


def _level(row: Limit) -> PlannedLevel:
    same = row.limit_from == row.limit_to
    value = f"{row.limit_from:g}" + ("" if same else f" to {row.limit_to:g}")
    detector = row.detector.replace("_", "-")
    place = f" at {row.distance:g} m" if row.distance else ""
    said = f"{value} {row.unit} {detector}{place}, {_hz(row.frequency_from)} to "
    said += _hz(row.frequency_to)
    return PlannedLevel(said, "", row.id, row.citation, row.confidence, row.note)


def _hz(frequency: float) -> str:
    return format_si(frequency, "Hz", 6)
