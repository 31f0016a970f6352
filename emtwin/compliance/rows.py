"""The three kinds of row that standards/*.yaml may hold."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from emtwin.errors import InputError
from emtwin.scene.quantities import Declared, Frequency, Length
from emtwin.units import format_si

Environment = Literal["professional", "home"]
Confidence = Literal["confirmed", "high", "low"]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
RowId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.\-]*$")]
Number = Annotated[float, Field(strict=True)]


class Row(Declared):
    """What every row says about its origin.

    Parameters
    ----------
    id : str
        Name that is unique in all files: small letters, digits, ``-``, ``.``.
    standard, edition, clause : str
        Where the value stands.
    confidence : str
        ``confirmed`` by a public source, ``high`` (recalled, at least 85 %
        sure) or ``low``, which never decides a verdict alone.
    source : str
        What the confidence rests on.
    note : str, optional
        Condition under which the row holds.
    """

    id: RowId
    standard: Text
    edition: Text
    clause: Text
    confidence: Confidence
    source: Text
    note: str = ""

    @property
    def citation(self) -> str:
        """Standard, edition and clause in one line."""
        return f"{self.standard}:{self.edition}, {self.clause}"

    def summary(self) -> str:
        """One line for a table: what the row asks for."""
        return self.note


class Level(Row):
    """Immunity test level.

    Parameters
    ----------
    phenomenon, basic_standard : str
        What is tested and the standard that says how.
    environments : tuple of str
        Environments for which the level holds.
    levels : tuple of float
        Levels in `unit`, rms of the unmodulated carrier for RF.
    unit : str
        Unit of the levels.
    both_polarities : bool, default False
        The levels are tested with both signs.
    frequency_from, frequency_to : float, optional
        Range in hertz.
    modulation_depth, modulation_frequency : float, optional
        Amplitude modulation: share 0 to 1, and hertz.
    refers_to : str, optional
        Table that holds the levels instead.
    """

    kind: Literal["level"]
    phenomenon: Text
    basic_standard: Text
    environments: Annotated[tuple[Environment, ...], Field(min_length=1)]
    levels: tuple[Annotated[Number, Field(gt=0)], ...] = ()
    unit: str = ""
    both_polarities: bool = False
    frequency_from: Frequency | None = None
    frequency_to: Frequency | None = None
    modulation_depth: Annotated[Number, Field(gt=0, le=1)] | None = None
    modulation_frequency: Frequency | None = None
    refers_to: str = ""

    @property
    def band(self) -> tuple[float, float]:
        """Range of the test in hertz.

        Raises
        ------
        InputError
            If the row has no range.
        """
        if self.frequency_from is None or self.frequency_to is None:
            raise InputError.single(f"row {self.id} has no frequency range", field=self.id)
        return self.frequency_from, self.frequency_to

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if bool(self.levels) == bool(self.refers_to):
            raise PydanticCustomError("level", "give either levels or refers_to")
        if bool(self.levels) != bool(self.unit):
            raise PydanticCustomError("level", "levels and unit go together")
        if (self.frequency_from is None) != (self.frequency_to is None):
            raise PydanticCustomError("level", "frequency_from and frequency_to go together")
        if self.frequency_from is not None and self.frequency_to is not None:
            _rising(self.frequency_from, self.frequency_to)
        return self

    def summary(self) -> str:
        """Phenomenon, level, range and environment in one line."""
        sign = "±" if self.both_polarities else ""
        values = ", ".join(f"{sign}{level:g}" for level in self.levels)
        level = f"{values} {self.unit}" if self.levels else f"see {self.refers_to}"
        return (
            f"{self.phenomenon}: {level}{_band(self)}{self._modulation()}"
            f" ({' and '.join(self.environments)})"
        )

    def _modulation(self) -> str:
        if self.modulation_depth is None or self.modulation_frequency is None:
            return ""
        tone = format_si(self.modulation_frequency, "Hz")
        return f", {100 * self.modulation_depth:g} % AM {tone}"


class Limit(Row):
    """One straight piece of an emission limit line over the logarithm of frequency.

    Parameters
    ----------
    quantity : str
        ``electric_field`` or ``magnetic_field``.
    equipment_class : str
        ``A`` or ``B``.
    group : int
        1 or 2.
    power_above, power_to : float, optional
        Rated input power range in VA, lower end excluded, upper included.
    distance : float
        Measuring distance in metres.
    frequency_from, frequency_to : float
        Range in hertz, ends included; where two pieces meet the lower holds.
    limit_from, limit_to : float
        Limit at the two ends in `unit`.
    unit : str
        ``dBuV/m`` or ``dBuA/m``.
    detector : str
        ``quasi_peak`` or ``average``.
    """

    kind: Literal["limit"]
    quantity: Literal["electric_field", "magnetic_field"]
    equipment_class: Literal["A", "B"]
    group: Literal[1, 2]
    power_above: Annotated[Number, Field(ge=0)] = 0.0
    power_to: Annotated[Number, Field(gt=0)] | None = None
    distance: Length
    frequency_from: Frequency
    frequency_to: Frequency
    limit_from: Number
    limit_to: Number
    unit: Literal["dBuV/m", "dBuA/m"]
    detector: Literal["quasi_peak", "average"]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _rising(self.frequency_from, self.frequency_to)
        if self.power_to is not None and self.power_to <= self.power_above:
            raise PydanticCustomError("limit", "power_to must be above power_above")
        if (self.unit == "dBuV/m") != (self.quantity == "electric_field"):
            raise PydanticCustomError("limit", "electric fields are in dBuV/m, magnetic in dBuA/m")
        return self

    @property
    def line(self) -> tuple[object, ...]:
        """What tells the limit line apart that this row is a piece of."""
        kind = (self.standard, self.quantity, self.detector, self.distance)
        return (*kind, self.equipment_class, self.group, self.power_above, self.power_to)

    def covers_power(self, power: float) -> bool:
        """Whether the row holds for a rated input power in VA."""
        above = power > self.power_above or self.power_above == 0.0
        return above and (self.power_to is None or power <= self.power_to)

    def summary(self) -> str:
        """Class, group, distance, range and limit in one line."""
        same = self.limit_from == self.limit_to
        value = f"{self.limit_from:g}" + ("" if same else f" to {self.limit_to:g}")
        detector = self.detector.replace("_", "-")
        return (
            f"class {self.equipment_class} group {self.group}{self._power()}, "
            f"{self.distance:g} m{_band(self)}: {value} {self.unit} {detector}"
        )

    def _power(self) -> str:
        above = f" above {self.power_above / 1e3:g} kVA" if self.power_above else ""
        return above + (f" up to {self.power_to / 1e3:g} kVA" if self.power_to else "")


class Parameter(Row):
    """A number of a method: a height, a bandwidth, an uncertainty.

    Parameters
    ----------
    name : str
        What the number is.
    value : float
        The number in `unit`.
    unit : str
        Its unit, ``1`` where it has none.
    """

    kind: Literal["parameter"]
    name: Text
    value: Number
    unit: Text

    def summary(self) -> str:
        """Name and value in one line."""
        return f"{self.name}: {self.value:g}{'' if self.unit == '1' else ' ' + self.unit}"


AnyRow = Level | Limit | Parameter
KINDS: dict[str, type[Level] | type[Limit] | type[Parameter]] = {
    "level": Level,
    "limit": Limit,
    "parameter": Parameter,
}
"""Model of each kind of row."""


def _rising(low: float, high: float) -> None:
    if not low < high:
        raise PydanticCustomError("band", "frequency_from must be below frequency_to")


def _band(row: Level | Limit) -> str:
    if row.frequency_from is None or row.frequency_to is None:
        return ""
    return f", {format_si(row.frequency_from, 'Hz')} to {format_si(row.frequency_to, 'Hz')}"
