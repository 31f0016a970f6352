"""How an end of a cable or trace is connected.

One of five forms, told apart by the key that is there:
``{bond: PART}``, ``{port: PORT, part: PART}``, ``{load: 100 ohm, part: PART}``,
``open`` and, for cables, ``floor``. A cable's end can also name a pad of a
circuit board: ``{board: BOARD, pad: J1.2}`` with or without a port or a load.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    Discriminator,
    GetJsonSchemaHandler,
    Tag,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from emtwin.scene.quantities import Coordinate, Declared, Name, Resistance, Text


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


class BoardPlace(Declared):
    """A place on a circuit board, and what connects the conductor to the plane there.

    Parameters
    ----------
    pad : str, optional
        Pad: reference of the component, a dot, name of the pad (``U1.5``).
    net : str, optional
        Net; with `pad` it must be the pad's, without it `near` chooses the pad.
    near : tuple of float, optional
        Place as KiCad shows it (x, y with y down), in metres: the nearest pad
        of `net` is meant.
    port : str, optional
        Name of the port between conductor and plane.
    load : float, optional
        Resistance between conductor and plane in ohm, above 0.
    """

    pad: Text | None = None
    net: Text | None = None
    near: tuple[Coordinate, Coordinate] | None = None
    port: Name | None = None
    load: Resistance | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.pad is None and (self.net is None or self.near is None):
            raise ValueError("needs a place: write 'pad: U1.5', or 'net: NET' and 'near: [x, y]'")
        if self.pad is not None and self.near is not None:
            raise ValueError("has both 'pad' and 'near'; write one of the two")
        if self.port is not None and self.load is not None:
            raise ValueError("has both a port and a load; the port's termination is its load")
        return self


class EndBoard(BoardPlace):
    """The end of a cable is at a pad of a circuit board, over the plane below it.

    Without port and load it is soldered to a pad of the plane's own net.

    Parameters
    ----------
    pad : str, optional
        Pad: reference of the component, a dot, name of the pad (``J1.2``).
    net : str, optional
        Net; with `pad` it must be the pad's, without it `near` chooses the pad.
    near : tuple of float, optional
        Place as KiCad shows it (x, y with y down), in metres: the nearest pad
        of `net` is meant.
    port : str, optional
        Name of the port between the cable and the plane.
    load : float, optional
        Resistance between the cable and the plane in ohm, above 0.
    board : str
        Name of the board in ``device.boards``.
    plane : str, optional
        Net of the plane; left out, the nearest plane below the pad.
    """

    board: Name
    plane: Text | None = None


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
    "board": EndBoard,
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
        return next((f"<{key}>" for key in ("board", "bond", "port", "load") if key in value), None)
    return f"<{value}>" if value in ("open", "floor") else None


_CHOICE = Discriminator(
    end_form, custom_error_type="end_form", custom_error_message="is not a known end"
)
_Board = Annotated[EndBoard, Tag("<board>")]
_Bond = Annotated[EndBond, Tag("<bond>")]
_Port = Annotated[EndPort, Tag("<port>")]
_Load = Annotated[EndLoad, Tag("<load>")]
_Open = Annotated[EndOpen, Tag("<open>")]
_Floor = Annotated[EndFloor, Tag("<floor>")]

CableStart = Annotated[_Board | _Bond | _Port | _Load | _Open, _CHOICE]
CableEnd = Annotated[_Board | _Bond | _Port | _Load | _Open | _Floor, _CHOICE]
TraceEnd = Annotated[_Bond | _Port | _Load | _Open, _CHOICE]
AnyEnd = EndBoard | EndBond | EndPort | EndLoad | EndOpen | EndFloor
