"""How the device is supplied: it decides which tests of the supply ports apply."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StrictBool, model_validator

from emtwin.scene.quantities import Current, Declared, Frequency, Voltage
from emtwin.units import format_si

Feed = Literal["battery", "vehicle", "mains_adapter", "other_equipment"]
"""What a d.c. port is fed by."""

_FEEDS: dict[Feed, str] = {
    "battery": "an external battery",
    "vehicle": "a vehicle",
    "mains_adapter": "a mains adapter",
    "other_equipment": "other equipment",
}


def _range(voltages: tuple[float, ...]) -> tuple[float, ...]:
    if len(voltages) not in (1, 2):
        raise ValueError(
            f"holds {len(voltages)} voltages; write [230 V], or [100 V, 240 V] for a range"
        )
    if len(voltages) == 2 and voltages[0] >= voltages[1]:
        low, high = (format_si(value, "V") for value in voltages)
        raise ValueError(f"does not rise from {low} to {high}; write the lower voltage first")
    return voltages


class AcSupply(Declared):
    """Alternating current mains, by the rating plate of the device or of its own adapter.

    Parameters
    ----------
    voltage : tuple of float
        Rated voltage in volt, or lowest and highest of the rated range.
    current : float, optional
        Rated input current per phase in ampere, above 0.
    frequencies : tuple of float
        Rated frequencies in hertz; 50 Hz and 60 Hz where left out.
    phases : int, default 1
        1 or 3.
    """

    voltage: Annotated[
        tuple[Voltage, ...],
        AfterValidator(_range),
        Field(json_schema_extra={"minItems": 1, "maxItems": 2}),
    ]
    current: Current | None = None
    frequencies: tuple[Frequency, ...] = (50.0, 60.0)
    phases: Literal[1, 3] = 1

    @property
    def apparent_power(self) -> float:
        """Rated input power in VA, 0 where no current is declared.

        A device with a range of voltages draws its rated current at the lowest; more power than it
        has would give it the milder limits of large equipment. Of three phases the voltage is taken
        as the one between phases.
        """
        return (self.current or 0.0) * self.voltage[0] * (3.0**0.5 if self.phases == 3 else 1.0)


class DcSupply(Declared):
    """Direct current supply from outside the device.

    Parameters
    ----------
    nominal : float
        Nominal voltage in volt.
    fed_by : str, optional
        ``battery`` (outside the device), ``vehicle``, ``mains_adapter`` or ``other_equipment``. A
        device with a mains adapter has an a.c. mains port, the adapter's input; left out, the tests
        of that port are open.
    """

    nominal: Voltage
    fed_by: Feed | None = None

    @property
    def said(self) -> str:
        """The supply in words: ``d.c. 12 V from a vehicle``."""
        source = f" from {_FEEDS[self.fed_by]}" if self.fed_by else ""
        return f"d.c. {format_si(self.nominal, 'V')}{source}"


class Power(Declared):
    """Every way in which the device is supplied.

    Parameters
    ----------
    ac : AcSupply, optional
        Mains; left out, the device has no port for it unless a mains adapter feeds it.
    dc : DcSupply, optional
        Direct current from outside; left out, the device has no port for it.
    internal : bool, default False
        A battery inside supplies the device.
    used_while_charging : bool, default True
        False: the device cannot be used while its battery is charged.
    """

    ac: AcSupply | None = None
    dc: DcSupply | None = None
    internal: StrictBool = False
    used_while_charging: StrictBool = True

    @model_validator(mode="after")
    def _some_source(self) -> Self:
        if self.ac is None and self.dc is None and not self.internal:
            raise ValueError(
                "names no supply; write ac: {voltage: [230 V]}, "
                "dc: {nominal: 12 V, fed_by: mains_adapter} or internal: true"
            )
        if not self.used_while_charging and not self.internal:
            raise ValueError(
                "has used_while_charging but no battery inside; write internal: true or remove it"
            )
        return self

    @property
    def has_adapter(self) -> bool:
        """Whether a mains adapter feeds the d.c. port."""
        return self.dc is not None and self.dc.fed_by == "mains_adapter"

    @property
    def said(self) -> str:
        """The supplies in words: ``a.c. mains 100 V to 240 V, battery inside``."""
        ac = [] if self.ac is None else ["a.c. mains " + _volts(self.ac.voltage)]
        dc = [] if self.dc is None else [self.dc.said]
        return ", ".join([*ac, *dc, *(["battery inside"] if self.internal else [])])


def _volts(voltages: tuple[float, ...]) -> str:
    return " to ".join(format_si(value, "V") for value in voltages)
