"""What a plan has to know of the device's insides: radios, magnetic parts, class and group."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from emtwin.scene.quantities import Declared, Frequency, Text
from emtwin.units import format_si


class RadioBand(Declared):
    """Band of a radio inside the device.

    Parameters
    ----------
    name : str
        The service, for example ``Bluetooth``.
    frequency_from, frequency_to : float
        Ends of the band in hertz.
    """

    name: Text
    frequency_from: Frequency
    frequency_to: Frequency

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if self.frequency_from >= self.frequency_to:
            low, high = (format_si(f, "Hz") for f in (self.frequency_from, self.frequency_to))
            raise ValueError(f"does not rise from {low} to {high}; write the lower end first")
        return self


class MagneticParts(Declared):
    """Parts that a magnetic field can disturb: a list, or why there are none.

    Parameters
    ----------
    parts : tuple of str
        Each part, and why it is sensitive.
    none : str, optional
        Why no part is sensitive.
    """

    parts: tuple[Text, ...] = ()
    none: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_list(cls, value: Any) -> Any:
        if value is False:
            raise ValueError("is false without a reason; write {none: REASON}")
        return {"parts": value} if isinstance(value, (list, tuple)) else value

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if bool(self.parts) == (self.none is not None):
            both = "both parts and none" if self.parts else "no part and no reason"
            raise ValueError(f"has {both}; write a list of parts, or {{none: REASON}}")
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        mapping = handler.resolve_ref_schema(handler(core))
        listed = {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1}
        return {"anyOf": [listed, mapping]}


class Equipment(Declared):
    """Group and class of the device by CISPR 11.

    Parameters
    ----------
    group : int, default 1
        2 where the device makes RF energy in order to use it on material, tissue or for
        transfer of energy; otherwise 1.
    class : str, optional
        Limit class ``A`` or ``B``; left out, that of ``tests.radiated_emission``; class_ in
        Python.
    """

    group: Literal[1, 2] = 1
    class_: Literal["A", "B"] | None = Field(default=None, alias="class")
