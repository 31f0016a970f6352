"""The test plan of a twin, from its declaration, its size and the rows of the standards."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from emtwin.benches import methods
from emtwin.benches.bodies import bodies_of
from emtwin.benches.outline import bounds
from emtwin.benches.planning.context import Context
from emtwin.benches.planning.durations import NOT_COUNTED
from emtwin.benches.planning.emission import emission_tests
from emtwin.benches.planning.entries import Plan, PlannedTest
from emtwin.benches.planning.immunity import immunity_tests
from emtwin.benches.planning.migration import changes_of
from emtwin.benches.planning.port_use import undeclared_cables
from emtwin.benches.planning.unmodelled import drop_of, unmodelled
from emtwin.benches.shells import Shell
from emtwin.constants import C0
from emtwin.errors import InputError
from emtwin.materials import along
from emtwin.scene import Cable, LoadedTwin, Twin
from emtwin.standards import Standards
from emtwin.standards import load as load_standards
from emtwin.voxel import Body

STANDARD = "IEC 60601-1-2"
ALLOWED_STEPS = 200_000
"""Steps of a run where the twin file sets no limit of its own."""

TYPICAL_WALL = 1e-3
"""Wall thickness in metres with which the plan judges eddy currents: sheet metal of a housing."""

_COURANT_SHARE = 0.99


def plan_tests(
    loaded: LoadedTwin,
    *,
    edition: str | None = None,
    authority: str = "",
    standards: Standards | None = None,
    bodies: tuple[Body, ...] | None = None,
) -> Plan:
    """Tests that a device needs, and those that it does not, with the reasons.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    edition : str, optional
        Year or name of an edition of IEC 60601-1-2 (``2007``, ``3``); the current one if left
        out. An older one adds what changes on the way to the current one.
    authority : str, default ""
        Authority whose rules hold besides, for example ``FDA``.
    standards : Standards, optional
        Rows; the package's own if left out.
    bodies : tuple of Body, optional
        Parts, if they were read already.

    Returns
    -------
    Plan
        It supports the manufacturer's test plan and does not replace it.

    Raises
    ------
    InputError
        If the edition is unknown, a level is lower than its environment allows, or a special
        environment gives none.
    """
    rows = standards or load_standards()
    wanted = _edition(rows, edition)
    context = _context(loaded, rows, wanted, authority, bodies or bodies_of(loaded))
    immunity = tuple(immunity_tests(context))
    return Plan(
        loaded.twin.device.name,
        loaded.twin.environment,
        wanted,
        authority,
        context.size,
        context.body,
        (*immunity, *emission_tests(context)),
        tuple(_notes(context)),
        NOT_COUNTED,
        changes_of(immunity, _by_current_edition(context)) if edition else (),
    )


def _edition(standards: Standards, wanted: str | None) -> str:
    """Year of the edition of IEC 60601-1-2 that is asked for."""
    known = standards.registry.editions(STANDARD)
    if wanted is None:
        return next((one.edition for one in known if one.status == "current"), "")
    found = standards.registry.edition(STANDARD, wanted)
    if found is None:
        names = ", ".join(f"{one.name} ({one.edition})" for one in known)
        raise InputError.single(
            f"there is no edition '{wanted}' of {STANDARD} in the data",
            field="--edition",
            remedy=f"use one of {names}",
        )
    return found.edition


def _by_current_edition(context: Context) -> tuple[PlannedTest, ...]:
    current = replace(context, edition=_edition(context.standards, None))
    return tuple(immunity_tests(current))


def _context(
    loaded: LoadedTwin,
    standards: Standards,
    edition: str,
    authority: str,
    bodies: tuple[Body, ...],
) -> Context:
    settings = loaded.twin.accuracy.settings()
    step = _COURANT_SHARE * settings.smallest_cell / (C0 * math.sqrt(3.0))
    steps = settings.max_steps or ALLOWED_STEPS
    body, size = device_size(loaded.twin, bodies)
    return Context(
        loaded,
        standards,
        edition,
        authority,
        body,
        size,
        methods.coverage(step, steps, settings.f_max_immunity),
        methods.coverage(step, steps, settings.f_max_emission),
        _shell(bodies, body),
    )


def device_size(twin: Twin, bodies: tuple[Body, ...]) -> tuple[float, float]:
    """Largest extent of the device without and with its cables, in metres.

    Parameters
    ----------
    twin : Twin
        The declaration.
    bodies : tuple of Body
        Its parts.

    Returns
    -------
    tuple of float
        Diagonal of the box round the parts; the larger of the diagonal with all cables and the
        longest cable.
    """
    lo, hi = bounds(bodies, [])
    low, high = bounds(bodies, [cable.path for cable in twin.device.cables])
    longest = max(map(_cable_length, twin.device.cables), default=0.0)
    return float(np.linalg.norm(hi - lo)), max(float(np.linalg.norm(high - low)), longest)


def _cable_length(cable: Cable) -> float:
    """Declared length, or that of the path with its drop to the floor."""
    return cable.length or cable.modelled_length + drop_of(cable)


def _shell(bodies: tuple[Body, ...], extent: float) -> Shell | None:
    """The best conductor of the device as a shell of its size; None without metal."""
    metals = [along(body.material.conductivity, 0) for body in bodies if body.material.metal]
    conductivity = max(metals, default=0.0)
    return Shell(extent / 2, TYPICAL_WALL, conductivity) if conductivity else None


def _notes(context: Context) -> Iterator[str]:
    """What holds for the whole plan."""
    twin = context.twin
    yield (
        "This plan supports the manufacturer's test plan and does not replace it: pass criteria, "
        "modes, patient simulation and the risk management file are the manufacturer's."
    )
    yield (
        "Dwell times are the shortest of the basic standards; declare tests.NAME.dwell where the "
        "device needs longer to respond."
    )
    names = ", ".join(cable.name for cable in undeclared_cables(twin))
    if names:
        yield f"UNDECLARED: port of {names}; planned as signal cables."
    if twin.device.power is None:
        yield "UNDECLARED: device.power; what depends on the supply ports is open."
    elif twin.device.power.dc is not None and twin.device.power.dc.fed_by is None:
        yield "UNDECLARED: device.power.dc.fed_by; with a mains adapter the mains tests apply."
    for notice in unmodelled(twin):
        yield f"{notice.message[0].upper()}{notice.message[1:]}."
