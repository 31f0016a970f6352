"""What the ends of cables and traces meet: the conductor that was named, and the one found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import Notice
from emtwin.geometry import Surface
from emtwin.geometry.proximity import BoxTrees
from emtwin.grid import Node
from emtwin.scene import EndBond, LoadedTwin
from emtwin.solver import Trace, Wire
from emtwin.voxel import VoxelModel, parts_at

APART = 1e-4
"""Distance in metres from a declared end to its part from which on it is told.

The triangles of a curved surface are about that far from where the end was drawn.
"""

_NO_PART = ""


@dataclass(frozen=True)
class EndAudit:
    """One end of a cable or trace.

    Parameters
    ----------
    wire : str
        Name of the cable or trace.
    end : str
        ``start`` or ``end``.
    kind : str
        ``bond``, ``port``, ``load``, ``open`` or ``floor``.
    wanted : str
        Part that it is declared to meet; empty for none.
    found : tuple of str
        Metal parts with an edge at its node.
    distance : float or None
        From the declared point to the surface of the wanted part in metres; None for no part.
    moved : float
        From the declared point to its node of the grid in metres.
    """

    wire: str
    end: str
    kind: str
    wanted: str
    found: tuple[str, ...]
    distance: float | None
    moved: float


def audit_ends(
    loaded: LoadedTwin, model: VoxelModel, wires: Sequence[Wire], traces: Sequence[Trace]
) -> tuple[EndAudit, ...]:
    """What every end of a cable or trace meets.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    model : VoxelModel
        Its parts on the grid.
    wires, traces : sequence
        Its cables and traces on the grid, in the order of the file.

    Returns
    -------
    tuple of EndAudit
        Start and end of each cable, then of each trace.
    """
    device, found = loaded.twin.device, []
    for cable, wire in zip(device.cables, wires, strict=True):
        for side, node in (("start", wire.nodes[0]), ("end", wire.nodes[-1])):
            declared = np.array(cable.path[0 if side == "start" else -1])
            found.append(_audit(model, cable.name, side, getattr(cable, side), declared, node))
    for trace, line in zip(device.traces, traces, strict=True):
        plane = next(body for body in model.bodies if body.name == trace.plane)
        z = float(plane.surface.points[:, 2].mean())
        for side, node in (("start", line.nodes[0]), ("end", line.nodes[-1])):
            declared = np.array([*trace.path[0 if side == "start" else -1], z])
            found.append(_audit(model, trace.name, side, getattr(trace, side), declared, node))
    return tuple(found)


def end_notices(ends: Sequence[EndAudit]) -> Iterator[Notice]:
    """A notice for every end that meets its part in the grid, but was not drawn on it."""
    for end in ends:
        if end.distance is not None and end.distance > APART:
            yield Notice(
                "end-apart",
                f"the {end.end} of {end.wire} is declared {end.distance * 1e3:.3g} mm from the "
                f"surface of {end.wanted}, and meets it only because the cells there are larger; "
                f"move it onto {end.wanted} if it is to touch, or further away if it is not",
            )


def wanted_part(end: object) -> str:
    """Part that an end is declared to meet; empty for none."""
    return end.bond if isinstance(end, EndBond) else getattr(end, "part", _NO_PART)


def distance_to(model: VoxelModel, part: str, point: Sequence[float]) -> float:
    """Distance in metres from a point to the surface of a part as drawn."""
    surface = next(body.surface for body in model.bodies if body.name == part)
    # A triangle of one point thrice has the distances of that point.
    dot = Surface(np.array([point], dtype=np.float64), np.zeros((1, 3), dtype=np.int64))
    return float(BoxTrees([surface, dot]).nearest(np.array([[0, 1]]), np.inf).distance[0])


def _audit(
    model: VoxelModel,
    wire: str,
    side: str,
    end: object,
    declared: NDArray[np.float64],
    node: NDArray[np.int64],
) -> EndAudit:
    wanted = wanted_part(end)
    kind = type(end).__name__.removeprefix("End").lower()
    reached = np.array([line[n] for line, n in zip(model.grid.lines, node, strict=True)])
    if kind == "floor":
        reached[2] = declared[2]  # the lead goes on from here, to the floor or hanging down
    return EndAudit(
        wire,
        side,
        kind,
        wanted,
        parts_at(model, Node(*map(int, node))),
        distance_to(model, wanted, declared.tolist()) if wanted else None,
        float(np.linalg.norm(reached - declared)),
    )
