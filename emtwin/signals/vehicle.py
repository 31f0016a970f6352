"""Test pulses of ISO 7637-2 on the supply of a vehicle, as double exponentials."""

from __future__ import annotations

from typing import Literal

from emtwin.errors import InputError
from emtwin.signals.exponentials import DoubleExponential
from emtwin.signals.trains import Burst
from emtwin.standards import Standards, Waveform, load

System = Literal[12, 24]


def vehicle_pulse(
    pulse: str,
    voltage: float,
    system: System = 12,
    *,
    rise: float | None = None,
    length: float | None = None,
    standards: Standards | None = None,
) -> DoubleExponential:
    """One test pulse of ISO 7637-2 without its load.

    Parameters
    ----------
    pulse : str
        ``1``, ``2a``, ``2b``, ``3a`` or ``3b``.
    voltage : float
        Peak in volt; negative for pulses 1 and 3a, positive for the others.
    system : {12, 24}
        Nominal voltage of the vehicle's supply.
    rise : float, optional
        From 10 to 90 % in seconds; needed where the rows give none.
    length : float, optional
        Between the passages of 10 % in seconds; needed where the rows give none.
    standards : Standards, optional
        Where to look; the package's own rows if left out.

    Returns
    -------
    DoubleExponential
        The pulse.

    Raises
    ------
    InputError
        If the pulse is unknown, the sign is wrong, or neither row nor caller gives a time.
    """
    figures = _figures(pulse, system, standards)
    sign = -1 if pulse in ("1", "3a") else 1
    if not voltage * sign > 0:
        raise InputError.single(
            f"pulse {pulse} is {'negative' if sign < 0 else 'positive'}, got {voltage:g} V",
            field="voltage",
        )
    times = {"rise": rise or figures.get("rise"), "length": length or figures.get("length")}
    for name, value in times.items():
        if value is None:
            raise InputError.single(
                f"the rows give no {name} of pulse {pulse} in a {system} V system",
                field=name,
                remedy=f"give {name} in seconds from your copy of ISO 7637-2",
            )
    assert times["rise"] is not None
    return DoubleExponential.measured(voltage, times["rise"], length=times["length"])


def vehicle_burst(
    pulse: Literal["3a", "3b"],
    voltage: float,
    system: System = 12,
    *,
    rise: float | None = None,
    length: float | None = None,
    standards: Standards | None = None,
) -> Burst:
    """Burst of pulses 3a or 3b of ISO 7637-2; parameters and errors as `vehicle_pulse`."""
    one = vehicle_pulse(pulse, voltage, system, rise=rise, length=length, standards=standards)
    figures = _figures(pulse, system, standards)
    if not {"spacing", "burst_length", "burst_pause"} <= set(figures):
        raise InputError.single(
            f"the rows give no burst of pulse {pulse}", field="pulse", remedy="use 3a or 3b"
        )
    burst, spacing = figures["burst_length"], figures["spacing"]
    return Burst(one, spacing, round(burst / spacing), burst + figures["burst_pause"])


def _figures(pulse: str, system: int, standards: Standards | None) -> dict[str, float]:
    """Nominal figures of a pulse, those of the system and those of both."""
    name = f"iso7637-2-pulse-{pulse}"
    rows = (standards or load()).of(Waveform)
    mine = [row for row in rows if row.waveform in (name, f"{name}-{system}v")]
    if not any(row.waveform.endswith("v") for row in mine):
        raise InputError.single(
            f"ISO 7637-2 has no pulse '{pulse}' for a {system} V system in the data",
            field="pulse",
            remedy="use 1, 2a, 2b, 3a or 3b, and 12 or 24 V",
        )
    return {str(row.figure): row.nominal for row in mine if row.nominal is not None}
