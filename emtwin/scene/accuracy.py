"""How finely to compute: a preset by name, or a preset with changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    GetJsonSchemaHandler,
    StrictInt,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from emtwin.scene.quantities import Declared, Frequency, Length, Memory

EMISSION_BAND_END = 1e9
"""Upper end of the radiated emission test in hertz (CISPR 11)."""


@dataclass(frozen=True)
class AccuracySettings:
    """Numbers that the mesh planner and the solver work with.

    Parameters
    ----------
    name : str
        Preset, followed by ``(changed)`` where the twin file overrides it.
    f_max_immunity, f_max_emission : float
        Highest frequency of each test that the mesh has to carry, in hertz.
    cells_per_wavelength : float
        Cells per wavelength in the material, at the highest frequency.
    finest_cell : float
        Largest cell inside the refined box round the device, in metres.
    memory_bytes : int
        Memory budget of one run in bytes.
    decay_db : float
        Energy decay that ends a run, in dB, below 0.
    absorber_cells : int
        Thickness of the absorbing layers.
    max_steps : int or None
        Largest number of time steps; None leaves it to the solver.
    """

    name: str
    f_max_immunity: float
    f_max_emission: float
    cells_per_wavelength: float
    finest_cell: float
    memory_bytes: int
    decay_db: float
    absorber_cells: int
    max_steps: int | None = None


PRESETS = MappingProxyType(
    {
        "draft": AccuracySettings("draft", 1e9, 1e9, 10.0, 8e-3, 4 * 2**30, -40.0, 8),
        "normal": AccuracySettings("normal", 2.7e9, 1e9, 12.0, 4e-3, 8 * 2**30, -50.0, 10),
        "fine": AccuracySettings("fine", 2.7e9, 1e9, 15.0, 2.5e-3, 16 * 2**30, -50.0, 10),
    }
)
"""Settings of each preset, by name."""


class Accuracy(Declared):
    """Accuracy as declared: one word, or a mapping that changes a preset.

    Parameters
    ----------
    preset : str, default "draft"
        ``draft``, ``normal`` or ``fine``.
    f_max : float, optional
        Highest frequency of the immunity run in hertz; the emission run ends
        there too, at the latest at 1 GHz.
    cells_per_wavelength : float, optional
        Cells per wavelength at the highest frequency, 5 to 100.
    finest_cell : float, optional
        Largest cell near the device in metres, above 0.
    memory : float, optional
        Memory budget in bytes, above 0.
    decay_db : float, optional
        Energy decay that ends a run in dB, -120 to -20.
    max_steps : int, optional
        Largest number of time steps, 100 or more.
    """

    preset: Literal["draft", "normal", "fine"] = "draft"
    f_max: Frequency | None = None
    cells_per_wavelength: Annotated[float, Field(ge=5, le=100)] | None = None
    finest_cell: Length | None = None
    memory: Memory | None = None
    decay_db: Annotated[float, Field(ge=-120, le=-20)] | None = None
    max_steps: Annotated[StrictInt, Field(ge=100)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_word(cls, value: Any) -> Any:
        return {"preset": value} if isinstance(value, str) else value

    @model_serializer(mode="wrap")
    def _to_word(self, handler: Any) -> Any:
        given = {key: value for key, value in handler(self).items() if value is not None}
        return self.preset if set(given) == {"preset"} else given

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        mapping = handler.resolve_ref_schema(handler(core))
        return {"anyOf": [{"enum": list(PRESETS), "type": "string"}, mapping]}

    def settings(self) -> AccuracySettings:
        """Numbers of the preset with this declaration's changes applied."""
        changes = self._changes()
        base = PRESETS[self.preset]
        return replace(base, name=f"{base.name} (changed)", **changes) if changes else base

    def _changes(self) -> dict[str, Any]:
        values: dict[str, Any] = {
            "cells_per_wavelength": self.cells_per_wavelength,
            "finest_cell": self.finest_cell,
            "memory_bytes": None if self.memory is None else int(self.memory),
            "decay_db": self.decay_db,
            "max_steps": self.max_steps,
        }
        if self.f_max is not None:
            values["f_max_immunity"] = self.f_max
            values["f_max_emission"] = min(self.f_max, EMISSION_BAND_END)
        return {key: value for key, value in values.items() if value is not None}
