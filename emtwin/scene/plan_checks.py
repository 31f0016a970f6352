"""What must hold between cables, supplies, contacts and the class of the device, for a plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from emtwin.errors import Problem
from emtwin.scene.document import Document, FieldPath
from emtwin.scene.translate import raw_value

_SUPPLIED = {
    "ac_mains": ("ac", "an a.c. mains cable", "ac: {voltage: [100 V, 240 V], current: 0.5 A}"),
    "dc_input": ("dc", "a d.c. input cable", "dc: {nominal: 12 V, fed_by: battery}"),
}


def plan_problems(document: Document) -> Iterator[Problem]:
    """Declarations that contradict each other.

    Parameters
    ----------
    document : Document
        File to check, read but not validated.

    Yields
    ------
    Problem
        With file, line, field path, value and remedy.
    """
    yield from _cables_without_supply(document)
    yield from _cables_without_patient(document)
    yield from _classes(document)


def _cables_without_supply(document: Document) -> Iterator[Problem]:
    power, _ = raw_value(document.data, ("device", "power"))
    if not isinstance(power, dict):
        return
    adapter = _value(document, ("device", "power", "dc", "fed_by")) == "mains_adapter"
    for path, port in _ports(document):
        if port not in _SUPPLIED or (port == "ac_mains" and adapter):
            continue
        key, what, example = _SUPPLIED[port]
        if power.get(key) is None:
            yield document.problem(
                path,
                f"{what}, but device.power has no {key}",
                f"add '{example}' to device.power, or correct the cable's port",
            )


def _cables_without_patient(document: Document) -> Iterator[Problem]:
    reason = _value(document, ("device", "patient_contacts", "none"))
    if not isinstance(reason, str):
        return
    for path, port in _ports(document):
        if port == "patient":
            yield document.problem(
                path,
                f"a cable to the patient, but device.patient_contacts has none: {reason}",
                "list the contacts in device.patient_contacts, or correct the cable's port",
            )


def _ports(document: Document) -> Iterator[tuple[FieldPath, str]]:
    """Ports of cables and lines, with their places."""
    for group in ("cables", "lines"):
        entries, _ = raw_value(document.data, ("device", group))
        for number, entry in enumerate(entries if isinstance(entries, list) else []):
            port = entry.get("port") if isinstance(entry, dict) else None
            if isinstance(port, str):
                yield ("device", group, number, "port"), port


def _classes(document: Document) -> Iterator[Problem]:
    place: FieldPath = ("device", "equipment", "class")
    own, tested = _value(document, place), _value(document, ("tests", "radiated_emission", "class"))
    if own is None:
        return
    if tested is not None and tested != own:
        yield document.problem(
            place,
            f"class {own}, but tests.radiated_emission has class {tested}",
            "give the class in one of the two places",
        )
    elif own == "A" and _value(document, ("environment",)) == "home":
        yield document.problem(
            place,
            "class A is not allowed in the home environment",
            "write 'class: B' or 'environment: professional'",
        )


def _value(document: Document, path: FieldPath) -> Any:
    return raw_value(document.data, path)[0]
