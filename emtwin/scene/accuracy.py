"""How finely to compute: a preset by name, or a preset with changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

from pydantic import (
    Field,
    GetJsonSchemaHandler,
    StrictBool,
    StrictInt,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from emtwin.scene.quantities import Declared, Frequency, Length, Memory
from emtwin.units import format_si

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
    smallest_cell : float
        Least distance of two grid lines that the geometry asks for, in metres; where
        a declared `finest_cell` is less than twice a preset's value, half of it.
    growth : float
        Largest ratio of neighbouring cells.
    memory_bytes : int
        Memory budget of one run in bytes.
    decay_db : float
        Energy decay that ends a run, in dB, below 0.
    absorber_cells : int
        Thickness of the absorbing layers.
    max_steps : int or None
        Largest number of time steps; None leaves it to the solver.
    fit : bool
        Coarsen the grid until it fits into the memory budget.
    convergence_db : float
        Change of a margin in dB below which a refinement study has converged.
    """

    name: str
    f_max_immunity: float
    f_max_emission: float
    cells_per_wavelength: float
    finest_cell: float
    smallest_cell: float
    growth: float
    memory_bytes: int
    decay_db: float
    absorber_cells: int
    max_steps: int | None = None
    fit: bool = False
    convergence_db: float = 1.0


def _preset(
    name: str, f_max: float, cells: float, finest: float, gib: int, decay_db: float, absorber: int
) -> AccuracySettings:
    smallest = min(1.5e-3, finest / 2)
    return AccuracySettings(
        name,
        f_max,
        EMISSION_BAND_END,
        cells,
        finest,
        smallest,
        1.3,
        gib * 2**30,
        decay_db,
        absorber,
    )


PRESETS = MappingProxyType(
    {
        "draft": _preset("draft", 1e9, 10.0, 8e-3, 4, -40.0, 8),
        "normal": _preset("normal", 2.7e9, 12.0, 4e-3, 8, -50.0, 10),
        "fine": _preset("fine", 2.7e9, 15.0, 2.5e-3, 16, -50.0, 10),
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
    smallest_cell : float, optional
        Least distance of two grid lines that parts, gaps and cables ask for, in metres; at
        most `finest_cell`.
    growth : float, optional
        Largest ratio of neighbouring cells, 1.05 to 1.3.
    memory : float, optional
        Memory budget in bytes, above 0.
    fit : bool, default False
        Coarsen the grid until it fits into the memory budget, down to 10 cells per
        wavelength in every material; a notice says what was given up.
    decay_db : float, optional
        Energy decay that ends a run in dB, -120 to -20.
    max_steps : int, optional
        Largest number of time steps, 100 or more.
    convergence_db : float, optional
        ``emtwin run --convergence`` refines until every margin moves by no more, in dB, 0.05 to
        20; 1 where left out.
    """

    preset: Literal["draft", "normal", "fine"] = "draft"
    f_max: Frequency | None = None
    cells_per_wavelength: Annotated[float, Field(ge=5, le=100)] | None = None
    finest_cell: Length | None = None
    smallest_cell: Length | None = None
    growth: Annotated[float, Field(ge=1.05, le=1.3)] | None = None
    memory: Memory | None = None
    fit: StrictBool = False
    decay_db: Annotated[float, Field(ge=-120, le=-20)] | None = None
    max_steps: Annotated[StrictInt, Field(ge=100)] | None = None
    convergence_db: Annotated[float, Field(ge=0.05, le=20)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_word(cls, value: Any) -> Any:
        return {"preset": value} if isinstance(value, str) else value

    @model_serializer(mode="wrap")
    def _to_word(self, handler: Any) -> Any:
        given = {key: value for key, value in handler(self).items() if value not in (None, False)}
        return self.preset if set(given) == {"preset"} else given

    @model_validator(mode="after")
    def _smallest_below_finest(self) -> Self:
        if self.smallest_cell is None:
            return self
        finest = self.finest_cell or PRESETS[self.preset].finest_cell
        if self.smallest_cell > finest:
            message = (
                f"smallest_cell is {format_si(self.smallest_cell, 'm')}, above finest_cell of "
                f"{format_si(finest, 'm')}"
            )
            remedy = "lower smallest_cell, or raise finest_cell"
            raise PydanticCustomError(
                "remedied", "{message}", {"message": message, "remedy": remedy}
            )
        return self

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

    def _smallest(self) -> float | None:
        """The declared one, or half of a finest cell that is declared smaller than usual."""
        usual = PRESETS[self.preset].smallest_cell
        if self.smallest_cell is None and self.finest_cell and self.finest_cell / 2 < usual:
            return self.finest_cell / 2
        return self.smallest_cell

    def _changes(self) -> dict[str, Any]:
        values: dict[str, Any] = {
            "cells_per_wavelength": self.cells_per_wavelength,
            "finest_cell": self.finest_cell,
            "smallest_cell": self._smallest(),
            "growth": self.growth,
            "fit": self.fit or None,
            "memory_bytes": None if self.memory is None else int(self.memory),
            "decay_db": self.decay_db,
            "max_steps": self.max_steps,
            "convergence_db": self.convergence_db,
        }
        if self.f_max is not None:
            values["f_max_immunity"] = self.f_max
            values["f_max_emission"] = min(self.f_max, EMISSION_BAND_END)
        return {key: value for key, value in values.items() if value is not None}
