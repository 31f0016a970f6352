"""Tables of normalised site attenuation."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from emtwin.scene.quantities import Frequency, Length
from emtwin.standards.row import Number, Row


class SiteAttenuation(Row):
    """Normalised site attenuation over an ideal ground, as tabulated.

    Parameters
    ----------
    polarisation : str
        ``horizontal`` or ``vertical``.
    distance : float
        Distance of the antennas in metres.
    height : float
        Height of the transmitting antenna in metres.
    scan_from, scan_to : float
        Heights of the receiving antenna in metres.
    frequencies : tuple of float
        Hertz, rising.
    values : tuple of float
        Site attenuation in dB, one per frequency.
    """

    kind: Literal["site_attenuation"]
    polarisation: Literal["horizontal", "vertical"]
    distance: Length
    height: Length
    scan_from: Length
    scan_to: Length
    frequencies: Annotated[tuple[Frequency, ...], Field(min_length=1)]
    values: tuple[Number, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(self.frequencies) != len(self.values):
            text = f"{len(self.values)} values for {len(self.frequencies)} frequencies"
            raise PydanticCustomError("site_attenuation", text)
        if any(low >= high for low, high in pairwise(self.frequencies)):
            raise PydanticCustomError("site_attenuation", "frequencies must rise")
        if self.scan_from >= self.scan_to:
            raise PydanticCustomError("site_attenuation", "scan_from must be below scan_to")
        return self

    @property
    def facts(self) -> tuple[Hashable, ...]:
        """The geometry."""
        return ((self.polarisation, self.distance, self.height, self.scan_from, self.scan_to),)

    def summary(self) -> str:
        """Polarisation, geometry and number of frequencies in one line."""
        scan = f"{self.scan_from:g} to {self.scan_to:g} m"
        return (
            f"site attenuation, {self.polarisation}, {self.distance:g} m, transmitter at "
            f"{self.height:g} m, receiver at {scan}: {len(self.values)} frequencies"
        )
