"""Emission tests as a twin file declares them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from emtwin.scene.quantities import Declared, Length, Text


def _three_or_ten(distance: float) -> float:
    if distance not in (3.0, 10.0):
        raise ValueError(f"{distance:g} m is not a measuring distance of CISPR 11; use 3 m or 10 m")
    return distance


class EmissionTest(Declared):
    """An emission test without options of its own.

    Parameters
    ----------
    not_applicable : str, optional
        Reason why the test does not apply; left out, the plan decides.
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
