"""Paths of cables and traces: legs along one axis each, none of no length.

A point may be a step from the point before: ``{x: 20 mm}`` changes x alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, TypeVar

from pydantic_core import PydanticCustomError

from emtwin.units import format_si

Points = TypeVar("Points", bound=Sequence[Sequence[float]])


AXES = ("x", "y", "z")


def is_step(point: Any) -> bool:
    """Whether a point is written as a step: a mapping of one of x, y, z."""
    return isinstance(point, dict) and len(point) == 1 and next(iter(point)) in AXES


def steps_resolved(points: Any) -> Any:
    """Points of a path with every step written out.

    Parameters
    ----------
    points : object
        As written; what is no list is returned as it is, for the model to refuse.

    Returns
    -------
    object
        A list in which a step is the point before with one coordinate changed.

    Raises
    ------
    PydanticCustomError
        If the first point is a step.
    """
    if not isinstance(points, list):
        return points
    found: list[Any] = []
    for number, point in enumerate(points, start=1):
        if not is_step(point):
            found.append(point)
            continue
        before = found[-1] if found else None
        if not isinstance(before, (list, tuple)) or len(before) != 3:
            raise _error(
                f"point {number} is a step, but there is no point before it to start from",
                "begin with a point [x, y, z], or with a start at a pad of a board",
            )
        key, value = next(iter(point.items()))
        found.append(
            [value if axis == key else old for axis, old in zip(AXES, before, strict=True)]
        )
    return found


def cable_path(points: Points) -> Points:
    """Check the legs of a path in space.

    Parameters
    ----------
    points : sequence, shape (n, 3)
        Corners in metres.

    Returns
    -------
    sequence, shape (n, 3)
        The same points.

    Raises
    ------
    PydanticCustomError
        If there are fewer than 2 points, or a leg has no length, is not along
        an axis or runs back over the leg before it; the message counts legs
        from 1.
    """
    return _checked(points, ("x", "y", "z"))


def trace_path(points: Points) -> Points:
    """Check the legs of a path in a plane; as `cable_path`, shape (n, 2)."""
    return _checked(points, ("u", "v"))


def _checked(points: Points, axes: tuple[str, ...]) -> Points:
    if len(points) < 2:
        found = f"the path has {len(points)} point" + "s" * (len(points) != 1)
        raise _error(f"{found} where at least 2 are needed", "add the missing points")
    before: tuple[int, bool] | None = None
    for number, (first, second) in enumerate(pairwise(points), start=1):
        moved = [axis for axis in range(len(axes)) if first[axis] != second[axis]]
        leg = f"leg {number} from {_written(first)} to {_written(second)}"
        if not moved:
            raise _error(f"{leg} has no length", "remove one of the two points")
        if len(moved) > 1:
            names = " and ".join(axes[axis] for axis in moved)
            raise _error(
                f"{leg} is not along an axis: it changes {names}",
                "add corner points so that each leg changes one coordinate",
            )
        heading = (moved[0], second[moved[0]] > first[moved[0]])
        if before == (heading[0], not heading[1]):
            raise _error(f"{leg} runs back over leg {number - 1}", "remove the turning point")
        before = heading
    return points


def _written(point: Sequence[float]) -> str:
    return "(" + ", ".join(format_si(value, "m") for value in point) + ")"


def _error(message: str, remedy: str) -> PydanticCustomError:
    return PydanticCustomError("remedied", "{message}", {"message": message, "remedy": remedy})
