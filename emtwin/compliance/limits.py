"""Limit lines of CISPR 11 as the tests ask for them."""

from __future__ import annotations

from collections.abc import Iterable

from emtwin.compliance.limit_line import LimitLine
from emtwin.errors import InputError
from emtwin.standards import Band, Limit, Standards, load

_CISPR_11 = "CISPR 11"


def limit_line(
    test: str,
    equipment_class: str,
    *,
    group: int = 1,
    power: float = 0.0,
    distance: float | None = None,
    port: str | None = None,
    detector: str = "quasi_peak",
    fluctuating: bool = False,
    edition: str | None = None,
    standards: Standards | None = None,
) -> LimitLine:
    """Limit line of CISPR 11 for one emission test.

    Parameters
    ----------
    test : str
        ``radiated_emission`` (dBuV/m), ``magnetic_emission`` (dBuA/m) or
        ``conducted_emission`` (dBuV).
    equipment_class : str
        ``A`` or ``B``.
    group : int, default 1
        1 or 2.
    power : float, default 0
        Rated input power in VA; class A has lines of its own for high power.
    distance : float, optional
        Measuring distance in metres; needed for fields, refused for voltages.
        A limit is not converted to another distance, see
        `LimitLine.at_distance`.
    port : str, optional
        ``ac_mains``, which is taken for conducted emission if left out, or
        ``dc_power``.
    detector : str, default "quasi_peak"
        ``quasi_peak``, ``average``, ``peak`` or ``weighted``.
    fluctuating : bool, default False
        Line for sources whose level fluctuates, where there is one.
    edition : str, optional
        Year or name of an edition, such as ``2024`` or ``7.0``, which alone has
        limits of group 1 above 1 GHz; the current edition if left out.
    standards : Standards, optional
        Where to look; the package's own rows if left out.

    Returns
    -------
    LimitLine
        The pieces, by rising frequency.

    Raises
    ------
    InputError
        If the standard has no such line, a field has no distance or a voltage
        has one.
    """
    _check_distance(test, distance)
    rows = standards or load()
    if test == "conducted_emission" and port is None:
        port = "ac_mains"
    lines = [r for r in rows.limits if r.standard == _CISPR_11 and rows.in_edition(r, edition)]
    like = [r for r in lines if (r.test, r.group, r.detector) == (test, group, detector)]
    found = [
        row
        for row in like
        if row.holds_for(equipment_class, group, power)
        and (row.port, row.fluctuating) == (port, fluctuating)
        and _same_distance(row, distance)
    ]
    if not found:
        place = f"at {distance:g} m" if distance is not None else f"at the port {port}"
        raise InputError.single(
            f"CISPR 11{f':{edition}' if edition else ''} has no "
            f"{test.removesuffix('_emission')} limit for class {equipment_class} group {group} "
            f"{place}, {power:g} VA, {detector.replace('_', '-')} in the data",
            field=f"tests.{test}",
            remedy=_remedy(like),
        )
    pieces = tuple(sorted(found, key=lambda row: row.frequency_from))
    return LimitLine(pieces, _freeing(rows, test, edition) if group == 2 else ())


def _freeing(standards: Standards, test: str, edition: str | None) -> tuple[Band, ...]:
    """Designated bands for a test, worldwide and sure ones: elsewhere the limit stays."""
    return tuple(
        band
        for band in standards.of(Band)
        if band.standard == _CISPR_11
        and standards.in_edition(band, edition)
        and test in band.tests
        and not band.region
        and band.confidence != "low"
    )


def _check_distance(test: str, distance: float | None) -> None:
    if test == "conducted_emission" and distance is not None:
        raise InputError.single(
            f"conducted emission has no distance, got {distance:g} m",
            field=f"tests.{test}.distance",
            remedy="leave the distance out",
        )
    if test != "conducted_emission" and distance is None:
        raise InputError.single(
            "a limit of a field needs a measuring distance",
            field=f"tests.{test}.distance",
            remedy="give a distance such as 3 m",
        )


def _same_distance(row: Limit, distance: float | None) -> bool:
    if row.distance is None or distance is None:
        return row.distance is distance
    return abs(row.distance - distance) < 1e-9 * row.distance


def _remedy(like: Iterable[Limit]) -> str:
    """What the data have for the same test, group and detector."""
    rows = tuple(like)
    places = [f"{d:g} m" for d in sorted({r.distance for r in rows if r.distance is not None})]
    places += sorted({f"port {r.port}" for r in rows if r.port is not None})
    if not places:
        return "see `emtwin standards cispr 11` for tests, groups, detectors and editions"
    return f"use class A or B at {' or '.join(places)}; see `emtwin standards cispr 11`"


def highest_measured_frequency(
    highest_internal: float, standards: Standards | None = None
) -> float:
    """Frequency up to which edition 7 of CISPR 11 wants emission measured.

    Parameters
    ----------
    highest_internal : float
        Highest frequency generated or used inside the device, in hertz.
    standards : Standards, optional
        Where the rule stands; the package's own rows if left out.

    Returns
    -------
    float
        Frequency in hertz, at most 6 GHz.
    """
    rows = standards or load()

    def number(name: str) -> float:
        """Number of the rule by the end of its id."""
        return rows.parameter(f"cispr11-ed7-range-{name}").value

    for step in (1, 2, 3):
        if highest_internal <= number(f"{step}-internal"):
            return number(f"{step}-measured")
    return min(number("4-multiple") * highest_internal, number("4-measured"))
