"""Tissues of the human body: dispersion and density."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Literal

from pydantic import Field

from emtwin.scene.quantities import Conductivity, Declared, Time
from emtwin.standards.row import Confidence, Number, Row, Text


class Relaxation(Declared):
    """One Cole-Cole term of a tissue.

    Parameters
    ----------
    step : float
        Step of the relative permittivity.
    time : float
        Relaxation time in seconds.
    broadening : float
        Exponent a, 0 for a Debye term.
    """

    step: Annotated[Number, Field(gt=0)]
    time: Time
    broadening: Annotated[Number, Field(ge=0, lt=1)]


class Tissue(Row):
    """Dispersion of a tissue, as Cole-Cole terms, and its density.

    Parameters
    ----------
    name : str
        Name as a material.
    infinite : float
        Relative permittivity above all relaxations.
    terms : tuple of Relaxation
        Its relaxations, fastest first; up to four.
    conductivity : float
        Static ionic conductivity in S/m.
    density : float
        kg/m3.
    density_confidence : str
        How sure the density is; `confidence` is that of the dispersion.
    """

    kind: Literal["tissue"]
    name: Text
    infinite: Annotated[Number, Field(ge=1)]
    terms: Annotated[tuple[Relaxation, ...], Field(min_length=1, max_length=4)]
    conductivity: Conductivity
    density: Annotated[Number, Field(gt=0)]
    density_confidence: Confidence

    @property
    def facts(self) -> tuple[Hashable, ...]:
        """The name, which is that of a material."""
        return (self.name,)

    def summary(self) -> str:
        """Name, number of relaxations and density in one line."""
        said = f"{len(self.terms)} Cole-Cole terms" if len(self.terms) > 1 else "1 Cole-Cole term"
        sure = "" if self.density_confidence == "confirmed" else f" ({self.density_confidence})"
        return f"{self.name}: {said}, density {self.density:g} kg/m3{sure}"
