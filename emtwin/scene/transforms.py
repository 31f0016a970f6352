"""How a mesh or a part is moved before it is used: a list of steps, done in the order written."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from emtwin.scene.quantities import Coordinate, Declared, Point3

_AXES = {"x": (1.0, 0.0, 0.0), "y": (0.0, 1.0, 0.0), "z": (0.0, 0.0, 1.0)}
_ORIGIN = (0.0, 0.0, 0.0)


def _named(value: Any) -> Any:
    if isinstance(value, str):
        if value not in _AXES:
            raise ValueError(f"{value!r} is no axis; write x, y, z or three numbers: [1, 1, 0]")
        return _AXES[value]
    return value


def _some_length(vector: tuple[float, float, float]) -> tuple[float, float, float]:
    if not any(vector):
        raise ValueError("is no direction; write x, y, z or three numbers, not all of them 0")
    return vector


_THREE = {"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 3}
Direction = Annotated[
    tuple[float, float, float],
    BeforeValidator(_named),
    AfterValidator(_some_length),
    WithJsonSchema({"anyOf": [{"enum": list(_AXES)}, _THREE], "examples": ["z"]}),
]
"""An axis by its name, or three numbers without a unit."""


class Rotate(Declared):
    """A turn about an axis, counter-clockwise seen from the axis's tip.

    Parameters
    ----------
    axis : tuple of float
        ``x``, ``y``, ``z`` or a direction.
    angle : float
        Angle in degrees.
    about : tuple of float
        Point on the axis in metres; the origin of the file where left out.
    """

    axis: Direction
    angle: float
    about: Point3 = _ORIGIN


class Mirror(Declared):
    """A mirroring in a plane.

    Parameters
    ----------
    normal : tuple of float
        Normal of the plane: ``x``, ``y``, ``z`` or a direction.
    about : tuple of float
        Point of the plane in metres; the origin of the file where left out.
    """

    normal: Direction
    about: Point3 = _ORIGIN


class Step(Declared):
    """One step of a transform: exactly one of its fields.

    Parameters
    ----------
    scale : float, optional
        Factor, above 0, about the origin of the file; it has no unit.
    rotate : Rotate, optional
        A turn.
    mirror : Mirror, optional
        A mirroring; ``mirror: x`` is the plane x = 0.
    translate : tuple of float, optional
        Shift in metres.
    """

    scale: Annotated[float, Field(gt=0)] | None = None
    rotate: Rotate | None = None
    mirror: Mirror | None = None
    translate: tuple[Coordinate, Coordinate, Coordinate] | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_thing(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        if isinstance(values.get("mirror"), str):
            values = values | {"mirror": {"normal": values["mirror"]}}
        known = [key for key in values if key in cls.model_fields]
        if len(known) != 1 and len(known) == len(values):
            raise ValueError(
                f"holds {len(known)} of scale, rotate, mirror, translate; "
                "give each step its own '-' line, in the order in which they happen"
            )
        return values
