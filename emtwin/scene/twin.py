"""The whole declaration: device, environment, tests, accuracy, extra materials."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StrictBool, WithJsonSchema

from emtwin.scene.accuracy import Accuracy
from emtwin.scene.device import Device
from emtwin.scene.quantities import Conductivity, Declared, Length, Name, Text

Environment = Literal["professional", "home"]
"""Environment of intended use (IEC 60601-1-2): health care facility or home."""


def _three_or_ten(distance: float) -> float:
    if distance not in (3.0, 10.0):
        raise ValueError(f"{distance:g} m is not a measuring distance of CISPR 11; use 3 m or 10 m")
    return distance


class RadiatedImmunity(Declared):
    """Radiated RF immunity, IEC 60601-1-2 table 4 with IEC 61000-4-3.

    Parameters
    ----------
    not_applicable : str, optional
        Reason why the test does not apply; left out, it applies.
    """

    not_applicable: Text | None = None


class RadiatedEmission(Declared):
    """Radiated emission, CISPR 11 group 1.

    Parameters
    ----------
    class : str, default "B"
        Limit class, ``A`` or ``B``; class_ in Python.
    distance : float, default 3
        Distance of the declared verdict in metres, 3 or 10; both are computed.
    not_applicable : str, optional
        Reason why the test does not apply; left out, it applies.
    """

    class_: Literal["A", "B"] = Field(default="B", alias="class")
    distance: Annotated[
        Length,
        AfterValidator(_three_or_ten),
        WithJsonSchema({"type": "string", "examples": ["3 m", "10 m"]}, mode="validation"),
    ] = 3.0
    not_applicable: Text | None = None


class Tests(Declared):
    """Tests of the standard; one that is left out applies with its defaults.

    Parameters
    ----------
    radiated_immunity : RadiatedImmunity
        Radiated RF immunity.
    radiated_emission : RadiatedEmission
        Radiated emission.
    """

    __test__ = False  # pytest would take the name for a test class

    radiated_immunity: RadiatedImmunity = RadiatedImmunity()
    radiated_emission: RadiatedEmission = RadiatedEmission()


class DeclaredMaterial(Declared):
    """A material that the library does not have.

    Parameters
    ----------
    permittivity : float, default 1
        Relative permittivity, 1 or more.
    conductivity : float, default 0
        Conductivity in siemens per metre, 0 or more.
    metal : bool, default False
        True: a perfect conductor, whatever its conductivity.
    source : str
        Where the values come from (data sheet, measurement).
    """

    permittivity: Annotated[float, Field(ge=1)] = 1.0
    conductivity: Conductivity = 0.0
    metal: StrictBool = False
    source: Text


class Twin(Declared):
    """Everything that a twin file declares.

    Parameters
    ----------
    emtwin : int
        Version of the file format, 1.
    device : Device
        The device under test.
    environment : str
        ``professional`` (health care facility) or ``home``.
    tests : Tests
        Tests to run and their options.
    accuracy : Accuracy
        Preset name or mapping; ``draft`` where left out.
    materials : dict of str to DeclaredMaterial
        Materials beyond the library, by name.
    """

    emtwin: Literal[1]
    device: Device
    environment: Environment
    tests: Tests = Tests()
    accuracy: Accuracy = Accuracy()
    materials: dict[Name, DeclaredMaterial] = Field(default_factory=dict)

    def with_accuracy(self, preset: Literal["draft", "normal", "fine"]) -> Self:
        """The same declaration at another preset, without the file's own changes to it."""
        return self.model_copy(update={"accuracy": Accuracy(preset=preset)})
