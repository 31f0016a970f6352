"""What a plan has to know of the device: radios, magnetic parts, patients, class and group."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

from pydantic import Field, GetJsonSchemaHandler, StrictBool, model_validator
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


class ListOrReason(Declared):
    """A list of things that the device has, or the reason why it has none.

    Parameters
    ----------
    none : str, optional
        Why there are none.
    """

    listed: ClassVar[str]
    """Name of the field that holds the list."""
    thing: ClassVar[str]
    """What one entry is, in a message."""

    none: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_list(cls, value: Any) -> Any:
        if value is False:
            raise ValueError("is false without a reason; write {none: REASON}")
        return {cls.listed: value} if isinstance(value, (list, tuple)) else value

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        some = bool(getattr(self, self.listed))
        if some == (self.none is not None):
            both = f"both {self.listed} and none" if some else f"no {self.thing} and no reason"
            raise ValueError(f"has {both}; write a list of {self.listed}, or {{none: REASON}}")
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        mapping = handler.resolve_ref_schema(handler(core))
        entry = mapping["properties"][cls.listed]["items"]
        return {"anyOf": [{"type": "array", "items": entry, "minItems": 1}, mapping]}


class MagneticParts(ListOrReason):
    """Parts that a magnetic field can disturb: a list, or why there are none.

    Parameters
    ----------
    none : str, optional
        Why no part is sensitive.
    parts : tuple of str
        Each part, and why it is sensitive.
    """

    listed: ClassVar[str] = "parts"
    thing: ClassVar[str] = "part"

    parts: tuple[Text, ...] = ()


class PatientContact(Declared):
    """A place where the device touches the patient, or is coupled to the patient.

    Parameters
    ----------
    name : str
        What it is, for example ``finger clip``.
    cabled : bool
        Whether a cable, or a tube with conductive fluid, leads to it. False for a contact at the
        housing, such as the electrodes of a patch.
    """

    name: Text
    cabled: StrictBool


class PatientContacts(ListOrReason):
    """Contacts to the patient: a list, or why there are none.

    Parameters
    ----------
    none : str, optional
        Why the device is not coupled to a patient.
    contacts : tuple of PatientContact
        Each contact.
    """

    listed: ClassVar[str] = "contacts"
    thing: ClassVar[str] = "contact"

    contacts: tuple[PatientContact, ...] = ()

    @property
    def cabled(self) -> tuple[PatientContact, ...]:
        """Contacts that a cable leads to."""
        return tuple(contact for contact in self.contacts if contact.cabled)


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
