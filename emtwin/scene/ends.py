"""How an end of a cable or trace is connected.

One of five forms, told apart by the key that is there:
``{bond: PART}``, ``{port: PORT, part: PART}``, ``{load: 100 ohm, part: PART}``,
``open`` and, for cables, ``floor``.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import (
    Discriminator,
    GetJsonSchemaHandler,
    Tag,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from emtwin.scene.quantities import Declared, Name, Resistance


class EndBond(Declared):
    """The end is soldered or clamped to a conducting part.

    Parameters
    ----------
    bond : str
        Name of the part.
    """

    bond: Name


class EndPort(Declared):
    """The end meets a part through a port.

    Parameters
    ----------
    port : str
        Name of the port in ``device.ports``.
    part : str
        Name of the conducting part on the port's other side; a trace may
        leave it out, it is then the trace's plane.
    """

    port: Name
    part: Name


class EndLoad(Declared):
    """The end meets a part through a fixed resistor.

    Parameters
    ----------
    load : float
        Resistance in ohm, above 0.
    part : str
        Name of the conducting part on the resistor's other side; a trace may
        leave it out, it is then the trace's plane.
    """

    load: Resistance
    part: Name


class _WordEnd(Declared):
    """An end that is one word in the file."""

    word: ClassVar[str]

    @model_validator(mode="before")
    @classmethod
    def _from_word(cls, value: Any) -> Any:
        return {} if value == cls.word else value

    @model_serializer
    def _to_word(self) -> str:
        return self.word

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"const": cls.word, "type": "string", "title": cls.__name__}


class EndOpen(_WordEnd):
    """The end touches nothing (``open``)."""

    word: ClassVar[str] = "open"


class EndFloor(_WordEnd):
    """The end drops to the floor of the emission site (``floor``); free space has no floor."""

    word: ClassVar[str] = "floor"


FORMS: dict[str, type[Declared]] = {
    "bond": EndBond,
    "port": EndPort,
    "load": EndLoad,
    "open": EndOpen,
    "floor": EndFloor,
}
"""Key or word that tells the form, and its model."""


def end_form(value: Any) -> str | None:
    """Tag of the form that a raw value has, None if it has none.

    The angle brackets keep the tag apart from the field of the same name in
    the location of an error.
    """
    if isinstance(value, Declared):
        return next((f"<{key}>" for key, form in FORMS.items() if isinstance(value, form)), None)
    if isinstance(value, dict):
        return next((f"<{key}>" for key in ("bond", "port", "load") if key in value), None)
    return f"<{value}>" if value in ("open", "floor") else None


_CHOICE = Discriminator(
    end_form, custom_error_type="end_form", custom_error_message="is not a known end"
)
_Bond = Annotated[EndBond, Tag("<bond>")]
_Port = Annotated[EndPort, Tag("<port>")]
_Load = Annotated[EndLoad, Tag("<load>")]
_Open = Annotated[EndOpen, Tag("<open>")]
_Floor = Annotated[EndFloor, Tag("<floor>")]

CableStart = Annotated[_Bond | _Port | _Load | _Open, _CHOICE]
CableEnd = Annotated[_Bond | _Port | _Load | _Open | _Floor, _CHOICE]
TraceEnd = Annotated[_Bond | _Port | _Load | _Open, _CHOICE]
AnyEnd = EndBond | EndPort | EndLoad | EndOpen | EndFloor
