"""Immunity tests as a twin file declares them: not applicable, or other levels with a reason.

A test that is left out is planned with the levels of the environment.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from emtwin.scene.quantities import (
    Declared,
    ElectricField,
    Frequency,
    Length,
    MagneticField,
    Text,
    Time,
    Voltage,
)

_FREE = frozenset({"not_applicable", "reason", "dwell"})


def _some(levels: tuple[float, ...]) -> tuple[float, ...]:
    if not levels:
        raise ValueError("holds no level; give at least one, or remove the line")
    return levels


Levels = Annotated[
    tuple[Voltage, ...], AfterValidator(_some), Field(json_schema_extra={"minItems": 1})
]


class ImmunityTest(Declared):
    """What may be declared for every immunity test.

    Parameters
    ----------
    not_applicable : str, optional
        Reason why the test does not apply; left out, the plan decides.
    levels_of : str, optional
        ``professional`` or ``home``: take the levels of that environment.
    reason : str, optional
        Why the levels, the distance or the modulation are not those of the environment.
    """

    changed_by: ClassVar[str] = "levels_of: professional"

    not_applicable: Text | None = None
    levels_of: Literal["professional", "home"] | None = None
    reason: Text | None = None

    @property
    def changes(self) -> tuple[str, ...]:
        """Names of the fields that change the levels of the environment."""
        given = (name for name in type(self).model_fields if name not in _FREE)
        return tuple(name for name in given if getattr(self, name) not in (None, ()))

    @property
    def own_levels(self) -> bool:
        """Whether levels are declared, or a distance that gives them."""
        return bool(set(self.changes) - {"modulation_frequency", "source_distance"})

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        changes = self.changes
        if self.not_applicable is not None and (changes or self.reason):
            other = changes[0] if changes else "reason"
            raise ValueError(f"is not applicable, and has {other}; remove one of the two")
        if changes and self.reason is None:
            raise ValueError(f"changes {' and '.join(changes)} without a reason; add reason: WHY")
        if self.reason is not None and not changes:
            raise ValueError(
                "has a reason for no change; write not_applicable: REASON, or a change such as "
                + self.changed_by
            )
        return self


class Esd(ImmunityTest):
    """Electrostatic discharge, IEC 61000-4-2.

    Parameters
    ----------
    not_applicable : str, optional
        Reason why the test does not apply; left out, the plan decides.
    levels_of : str, optional
        ``professional`` or ``home``: take the levels of that environment.
    reason : str, optional
        Why the levels are not those of the environment.
    contact, air : tuple of float
        Voltages of contact and air discharge in volt, each tested with both signs.
    """

    changed_by: ClassVar[str] = "contact: [8 kV]"

    contact: Levels | None = None
    air: Levels | None = None


class RadiatedImmunity(ImmunityTest):
    """Radiated RF immunity, IEC 60601-1-2 table 4 with IEC 61000-4-3.

    Parameters
    ----------
    not_applicable : str, optional
        Reason why the test does not apply; left out, it applies.
    levels_of : str, optional
        ``professional`` or ``home``: take the level of that environment.
    reason : str, optional
        Why level or modulation are not those of the environment.
    level : float, optional
        Level in V/m, rms of the unmodulated carrier.
    modulation_frequency : float, optional
        Modulation frequency in hertz that the risk management file asks for.
    dwell : float, optional
        Time in seconds at each frequency that the device needs to respond.
    """

    changed_by: ClassVar[str] = "level: 10 V/m"

    level: ElectricField | None = None
    modulation_frequency: Frequency | None = None
    dwell: Time | None = None


class ProximityRf(ImmunityTest):
    """Proximity fields of RF wireless equipment, IEC 60601-1-2 table 9.

    Parameters
    ----------
    not_applicable : str, optional
        Reason why the test does not apply; left out, it applies.
    levels_of : str, optional
        ``professional`` or ``home``: take the levels of that environment.
    reason : str, optional
        Why the distance is not that of the table.
    distance : float, optional
        Smallest separation of transmitter and device in metres; the level of each service
        is then 6 sqrt(P) / d with its power P in watt.
    dwell : float, optional
        Time in seconds at each frequency that the device needs to respond.
    """

    changed_by: ClassVar[str] = "distance: 0.1 m"

    distance: Length | None = None
    dwell: Time | None = None


class PowerFrequencyMagnetic(ImmunityTest):
    """Power frequency magnetic field, IEC 61000-4-8.

    Parameters
    ----------
    not_applicable : str, optional
        Reason why the test does not apply; left out, the plan decides.
    levels_of : str, optional
        ``professional`` or ``home``: take the level of that environment.
    reason : str, optional
        Why the level is not that of the environment.
    level : float, optional
        Level in A/m, rms.
    """

    changed_by: ClassVar[str] = "level: 100 A/m"

    level: MagneticField | None = None


class MagneticSpot(Declared):
    """Frequency and level of a proximity magnetic field.

    Parameters
    ----------
    frequency : float
        Frequency in hertz.
    level : float
        Level in A/m, rms before modulation.
    """

    frequency: Frequency
    level: MagneticField


class ProximityMagnetic(ImmunityTest):
    """Proximity magnetic fields, IEC 60601-1-2 table 11 with IEC 61000-4-39.

    Parameters
    ----------
    not_applicable : str, optional
        Reason why the test does not apply; left out, the plan decides.
    levels_of : str, optional
        ``professional`` or ``home``: take the levels of that environment.
    reason : str, optional
        Why the levels are not those of the environment, or why the distance is assured.
    spots : tuple of MagneticSpot
        Levels at frequencies of the table, or at further ones.
    source_distance : float, optional
        Distance to any source in metres that use of the device assures.
    """

    changed_by: ClassVar[str] = "spots: [{frequency: 134.2 kHz, level: 65 A/m}]"

    spots: tuple[MagneticSpot, ...] = ()
    source_distance: Length | None = None


class Eft(ImmunityTest):
    """Electrical fast transients, IEC 61000-4-4.

    Parameters
    ----------
    not_applicable : str, optional
        Reason why the test does not apply; left out, the plan decides.
    levels_of : str, optional
        ``professional`` or ``home``: take the levels of that environment.
    reason : str, optional
        Why the level is not that of the environment.
    level : float, optional
        Level in volt; it holds at every port whose own level is lower.
    """

    changed_by: ClassVar[str] = "level: 4 kV"

    level: Voltage | None = None


class Surge(ImmunityTest):
    """Surge, IEC 61000-4-5.

    Parameters
    ----------
    not_applicable : str, optional
        Reason why the test does not apply; left out, the plan decides.
    levels_of : str, optional
        ``professional`` or ``home``: take the levels of that environment.
    reason : str, optional
        Why the levels are not those of the environment.
    line_to_line, line_to_ground : tuple of float
        Levels in volt, each tested with both signs.
    """

    changed_by: ClassVar[str] = "line_to_ground: [0.5 kV, 1 kV, 2 kV]"

    line_to_line: Levels | None = None
    line_to_ground: Levels | None = None


class ConductedImmunity(ImmunityTest):
    """Conducted RF immunity, IEC 61000-4-6.

    Parameters
    ----------
    not_applicable : str, optional
        Reason why the test does not apply; left out, the plan decides.
    levels_of : str, optional
        ``professional`` or ``home``: take the levels of that environment.
    reason : str, optional
        Why level or modulation are not those of the environment.
    level : float, optional
        Level in volt, rms of the unmodulated carrier, over the whole range.
    level_in_bands : float, optional
        Level in volt inside the bands that have a level of their own.
    modulation_frequency : float, optional
        Modulation frequency in hertz that the risk management file asks for.
    dwell : float, optional
        Time in seconds at each frequency that the device needs to respond.
    """

    changed_by: ClassVar[str] = "level: 10 V"

    level: Voltage | None = None
    level_in_bands: Voltage | None = None
    modulation_frequency: Frequency | None = None
    dwell: Time | None = None


class SupplyTest(ImmunityTest):
    """A test of a supply port whose levels are those of the environment.

    Parameters
    ----------
    not_applicable : str, optional
        Reason why the test does not apply; left out, the plan decides.
    levels_of : str, optional
        ``professional`` or ``home``: take the levels of that environment.
    reason : str, optional
        Why the levels are those of another environment.
    """
