"""Paths of cables and traces: legs along one axis each, none of no length."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

from pydantic_core import PydanticCustomError

from emtwin.units import format_si

Points = TypeVar("Points", bound=Sequence[Sequence[float]])


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
