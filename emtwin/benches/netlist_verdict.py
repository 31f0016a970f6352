"""What a change of the netlist means: an error, unless the twin file allows it by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from emtwin.errors import InputError, Notice, Problem
from emtwin.scene import Allowance, LoadedTwin
from emtwin.voxel import Change, Contact, Gap, NetlistAudit, VoxelModel, enough

_NEAR_SHOWN = 20  # near contacts that a notice lists


def judged(
    loaded: LoadedTwin, audit: NetlistAudit, site: str, gaps: Sequence[Gap] = ()
) -> NetlistAudit:
    """The audit with the reasons of the changes that are allowed.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    audit : NetlistAudit
        Comparison of the netlists in one site.
    site : str
        Name of the site, for the messages.
    gaps : sequence of Gap
        Gaps that the planner found, which know the cells that resolve them.

    Returns
    -------
    NetlistAudit
        With `Change.allowed` filled in.

    Raises
    ------
    InputError
        Every change that is not allowed, and every allowance for a piece that there is not.
    """
    problems = list(_unknown_pieces(loaded, audit))
    changes = []
    for change in audit.changes:
        reasons = [a.reason for a in loaded.twin.device.allow if allows(a, change)]
        changes.append(replace(change, allowed=" ".join(reasons)))
        if not reasons:
            problems.append(_problem(loaded, change, site, gaps))
    if problems:
        raise InputError(problems)
    return replace(audit, changes=tuple(changes))


def allows(allowance: Allowance, change: Change) -> bool:
    """Whether an allowance is about a change; it may name pieces, or the parts of pieces."""
    if allowance.kind != change.kind or len(allowance.names) != len(change.pieces):
        return False
    known = list(zip(change.pieces, change.parts, strict=True))
    return any(
        all(name in piece for name, piece in zip(allowance.names, order, strict=True))
        for order in (known, known[::-1])
    )


def netlist_notices(audit: NetlistAudit) -> Iterator[Notice]:
    """Allowed changes, each by itself, and the contacts that are nearly there, together."""
    for change in audit.changes:
        yield Notice(
            "netlist-change-allowed",
            f"{_what_happened(change)}; it is allowed because: {change.allowed}",
        )
    if audit.near:
        shown = "; ".join(_near(contact) for contact in audit.near[:_NEAR_SHOWN])
        more = len(audit.near) - _NEAR_SHOWN
        yield Notice(
            "near-contact",
            f"metal parts do not touch, but are nearer than the cells there: {shown}"
            + (f"; and {more} more" if more > 0 else "")
            + ". Draw them in contact if they are meant to touch",
        )


def cover_notices(loaded: LoadedTwin, model: VoxelModel) -> Iterator[Notice]:
    """A notice with the reason for every metal part that may be covered, and is."""
    covered = {wall.name: wall for wall in model.walls if wall.lost_share > 0.0}
    for allowance in loaded.twin.device.allow:
        if allowance.covered in covered:
            wall = covered[allowance.covered]
            yield Notice(
                "cover-allowed",
                f"{', '.join(wall.lost_to)} took {wall.lost_share:.0%} of the metal of "
                f"'{wall.name}'; it is allowed because: {allowance.reason}",
            )


def needless_allowances(
    loaded: LoadedTwin, audits: Sequence[NetlistAudit], models: Sequence[VoxelModel]
) -> Iterator[Notice]:
    """A notice for every allowance that no site needed."""
    changes = [change for audit in audits for change in audit.changes]
    covered = {wall.name for model in models for wall in model.walls if wall.lost_share > 0.0}
    for number, allowance in enumerate(loaded.twin.device.allow):
        if allowance.covered not in covered and not any(allows(allowance, c) for c in changes):
            yield Notice(
                "allowance-not-needed",
                f"device.allow[{number}] ({allowance.kind} of {' and '.join(allowance.names)}) is "
                "not needed on this grid; remove it if no other accuracy needs it",
                rank="information",
            )


def _unknown_pieces(loaded: LoadedTwin, audit: NetlistAudit) -> Iterator[Problem]:
    pieces = [name for net in audit.before for name in net.pieces]
    parts = {part.name for part in loaded.twin.device.parts}
    for number, allowance in enumerate(loaded.twin.device.allow):
        for name in allowance.names:
            if name not in parts and name not in pieces:
                yield loaded.problem(
                    f"device.allow[{number}].{allowance.kind}",
                    f"there is no piece of metal {name!r}",
                    f"the pieces are {', '.join(pieces)}",
                )


def _problem(loaded: LoadedTwin, change: Change, site: str, gaps: Sequence[Gap] = ()) -> Problem:
    names = [part.name for part in loaded.twin.device.parts]
    where = f"at {_millimetres(change.place)} in site {site}, where the cells are "
    cells = " x ".join(f"{size * 1e3:.3g}" for size in change.cell)
    return loaded.problem(
        f"device.parts[{names.index(change.parts[0])}]",
        f"{_what_happened(change)}, {where}{cells} mm",
        f"{_remedy(change, gaps)}; or allow it under device: allow: [{{{_allowance(change)}, "
        "reason: WHY}]",
    )


def _what_happened(change: Change) -> str:
    match change.kind, len(change.pieces):
        case "contact", _:
            return (
                f"{' and '.join(change.pieces)} touch in the grid, but not in the geometry: a gap "
                f"of {(change.gap or 0.0) * 1e3:.3g} mm closed and two conductors became one"
            )
        case "open", 2:
            how = f"overlap by up to {change.overlap * 1e3:.3g} mm" if change.overlap else "touch"
            return (
                f"{' and '.join(change.pieces)} {how} in the geometry, but do not touch in the "
                "grid: one conductor became two"
            )
        case "open", _:
            return f"{change.pieces[0]} is one piece in the geometry, but falls apart in the grid"
    return (
        f"{change.pieces[0]} got no edge of the grid, so that a conductor is missing or interrupted"
    )


def _remedy(change: Change, gaps: Sequence[Gap]) -> str:
    if change.kind == "contact":
        # An oblique gap needs cells that are smaller than half of it.
        needed = [g.cell_needed for g in gaps if set(g.parts) == set(change.parts)]
        finest = enough(min([(change.gap or 0.0) / 2, *needed]))
        return (
            f"use cells of at most {finest} mm there (accuracy: smallest_cell), widen the gap, "
            "or draw the parts in contact if they are meant to touch"
        )
    if change.kind == "open" and len(change.pieces) == 2:
        return (
            "give the metal a higher priority than what lies between, let the parts overlap by a "
            "cell, use finer cells there, or bond them with a cable"
        )
    return (
        "use finer cells there, make a thin metal part `kind: sheet`, raise its priority, or leave "
        "it out"
    )


def _allowance(change: Change) -> str:
    names = change.pieces
    return f"lost: {names[0]}" if change.kind == "lost" else f"{change.kind}: [{', '.join(names)}]"


def _near(contact: Contact) -> str:
    return (
        f"{' and '.join(contact.pieces)} ({contact.gap * 1e3:.3g} mm at "
        f"{_millimetres(contact.place)})"
    )


def _millimetres(place: tuple[float, float, float]) -> str:
    return f"({', '.join(f'{value * 1e3:.4g}' for value in place)}) mm"
