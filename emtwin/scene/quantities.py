"""Field types of the twin file: SI floats that are written with a unit.

From Python a plain number is already SI. In a twin file (validation context
``from_file``) a plain number is an error, because nobody can tell 1.6 m from
1.6 mm by looking at "1.6".
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    WithJsonSchema,
)

from emtwin import units


class Declared(BaseModel):
    """Base of everything that a twin file declares: frozen, nothing unknown allowed."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, validate_by_name=True
    )


def _reader(dimension: str) -> BeforeValidator:
    def read(value: Any, info: ValidationInfo) -> Any:
        from_file = (info.context or {}).get("from_file", False)
        plain = isinstance(value, (int, float)) and not isinstance(value, bool)
        return value if plain and not from_file else units.parse(value, dimension)

    return BeforeValidator(read)


def _writer(dimension: str) -> PlainSerializer:
    unit = units.DIMENSIONS[dimension].unit
    return PlainSerializer(lambda value: f"{value!r} {unit}", return_type=str, when_used="json")


def _schema(dimension: str, sign: str = "") -> WithJsonSchema:
    kind = units.DIMENSIONS[dimension]
    number = units.NUMBER_PATTERN.removeprefix("[-+]?") if sign else units.NUMBER_PATTERN
    return WithJsonSchema(
        {
            "type": "string",
            "pattern": rf"^\s*\+?{number}\s*[^\s0-9.,+-][^0-9]*$",
            "examples": list(kind.examples),
        },
        mode="validation",
    )


Coordinate = Annotated[float, _reader("length"), _writer("length"), _schema("length")]
Length = Annotated[float, Field(gt=0), _reader("length"), _writer("length"), _schema("length", "+")]
Frequency = Annotated[
    float, Field(gt=0), _reader("frequency"), _writer("frequency"), _schema("frequency", "+")
]
Time = Annotated[float, Field(gt=0), _reader("time"), _writer("time"), _schema("time", "+")]
Resistance = Annotated[
    float, Field(gt=0), _reader("resistance"), _writer("resistance"), _schema("resistance", "+")
]
Capacitance = Annotated[
    float, Field(ge=0), _reader("capacitance"), _writer("capacitance"), _schema("capacitance", "+")
]
Inductance = Annotated[
    float, Field(gt=0), _reader("inductance"), _writer("inductance"), _schema("inductance", "+")
]
Voltage = Annotated[
    float, Field(gt=0), _reader("voltage"), _writer("voltage"), _schema("voltage", "+")
]
ImpulseArea = Annotated[
    float,
    Field(gt=0),
    _reader("impulse area"),
    _writer("impulse area"),
    _schema("impulse area", "+"),
]
Current = Annotated[
    float, Field(gt=0), _reader("current"), _writer("current"), _schema("current", "+")
]
ElectricField = Annotated[
    float, Field(gt=0), _reader("field"), _writer("field"), _schema("field", "+")
]
MagneticField = Annotated[
    float,
    Field(gt=0),
    _reader("magnetic_field"),
    _writer("magnetic_field"),
    _schema("magnetic_field", "+"),
]
Conductivity = Annotated[
    float,
    Field(ge=0),
    _reader("conductivity"),
    _writer("conductivity"),
    _schema("conductivity", "+"),
]
Power = Annotated[float, Field(gt=0), _reader("power"), _writer("power"), _schema("power", "+")]
ApparentPower = Annotated[
    float,
    Field(gt=0),
    _reader("apparent power"),
    _writer("apparent power"),
    _schema("apparent power", "+"),
]
Memory = Annotated[float, Field(gt=0), _reader("memory"), _writer("memory"), _schema("memory", "+")]


def _usable_name(name: str) -> str:
    if not name.strip():
        raise ValueError("is empty; give a name")
    # Names become groups of the result file and parts of field paths.
    bad = sorted({character for character in name if character in './\\[]"' or ord(character) < 32})
    if bad or name != name.strip():
        what = f"the character {bad[0]!r}" if bad else "a blank at its end"
        raise ValueError(f"{name!r} has {what}; use letters, digits, '_', '-' and inner blanks")
    return name


def _stated(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty; write a sentence")
    return text


Name = Annotated[
    str,
    AfterValidator(_usable_name),
    WithJsonSchema({"type": "string", "minLength": 1, "pattern": r'^[^./\\\[\]"]+$'}),
]
Text = Annotated[str, AfterValidator(_stated), WithJsonSchema({"type": "string", "minLength": 1})]
Point2 = tuple[Coordinate, Coordinate]
Point3 = tuple[Coordinate, Coordinate, Coordinate]
