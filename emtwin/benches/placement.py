"""What can be wrong with where things stand, told with its place in the twin file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from emtwin.errors import InputError, Problem
from emtwin.scene import LoadedTwin
from emtwin.voxel import Body

_LEAST_CLEARANCE = 1e-3  # metres between a conductor and the floor

Path3 = Sequence[tuple[float, float, float]]


def check_paths(
    loaded: LoadedTwin, bodies: tuple[Body, ...], paths: Sequence[Path3], floor: float
) -> None:
    """Refuse cables that reach the floor on their own, and traces beside their plane.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin.
    bodies : tuple of Body
        Its parts.
    paths : sequence of sequence of (x, y, z)
        Corners of every cable as declared, metres.
    floor : float
        Height of the floor, metres.

    Raises
    ------
    InputError
        Every path that leaves the site or its plane.
    """
    problems = [
        _at_floor(loaded, number, point, floor)
        for number, path in enumerate(paths)
        for point in path
        if point[2] < floor + _LEAST_CLEARANCE
    ]
    planes = {body.name: body.surface for body in bodies}
    for number, trace in enumerate(loaded.twin.device.traces):
        low, high = planes[trace.plane].lo[:2], planes[trace.plane].hi[:2]
        problems += [
            _beside_plane(loaded, number, trace.plane, point, low, high)
            for point in trace.path
            if np.any(np.array(point) < low - 1e-6) or np.any(np.array(point) > high + 1e-6)
        ]
    if problems:
        raise InputError(dict.fromkeys(problems))


def _at_floor(
    loaded: LoadedTwin, number: int, point: tuple[float, float, float], floor: float
) -> Problem:
    cable = loaded.twin.device.cables[number]
    return loaded.problem(
        f"device.cables[{number}].path",
        f"cable {cable.name} goes down to z = {point[2] * 1e3:.4g} mm, outside the site: the floor "
        f"is at {floor * 1e3:.4g} mm",
        "end the path above the floor and declare end: floor, which adds the last leg",
    )


def _beside_plane(
    loaded: LoadedTwin,
    number: int,
    plane: str,
    point: Sequence[float],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
) -> Problem:
    spans = (f"{a * 1e3:.4g} to {b * 1e3:.4g} mm" for a, b in zip(low, high, strict=True))
    return loaded.problem(
        f"device.traces[{number}].path",
        f"the trace's corner at ({point[0] * 1e3:.4g}, {point[1] * 1e3:.4g}) mm lies outside its "
        f"plane '{plane}', which spans x = {' and y = '.join(spans)}",
        "keep the trace over its plane, or name the plane that it runs over",
    )


@contextmanager
def located(loaded: LoadedTwin) -> Iterator[None]:
    """Add file and line to problems that only know the name of a part, a cable or a trace.

    Parameters
    ----------
    loaded : LoadedTwin
        The twin that declares them.
    """
    try:
        yield
    except InputError as error:
        raise type(error)(_placed(loaded, problem) for problem in error.problems) from error


def _placed(loaded: LoadedTwin, problem: Problem) -> Problem:
    """The problem with its place, where its field is a name that the twin file declares."""
    if problem.file is not None:
        return problem
    device = loaded.twin.device
    parts = {f"part '{p.name}'": (f"parts[{n}]", p.name) for n, p in enumerate(device.parts)}
    wires = {w.name: f"cables[{n}]" for n, w in enumerate(device.cables)}
    wires |= {w.name: f"traces[{n}]" for n, w in enumerate(device.traces)}
    if problem.field in parts:
        place, name = parts[problem.field]
        problem = replace(problem, message=f"part {name}: {problem.message}")
    elif problem.field in wires:
        place = wires[problem.field]
    else:
        return problem
    place = f"device.{place}"
    return replace(problem, file=loaded.path, line=loaded.line_of(place), field=place)
