"""Immunity tests of a plan: at every port, what applies, and why or why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

from emtwin.benches import methods
from emtwin.benches.planning import wording
from emtwin.benches.planning.context import COMPUTED, Context
from emtwin.benches.planning.durations import duration_of
from emtwin.benches.planning.entries import Frequencies, PlannedTest
from emtwin.benches.planning.levels import Effective, effective_rows
from emtwin.benches.planning.port_use import AnyCable, PortUse, ports_of, situation
from emtwin.benches.planning.runs import runs_of
from emtwin.benches.planning.sweeps import spots_of, sweep_of
from emtwin.scene import Cable
from emtwin.standards import Level, Limit, applying
from emtwin.standards.applying import bands_named
from emtwin.standards.terms import TITLES, ImmunityTest

IMMUNITY = tuple(test for test in TITLES if test in get_args(ImmunityTest))
"""Immunity tests in the order of a plan."""

_MAINS = (50.0, 60.0)  # band of tests that are about the supply itself, hertz


def immunity_tests(context: Context) -> Iterator[PlannedTest]:
    """Every immunity test at every port that the standard has it for.

    Parameters
    ----------
    context : Context
        Device, standards and solver.

    Yields
    ------
    PlannedTest
        In the order of the tests, then of the ports.

    Raises
    ------
    InputError
        If a declared level is lower than a fixed environment allows, or missing in a special
        one.
    """
    for test in IMMUNITY:
        reason = getattr(context.twin.tests, test).not_applicable
        known = [use for use in ports_of(context.twin, test) if _known(context, test, use.port)]
        if reason is not None and known:
            where = known[0].port if len(known) == 1 else "all"
            yield _refused(test, where, f"declared by the manufacturer: {reason}")
            continue
        for use in known:
            yield _at_port(context, test, use)


def _known(context: Context, test: str, port: str) -> bool:
    """Whether the standard has a test at a port, in any environment."""
    found = applying(context.standards, test=test, port=port, edition=context.edition)
    return bool(found)


def _asked_for(context: Context, test: str, port: str) -> bool:
    """Whether the environment, or the one whose levels the twin file takes, has the test."""
    taken = getattr(context.twin.tests, test).levels_of or context.twin.environment

    def rows(environment: str, of: str | None = None) -> bool:
        """Whether the edition has rows for an environment, of a test or of any."""
        found = applying(
            context.standards,
            test=of,
            port=port if of else None,
            environment=environment,
            edition=context.edition,
        )
        return any(not isinstance(row, Limit) for row in found)

    if taken == "special" and not rows("special"):
        taken = "professional"  # an edition that knows no special environment
    return rows(taken, test)


def _refused(test: str, port: str, why: str, remarks: tuple[str, ...] = ()) -> PlannedTest:
    return PlannedTest(test, TITLES[test], port, (), "not_applicable", why, remarks=remarks)


def _at_port(context: Context, test: str, use: PortUse) -> PlannedTest:
    """The entry for a test at one port."""
    if use.present is False:
        return _refused(test, use.port, use.why)
    if not _asked_for(context, test, use.port):
        return _refused(test, use.port, wording.no_level(context.twin.environment))
    if use.present is None:
        return PlannedTest(test, TITLES[test], use.port, (), "undeclared", use.why)
    rows = effective_rows(context.loaded, test, use.port, context.standards, context.edition)
    holding, exempt = _sorted_out(context, use, rows)
    if not holding:
        reasons = dict.fromkeys(wording.exempted(cable, why) for cable, why in exempt)
        accepted = wording.not_accepted(rows, context.authority)
        stated = wording.stated(context.twin, test, rows)
        return _refused(test, use.port, "; ".join(reasons) + stated, accepted)
    return _applying(context, test, use, holding, exempt)


Target = AnyCable | None
Exempt = list[tuple[Target, str]]


def _sorted_out(
    context: Context, use: PortUse, rows: Sequence[Effective]
) -> tuple[dict[str, tuple[Effective, list[Target]]], Exempt]:
    """Rows that hold for a cable, with these cables; and cables for which none holds."""
    holding: dict[str, tuple[Effective, list[Target]]] = {}
    exempt: Exempt = []
    for target in use.cables or (None,):
        known = situation(context.twin, target, context.size, context.authority)
        against = {one.row.id: one.row.conditions.reason_against(known) for one in rows}
        if all(against.values()):
            exempt.append((target, "; ".join(dict.fromkeys(against.values()))))
        for one in rows:
            if not against[one.row.id]:
                holding.setdefault(one.row.id, (one, []))[1].append(target)
    return holding, exempt


def _applying(
    context: Context,
    test: str,
    use: PortUse,
    holding: dict[str, tuple[Effective, list[Target]]],
    exempt: Exempt,
) -> PlannedTest:
    """An entry that applies."""
    effective = [one for one, _ in holding.values()]
    rows = [one.row for one in effective]
    targets = dict.fromkeys(c for _, cables in holding.values() for c in cables if c is not None)
    frequencies = _frequencies(context, test, [row for row in rows if isinstance(row, Level)])
    remarks = (
        *use.remarks,
        *(wording.exempted(cable, why) for cable, why in exempt),
        *(wording.not_accepted(rows, context.authority) if exempt else ()),
        *wording.unknowns(context.twin, rows, tuple(targets)),
        *wording.of_test(context.twin, test, rows),
    )
    return PlannedTest(
        test,
        TITLES[test],
        use.port,
        tuple(cable.name for cable in targets),
        "applies",
        use.why,
        rows[0].basic_standard,
        (*map(wording.level, effective), *wording.own_spots(context.twin, test, rows)),
        frequencies,
        duration_of(test, use.port, rows, frequencies, context.standards),
        context.methods(
            test,
            use.port,
            _band(context, test, rows),
            any(isinstance(cable, Cable) for cable in targets),
            frequencies.spots if frequencies else (),
        ),
        runs_of(context.twin, test),
        test in COMPUTED,
        tuple(dict.fromkeys(remarks)),
    )


def _band(context: Context, test: str, rows: Sequence[object]) -> tuple[float, float]:
    """Band of a test in hertz."""
    if test in methods.IMPULSES:
        return methods.impulse_band(test, context.standards)
    levels = [row for row in rows if isinstance(row, Level)]
    spots = [f for row in levels for f in row.frequencies]
    ranges = [f for row in levels if row.frequency_from and not row.frequencies for f in row.band]
    ends = spots + ranges
    return (min(ends), max(ends)) if ends else _MAINS


def _frequencies(context: Context, test: str, rows: Sequence[Level]) -> Frequencies | None:
    """Sweep or spots of a test; None for impulses, dips and mains frequency."""
    if test not in (
        "radiated_immunity",
        "conducted_immunity",
        "proximity_rf",
        "proximity_magnetic",
    ):
        return None
    basic = "iec61000-4-6" if test == "conducted_immunity" else "iec61000-4-3"
    declared = getattr(getattr(context.twin.tests, test), "dwell", None) or 0.0
    dwell = max(declared, context.standards.parameter(f"{basic}-dwell").value)
    if any(row.frequencies for row in rows):
        own = context.twin.tests.proximity_magnetic.spots if test == "proximity_magnetic" else ()
        return spots_of(rows, dwell, tuple(spot.frequency for spot in own))
    swept = [row for row in rows if row.frequency_from is not None]
    if not swept:
        return None
    step = context.standards.parameter(f"{basic}-frequency-step").value / 100.0
    names = {name: row for row in swept for name in row.bands}
    bands = [b for name, row in names.items() for b in bands_named(context.standards, row, name)]
    receivers = [
        (radio.frequency_from, radio.frequency_to)
        for radio in context.twin.device.intentional_receivers
    ]
    return sweep_of(swept, step, dwell, bands, receivers)
